"""Until when each reason leads to other goods or to money, and what is said afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counter import refund_shares, refunds
from counter.models import LeadsTo, Return
from counter.return_windows import BadReceiptDay, NoWindow, WindowOver
from tests.cast import Shop
from tests.returns import ReturnDesk, open_return_desk
from warranty.models import Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


# reason, what it leads to, channel, days since the sale, and what is said
WINDOWS = [
    (Fault.WRONG_SIZE, "exchange", "shop", 10, None),
    (Fault.WRONG_SIZE, "exchange", "shop", 11, WindowOver),
    (Fault.CHANGED_MIND, "exchange", "shop", 10, None),
    (Fault.CHANGED_MIND, "refund", "shop", 0, NoWindow),
    (Fault.CHANGED_MIND, "refund", "distance", 7, None),
    (Fault.CHANGED_MIND, "refund", "distance", 8, WindowOver),
    (Fault.CRACK, "refund", "shop", 7, None),
    (Fault.CRACK, "refund", "shop", 8, WindowOver),
    (Fault.CRACK, "exchange", "shop", 8, WindowOver),
    (Fault.FINENESS, "refund", "shop", 2_000, None),
    (Fault.WEIGHT, "exchange", "shop", 2_000, None),
    (Fault.LATE, "refund", "shop", 0, NoWindow),
]


@pytest.mark.parametrize(("fault", "leads_to", "channel", "days", "refused"), WINDOWS)
def test_each_reason_has_its_days(
    desk: ReturnDesk,
    fault: str,
    leads_to: str,
    channel: str,
    days: int,
    refused: type[Exception] | None,
) -> None:
    sale = desk.sold(desk.shop.charm(), days_ago=days)
    if refused is None:
        assert desk.take(sale, fault, leads_to, channel=channel).window is not None
        return
    with pytest.raises(refused):
        desk.take(sale, fault, leads_to, channel=channel)


def test_at_a_distance_the_days_begin_with_the_receipt(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.charm(), days_ago=12)
    sold, today = sale.business_day, timezone.localdate()
    assert sold is not None
    for received, refused in (
        (today - timedelta(days=8), WindowOver),
        (sold - timedelta(days=1), BadReceiptDay),
        (today + timedelta(days=2), BadReceiptDay),
    ):
        with pytest.raises(refused):
            desk.take(sale, Fault.CHANGED_MIND, channel="distance", received_on=received)
    page = desk.shop.client().get("/returns/new/", {"code": sale.number or ""}).text
    assert "7 days from the receipt" in page
    client = desk.shop.client()
    line = sale.lines.get()
    sent = {"code": sale.number, "fault": "changed_mind", "leads_to": "refund"}
    sent |= {"channel": "distance", f"{line.pk}-back": "on", f"{line.pk}-unworn": "on"}
    sent |= {f"{line.pk}-tag_intact": "on", f"{line.pk}-grams": "2.59"}
    assert client.post("/returns/new/", sent).headers["X-Refusal"] == "receipt_day_needed"
    received = today - timedelta(days=7)
    client.post("/returns/new/", sent | {"received_on": received.isoformat()})
    back = Return.objects.get()
    assert back.received_on == received
    told = refunds.ask(back, refund_shares.reckon(back, as_pieces=False)).summary
    assert f"changed mind · bought at a distance, received {received}" in str(told)
    assert f"received by the customer on {received}" in client.get(f"/returns/{back.number}/").text


def test_the_refusal_names_the_last_day(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.charm(), days_ago=11)
    with pytest.raises(WindowOver, match=r"wrong size: exchange was possible until \d{4}-"):
        desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
