"""Every state of a trade-in names its screen, its owner and what comes next."""

import pytest

from appraisal import next_steps, old_pieces, trade_ins
from appraisal.models import TradeInState
from appraisal.next_steps import (
    AGREE_TO_MELT,
    OVER,
    PAY_ON_BILL,
    SCREENS,
    SIGN_TEST,
    STEPS,
    TEST_ANEW,
    WEIGH_AGAIN,
    Screen,
)
from appraisal.trade_ins import MOVES
from counter import old_gold
from tests.cast import Shop
from tests.old_gold import Desk


@pytest.mark.parametrize("state", TradeInState)
def test_a_state_names_all_three(state: TradeInState) -> None:
    step = STEPS[state]
    assert step.screen in SCREENS
    assert str(step.owner)
    assert str(step.action)


def test_nobody_waits_for_what_is_over() -> None:
    assert {state for state in TradeInState if STEPS[state].panel == "done"} == OVER
    assert {state for state in TradeInState if not MOVES.get(state)} <= OVER


def test_there_are_four_screens() -> None:
    assert list(SCREENS) == list(Screen)
    assert len(SCREENS) == 4


def test_the_customer_signs_once_every_piece_is_decided(desk: Desk) -> None:
    trade_in = desk.consented(desk.ring(), desk.ring())
    first, second = trade_ins.pieces_of(trade_in)
    for piece in (first, second):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
        desk.test(piece)
    trade_in.refresh_from_db()
    desk.decide(first)
    assert next_steps.next_of(trade_in) == STEPS[TradeInState.WEIGHED]
    desk.decide(second)
    assert next_steps.next_of(trade_in) == SIGN_TEST


def test_a_second_person_comes_next_from_the_stores_amount_on(desk: Desk) -> None:
    trade_in = desk.accepted()
    assert next_steps.next_of(trade_in) == STEPS[TradeInState.ACCEPTED]
    desk.put("alone_on_duty", "no")
    desk.put("second_weigher_cents", "984001")
    assert next_steps.next_of(trade_in) == STEPS[TradeInState.ACCEPTED]
    desk.put("second_weigher_cents", "984000")
    assert next_steps.next_of(trade_in) == WEIGH_AGAIN


def test_what_lies_on_a_bill_waits_for_the_bill(desk: Desk, shop: Shop) -> None:
    bill = shop.bill(shop.piece(), shop.piece())
    trade_in = desk.accepted(basket=old_gold.basket_of(bill))
    old_gold.put_down(sale=bill, trade_in=trade_in, back_by=None, by=shop.lin)
    assert next_steps.next_of(trade_in) == PAY_ON_BILL


def test_a_referred_piece_waits_for_the_customer_once_nothing_else_is_open(desk: Desk) -> None:
    desk.put("melting", "yes")
    trade_in = desk.consented(desk.ring(), desk.ring())
    plain, referred = trade_ins.pieces_of(trade_in)
    for piece in (plain, referred):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
    desk.test(referred, 9_990, 9_990, 9_990, elements={"Re": 120})
    desk.test(plain)
    trade_in.refresh_from_db()
    assert next_steps.next_of(trade_in) == STEPS[TradeInState.WEIGHED]
    desk.decide(plain)
    assert next_steps.next_of(trade_in) == AGREE_TO_MELT
    desk.put("melting", "no")
    assert next_steps.next_of(trade_in) == TEST_ANEW
