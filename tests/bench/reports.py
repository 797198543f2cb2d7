"""The report of a run: gates, the table on the screen, and the same as JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bench.calibration import DRIFT_MOST, Calibration
from tests.bench.measuring import SEED, Measured, Spread, growth
from tests.bench.operation import Operation

SCHEMA = 1
ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(os.environ.get("BENCH_REPORT", ROOT / "build" / "bench.json"))
BASELINE = ROOT / "tests" / "bench_baseline.json"
WORSE = 1.15  # so much beyond the interval of the baseline is a failure
COLUMNS = (5, 36, 30, 12, 24, 8, 7, 7, 0)
HEAD = ("op", "what", "ours p50/p95/p99", "floor p50", "ratio [95 %]", "target", "k", "checks",
        "gate")  # fmt: skip
SKIPPED: tuple[tuple[str, str], ...] = ()  # operations that are not measured yet, and why


@dataclass
class Judged:
    """One operation at the largest size, with what its growth and its limits say."""

    operation: type[Operation]
    measured: list[Measured]
    extra: dict[str, object]
    limits: list[str]
    baseline_high: float | None = None
    gate: str = ""
    reasons: list[str] = field(default_factory=list)

    @property
    def last(self) -> Measured:
        return self.measured[-1]

    @property
    def k(self) -> float | None:
        return growth(self.measured) if self.operation.grows else None

    @property
    def checks_run(self) -> int:
        return sum(len(each.rounds) + len(each.failed) for each in self.measured)

    @property
    def failed(self) -> list[str]:
        return [name for each in self.measured for name in each.failed]

    def judge(self, *, steady: bool) -> None:
        self.reasons = [*self.limits, *self._ratio_reasons(), *self._growth_reasons()]
        if self.failed:
            self.gate, self.reasons = "void", self.failed
        elif self.reasons:
            self.gate = "fail" if steady else "unsteady"
        else:
            self.gate = "pass"

    def _ratio_reasons(self) -> list[str]:
        """Against the accepted baseline; without one, against the target itself."""
        bound = self.operation.target if self.baseline_high is None else self._accepted()
        if bound is None or not self._misses(bound):
            return []
        what = "its target" if self.baseline_high is None else "the baseline"
        return [f"ratio {self.last.ratio:.2f} misses {what} {bound:.2f}"]

    def _accepted(self) -> float:
        assert self.baseline_high is not None
        up = self.operation.better == "lower"
        return self.baseline_high * WORSE if up else self.baseline_high / WORSE

    def _misses(self, bound: float) -> bool:
        if self.operation.better == "lower":
            return self.last.ratio > bound
        return self.last.ratio < bound

    def _growth_reasons(self) -> list[str]:
        limit = self.operation.k_limit
        if limit is None or self.k is None or self.k <= limit:
            return []
        return [f"k {self.k:.2f}, more than {limit:.2f}"]


@dataclass(frozen=True)
class Report:
    """A whole run on one database."""

    database: str
    durability: Mapping[str, object]
    before: Calibration
    after: Calibration
    judged: Sequence[Judged]
    started: str
    seconds: int
    skipped: Sequence[tuple[str, str]]
    void: Sequence[str]  # operations without a single good round, and books that do not agree

    @property
    def drift(self) -> float:
        return self.before.drift_to(self.after)

    @property
    def steady(self) -> bool:
        return self.drift <= DRIFT_MOST

    def as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "commit": _commit(),
            "started": self.started,
            "seconds": self.seconds,
            "seed": SEED,
            "host": _host(),
            "database": self.database,
            "durability": dict(self.durability),
            "calibration": {
                **asdict(self.before),
                "at_the_end": asdict(self.after),
                "drift": round(self.drift, 3),
                "steady": self.steady,
            },
            "operations": [_operation(each) for each in self.judged],
            "void": list(self.void),
            "skipped": [{"operation": name, "reason": why} for name, why in self.skipped],
        }

    def lines(self) -> list[str]:
        """The table as it is printed."""
        return [
            _calibration_line("first", self.before, f"drift {self.drift:.0%}"),
            _calibration_line("last", self.after, "steady" if self.steady else "unsteady"),
            f"{self.database}  {_durable_words(self.durability)}  seed {SEED}",
            _row(HEAD),
            *(_row(_cells(each)) for each in self.judged),
            *(f"     {each.operation.id} {why}" for each in self.judged for why in each.reasons),
            *(
                f"     {each.operation.id} {_extra_words(each.extra)}"
                for each in self.judged
                if each.extra
            ),
            *(f"void {what}" for what in self.void),
            *(f"{name:5}skipped: {why}" for name, why in self.skipped),
            "* rate, higher is better",
        ]


def baseline_of(database: str, operation: str) -> float | None:
    """The end of the accepted interval that a worse result lies beyond."""
    if not BASELINE.exists():
        return None
    for report in json.loads(BASELINE.read_text(encoding="utf-8"))["reports"]:
        for each in report["operations"]:
            if (report["database"], each["id"]) == (database, operation):
                return float(each["high" if each["better"] == "lower" else "low"])
    return None


def keep(report: Report) -> None:
    """Writes `build/bench.json`; the other database's report in it stays."""
    kept = json.loads(REPORT.read_text(encoding="utf-8"))["reports"] if REPORT.exists() else []
    others = [each for each in kept if each["database"] != report.database]
    told = {"schema": SCHEMA, "reports": [*others, report.as_json()]}
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _operation(judged: Judged) -> dict[str, Any]:
    operation, last = judged.operation, judged.last
    return {
        "id": operation.id,
        "name": operation.name,
        "size": last.size,
        "ours": asdict(last.ours),
        "floor": asdict(last.floor),
        "ratio": round(last.ratio, 3),
        "low": round(last.low, 3),
        "high": round(last.high, 3),
        "better": operation.better,
        "rounds": [round(ratio, 3) for ratio in last.rounds],
        "target": operation.target,
        "stretch": operation.stretch,
        "growth": {
            "sizes": [each.size for each in judged.measured],
            "median_us": [each.ours.p50_us for each in judged.measured],
            "pace_us": [round(each.pace_us) for each in judged.measured],
            "k": None if judged.k is None else round(judged.k, 3),
            "k_limit": operation.k_limit,
        },
        "checks": {
            "run": judged.checks_run,
            "passed": judged.checks_run - len(judged.failed),
            "failed": judged.failed,
        },
        "extra": judged.extra,
        "gate": judged.gate,
        "baseline_high": judged.baseline_high,
        "reason": "; ".join(judged.reasons),
    }


def _cells(judged: Judged) -> tuple[str, ...]:
    operation, last = judged.operation, judged.last
    star = " *" if operation.better == "higher" else ""
    sign = "≥" if operation.better == "higher" else "≤"
    return (
        operation.id,
        operation.name,
        _spread(last.ours),
        f"{last.floor.p50_us / 1000:.2f} ms",
        f"{last.ratio:.2f} [{last.low:.2f}, {last.high:.2f}]{star}",
        "–" if operation.target is None else f"{sign} {operation.target:.2f}",
        "–" if judged.k is None else f"{judged.k:.2f}",
        f"{judged.checks_run - len(judged.failed)}/{judged.checks_run}",
        judged.gate,
    )


def _spread(spread: Spread) -> str:
    return " / ".join(
        f"{time_us / 1000:.2f}" for time_us in (spread.p50_us, spread.p95_us, spread.p99_us)
    )


def _row(cells: Sequence[str]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, COLUMNS, strict=True)).rstrip()


def _calibration_line(which: str, of: Calibration, end: str) -> str:
    return (
        f"calibration {which:6} plain {of.plain_per_s:,.0f}/s  commit {of.commit_per_s:,.0f}/s"
        f"  1→2 processes {of.scaling_1_to_2:.2f}×  {end}"
    )


def _durable_words(durability: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in durability.items())


def _extra_words(extra: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in extra.items())


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  because: nothing of it comes from outside
    return found.stdout.strip()


def _host() -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with connection.cursor() as cursor:
        asked = (
            "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
        )
        cursor.execute(asked)
        (database,) = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "memory_mb": memory // 2**20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "django": version("django"),
        "server": f"granian {version('granian')}",
        "database": database,
    }
