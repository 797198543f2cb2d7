"""Until when each reason leads to other goods or to money, and what is said afterwards."""

import pytest

from counter.models import LeadsTo
from counter.return_windows import NoWindow, WindowOver
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


def test_the_refusal_names_the_last_day(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.charm(), days_ago=11)
    with pytest.raises(WindowOver, match=r"wrong size: exchange was possible until \d{4}-"):
        desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
