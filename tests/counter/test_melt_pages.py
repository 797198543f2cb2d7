"""A test that proves nothing, the consent to melt, what is left of the gold, and the offer."""

import pytest

from appraisal import old_pieces, trade_ins
from appraisal.models import Assay, OldPiece, TradeIn, TradeInState, WeighedFor
from inventory.models import DrawnSignature
from tests.cast import KeyedClient, Shop
from tests.old_gold import SIGNED, Desk
from tests.trade_in_pages import NAME, at, decide, on, send, text_of

RHENIUM = {"method": "xrf", "readings": "990 990 990", "elements": "Re 12.0"}
MELT_IT = "The customer agrees to the melting"


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    standing_desk.put("typed_weight", "allow")
    standing_desk.put("melting", "yes")
    return standing_desk


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    return shop.client()


def weighed(desk: Desk, pieces: int = 1) -> TradeIn:
    trade_in = desk.consented(*(desk.ring() for _n in range(pieces)))
    for piece in trade_ins.pieces_of(trade_in):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
    return trade_in


def referred(desk: Desk, tablet: KeyedClient) -> OldPiece:
    (piece,) = trade_ins.pieces_of(weighed(desk))
    send(tablet, on(piece, "test"), **RHENIUM)
    return piece


def melted(tablet: KeyedClient, piece: OldPiece, grams: str = "9.95") -> str:
    send(tablet, at(piece.trade_in, "melt/"), signature=NAME)
    return text_of(send(tablet, on(piece, "melted"), **{f"{piece.pk}-grams": grams}))


def test_a_referred_piece_leads_to_the_melting(desk: Desk, tablet: KeyedClient) -> None:
    piece = referred(desk, tablet)
    page = text_of(tablet.get(at(piece.trade_in)))
    assert "customer</b> · agree to the melting, or take the pieces back" in page
    assert MELT_IT in page
    assert "Take the old pieces back" in page


def test_it_is_not_asked_for_where_nothing_was_referred(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = weighed(desk)
    page = text_of(tablet.get(at(trade_in)))
    assert "clerk</b> · test and decide" in page
    assert MELT_IT not in page


def test_where_nobody_melts_it_is_tested_anew_or_given_back(
    desk: Desk, tablet: KeyedClient
) -> None:
    piece = referred(desk, tablet)
    desk.put("melting", "no")
    page = text_of(tablet.get(at(piece.trade_in)))
    assert "clerk</b> · test it anew, or give it back" in page
    assert "This store does not melt on the spot." in page
    assert MELT_IT not in page
    refused = tablet.post(at(piece.trade_in, "melt/"), {"signature": NAME})
    assert refused.headers["X-Refusal"] == "melting_off"


def test_nothing_is_melted_without_a_signature_of_its_own(desk: Desk, tablet: KeyedClient) -> None:
    piece = referred(desk, tablet)
    refused = tablet.post(at(piece.trade_in, "melt/"), {})
    assert refused.headers["X-Refusal"] == "signature_needed"
    send(tablet, at(piece.trade_in, "melt/"), signature=NAME)
    assert "cannot be given back whole" in DrawnSignature.objects.latest("pk").text


def test_what_was_melted_is_weighed_tested_decided_signed_and_offered(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    piece = referred(desk, tablet)
    page = melted(tablet, piece)
    assert "clerk</b> · test what was melted, and decide" in page
    assert 'name="method" value="melt"' in page
    assert "9.95 " in page
    assert on(piece, "weigh") not in page  # the gross weight stays as it was
    assert on(piece, "density") not in page
    send(
        tablet,
        on(piece, "test"),
        method="melt",
        readings="999 999 999",
        instrument=desk.xrf.pk,
    )
    row = Assay.objects.latest("pk")
    assert (row.method, row.instrument, row.guard) == ("melt", desk.xrf, 30)
    page = text_of(decide(tablet, piece, fineness="999"))
    assert "customer</b> · sign weights and readings" in page
    page = text_of(send(tablet, at(piece.trade_in, "test/"), signature=NAME))
    assert "clerk</b> · make the offer" in page
    sale = shop.bill(shop.piece(), shop.piece())
    page = text_of(send(tablet, at(piece.trade_in, "offer/"), bill=sale.uuid))
    assert "Weight after melting" in page


def test_it_is_heavier_than_before_for_nobody(desk: Desk, tablet: KeyedClient) -> None:
    piece = referred(desk, tablet)
    send(tablet, at(piece.trade_in, "melt/"), signature=NAME)
    refused = tablet.post(on(piece, "melted"), {f"{piece.pk}-grams": "10.05"})
    assert refused.headers["X-Refusal"] == "weight_differs"


def test_a_decision_from_before_the_melting_holds_until_the_melt_reads_less(
    desk: Desk, tablet: KeyedClient
) -> None:
    (piece,) = trade_ins.pieces_of(desk.tested())
    page = melted(tablet, piece)
    assert "clerk</b> · make the offer" in page
    assert "Test again, or decide anew" in page
    page = text_of(send(tablet, on(piece, "test"), method="melt", readings="925 925 925"))
    assert "clerk</b> · test what was melted, and decide" in page
    page = text_of(decide(tablet, piece, fineness="916"))
    assert "customer</b> · sign weights and readings" in page


def test_nothing_is_melted_twice(desk: Desk, tablet: KeyedClient) -> None:
    (piece,) = trade_ins.pieces_of(desk.tested())
    page = melted(tablet, piece)
    assert MELT_IT not in page
    send(tablet, at(piece.trade_in, "test/"), signature=NAME)
    assert MELT_IT not in text_of(tablet.get(at(piece.trade_in)))
    refused = tablet.post(at(piece.trade_in, "melt/"), {"signature": NAME})
    assert refused.headers["X-Refusal"] == "trade_in_moved"


def test_who_dislikes_the_offer_takes_back_what_was_left(desk: Desk, tablet: KeyedClient) -> None:
    (piece,) = trade_ins.pieces_of(desk.tested())
    melted(tablet, piece)
    send(tablet, at(piece.trade_in, "test/"), signature=NAME)
    page = text_of(send(tablet, at(piece.trade_in, "decline/")))
    assert "I took back what was left of my pieces after melting." in page
    gone = {f"{piece.pk}-grams": "9.95", "signature": NAME}
    send(tablet, at(piece.trade_in, "give-back/"), **gone)
    piece.trade_in.refresh_from_db()
    assert piece.trade_in.state == TradeInState.RETURNED
    assert piece.weighings.get(purpose=WeighedFor.RETURNED).mg == 9_950


def test_a_younger_test_that_supports_less_asks_for_the_decision_anew(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    (piece,) = trade_ins.pieces_of(weighed(desk))
    desk.test(piece)
    decide(tablet, piece)
    desk.test(piece, 9_160, 9_160, 9_160)
    page = text_of(tablet.get(at(piece.trade_in)))
    assert "clerk</b> · test and decide" in page
    # and nobody gets round it
    trade_ins.confirm_test(trade_in=piece.trade_in, drawn=SIGNED, by=desk.by)
    sale = shop.bill(shop.piece(), shop.piece())
    refused = tablet.post(at(piece.trade_in, "offer/"), {"bill": sale.uuid})
    assert refused.headers["X-Refusal"] == "fineness_not_shown"
