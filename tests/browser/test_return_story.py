"""A return is as quick as a sale: a scan, a reason, a weight, a second person; in Chinese."""

from collections.abc import Callable

from django.core.management import call_command
from playwright.sync_api import Page, expect

from appraisal.models import TradeInState, Weighing
from appraisal.simulated_scale import SimulatedScale
from counter.models import Return, ReturnState, Sale
from tests.browser.hands import TABLET, Finger, scan, sign_in
from tests.cast import PINS, Shop, card_of
from tests.old_gold import open_desk
from tests.returns import open_return_desk
from tests.swaps_back import bagged, sale_of

Window = Callable[..., Page]
MOST_TOUCHES = 6
TYPING_MS = 120  # between two keys of a person; a scanner is faster


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


def test_a_weight_that_is_typed_costs_no_touch_more(trading_shop: Shop, window: Window) -> None:
    """No scale tells the tablet anything: the field of the grams has the focus already."""
    desk = open_return_desk(trading_shop)
    desk.put("typed_weight", "allow")
    sale = desk.sold(trading_shop.ring())
    finger = _take_back(sale, window(TABLET), typed="2.02")
    back = Return.objects.get()
    assert back.state == ReturnState.SETTLED
    assert (back.lines.get().mg, back.lines.get().is_typed) == (2_020, True)
    assert len(finger.touches) <= MOST_TOUCHES, finger.touches
    call_command("verify_books", "--full", verbosity=0)


def test_the_old_ring_itself_goes_back_out_of_its_sealed_bag(
    trading_shop: Shop, window: Window
) -> None:
    """The necklace that it paid for cracks: the page says what goes back before anybody signs."""
    old_gold = open_desk(trading_shop)
    desk = open_return_desk(trading_shop)
    desk.put("typed_weight", "allow")
    trade_in = bagged(old_gold)
    page, finger = window(TABLET), Finger()
    _open_counter(page)
    back = desk.take(sale_of(trade_in))
    page.goto(f"/returns/{back.number}/")
    expect(page.get_by_role("heading", name=trade_in.number)).to_be_visible()
    expect(page.get_by_text("F-0001")).to_be_visible()
    finger.touch(page.get_by_label("克重（手输）").first)
    page.keyboard.type("10.00", delay=TYPING_MS)
    _draw(page, finger)
    finger.touch(page.get_by_role("button", name="退还旧料").first)
    _agree(page, finger)
    expect(page.get_by_role("heading", name="已原物退还")).to_be_visible()
    expect(page.get_by_text("F-0001")).to_be_visible()
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RETURNED
    assert Return.objects.get().state == ReturnState.SETTLED
    assert len(finger.touches) <= MOST_TOUCHES, finger.touches
    call_command("verify_books", "--full", verbosity=0)


def _take_back(sale: Sale, page: Page, typed: str = "") -> Finger:
    """The weight is on a scale that the tablet reads, or is typed."""
    finger = Finger()
    _open_counter(page)
    page.goto("/returns/new/")

    scan(page, card_of(sale).number)
    if typed:
        expect(page.get_by_label("克重（手输）")).to_be_focused()
        page.keyboard.type(typed, delay=TYPING_MS)
    else:
        page.wait_for_selector("live-scale [data-state=stable]")
    finger.touch(page.get_by_role("radio", name="裂纹或砂眼"))
    finger.touch(page.get_by_role("radio", name="退款"))
    finger.touch(page.get_by_role("button", name="核对"))
    page.wait_for_url("**/returns/S01-R*/")
    finger.touch(page.get_by_role("button", name="退回"))
    _agree(page, finger)
    expect(page.get_by_text("款项已退回")).to_be_visible()
    return finger


def _open_counter(page: Page) -> None:
    sign_in(page, "lin")
    page.goto("/shifts/")
    page.get_by_role("button", name="在此工作").click()


def _agree(page: Page, finger: Finger) -> None:
    """The second person's PIN."""
    finger.touch(page.get_by_role("radio", name="陈"))
    page.keyboard.press("Tab")
    page.keyboard.type(PINS["chen"])
    page.keyboard.press("Enter")
    finger.touch(page.get_by_role("button", name="继续办理"))


def _draw(page: Page, finger: Finger) -> None:
    """The customer's name on the pad."""
    pad = page.locator("signature-pad .pad svg").first
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    finger.touches.append("signature")
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    for x, y in ((0.3, 0.3), (0.5, 0.7), (0.8, 0.4)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()
