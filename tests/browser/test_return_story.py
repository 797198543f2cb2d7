"""A return is as quick as a sale: a scan, a reason, a weight, a second person; in Chinese."""

from collections.abc import Callable

from django.core.management import call_command
from playwright.sync_api import Page, expect

from appraisal.models import Weighing
from appraisal.simulated_scale import SimulatedScale
from counter.models import Return, ReturnState, Sale
from tests.browser.hands import TABLET, Finger, scan, sign_in
from tests.cast import PINS, Shop, card_of
from tests.old_gold import open_desk
from tests.returns import open_return_desk

Window = Callable[..., Page]
MOST_TOUCHES = 6


def test_a_faulty_ring_is_paid_back_in_six_touches(trading_shop: Shop, window: Window) -> None:
    """The ring lies on a scale that the tablet reads by itself."""
    scale = open_desk(trading_shop).scale
    desk = open_return_desk(trading_shop)
    sale = desk.sold(trading_shop.ring())
    with SimulatedScale(serial=scale.serial, settle_s=0.1) as balance:
        scale.connection = balance.address
        scale.save()
        balance.put(sale.lines.get().piece.gross_mg)
        finger = _take_back(sale, window(TABLET))
    assert Return.objects.get().state == ReturnState.SETTLED
    assert not Weighing.objects.get().is_typed
    assert len(finger.touches) <= MOST_TOUCHES, finger.touches
    call_command("verify_books", "--full", verbosity=0)


def _take_back(sale: Sale, page: Page) -> Finger:
    finger = Finger()
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").click()
    page.goto("/returns/new/")

    scan(page, card_of(sale).number)
    page.wait_for_selector("live-scale [data-state=stable]")
    finger.touch(page.get_by_role("radio", name="裂纹或砂眼"))
    finger.touch(page.get_by_role("radio", name="退款"))
    finger.touch(page.get_by_role("button", name="核对"))
    page.wait_for_url("**/returns/S01-R*/")
    finger.touch(page.get_by_role("button", name="退回"))
    finger.touch(page.get_by_role("radio", name="陈"))
    page.keyboard.press("Tab")
    page.keyboard.type(PINS["chen"])
    page.keyboard.press("Enter")
    finger.touch(page.get_by_role("button", name="继续办理"))
    expect(page.get_by_text("款项已退回")).to_be_visible()
    return finger
