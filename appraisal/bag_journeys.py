"""Sealed bags on their way from the store to head office, weighed again where they arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import scrap, weighings
from appraisal.models import BagState, ScrapBag, WeighedFor, Weighing
from appraisal.old_pieces import REWEIGH_MG
from appraisal.scrap import BagMoved
from appraisal.weighings import Shown
from inventory import places
from inventory.ground import access, approvals, changes, measures, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Place, PlaceKind, Store


class NoBags(RuleBroken):
    code = "no_bags"
    status = 422
    sentence = gettext_lazy("Choose at least one bag.")


class SeveralStores(RuleBroken):
    code = "several_stores"
    status = 422
    sentence = gettext_lazy("Send the bags of one store after the other.")


class NoHeadOffice(RuleBroken):
    code = "no_head_office"
    sentence = gettext_lazy("There is no head office to send it to.")


class HoldNotOver(RuleBroken):
    """Stolen things may still be asked for: the store keeps old gold as it is for some days."""

    code = "hold_not_over"

    def __init__(self, bag: ScrapBag, until: date) -> None:
        told = {"number": bag.number, "day": f"{until:%Y-%m-%d}"}
        super().__init__(_("Bag %(number)s stays as it is until %(day)s.") % told)


@dataclass(frozen=True)
class Arrival:
    """A bag on head office's scale. `agrees`: it was taken in; else it is still on its way, and
    the weight stays written as evidence."""

    bag: ScrapBag
    weighing: Weighing
    agrees: bool

    @property
    def sentence(self) -> str:
        """What the person at the scale is told when it does not agree."""
        told = {
            "number": self.bag.number,
            "sent": measures.grams(self.bag.gross_mg),
            "now": measures.grams(self.weighing.mg),
        }
        return (
            _(
                "Bag %(number)s was closed at %(sent)s g and weighs %(now)s g now. It is not taken"
                " in. Weigh it again; a second person must agree if it stays so."
            )
            % told
        )


def send(*, bags: Sequence[ScrapBag], by: User) -> list[ScrapBag]:
    """Sealed bags of one store leave for head office, in one transaction or not at all.

    Refused: to a role without the right, bags of several stores, one that is not sealed any more,
    and one whose days of rest are not over.
    """
    if not bags:
        raise NoBags
    if len({bag.store_id for bag in bags}) > 1:
        raise SeveralStores
    store = bags[0].store
    access.refuse_unless(by, "handle_scrap", store=store)
    head_office()
    with changes.opened(store=store, by=by) as book:
        check_hold(bags, book)
        scrap.move(bags, BagState.SENT, to=None, book=book)
        scrap.put_pieces(scrap.pieces_in(bags), None, reason="sent", book=book)
    return list(bags)


def receive(*, bag: ScrapBag, shown: Shown, by: User) -> Arrival:
    """A bag on head office's scale. It is taken in when it weighs what it weighed when it was
    closed, to 0.02 g.

    Else the weight is written all the same and the bag stays on its way; when it is weighed again
    and differs still, a second person's yes takes it in as it is.
    """
    house = head_office()
    access.refuse_unless(by, "melt_scrap", store=house)
    with changes.opened(store=house, by=by) as book:
        bag.refresh_from_db(fields=["state"])
        if bag.state != BagState.SENT:
            raise BagMoved(bag)
        differs = abs(shown.mg - bag.gross_mg) > REWEIGH_MG
        is_first = not arrivals_of(bag).exists()
        if differs and not is_first:
            approvals.spend(ask=accept_ask(bag, house), by=by)
        weighing = _weigh(bag, shown, house, book)
        if differs and is_first:
            return Arrival(bag, weighing, agrees=False)
        to = safe_of(house)
        scrap.move([bag], BagState.ARRIVED, to=to, book=book, weighed_mg=shown.mg, store=house)
        scrap.put_pieces(scrap.pieces_in([bag]), to, reason="arrived", book=book)
    bag.store = house
    return Arrival(bag, weighing, agrees=True)


def check_hold(bags: Sequence[ScrapBag], book: Book) -> None:
    """Refused while a bag must stay untouched: `hold_days` of the store where it was sealed."""
    for bag in bags:
        days = settings_rows.number(bag.origin, "hold_days")
        until = places.business_day(bag.origin, bag.at) + timedelta(days=days)
        if places.business_day(bag.origin, book.at) < until:
            raise HoldNotOver(bag, until)


def arrivals_of(bag: ScrapBag) -> QuerySet[Weighing]:
    """What the bag weighed where it arrived, in the order of the weighings."""
    rows = Weighing.objects.filter(document=bag.number, purpose=WeighedFor.BAG)
    return rows.filter(label_mg__isnull=False).order_by("pk")


def head_office() -> Store:
    """Where old gold goes. Refused without one."""
    house = places.head_office()
    if house is None:
        raise NoHeadOffice
    return house


def safe_of(store: Store) -> Place | None:
    """Where bags lie in a store: its first safe, else its first place."""
    rows = Place.objects.filter(store=store).order_by("code")
    return rows.filter(kind=PlaceKind.SAFE).first() or rows.first()


def accept_ask(bag: ScrapBag, house: Store) -> Ask:
    """What the second person agrees to when a bag arrives with another weight."""
    told = {"number": bag.number, "sent": measures.grams(bag.gross_mg)}
    return Ask(
        action="take_in_bag",
        store=house.code,
        document=bag.number,
        figures={"bag": bag.number, "gross_mg": bag.gross_mg},
        summary=_("Take in bag %(number)s, which was closed at %(sent)s g, as it is") % told,
        permission="handle_scrap",
    )


def _weigh(bag: ScrapBag, shown: Shown, house: Store, book: Book) -> Weighing:
    return weighings.record(
        shown=shown,
        purpose=WeighedFor.BAG,
        metal=bag.metal,
        document=bag.number,
        store=house,
        book=book,
        label_mg=bag.gross_mg,
    )
