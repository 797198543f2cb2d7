"""Custody: what the books say a counter has, in pieces and in grams of each metal class.

Everything here reads forward from a moment of the ledger, never from the beginning: a sheet costs
the same after ten years as on the first day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Sum

from counter.models import Handover, HandoverKind, HandoverLine, HandoverState, Tender
from inventory import queries as stock
from inventory.ground import statements
from inventory.models import Change, Piece, Place, Store

PRESENT = stock.LYING
STARTED = "handover_started"  # the link of the chain with which a count begins

MetalKey = tuple[str, int]  # metal and legal grade: the only pieces whose grams are added
Key = tuple[int, str, int]  # the id of a place, and the same


@dataclass
class Amount:
    """Pieces with their grams, of one metal class."""

    pieces: int = 0
    mg: int = 0

    def add(self, pieces: int, mg: int) -> None:
        self.pieces += pieces
        self.mg += mg


@dataclass(frozen=True)
class Step:
    """One piece that entered a place (+1) or left it (−1)."""

    place_id: int
    metal: str
    grade: int
    sign: int
    mg: int
    reason: str
    seq: int
    number: str
    piece_id: int

    @property
    def key(self) -> Key:
        return self.place_id, self.metal, self.grade


@dataclass(frozen=True)
class Account:
    """What the books say of one place of a sheet: what the sheet before left there, every piece
    that came or went since, and what lies there now."""

    opening: dict[MetalKey, Amount] = field(default_factory=lambda: defaultdict(Amount))
    steps: list[Step] = field(default_factory=list)
    now: dict[MetalKey, Amount] = field(default_factory=lambda: defaultdict(Amount))
    piece_ids: set[int] = field(default_factory=set)


# from the newest changes to their movements: the plus signs keep SQLite from beginning at a place,
# whose history grows for ever
STEPS = """
    SELECT movement.from_place_id, movement.to_place_id, movement.old, movement.new,
           movement.reason, movement.net_mg, change.seq, change.number, piece.id,
           piece.metal, piece.grade
    FROM inventory_change change
    JOIN inventory_movement movement ON movement.change_id = change.id
    JOIN inventory_piece piece ON piece.id = movement.piece_id
    WHERE change.store_id = %s AND change.seq > %s
      AND (+movement.from_place_id IN {places} OR +movement.to_place_id IN {places})
    ORDER BY change.seq
"""

# the keys of a store's links grow with their `seq`: the payments since then lie side by side,
# however much else was written; CROSS JOIN keeps SQLite from beginning with the shifts
PAID = """
    SELECT payment.tender_id, SUM(payment.amount_cents),
           SUM(CASE WHEN payment.reverses_id IS NULL OR payment.returned_id IS NOT NULL
                         OR payment.deposit_id IS NOT NULL
                    THEN 1 ELSE -1 END)
    FROM counter_payment payment
    CROSS JOIN counter_shift shift
    WHERE payment.store_id = %s
      AND payment.change_id > COALESCE(
          (SELECT id FROM inventory_change WHERE store_id = %s AND seq = %s), 0)
      AND shift.id = payment.shift_id AND shift.counter_id = %s
    GROUP BY payment.tender_id
"""


HEAD = "SELECT seq FROM inventory_ledgerhead WHERE store_id = %s"


def lying(places: Collection[int]) -> dict[Key, Amount]:
    """What lies in these places now, by place and metal class (1 query)."""
    rows = Piece.objects.filter(place__in=places, state__in=PRESENT).order_by()
    groups = rows.values_list("place", "metal", "grade").annotate(Count("pk"), Sum("net_mg"))
    return {(place, metal, grade): Amount(n, mg) for place, metal, grade, n, mg in groups}


def steps(store: Store, places: Collection[int], *, since: int) -> list[Step]:
    """Every piece that entered or left these places after a moment of the ledger (1 query)."""
    listed = list(places)
    if not listed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            STEPS.format(places=statements.marks(listed)), [store.pk, since, *listed, *listed]
        )
        found = cursor.fetchall()
    wanted = set(listed)
    return [step for row in found for step in _legs(*row) if step.place_id in wanted]


def _legs(
    origin: int | None,
    to: int | None,
    old: str,
    new: str,
    reason: str,
    mg: int,
    seq: int,
    number: str,
    piece_id: int,
    metal: str,
    grade: int,
) -> Iterable[Step]:
    was, is_now = old in PRESENT, new in PRESENT
    if was and is_now and origin == to:
        return  # held or released: it has not moved
    if was and origin is not None:
        yield Step(origin, metal, grade, -1, mg, reason, seq, number, piece_id)
    if is_now and to is not None:
        yield Step(to, metal, grade, 1, mg, reason, seq, number, piece_id)


def summed(rows: Iterable[Step]) -> dict[Key, Amount]:
    """What the steps add up to, by place and metal class."""
    sums: dict[Key, Amount] = defaultdict(Amount)
    for row in rows:
        sums[row.key].add(row.sign, row.sign * row.mg)
    return sums


def last_sheet(counter: Place) -> Handover | None:
    """The newest signed sheet of a counter, by the ledger and not by the clock, which may go back;
    a spot count of one tray is none."""
    rows = Handover.objects.filter(counter=counter, state=HandoverState.SIGNED)
    return rows.exclude(kind=HandoverKind.SPOT).order_by("-sealed_seq").first()


def begins_after(handover: Handover) -> int:
    """The moment of the ledger at which the sheet's opening figures stood: the seal of the sheet
    before, else the opening of the shift, else the beginning of the count."""
    if handover.previous is not None and handover.previous.sealed_seq is not None:
        return handover.previous.sealed_seq
    if handover.shift is not None:
        return handover.shift.change.seq
    # from the newest link backwards: the count has just begun
    own = Change.objects.filter(store=handover.store_id, number=handover.number)
    return own.filter(kind=STARTED).order_by("-seq").values_list("seq", flat=True)[0]


def head_seq(store: Store) -> int:
    """The newest link of the store's chain at this moment."""
    ((seq,),) = statements.fetch(HEAD, [store.pk])
    return int(seq)


def read(handover: Handover, places: Collection[int]) -> dict[int, Account]:
    """The books of these places, as long as the sheet is open; the same statements for one place
    and for all of a counter (3 to 5 queries). The opening figures are what the sheet before left;
    for a counter's first sheet what lay there when its shift, or else the count, began."""
    accounts: dict[int, Account] = {place: Account() for place in places}
    rows = Piece.objects.filter(place__in=list(accounts), state__in=PRESENT).order_by()
    for place, piece, metal, grade, mg in rows.values_list(
        "place", "pk", "metal", "grade", "net_mg"
    ):
        accounts[place].piece_ids.add(piece)
        accounts[place].now[metal, grade].add(1, mg)
    for step in steps(handover.store, list(accounts), since=begins_after(handover)):
        accounts[step.place_id].steps.append(step)
    if handover.previous is not None:
        _open_with(accounts, handover.previous)
    else:
        _open_before_steps(accounts)
    return accounts


def _open_with(accounts: dict[int, Account], previous: Handover) -> None:
    rows = HandoverLine.objects.filter(tray__handover=previous, tray__place__in=list(accounts))
    for place, metal, grade, pieces, mg in rows.values_list(
        "tray__place", "metal", "grade", "closing_pieces", "closing_mg"
    ):
        accounts[place].opening[metal, grade].add(pieces, mg)


def _open_before_steps(accounts: dict[int, Account]) -> None:
    for account in accounts.values():
        for (metal, grade), now in account.now.items():
            account.opening[metal, grade].add(now.pieces, now.mg)
        for step in account.steps:
            account.opening[step.metal, step.grade].add(-step.sign, -step.sign * step.mg)


def paid(counter: Place, *, since: int) -> dict[int, tuple[int, int]]:
    """Money taken at a counter after a moment of the ledger: tender id to cents and vouchers; what
    was paid out for old gold, or for a return, is taken off and has its voucher too, a void takes
    both back (1 query)."""
    with connection.cursor() as cursor:
        cursor.execute(PAID, [counter.store_id, counter.store_id, since, counter.pk])
        return {tender: (int(cents), int(n)) for tender, cents, n in cursor.fetchall()}


def cash_left(handover: Handover, tender: Tender) -> int | None:
    """The cash in cents that the sheet before left at the counter; None without such a sheet."""
    return None if handover.previous is None else left_by(handover.previous, tender)


def left_by(sheet: Handover, tender: Tender) -> int | None:
    """The cash in cents that a signed sheet left at its counter; None where it counted none."""
    row = sheet.money.filter(tender=tender).first()
    if row is None or row.counted_cents is None:
        return None
    return row.counted_cents + row.after_cents - row.taken_cents
