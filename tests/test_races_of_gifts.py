"""Real threads and real commits: more bills than beads."""

from typing import Final

import pytest

from counter import gifts, sales
from inventory.models import SupplyEntry, SupplyKind
from tests.cast import Shop
from tests.supplies import bead, lying, receive
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
BILLS: Final = 12
BEADS: Final = 5


def test_no_more_beads_are_given_than_lie_there(trading_shop: Shop) -> None:
    shop, item = trading_shop, bead(value_cents=500)
    receive(shop, item, BEADS)
    open_bills = [shop.bill(shop.charm()) for _ in range(BILLS)]
    for sale in open_bills:
        gifts.give(line=sale.lines.get(), kind="member", item=item, by=shop.lin)
        shop.pay(sale)

    def sell(index: int) -> str:
        return patiently(
            lambda: sales.complete(sale=open_bills[index], shown_cents=9_800, by=shop.lin)
        )

    assert at_once(sell, BILLS) == {"": BEADS, "none_lies": BILLS - BEADS}
    assert lying(item, shop.a) == 0
    assert SupplyEntry.objects.filter(kind=SupplyKind.GIVEN).count() == BEADS
    assert books_agree()
