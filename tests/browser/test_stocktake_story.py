"""Two tablets count while a third sells; in Chinese, by scans and touches only."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from inventory.models import Piece, Place, State, Stocktake, StocktakeState
from tests.browser.hands import TABLET, TELEPHONE, Finger, scan, sign_in
from tests.cast import PINS, Shop
from tests.stocktake_stages import NOT_OURS

Window = Callable[..., Page]


@pytest.fixture
def trays(trading_shop: Shop) -> dict[str, list[Piece]]:
    """Counter A has two trays; what lies in B and in the safe is not counted."""
    shop = trading_shop
    keep = ["A-01", "A-02"]
    Place.objects.filter(parent=shop.a).exclude(code__in=keep).delete()
    return {
        "A-01": [shop.piece() for _n in range(4)],
        "A-02": [shop.ring(place=shop.tray("A-02")) for _n in range(2)],
    }


def test_a_counter_is_counted_while_it_sells(
    trading_shop: Shop, trays: dict[str, list[Piece]], window: Window
) -> None:
    shop, finger = trading_shop, Finger()
    sold, missing, bare, there = trays["A-01"]
    wang, lin, zhao = (_tablet(window, name) for name in ("wang", "lin", "zhao"))
    count = _open_counter(wang, finger)
    for page in (lin, zhao):
        page.goto(f"/stocktakes/{count.number}/")

    _open(lin, "A-01")
    _open(zhao, "A-02")
    _scan(lin, there.number, "read")
    _scan(lin, NOT_OURS, "unknown")
    _scan(lin, there.number, "already")
    shop.sell(sold)
    read, typed = trays["A-02"]
    _scan(zhao, read.number, "read")
    _type(zhao, typed.number)
    _describe(lin, finger)
    expect(_figure(lin)).to_have_text("2 件")
    expect(_tile(lin, "A-02")).to_contain_text("2 件", timeout=20_000)  # by itself
    means = dict(count.reads.values_list("piece", "means"))
    assert (means[read.pk], means[typed.pk]) == ("scanner", "typed")
    _hand_in(zhao, "A-02", finger)
    _hand_in(lin, "A-01", finger)
    expect(lin.get_by_text("应存", exact=True)).to_be_visible()
    _hand_in_rest(wang, count, finger)

    _settle(window, count, {"missing": missing, "bare": bare}, finger)
    _publish(wang, count, finger)
    count.refresh_from_db()
    assert count.state == StocktakeState.PUBLISHED
    missing.refresh_from_db()
    bare.refresh_from_db()
    assert (missing.state, bare.state) == (State.MISSING, State.ON_SALE)


def _tablet(window: Window, username: str, size: ViewportSize = TABLET) -> Page:
    page = window(size)
    sign_in(page, username)
    return page


def _open_counter(page: Page, finger: Finger) -> Stocktake:
    """From the strip to the open count of counter A: five touches."""
    finger.touch(page.get_by_role("link", name="盘点", exact=True))
    finger.touch(page.get_by_role("link", name="打开盘点").first)
    finger.touch(page.get_by_role("link", name="轮盘"))
    finger.touch(_choice(page, "counters", "A"))
    finger.touch(page.get_by_role("button", name="打开盘点"))
    page.wait_for_url("**/stocktakes/S01-C*/")
    return Stocktake.objects.get()


def _open(page: Page, code: str) -> None:
    scan(page, code)
    page.wait_for_url(f"**/?place={code}")
    expect(page.get_by_role("button", name=f"交回 {code}")).to_be_visible()


def _scan(page: Page, code: str, tone: str) -> None:
    """The tone tells what was heard, and it says of which label."""
    scan(page, code)
    expect(page.locator(f"scan-box[data-answer={tone}]")).to_be_visible()
    expect(page.locator("scan-box output")).to_contain_text(code[-2:])


def _type(page: Page, code: str) -> None:
    """On our own keys, digit by digit."""
    page.get_by_role("button", name="手输").click()
    for digit in code:
        page.locator(f"#scan-keys [data-key='{digit}']").click()
    page.locator("#scan-keys [data-key=send]").click()
    expect(page.locator("scan-box output")).to_contain_text(code[-2:])


def _figure(page: Page) -> Locator:
    return page.locator("#counting output.total")


def _tile(page: Page, code: str) -> Locator:
    return page.locator(f".tile[href='?place={code}']")


def _describe(page: Page, finger: Finger) -> None:
    """A chain lies there without its label."""
    finger.touch(page.get_by_text("无标签", exact=True))
    page.get_by_label("描述").fill("足金项链，标签掉了")
    page.locator("#id_grams").fill("8.72")
    finger.touch(page.get_by_role("button", name="登记此件"))


def _hand_in(page: Page, code: str, finger: Finger) -> None:
    finger.touch(page.get_by_role("button", name=f"交回 {code}"))
    expect(_tile(page, code)).to_contain_text("✓" if code == "A-02" else "不符")


def _hand_in_rest(page: Page, count: Stocktake, finger: Finger) -> None:
    """The counter itself is empty."""
    page.goto(f"/stocktakes/{count.number}/")
    finger.touch(page.get_by_text("结束清点或放弃"))
    finger.touch(page.get_by_role("button", name="交回所有未开始的位置"))
    expect(page.get_by_text("项差异待处理")).to_be_visible()


def _settle(window: Window, count: Stocktake, rows: dict[str, Piece], finger: Finger) -> None:
    """The chief on a telephone: which piece has lost its label, what is missing, what is noted;
    then the manager agrees with a PIN."""
    page = _tablet(window, "chen", TELEPHONE)
    page.goto(f"/stocktakes/{count.number}/differences/")
    finger.touch(page.get_by_role("link", name="足金项链，标签掉了"))
    finger.touch(_choice(page, "outcome", "label_replaced"))
    page.get_by_label("是哪一件").select_option(rows["bare"].number)
    finger.touch(page.get_by_role("button", name="确认处理"))
    finger.touch(page.get_by_role("link", name=NOT_OURS))
    _decide(page, "noted", "别家的射频标签", finger)
    _decide(page, "missing", "查看监控后未找到", finger)
    page.goto(f"/stocktakes/{count.number}/")
    finger.touch(page.get_by_role("button", name="请第二人批准"))
    finger.touch(_choice(page, "approver", "wang"))
    page.get_by_label("PIN").fill(PINS["wang"])
    finger.touch(page.get_by_role("button", name="同意", exact=True))
    finger.touch(page.get_by_role("button", name="继续"))
    expect(page.get_by_text("已批准，可以发布")).to_be_visible()


def _decide(page: Page, outcome: str, words: str, finger: Finger) -> None:
    finger.touch(_choice(page, "outcome", outcome))
    page.get_by_label("原因或事实").fill(words)
    finger.touch(page.get_by_role("button", name="确认处理"))


def _choice(page: Page, name: str, value: str) -> Locator:
    return page.locator(".choice", has=page.locator(f"[name={name}][value={value}]"))


def _publish(page: Page, count: Stocktake, finger: Finger) -> None:
    page.goto(f"/stocktakes/{count.number}/")
    finger.touch(page.get_by_role("button", name="发布盘点表"))
    expect(page.get_by_role("link", name="打印盘点表")).to_be_visible()
    expect(page.get_by_text(count.sheet.sha256)).to_be_visible()
