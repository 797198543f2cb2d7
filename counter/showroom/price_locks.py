"""锁价: a metal price that is kept for an order against a deposit, for so many grams and until a
day. It ends in the delivery or with the deposit given back, never in paying out a difference."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import customers
from counter.models import (
    Deposit,
    DepositState,
    LineState,
    LockEnd,
    NetworkOrder,
    OrderLine,
    PriceLock,
    PriceMode,
    SaleLine,
)
from inventory import places, prices
from inventory import queries as stock
from inventory.ground import access, changes, measures, settings_rows
from inventory.ground.amounts import WHOLE_BP, metal_cents, share
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import MetalPrice, Piece, Store

Metal = tuple[str, int]  # metal and legal grade


class LockNotAsked(RuleBroken):
    code = "lock_not_asked"
    sentence = gettext_lazy(
        "This order takes the price of the day of settlement. The customer must agree to a locked "
        "price first."
    )


class LockNeedsDeposit(RuleBroken):
    code = "lock_needs_deposit"

    def __init__(self, *, missing_cents: int) -> None:
        told = {"missing": measures.yuan(missing_cents)}
        super().__init__(_("A price lock needs a deposit: %(missing)s are missing.") % told)


class LockTooLarge(RuleBroken):
    """The cap of the customer or of the house; the sentence says which."""

    code = "lock_too_large"

    def __init__(self, *, left_mg: int, of_house: bool) -> None:
        told = {"left": measures.grams(max(left_mg, 0))}
        whole = _("The house locks at most %(left)s g more of this metal. Ask head office.")
        own = _("For this customer at most %(left)s g more of this metal can be locked.")
        super().__init__((whole if of_house else own) % told)


class LockedAlready(RuleBroken):
    code = "locked_already"
    sentence = gettext_lazy("The price of this order is locked already.")


class LockOrderOver(RuleBroken):
    code = "lock_order_over"
    sentence = gettext_lazy("This order is over. Its price is locked no more.")


class PriceLockExpired(RuleBroken):
    """The customer pays after the day up to which the price was locked."""

    code = "price_lock_expired"

    def __init__(self, order: NetworkOrder) -> None:
        super().__init__(
            _(
                "The locked price of order %(number)s has expired. Take the price of the day, and "
                "tell the customer."
            )
            % {"number": order.number}
        )


@dataclass(frozen=True)
class Locked:
    """The board row that a line of a bill takes from a lock, and whether the lock still holds."""

    lock: PriceLock
    row: MetalPrice
    holds: bool


def lock(*, order: NetworkOrder, until: date, by: User) -> list[PriceLock]:
    """The prices of this moment for all metal of an order, one lock for each class.

    Refused: to a role without the right, an order without a locked price or one that is over,
    twice, without the deposit that the house asks for, beyond the grams of the customer or of the
    house, and until a day in the past or too far away.
    """
    if not (by.has_perm("work_orders") or by.has_perm("review_orders")):
        raise NotAllowed
    moment = _moment(order.store, until)
    with changes.opened(store=order.store, by=by) as book:
        # who ends the order meanwhile waits here, and finds the locks that this writes
        along = NetworkOrder.objects.select_related("store", "queue")
        order = along.select_for_update(of=("self",)).get(pk=order.pk)
        _check_order(order)
        # two stores may lock grams of the house or of one customer at once
        customers.lock([order.customer_id])
        rows = []
        for (metal, grade), mg in _grams_of(order).items():
            _check_caps(order, metal=(metal, grade), mg=mg)
            row = prices.row_for(store=order.queue, metal=metal, fineness=grade)
            rows.append(
                PriceLock(
                    order=order,
                    metal_price=row,
                    cents_per_gram=row.cents_per_gram,
                    mg=mg,
                    until=moment,
                    at=book.at,
                    by=by,
                )
            )
        book.write(rows, kind="price_locked", number=order.number)
    return rows


def end(*, order: NetworkOrder, how: LockEnd, at: datetime) -> None:
    """The open locks of an order end, inside the transaction that ended the order."""
    open_locks().filter(order=order).update(ended_at=at, ended_how=how)


def reopen(*, order: NetworkOrder) -> None:
    """The delivery was voided: what it ended holds again."""
    PriceLock.objects.filter(order=order, ended_how=LockEnd.DELIVERED).update(
        ended_at=None, ended_how=""
    )


def check_cover(*, order_id: int, at: datetime) -> None:
    """A deposit of an order is kept no longer: without enough of it no price is locked."""
    order = NetworkOrder.objects.select_related("store").get(pk=order_id)
    if _missing_cents(order) > 0:
        end(order=order, how=LockEnd.RELEASED, at=at)


def expire_due(*, at: datetime) -> int:
    """Ends the locks whose day has passed; returns how many. No rule depends on it: `of_lines`
    judges for itself."""
    due = open_locks().filter(until__lt=at)
    return due.update(ended_at=at, ended_how=LockEnd.EXPIRED)


# --- on the bill


def of_lines(lines: Sequence[SaleLine]) -> dict[int, Locked]:
    """Which lines of one bill take a locked price, by piece id; those of its pieces that were made
    for an order with a lock, in their order, as far as its grams reach (no query without such a
    piece, else 2)."""
    ordered = [line.piece_id for line in lines if line.made_to_order]
    if not ordered:
        return {}
    rows = PriceLock.objects.filter(order__lines__ordered__piece__in=ordered).exclude(
        ended_how=LockEnd.RELEASED
    )
    pairs = rows.order_by("pk").values_list("pk", "order__lines__ordered__piece")
    by_piece: dict[int, list[int]] = defaultdict(list)
    for key, piece in pairs:
        by_piece[piece].append(key)
    locks = {
        row.pk: row
        for row in PriceLock.objects.filter(
            pk__in={key for keys in by_piece.values() for key in keys}
        ).select_related("metal_price", "order__store")
    }
    used = {key: _used_mg(row) for key, row in locks.items()}
    found: dict[int, Locked] = {}
    for line in lines:
        for key in by_piece.get(line.piece_id, ()):
            row = locks[key]
            if _covers(row, line, used[key]):
                used[key] += line.net_mg
                found[line.piece_id] = Locked(row, row.metal_price, _holds(row))
    return found


def rows_of(lines: Sequence[SaleLine]) -> dict[int, MetalPrice]:
    """The board rows that locks give to the lines of one open bill now, by piece id."""
    return {piece: each.row for piece, each in of_lines(lines).items() if each.holds}


def check(*, lines: Sequence[SaleLine], board: dict[Metal, MetalPrice]) -> None:
    """Refuses a line that was priced by a lock which has expired since, while the price of the day
    is another one. The clerk takes the new price, and with it this is settled."""
    found = of_lines(lines)
    for line in lines:
        locked = found.get(line.piece_id)
        if locked is None or locked.holds or line.metal_price_id != locked.row.pk:
            continue
        now = board.get((line.piece.metal, line.piece.fineness))
        if now is None or now.pk != locked.row.pk:
            raise PriceLockExpired(locked.lock.order)


# --- grams


@dataclass(frozen=True)
class OpenGrams:
    """Of one metal class: what is locked to deliver, against what lies in stock, in milligrams."""

    metal_class: measures.MetalClass
    locked_mg: int
    locked_cents: int  # what the locked metal comes to at its locked prices
    orders: int
    stock_mg: int

    @property
    def uncovered_mg(self) -> int:
        return max(self.locked_mg - self.stock_mg, 0)


def open_grams(*, by: User) -> list[OpenGrams]:
    """What the house has locked and not delivered, by metal class, with the stock of the stores
    that this person may see (2 queries)."""
    rows = open_locks().filter(until__gte=timezone.now()).select_related("metal_price")
    groups: dict[Metal, list[PriceLock]] = defaultdict(list)
    for row in rows:
        groups[row.metal_price.metal, row.metal_price.fineness].append(row)
    lying = access.visible(Piece.objects.filter(state__in=stock.LYING), by).order_by()
    there = {
        (metal, grade): mg
        for metal, grade, mg in lying.values_list("metal", "grade").annotate(Sum("net_mg"))
    }
    return [
        OpenGrams(
            metal_class=measures.class_of(metal=key[0], fineness=key[1]),
            locked_mg=sum(row.mg for row in groups[key]),
            locked_cents=sum(
                metal_cents(weight_mg=row.mg, cents_per_gram=row.cents_per_gram)
                for row in groups[key]
            ),
            orders=len({row.order_id for row in groups[key]}),
            stock_mg=there.get(key, 0),
        )
        for key in sorted(groups)
    ]


def open_locks() -> QuerySet[PriceLock]:
    return PriceLock.objects.filter(ended_at__isnull=True)


def _check_order(order: NetworkOrder) -> None:
    if order.is_over:
        raise LockOrderOver
    if order.price_mode != PriceMode.LOCKED:
        raise LockNotAsked
    if open_locks().filter(order=order, until__gte=timezone.now()).exists():
        raise LockedAlready
    # one that has expired makes room for the price of today
    open_locks().filter(order=order).update(ended_at=timezone.now(), ended_how=LockEnd.EXPIRED)
    missing = _missing_cents(order)
    if missing > 0:
        raise LockNeedsDeposit(missing_cents=missing)


def _missing_cents(order: NetworkOrder) -> int:
    """What of the deposit that a lock needs is not kept (1 query)."""
    kept = Deposit.objects.filter(order=order, state__in=[DepositState.OPEN, DepositState.USED])
    paid: int = kept.aggregate(sum=Sum("cents", default=0))["sum"]
    bp = settings_rows.number(order.store, "price_lock_deposit_bp")
    return share(cents=order.total_cents, bp=bp) - paid


def _check_caps(order: NetworkOrder, *, metal: Metal, mg: int) -> None:
    rows = open_locks().filter(
        until__gte=timezone.now(), metal_price__metal=metal[0], metal_price__fineness=metal[1]
    )
    own = rows.filter(order__customer=order.customer_id)
    for of_house, kept, name in (
        (False, own, "price_lock_customer_mg"),
        (True, rows, "price_lock_house_mg"),
    ):
        left = settings_rows.number(order.store, name) - _sum_mg(kept)
        if mg > left:
            raise LockTooLarge(left_mg=left, of_house=of_house)


def _sum_mg(rows: QuerySet[PriceLock]) -> int:
    mg: int = rows.aggregate(sum=Sum("mg", default=0))["sum"]
    return mg


def _grams_of(order: NetworkOrder) -> dict[Metal, int]:
    sums: dict[Metal, int] = defaultdict(int)
    for line in OrderLine.objects.filter(order=order):
        sums[line.metal, line.grade] += line.pieces * line.net_mg
    return dict(sums)


def _used_mg(row: PriceLock) -> int:
    """What was delivered at a locked price before (1 query)."""
    sold = SaleLine.objects.filter(
        piece__ordered__line__order=row.order_id,
        metal_price=row.metal_price_id,
        state=LineState.SOLD,
    )
    mg: int = sold.aggregate(sum=Sum("net_mg", default=0))["sum"]
    return mg


def _covers(row: PriceLock, line: SaleLine, used_mg: int) -> bool:
    price = row.metal_price
    if (line.piece.metal, line.piece.grade) != (price.metal, price.fineness):
        return False
    over = settings_rows.number(row.order.store, "price_lock_over_bp")
    return used_mg + line.net_mg <= row.mg * (WHOLE_BP + over) // WHOLE_BP


def _holds(row: PriceLock) -> bool:
    return row.ended_at is None and row.until >= timezone.now()


def _moment(store: Store, until: date) -> datetime:
    today = places.business_day(store)
    days = settings_rows.number(store, "price_lock_days")
    if not today <= until <= today + timedelta(days=days):
        raise BadField(
            _("Choose a day from today, at most %(n)d days away.") % {"n": days}, field="until"
        )
    return datetime.combine(until, time(23, 59, 59), tzinfo=ZoneInfo(store.time_zone))
