"""No cash goes out of a drawer that is not in it, and nobody learns by asking how much there is."""

import pytest

from counter import drawers, old_gold
from counter.cash_at_hand import CashNotThere, NotEnoughCash
from counter.models import Sale, SaleState
from tests.cast import Shop
from tests.counters import change, count_drawer, count_rest, in_notes, sign_both
from tests.old_gold import Desk, open_desk
from tests.old_gold_bills import (
    NECKLACE_CENTS,
    accepted,
    buy_back,
    cash,
    complete,
    fill_drawer,
    is_clean,
    put_down,
    put_rule,
    transfer,
    void,
)
from tests.store_credit import drawer

# (936 − 3) × 10 g × 0.99
BOUGHT_CENTS = 923_670
# 20 g × ¥1,100.00 − the necklace
SURPLUS = 2_200_000 - NECKLACE_CENTS


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return open_desk(shop)


def test_a_buy_back_takes_no_more_than_there_is(desk: Desk) -> None:
    trade_in = buy_back(desk)
    fill_drawer(desk, BOUGHT_CENTS - 1)
    with pytest.raises(NotEnoughCash) as refusal:
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    assert not any(sign.isdigit() for sign in str(refusal.value))
    assert not Sale.objects.exists()
    fill_drawer(desk, BOUGHT_CENTS)
    old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    assert drawer(desk) == 0
    other = buy_back(desk)
    fill_drawer(desk, BOUGHT_CENTS)
    with pytest.raises(NotEnoughCash):
        old_gold.buy_back(trade_in=other, tender=cash(), by=desk.by)
    assert old_gold.buy_back(trade_in=other, tender=transfer(), by=desk.by).number
    assert is_clean(desk)


def test_a_surplus_is_looked_at_again_when_the_bill_is_completed(desk: Desk) -> None:
    put_rule(surplus="money")
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale, mg=20_000)
    fill_drawer(desk, SURPLUS - 1)
    with pytest.raises(NotEnoughCash):
        put_down(desk, sale, trade_in, cash())
    fill_drawer(desk, SURPLUS)
    put_down(desk, sale, trade_in, cash())
    fill_drawer(desk, SURPLUS - 1)  # somebody else was paid meanwhile
    with pytest.raises(NotEnoughCash):
        complete(desk, sale)
    assert not sale.payments.exists()
    put_down(desk, sale, trade_in, transfer())
    complete(desk, sale)
    assert is_clean(desk)


def test_a_drawer_that_is_counted_blind_pays_nothing_out(desk: Desk) -> None:
    """Else small amounts would find out, one after the other, what has to lie there."""
    shop, trade_in = desk.shop, buy_back(desk)
    fill_drawer(desk, 0)
    shop.sell(shop.piece())
    sheet = change(shop)
    with pytest.raises(NotEnoughCash) as refusal:
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    assert str(refusal.value) == str(NotEnoughCash())
    count_drawer(sheet, by=shop.lin)
    assert old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by).number


def test_what_was_taken_to_the_safe_is_not_there(desk: Desk) -> None:
    shop, trade_in = desk.shop, buy_back(desk)
    fill_drawer(desk, 0)
    shop.sell(shop.piece())
    sheet = count_rest(change(shop), by=shop.lin)
    row = sheet.money.get(tender=cash())
    drawers.count_money(
        money=row,
        denominations=in_notes(NECKLACE_CENTS),
        taken_cents=NECKLACE_CENTS - 100,
        by=shop.lin,
    )
    with pytest.raises(NotEnoughCash):
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    sign_both(sheet, ("outgoing", shop.lin), ("incoming", shop.zhao))
    assert drawer(desk) == 100
    with pytest.raises(NotEnoughCash):
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)


def test_a_void_takes_no_more_than_there_is(desk: Desk) -> None:
    """The cash of the sale went out for old gold meanwhile."""
    trade_in = buy_back(desk)
    fill_drawer(desk, 0)
    sale = desk.shop.sell(desk.shop.piece())
    bought = old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)
    with pytest.raises(CashNotThere) as refusal:
        void(desk, sale)
    assert not any(sign.isdigit() for sign in str(refusal.value))
    sale.refresh_from_db()
    assert (sale.state, drawer(desk)) == (SaleState.COMPLETED, NECKLACE_CENTS - BOUGHT_CENTS)
    # what was paid out comes back, and then it is there
    void(desk, bought)
    void(desk, sale)
    assert drawer(desk) == 0
    assert is_clean(desk)
