"""赠品: gifts that go with a piece, of a promotion or for a member. They cost nothing on the bill;
their value is printed, because they come back with the piece or are charged (trade.md 4.7). Those
of the house's supplies leave the store with the sale and lie there again when they come back."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills
from counter.models import Gift, GiftKind, Return, ReturnLine, Sale, SaleLine
from inventory import supplies
from inventory.ground import measures
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import CountedIn, Store, SupplyItem, SupplyStock
from warranty.models import QUALITY

MOST: Final = 5


class GiftTooDear(BadField):
    code = "gift_too_dear"


class TooManyGifts(RuleBroken):
    code = "too_many_gifts"
    status = 422
    sentence = gettext_lazy("Up to five gifts go with one piece.")


class NoGift(RuleBroken):
    code = "no_gift"

    def __init__(self, item: SupplyItem) -> None:
        super().__init__(
            _("%(name)s is no gift any more, or goes by the gram. Choose another gift.")
            % {"name": item.name},
            field="item",
        )


@transaction.atomic
def give(
    *,
    line: SaleLine,
    kind: str,
    by: User,
    words: str = "",
    value_cents: int = 0,
    item: SupplyItem | None = None,
) -> Gift:
    """A gift worth so many cents goes with a piece on an open bill: one of the house's supplies,
    which has its own name and value, or something else in words. Refused: to a role that does not
    sell, without words or value, worth more than the piece costs, and a supply that goes by the
    gram, is no longer used, or of which none lies in this store."""
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(line)
    if item is not None:
        _check_item(item, line.sale.store)
        words, value_cents = item.name, item.value_cents or value_cents
    told = words.strip()[:60]
    if not told:
        raise BadField(_("Say what the gift is."), field="words")
    if value_cents <= 0:
        raise BadField(_("Say what the gift is worth; the slip prints it."), field="value")
    if value_cents > line.total_cents:
        most = {"most": measures.yuan(line.total_cents)}
        raise GiftTooDear(
            _("A gift is not worth more than its piece, %(most)s.") % most, field="value"
        )
    if line.gifts.count() >= MOST:
        raise TooManyGifts
    return Gift.objects.create(
        line=line, kind=GiftKind(kind), words=told, value_cents=value_cents, item=item, by=by
    )


@transaction.atomic
def take_away(*, gift: Gift, by: User) -> None:
    """The gift stays in the shop. Refused to a role that does not sell, and after completion."""
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(gift.line)
    line.gifts.filter(pk=gift.pk).delete()


def charged_cents(line: SaleLine, *, fault: str, back: Collection[int]) -> int:
    """What is charged for gifts of a piece that comes back, in cents: their value, but for those
    that came `back`. For a fault of ours the customer keeps them."""
    if fault in QUALITY:
        return 0
    return sum(gift.value_cents for gift in line.gifts.all() if gift.pk not in back)


def choices(store: Store) -> QuerySet[SupplyItem]:
    """The house's supplies of which one may go with a piece of this store (1 query)."""
    lying = SupplyStock.objects.filter(store=store, quantity__gt=0)
    here = SupplyItem.objects.filter(active=True, counted_in=CountedIn.PIECES)
    return here.filter(pk__in=lying.values("item"))


def hand_out(gifts: Iterable[Gift], *, sale: Sale, book: Book) -> None:
    """The sale is completed: its gifts leave the store. Refused when one of them lies here no
    more."""
    given = Counter(gift.item_id for gift in gifts if gift.item_id is not None)
    if given:
        items = SupplyItem.objects.in_bulk(given)
        wanted = {items[pk]: many for pk, many in sorted(given.items())}
        supplies.give(wanted=wanted, counter=sale.counter, number=sale.number or "", book=book)


def take_back(sale: Sale, *, book: Book) -> None:
    """The sale is voided: its gifts lie where they were taken from."""
    given = Gift.objects.filter(line__sale=sale, item__isnull=False)
    _bring_back(given, sale=sale, number=sale.number or "", book=book)


def take_in(back: Return, *, lines: Iterable[ReturnLine], book: Book) -> None:
    """A return is settled: the gifts that lay beside its pieces lie where they were taken from.
    `lines`: all of the return's."""
    keys = [pk for line in lines for pk in line.gifts_back]
    if keys:
        given = Gift.objects.filter(pk__in=keys, item__isnull=False)
        _bring_back(given, sale=back.sale, number=back.number, book=book)


def _check_item(item: SupplyItem, store: Store) -> None:
    if not item.active or item.counted_in != CountedIn.PIECES:
        raise NoGift(item)
    if not supplies.has(item=item, store=store):
        raise supplies.NoneLies(item)


def _bring_back(given: QuerySet[Gift], *, sale: Sale, number: str, book: Book) -> None:
    wanted = Counter(given.values_list("item", flat=True))
    if wanted:
        supplies.take_back(wanted=wanted, given_with=sale.number or "", number=number, book=book)
