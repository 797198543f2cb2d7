"""The protocol of one plain ring, from the customer's hand to an accepted offer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appraisal import offers, old_pieces, reception, trade_ins
from appraisal.models import TradeInState
from appraisal.trade_ins import TradeInMoved
from inventory.ground import books
from inventory.ground.signatures import SignatureNeeded
from inventory.models import LedgerHead
from tests.old_gold import NECKLACE, SIGNED, Desk


def is_clean(desk: Desk) -> bool:
    head = LedgerHead.objects.get(store=desk.shop.s01)
    return not [*books.verify_chain(head), *books.verify_rows(head)]


def test_a_ring_becomes_an_accepted_offer_and_the_books_agree(desk: Desk) -> None:
    trade_in = desk.accepted()
    assert trade_in.state == TradeInState.ACCEPTED
    offer = offers.newest(trade_in)
    assert offer is not None
    assert offer.pays_cents == 984_000  # the picture: 9.20 g × 1,100 − 10 g × 28
    assert [step.new for step in trade_in.steps.all()] == [
        "received",
        "consented",
        "weighed",
        "tested",
        "offered",
        "accepted",
    ]
    assert is_clean(desk)


def test_every_signature_keeps_the_words_above_it(desk: Desk) -> None:
    trade_in = desk.accepted()
    words = [step.signature.text for step in trade_in.steps.all() if step.signature]
    assert len(words) == 3
    assert "10.00 g" in words[1]
    assert "¥9,840.00" in words[2]


def test_it_wants_the_customers_name(desk: Desk) -> None:
    trade_in = desk.receive()
    with pytest.raises(SignatureNeeded):
        reception.consent(trade_in=trade_in, drawn=None, by=desk.by)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RECEIVED


def test_an_offer_ends_with_its_minutes(desk: Desk) -> None:
    offer = desk.offered()
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=31)),
        pytest.raises(offers.OfferOver),
    ):
        offers.accept(offer=offer, drawn=SIGNED, by=desk.by)


def test_an_older_offer_cannot_be_accepted(desk: Desk) -> None:
    first = desk.offered()
    offers.offer(trade_in=first.trade_in, basket=[NECKLACE], by=desk.by)
    with pytest.raises(offers.OfferOver):
        offers.accept(offer=first, drawn=SIGNED, by=desk.by)


def test_a_past_offer_is_reckoned_to_the_same_cents(desk: Desk) -> None:
    offer = desk.offered()
    assert offers.replay(offer).pays_cents == offer.pays_cents


def test_it_weighs_nothing_after_the_test_was_signed(desk: Desk) -> None:
    trade_in = desk.tested()
    (piece,) = trade_ins.pieces_of(trade_in)
    with pytest.raises(TradeInMoved):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_010), by=desk.by)


def test_it_gives_everything_back_as_it_was(desk: Desk) -> None:
    offer = desk.offered()
    trade_in = trade_ins.decline(trade_in=offer.trade_in, by=desk.by)
    (piece,) = trade_ins.pieces_of(trade_in)
    light = {piece.pk: desk.on_scale(9_970)}
    with pytest.raises(old_pieces.WeightDiffers):
        old_pieces.give_back(trade_in=trade_in, weights=light, drawn=SIGNED, by=desk.by)
    same = {piece.pk: desk.on_scale(9_990)}
    done = old_pieces.give_back(trade_in=trade_in, weights=same, drawn=SIGNED, by=desk.by)
    assert done.state == TradeInState.RETURNED
    piece.refresh_from_db()
    assert piece.place is None
    assert is_clean(desk)


def test_what_was_paid_is_not_accepted_once_more(desk: Desk) -> None:
    """A sale that is taken back opens it again; going forward never leads there."""
    trade_in = desk.accepted()
    offer = offers.newest(trade_in)
    assert offer is not None
    with trade_ins.opened(trade_in, by=desk.by) as (_locked, book):
        trade_ins.settle(trade_in=trade_in, book=book)
    for again in range(2):
        with pytest.raises(TradeInMoved):
            offers.accept(offer=offer, drawn=SIGNED, by=desk.by)
        trade_in.refresh_from_db()
        assert trade_in.state == TradeInState.SETTLED, again
