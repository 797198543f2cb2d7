"""What was signed as it was found, and the questions that this left."""

from collections.abc import Iterable, Sequence

from counter.api.handovers import rows
from counter.api.handovers.rows import Row, SignedGrams, SignedMilligrams, Told
from counter.models import Outcome
from inventory.ground import answers
from inventory.ground.schemas import Moment, SignedCents, Strict, Yuan

INVESTIGATION = (
    "handover_id",
    "part",
    "piece__number",
    "pieces",
    "cents",
    "mg",
    "what",
    "opened_at",
    "closed_at",
    "closed_by__username",
    "outcome",
    "note",
)


class DifferenceOut(Strict):
    """A place or a tender that was signed as it was found, below zero is short. Grams of two metal
    classes are never added: they stand in the lines."""

    part: str
    pieces: int
    amount: Yuan
    amount_cents: SignedCents
    reason: str
    approved_by: str


class InvestigationOut(Strict):
    """An open question that a difference left; `outcome` is null while it is open."""

    part: str
    piece: str | None
    pieces: int
    net: SignedGrams
    net_mg: SignedMilligrams
    amount: Yuan
    amount_cents: SignedCents
    what: str
    opened_at: Moment
    closed_at: Moment | None
    closed_by: str | None
    outcome: Outcome | None
    note: str


def told(*, trays: Iterable[Sequence[Row]], money: Iterable[Row]) -> list[Told]:
    """Places and tenders whose difference somebody has agreed to."""
    return [
        *(_of_goods(lines) for lines in trays if _accepted(lines[0])),
        *(_of_money(row) for row in money if _accepted(row)),
    ]


def investigation_told(row: Row, zone: str) -> Told:
    return {
        "part": row["part"],
        "piece": row["piece__number"],
        "pieces": row["pieces"],
        **answers.weight("net", row["mg"]),
        **answers.money("amount", row["cents"]),
        "what": row["what"],
        "opened_at": answers.moment(row["opened_at"], zone),
        "closed_at": rows.moment(row["closed_at"], zone),
        "closed_by": row["closed_by__username"],
        "outcome": row["outcome"] or None,
        "note": row["note"],
    }


def _accepted(row: Row) -> bool:
    return row["approval__approved_by__username"] is not None


def _of_goods(lines: Sequence[Row]) -> Told:
    row, found = lines[0], [line for line in lines if line["metal"]]
    pieces = sum(line["counted_pieces"] - line["expected_pieces"] for line in found)
    return _difference(row, row["place__code"], pieces=pieces + row["no_label"], cents=0)


def _of_money(row: Row) -> Told:
    cents = (row["counted_cents"] or 0) - row["expected_cents"]
    return _difference(row, row["tender__code"], pieces=0, cents=cents)


def _difference(row: Row, part: str, *, pieces: int, cents: int) -> Told:
    return {
        "part": part,
        "pieces": pieces,
        **answers.money("amount", cents),
        "reason": row["reason"],
        "approved_by": row["approval__approved_by__username"],
    }
