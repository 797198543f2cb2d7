"""What is asked of one database's share of a run, and what became of it."""

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "faults"


@dataclass
class Plan:
    """`seconds` for everything; `faulty`: share of acts that meet a fault of the wire; `every`:
    seconds between two mishaps at most; `sweeps`: how many rounds kill at every point of a sale;
    `kinds`: names of the mishaps, all when empty. With `acts`, `kills` and `stops` of the database
    the run ends before its time when all of them are reached."""

    vendor: str
    seed: str
    seconds: float
    round_seconds: float = 175
    tablets: int = 6
    faulty: float = 0.02
    every: float = 12
    sweeps: int = 1
    rounds: int = 10_000
    kinds: tuple[str, ...] = ()
    acts: int = 0
    kills: int = 0
    stops: int = 0


@dataclass
class Result:
    """Sums over the rounds. `acknowledged` is the sum of `written`, whose books were proved, and of
    `looked_up`, whose answers were, by kind; `read` is not among them."""

    vendor: str
    seeds: list[str] = field(default_factory=list)
    acknowledged: int = 0
    sales: int = 0
    sheets: int = 0
    read: int = 0
    refused: int = 0
    lost_answers: int = 0
    resolved: int = 0
    asked_again: int = 0
    replayed: int = 0
    swept: int = 0
    proofs: int = 0
    links: int = 0
    kills: int = 0
    starts: int = 0
    slowest_act_seconds: float = 0
    ready_seconds: float = 0
    database_ready_seconds: float = 0
    open_seconds: float = 0
    seconds: float = 0
    written: dict[str, int] = field(default_factory=dict)
    looked_up: dict[str, int] = field(default_factory=dict)
    mishaps: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    last_acts: list[str] = field(default_factory=list)

    @property
    def acts_a_second(self) -> float:
        return round(self.acknowledged / self.open_seconds, 1) if self.open_seconds else 0

    def reaches(self, plan: Plan) -> bool:
        """Whether a plan with goals is fulfilled."""
        reached = (self.acknowledged, self.kills, self.mishaps.get("database stopped at once", 0))
        goals = (plan.acts, plan.kills, plan.stops)
        return any(goals) and all(n >= goal for n, goal in zip(reached, goals, strict=True))
