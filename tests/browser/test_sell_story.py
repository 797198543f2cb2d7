"""A day at the counter in a real browser, in Chinese; the books agree at its end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from counter.models import Sale
from inventory.models import Piece, State
from tests.browser.hands import TABLET, TELEPHONE, WECHAT, Finger, scan, sign_in
from tests.cast import PINS, Shop
from tests.paper import codes_of
from warranty.models import Card

DATA = Path(__file__).parents[1] / "data"
GOLD, DIAMOND = "1000017387", "1000009683"  # 足金吊坠 by weight, 18K金钻石戒指 fixed price
TOTAL = "¥9,807.72"  # 1.86 g × ¥1,177.00 + 1.86 g × ¥25.00, and ¥7,572.00
WECHAT_NUMBER = "4200" + "1" * 24

Window = Callable[..., Page]


@pytest.fixture
def books_agree_afterwards(trading_shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


@pytest.mark.postgres_story
@pytest.mark.usefixtures("books_agree_afterwards")
def test_from_the_suppliers_list_to_the_customers_telephone(
    trading_shop: Shop, live_server: Any, window: Window, settings: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    trading_shop.close_shift(trading_shop.shift)
    _bring_in(window(TABLET))
    assert Piece.objects.filter(store=trading_shop.s01, state=State.ON_SALE).count() == 400
    call_command("import_prices", str(DATA / "metal_prices_sample.csv"), verbosity=0)

    tablet = window(TABLET)
    _stand_at_counter(tablet)
    finger = Finger()
    _sell_two(tablet, finger)
    assert len(finger.touches) <= 10, finger.touches

    receipt = tablet.request.get(_address(tablet, "小票"))
    assert receipt.headers["content-type"] == "application/pdf"
    telephone = window(TELEPHONE, user_agent=WECHAT, is_mobile=True)
    found = codes_of(_printed_cards(tablet))
    assert Card.objects.count() == 2
    for card in Card.objects.select_related("piece"):
        (address,) = [each for each in found if each.endswith(f"/W/{card.number}")]
        _read_card(telephone, address, card)


def _bring_in(page: Page) -> None:
    """The manager brings the supplier's list in, reads the report and confirms."""
    sign_in(page, "wang")
    page.goto("/pieces/import/")
    page.set_input_files("input[name=file]", DATA / "pieces_sample_gb18030.csv")
    page.get_by_role("button", name="检查清单").click()
    write = page.get_by_role("button", name="写入账目")
    expect(write).to_be_visible()
    expect(page.locator("main")).to_contain_text("400")
    write.click()
    expect(page.get_by_text("此清单已入账。")).to_be_visible(timeout=60_000)


def _stand_at_counter(page: Page) -> None:
    """Zhao unlocks the tablet, Lin takes it over by PIN and opens the shift of counter A."""
    sign_in(page, "zhao")
    page.get_by_role("link", name="更换").click()
    page.get_by_role("radio", name="林").click()
    expect(page.locator("input.pin")).to_be_focused()
    page.keyboard.type(PINS["lin"])
    page.wait_for_url("**/today/")
    page.get_by_role("link", name="选择柜台").click()
    page.get_by_role("button", name="开班").first.click()
    page.get_by_role("link", name="销售", exact=True).last.click()
    page.wait_for_url("**/sell/")


def _sell_two(page: Page, finger: Finger) -> None:
    """Two pieces, the turned screen, cash and WeChat."""
    scan(page, GOLD)
    expect(page.locator(f"[data-piece='{GOLD}']")).to_be_visible()
    scan(page, DIAMOND)
    expect(page.locator(f"[data-piece='{DIAMOND}']")).to_be_visible()
    expect(page.locator(".due .total")).to_have_text(TOTAL)

    finger.touch(page.get_by_role("link", name="请顾客看"))
    expect(page.get_by_text("0.30 ct")).to_be_visible()
    finger.touch(page.get_by_role("button", name="我已看到克重和每克单价"))

    finger.touch(page.get_by_role("radio", name="现金"))
    finger.touch(page.get_by_label("金额"))
    page.keyboard.press("Control+A")
    page.keyboard.type("1000")
    finger.touch(page.get_by_role("button", name="已收"))
    expect(page.get_by_label("尚欠金额")).to_have_value("8807.72")
    finger.touch(page.get_by_role("radio", name="微信支付"))
    finger.touch(page.get_by_label("商户单号"))
    scan(page, WECHAT_NUMBER)

    finger.touch(page.get_by_role("button", name="完成"))
    page.wait_for_url("**/sales/S01-S*/")
    expect(page.locator(".due .total")).to_have_text(TOTAL)


def _address(page: Page, link: str) -> str:
    return page.get_by_role("link", name=link, exact=True).get_attribute("href") or ""


def _printed_cards(page: Page) -> bytes:
    """What the button of the cards brings; Chromium has no window for a PDF here."""
    form = page.locator("form[action$='/cards/']")
    fields = form.locator("input").evaluate_all("all => all.map(each => [each.name, each.value])")
    answer = page.request.post(form.get_attribute("action") or "", form=dict(fields))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def _read_card(page: Page, address: str, card: Card) -> None:
    """The customer's telephone opens what stands in the square on the card."""
    page.goto(address)
    expect(page.get_by_role("heading", name=card.piece.name)).to_be_visible()
    expect(page.locator("dl.facts")).to_contain_text(f"{card.piece.net_mg / 1000:.2f}")
    expect(page.get_by_role("heading", name="您的权益")).to_be_visible()
    assert page.locator("ul.list li").count() >= 2


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_silver_charm_takes_three_touches(trading_shop: Shop, window: Window) -> None:
    charm = trading_shop.charm()
    page, finger = window(TABLET), Finger()
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").click()
    page.goto("/sell/")

    scan(page, charm.number)
    finger.touch(page.get_by_role("radio", name="现金"))
    finger.touch(page.get_by_role("button", name="已收"))
    finger.touch(page.get_by_role("button", name="完成"))

    page.wait_for_url("**/sales/S01-S*/")
    assert len(finger.touches) == 3
    assert Sale.objects.get(number__isnull=False).total_cents == 9_800
