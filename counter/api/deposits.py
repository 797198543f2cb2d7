"""What stores owe for deposits, for head office's programs: now, or at a moment of the past."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from counter.models import Customer, Deposit, DepositKind
from inventory.ground import answers, lists, scopes
from inventory.ground.schemas import (
    Asked,
    CustomerOut,
    Listed,
    Moment,
    Number,
    SignedCents,
    StoreCode,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted

router = Router(tags=["deposits"])

FIELDS = (
    "pk",
    "store__code",
    "store__time_zone",
    "sale__number",
    "kind",
    "order__number",
    "piece__number",
    "price_cents",
    "cents",
    "earnest_cents",
    "until",
    "at",
    "customer_id",
    "customer__phone",
    "left",
)


class DepositOut(Strict):
    """A deposit with what was owed of it. `sale` is the bill that took it; `earnest` what of it
    counts as earnest money; `customer` is null without the scope `customers:read`."""

    sale: str
    store: str
    kind: DepositKind
    order: Number | None
    piece: Number | None
    price: Yuan
    price_cents: SignedCents
    paid: Yuan
    paid_cents: SignedCents
    earnest: Yuan
    earnest_cents: SignedCents
    left: Yuan
    left_cents: SignedCents
    taken_at: Moment
    until: Moment
    customer: CustomerOut | None


class DepositsAsked(Asked):
    """Without a moment: as it is now."""

    store: StoreCode | None = None
    at: Moment | None = None


@router.get("/deposits", response=Listed[DepositOut], **scopes.needs("deposits:read"))
def list_deposits(request: Admitted, asked: Query[DepositsAsked]) -> HttpResponse:
    """Every deposit of which something was owed at a moment, the oldest first."""
    stores, at = lists.stores_of(request.user, asked.store), asked.at or timezone.now()
    rows = Deposit.objects.filter(store__in=stores, at__lte=at)
    summed = rows.annotate(left=Sum("entries__cents", filter=Q(entries__at__lte=at)))
    page = lists.by_key(summed.filter(left__gt=0).values(*FIELDS), asked=asked, of="deposits")
    named = request.user.has_perm(scopes.CUSTOMERS)
    return answers.listed((_told(row, named=named) for row in page.rows), page.next_cursor)


def _told(row: Mapping[str, Any], *, named: bool) -> dict[str, Any]:
    zone = row["store__time_zone"]
    masked = Customer(phone=row["customer__phone"]).masked_phone
    return {
        "sale": row["sale__number"],
        "store": row["store__code"],
        "kind": row["kind"],
        "order": row["order__number"],
        "piece": row["piece__number"],
        **answers.money("price", row["price_cents"]),
        **answers.money("paid", row["cents"]),
        **answers.money("earnest", row["earnest_cents"]),
        **answers.money("left", row["left"]),
        "taken_at": answers.moment(row["at"], zone),
        "until": answers.moment(row["until"], zone),
        "customer": {"id": row["customer_id"], "phone": masked} if named else None,
    }
