"""What a piece is taken for: never more than tests or our own record prove, never silently more."""

from typing import Any

import pytest

from appraisal import decisions, old_pieces, reckoning, trade_ins
from appraisal.decisions import FinenessNotShown, FinenessOutOfRange, StonesUntested
from appraisal.models import Method, OldPiece
from appraisal.trade_ins import TradeInMoved
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import BadField
from tests.old_gold import NECKLACE, Desk


@pytest.fixture
def piece(desk: Desk) -> OldPiece:
    trade_in = desk.consented()
    (found,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=found, shown=desk.on_scale(10_000), by=desk.by)
    return found


def test_the_newest_decision_holds(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece)
    desk.decide(piece)
    lower = desk.decide(piece, fineness=9_900)
    assert decisions.newest(piece) == lower
    assert decisions.newest_of([piece]) == {piece.pk: lower}
    assert piece.decisions.count() == 2


@pytest.mark.parametrize("fineness", [0, 10_001])
def test_nothing_is_purer_than_pure(desk: Desk, piece: OldPiece, fineness: int) -> None:
    desk.test(piece)
    with pytest.raises(FinenessOutOfRange):
        desk.decide(piece, fineness=fineness)


def test_it_needs_a_test(desk: Desk, piece: OldPiece) -> None:
    with pytest.raises(FinenessNotShown, match="Test the piece first"):
        desk.decide(piece)


def test_it_does_not_go_above_the_tests(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece, 9_920)  # 992 ‰ within the guard band: taken as 916
    with pytest.raises(FinenessNotShown, match="916‰"):
        desk.decide(piece, fineness=9_900)
    desk.decide(piece, fineness=9_160)


def test_a_referred_test_proves_nothing(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece, 9_990, elements={"W": 10})
    with pytest.raises(FinenessNotShown, match="another method"):
        desk.decide(piece, fineness=3_750)


def test_our_own_record_proves_it_until_a_reading_says_less(desk: Desk) -> None:
    ours = desk.shop.piece()
    trade_in = desk.consented(desk.ring(piece=ours))
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(8_720), by=desk.by)
    desk.decide(piece)
    desk.test(piece, 9_250)
    with pytest.raises(FinenessNotShown, match="925‰"):
        desk.decide(piece)


def test_our_own_record_of_gold_proves_nothing_against_a_reading_of_silver(desk: Desk) -> None:
    ours = desk.shop.piece()
    (piece,) = trade_ins.pieces_of(desk.consented(desk.ring(piece=ours)))
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(8_720), by=desk.by)
    desk.test(piece, 9_250, metal="Ag")
    with pytest.raises(FinenessNotShown):
        desk.decide(piece)


def test_a_raised_fineness_needs_a_second_person(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece)
    desk.decide(piece, fineness=9_900)
    with pytest.raises(ApprovalNeeded):
        desk.decide(piece, fineness=9_990)
    ask = decisions.raise_ask(piece, 9_990)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    assert desk.decide(piece, fineness=9_990).fineness == 9_990


def test_the_second_person_agrees_to_one_figure_only(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece)
    desk.decide(piece, fineness=9_160)
    ask = decisions.raise_ask(piece, 9_900)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    with pytest.raises(ApprovalNeeded):
        desk.decide(piece, fineness=9_990)


def test_stones_are_tested_first(desk: Desk, piece: OldPiece) -> None:
    desk.test(piece)
    with pytest.raises(StonesUntested):
        desk.decide(piece, stones=2, stones_tested=False)
    desk.decide(piece, stones=2, stones_tested=True, stones_mg=60)


@pytest.mark.parametrize(
    "off",
    [
        {"stones_mg": 10_000},
        {"stones_mg": 6_000, "dirt_mg": 4_000},
        {"dirt_mg": -1},
        {"stones": -1},
    ],
)
def test_some_metal_is_left(desk: Desk, piece: OldPiece, off: dict[str, Any]) -> None:
    desk.test(piece)
    with pytest.raises(BadField):
        desk.decide(piece, **off)


def test_it_is_weighed_first(desk: Desk) -> None:
    (piece,) = trade_ins.pieces_of(desk.consented())
    desk.test(piece)
    with pytest.raises(TradeInMoved):
        desk.decide(piece)


def test_it_is_decided_before_the_customer_signs(desk: Desk) -> None:
    (piece,) = trade_ins.pieces_of(desk.tested())
    with pytest.raises(TradeInMoved):
        desk.decide(piece)


def test_it_rests_on_tests_of_this_piece(desk: Desk, piece: OldPiece) -> None:
    mine = desk.test(piece)
    assert desk.decide(piece, rests_on=[mine]).rests_on == [mine.pk]
    (other,) = trade_ins.pieces_of(desk.consented())
    theirs = desk.test(other, method=Method.TOUCHSTONE, instrument=None)
    with pytest.raises(BadField):
        desk.decide(piece, rests_on=[theirs])


# --- what an offer reads


def test_ten_pieces_take_no_more_queries_than_one(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    desk.put("second_method_cents", "1000000000")
    trade_in = desk.tested(*[desk.ring() for _ in range(10)])
    # pieces, boards, decisions, weights, rules and two looks at the settings; none for each piece
    with django_assert_max_num_queries(8):
        assert len(reckoning.reckon(trade_in, [NECKLACE]).facts) == 10
