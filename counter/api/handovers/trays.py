"""The places of a sheet with their metal classes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from django.db.models import F
from pydantic import Field

from counter.api.handovers import rows
from counter.api.handovers.rows import SHEET, Row, SignedGrams, SignedMilligrams, Told
from counter.models import TrayCount
from inventory.ground import answers
from inventory.ground.measures import Metal, Tally
from inventory.ground.schemas import Grams, Milligrams, Moment, Strict
from inventory.models import CountDepth, Reason

TRAY = (
    "pk",
    "handover_id",
    "place__code",
    "depth",
    "by__username",
    "handed_in_at",
    "attempts",
    "gross_mg",
    "tare_mg",
    "gap_mg",
    "by_seal",
    "seal_number",
    "kept_in",
    "no_label",
    "strays",
    "reason",
    "approval__approved_by__username",
)
# the lines come along with their trays: one query for both
FIGURES = ("opening", "in", "out", "expected", "after", "closing")
LINE = {
    column: f"lines__{column}"
    for column in (
        "metal",
        "grade",
        *(f"{name}_{unit}" for name in FIGURES for unit in ("pieces", "mg")),
        "moves",
        "counted_pieces",
        "tag_mg",
        "scale_mg",
    )
}


class MoveSum(Strict):
    """What entered (above zero) or left a place for one reason."""

    reason: Reason
    pieces: int
    net: SignedGrams
    net_mg: SignedMilligrams


class HandoverLineOut(Strict):
    """One metal class of a place. expected = opening + in - out; closing is what the counter
    answers for: what was found and what moved after the count. `tag` is the sum of the tags that
    were scanned, `scale` what the scale showed; null where nothing was scanned or weighed."""

    metal: Metal
    grade: Annotated[int, Field(ge=0, le=10_000)]
    opening_pieces: int
    opening: Grams
    opening_mg: Milligrams
    in_pieces: int
    in_: Annotated[Grams, Field(alias="in")]
    in_mg: Milligrams
    out_pieces: int
    out: Grams
    out_mg: Milligrams
    moves: list[MoveSum]
    expected_pieces: int
    expected: Grams
    expected_mg: Milligrams
    counted_pieces: int
    tag: Grams | None
    tag_mg: Milligrams | None
    scale: SignedGrams | None
    scale_mg: SignedMilligrams | None
    after_pieces: int
    after: SignedGrams
    after_mg: SignedMilligrams
    closing_pieces: int
    closing: Grams
    closing_mg: Milligrams


class TrayOut(Strict):
    """A tray, a window, or what lies on the counter itself. `gap` is the scale less the tare less
    the gross weights of the tags."""

    place: str
    depth: CountDepth | None
    counted_by: str | None
    handed_in_at: Moment | None
    attempts: int
    by_seal: bool
    gross: SignedGrams | None
    gross_mg: SignedMilligrams | None
    tare: SignedGrams | None
    tare_mg: SignedMilligrams | None
    gap: SignedGrams | None
    gap_mg: SignedMilligrams | None
    seal_number: str
    kept_in: str
    without_label: int
    of_other_counters: int
    lines: list[HandoverLineOut]


def lines_of(keys: Sequence[int]) -> Mapping[int, list[Row]]:
    """Every line of these sheets with its tray, by the key of the sheet (1 query)."""
    trays = TrayCount.objects.filter(handover__in=keys).order_by("pk", "lines__pk")
    lines = {name: F(path) for name, path in LINE.items()}
    return rows.grouped(trays.values(*TRAY, **lines), SHEET)


def told(lines: Sequence[Row], zone: str) -> Told:
    """One tray from its lines; an empty tray has one row without a metal."""
    row = lines[0]
    return {
        "place": row["place__code"],
        "depth": row["depth"] or None,
        "counted_by": row["by__username"],
        "handed_in_at": rows.moment(row["handed_in_at"], zone),
        "attempts": row["attempts"],
        "by_seal": row["by_seal"],
        **rows.weight("gross", row["gross_mg"]),
        **rows.weight("tare", row["tare_mg"]),
        **rows.weight("gap", row["gap_mg"]),
        "seal_number": row["seal_number"],
        "kept_in": row["kept_in"],
        "without_label": row["no_label"],
        "of_other_counters": row["strays"],
        "lines": [_line(each) for each in lines if each["metal"]],
    }


def _line(row: Row) -> Told:
    told: Told = {"metal": row["metal"], "grade": row["grade"]}
    for name in FIGURES:
        told |= {
            f"{name}_pieces": row[f"{name}_pieces"],
            **answers.weight(name, row[f"{name}_mg"]),
        }
    return told | {
        "moves": [
            {"reason": reason, "pieces": pieces, **answers.weight("net", mg)}
            for reason, (pieces, mg) in sorted(row["moves"].items())
        ],
        "counted_pieces": row["counted_pieces"],
        **rows.weight("tag", row["tag_mg"]),
        **rows.weight("scale", row["scale_mg"]),
    }


def closing(lines: Iterable[Row]) -> Tally:
    """What the counter answers for after the sheet."""
    tally = Tally()
    for line in lines:
        if line["metal"]:
            tally.add(
                metal=line["metal"],
                fineness=line["grade"],
                net_mg=line["closing_mg"],
                pieces=line["closing_pieces"],
            )
    return tally
