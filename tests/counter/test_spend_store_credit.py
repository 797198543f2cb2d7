"""换货余额: what old gold was worth beyond the bill buys something else, once, for its customer."""

from typing import Any

import pytest

from appraisal.models import TradeIn
from counter import acknowledgements, bills, queries, sales, settlements, store_credit
from counter.books import verify
from counter.models import CreditEntry, Customer, Sale, Tender
from inventory.ground import approvals
from tests.old_gold import Desk
from tests.old_gold_bills import (
    NECKLACE_CENTS,
    accepted,
    complete,
    customer,
    is_clean,
    put_down,
    put_rule,
    void,
)

# 20 g × ¥1,100.00 − the necklace
SURPLUS = 2_200_000 - NECKLACE_CENTS


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    put_rule(surplus="credit")
    return standing_desk


def credit() -> Tender:
    return Tender.objects.get(code="credit")


def bill_of(desk: Desk, who: Customer | None, **facts: Any) -> Sale:
    sale = desk.shop.bill(desk.shop.charm(**facts))
    bills.name_customer(sale=sale, customer=who)
    sale.refresh_from_db()
    return sale


def pay(desk: Desk, sale: Sale, cents: int) -> None:
    desk.shop.pay(sale, "credit", cents=cents)


def earned(desk: Desk, who: Customer) -> Sale:
    """A necklace for a ring of 20 g: the rest is this customer's credit."""
    sale = desk.shop.bill(desk.shop.piece())
    bills.name_customer(sale=sale, customer=who)
    put_down(desk, sale, accepted(desk, sale, mg=20_000, customer_id=who.pk))
    return complete(desk, sale)


def test_a_surplus_becomes_credit_of_whoever_brought_the_old_gold(desk: Desk) -> None:
    who = customer(desk)
    sale = earned(desk, who)
    (paid,) = sale.payments.all()
    assert (paid.amount_cents, paid.back_cents) == (NECKLACE_CENTS, 0)
    entry = CreditEntry.objects.get()
    assert (entry.customer, entry.cents, entry.sale) == (who, SURPLUS, sale)
    assert is_clean(desk)


def test_credit_for_nobody_is_refused(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale, mg=20_000)
    with pytest.raises(settlements.CreditForNobody):
        put_down(desk, sale, trade_in)
    bills.name_customer(sale=sale, customer=customer(desk))
    put_down(desk, sale, trade_in)
    bills.name_customer(sale=sale, customer=None)
    with pytest.raises(settlements.CreditForNobody):
        complete(desk, sale)
    assert not CreditEntry.objects.exists()


def test_it_pays_on_another_bill(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    sale = bill_of(desk, who)
    assert credit() in queries.ways_to_pay(credit_cents=store_credit.balance(who))
    pay(desk, sale, 9_800)
    complete(desk, sale)
    assert store_credit.balance(who) == SURPLUS - 9_800
    assert is_clean(desk)


def test_it_is_no_way_to_pay_for_anybody_else(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    other = bill_of(desk, customer(desk, "13900000002"))
    assert credit() not in queries.ways_to_pay(credit_cents=0)
    with pytest.raises(store_credit.CreditTooSmall):
        pay(desk, other, 100)
    nobody = bill_of(desk, None)
    with pytest.raises(store_credit.CreditNeedsCustomer):
        pay(desk, nobody, 100)


def test_it_stays_with_its_customer_while_it_lies_on_a_bill(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    sale = bill_of(desk, who)
    pay(desk, sale, 9_800)
    with pytest.raises(bills.MoneyOnBill):
        bills.name_customer(sale=sale, customer=customer(desk, "13900000002"))


def test_no_more_is_put_down_than_is_left(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    sale = bill_of(desk, who, price_cents=5_000_000)
    pay(desk, sale, SURPLUS - 1)
    with pytest.raises(store_credit.CreditTooSmall) as refusal:
        pay(desk, sale, 2)
    assert "¥0.01" in str(refusal.value)


def test_of_two_baskets_the_second_is_refused(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    first, second = (bill_of(desk, who, price_cents=SURPLUS) for _ in range(2))
    for sale in (first, second):
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        pay(desk, sale, SURPLUS)
    complete(desk, first)
    with pytest.raises(store_credit.CreditTooSmall):
        complete(desk, second)
    assert store_credit.balance(who) == 0
    assert is_clean(desk)


def test_a_void_gives_spent_credit_back(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    sale = bill_of(desk, who)
    pay(desk, sale, 9_800)
    void(desk, complete(desk, sale))
    assert store_credit.balance(who) == SURPLUS
    assert is_clean(desk)


def test_a_void_takes_credit_away_unless_it_is_spent(desk: Desk) -> None:
    who = customer(desk)
    source = earned(desk, who)
    sale = bill_of(desk, who)
    pay(desk, sale, 9_800)
    sale = complete(desk, sale)
    ask = sales.void_ask(source)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    numbers = list(source.lines.values_list("piece__number", flat=True))
    told: dict[str, Any] = {"scanned": numbers, "reason": "changed mind", "by": desk.by}
    with pytest.raises(store_credit.CreditSpent):
        sales.void(sale=source, **told)
    void(desk, sale)
    sales.void(sale=source, **told)
    assert store_credit.balance(who) == 0
    assert not TradeIn.objects.filter(state="settled").exists()
    assert is_clean(desk)


def test_the_books_find_credit_below_zero_and_a_settlement_without_money(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    trade_in = TradeIn.objects.get()
    TradeIn.objects.filter(pk=trade_in.pk).update(state="accepted")
    found = [each.what for each in verify(desk.shop.s01)]
    assert [what for what in found if "settled without its payment" in what]
    assert [what for what in found if "not the surplus of its offer" in what]
    TradeIn.objects.filter(pk=trade_in.pk).update(state="settled")
    assert is_clean(desk)


def test_the_bill_offers_credit_to_who_has_it(desk: Desk) -> None:
    who = customer(desk)
    earned(desk, who)
    page = desk.shop.client().get(f"/sell/{bill_of(desk, who).uuid}/").content.decode()
    assert 'value="credit"' in page
    assert "¥11,405.20" in page
