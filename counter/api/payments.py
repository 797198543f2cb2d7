"""Payments: money in and money out."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from ninja import Query, Router

from counter.models import Payment, TenderKind
from inventory.ground import answers, lists, scopes
from inventory.ground.schemas import (
    Day,
    FeedAsked,
    Listed,
    Moment,
    SignedCents,
    StoreCode,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted

router = Router(tags=["sales"])

FIELDS = (
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "sale_id",
    "sale__number",
    "sale__business_day",
    "shift__counter__code",
    "change__at",
    "change__by__username",
    "tender__code",
    "tender__kind",
    "amount_cents",
    "given_cents",
    "merchant_number",
    "reverses_id",
    "trade_in__number",
    "is_payout",
)


class PaymentOut(Strict):
    """A refund has a minus sign and `refund` true. `given` is what lay on the counter, `back` what
    went back of it. `merchant_number` is the order number of the terminal or wallet. `trade_in` is
    the old gold that paid, or with `payout` and a minus sign was paid for."""

    sale: str
    store: str
    counter: str
    business_day: Day
    at: Moment
    by: str
    tender: str
    kind: TenderKind
    amount: Yuan
    amount_cents: SignedCents
    given: Yuan
    given_cents: SignedCents
    back: Yuan
    back_cents: SignedCents
    merchant_number: str | None
    refund: bool
    trade_in: str | None
    payout: bool


class PaymentsAsked(FeedAsked):
    store: StoreCode | None = None
    business_day: Day | None = None


@router.get("/payments", response=Listed[PaymentOut], **scopes.needs("sales:read"))
def list_payments(request: Admitted, asked: Query[PaymentsAsked]) -> HttpResponse:
    """Payments in the order in which they were written; `business_day` is that of the sale. An
    empty page has no `next_cursor`: keep the one you have and ask again later."""
    stores = lists.stores_of(request.user, asked.store)
    rows = Payment.objects.all()
    if asked.business_day is not None:
        rows = rows.filter(sale__business_day=asked.business_day)
    page = lists.in_commit_order(rows.values(*FIELDS), stores=stores, asked=asked, of="payments")
    return answers.listed(map(told, page.rows), page.next_cursor)


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A payment as it is answered, from its `FIELDS`."""
    return {
        "sale": row["sale__number"],
        "store": row["store__code"],
        "counter": row["shift__counter__code"],
        "business_day": row["sale__business_day"],
        "at": answers.moment(row["change__at"], row["store__time_zone"]),
        "by": row["change__by__username"],
        "tender": row["tender__code"],
        "kind": row["tender__kind"],
        **answers.money("amount", row["amount_cents"]),
        **answers.money("given", row["given_cents"]),
        **answers.money("back", row["given_cents"] - row["amount_cents"]),
        "merchant_number": row["merchant_number"],
        "refund": row["reverses_id"] is not None,
        "trade_in": row["trade_in__number"],
        "payout": row["is_payout"],
    }
