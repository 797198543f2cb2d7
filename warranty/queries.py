"""Reads of the book of promises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.contrib.auth.models import User
from django.db.models import IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from inventory.ground import access, codes, measures, statements
from inventory.models import Written
from inventory.queries import Who
from warranty.models import (
    AppraisalResult,
    BenefitEntry,
    Card,
    CardEvent,
    CardOwner,
    CardPrint,
    CardState,
    EntryKind,
    HandOut,
)

W = TypeVar("W", bound=Written)

ROWS: Final = 50  # on one page
SHORTEST_SEARCH: Final = 4


def cards_for(user: Who) -> QuerySet[Card]:
    """Cards of the stores this person may see, newest first, with what a row shows (1 query)."""
    prints = CardPrint.objects.filter(card=OuterRef("pk")).order_by().values("card")
    printed = Subquery(prints.values(n=Count("pk")), output_field=IntegerField())
    rows = access.visible(Card.objects.all(), user)
    return rows.select_related("piece__style", "store", "plan", "sale_line__sale").annotate(
        times_printed=Coalesce(printed, 0)
    )


def card_for(user: Who, number: str) -> Card:
    """A card of one's own store, else 404 (3 queries)."""
    rows = cards_for(user).select_related("change__by")
    whole = rows.prefetch_related("piece__stones", "piece__certificates")
    return get_object_or_404(whole, number=number)


def search(user: Who, text: str) -> QuerySet[Card]:
    """Cards by number, its last four or more digits, piece number or document of the sale; all of
    them when nothing is asked."""
    rows = cards_for(user)
    if not text.strip():
        return rows
    plain = codes.read(text).value
    asked = Q(number=plain) | Q(piece__number=plain) | Q(sale_line__sale__number=plain)
    if len(plain) >= SHORTEST_SEARCH and plain.isdigit():
        asked |= Q(number__endswith=plain)
    return rows.filter(asked)


def cards_to_print(user: Who, *, numbers: Sequence[str] = (), sale: str = "") -> list[Card]:
    """Cards of one's own stores with all that their paper shows, in the order they were issued
    (5 queries): those of the numbers, or those that a sale hands out on paper. A number that is
    not there is 404, as if it were another store's."""
    if sale:
        asked = Q(sale_line__sale__number=sale, plan__hand_out=HandOut.PRINTED)
    else:
        asked = Q(number__in=numbers)
    entries = BenefitEntry.objects.select_related("benefit").order_by("benefit__position", "pk")
    rows = cards_for(user).filter(asked).order_by("pk")
    found = list(
        rows.prefetch_related(
            "piece__stones", "piece__certificates", Prefetch("entries", queryset=entries)
        )
    )
    if not found or len(found) < len(set(numbers)):
        raise Http404
    return found


def exchanged_for(card: Card) -> list[Card]:
    """The cards of the goods that its piece was exchanged for (1 query, none for a card that is not
    closed)."""
    if card.state != CardState.CLOSED:
        return []
    came_back = Card.objects.filter(pk=card.pk, sale_line__return_lines__is_live=True)
    bill = came_back.values("sale_line__return_lines__back__bill")
    return list(Card.objects.filter(sale_line__sale__uuid__in=bill, replaces=None).order_by("pk"))


def exchanged_from(card: Card) -> list[Card]:
    """The closed cards of the pieces that paid for this one in an exchange (1 query)."""
    of_bill = Card.objects.filter(
        state=CardState.CLOSED,
        sale_line__return_lines__is_live=True,
        sale_line__return_lines__back__bill=card.sale_line.sale.uuid,
    )
    return list(of_bill.order_by("pk"))


@dataclass(frozen=True)
class Moment:
    """One line of a card's life, ready to be read."""

    at: datetime
    who: str
    what: str
    why: str = ""


def life_of(card: Card) -> list[Moment]:
    """Issued, printed, used, passed on, changed, appraised: newest first (6 queries)."""
    return sorted(_moments(card), key=lambda moment: moment.at, reverse=True)


def _moments(card: Card) -> Iterator[Moment]:
    yield Moment(card.change.at, _name(card.change.by), _("issued"))
    for owner in _of_card(CardOwner, card):
        yield Moment(owner.change.at, _name(owner.change.by), _("passed on"), owner.why)
    for entry in _of_card(BenefitEntry, card, along=("benefit", "job", "job__ticket")):
        if entry.kind != EntryKind.GRANT and entry.change.kind != "benefit_carried":
            name = _name(entry.change.by)
            yield Moment(entry.change.at, name, _of_use(entry), _ticket_of(entry))
    found_by = ("change", "change__by", "job", "job__institution", "job__ticket")
    of_piece = "the_job__ticket.piece_id = %s"
    for found in statements.read_with(AppraisalResult, of_piece, [card.piece_id], along=found_by):
        what = _("appraised by %(name)s: %(result)s") % _of_appraisal(found)
        yield Moment(found.change.at, _name(found.change.by), what, found.job.ticket.number)
    for event in _of_card(CardEvent, card):
        yield Moment(event.change.at, _name(event.change.by), _words(event), event.why)
    for paper in card.prints.select_related("by"):
        yield Moment(paper.at, _name(paper.by), _("printed"))


def _of_card(model: type[W], card: Card, *, along: tuple[str, ...] = ()) -> list[W]:
    """The rows of a card, each with its link in the chain and who wrote it (1 query)."""
    own = f"{model._meta.db_table}.card_id = %s"
    return statements.read_with(model, own, [card.pk], along=("change", "change__by", *along))


def _of_use(entry: BenefitEntry) -> str:
    told = {"benefit": entry.benefit.title}
    if entry.kind == EntryKind.USE:
        return _("used: %(benefit)s") % told
    return _("not used after all: %(benefit)s") % told


def _of_appraisal(found: AppraisalResult) -> dict[str, str]:
    return {
        "name": str(found.job.institution),
        "result": f"{found.result} ({found.report}, {measures.yuan(found.cents)})",
    }


def _ticket_of(entry: BenefitEntry) -> str:
    return entry.job.ticket.number if entry.job else ""


def _words(event: CardEvent) -> str:
    if event.change.kind == "card_hidden":
        return _("purchase hidden on the public page")
    if event.change.kind == "card_shown":
        return _("purchase shown on the public page")
    return event.get_new_display()


def _name(user: User) -> str:
    return user.first_name or user.username
