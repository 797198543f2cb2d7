"""Scanners, double touches and broken networks: nothing is lost and nothing is done twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from counter.models import Sale, Tendered
from tests.browser.hands import PORTRAIT, TABLET, InputMethod, cookies_of, scan
from tests.cast import Shop

Window = Callable[..., Page]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture
def tablet(trading_shop: Shop, live_server: Any, window: Window) -> Page:
    """Lin is signed in and stands at counter A."""
    page = window(TABLET)
    page.context.add_cookies(cookies_of(trading_shop.client(), live_server.url))
    return page


def show_bill(page: Page, sale: Sale) -> None:
    page.goto(f"/sell/{sale.uuid}/")
    expect(page.locator(".due .total")).to_be_visible()


def paid_bill(shop: Shop) -> Sale:
    """An open bill of a silver charm, paid in cash and not yet completed."""
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    return sale


def complete_button(page: Page) -> Locator:
    return page.locator("form[action$='/complete/'] button")


@pytest.mark.parametrize("where", ["/today/", "/pieces/", "/cards/", "/sales/"])
def test_a_scan_opens_the_piece_from_any_screen(
    trading_shop: Shop, tablet: Page, where: str
) -> None:
    piece = trading_shop.piece()
    tablet.goto(where)
    scan(tablet, f"~{piece.number}")
    tablet.wait_for_url(f"**/pieces/{piece.number}/")


def test_a_picture_of_the_label_is_a_scan(trading_shop: Shop, tablet: Page, tmp_path: Path) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    label = tmp_path / "label.png"
    segno.make(piece.number, error="m").save(str(label), scale=8, border=4)
    tablet.locator("input[form=scan-photo]").set_input_files(label)
    expect(tablet.locator(f"[data-piece='{piece.number}']")).to_be_visible()
    # a picture of nothing is said where the eye is, and the bill stays
    blank = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "white").save(blank)
    tablet.locator("input[form=scan-photo]").set_input_files(blank)
    expect(tablet.locator("scan-box[data-answer=unknown] output")).not_to_be_empty()
    expect(tablet.locator("#lines [data-piece]")).to_have_count(2)


@pytest.mark.parametrize("focus", ["#scan-code", "#id_amount", "summary", ".brand"])
def test_a_scan_reaches_the_bill_whatever_has_the_focus(
    trading_shop: Shop, tablet: Page, focus: str
) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.locator(focus).first.focus()
    scan(tablet, f"~{piece.number}")
    expect(tablet.locator(f"[data-piece='{piece.number}']")).to_be_visible()
    expect(tablet.locator("#id_amount")).to_have_value("10692.80")


def test_a_name_stays_whole_when_a_scan_comes_while_it_is_typed(
    trading_shop: Shop, tablet: Page
) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.get_by_text("本单", exact=True).click()
    tablet.locator("#id_mark").focus()
    tablet.keyboard.type("红外")
    scan(tablet, f"~{piece.number}")
    expect(tablet.locator(f"[data-piece='{piece.number}']")).to_be_visible()
    expect(tablet.locator("#id_mark")).to_have_value("红外")


@pytest.mark.parametrize("delay", [60, 120])
def test_a_slow_scanner_with_full_width_digits_is_one_scan(
    trading_shop: Shop, tablet: Page, delay: int
) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    scan(tablet, piece.number.translate(FULL_WIDTH), delay=delay)
    expect(tablet.locator(f"[data-piece='{piece.number}']")).to_be_visible()
    expect(tablet.locator("#lines [data-piece]")).to_have_count(2)


def test_a_scan_through_an_input_method_is_one_scan(trading_shop: Shop, tablet: Page) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    method = InputMethod(tablet)
    method.compose(piece.number)
    method.press("Enter")
    expect(tablet.locator("#lines [data-piece]")).to_have_count(1)
    method.let_go(piece.number)
    expect(tablet.locator(f"[data-piece='{piece.number}']")).to_be_visible()
    expect(tablet.locator("#lines [data-piece]")).to_have_count(2)
    expect(tablet.locator("#scan-code")).to_have_value("")


@pytest.mark.parametrize("key", ["~", "7", "Enter", "Escape"])
def test_a_name_in_the_making_keeps_every_key(trading_shop: Shop, tablet: Page, key: str) -> None:
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.get_by_text("本单", exact=True).click()
    mark = tablet.locator("#id_mark")
    mark.focus()
    method = InputMethod(tablet)
    method.compose("hongwai")
    assert method.press(key) == {"composing": True, "taken": False}
    expect(mark).to_be_focused()
    method.let_go("红外")
    expect(mark).to_have_value("红外")
    expect(tablet.locator("#scan-code")).to_have_value("")


def test_the_own_keys_stay_while_an_input_method_is_left_with_escape(
    trading_shop: Shop, tablet: Page
) -> None:
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.get_by_role("button", name="手输").click()
    method = InputMethod(tablet)
    method.compose("20")
    method.press("Escape")
    expect(tablet.locator("#scan-keys")).to_be_visible()
    method.let_go("20")
    tablet.keyboard.press("Escape")
    expect(tablet.locator("#scan-keys")).to_be_hidden()


def test_a_damaged_number_is_told_and_the_bill_stays(trading_shop: Shop, tablet: Page) -> None:
    piece = trading_shop.piece()
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    damaged = piece.number[:-1] + str((int(piece.number[-1]) + 1) % 10)
    scan(tablet, damaged)
    expect(tablet.locator("scan-box output")).to_contain_text("第 10 位不符")
    expect(tablet.locator("#lines [data-piece]")).to_have_count(1)


def test_typed_values_stay_when_a_scan_is_refused(trading_shop: Shop, tablet: Page) -> None:
    sold = trading_shop.charm()
    done = trading_shop.sell(sold)
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.get_by_role("radio", name="微信支付").click()
    tablet.locator("#id_amount").fill("50.00")
    tablet.locator("#id_merchant_number").fill("42001")
    scan(tablet, f"~{sold.number}")
    expect(tablet.locator("#notice")).to_contain_text("在国贸店售出")
    # where the eye is while scanning: the same words, and not that it is unknown
    expect(tablet.locator("scan-box output")).to_contain_text("在国贸店售出")
    expect(tablet.locator("scan-box output")).not_to_contain_text("本店没有")
    expect(tablet.locator("#notice").get_by_role("link")).to_have_attribute(
        "href", f"/sales/{done.number}/"
    )
    expect(tablet.locator("#id_amount")).to_have_value("50.00")
    expect(tablet.locator("#id_merchant_number")).to_have_value("42001")
    expect(tablet.locator("[name=tender][value=wechat]")).to_be_checked()


def test_a_refusal_stands_clear_of_the_strip_in_portrait(trading_shop: Shop, tablet: Page) -> None:
    sold = trading_shop.charm()
    trading_shop.sell(sold)
    tablet.set_viewport_size(PORTRAIT)
    show_bill(tablet, trading_shop.bill(*(trading_shop.charm() for _each in range(6))))
    assert tablet.evaluate("() => (scrollTo(0, document.body.scrollHeight), scrollY)") > 200
    scan(tablet, f"~{sold.number}")
    expect(tablet.locator("#notice b")).to_be_visible()
    strip, notice = (tablet.locator(each).bounding_box() for each in (".strip", "#notice"))
    assert strip is not None
    assert notice is not None
    assert strip["height"] > 100  # two lines
    assert notice["y"] >= strip["y"] + strip["height"]


def test_a_refused_tender_names_its_field_and_keeps_the_others(
    trading_shop: Shop, tablet: Page
) -> None:
    show_bill(tablet, trading_shop.bill(trading_shop.charm()))
    tablet.get_by_role("radio", name="微信支付").click()
    tablet.locator("#id_amount").fill("60.00")
    tablet.get_by_role("button", name="已收").click()
    expect(tablet.locator("#notice b")).to_be_visible()
    wrong = tablet.locator("#id_merchant_number")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    told = tablet.locator(f"#{wrong.get_attribute('aria-describedby')}")
    expect(told).to_be_visible()
    expect(tablet.locator("#id_amount")).to_have_value("60.00")
    assert Tendered.objects.count() == 0


def test_two_touches_on_complete_are_one_sale(trading_shop: Shop, tablet: Page) -> None:
    show_bill(tablet, paid_bill(trading_shop))
    box = complete_button(tablet).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tablet.mouse.click(x, y)
    tablet.mouse.click(x, y)
    tablet.wait_for_url("**/sales/S01-S*/")
    assert Sale.objects.filter(number__isnull=False).count() == 1
    call_command("verify_books", "--full", verbosity=0)


def test_the_same_sending_twice_shows_the_same_sale(trading_shop: Shop, tablet: Page) -> None:
    show_bill(tablet, paid_bill(trading_shop))
    form = tablet.locator("form[action$='/complete/']")
    action = form.get_attribute("action") or ""
    fields = form.locator("input").evaluate_all("all => all.map(each => [each.name, each.value])")
    first, again = (tablet.request.post(action, form=dict(fields)) for _time in range(2))
    assert first.url == again.url
    assert "/sales/S01-S" in again.url
    assert Sale.objects.filter(number__isnull=False).count() == 1


def test_a_broken_network_is_told_and_keeps_what_was_typed(
    trading_shop: Shop, tablet: Page
) -> None:
    sale = trading_shop.bill(trading_shop.charm())
    show_bill(tablet, sale)
    tablet.get_by_role("radio", name="现金").click()
    tablet.locator("#id_amount").fill("100")
    tablet.context.set_offline(True)
    expect(tablet.locator("net-badge")).to_have_text("无网络")
    expect(tablet.locator("[data-netline]")).to_contain_text("未保存")
    received = tablet.get_by_role("button", name="已收")
    expect(received).to_be_disabled()
    expect(received).to_have_attribute("data-reason", "网络断开 · 未保存")
    expect(complete_button(tablet)).to_be_disabled()
    expect(tablet.locator("#id_amount")).to_have_value("100")

    tablet.context.set_offline(False)
    expect(tablet.locator("net-badge")).to_have_text("在线")
    expect(tablet.locator("#id_amount")).to_have_value("100")
    received.click()
    complete_button(tablet).click()
    tablet.wait_for_url("**/sales/S01-S*/")
    assert Sale.objects.filter(number__isnull=False).count() == 1


def test_a_lost_answer_is_asked_for_again_and_not_made_twice(
    trading_shop: Shop, tablet: Page
) -> None:
    show_bill(tablet, paid_bill(trading_shop))
    lost: list[int] = []

    def lose_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    tablet.route("**/complete/", lose_answer)
    complete_button(tablet).click()
    expect(tablet.locator("net-badge")).to_have_text("无网络")
    assert Sale.objects.filter(number__isnull=False).count() == 1

    again = tablet.get_by_role("button", name="再试一次")
    expect(again).to_be_visible()
    again.click()
    tablet.wait_for_url("**/sales/S01-S*/")
    assert lost == [303]
    assert Sale.objects.filter(number__isnull=False).count() == 1
    call_command("verify_books", "--full", verbosity=0)
