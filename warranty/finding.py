"""Which card belongs to what lies on the counter. What one store promised every store of the house
keeps, so a card is found by its numbers wherever it was sold; of another store's card this tells
what the service needs, no person and no price."""

from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from inventory.ground import access, codes, settings_rows
from inventory.models import Certificate, Piece, Store
from inventory.queries import Who
from warranty.models import Card, CardOwner, CardState

MOST: Final = 50  # on one page
SCALE_MG: Final = 20  # what two sound scales may differ by, beside wear


@dataclass(frozen=True)
class FoundCard:
    """A card, and whether it is of a store whose cards this person may open."""

    card: Card
    is_ours: bool


def find(user: Who, *, store: Store, text: str, mark: str, grams: int | None) -> list[FoundCard]:
    """The cards of a piece whose own card is not at hand, newest first and 50 at most: in all
    stores by the telephone of whoever owns it now, by receipt, certificate or a number on the
    piece; else in one's own by the mark in its metal and what it weighs in milligrams, worn as it
    may be. Nothing for less."""
    rows = Card.objects.exclude(state=CardState.VOID).select_related(
        "piece", "store", "sale_line__sale"
    )
    if codes.read(text).value:
        rows = rows.filter(pk__in=_numbered(text) | _owned(_digits(text)))
    elif mark and grams:
        worn = settings_rows.number(store, "wear_mg")
        span = (grams - SCALE_MG, grams + worn + SCALE_MG)
        own = access.visible(rows, user)
        rows = own.filter(piece__mark__iexact=mark, piece__gross_mg__range=span)
    else:
        return []
    ours = access.store_ids(user)
    return [FoundCard(card, ours is None or card.store_id in ours) for card in rows[:MOST]]


def valid_of_piece(text: str) -> Card | None:
    """The card that holds for a piece of any store, by a number on the piece (1 query)."""
    rows = Card.objects.select_related("piece").filter(state=CardState.VALID)
    return rows.filter(piece__in=Piece.objects.filter(_on_piece(codes.read(text).value))).first()


def _on_piece(plain: str) -> Q:
    return Q(number=plain) | Q(barcode=plain) | Q(epc=plain)


def _numbered(text: str) -> set[int]:
    """Cards by a number that was typed; one query each, so that each finds its index."""
    plain, typed = codes.read(text).value, codes.half_width(text).strip()
    reported = Certificate.objects.filter(number__in={typed, typed.upper()})
    asked = (
        Q(number=plain),
        Q(piece__in=Piece.objects.filter(_on_piece(plain))),
        Q(piece__in=reported.values("piece")),
        Q(sale_line__sale__number=plain),
    )
    return {pk for each in asked for pk in Card.objects.filter(each).values_list("pk", flat=True)}


def _owned(phone: str) -> set[int]:
    """Cards of whoever has this telephone: the newest owner, else the customer of the sale."""
    if not phone:
        return set()
    passed_on = CardOwner.objects.filter(customer__phone=phone).values_list("card_id", flat=True)
    bought = Card.objects.filter(sale_line__sale__customer__phone=phone)
    once = {*passed_on, *bought.values_list("pk", flat=True)}
    owners = CardOwner.objects.filter(card=OuterRef("pk")).order_by("-pk")
    newest = Subquery(owners.values("customer__phone")[:1])
    still = Card.objects.filter(pk__in=once).annotate(
        owner=Coalesce(newest, "sale_line__sale__customer__phone")
    )
    return set(still.filter(owner=phone).values_list("pk", flat=True))


def _digits(text: str) -> str:
    """A telephone number as customers' files keep it."""
    return "".join(sign for sign in codes.half_width(text) if sign.isdigit() or sign == "+")
