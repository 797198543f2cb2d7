"""Old gold on the bill: it pays once, for the goods that were signed for, and a void undoes it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from appraisal import offers, old_pieces, reckoning, trade_ins
from appraisal.models import TradeIn, TradeInState
from counter import (
    bills,
    old_gold,
    payments,
    reductions,
    sales,
    settlements,
)
from counter.models import Customer, Part, SaleState, Tender
from inventory import places
from inventory.ground import approvals
from inventory.ground.errors import NotAllowed
from inventory.queries import OtherStore
from tests.old_gold import NECKLACE, SIGNED, Desk
from tests.old_gold_bills import (
    NECKLACE_CENTS,
    RING_CENTS,
    accepted,
    cash,
    complete,
    customer,
    fill_drawer,
    is_clean,
    offered,
    put_down,
    put_rule,
    swapped,
    void,
)


def test_it_knows_the_kinds_of_the_new_goods(desk: Desk) -> None:
    shop = desk.shop
    sale = shop.bill(shop.piece(), shop.ring(), shop.charm())
    necklace, ring, charm = old_gold.basket_of(sale)
    assert necklace.kinds == ("weight", "fine_gold")
    assert (necklace.net_mg, necklace.labour_cents) == (8_720, 33_136)
    assert necklace.total_cents == NECKLACE_CENTS
    assert ring.kinds == ("fixed", "k_gold", "diamond")
    assert ring.is_fixed
    assert charm.kinds == ("fixed", "silver")


def test_old_gold_pays_and_the_rest_is_cash(desk: Desk) -> None:
    sale, trade_in = swapped(desk)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.SETTLED
    paid = {row.tender.code: row.amount_cents for row in sale.payments.all()}
    assert paid == {"old_gold": RING_CENTS, "cash": NECKLACE_CENTS - RING_CENTS}
    assert is_clean(desk)


def test_a_void_takes_everything_back_and_the_old_gold_may_pay_again(desk: Desk) -> None:
    sale, trade_in = swapped(desk)
    void(desk, sale)
    trade_in.refresh_from_db()
    assert (trade_in.state, trade_in.bill) == (TradeInState.ACCEPTED, None)
    assert sum(row.amount_cents for row in sale.payments.all()) == 0
    assert is_clean(desk)
    again = desk.shop.bill(sale.lines.get().piece)
    put_down(desk, again, trade_in)
    desk.shop.pay(again)
    assert complete(desk, again).state == SaleState.COMPLETED
    assert is_clean(desk)


def test_a_void_is_refused_once_the_bag_is_sealed(desk: Desk) -> None:
    sale, trade_in = swapped(desk)
    TradeIn.objects.filter(pk=trade_in.pk).update(state=TradeInState.BAGGED)
    with pytest.raises(settlements.BagSealed):
        void(desk, sale)
    sale.refresh_from_db()
    assert sale.state == SaleState.COMPLETED


def test_it_refuses_an_offer_that_nobody_signed(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    offer = offered(desk, sale)
    with pytest.raises(trade_ins.TradeInMoved):
        put_down(desk, sale, offer.trade_in)
    assert not sale.tendered.exists()


def test_it_refuses_the_same_old_gold_on_two_bills(desk: Desk) -> None:
    shop = desk.shop
    sale, other = shop.bill(shop.piece()), shop.bill(shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    with pytest.raises(old_gold.SpentElsewhere):
        put_down(desk, other, trade_in)
    row = sale.tendered.get()
    bills.pick_up(sale=sale, row=row)
    put_down(desk, other, trade_in)  # taken off there, it may pay here: the goods are alike
    assert other.tendered.get().trade_in == trade_in


def test_it_takes_one_trade_in_a_bill(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    put_down(desk, sale, accepted(desk, sale))
    second = desk.accepted(basket=old_gold.basket_of(sale))
    with pytest.raises(old_gold.OneTradeIn):
        put_down(desk, sale, second)


def test_a_bill_that_changed_after_the_signature_is_not_completed(desk: Desk) -> None:
    shop = desk.shop
    sale = shop.bill(shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    bills.add_piece(sale=sale, piece=shop.charm(), by=desk.by)
    shop.pay(sale)
    with pytest.raises(offers.OfferChanged):
        complete(desk, sale)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.ACCEPTED
    assert not sale.payments.exists()


def test_an_offer_made_anew_is_put_down_anew(desk: Desk) -> None:
    """The customer signs twice, the second time for less: the first amount pays nothing."""
    shop = desk.shop
    sale = shop.bill(shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    put_rule(fee_cents_per_g=10_000)
    offer = offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    offers.accept(offer=offer, drawn=SIGNED, by=desk.by)
    shop.pay(sale)
    with pytest.raises(offers.OfferChanged):
        complete(desk, sale)


def test_an_offer_of_yesterday_pays_nothing_today(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale)
    with (
        time_machine.travel(timezone.now() + timedelta(days=1)),
        pytest.raises(offers.OfferOver),
    ):
        put_down(desk, sale, trade_in)


def test_several_new_pieces_say_how_many_grams_are_missing(desk: Desk) -> None:
    """T07: at least 1.25 times the old grams over the sum of the new lines."""
    shop = desk.shop
    put_rule(min_ratio_bp=12_500)
    small, large = (
        shop.piece(gross_mg=10_500, net_mg=10_500),
        shop.piece(gross_mg=15_000, net_mg=15_000),
    )
    sale = shop.bill(small, large)
    trade_in = accepted(desk, sale, mg=20_000)
    bills.remove_piece(sale=sale, line=sale.lines.get(piece=small), by=desk.by)
    with pytest.raises(offers.RatioMissed) as refusal:
        put_down(desk, sale, trade_in)
    assert "10.00 g" in str(refusal.value)
    bills.add_piece(sale=sale, piece=small, by=desk.by)
    # the same goods in another order are reckoned anew
    offer = offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    put_down(desk, sale, offers.accept(offer=offer, drawn=SIGNED, by=desk.by))
    assert sale.tendered.get().amount_cents == offer.pays_cents


def test_a_customer_cannot_sign_while_grams_are_missing(desk: Desk) -> None:
    shop = desk.shop
    put_rule(min_ratio_bp=12_500)
    fourteen, ten = (
        shop.piece(gross_mg=14_000, net_mg=14_000),
        shop.piece(gross_mg=10_500, net_mg=10_500),
    )
    offer = offered(desk, shop.bill(fourteen, ten), mg=20_000)
    with pytest.raises(offers.RatioMissed) as refusal:
        offers.accept(offer=offer, drawn=SIGNED, by=desk.by)
    assert "0.50 g" in str(refusal.value)


def test_it_refuses_more_than_is_due(desk: Desk) -> None:
    shop = desk.shop
    sale = shop.bill(shop.piece())
    trade_in = accepted(desk, sale)
    shop.pay(sale, cents=500_000)
    with pytest.raises(payments.PaymentOver):
        put_down(desk, sale, trade_in)


def test_it_refuses_an_empty_bill(desk: Desk) -> None:
    sale = bills.begin(counter=desk.shop.a, by=desk.by)
    with pytest.raises(bills.EmptyBill):
        sales.complete(sale=sale, shown_cents=0, by=desk.by)
    trade_in = desk.accepted()
    with pytest.raises(bills.EmptyBill):
        put_down(desk, sale, trade_in)


def test_a_surplus_that_lapses_pays_no_more_than_the_bill(desk: Desk) -> None:
    put_rule()
    sale = desk.shop.bill(desk.shop.piece())
    put_down(desk, sale, accepted(desk, sale, mg=20_000))
    done = complete(desk, sale)
    (paid,) = done.payments.all()
    assert paid.amount_cents == done.total_cents == NECKLACE_CENTS
    assert is_clean(desk)


def test_a_surplus_in_money_goes_out_by_the_chosen_tender(desk: Desk) -> None:
    put_rule(surplus="money", surplus_base="buyback")
    fill_drawer(desk)
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale, mg=20_000)
    with pytest.raises(old_gold.PayoutNeeded):
        put_down(desk, sale, trade_in)
    with pytest.raises(old_gold.PayoutNeeded):
        put_down(desk, sale, trade_in, Tender.objects.get(code="wechat"))
    put_down(desk, sale, trade_in, cash())
    done = complete(desk, sale)
    # 20 g × ¥1,100.00 − the necklace, then at ¥936.00 for each ¥1,100.00
    out = round((2_200_000 - NECKLACE_CENTS) * 93_600 / 110_000)
    taken, paid_out = done.payments.all()
    assert (taken.amount_cents, paid_out.amount_cents) == (NECKLACE_CENTS + out, -out)
    assert (paid_out.is_payout, paid_out.tender.code) == (True, "cash")
    assert is_clean(desk)
    void(desk, done)
    assert sum(row.amount_cents for row in done.payments.filter(tender=cash())) == 0
    assert is_clean(desk)


def test_a_second_person_weighs_before_it_pays(desk: Desk) -> None:
    desk.put("second_weigher_cents", "100000")
    desk.put("alone_on_duty", "no")
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale)
    with pytest.raises(offers.SecondWeigherNeeded):
        put_down(desk, sale, trade_in)
    (piece,) = trade_ins.pieces_of(trade_in)
    shown = {piece.pk: desk.on_scale(10_000, by=desk.shop.chen)}
    old_pieces.reweigh(trade_in=trade_in, weights=shown, by=desk.shop.chen)
    assert put_down(desk, sale, trade_in).amount_cents == RING_CENTS


def test_the_new_piece_keeps_the_discount_of_the_old_one(desk: Desk) -> None:
    """T24: our own ring of ¥7,572.00 was sold with 10 % off; a clerk may take off 5 % alone."""
    shop = desk.shop
    old = shop.sell(shop.ring()).lines.get()
    told = {"tier": "own_store", "piece": old.piece, "sale_line_id": old.pk, "has_receipt": True}
    prices = {"old_pricing": "fixed", "old_price_cents": 681_480, "old_discount_bp": 1_000}
    brought = desk.ring(metal="Au", **told, **prices)
    trade_in = desk.consented(brought)
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(2_020), by=desk.by)
    desk.decide(piece, own_brand=True, fineness=7_500)
    trade_in = trade_ins.confirm_test(trade_in=trade_in, drawn=SIGNED, by=desk.by)
    sale = shop.bill(shop.ring(price_cents=1_000_000))
    line = sale.lines.get()
    cut: dict[str, Any] = {"line": line, "part": Part.FIXED, "reason": "换新", "by": desk.by}
    with pytest.raises(approvals.ApprovalNeeded):
        reductions.put(cents=100_000, **cut)
    old_gold.link(sale=sale, trade_in=trade_in, by=desk.by)
    offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    reductions.put(cents=100_000, **cut)
    with pytest.raises(approvals.ApprovalNeeded):
        reductions.put(cents=100_001, **cut)
    # what was taken off changed the goods: offered and signed for anew
    offer = offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    put_down(desk, sale, offers.accept(offer=offer, drawn=SIGNED, by=desk.by))
    assert sale.tendered.get().amount_cents == 681_480


def test_what_lies_on_the_bill_is_replaced_by_a_new_offer(desk: Desk) -> None:
    shop = desk.shop
    sale = shop.bill(shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    bills.add_piece(sale=sale, piece=shop.charm(), by=desk.by)
    old_gold.link(sale=sale, trade_in=trade_in, by=desk.by)
    offer = offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)
    put_down(desk, sale, offers.accept(offer=offer, drawn=SIGNED, by=desk.by))
    shop.pay(sale)
    assert complete(desk, sale).total_cents == NECKLACE_CENTS + 9_800


def test_it_leaves_the_bill_again(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    with pytest.raises(old_gold.SpentElsewhere):
        old_gold.unlink(trade_in=trade_in, by=desk.by)
    bills.pick_up(sale=sale, row=sale.tendered.get())
    assert old_gold.unlink(trade_in=trade_in, by=desk.by).bill is None
    other = desk.shop.bill(desk.shop.piece(store=desk.shop.s02), counter=desk.shop.a2)
    with pytest.raises(OtherStore):
        old_gold.link(sale=other, trade_in=trade_in, by=desk.by)


def test_a_cashier_puts_no_old_gold_down(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale)
    with pytest.raises(NotAllowed):
        old_gold.put_down(sale=sale, trade_in=trade_in, back_by=None, by=desk.shop.qian)
    desk.put("buy_back", "yes")
    with pytest.raises(NotAllowed):
        old_gold.buy_back(trade_in=trade_in, tender=cash(), by=desk.by)


def test_old_gold_is_no_button_and_lies_in_no_drawer(desk: Desk) -> None:
    sale = desk.shop.bill(desk.shop.piece())
    page = desk.shop.client().get(f"/sell/{sale.uuid}/").content.decode()
    assert 'value="cash"' in page
    assert 'value="old_gold"' not in page
    assert 'value="credit"' not in page
    with pytest.raises(bills.OldGoldNeedsOffer):
        desk.shop.pay(sale, "old_gold")


def test_a_member_gets_the_selling_price_on_the_day_of_the_rule(desk: Desk) -> None:
    """T09: members, one day of the week, at the selling price; else the exchange price."""
    today, member = places.business_day(desk.shop.s01).weekday(), customer(desk)
    Customer.objects.filter(pk=member.pk).update(level="gold")
    put_rule()
    t09: dict[str, Any] = {
        "code": "T09",
        "precedence": 10,
        "price_base": "sell",
        "member_level": "gold",
    }

    def cents(customer_id: int | None) -> int:
        value = reckoning.reckon(desk.tested(customer_id=customer_id), [NECKLACE]).value
        return value.pays_cents

    put_rule(**t09, weekdays=[(today + 1) % 7])
    assert cents(member.pk) == 1_100_000
    put_rule(**t09, weekdays=[today])
    assert (cents(member.pk), cents(None)) == (1_177_000, 1_100_000)


def test_a_second_weighing_that_is_off_by_more_is_refused(desk: Desk) -> None:
    """0.02 g are two scales; 0.03 g may be another ring."""
    trade_in = accepted(desk, desk.shop.bill(desk.shop.piece()))
    (piece,) = trade_ins.pieces_of(trade_in)
    for mg, refused in ((9_970, True), (10_030, True), (9_980, False)):
        shown = {piece.pk: desk.on_scale(mg, by=desk.shop.chen)}
        told: dict[str, Any] = {"trade_in": trade_in, "weights": shown, "by": desk.shop.chen}
        if refused:
            with pytest.raises(old_pieces.WeightDiffers):
                old_pieces.reweigh(**told)
        else:
            assert old_pieces.reweigh(**told).state == TradeInState.REWEIGHED


def test_without_a_price_on_the_board_nothing_is_guessed(desk: Desk) -> None:
    """No exchange price of palladium was ever put up."""
    put_rule(metal="Pd", fineness_min=9_500)
    trade_in = desk.consented(desk.ring(metal="Pd", mark="Pd990"))
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
    desk.test(piece, 9_900, 9_910, 9_905, metal="Pd")
    desk.decide(piece, metal="Pd", fineness=9_500)
    trade_ins.confirm_test(trade_in=trade_in, drawn=SIGNED, by=desk.by)
    with pytest.raises(reckoning.FactMissing) as refusal:
        offers.offer(trade_in=trade_in, basket=[NECKLACE], by=desk.by)
    assert "The board has no price for this metal" in str(refusal.value)
    trade_in.refresh_from_db()
    assert (trade_in.state, trade_in.offers.count()) == (TradeInState.TESTED, 0)
