"""What was made or engraved for one customer comes back for a fault and for nothing else, and the
customer knows it before paying."""

import pytest

from counter import acknowledgements, bills, papers, queries, sales
from counter.acknowledgements import How, OrderNotToldYet
from counter.made_to_order import Engraved, MadeToOrder
from counter.models import LeadsTo
from counter.returns import pass_check
from tests.cast import Shop
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
