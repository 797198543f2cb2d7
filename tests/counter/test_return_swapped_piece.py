"""A new piece that old gold paid for comes back: the rule is tested again over what stays, and that
is shown before anybody signs (trade.md 5.4)."""

from typing import Any

import pytest

from appraisal import queries, valuation
from appraisal.facts import NewLine, OldFacts, Terms
from appraisal.models import Offer
from counter import credit_accounts, exchanges, refunds, returned_swaps, voucher_papers
from counter.models import LeadsTo, Return, Sale, SwapTest
from inventory.ground import amounts
from inventory.ground.approvals import ApprovalNeeded
from tests.old_gold import Desk
from tests.old_gold_bills import accepted, complete, customer, offered, put_down, put_rule
from tests.returns import ReturnDesk, open_return_desk, went_back
from warranty.models import Fault

# 1,177 + 38 yuan per gram
HEAVY_CENTS = 1_822_500  # 15.00 g
LIGHT_CENTS = 1_275_750  # 10.50 g
OLD_CENTS = 2_200_000  # 20.00 g at 1,100
CASH_CENTS = HEAVY_CENTS + LIGHT_CENTS - OLD_CENTS
FEE_CENTS = 60_000  # 20.00 g at ¥30

T07 = {"min_ratio_bp": 12_500}
T04 = {
    "min_ratio_bp": 12_000,
    "ratio_strict": True,
    "below_ratio": "charge",
    "fee_cents_per_g": 3_000,
}
T08 = {"max_share_bp": 6_500}


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    return standing_desk


@pytest.fixture
def back_desk(desk: Desk) -> ReturnDesk:
    return open_return_desk(desk.shop)


def swapped(desk: Desk, **rule: Any) -> Sale:
    """Old gold of 20.00 g for 15.00 g and 10.50 g of new, the rest in cash."""
    put_rule(**rule)
    rows = [desk.shop.piece(gross_mg=each, net_mg=each) for each in (15_000, 10_500)]
    sale = desk.shop.bill(*rows)
    put_down(desk, sale, accepted(desk, sale, mg=20_000, customer_id=customer(desk).pk))
    desk.shop.pay(sale)
    return complete(desk, sale)


def brought(
    desk: ReturnDesk, sale: Sale, at: int, fault: str = Fault.CHANGED_MIND, **wish: Any
) -> Return:
    """One piece of the sale comes back, by the place of its line."""
    channel = "shop" if wish or fault == Fault.CRACK else "distance"
    line = sale.lines.select_related("piece", "sale").get(position=at)
    return desk.take(sale, fault, lines=[line], channel=channel, **wish)


def test_the_published_ratio_fails_by_ten_grams_when_the_light_piece_comes_back(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    """T07: 20.00 g of old gold ask for 25.00 g of new; what stays may not be paid with it."""
    back = brought(back_desk, swapped(desk, **T07), 2)
    (swap,) = returned_swaps.test(back)
    assert swap.lacks == ["10.00 g are missing"]
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=back_desk.by)
    assert "10.00 g are missing" in str(needed.value.ask.summary)
    back = back_desk.refund(back)
    # no money: the old gold has its part back first, as credit
    assert went_back(back) == {"old_gold": -LIGHT_CENTS}
    (row,) = back.swap_tests.all()
    assert (row.lacks_mg, row.taken_cents) == (10_000, 0)
    assert back_desk.broken() == []


def test_below_the_ratio_the_fee_is_charged_line_by_line(desk: Desk, back_desk: ReturnDesk) -> None:
    """T04: no fee for more than 1.2 times; 15.00 g are less, so that ¥30 a gram are due."""
    sale = swapped(desk, **T04)
    back = brought(back_desk, sale, 2)
    (swap,) = returned_swaps.test(back)
    (lines,) = swap.found.compared
    changed = {each.now.words: each.now.amount for each in lines if each.has_changed and each.now}
    assert changed["Depreciation fee 20.00 g × ¥30.00"] == "−¥600.00"
    assert changed["More than the new goods cost: becomes store credit"] == "−¥3,175.00"
    back = back_desk.refund(back)
    assert went_back(back) == {
        "old_gold": -(OLD_CENTS - FEE_CENTS - HEAVY_CENTS),
        "cash": -CASH_CENTS,
    }
    assert sum(went_back(back).values()) == -(LIGHT_CENTS - FEE_CENTS)
    # the fee is charged once, whatever comes back after it
    rest = back_desk.refund(brought(back_desk, sale, 1))
    assert went_back(rest) == {"old_gold": -HEAVY_CENTS}
    assert list(SwapTest.objects.values_list("taken_cents", flat=True)) == [FEE_CENTS, 0]
    assert back_desk.broken() == []


def test_a_return_that_took_another_fee_than_it_tested_breaks_the_books(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    back = back_desk.refund(brought(back_desk, swapped(desk, **T04), 2, Fault.CRACK))
    offer = Offer.objects.get()
    SwapTest.objects.create(
        back=back, trade_in=offer.trade_in, offer=offer, taken_cents=1, change=back.change
    )
    assert any("does not count what went back" in each for each in back_desk.broken())


def test_the_cap_holds_for_what_stays(desk: Desk, back_desk: ReturnDesk) -> None:
    """Old gold pays at most 65 % of the new: of what stays as well."""
    sale = swapped(desk, **T08)
    cap_cents = amounts.share(cents=HEAVY_CENTS + LIGHT_CENTS, bp=T08["max_share_bp"])
    back = back_desk.refund(brought(back_desk, sale, 2))
    left_cents = amounts.share(cents=HEAVY_CENTS, bp=T08["max_share_bp"])
    gold = min(cap_cents, OLD_CENTS) - left_cents
    assert went_back(back) == {"old_gold": -gold, "cash": -(LIGHT_CENTS - gold)}
    assert back_desk.broken() == []


def test_a_fault_of_ours_costs_the_customer_no_terms(desk: Desk, back_desk: ReturnDesk) -> None:
    sale = swapped(desk, **T04)
    back = back_desk.refund(brought(back_desk, sale, 2, Fault.CRACK))
    assert went_back(back) == {"cash": -CASH_CENTS, "old_gold": -(LIGHT_CENTS - CASH_CENTS)}
    # nor later: the broken piece counts as if it had stayed, for 15.00 g of the 24.00 asked
    (swap,) = returned_swaps.test(brought(back_desk, sale, 1))
    assert [lack.mg for lack in swap.found.lacks] == [24_001 - 10_500]
    assert not back.swap_tests.exists()


def test_other_goods_of_the_same_weight_keep_the_rule(desk: Desk, back_desk: ReturnDesk) -> None:
    back = brought(back_desk, swapped(desk, **T04), 2, leads_to=LeadsTo.EXCHANGE)
    new = desk.shop.piece(gross_mg=10_500, net_mg=10_500)
    bought = back_desk.exchange(back, new)
    assert [row.amount_cents for row in bought.payments.all()] == [LIGHT_CENTS]
    assert not SwapTest.objects.exclude(taken_cents=0, lacks_mg=0).exists()
    # and what was given for it counts when that comes back in turn
    again = bought.lines.select_related("piece", "sale").get()
    back = back_desk.take(bought, Fault.CHANGED_MIND, lines=[again], channel="distance")
    (swap,) = returned_swaps.test(back)
    assert (swap.taken_cents, swap.lacks) == (FEE_CENTS, ["9.01 g are missing"])


def test_two_returns_of_one_swap_pay_on_one_bill_as_one(desk: Desk, back_desk: ReturnDesk) -> None:
    """Each would be tested as if the other piece stayed."""
    sale = swapped(desk, **T04)
    first, second = (brought(back_desk, sale, at, leads_to=LeadsTo.EXCHANGE) for at in (1, 2))
    bill = desk.shop.bill(desk.shop.piece(gross_mg=30_000, net_mg=30_000))
    exchanges.put_down(sale=bill, back=first, by=back_desk.by)
    with pytest.raises(exchanges.OneSwapReturn):
        exchanges.put_down(sale=bill, back=second, by=back_desk.by)


def test_other_goods_that_are_too_light_cost_the_fee(desk: Desk, back_desk: ReturnDesk) -> None:
    back = brought(back_desk, swapped(desk, **T04), 2, leads_to=LeadsTo.EXCHANGE)
    sale = desk.shop.bill(desk.shop.piece(gross_mg=10_500, net_mg=10_500))
    exchanges.put_down(sale=sale, back=back, by=back_desk.by)
    sale.lines.update(net_mg=8_000)
    with pytest.raises(exchanges.SwapChanged):
        exchanges.settle(
            sale=sale,
            tendered=list(sale.tendered.all()),
            shift=desk.shop.shift,
            book=None,  # type: ignore[arg-type]  # because: refused before anything is written
        )
    row = exchanges.put_down(sale=sale, back=back, by=back_desk.by)
    assert row.given_cents == LIGHT_CENTS - FEE_CENTS


def test_the_page_shows_what_changes_before_anybody_signs(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    back = brought(back_desk, swapped(desk, **T04), 2)
    shown = desk.shop.client().get(f"/returns/{back.number}/").content.decode()
    for words in ("9.01", "Depreciation fee 20.00 g × ¥30.00", "¥12,157.50", "¥600.00"):
        assert words in shown
    back_desk.refund(back)
    assert "¥600.00" in desk.shop.client().get(f"/returns/{back.number}/").content.decode()


def test_what_comes_back_as_credit_is_worth_its_buy_back_price_in_money(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    """trade.md 4.12: exchange 1,100, buy-back 936; 10.00 g that paid 11,000.00 fetch 9,360.00."""
    put_rule()
    sale = desk.shop.bill(desk.shop.piece(gross_mg=10_000, net_mg=10_000))
    who = customer(desk)
    put_down(desk, sale, accepted(desk, sale, customer_id=who.pk))
    desk.shop.pay(sale)
    back_desk.refund(back_desk.take(complete(desk, sale)))
    account = credit_accounts.account_of(who)
    assert (account.left_cents, account.money_cents) == (1_100_000, 936_000)


def test_offer_signature_and_voucher_say_what_a_surplus_fetches_in_money(desk: Desk) -> None:
    """Before anybody signs: ¥11,000.00 of surplus are ¥9,360.00 at the buy-back price."""
    put_rule(surplus="credit")
    sale = desk.shop.bill(desk.shop.charm(price_cents=1_100_000))
    offer = offered(desk, sale, mg=20_000, customer_id=customer(desk).pk)
    page = desk.shop.client().get(f"/trade-ins/{offer.trade_in.number}/").content.decode()
    assert "at the buy-back price, at most" in page
    assert page.count("¥9,360.00") == 3  # the surplus, the payment, and the words to be signed
    trade_in = queries.trade_in_for(desk.by, offer.trade_in.number)
    paper = voucher_papers.voucher_of(trade_in)
    assert [amount for _label, amount in paper.in_money] == ["¥9,360.00", "¥9,360.00"]


def test_each_rule_says_what_the_goods_lack_whatever_it_does_about_it() -> None:
    """trade.md 5.4: 24.50 g of new for 20.00 g of old lack 0.50 g."""
    old = OldFacts(metal="Au", fineness=9_990, gross_mg=20_000, board={"exchange": 110_000})
    new = [NewLine(kinds=("weight",), net_mg=24_500, total_cents=1)]
    for below in ("refuse", "charge"):
        terms = Terms(code="T07", min_ratio_bp=12_500, below_ratio=below)
        (lack,) = valuation.shortfalls(pieces=[(old, terms)], basket=new)
        assert lack.mg == 500
