"""Old gold that is bought for money: a bill without lines."""

import pytest

from appraisal.models import TradeInState
from appraisal.reception import BuyBackOff
from counter import (
    old_gold,
)
from counter.models import Payment, Sale, SaleState, Tender
from tests.old_gold import Desk
from tests.old_gold_bills import (
    accepted,
    buy_back,
    cash,
    is_clean,
    put_down,
    void,
)


@pytest.mark.parametrize("code", ["cash", "transfer"])
def test_a_buy_back_is_a_bill_without_lines(desk: Desk, code: str) -> None:
    trade_in = buy_back(desk)
    tender = Tender.objects.get(code=code)
    sale = old_gold.buy_back(trade_in=trade_in, tender=tender, by=desk.by)
    assert (sale.total_cents, sale.state, sale.lines.count()) == (0, SaleState.COMPLETED, 0)
    # (936 − 3) × 10 g × 0.99
    paid = {row.tender.code: row.amount_cents for row in sale.payments.all()}
    assert paid == {"old_gold": 923_670, code: -923_670}
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.SETTLED
    assert is_clean(desk)


def test_a_voided_buy_back_gives_money_and_gold_back(desk: Desk) -> None:
    trade_in = buy_back(desk)
    sale = old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    void(desk, sale)
    assert Payment.objects.filter(sale=sale, tender=cash()).count() == 2
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.ACCEPTED
    assert is_clean(desk)
    assert old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by).number
    assert is_clean(desk)


def test_it_buys_nothing_back_where_the_store_does_not(desk: Desk) -> None:
    trade_in = buy_back(desk)
    desk.put("buy_back", "no")
    with pytest.raises(BuyBackOff):
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    assert not Sale.objects.exists()


def test_it_pays_money_for_no_exchange_and_takes_no_buy_back_for_goods(desk: Desk) -> None:
    trade_in = buy_back(desk)
    sale = desk.shop.bill(desk.shop.piece())
    with pytest.raises(old_gold.NoSwap):
        put_down(desk, sale, trade_in)
    swap = accepted(desk, sale)
    with pytest.raises(old_gold.NoBuyBack):
        old_gold.buy_back(trade_in=swap, tender=cash(), by=desk.by)
