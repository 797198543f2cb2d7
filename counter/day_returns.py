"""What came back on a business day, beside what was sold: one row a return, by the day on which its
money went back or its goods paid."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from counter.models import Payment


@dataclass(frozen=True)
class ReturnRow:
    """Cents that went back to the tenders of the sale on this day, and cents that paid for other
    goods."""

    number: str
    sale: str
    fault: str
    back_cents: int
    goods_cents: int
    clerk: str


def of_payments(payments: QuerySet[Payment]) -> Iterator[ReturnRow]:
    """The returns behind the payments of a day (1 query). A void of a bill is no return."""
    went_back = Q(reverses__isnull=False)
    groups = (
        payments.filter(returned__isnull=False)
        .order_by("returned__number")
        .values(
            "returned__number",
            "returned__sale__number",
            "returned__fault",
            "returned__by__first_name",
        )
        .annotate(
            back=Sum("amount_cents", filter=went_back, default=0),
            goods=Sum("amount_cents", filter=~went_back, default=0),
        )
    )
    for group in groups:
        yield ReturnRow(
            number=group["returned__number"],
            sale=group["returned__sale__number"] or "",
            fault=group["returned__fault"],
            back_cents=-group["back"],
            goods_cents=group["goods"],
            clerk=group["returned__by__first_name"],
        )
