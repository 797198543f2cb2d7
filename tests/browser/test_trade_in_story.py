"""Old for new on the tablet, in Chinese: a plain ring, from the customer's hand to the bag."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page, expect

from appraisal.models import TradeIn, TradeInState
from tests.browser.hands import PORTRAIT, TABLET, TELEPHONE, Finger, sign_in
from tests.cast import Shop
from tests.old_gold import open_desk, picture

Window = Callable[..., Page]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"tablet": TABLET, "portrait": PORTRAIT, "telephone": TELEPHONE}
MOST_TOUCHES = 30  # three minutes at six seconds each


@pytest.mark.postgres_story
def test_a_plain_ring_from_the_counter_to_the_bag(trading_shop: Shop, window: Window) -> None:
    desk = open_desk(trading_shop)
    desk.put("typed_weight", "allow")
    trading_shop.bill(trading_shop.piece(), trading_shop.piece())
    page, finger = window(TABLET), Finger()
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").click()

    _receive(page, finger)
    _weigh_and_test(page, finger)
    _offer(page, finger)
    _settle(page, finger)

    assert TradeIn.objects.get().state == TradeInState.BAGGED
    assert len(finger.touches) <= MOST_TOUCHES, finger.touches
    call_command("verify_books", "--full", verbosity=0)


def _receive(page: Page, finger: Finger) -> None:
    """Screen 1: what it is, a picture, where it comes from; the customer signs."""
    finger.touch(page.get_by_role("link", name="换新", exact=True))
    finger.touch(page.get_by_role("link", name="收旧金").first)
    finger.touch(page.get_by_role("radio", name="戒指"))
    finger.touch(page.get_by_label("印记"))
    page.keyboard.type("足金")
    finger.touches.append("picture")
    ring = {"name": "ring.jpg", "mimeType": "image/jpeg", "buffer": picture().read()}
    page.locator("#id_photo").set_input_files(ring)  # type: ignore[arg-type]  # because: a dict is what the call takes
    expect(page.locator("#photos img")).to_be_visible()
    expect(page.get_by_label("印记")).to_have_value("足金")
    finger.touch(page.get_by_role("radio", name="本人购买，票据已失"))
    _look(page, "1-receive")
    finger.touch(page.get_by_role("button", name="收下"))
    page.wait_for_url("**/trade-ins/S01-T*/")
    _sign(page, finger)
    _look(page, "1-consent")
    finger.touch(page.get_by_role("button", name="顾客同意"))


def _weigh_and_test(page: Page, finger: Finger) -> None:
    """Screen 2: the scale, three readings, brand and stones; no price is seen."""
    finger.touch(page.locator("[name$=-grams]"))
    page.keyboard.type("10.00")
    _look(page, "2-weigh")
    finger.touch(page.get_by_role("button", name="采用此重量"))
    finger.touch(page.get_by_label("光谱读数"))
    page.keyboard.type("999.0 999.2 999.1")
    finger.touch(page.get_by_role("button", name="记录读数"))
    expect(page.get_by_label("认定成色")).to_have_value("999")
    finger.touch(page.get_by_role("radio", name="非本品牌"))
    finger.touch(page.get_by_role("radio", name="无镶石"))
    _look(page, "2-decide")
    expect(page.locator("body")).not_to_contain_text("¥")
    finger.touch(page.get_by_role("button", name="判定", exact=True))
    _sign(page, finger)
    _look(page, "2-sign")
    expect(page.locator("body")).not_to_contain_text("¥")
    finger.touch(page.get_by_role("button", name="顾客已看过"))


def _offer(page: Page, finger: Finger) -> None:
    """Screen 3: the only open bill is chosen already; every line of the price is read."""
    _look(page, "3-bill")
    finger.touch(page.get_by_role("button", name="报价", exact=True))
    expect(page.locator("#offer")).to_contain_text("¥9,840.00")
    expect(page.locator("#offer")).to_contain_text("9.20 克 × 换新价 ¥1,100.00")
    for price in ("销售价 ¥1,177.00", "换新价 ¥1,100.00", "回收价 ¥936.00"):
        expect(page.locator("#offer footer")).to_contain_text(price)
    _sign(page, finger)
    _look(page, "3-offer")
    finger.touch(page.get_by_role("button", name="接受报价"))


def _settle(page: Page, finger: Finger) -> None:
    """Screen 4: onto the bill, the rest in cash, and the bag is sealed."""
    _look(page, "4-settle")
    finger.touch(page.get_by_role("button", name="计入账单"))
    page.wait_for_url("**/sell/*/")
    _look(page, "4-bill")
    finger.touch(page.get_by_role("radio", name="现金"))
    finger.touch(page.get_by_role("button", name="已收"))
    finger.touch(page.get_by_role("button", name="完成"))
    page.wait_for_url("**/sales/S01-S*/")
    finger.touch(page.get_by_role("link", name=TradeIn.objects.get().number))
    finger.touch(page.get_by_label("封签号"))
    page.keyboard.type("F-0001")
    finger.touch(page.locator("[name=grams]"))
    page.keyboard.type("11.50")
    _look(page, "4-bag")
    finger.touch(page.get_by_role("button", name="封袋"))
    expect(page.get_by_text("已结算并封袋。")).to_be_visible()
    _look(page, "4-done")


def _sign(page: Page, finger: Finger) -> None:
    """A name drawn on the pad, in two strokes; the second one is undone and drawn again."""
    pad = page.locator("signature-pad .pad svg").first
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    finger.touches.append("signature")
    for places in ([(0.1, 0.6), (0.2, 0.3), (0.3, 0.7), (0.4, 0.4)], [(0.5, 0.5), (0.8, 0.4)]):
        (first_x, first_y), *rest = places
        page.mouse.move(box["x"] + first_x * box["width"], box["y"] + first_y * box["height"])
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        page.mouse.up()


def _look(page: Page, name: str) -> None:
    """Nothing is wrong for a screen reader; a picture of each size where one is asked for."""
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    folder = os.environ.get("LOOK_FOLDER")
    if not folder:
        return
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        page.screenshot(
            path=Path(folder) / f"{name}-{size}.png", full_page=size != "tablet", caret="initial"
        )
    page.set_viewport_size(TABLET)
