"""The offer of a trade-in: its way onto the bill, and what the customer takes back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import offers, trade_ins
from appraisal.models import TradeInState
from counter import bills, old_gold
from counter.models import Sale, Tendered
from tests.cast import KeyedClient, Shop
from tests.old_gold import Desk
from tests.old_gold_bills import fill_drawer
from tests.trade_in_pages import (
    NAME,
    at,
    bill_of,
    decide,
    gone_through_tests,
    received,
    send,
    text_of,
    weigh_and_test,
)


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    standing_desk.put("typed_weight", "allow")
    return standing_desk


def total_of(sale: Sale) -> int:
    return bills.total_cents(sale, bills.lines_of(sale))


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
    fill_drawer(desk)
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
