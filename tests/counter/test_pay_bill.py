"""Tenders: several on one bill, change for cash, order numbers unique for ever."""

import pytest

from counter import bills, payments, sales
from counter.models import Tender, Tendered
from tests.cast import Shop

WECHAT = "4200001234202611221234567890"


def test_it_gives_change_for_cash(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale, cents=10_000)
    done = sales.complete(sale=sale, shown_cents=9_800, by=shop.lin)
    payment = done.payments.get()
    assert (payment.amount_cents, payment.given_cents, payment.back_cents) == (9_800, 10_000, 200)


def test_it_takes_several_tenders(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale, "wechat", cents=5_000, number=WECHAT)
    shop.pay(sale)
    done = sales.complete(sale=sale, shown_cents=9_800, by=shop.lin)
    assert [row.amount_cents for row in done.payments.order_by("pk")] == [5_000, 4_800]
    assert done.payments.get(tender__code="wechat").merchant_number == WECHAT


def test_it_refuses_more_than_is_due_by_card(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    with pytest.raises(payments.PaymentOver):
        shop.pay(sale, "card", cents=9_900, number="123456789012")


def test_it_refuses_an_electronic_tender_without_its_number(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    with pytest.raises(payments.MerchantNumberNeeded):
        shop.pay(sale, "alipay")


def test_it_refuses_an_order_number_used_before(shop: Shop) -> None:
    first = shop.bill(shop.charm())
    shop.pay(first, "wechat", number=WECHAT)
    sales.complete(sale=first, shown_cents=9_800, by=shop.lin)
    first.refresh_from_db()
    second = shop.bill(shop.charm())
    with pytest.raises(payments.MerchantNumberUsed) as refusal:
        shop.pay(second, "alipay", number=WECHAT)
    assert str(first.number) in str(refusal.value)


@pytest.mark.parametrize(
    "typed", ["4111111111111111", "4111 1111 1111 1111", "４１１１１１１１１１１１１１１１"]
)
def test_it_refuses_a_full_bank_card_number(shop: Shop, typed: str) -> None:
    sale = shop.bill(shop.charm())
    answer = shop.client().post(
        f"/sell/{sale.uuid}/pay/", {"tender": "card", "amount": "98", "merchant_number": typed}
    )
    assert answer.headers["X-Refusal"] == "bank_card_number"
    assert not Tendered.objects.exists()


@pytest.mark.parametrize("amount", ["", "0", "-5", "12.345", "abc", "1E+1000000", "９８。１２３"])
def test_it_refuses_an_amount_that_is_none(shop: Shop, amount: str) -> None:
    sale = shop.bill(shop.charm())
    answer = shop.client().post(f"/sell/{sale.uuid}/pay/", {"tender": "cash", "amount": amount})
    assert answer.status_code == 422
    assert not sale.tendered.exists()


def test_it_takes_a_tender_off_again(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    bills.pick_up(sale=sale, row=sale.tendered.get())
    assert not sale.tendered.exists()


def test_it_refuses_to_give_up_a_bill_with_money_on_it(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    with pytest.raises(bills.MoneyOnBill):
        bills.give_up(sale=sale, by=shop.lin)


def test_it_refuses_a_tender_that_is_switched_off(shop: Shop) -> None:
    Tender.objects.filter(code="mall").update(active=False)
    sale = shop.bill(shop.charm())
    form = {"tender": "mall", "amount": "98", "merchant_number": "M-123456"}
    assert shop.client().post(f"/sell/{sale.uuid}/pay/", form).status_code == 404


def test_it_rounds_down_within_the_limit_of_the_store(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    bills.round_down(sale=sale, cents=80)
    sale.refresh_from_db()
    assert bills.total_cents(sale, bills.lines_of(sale)) == 1_059_400
    with pytest.raises(bills.RoundingTooLarge):
        bills.round_down(sale=sale, cents=1_001)
