"""The envelopes of the service desk are counted with the counter that answers for them."""

import pytest

from counter import counted_envelopes, handovers, sheet_papers, signed_sheets
from counter.books import verify
from counter.models import Handover, HandoverItem, HandoverState, Investigation, ItemKind
from inventory.models import Place
from tests import sheets
from tests.cast import Shop
from tests.count_pages import at, begin
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import tickets


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


def line(sheet: Handover) -> HandoverItem:
    return sheet.items.get(kind=ItemKind.TICKET)


def check(desk: ServiceDesk, sheet: Handover, counted: int, remark: str = "") -> HandoverItem:
    handovers.check_item(item=line(sheet), counted=counted, remark=remark, by=desk.by)
    return line(sheet)


def test_a_sheet_without_envelopes_has_no_line_for_them(desk: ServiceDesk) -> None:
    assert not begin(desk.shop).items.filter(kind=ItemKind.TICKET).exists()


def test_envelopes_are_counted_as_things(desk: ServiceDesk) -> None:
    desk.receive(desk.sold_ring())
    desk.receive()
    row = check(desk, begin(desk.shop), 2)
    assert (row.counted, row.expected, row.mg) == (2, 2, None)


def test_what_lies_elsewhere_is_not_the_counters(desk: ServiceDesk) -> None:
    ticket = desk.receive()
    safe = Place.objects.get(store=desk.shop.s01, code="SAFE")
    assert counted_envelopes.lying_at(desk.shop.b) == 0
    tickets.put(ticket=ticket, place=safe, by=desk.by)
    assert counted_envelopes.lying_at(desk.shop.a) == 0
    tickets.put(ticket=ticket, place=desk.shop.tray("A-01"), by=desk.by)
    assert counted_envelopes.lying_at(desk.shop.a) == 1


def test_what_was_fetched_during_the_count_is_not_expected(desk: ServiceDesk) -> None:
    card = desk.sold_ring()
    ready = desk.clean_now(card)
    desk.receive()
    sheet = begin(desk.shop)
    desk.hand_back(ready, 2_020)
    row = check(desk, sheet, 1)
    assert (row.counted, row.expected) == (1, 1)


def test_the_page_tells_no_number_before_it_was_counted_twice(desk: ServiceDesk) -> None:
    for _ in range(7):
        desk.receive()
    sheet, client = begin(desk.shop), desk.shop.client()
    assert "Repair envelopes" in client.get(at(sheet), {"part": "items"}).text
    check(desk, sheet, 6)
    page = client.get(at(sheet), {"part": "items"}).text
    assert "7 expected" not in page
    check(desk, sheet, 6, remark="one is not here")
    assert "7 expected" in client.get(at(sheet), {"part": "items"}).text


def test_a_signed_difference_stays_an_open_question(desk: ServiceDesk) -> None:
    desk.receive(desk.sold_ring())
    sheet = sheets.begin(desk.shop)
    sheets.count_goods(desk.shop, sheet)
    sheets.count_money(desk.shop, sheet)
    for _attempt in range(2):
        check(desk, sheet, 0, remark="not found")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED
    sheets.sign(desk.shop, sheet)
    found = Investigation.objects.get(handover=sheet)
    assert (found.pieces, found.what) == (-1, "not found")
    paper = sheet_papers.sheet_of(signed_sheets.sheet_for(desk.by, sheet.number))
    (row,) = [row for row in paper.items if row.differs]
    assert (row.expected, row.counted) == ("1", "0")
    assert not list(verify(desk.shop.s01))
