"""What the work on a ticket costs lies on a bill like goods, and is money of its shift."""

import pytest

from counter import (
    acknowledgements,
    bills,
    customers,
    day_reports,
    new_goods,
    papers,
    queries,
    sales,
    service_fees,
    store_credit,
)
from counter.books import verify
from counter.models import Customer, LineState, Sale, ServiceLine
from counter.service_desk import Owed, Unpaid
from inventory import places
from inventory.ground import approvals
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import jobs, quotes
from warranty.models import Basis, JobKind, Ticket


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def ticket(desk: ServiceDesk) -> Ticket:
    """A chain of somebody's to be soldered for ¥80.00, agreed on."""
    brought = desk.receive()
    desk.weigh_in(brought, 5_000)
    desk.task(brought, JobKind.SOLDER, Basis.PAID)
    desk.photograph(brought)
    desk.sign(brought)
    quotes.answer_by_link(quote=desk.quoted(brought, 8_000), approved=True)
    brought.refresh_from_db()
    return brought


def begin(desk: ServiceDesk, ticket: Ticket, cents: int | None = None) -> Sale:
    sale = bills.begin(counter=desk.shop.a, by=desk.by)
    service_fees.put_on_bill(sale=sale, ticket=ticket, cents=cents, by=desk.by)
    return sale


def complete(desk: ServiceDesk, sale: Sale) -> Sale:
    """Paid in cash."""
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    total = bills.total_cents(sale, bills.lines_of(sale))
    return sales.complete(sale=sale, shown_cents=total, by=desk.by)


def pay(desk: ServiceDesk, ticket: Ticket, cents: int | None = None) -> Sale:
    return complete(desk, begin(desk, ticket, cents))


def void(desk: ServiceDesk, sale: Sale) -> None:
    shop, ask = desk.shop, sales.void_ask(sale)
    approvals.grant(ask=ask, store=shop.s01, asked_by=desk.by, by=shop.chen)
    sales.void(sale=sale, scanned=[], reason="wrong tender", by=desk.by)


def paid_by_somebody(desk: ServiceDesk, ticket: Ticket, cents: int) -> tuple[Sale, Customer]:
    """A bill that names its customer."""
    sale = begin(desk, ticket, cents)
    store = desk.shop.s01
    buyer = customers.find_or_make(phone="13800138000", name="", store=store, by=desk.by)
    bills.name_customer(sale=sale, customer=buyer)
    sale.refresh_from_db()
    return complete(desk, sale), buyer


def test_a_deposit_and_the_rest_pay_the_price(desk: ServiceDesk, ticket: Ticket) -> None:
    deposit = pay(desk, ticket, 3_000)
    assert (deposit.total_cents, deposit.services.get().is_deposit) == (3_000, True)
    desk.work(ticket)
    with pytest.raises(Unpaid, match=r"50\.00"):
        desk.hand_back(ticket, 5_000)
    rest = pay(desk, ticket)
    assert (rest.total_cents, rest.services.get().is_deposit) == (5_000, False)
    desk.hand_back(ticket, 5_000)
    assert service_fees.of_ticket(ticket).due_cents == 0
    assert not list(verify(desk.shop.s01, full=True))


def test_goods_and_a_fee_are_paid_at_once(desk: ServiceDesk, ticket: Ticket) -> None:
    sale = begin(desk, ticket)
    bills.add_piece(sale=sale, piece=desk.shop.ring(), by=desk.by)
    goods = bills.lines_of(sale)[0].total_cents
    assert [line.total_cents for line in new_goods.of_lines(bills.lines_of(sale))] == [goods]
    done = complete(desk, sale)
    assert done.total_cents == goods + 8_000
    report = day_reports.report_of(store=desk.shop.s01, day=places.business_day(desk.shop.s01))
    assert (report.cents, report.service_cents, report.total_cents) == (goods, 8_000, goods + 8_000)
    assert report.paid_cents == report.total_cents
    kept = day_reports.of_plain(day_reports.to_plain(report))
    assert kept.service_cents == 8_000
    slip = papers.receipt_of(queries.sale_for(desk.by, done.number or ""))
    assert [line.total for line in slip.lines][-1] == "¥80.00"
    assert not list(verify(desk.shop.s01, full=True))


def test_a_void_makes_the_fee_due_again(desk: ServiceDesk, ticket: Ticket) -> None:
    sale = pay(desk, ticket)
    void(desk, sale)
    assert sale.services.get().state == LineState.VOIDED
    assert service_fees.of_ticket(ticket).due_cents == 8_000
    day = places.business_day(desk.shop.s01)
    assert day_reports.report_of(store=desk.shop.s01, day=day).service_cents == 0
    assert not list(verify(desk.shop.s01, full=True))


def test_a_fee_is_not_voided_once_the_thing_was_fetched(desk: ServiceDesk, ticket: Ticket) -> None:
    sale = pay(desk, ticket)
    desk.hand_back(desk.work(ticket), 5_000)
    with pytest.raises(service_fees.FeeUsed, match=ticket.number):
        void(desk, sale)
    sale.refresh_from_db()
    assert sale.state == "completed"


def test_a_fee_that_is_no_longer_due_stops_the_bill(desk: ServiceDesk, ticket: Ticket) -> None:
    sale = begin(desk, ticket)
    jobs.give_up(ticket=ticket, reason="the solder does not hold", by=desk.by)
    with pytest.raises(service_fees.FeeChanged, match=ticket.number):
        complete(desk, sale)
    assert ServiceLine.objects.get().state == LineState.OPEN


def test_one_ticket_lies_on_one_bill(desk: ServiceDesk, ticket: Ticket) -> None:
    begin(desk, ticket)
    with pytest.raises(service_fees.FeeOnBill):
        begin(desk, ticket)


def test_more_than_is_due_goes_on_no_bill(desk: ServiceDesk, ticket: Ticket) -> None:
    with pytest.raises(service_fees.FeeTooHigh, match=r"80\.00"):
        begin(desk, ticket, 8_001)


def test_a_bill_whose_fee_was_taken_off_is_empty(desk: ServiceDesk, ticket: Ticket) -> None:
    sale = begin(desk, ticket)
    service_fees.take_off_bill(sale=sale, line=sale.services.get(), by=desk.by)
    with pytest.raises(bills.EmptyBill):
        sales.complete(sale=sale, shown_cents=0, by=desk.by)


def test_a_deposit_on_work_that_was_not_done_becomes_credit(
    desk: ServiceDesk, ticket: Ticket
) -> None:
    sale, buyer = paid_by_somebody(desk, ticket, 3_000)
    jobs.give_up(ticket=ticket, reason="the solder does not hold", by=desk.by)
    with pytest.raises(Owed, match=r"30\.00"):
        desk.hand_back(ticket, 5_000)
    (entry,) = service_fees.credit_rest(ticket=ticket, by=desk.by)
    assert (entry.cents, entry.sale, entry.ticket) == (3_000, sale, ticket)
    assert store_credit.balance(buyer) == 3_000
    with pytest.raises(service_fees.NothingOwed):
        service_fees.credit_rest(ticket=ticket, by=desk.by)
    desk.hand_back(ticket, 5_000)
    ticket.refresh_from_db()
    assert ticket.state == "returned"
    assert not list(verify(desk.shop.s01, full=True))


def test_credit_for_nobody_is_refused(desk: ServiceDesk, ticket: Ticket) -> None:
    pay(desk, ticket, 3_000)
    jobs.give_up(ticket=ticket, reason="the solder does not hold", by=desk.by)
    with pytest.raises(service_fees.OwedToNobody):
        service_fees.credit_rest(ticket=ticket, by=desk.by)


def test_a_void_of_a_credited_deposit_takes_the_credit_back(
    desk: ServiceDesk, ticket: Ticket
) -> None:
    sale, buyer = paid_by_somebody(desk, ticket, 3_000)
    jobs.give_up(ticket=ticket, reason="the solder does not hold", by=desk.by)
    service_fees.credit_rest(ticket=ticket, by=desk.by)
    void(desk, sale)
    assert store_credit.balance(buyer) == 0
    assert service_fees.of_ticket(ticket) == service_fees.Fees(0, 0, 0)
    assert not list(verify(desk.shop.s01, full=True))


def test_the_bill_and_the_sale_show_the_fee(desk: ServiceDesk, ticket: Ticket) -> None:
    client, sale = desk.shop.client(), begin(desk, ticket)
    page = client.get(f"/sell/{sale.uuid}/").content.decode()
    assert ticket.number in page
    assert "¥80.00" in page
    fee = sale.services.get()
    gone = client.post(f"/sell/{sale.uuid}/fees/{fee.pk}/remove/", {}, follow=True)
    assert ticket.number not in gone.content.decode()
    done = pay(desk, ticket)
    assert ticket.number in client.get(f"/sales/{done.number}/").content.decode()


def test_the_ticket_offers_store_credit_for_what_is_owed(desk: ServiceDesk, ticket: Ticket) -> None:
    _sale, buyer = paid_by_somebody(desk, ticket, 3_000)
    jobs.give_up(ticket=ticket, reason="the solder does not hold", by=desk.by)
    client = desk.shop.client()
    assert "¥30.00" in client.get(f"/tickets/{ticket.number}/").text
    client.post(f"/tickets/{ticket.number}/credit/")
    assert store_credit.balance(buyer) == 3_000
    assert "Make it store credit" not in client.get(f"/tickets/{ticket.number}/").text
