"""Reads of the book of promises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db.models import IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from inventory.ground import access, codes
from inventory.queries import Who
from warranty.models import BenefitEntry, Card, CardEvent, CardPrint, HandOut

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
    rows = cards_for(user).prefetch_related("piece__stones", "piece__certificates")
    return get_object_or_404(rows, number=number)


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


@dataclass(frozen=True)
class Moment:
    """One line of a card's life, ready to be read."""

    at: datetime
    who: str
    what: str
    why: str = ""


def life_of(card: Card) -> list[Moment]:
    """Issued, printed, changed: newest first (3 queries)."""
    return sorted(_moments(card), key=lambda moment: moment.at, reverse=True)


def _moments(card: Card) -> Iterator[Moment]:
    yield Moment(card.change.at, _name(card.change.by), _("issued"))
    for event in card.events.select_related("change__by"):
        yield Moment(event.change.at, _name(event.change.by), _words(event), event.why)
    for paper in card.prints.select_related("by"):
        yield Moment(paper.at, _name(paper.by), _("printed"))


def _words(event: CardEvent) -> str:
    if event.change.kind == "card_hidden":
        return _("purchase hidden on the public page")
    if event.change.kind == "card_shown":
        return _("purchase shown on the public page")
    return event.get_new_display()


def _name(user: User) -> str:
    return user.first_name or user.username
