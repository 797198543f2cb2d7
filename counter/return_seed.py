"""The return windows a shop starts with, as dated rows; head office adds and ends rows."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db import transaction

from counter.models import Channel, ExchangeBasis, LeadsTo, ReturnWindow, Starts
from inventory.models import Pricing
from warranty.models import Fault

VALID_FROM: Final = date(2020, 1, 1)
HOUSE: Final = "published promises of the house: ten-day equal exchange, unworn"
CARE: Final = "三包 of the house: fineness, quality, weight"
QUALITY_DAYS: Final = "Shanghai rules for gold and platinum: a fault within 7 days"
FAVOUR: Final = "rule of the house: where it is not clear, for the customer"
DISTANCE: Final = "Consumer Protection Law, art. 25: 7 days for a sale at a distance"

EXCHANGE_DAYS: Final = 10
FAULT_DAYS: Final = 7

# what the customer does not like, and what the house exchanges while it is unworn
UNWORN: Final = (
    Fault.WRONG_SIZE,
    Fault.WRONG_STYLE,
    Fault.NOT_AS_ORDERED,
    Fault.CHANGED_MIND,
    Fault.GIFT_REFUSED,
    Fault.PRICE_FELL,
)
WITHOUT_END: Final = (Fault.FINENESS, Fault.WEIGHT)
SOON: Final = (Fault.CRACK, Fault.PLATING, Fault.CLASP, Fault.STONE, Fault.NOT_AS_ORDERED)


@transaction.atomic
def put_seed_windows() -> None:
    """Safe to repeat: where a reason has a row already, nothing is changed for it."""
    known = set(ReturnWindow.objects.values_list("fault", flat=True).order_by())
    ReturnWindow.objects.bulk_create(row for row in _windows() if row.fault not in known)


def _windows() -> Iterator[ReturnWindow]:
    for fault in UNWORN:
        yield from _unworn(fault)
    for fault in WITHOUT_END:
        yield from _of_quality(fault, days=None, source=CARE)
    for fault in SOON:
        yield from _of_quality(fault, days=FAULT_DAYS, source=QUALITY_DAYS)
    for leads_to in LeadsTo:
        yield ReturnWindow(
            fault=Fault.GOODWILL,
            leads_to=leads_to,
            basis=ExchangeBasis.AMOUNT,
            is_house_promise=True,
            valid_from=VALID_FROM,
            source=FAVOUR,
        )


def _unworn(fault: Fault) -> Iterator[ReturnWindow]:
    """Other goods in ten days: a fixed price counts as it was paid, a piece by weight gram for gram
    (trade.md 4.12). Money only for what was sold at a distance."""
    for pricing, basis in (("", ExchangeBasis.AMOUNT), (Pricing.WEIGHT, ExchangeBasis.GRAMS)):
        yield ReturnWindow(
            fault=fault,
            leads_to=LeadsTo.EXCHANGE,
            pricing=pricing,
            days=EXCHANGE_DAYS,
            basis=basis,
            must_be_unworn=True,
            keeps_old_discount=basis == ExchangeBasis.AMOUNT,
            is_house_promise=True,
            valid_from=VALID_FROM,
            source=HOUSE,
        )
    yield ReturnWindow(
        fault=fault,
        leads_to=LeadsTo.REFUND,
        channel=Channel.DISTANCE,
        days=FAULT_DAYS,
        starts=Starts.RECEIPT,
        must_be_unworn=True,
        valid_from=VALID_FROM,
        source=DISTANCE,
    )


def _of_quality(fault: Fault, *, days: int | None, source: str) -> Iterator[ReturnWindow]:
    for leads_to in LeadsTo:
        yield ReturnWindow(
            fault=fault,
            leads_to=leads_to,
            days=days,
            basis=ExchangeBasis.BETTER,
            keeps_old_discount=leads_to == LeadsTo.EXCHANGE,
            # it goes before what is promised for the same reason without a fault
            precedence=10,
            valid_from=VALID_FROM,
            source=source,
        )
