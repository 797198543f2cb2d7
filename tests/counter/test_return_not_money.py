"""What was not money does not become money: old gold and store credit come back as store credit."""

import pytest

from counter import credit_accounts, refunds, settlements, store_credit
from counter.models import CreditEntry
from inventory.ground import amounts
from tests.old_gold import Desk
from tests.old_gold_bills import accepted, complete, customer, put_down
from tests.returns import ReturnDesk, open_return_desk, went_back
from tests.store_credit import give_credit, holder, spend


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    return standing_desk


@pytest.fixture
def back_desk(desk: Desk) -> ReturnDesk:
    return open_return_desk(desk.shop)


def test_what_old_gold_paid_becomes_credit_and_never_money(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    """trade.md 4.12."""
    who = customer(desk)
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale, customer_id=who.pk)
    put_down(desk, sale, trade_in)
    desk.shop.pay(sale)
    back = back_desk.refund(back_desk.take(complete(desk, sale)))
    (gold,) = back.payments.filter(trade_in=trade_in)
    assert went_back(back) == {
        "cash": back.credit_cents * -1 - gold.amount_cents,
        "old_gold": gold.amount_cents,
    }
    (entry,) = CreditEntry.objects.filter(customer=who)
    assert (entry.cents, entry.reason, entry.trade_in) == (-gold.amount_cents, "returned", trade_in)
    account = credit_accounts.account_of(who)
    assert account.left_cents == entry.cents
    # gold at 936 of 1,100 is the most that may ever go out for it
    most = amounts.half_up(dividend=entry.cents * 936, divisor=1_100)
    assert account.money_cents == most
    assert back_desk.broken() == []


def test_credit_that_would_be_nobodys_is_not_given(desk: Desk, back_desk: ReturnDesk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    put_down(desk, sale, accepted(desk, sale))
    desk.shop.pay(sale)
    back = back_desk.take(complete(desk, sale))
    with pytest.raises(settlements.CreditForNobody):
        back_desk.refund(back)
    back.refresh_from_db()
    assert back.state == "open"
    assert not refunds.refunded_cents(back)


def test_store_credit_becomes_store_credit(desk: Desk, back_desk: ReturnDesk) -> None:
    who = holder(give_credit(desk))
    sale = spend(desk, who, 50_000)
    before = store_credit.balance(who)
    back = back_desk.refund(back_desk.take(sale))
    assert went_back(back) == {"credit": -50_000}
    assert store_credit.balance(who) == before + 50_000
    assert back_desk.broken() == []
