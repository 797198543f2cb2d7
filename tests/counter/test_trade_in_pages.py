"""A trade-in on the tablet: four screens from the counter to the bill, and back to the customer."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import offers, trade_ins
from appraisal.models import Decision, OldPiece, TradeIn, TradeInState, Weighing
from counter import bills, old_gold
from counter.models import Sale, Tendered
from inventory.models import DrawnSignature, Photo
from tests.cast import KeyedClient, Shop
from tests.old_gold import SIGNED, Desk, open_desk, picture

NAME = json.dumps(SIGNED.strokes)
RING = {"category": "ring", "metal": "Au", "tier": "other", "mark": "足金", "source": "a present"}
PRICES = re.compile(r"¥|1,100|1100\.00|936\.00")


@pytest.fixture
def desk(shop: Shop) -> Desk:
    found = open_desk(shop)
    found.put("typed_weight", "allow")
    return found


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    return shop.client()


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def send(tablet: KeyedClient, address: str, **fields: Any) -> Any:
    """Sends a form and follows it to the page that comes after."""
    answer = tablet.post(address, fields)
    assert answer.status_code == 303, (address, answer.status_code, answer.content.decode()[:900])
    return tablet.get(answer["Location"])


def photographed(tablet: KeyedClient, **typed: Any) -> Any:
    return tablet.post("/trade-ins/new/photo/", {"photo": picture(), **typed})


def received(tablet: KeyedClient, **typed: Any) -> TradeIn:
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/", **RING | typed)
    return TradeIn.objects.latest("pk")


def at(trade_in: TradeIn, act: str = "") -> str:
    return f"/trade-ins/{trade_in.number}/{act}"


def on(piece: OldPiece, act: str) -> str:
    return at(piece.trade_in, f"pieces/{piece.pk}/{act}/")


def weigh(tablet: KeyedClient, piece: OldPiece, grams: str) -> Any:
    return send(tablet, on(piece, "weigh"), **{f"{piece.pk}-grams": grams})


def weigh_and_test(tablet: KeyedClient, piece: OldPiece, grams: str = "10.00") -> None:
    weigh(tablet, piece, grams)
    send(tablet, on(piece, "test"), method="xrf", readings="999.0 999.2 999.1")


def decide(tablet: KeyedClient, piece: OldPiece, **typed: Any) -> Any:
    told = {"own_brand": "no", "has_stones": "no", "metal": "Au", "fineness": "999"}
    return send(tablet, on(piece, "decide"), **told | typed)


def gone_through_tests(tablet: KeyedClient) -> TradeIn:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    for piece in trade_ins.pieces_of(trade_in):
        weigh_and_test(tablet, piece)
        decide(tablet, piece)
    send(tablet, at(trade_in, "test/"), signature=NAME)
    trade_in.refresh_from_db()
    return trade_in


def bill_of(shop: Shop) -> Sale:
    return shop.bill(shop.piece(), shop.piece())


# --- the whole way


def test_a_plain_ring_goes_through_four_screens_onto_the_bill(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    trade_in = gone_through_tests(tablet)
    sale = bill_of(shop)
    offered = text_of(send(tablet, at(trade_in, "offer/"), bill=sale.uuid))
    assert "¥9,840.00" in offered
    assert "10.00 g × exchange price" not in offered  # the loss comes off first
    assert "9.20 g × exchange price ¥1,100.00" in offered
    for price in ("¥1,177.00", "¥1,100.00", "¥936.00"):
        assert price in offered
    offer = trade_in.offers.get()
    send(tablet, at(trade_in, "accept/"), offer=offer.pk, signature=NAME)
    page = send(tablet, at(trade_in, "pay/"))
    assert page.request["PATH_INFO"] == f"/sell/{sale.uuid}/"
    assert Tendered.objects.get().amount_cents == 984_000


def test_the_page_names_owner_and_next_action_of_every_state(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    trade_in = received(tablet)
    assert "customer</b> · sign the consent" in text_of(tablet.get(at(trade_in)))
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    assert "clerk</b> · weigh every piece" in text_of(tablet.get(at(trade_in)))
    listed = text_of(tablet.get("/trade-ins/?state=open"))
    assert trade_in.number in listed
    assert "weigh every piece" in listed


# --- screen 1


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
    card = sale.lines.get().card
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


# --- pictures


def test_a_picture_is_seen_at_home_only(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    received(tablet)
    address = f"/photos/{Photo.objects.get().uuid}"
    answer = tablet.get(f"{address}/small/")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "no-store"
    assert tablet.get(f"{address}/huge/").status_code == 404
    assert shop.client(shop.sun, counter=shop.a2).get(f"{address}/small/").status_code == 404
    assert shop.client(shop.gao).get(f"{address}/small/").status_code == 403


# --- screen 2


def test_no_price_is_seen_before_the_three_acts_of_every_piece(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/add/", **RING)
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/", **RING)
    trade_in = TradeIn.objects.get()
    pages = [tablet.get(at(trade_in)), send(tablet, at(trade_in, "consent/"), signature=NAME)]
    first, second = trade_ins.pieces_of(trade_in)
    for piece in (first, second):
        pages.append(weigh(tablet, piece, "10.00"))
        pages.append(send(tablet, on(piece, "test"), method="xrf", readings="999.0 999.2 999.1"))
    pages.append(decide(tablet, first))
    for page in pages:
        assert PRICES.findall(text_of(page)) == []
    # and nobody gets round it
    answer = tablet.post(at(trade_in, "offer/"), {"bill": bill_of(shop).uuid})
    assert answer.headers["X-Refusal"] == "trade_in_moved"
    assert "The customer has seen it" in text_of(decide(tablet, second))


def test_a_typed_weight_is_called_typed_and_a_read_one_stable(
    desk: Desk, tablet: KeyedClient
) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    assert "△ typed" in text_of(weigh(tablet, piece, "10.00"))
    reading = desk.on_scale(10_010).reading
    assert reading is not None
    page = text_of(send(tablet, on(piece, "weigh"), **{f"{piece.pk}-reading": reading.pk}))
    assert "✓ stable" in page
    assert "△ typed" not in page


def test_a_typed_weight_may_need_a_second_person(desk: Desk, tablet: KeyedClient) -> None:
    desk.put("typed_weight", "approve")
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    answer = tablet.post(on(piece, "weigh"), {f"{piece.pk}-grams": "10.00"})
    assert answer.headers["X-Refusal"] == "approval_needed"
    assert "Who agrees" in answer.content.decode()
    assert not Weighing.objects.exists()


def test_warnings_stand_open_and_readings_one_tap_away(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    page = text_of(
        send(tablet, on(piece, "test"), method="xrf", readings="990", elements="Re 8.0 W 1.5")
    )
    assert "Tungsten, rhenium" in page
    assert "Fewer than three points" in page


def test_a_tester_says_yes_or_no(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    answer = tablet.post(on(piece, "test"), {"method": "conductivity"})
    assert answer.status_code == 422
    send(tablet, on(piece, "test"), method="conductivity", passed="no")
    assert piece.assays.get().verdict == "fail"


def test_the_density_in_water_is_a_test(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "30.00")
    told = {"temperature": "20.0", "against": "Au-9900", "is_solid": "1"}
    water = {f"{piece.pk}-water-grams": "28.45"}
    page = text_of(send(tablet, on(piece, "density"), **told, **water))
    assert "g/cm³" in page
    kept = piece.assays.get()
    assert (kept.method, kept.limit, kept.water_decidegrees) == ("density", 9_900, 200)


def test_readings_come_from_the_analysers_file(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    rows = "sample,Au,Ag\nT7-1,99.90,0.10\nT7-1,99.92,0.08\n"
    file = SimpleUploadedFile("points.csv", rows.encode(), "text/csv")
    send(tablet, on(piece, "analyser"), file=file, sample="T7-1")
    assert piece.assays.get().readings == [9_990, 9_992]


def test_stones_are_counted_before_they_are_taken_off(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh_and_test(tablet, piece)
    told = {"own_brand": "no", "has_stones": "yes", "metal": "Au", "fineness": "999"}
    assert tablet.post(on(piece, "decide"), told).status_code == 422
    told |= {"stones": "2", "stones_g": "0.12"}
    answer = tablet.post(on(piece, "decide"), told)
    assert answer.headers["X-Refusal"] == "stones_untested"
    send(tablet, on(piece, "decide"), **told, stones_tested="1")
    kept = Decision.objects.get()
    assert (kept.stones, kept.stones_mg) == (2, 120)


# --- screen 3


def test_an_offer_needs_a_bill(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = gone_through_tests(tablet)
    answer = tablet.post(at(trade_in, "offer/"), {})
    assert answer.headers["X-Refusal"] == "no_bill"


def test_a_bill_that_changes_is_offered_anew(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    trade_in, sale = gone_through_tests(tablet), bill_of(shop)
    send(tablet, at(trade_in, "offer/"), bill=sale.uuid)
    tablet.post(f"/sell/{sale.uuid}/add/", {"code": shop.piece().number})
    page = text_of(tablet.get(at(trade_in)))
    assert "The bill has changed since the offer" in page
    assert "Accept the offer" not in page


def test_the_customer_takes_everything_back(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    trade_in, sale = gone_through_tests(tablet), bill_of(shop)
    send(tablet, at(trade_in, "offer/"), bill=sale.uuid)
    send(tablet, at(trade_in, "decline/"))
    (piece,) = trade_ins.pieces_of(trade_in)
    other = {f"{piece.pk}-grams": "9.90", "signature": NAME}
    assert tablet.post(at(trade_in, "give-back/"), other).headers["X-Refusal"] == "weight_differs"
    page = text_of(send(tablet, at(trade_in, "give-back/"), **other | {f"{piece.pk}-grams": "10"}))
    assert "Given back as received. Nothing was charged." in page
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RETURNED


def queries_of(desk: Desk, shop: Shop, tablet: KeyedClient, pieces: int) -> int:
    bill = shop.bill(shop.piece(), shop.piece())
    trade_in = desk.tested(*(desk.ring() for _n in range(pieces)))
    old_gold.link(sale=bill, trade_in=trade_in, by=desk.by)
    offers.offer(trade_in=trade_in, basket=old_gold.basket_of(bill), by=desk.by)
    with CaptureQueriesContext(connection) as asked:
        assert text_of(tablet.get(at(trade_in)))
    return len(asked)


def test_the_page_of_ten_old_pieces_asks_no_more_than_that_of_two(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    assert queries_of(desk, shop, tablet, 10) == queries_of(desk, shop, tablet, 2)


# --- screen 4


def test_a_second_person_takes_the_tablet_over_to_weigh_again(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    desk.put("second_weigher_cents", "100")
    desk.put("alone_on_duty", "no")
    trade_in, sale = gone_through_tests(tablet), bill_of(shop)
    send(tablet, at(trade_in, "offer/"), bill=sale.uuid)
    page = send(tablet, at(trade_in, "accept/"), offer=trade_in.offers.get().pk, signature=NAME)
    assert "Who weighs it again" in text_of(page)
    (piece,) = trade_ins.pieces_of(trade_in)
    weights = {f"{piece.pk}-grams": "10.01"}
    answer = tablet.post(at(trade_in, "reweigh/"), weights)
    assert answer.headers["X-Refusal"] == "other_weigher"
    second = shop.client(shop.chen)
    assert "Who weighs it again" not in text_of(second.get(at(trade_in)))
    send(second, at(trade_in, "reweigh/"), **weights)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.REWEIGHED


def test_old_gold_is_bought_for_money(desk: Desk, shop: Shop) -> None:
    desk.put("buy_back", "yes")
    desk.put("identity_buy_back_cents", "100000000")
    tablet = shop.client(shop.chen)
    trade_in = received(tablet, kind="buy_back")
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh_and_test(tablet, piece)
    decide(tablet, piece)
    send(tablet, at(trade_in, "test/"), signature=NAME)
    send(tablet, at(trade_in, "offer/"))
    send(tablet, at(trade_in, "accept/"), offer=trade_in.offers.get().pk, signature=NAME)
    send(tablet, at(trade_in, "pay-out/"), tender="cash")
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.SETTLED


def test_what_was_paid_is_sealed(desk: Desk, shop: Shop, tablet: KeyedClient) -> None:
    trade_in, sale = gone_through_tests(tablet), bill_of(shop)
    send(tablet, at(trade_in, "offer/"), bill=sale.uuid)
    send(tablet, at(trade_in, "accept/"), offer=trade_in.offers.get().pk, signature=NAME)
    send(tablet, at(trade_in, "pay/"))
    assert "To the bill" in text_of(tablet.get(at(trade_in)))
    shop.pay(sale)
    page = send(tablet, f"/sell/{sale.uuid}/complete/", shown_cents=total_of(sale))
    assert page.request["PATH_INFO"].startswith("/sales/")
    assert "Number of the seal" in text_of(tablet.get(at(trade_in)))
    bag = {"seal": "F-0001", "grams": "11.50", "metal": "Au", "grade": "9900"}
    send(tablet, at(trade_in, "bag/"), **bag, customer_watched="1")
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.BAGGED
    assert "Settled and sealed." in text_of(tablet.get(at(trade_in)))


def total_of(sale: Sale) -> int:
    return bills.total_cents(sale, bills.lines_of(sale))
