"""The first screen of a trade-in: what lies on the counter, and the customer's signature."""

import pytest

from appraisal import trade_ins
from appraisal.models import (
    OldPiece,
    TradeIn,
    TradeInState,
)
from inventory.models import DrawnSignature, Photo
from tests.cast import KeyedClient, Shop, card_of
from tests.old_gold import SIGNED, Desk, picture
from tests.trade_in_pages import (
    NAME,
    RING,
    at,
    photographed,
    received,
    send,
    text_of,
)


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    standing_desk.put("typed_weight", "allow")
    return standing_desk


def test_what_is_typed_stays_when_a_picture_is_taken(desk: Desk, tablet: KeyedClient) -> None:
    answer = photographed(tablet, **RING, description="grandmother's ring")
    page = text_of(tablet.get(answer["Location"]))
    assert "grandmother&#x27;s ring" in page
    assert f"/photos/{Photo.objects.get().uuid}/small/" in page


def test_what_is_typed_stays_when_receiving_is_refused(desk: Desk, tablet: KeyedClient) -> None:
    typed = RING | {"mark": "18K GP", "description": "thin ring"}
    answer = tablet.post("/trade-ins/new/", typed)
    assert answer.headers["X-Refusal"] == "plated"
    page = text_of(tablet.get("/trade-ins/new/"))
    assert "18K GP" in page
    assert "thin ring" in page
    assert not TradeIn.objects.exists()


def test_several_pieces_are_put_down_one_after_the_other(desk: Desk, tablet: KeyedClient) -> None:
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/add/", **RING)
    necklace = RING | {"category": "necklace", "description": "long chain"}
    photographed(tablet, **necklace)
    send(tablet, "/trade-ins/new/", **necklace)
    pieces = trade_ins.pieces_of(TradeIn.objects.get())
    assert [piece.description for piece in pieces] == ["ring", "long chain"]
    assert [piece.photos.count() for piece in pieces] == [1, 1]
    assert "long chain" not in text_of(tablet.get("/trade-ins/new/"))


def test_a_piece_goes_off_the_list_again(desk: Desk, tablet: KeyedClient) -> None:
    send(tablet, "/trade-ins/new/add/", **RING | {"description": "first ring"})
    send(tablet, "/trade-ins/new/add/", **RING | {"description": "second ring"})
    page = text_of(send(tablet, "/trade-ins/new/1/remove/"))
    assert "first ring" not in page
    assert "second ring" in page


def test_our_own_piece_is_found_by_its_card(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    sale = shop.sell(shop.piece())
    card = card_of(sale)
    page = text_of(send(tablet, "/trade-ins/new/own/", code=card.number))
    assert "our own" in page
    assert "足金项链" in page
    tablet.post("/trade-ins/new/photo/", {"photo": picture(), "of": 1})
    send(tablet, "/trade-ins/new/", source="a present")
    piece = OldPiece.objects.get()
    assert (piece.sale_line, piece.piece, piece.photos.count()) == (
        sale.lines.get(),
        sale.lines.get().piece,
        1,
    )


def test_it_asks_for_the_source(desk: Desk, tablet: KeyedClient) -> None:
    answer = tablet.post("/trade-ins/new/", RING | {"source": ""})
    assert answer.headers["X-Refusal"] == "source_needed"


def test_it_offers_no_buy_back_where_the_store_does_none(desk: Desk, tablet: KeyedClient) -> None:
    assert 'value="buy_back"' not in text_of(tablet.get("/trade-ins/new/"))
    desk.put("buy_back", "yes")
    assert 'value="buy_back"' in text_of(tablet.get("/trade-ins/new/"))


def test_the_customer_is_found_by_telephone(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet, phone="138 1234 5678", name="李女士")
    assert trade_in.customer is not None
    page = text_of(tablet.get(at(trade_in)))
    assert "李女士" in page
    assert "13812345678" not in page


def test_the_customer_signs_exactly_what_stands_there(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    page = text_of(tablet.get(at(trade_in)))
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    signature = DrawnSignature.objects.get()
    assert signature.text in page
    assert signature.strokes == SIGNED.strokes
    assert "M100 200L100 200 180 120" in text_of(tablet.get(at(trade_in)))


@pytest.mark.parametrize("sent", [{}, {"signature": "[[1, 2]]"}])
def test_nothing_goes_on_without_a_signature(
    desk: Desk, tablet: KeyedClient, sent: dict[str, str]
) -> None:
    trade_in = received(tablet)
    answer = tablet.post(at(trade_in, "consent/"), sent)
    assert answer.headers["X-Refusal"] == "signature_needed"
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RECEIVED


def test_a_signature_on_paper_does(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    page = text_of(send(tablet, at(trade_in, "consent/"), on_paper="1"))
    assert "signed on paper" in page


def test_a_picture_is_seen_at_home_only(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    received(tablet)
    address = f"/photos/{Photo.objects.get().uuid}"
    answer = tablet.get(f"{address}/small/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert tablet.get(f"{address}/huge/").status_code == 404
    assert shop.client(shop.sun, counter=shop.a2).get(f"{address}/small/").status_code == 404
    assert shop.client(shop.gao).get(f"{address}/small/").status_code == 403
