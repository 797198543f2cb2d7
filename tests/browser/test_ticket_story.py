"""The service desk on the tablet, in Chinese: a ring is taken in with its picture and the
customer's signature, and fetched with another."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page, expect

from inventory.models import DrawnSignature
from tests.browser.hands import TABLET, scan, sign_in
from tests.cast import Shop
from tests.old_gold import picture
from tests.service_desk import open_service_desk
from warranty.models import Card, Ticket, TicketPhoto, TicketState

Window = Callable[..., Page]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def test_a_ring_is_taken_in_and_fetched(trading_shop: Shop, window: Window) -> None:
    desk = open_service_desk(trading_shop)
    card = desk.sold_ring()
    page = window(TABLET)
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").click()

    _take_in(page, card)
    ticket = Ticket.objects.get()
    assert len(TicketPhoto.objects.get(ticket=ticket).photo.sha256) == 64
    desk.work(ticket)
    _fetch(page)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.COLLECTED
    assert [row.point for row in DrawnSignature.objects.order_by("pk")] == ["intake", "hand_back"]
    assert all(row.strokes for row in DrawnSignature.objects.all())
    call_command("verify_books", "--full", verbosity=0)


def _take_in(page: Page, card: Card) -> None:
    """Scanned, weighed, photographed, and signed for."""
    page.goto("/tickets/new/")
    scan(page, card.number)
    expect(page.get_by_text("免费清洗、维修、抛光")).to_be_visible()
    _look(page)
    page.get_by_role("button", name="收件", exact=True).click()
    page.wait_for_url("**/tickets/S01-W*/")
    _weigh(page, "grams")
    _photograph(page)
    page.get_by_label("处理项目").select_option(label="清洗")
    page.get_by_role("radio", name="卡权益").click()
    page.get_by_role("button", name="添加此项目").click()
    _sign(page)
    _look(page)
    page.get_by_role("button", name="顾客已签名").click()
    expect(page.locator("header.head .tag").first).to_have_text("已同意")


def _fetch(page: Page) -> None:
    """Weighed again, and signed for."""
    page.reload()
    _weigh(page, "out-grams")
    _sign(page)
    _look(page)
    page.get_by_role("button", name="顾客已取回").click()
    expect(page.get_by_text("已交还")).to_be_visible()


def _weigh(page: Page, name: str) -> None:
    page.locator(f"[name={name}]").fill("2.02")
    page.locator("[name=stones]").first.fill("1")
    page.get_by_role("button", name="采用此重量").click()


def _photograph(page: Page) -> None:
    """Kept as soon as it is taken, and shown before the customer leaves."""
    ring = {"name": "ring.jpg", "mimeType": "image/jpeg", "buffer": picture().read()}
    page.locator("input[name=photo]:not([form])").set_input_files(ring)  # type: ignore[arg-type]  # because: a dict is what the call takes
    expect(page.locator(".pic img")).to_be_visible()


def _sign(page: Page) -> None:
    """A name drawn on the pad."""
    pad = page.locator("signature-pad .pad svg").first
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    places = [(0.1, 0.6), (0.2, 0.3), (0.3, 0.7), (0.6, 0.4), (0.8, 0.5)]
    for turn, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if not turn:
            page.mouse.down()
    page.mouse.up()


def _look(page: Page) -> None:
    """Nothing is wrong for a screen reader."""
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
