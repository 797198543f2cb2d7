"""The API's part of the book of promises: what a card still promises, and nobody's name."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Router

from inventory import places
from inventory.ground import scopes
from inventory.ground.answers import reply
from inventory.ground.schemas import CustomerOut, Day, Number, Strict
from inventory.ground.scopes import Admitted
from warranty import benefits, queries
from warranty.benefits import Remainder
from warranty.models import BenefitKind, Card, CardState

router = Router(tags=["cards"])


class BenefitOut(Strict):
    """What is left of one promise today, in the language of the request. `left` is null for as
    often as you like, `valid_until` for life, `next_due` when nothing is due. `asleep`: it
    holds again after the overdue inspection."""

    kind: BenefitKind
    title: str
    terms: str
    used: int
    left: int | None
    valid_until: Day | None
    next_due: Day | None
    expired: bool
    asleep: bool


class CardOut(Strict):
    """A card that is not valid promises nothing; its benefits are not listed."""

    number: str
    state: CardState
    store: str
    piece: str
    plan: str
    issued_on: Day
    benefits: list[BenefitOut]
    customer: CustomerOut | None


@router.get("/cards/{number}", response=CardOut, **scopes.needs("cards:read"))
def get_card(request: Admitted, number: Path[Number]) -> HttpResponse:
    """State of a card and the benefits left."""
    rows = queries.cards_for(request.user).select_related("sale_line__sale__customer")
    card = get_object_or_404(rows, number=number)
    today = places.business_day(card.store)
    left = benefits.remaining(card, on=today) if card.state == CardState.VALID else []
    customer = _customer(card) if request.user.has_perm(scopes.CUSTOMERS) else None
    return reply({**_card(card), "benefits": list(map(_benefit, left)), "customer": customer})


def _card(card: Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "state": card.state,
        "store": card.store.code,
        "piece": card.piece.number,
        "plan": str(card.plan),
        "issued_on": card.issued_on,
    }


def _benefit(row: Remainder) -> dict[str, Any]:
    return {
        "kind": row.benefit.kind,
        "title": row.benefit.title,
        "terms": row.benefit.terms,
        "used": row.used,
        "left": row.left,
        "valid_until": row.valid_until,
        "next_due": row.next_due,
        "expired": row.expired,
        "asleep": row.asleep,
    }


def _customer(card: Card) -> dict[str, Any] | None:
    customer = card.sale_line.sale.customer
    return {"id": customer.pk, "phone": customer.masked_phone} if customer else None
