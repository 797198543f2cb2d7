"""Two tablets count one counter; in Chinese, by scans and touches only."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from counter.models import Handover, HandoverState, Shift, TrayState
from inventory.ground import settings_rows
from inventory.models import Piece, Place
from tests.browser.hands import TABLET, Finger, scan, sign_in
from tests.cast import PINS, Shop

Window = Callable[..., Page]

HOLD_MS = 900  # a one-way button asks for 0.8 s
# from the list of shifts to the sealed sheet, besides what each tray takes
START, MONEY, PIN_KEYS = 3, 2, 12
# ¥98.00 in the drawer: how many of each note and coin, by its value in cents
CASH = {5_000: 1, 2_000: 2, 500: 1, 100: 3}


@pytest.fixture
def counter(trading_shop: Shop) -> dict[str, list[Piece]]:
    """Counter A with three trays; A-03, the window and the counter itself are empty."""
    shop = trading_shop
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)
    trays = Place.objects.filter(parent=shop.a, code__startswith="A-")
    trays.exclude(code__in=["A-01", "A-02", "A-03", "A-W"]).delete()
    return {
        "A-01": [shop.piece() for _n in range(6)],
        "A-02": [shop.ring(place=shop.tray("A-02")) for _n in range(4)],
    }


def test_two_tablets_count_one_counter(
    trading_shop: Shop, counter: dict[str, list[Piece]], window: Window
) -> None:
    trading_shop.sell(trading_shop.charm())
    lin, zhao, finger = _tablet(window, "lin"), _tablet(window, "zhao"), Finger()
    lin.goto("/shifts/")
    _start(lin, finger)
    sheet = Handover.objects.get()
    zhao.goto(f"/handovers/{sheet.number}/")

    # each takes another tray: its code opens it
    _open(lin, "A-01")
    _open(zhao, "A-02")
    _scan_each(lin, counter["A-01"])
    _scan_each(zhao, counter["A-02"][:3])
    _make_a_mistake(lin, counter["A-01"], finger)
    _hand_in(lin, finger)
    _recount(lin, zhao, counter["A-02"], finger)
    _empty_the_rest(lin, zhao, finger)
    _sign(lin, finger)

    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert set(sheet.trays.values_list("state", flat=True)) == {TrayState.AGREED}
    assert Shift.objects.get(counter=trading_shop.a, closed_at=None).opened_by == trading_shop.zhao
    # two trays, the window, all the rest in one; a mistake and a recount; no touch for a piece
    assert len(finger.touches) == START + 2 + 1 + 1 + 1 + 1 + 2 * len(CASH) + MONEY + PIN_KEYS


def _tablet(window: Window, username: str, size: ViewportSize = TABLET) -> Page:
    page = window(size)
    sign_in(page, username)
    return page


def _start(page: Page, finger: Finger) -> None:
    """From the list of shifts: hand over, to whom, go."""
    finger.touch(page.get_by_role("link", name="交接班").first)
    page.wait_for_url("**/handovers/start/A/**")
    finger.touch(page.locator(".person", has=page.locator("[name=incoming][value=zhao]")))
    finger.touch(page.get_by_role("button", name="开始盘点"))
    page.wait_for_url("**/handovers/S01-H*/")


def _open(page: Page, code: str) -> None:
    scan(page, code)
    page.wait_for_url(f"**/?tray={code}")
    expect(page.get_by_role("button", name=f"交回 {code}")).to_be_visible()


def _scan_each(page: Page, rows: list[Piece], *, already: int = 0) -> None:
    for n, piece in enumerate(rows, start=already + 1):
        scan(page, piece.number)
        expect(_figure(page)).to_have_text(f"{n} 件")
        expect(page.locator("#counting .read")).to_contain_text(piece.name)


def _make_a_mistake(page: Page, rows: list[Piece], finger: Finger) -> None:
    """The same piece twice sounds different and counts once; the last scan is taken back."""
    scan(page, rows[2].number)
    expect(page.locator("scan-box[data-answer=already]")).to_be_visible()
    expect(_figure(page)).to_have_text("6 件")
    finger.touch(page.get_by_role("button", name="撤回上一件"))
    expect(_figure(page)).to_have_text("5 件")
    _scan_each(page, rows[5:], already=5)


def _hand_in(page: Page, finger: Finger) -> None:
    """What is expected appears, and the next tray opens by itself."""
    expect(_line(page, "A-01")).not_to_contain_text("6 · 52.32")
    finger.touch(page.get_by_role("button", name="交回 A-01"))
    page.wait_for_url("**/?tray=A-03")
    expect(_line(page, "A-01")).to_contain_text("相符")
    expect(_line(page, "A-01")).to_contain_text("6 · 52.32")


def _recount(lin: Page, zhao: Page, rows: list[Piece], finger: Finger) -> None:
    """A piece was left in the tray: a second person counts it, and sees no figure before."""
    finger.touch(zhao.get_by_role("button", name="交回 A-02"))
    zhao.wait_for_url("**/?tray=A-W")
    expect(_line(zhao, "A-02")).to_contain_text("由第二人复点")
    expect(_line(zhao, "A-02")).not_to_contain_text("1.96")
    _open(lin, "A-02")
    _scan_each(lin, rows)
    finger.touch(lin.get_by_role("button", name="交回 A-02"))
    lin.wait_for_url("**/?tray=next")
    expect(_line(lin, "A-02")).to_contain_text("4 · 7.84")


def _figure(page: Page) -> Locator:
    return page.locator("#counting output.total")


def _line(page: Page, code: str) -> Locator:
    return page.locator("tbody[id]", has=page.get_by_role("link", name=code))


def _empty_the_rest(lin: Page, zhao: Page, finger: Finger) -> None:
    """One tablet says so of all that nobody has begun, the other one of the window."""
    rest = lin.get_by_role("button", name="都是空的")
    finger.touches.append(str(rest))
    rest.click(delay=HOLD_MS)
    expect(_line(lin, "A-03")).to_contain_text("相符")
    finger.touch(zhao.get_by_role("button", name="交回 橱窗 A-W"))
    expect(_line(zhao, "A-W")).to_contain_text("相符")


def _sign(page: Page, finger: Finger) -> None:
    """Cash by notes and coins on our own keys, no slips, two PINs."""
    for cents, n in CASH.items():
        finger.touch(page.locator(f"[name=of-{cents}]"))
        finger.touch(page.locator("#money").get_by_role("button", name=str(n), exact=True))
    finger.touch(page.get_by_role("button", name="交回 现金"))
    finger.touch(page.get_by_role("button", name="都没有单据"))
    for name in ("lin", "zhao"):
        expect(page.locator(f"[name=signer][value$='{name}']")).to_be_checked()
        for digit in PINS[name]:
            finger.touch(page.locator("pin-pad").get_by_role("button", name=digit, exact=True))
    expect(page.get_by_role("link", name="打印交接表")).to_be_visible()
    expect(page.get_by_text("¥98.00")).to_be_visible()
