"""Other goods for a returned piece: what it counts, what is paid beside it, what goes back."""

import pytest

from counter import day_reports, exchanges, returns
from counter.exchanges import NotAnExchange, PaidByReturn
from counter.models import LeadsTo, ReturnState
from counter.refunds import NotARefund
from inventory import places
from inventory.models import Piece
from tests.cast import Shop
from tests.counter.test_return_piece import NECKLACE_CENTS, RING_CENTS, void
from tests.returns import ReturnDesk, open_return_desk, went_back
from warranty.models import Fault

TEN_GRAMS = {"gross_mg": 10_000, "net_mg": 10_000}


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def ten_grams(desk: ReturnDesk) -> Piece:
    """10.00 g at 1,177 + 38: 12,150.00."""
    return desk.shop.piece(**TEN_GRAMS)


# trade.md 4.12, reason and today's price to what 10.00 g bought for 12,150.00 count
VECTORS = [
    (Fault.PRICE_FELL, 113_700, 1_175_000),  # gram for gram 10.00 g
    (Fault.WRONG_STYLE, 121_700, 1_255_000),
    (Fault.CRACK, 113_700, 1_215_000),  # by amount 10.34 g
    (Fault.CRACK, 121_700, 1_255_000),  # by amount only 9.68 g
]


@pytest.mark.parametrize(("fault", "price", "credit_cents"), VECTORS)
def test_the_basis_of_the_row_says_what_ten_grams_count(
    desk: ReturnDesk, fault: str, price: int, credit_cents: int
) -> None:
    sale = desk.sold(ten_grams(desk))
    assert sale.total_cents == 1_215_000
    desk.shop.put_up(9_990, price)
    assert desk.take(sale, fault, LeadsTo.EXCHANGE).credit_cents == credit_cents


def test_a_fixed_price_counts_as_it_was_paid(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    assert (back.credit_cents, back.lines.get().basis) == (RING_CENTS, "amount")


def test_the_same_grams_cost_nothing_after_the_price_rose(desk: ReturnDesk) -> None:
    sale = desk.sold(ten_grams(desk))
    desk.shop.put_up(9_990, 121_700)
    back = desk.take(sale, Fault.CRACK, LeadsTo.EXCHANGE)
    bought = desk.exchange(back, ten_grams(desk))
    (paid,) = bought.payments.all()
    assert (paid.tender.code, paid.amount_cents) == ("exchange", 1_255_000)
    back.refresh_from_db()
    assert (back.state, back.bill, went_back(back)) == (ReturnState.SETTLED, bought.uuid, {})
    assert desk.broken() == []


def test_a_dearer_piece_is_paid_up(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    back = desk.take(sale, Fault.WRONG_STYLE, LeadsTo.EXCHANGE)
    bought = desk.exchange(back, desk.shop.piece())
    paid = dict(bought.payments.values_list("tender__code", "amount_cents"))
    assert paid == {"exchange": RING_CENTS, "cash": NECKLACE_CENTS - RING_CENTS}
    assert desk.broken() == []


def test_what_a_cheaper_piece_leaves_goes_back_as_it_was_paid(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(), wechat=RING_CENTS)
    back = desk.take(sale, Fault.WRONG_STYLE, LeadsTo.EXCHANGE)
    bought = desk.exchange(back, desk.shop.charm())
    assert went_back(back) == {"wechat": 9_800 - RING_CENTS}
    assert [row.back_cents for row in bought.payments.all()] == [0]
    assert desk.broken() == []


def test_an_exchanged_piece_that_breaks_is_paid_back_where_the_first_was_paid(
    desk: ReturnDesk,
) -> None:
    first = desk.sold(desk.shop.ring(), card=RING_CENTS)
    second = desk.exchange(desk.take(first, Fault.WRONG_SIZE, LeadsTo.EXCHANGE), desk.shop.ring())
    back = desk.refund(desk.take(second))
    assert went_back(back) == {"card": -RING_CENTS}
    assert first.payments.filter(returned=back).exists()
    assert desk.broken() == []


def test_a_bill_that_a_return_paid_is_not_voided(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    with pytest.raises(PaidByReturn):
        void(desk, desk.exchange(back, desk.shop.ring()))


def test_a_return_pays_on_one_bill_and_is_not_given_up_there(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    exchanges.put_down(sale=desk.shop.bill(desk.shop.ring()), back=back, by=desk.by)
    with pytest.raises(returns.ReturnOnBill):
        exchanges.put_down(sale=desk.shop.bill(desk.shop.ring()), back=back, by=desk.by)
    with pytest.raises(returns.ReturnOnBill):
        returns.drop(back=back, by=desk.by)


def test_a_return_for_money_buys_nothing_and_one_for_goods_gives_no_money(
    desk: ReturnDesk,
) -> None:
    money = desk.take(desk.sold(desk.shop.ring()))
    with pytest.raises(NotAnExchange):
        exchanges.put_down(sale=desk.shop.bill(desk.shop.ring()), back=money, by=desk.by)
    goods = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    with pytest.raises(NotARefund):
        desk.refund(goods)


def test_the_report_of_the_day_agrees_with_its_payments(desk: ReturnDesk) -> None:
    desk.refund(desk.take(desk.sold(desk.shop.ring(), wechat=RING_CENTS)))
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_STYLE, LeadsTo.EXCHANGE)
    desk.exchange(back, desk.shop.charm())
    store = desk.shop.s01
    report = day_reports.report_of(store=store, day=places.business_day(store))
    # what the second ring paid of the charm stands among the tenders, as old gold does
    assert report.total_cents == report.paid_cents == 2 * 9_800
    assert [(row.goods_cents, row.back_cents) for row in report.returns] == [
        (0, RING_CENTS),
        (9_800, RING_CENTS - 9_800),
    ]
    assert day_reports.of_plain(day_reports.to_plain(report)) == report
