"""What was made or engraved for one customer comes back for a fault and for nothing else, and the
customer knows it before paying."""

import pytest

from counter import acknowledgements, bills, papers, queries, sales
from counter.acknowledgements import How, OrderNotToldYet
from counter.made_to_order import Engraved, MadeToOrder
from counter.models import LeadsTo
from counter.returns import pass_check
from inventory.ground import changes
from tests.cast import Shop, card_of
from tests.conftest import unprotect
from tests.paper import text_of
from tests.programs import EVERYTHING, register
from tests.returns import ReturnDesk, open_return_desk
from tests.service_desk import open_service_desk
from warranty.models import Basis, Card, Fault, JobKind, JobState

LAW = "Consumer Protection Law, art. 25"


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


@pytest.mark.parametrize(
    ("fault", "leads_to", "channel"),
    [
        (Fault.WRONG_SIZE, LeadsTo.EXCHANGE, "shop"),
        (Fault.CHANGED_MIND, LeadsTo.REFUND, "distance"),
        (Fault.GIFT_REFUSED, LeadsTo.EXCHANGE, "shop"),
    ],
)
def test_an_order_does_not_come_back_for_no_reason(
    desk: ReturnDesk, fault: str, leads_to: str, channel: str
) -> None:
    sale = desk.sold(desk.shop.ring(made_to_order=True))
    with pytest.raises(MadeToOrder, match=LAW):
        desk.take(sale, fault, leads_to, channel=channel)


@pytest.mark.parametrize("fault", [Fault.CRACK, Fault.FINENESS, Fault.NOT_AS_ORDERED])
def test_an_order_with_a_fault_comes_back_like_any_piece(desk: ReturnDesk, fault: str) -> None:
    back = desk.refund(desk.take(desk.sold(desk.shop.ring(made_to_order=True)), fault))
    assert back.credit_cents == 757_200
    assert desk.broken() == []


def test_what_we_engraved_counts_as_made_to_order(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    service = open_service_desk(desk.shop)
    ticket = service.receive(Card.objects.get(sale_line__sale=sale))
    job = service.task(ticket, JobKind.ENGRAVING, Basis.PAID)
    type(job).objects.filter(pk=job.pk).update(state=JobState.DONE)
    with pytest.raises(Engraved, match="engraved"):
        desk.take(sale, Fault.WRONG_STYLE, LeadsTo.EXCHANGE)


def test_the_next_buyer_of_an_order_that_came_back_did_not_order_it(desk: ReturnDesk) -> None:
    ring = desk.shop.ring(made_to_order=True)
    back = desk.refund(desk.take(desk.sold(ring)))
    pass_check(back=back, piece=ring, by=desk.by)
    ring.refresh_from_db()
    again = desk.sold(ring)
    assert desk.take(again, Fault.WRONG_SIZE, LeadsTo.EXCHANGE).number


def test_the_customer_is_told_on_the_turned_screen_before_paying(shop: Shop) -> None:
    chain = shop.piece(made_to_order=True)
    sale = shop.bill(chain)
    shop.pay(sale)
    total = bills.total_cents(sale, bills.lines_of(sale))
    with pytest.raises(OrderNotToldYet):
        sales.complete(sale=sale, shown_cents=total, by=shop.lin)
    with pytest.raises(acknowledgements.AcknowledgementMissing):
        acknowledgements.give(sale=sale, how=How.SIGNATURE)  # a tap is wanted
    client = shop.client()
    assert "made to order" in client.get(f"/pieces/{chain.number}/").text
    bill = client.get(f"/sell/{sale.uuid}/").text
    assert "made to order" in bill
    assert "The customer must confirm first what is made to order" in bill
    assert "Made to order for you" in client.get(f"/sell/{sale.uuid}/confirm/").text
    client.post(f"/sell/{sale.uuid}/confirm/")
    done = sales.complete(sale=sale, shown_cents=total, by=shop.lin)
    (line,) = papers.receipt_of(queries.sale_for(shop.lin, done.number or "")).lines
    assert line.order_line.startswith("Made to order")


def test_the_page_of_a_return_says_why_before_anything_is_typed(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(made_to_order=True))
    page = desk.shop.client().get("/returns/new/", {"code": str(sale.number)}).text
    assert LAW in page
    assert page.count('<span class="tag bad">made to order</span>') == 10  # not one of the faults


TEN_DAYS = "Ten-day equal exchange"


def test_its_card_promises_no_exchange_anywhere(desk: ReturnDesk) -> None:
    shop = desk.shop
    ordered = card_of(desk.sold(shop.ring(made_to_order=True)))
    common = card_of(desk.sold(shop.ring()))
    program = register(*EVERYTHING)
    client = shop.client()
    for card, promised in ((ordered, False), (common, True)):
        told = program.get(f"/cards/{card.number}").json()["benefits"]
        assert ("exchange" in {each["kind"] for each in told}) is promised
        paper = text_of(client.get(f"/cards/{card.number}/card.pdf").content)
        pages = [client.get(f"/cards/{card.number}/").text, client.get(f"/w/{card.number}").text]
        assert [TEN_DAYS in text for text in (paper, *pages)] == [promised] * 3
    assert desk.broken() == []


def test_a_card_that_lacks_another_promise_is_still_found(desk: ReturnDesk) -> None:
    card = card_of(desk.sold(desk.shop.ring(made_to_order=True)))
    unprotect("default")
    try:
        card.entries.earliest("pk").delete()
        assert any("lacks benefits of its plan" in each for each in desk.broken())
    finally:
        changes.protect()


def test_a_program_and_the_tag_tell_that_it_is_an_order(shop: Shop) -> None:
    ordered, common = shop.ring(made_to_order=True), shop.ring()
    program = register("pieces:read", stores=[shop.s01])
    for piece, is_order in ((ordered, True), (common, False)):
        assert program.get(f"/pieces/{piece.number}").json()["made_to_order"] is is_order
        tag = text_of(shop.client().get(f"/pieces/tags.pdf?n={piece.number}").content)
        assert ("made to order" in tag) is is_order
    rows = {row["number"]: row["made_to_order"] for row in program.rows("/pieces")}
    assert rows == {ordered.number: True, common.number: False}
