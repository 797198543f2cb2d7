"""A piece comes back: from the sale to the tray, the money to where it came from."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from counter import (
    acknowledgements,
    bills,
    refund_shares,
    refunds,
    returned_pieces,
    returns,
    sales,
)
from counter.exchanges import PartReturned
from counter.models import LeadsTo, LineState, Return, ReturnState, Sale, SaleLine
from counter.refund_shares import MallNotDone, RefundTooLarge
from counter.refunds import MallNumberNeeded, MallNumberUsed
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import NotAllowed
from inventory.models import State
from inventory.queries import OtherStore
from tests.cast import Shop, card_of
from tests.returns import ReturnDesk, open_return_desk, went_back
from warranty.models import CardState, Fault

RING_CENTS = 757_200
NECKLACE_CENTS = 1_059_480


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def test_a_faulty_ring_goes_back_for_its_money(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    back = desk.refund(desk.take(sale))
    line = sale.lines.get()
    assert (back.state, back.credit_cents) == (ReturnState.SETTLED, RING_CENTS)
    assert went_back(back) == {"cash": -RING_CENTS}
    assert line.state == LineState.RETURNED
    assert (line.piece.state, line.piece.place) == (State.RETURNED, desk.shop.tray("A-01"))
    assert card_of(sale).state == CardState.CLOSED
    assert desk.broken() == []


def test_nothing_moves_before_it_is_settled(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    back = desk.take(sale)
    assert sale.lines.get().state == LineState.SOLD
    assert sale.lines.get().piece.state == State.SOLD
    assert not back.payments.exists()
    assert desk.broken() == []


def test_money_goes_back_only_with_a_second_person(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()))
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by)
    assert needed.value.ask.figures == {"cents": RING_CENTS, "ways": "Cash ¥7,572.00"}
    assert not back.payments.exists()


def test_a_split_tender_goes_back_as_it_came(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(), cash=300_000, wechat=457_200)
    back = desk.refund(desk.take(sale))
    assert went_back(back) == {"wechat": -457_200, "cash": -300_000}
    assert desk.broken() == []


def test_one_piece_of_two_takes_the_terminal_first(desk: ReturnDesk) -> None:
    ring, necklace = desk.shop.ring(), desk.shop.piece()
    sale = desk.sold(ring, necklace, cash=NECKLACE_CENTS + 57_200, card=700_000)
    first = desk.refund(desk.take(sale, lines=list(sale.lines.filter(piece=ring))))
    assert went_back(first) == {"card": -700_000, "cash": -57_200}
    second = desk.refund(desk.take(sale, lines=list(sale.lines.filter(piece=necklace))))
    assert went_back(second) == {"cash": -NECKLACE_CENTS}
    assert desk.broken() == []


def test_the_same_piece_comes_back_once(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    first = desk.take(sale)
    with pytest.raises(returns.AlreadyBack, match=first.number):
        desk.take(sale)
    desk.refund(first)
    with pytest.raises(returns.ReturnMoved):
        refunds.settle(back=first, by=desk.by)
    with pytest.raises(returns.AlreadyBack):
        desk.take(sale)


def test_the_database_takes_a_piece_back_once(desk: ReturnDesk) -> None:
    line = desk.take(desk.sold(desk.shop.ring())).lines.get()
    line.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_a_return_that_is_given_up_may_be_taken_again(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    first = returns.drop(back=desk.take(sale), by=desk.by)
    assert first.state == ReturnState.DROPPED
    assert desk.take(sale).number != first.number
    with pytest.raises(returns.ReturnMoved):
        desk.refund(first)
    assert desk.broken() == []


def test_a_lighter_piece_is_not_taken_back(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.piece())
    with pytest.raises(returned_pieces.LighterThanSold, match=r"8\.60 g.*8\.72 g"):
        desk.take(sale, mg=8_600)
    assert not Return.objects.exists()


def test_a_heavier_piece_is_another_one(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.piece())
    with pytest.raises(returned_pieces.HeavierThanSold, match=r"8\.90 g"):
        desk.take(sale, mg=8_900)


def test_less_weight_than_the_label_is_a_reason_itself(desk: ReturnDesk) -> None:
    back = desk.refund(desk.take(desk.sold(desk.shop.piece()), Fault.WEIGHT, mg=8_600))
    assert back.lines.get().marks == ["certificate"]
    assert went_back(back) == {"cash": -NECKLACE_CENTS}
    assert desk.broken() == []


def test_a_dear_piece_needs_two_marks(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(price_cents=2_000_100))
    with pytest.raises(returned_pieces.MarksMissing, match="20,000"):
        desk.take(sale, certificate="")
    back = desk.take(sale, certificate="", tested=["diamond"], photo=desk.photo())
    assert back.lines.get().marks == ["weight", "diamond"]


def test_another_pieces_certificate_proves_nothing(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    with pytest.raises(returned_pieces.OtherCertificate):
        desk.take(sale, certificate="7999999999")


@pytest.mark.parametrize("seen", [{"unworn": False}, {"tag_intact": False}])
def test_what_was_worn_is_not_exchanged_as_unworn(desk: ReturnDesk, seen: dict[str, Any]) -> None:
    sale = desk.sold(desk.shop.ring())
    with pytest.raises(returned_pieces.WornPiece):
        desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE, **seen)
    with pytest.raises(returned_pieces.CertificateMissing):
        desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE, certificate="")


def test_mall_money_waits_for_the_number_of_its_desk(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(), cash=57_200, mall=700_000)
    back = desk.refund(desk.take(sale))
    assert back.state == ReturnState.AT_MALL
    assert went_back(back) == {"cash": -57_200}
    assert sale.lines.get().piece.state == State.RETURNED
    assert desk.broken() == []
    with pytest.raises(MallNumberNeeded):
        refunds.enter_mall_number(back=back, number="1", by=desk.by)
    done = refunds.enter_mall_number(back=back, number="rf-900001", by=desk.by)
    assert (done.state, done.mall_number) == (ReturnState.SETTLED, "RF-900001")
    assert went_back(back) == {"cash": -57_200, "mall": -700_000}
    with pytest.raises(returns.ReturnMoved):
        refunds.enter_mall_number(back=back, number="RF-900002", by=desk.by)
    assert desk.broken() == []


def test_a_number_of_the_mall_counts_once(desk: ReturnDesk) -> None:
    one, two = (desk.sold(desk.shop.ring(), mall=RING_CENTS) for _n in range(2))
    refunds.enter_mall_number(back=desk.refund(desk.take(one)), number="RF-900001", by=desk.by)
    with pytest.raises(MallNumberUsed):
        refunds.enter_mall_number(back=desk.refund(desk.take(two)), number="RF-900001", by=desk.by)


def test_the_next_return_of_a_sale_waits_for_the_mall_too(desk: ReturnDesk) -> None:
    ring, other = desk.shop.ring(), desk.shop.ring()
    sale = desk.sold(ring, other, mall=2 * RING_CENTS)
    desk.refund(desk.take(sale, lines=list(sale.lines.filter(piece=ring))))
    with pytest.raises(MallNotDone):
        desk.refund(desk.take(sale, lines=list(sale.lines.filter(piece=other))))


def test_no_more_goes_back_than_was_paid(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    with pytest.raises(RefundTooLarge, match=r"7,572\.00"):
        refund_shares.shares(sale=sale, cents=RING_CENTS + 1)


def test_a_sale_with_a_return_is_not_voided_and_a_void_one_not_returned(
    desk: ReturnDesk,
) -> None:
    kept = desk.sold(desk.shop.ring())
    desk.take(kept)
    with pytest.raises(PartReturned):
        void(desk, kept)
    gone = desk.sold(desk.shop.ring())
    lines = list(gone.lines.select_related("piece", "sale"))
    with pytest.raises(ApprovalNeeded) as needed:
        void(desk, gone)
    desk.agree(needed.value)
    void(desk, gone)
    with pytest.raises(returns.NotSoldHere):
        desk.take(gone, lines=lines)
    assert desk.broken() == []


def void(desk: ReturnDesk, sale: Sale) -> None:
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    sales.void(sale=sale, scanned=scanned, reason="wrong size", by=desk.by)


def test_a_returned_piece_is_sold_again_after_a_look(desk: ReturnDesk) -> None:
    ring = desk.shop.ring()
    back = desk.refund(desk.take(desk.sold(ring)))
    ring.refresh_from_db()
    returns.pass_check(back=back, piece=ring, by=desk.by)
    ring.refresh_from_db()
    again = desk.sold(ring)
    assert sorted(SaleLine.objects.filter(piece=ring).values_list("state", flat=True)) == [
        "returned",
        "sold",
    ]
    assert again.lines.get().card is not None
    assert desk.broken() == []


def test_a_piece_is_not_passed_before_the_return_is_settled(desk: ReturnDesk) -> None:
    ring = desk.shop.ring()
    back = desk.take(desk.sold(ring))
    with pytest.raises(returns.ReturnMoved):
        returns.pass_check(back=back, piece=ring, by=desk.by)


def test_another_store_sends_the_customer_home(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    desk.shop.people["lin"] = desk.shop.people["sun"]
    with pytest.raises(OtherStore):
        desk.take(sale, counter=desk.shop.a2)


def test_a_cashier_takes_nothing_back(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    desk.shop.people["lin"] = desk.shop.people["qian"]
    with pytest.raises(NotAllowed):
        desk.take(sale)


def test_the_rounding_of_a_bill_does_not_go_back(desk: ReturnDesk) -> None:
    sale = desk.shop.bill(desk.shop.ring(price_cents=757_250))
    bills.round_down(sale=sale, cents=50)
    sale.refresh_from_db()
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    back = desk.refund(desk.take(desk.complete(sale)))
    assert went_back(back) == {"cash": -757_200}
    assert desk.broken() == []


def test_the_books_see_what_was_changed_behind_them(desk: ReturnDesk) -> None:
    back = desk.refund(desk.take(desk.sold(desk.shop.ring())))
    Return.objects.update(approval=None)
    back.lines.update(is_live=False)
    SaleLine.objects.update(state=LineState.SOLD)
    broken = " ".join(desk.broken())
    assert "money went back and nobody agreed" in broken
    assert "is given up and holds its piece, or the reverse" in broken
    assert "is sold and its piece is not, or the reverse" in broken
    Return.objects.update(credit_cents=1)
    broken = " ".join(desk.broken())
    assert "does not count what went back for it" in broken
    assert "credit is not the sum of its lines" in broken
