"""The money and the things of a sheet."""

from counter.api.handovers.rows import Row, Told
from counter.models import ItemKind
from inventory.ground import answers
from inventory.ground.schemas import SignedCents, Strict, Yuan

MONEY = (
    "handover_id",
    "tender__code",
    "opening_cents",
    "expected_cents",
    "expected_vouchers",
    "counted_cents",
    "counted_vouchers",
    "denominations",
    "taken_cents",
    "after_cents",
    "reason",
    "approval__approved_by__username",
)
ITEM = ("handover_id", "kind", "name", "expected", "counted", "remark")


class NotesOut(Strict):
    """So many of one note or coin."""

    value_cents: SignedCents
    count: int


class MoneyOut(Strict):
    """One tender. `slips` are null for cash, `notes` empty for other tenders."""

    tender: str
    opening: Yuan
    opening_cents: SignedCents
    expected: Yuan
    expected_cents: SignedCents
    expected_slips: int | None
    counted: Yuan | None
    counted_cents: SignedCents | None
    counted_slips: int | None
    notes: list[NotesOut]
    taken: Yuan
    taken_cents: SignedCents
    after: Yuan
    after_cents: SignedCents


class ItemOut(Strict):
    kind: ItemKind
    name: str
    expected: int
    counted: int | None
    remark: str


def told(row: Row) -> Told:
    # cash is counted by its notes, everything else by its slips
    cash = row["counted_vouchers"] is None
    return {
        "tender": row["tender__code"],
        **answers.money("opening", row["opening_cents"]),
        **answers.money("expected", row["expected_cents"]),
        "expected_slips": None if cash else row["expected_vouchers"],
        **answers.money("counted", row["counted_cents"]),
        "counted_slips": row["counted_vouchers"],
        "notes": [
            {"value_cents": value, "count": n}
            for value, n in sorted((int(cents), n) for cents, n in row["denominations"].items())
        ],
        **answers.money("taken", row["taken_cents"]),
        **answers.money("after", row["after_cents"]),
    }


def item_told(row: Row) -> Told:
    return {name: row[name] for name in ("kind", "name", "expected", "counted", "remark")}
