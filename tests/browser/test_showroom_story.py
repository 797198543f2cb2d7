"""The network showroom in Chinese: a customer on the telephone is invited, let in by a code, picks
rings with an engraving, reads them back letter by letter and sends them. The network clerk and the
account clerk bring the order, on two tablets and without typing any of it again, to the bill on
which it is handed over, and to its cards; the customer's page tells how far it is."""

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page, expect

from counter.models import NetworkOrder, OrderState
from counter.showroom import drafts
from inventory.models import Notice
from tests.browser.hands import TABLET, TELEPHONE, WECHAT, sign_in
from tests.cast import Shop
from tests.showroom import open_showroom
from warranty.models import Card

Window = Callable[..., Page]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def test_rings_are_ordered_made_and_handed_over(trading_shop: Shop, window: Window) -> None:
    showroom = open_showroom(trading_shop)
    network, customer = window(TABLET), window(TELEPHONE, user_agent=WECHAT)
    sign_in(network, "gao")
    _invite(network, showroom.customer.phone)
    _enter(customer)
    _choose(customer)
    _send(customer)
    order = NetworkOrder.objects.get()
    assert (order.state, order.customer) == (OrderState.REVIEWING, showroom.customer)
    assert drafts.ordered_wish(order).lines == (showroom.band(),)

    _open_order(network, order.number)
    network.locator("[name=store]").select_option("S01")
    _press(network, "pass-on")
    _make(window(TABLET), customer, order)
    order.refresh_from_db()
    assert order.state == OrderState.HANDED_OVER
    assert drafts.ordered_wish(order).lines == (showroom.band(),)
    line = order.lines.get()
    sold = [card.piece for card in Card.objects.select_related("piece")]
    assert [(each.style_id, each.ring_size) for each in sold] == [
        (line.style_id, line.ring_size)
    ] * line.pieces
    call_command("verify_books", "--full", verbosity=0)


def _make(page: Page, customer: Page, order: NetworkOrder) -> None:
    """From the second check to the bill, on the account clerk's tablet."""
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").first.click()
    _open_order(page, order.number)
    _press(page, "confirm")
    _tells(customer, "备料与配石")
    _press(page, "begin")
    for report in ("NT100001", "NT100002"):
        _take_in(page, report)
    _press(page, "tell")
    _tells(customer, "可以交货")
    _press(page, "bill")
    _pay(page)
    _tells(customer, "已交付", mark="done")


def _invite(page: Page, phone: str) -> None:
    page.goto("/guests/")
    page.get_by_label("电话").fill(phone)
    page.get_by_role("button", name="发送专属链接").click()
    expect(page.get_by_text("尚未进入")).to_be_visible()


def _enter(page: Page) -> None:
    """By the link in one message and the code in another."""
    page.goto(_told("showroom_link", r"/showroom/enter/\S+"))
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("六位验证码").fill(_told("showroom_code", r"\d{6}"))
    page.get_by_role("button", name="进入", exact=True).click()
    page.wait_for_url("**/showroom/")
    _look(page)


def _choose(page: Page) -> None:
    """Two 18K bands; the engraving stands on the band as it is typed."""
    page.get_by_label("类别").select_option(label="戒指")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=re.compile("B1001")).click()
    page.get_by_role("radio", name=re.compile("18K金")).check()
    page.get_by_label("规格").select_option("3 mm")
    page.get_by_label("手寸", exact=True).select_option("12.25")
    page.get_by_label("工艺").select_option("喷沙")
    page.get_by_label("刻字", exact=True).fill("永恒 LIN")
    expect(page.locator(".band")).to_have_text("永恒 LIN")
    page.get_by_label("件数").fill("2")
    _look(page)
    page.get_by_role("button", name="放入待提交").click()
    page.wait_for_url("**/showroom/basket/")


def _send(page: Page) -> None:
    page.get_by_role("button", name="核对整份订单").click()
    expect(page.locator(".letters")).to_have_text(re.compile(r"永\s*恒\s*␣\s*L\s*I\s*N"))
    _look(page)
    page.get_by_role("button", name="确认，就这样订").click()
    page.wait_for_url("**/o/*/")
    _look(page)
    _tells(page, "初审")


def _tells(page: Page, step: str, *, mark: str = "now") -> None:
    """What the customer's own page says of the way of the order."""
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text=step)).to_have_class(mark)


def _open_order(page: Page, number: str) -> None:
    page.goto("/orders/")
    page.get_by_role("link", name=re.compile(number)).first.click()
    page.wait_for_url(f"**/orders/{number}/")


def _press(page: Page, word: str) -> None:
    """The button of the next step, and the page that follows."""
    with page.expect_navigation():
        page.locator(f"form[action$='/{word}/'] button").last.click()


def _take_in(page: Page, report: str) -> None:
    """One ring from the workshop, weighed, with the laboratory's report."""
    for name in ("gross_mg", "net_mg"):
        page.locator(f"[name={name}]").fill("3.40")
    page.locator("[name=place]").select_option("A-01")
    page.locator("form[action$='/arrive/'] [name=lab]").fill("NGTC")
    page.locator("form[action$='/arrive/'] [name=report]").fill(report)
    _press(page, "arrive")


def _pay(page: Page) -> None:
    """The customer sees the turned screen and pays in cash; nothing is scanned or typed."""
    page.wait_for_url("**/sell/*/")
    page.get_by_role("link", name="请顾客看").click()
    page.locator("button.main").last.click()
    page.get_by_role("radio", name="现金").click()
    page.get_by_role("button", name="已收").click()
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/sales/S01-S*/")


def _told(kind: str, pattern: str) -> str:
    """What the newest message of a kind says."""
    found = re.search(pattern, Notice.objects.filter(kind=kind).latest("pk").text)
    assert found
    return found[0]


def _look(page: Page) -> None:
    """Nothing is wrong for a screen reader."""
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
