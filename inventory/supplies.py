"""辅料、赠品: goods that are no individuals, such as cords, boxes and gifts, and chain by the gram.
How much of each lies in a place, and how it got there, in rows that are never changed.

A quantity is a number of pieces, or milligrams of what goes by the gram. Gifts are the leak every
auditor knows: whatever leaves has a sale, a ticket or a second person's yes behind it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import counted as counts
from inventory import places, stocktake_supplies
from inventory.ground import access, approvals, changes, measures
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import (
    Approval,
    CountedIn,
    Place,
    PlaceKind,
    Store,
    SupplyEntry,
    SupplyItem,
    SupplyKind,
    SupplyStock,
)

MOST_PIECES: Final = 1_000_000
MOST_WORDS: Final = 120
MOST_NUMBER: Final = 40


class BadQuantity(BadField):
    code = "bad_quantity"
    sentence = gettext_lazy("Type how much it is, from 1 piece or 0.001 g on.")


class TooFewLie(RuleBroken):
    """How many do lie there is not said: the place may be counted at this moment."""

    code = "too_few_lie"

    def __init__(self, *, item: SupplyItem, place: Place) -> None:
        told = {"name": item.name, "place": place}
        super().__init__(
            _("There is not so much of %(name)s in %(place)s.") % told, field="quantity"
        )


class NoneLies(RuleBroken):
    """Given with a sale can be only what the store has."""

    code = "none_lies"

    def __init__(self, item: SupplyItem) -> None:
        super().__init__(
            _("No %(name)s lies in this store any more. Receive it, or choose another gift.")
            % {"name": item.name},
            field="item",
        )


class AsInBooks(RuleBroken):
    code = "as_in_books"
    sentence = gettext_lazy("The books say the same. Nothing was changed.")


@dataclass(frozen=True, kw_only=True)
class Why:
    """What an entry belongs to: its document, else words; and the second person's yes."""

    number: str = ""
    words: str = ""
    approval: Approval | None = None
    given: SupplyEntry | None = None  # the row with which it left, of what comes back


def receive(*, item: SupplyItem, place: Place, quantity: int, number: str, by: User) -> SupplyEntry:
    """The supplier brings goods: so many pieces or milligrams lie in a place from now on. `number`
    of the supplier's note. Refused: to a role without the right, to people of other stores, a place
    that is none, nothing, and no note."""
    access.refuse_unless(by, "keep_supplies", store=place.store)
    _check_place(place)
    _check_quantity(item, quantity)
    if not number.strip():
        raise BadField(_("Type the number of the supplier's note."), field="number")
    with changes.opened(store=place.store, by=by) as book:
        why = Why(number=number.strip()[:MOST_NUMBER])
        return _enter(item, place, quantity, SupplyKind.RECEIVED, why, book=book)


def move(
    *, item: SupplyItem, place: Place, to: Place, quantity: int, by: User
) -> list[SupplyEntry]:
    """From one place of a store to another. Refused as in `receive`, to where it lies already, more
    than lies there, from where it is being counted: refusals would tell how much it is, and to or
    from another counter without the yes of somebody who takes it."""
    access.refuse_unless(by, "keep_supplies", store=place.store)
    counts.check_list(user=by, places=[place])
    _check_place(to)
    _check_quantity(item, quantity)
    if place.store_id != to.store_id:
        raise places.PlaceUnknown
    if place.pk == to.pk:
        raise BadField(_("Choose another place."), field="to")
    with changes.opened(store=place.store, by=by) as book:
        why = Why()
        if place.counter != to.counter:
            asked = move_ask(item=item, place=place, to=to, quantity=quantity)
            why = Why(approval=approvals.spend(ask=asked, by=by))
        out = _enter(item, place, -quantity, SupplyKind.MOVED, why, book=book, other=to)
        into = _enter(item, to, quantity, SupplyKind.MOVED, why, book=book, other=place)
    return [out, into]


def move_ask(*, item: SupplyItem, place: Place, to: Place, quantity: int) -> Ask:
    """What the second person takes: so much, from here to there."""
    told = {"much": shown(item, quantity), "name": item.name, "place": place, "to": to}
    return Ask(
        action="move_supply",
        store=place.store.code,
        document=f"supply-{item.pk}-{place.pk}-{to.pk}",
        figures={"quantity": quantity},
        summary=_("%(much)s of %(name)s from %(place)s to %(to)s") % told,
        permission="keep_supplies",
    )


def use(*, item: SupplyItem, place: Place, quantity: int, number: str, book: Book) -> SupplyEntry:
    """Used up in the work on the ticket with this number; `ticket_supplies.use` has looked at the
    ticket. Refused: nothing, more than lies there, and from where it is being counted."""
    counts.check_list(user=book.by, places=[place])
    _check_quantity(item, quantity)
    return _enter(item, place, -quantity, SupplyKind.USED, Why(number=number), book=book)


def put_right(*, item: SupplyItem, place: Place, found: int, reason: str, by: User) -> SupplyEntry:
    """Another quantity lies there than the books say: lost, broken, forgotten. Refused as in
    `receive`, without a reason, as the books say it, to who may not see what is being counted, and
    without a second person's yes."""
    access.refuse_unless(by, "keep_supplies", store=place.store)
    counts.check_list(user=by, places=[place])
    _check_place(place)
    if not reason.strip():
        raise BadField(_("Say why."), field="reason")
    if found:
        _check_quantity(item, found)
    with changes.opened(store=place.store, by=by) as book:
        asked = ask(item=item, place=place, found=found)
        approval = approvals.spend(ask=asked, by=by)
        why = Why(words=reason.strip()[:MOST_WORDS], approval=approval)
        return enter_count(item=item, place=place, found=found, why=why, book=book)


def ask(*, item: SupplyItem, place: Place, found: int) -> Ask:
    """What the second person agrees to: so much instead of so much. Refused when they are the
    same."""
    now = lying_in(item=item, place=place)
    if now == found:
        raise AsInBooks
    told = {
        "name": item.name,
        "place": place,
        "now": shown(item, now),
        "found": shown(item, found),
    }
    return Ask(
        action="put_supply_right",
        store=place.store.code,
        document=f"supply-{item.pk}-{place.pk}",
        figures={"now": now, "found": found},
        summary=_("%(name)s in %(place)s: %(found)s instead of %(now)s") % told,
        permission="agree_supplies",
    )


def enter_count(*, item: SupplyItem, place: Place, found: int, why: Why, book: Book) -> SupplyEntry:
    """A count found so much; the books say it from now on. `why` has a yes or the number of a
    signed count. Refused when the books say the same."""
    more = found - lying_in(item=item, place=place)
    if not more:
        raise AsInBooks
    return _enter(item, place, more, SupplyKind.COUNTED, why, book=book)


def give(
    *, wanted: Mapping[SupplyItem, int], counter: Place, number: str, book: Book
) -> list[SupplyEntry]:
    """Gifts leave the store with the sale of this number: from the counter's own places first, then
    from any other. Refused when the store has fewer."""
    rows = SupplyStock.objects.filter(store=counter.store_id, item__in=list(wanted), quantity__gt=0)
    lying = sorted(
        rows.select_related("place__parent"),
        key=lambda row: (row.place.counter != counter, row.place_id),
    )
    entries, why = [], Why(number=number)
    for item, many in wanted.items():
        left = many
        for row in lying:
            taken = min(left, row.quantity) if row.item_id == item.pk else 0
            if taken:
                given = _enter(item, row.place, -taken, SupplyKind.GIVEN, why, book=book)
                entries.append(given)
                left -= taken
        if left:
            raise NoneLies(item)
    return entries


def take_back(
    *, wanted: Mapping[int, int], given_with: str, number: str, book: Book
) -> list[SupplyEntry]:
    """So many of the items with these keys, given with the sale `given_with`, lie where they were
    taken from again; what came back before counts. `number` of the return, or of the sale that is
    voided."""
    rows = SupplyEntry.objects.filter(
        store=book.store, number=given_with, kind=SupplyKind.GIVEN, item__in=list(wanted)
    )
    left, entries = dict(wanted), []
    away = rows.annotate(away=-F("quantity") - Coalesce(Sum("came_back__quantity"), 0))
    for given in away.select_related("item", "place").order_by("pk"):
        many = min(left[given.item_id], given.away)
        if many:
            why = Why(number=number, given=given)
            back = _enter(given.item, given.place, many, SupplyKind.BACK, why, book=book)
            entries.append(back)
            left[given.item_id] -= many
    return entries


def lying_in(*, item: SupplyItem, place: Place) -> int:
    """How much of it lies in a place, in pieces or milligrams (1 query)."""
    rows = SupplyStock.objects.filter(store=place.store_id, item=item, place=place)
    return rows.values_list("quantity", flat=True).first() or 0


def has(*, item: SupplyItem, store: Store) -> bool:
    """Whether any of it lies in a store (1 query)."""
    return SupplyStock.objects.filter(store=store, item=item, quantity__gt=0).exists()


def lying_at(counter: Place, *, items: Collection[int] | None = None) -> dict[SupplyItem, int]:
    """What goes by the piece and lies at a counter or in its trays; of these items, else of all
    that lie there (2 queries)."""
    rows = SupplyStock.objects.filter(store=counter.store_id, item__counted_in=CountedIn.PIECES)
    here = rows.filter(place=counter) | rows.filter(place__parent=counter)
    if items is not None:
        here = here.filter(item__in=items)
    sums = dict(here.order_by().values_list("item").annotate(Sum("quantity")))
    found = SupplyItem.objects.filter(pk__in=[item for item, many in sums.items() if many])
    return {item: sums[item.pk] for item in found}


def shown(item: SupplyItem, quantity: int) -> str:
    """A quantity for the eye: "18 pieces", "3.20 g"."""
    if item.counted_in == CountedIn.PIECES:
        return measures.count(quantity)
    return _("%(g)s g") % {"g": measures.grams(quantity)}


def _check_place(place: Place) -> None:
    if place.kind == PlaceKind.VIRTUAL:
        raise places.PlaceUnknown(field="place")


def _check_quantity(item: SupplyItem, quantity: int) -> None:
    most = MOST_PIECES if item.counted_in == CountedIn.PIECES else measures.MOST_MG
    if not 0 < quantity <= most:
        raise BadQuantity(field="quantity")


def _enter(
    item: SupplyItem,
    place: Place,
    quantity: int,
    kind: SupplyKind,
    why: Why,
    *,
    book: Book,
    other: Place | None = None,
) -> SupplyEntry:
    """The row and what lies there, in the same breath; who holds the book has locked the store's
    head, so nobody else writes of this place meanwhile. Refused when less lies there."""
    stock = SupplyStock.objects.filter(store=book.store, item=item, place=place)
    if stock.filter(quantity__gte=-quantity).update(quantity=F("quantity") + quantity) != 1:
        if quantity < 0 or stock.exists():
            raise TooFewLie(item=item, place=place)
        SupplyStock.objects.create(store=book.store, item=item, place=place, quantity=quantity)
    entry = SupplyEntry(
        store=book.store,
        item=item,
        place=place,
        other_place=other,
        kind=kind,
        quantity=quantity,
        number=why.number,
        words=why.words,
        approval=why.approval,
        given=why.given,
    )
    (written,) = book.write([entry], kind=f"supply_{kind}", number=why.number or item.code)
    if quantity > 0:
        stocktake_supplies.expect(item=item, place=place)
    return written
