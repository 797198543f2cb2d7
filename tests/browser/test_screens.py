"""Every screen, in a browser: readable, touchable, quiet, and nothing from outside.

A screen joins by one row in the table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import override_settings
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from counter.models import Sale
from inventory import places, transfers
from inventory.ground import changes
from tests import counts, day_files, old_gold
from tests.browser.hands import PORTRAIT, TABLET, TELEPHONE, WECHAT, cookies_of, opened
from tests.browser.looks import CROWDED, LOST, SMALL, SMALL_TEXT, TARGETS, UNFOLD, WORDS
from tests.cast import Shop, open_shop
from tests.paper import CARD_NUMBER
from tests.test_translations import LATIN
from warranty import cards
from warranty.models import Card

# so the database is made when nothing else is tested; `books` fills it once and flushes it
pytestmark = pytest.mark.django_db(transaction=True)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STRONG = ".number, .total, h1, .main"  # figures, headings and the main button: contrast 7:1
STAFF_WIDTHS = (390, 820, 1180, 1280)
PUBLIC_WIDTHS = (320, *STAFF_WIDTHS)
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
SMALLEST_TEXT_PX = 14
SMALLEST_GAP_PX = 8
USUAL_LETTERS_PX = 16  # of the browser, before any page


@dataclass(frozen=True)
class Screen:
    """`path` may name what `Books.names` holds; `user` is empty for the public."""

    name: str
    path: str
    user: str
    sees: str
    size: ViewportSize


SCREENS = [
    Screen("sign in", "/sign-in/", "", "登录", TABLET),
    Screen("switch", "/switch/", "lin", "柜长", TABLET),
    Screen("today", "/today/", "lin", "今日", TABLET),
    Screen("today of the manager", "/today/", "wang", "今日", TELEPHONE),
    Screen("today of head office", "/today/", "head", "今日", TABLET),
    Screen("shifts", "/shifts/", "lin", "在此工作", TABLET),
    Screen("sell", "/sell/", "lin", "销售", PORTRAIT),
    Screen("bill", "/sell/{bill}/", "lin", "请顾客看", TABLET),
    Screen("bill half paid", "/sell/{paid}/", "lin", "尚欠", PORTRAIT),
    Screen("turned screen", "/sell/{bill}/confirm/", "lin", "我已看到克重", TABLET),
    Screen("sold", "/sales/{sale}/", "lin", "下一位顾客", TABLET),
    Screen("sales", "/sales/", "lin", "{sale}", PORTRAIT),
    Screen("void", "/sales/{sale}/void/", "chen", "原因", TABLET),
    Screen("pieces", "/pieces/", "lin", "足金项链", TABLET),
    Screen("no pieces", "/pieces/?q=没有", "lin", "没有", PORTRAIT),
    Screen("piece", "/pieces/{piece}/", "wang", "足金项链", TABLET),
    Screen("prices", "/prices/", "lin", "1,177.00", PORTRAIT),
    Screen("set prices", "/prices/set/", "head", "设置金价", TABLET),
    Screen("prices board", "/prices/board/", "lin", "1,177.00", TABLET),
    Screen("transfers", "/transfers/", "lin", "{transfer}", TABLET),
    Screen("transfer", "/transfers/{transfer}/", "lin", "足金项链", TABLET),
    Screen("new transfer", "/transfers/new/", "lin", "A-01", TABLET),
    Screen("cards", "/cards/", "lin", "18K金钻石戒指", TABLET),
    Screen("card", "/cards/{card}/", "lin", "18K金钻石戒指", PORTRAIT),
    Screen("import", "/pieces/import/", "wang", "检查清单", TABLET),
    Screen("refusal", "/pieces/1000017387/", "lin", "今日", TABLET),
    Screen("start a count", "/handovers/start/A/?kind=change", "lin", "谁接班", TABLET),
    Screen("count", "/handovers/{count}/?tray=B-01", "lin", "交回 B-01", TABLET),
    Screen("count elsewhere", "/handovers/{count}/?tray=B-04", "lin", "接手 B-04", PORTRAIT),
    Screen("count by pieces", "/handovers/{count}/?tray=B-03", "lin", "更多金属", TABLET),
    Screen("difference", "/handovers/{count}/?tray=B-02", "lin", "缺少", PORTRAIT),
    Screen("cash of a count", "/handovers/{count}/?money=cash", "lin", "交回 现金", TABLET),
    Screen("slips of a count", "/handovers/{count}/?money=wechat", "lin", "单据张数", TABLET),
    Screen("things of a count", "/handovers/{count}/?part=items", "lin", "柜台钥匙", TELEPHONE),
    Screen("signatures", "/handovers/{agreed}/?part=sign", "lin", "谁来签字", TELEPHONE),
    Screen("signed sheet", "/handovers/{signed}/", "wang", "打印交接表", TABLET),
    Screen("trade-ins", "/trade-ins/", "lin", "收旧金", TABLET),
    Screen("receive old gold", "/trade-ins/new/", "lin", "处理前拍照", TABLET),
    Screen("consent to a test", "/trade-ins/{received}/", "lin", "顾客同意", PORTRAIT),
    Screen("weigh old gold", "/trade-ins/{consented}/", "lin", "采用此重量", TABLET),
    Screen("test old gold", "/trade-ins/{weighed}/", "lin", "判定", TABLET),
    Screen("offer for old gold", "/trade-ins/{offered}/", "lin", "接受报价", TABLET),
    Screen("offer on a telephone", "/trade-ins/{offered}/", "lin", "可抵扣", TELEPHONE),
    Screen("settle old gold", "/trade-ins/{accepted}/", "lin", "计入账单", TABLET),
    Screen("give old gold back", "/trade-ins/{declined}/", "lin", "顾客已全部取回", PORTRAIT),
    Screen("business days", "/day/", "wang", "营业日", TABLET),
    Screen("business day", "/day/{day}/", "wang", "账上没有", TABLET),
    Screen("business day on a telephone", "/day/{day}/", "wang", "日结", TELEPHONE),
    Screen("customer's card", "/w/{card}", "", "18K金钻石戒指", TELEPHONE),
    Screen("void card", "/w/{void}", "", "已失效", TELEPHONE),
    Screen("unknown card", f"/w/{CARD_NUMBER}", "", "没有", TELEPHONE),
    Screen("look up a card", "/w/", "", "20 位", TELEPHONE),
]


@dataclass(frozen=True)
class Books:
    """A shop in the middle of its day, served at `home`."""

    shop: Shop
    home: str
    names: dict[str, str]
    words: str  # everything that the shop itself wrote into its books, in Chinese


@dataclass(frozen=True)
class Visit:
    """One screen, opened in a browser of its own."""

    screen: Screen
    page: Page
    said: list[str]


@pytest.fixture
def _django_db_helper() -> None:
    """In place of the plugin's own, which would flush the shop after each test."""


@pytest.fixture(scope="module")
def books(django_db_setup: None, django_db_blocker: Any) -> Iterator[Books]:
    """One shop for all screens: looking changes nothing. Flushed afterwards."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = override_settings(
        ALLOWED_HOSTS=["localhost", "testserver"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECURE_SSL_REDIRECT=False,
        STORAGES=settings.STORAGES | {"staticfiles": plain},
    )
    with django_db_blocker.unblock(), quick:
        server = LiveServer("localhost")
        try:
            shop = open_shop()
            yield Books(shop, server.url, _trade(shop), _written())
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False, allow_cascade=False)


def _trade(shop: Shop) -> dict[str, str]:
    """Something of everything; the names are those in the table of the screens."""
    moved = shop.piece()
    sale = shop.sell(shop.piece(), shop.ring())
    voided = shop.sell(shop.ring())
    paid = shop.bill(shop.piece(), by=shop.zhao)
    shop.pay(paid, cents=100_000)
    hand = transfers.hand_over(
        rows=[moved], to=shop.tray("A-02"), receiver=shop.zhao, sender=shop.lin
    )
    today = places.business_day(shop.s01)
    day_files.paid(shop, "4200001234202611211234567890")
    theirs = day_files.Told("4200009999202611210000000002", "5.00", at=f"{today} 12:00:00")
    day_files.bring(shop, day_files.wechat(theirs), day=today)
    return {
        **counts.at_every_stage(shop),
        **old_gold.at_every_stage(shop),
        "day": today.isoformat(),
        "bill": str(shop.bill(shop.piece(), shop.ring()).uuid),
        "paid": str(paid.uuid),
        "sale": str(sale.number),
        "piece": moved.number,
        "transfer": hand.number,
        "card": _card_of(sale).number,
        "void": _void(shop, _card_of(voided)).number,
    }


def _written() -> str:
    """Names and sentences of all rows: they stay as the shop wrote them, whatever the language."""
    words: set[str] = set()
    for model in apps.get_models():
        texts = [
            each.name
            for each in model._meta.get_fields()
            if isinstance(each, CharField | TextField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            words.update(each for each in row if each)
    return "\n".join(sorted(words))


def _card_of(sale: Sale) -> Card:
    return Card.objects.get(sale_line__sale=sale, piece__pricing="fixed")


def _void(shop: Shop, card: Card) -> Card:
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        cards.void(cards=[card], why="丢失", book=book)
    return card


@pytest.fixture(scope="module", params=SCREENS, ids=lambda screen: screen.name)
def visit(request: pytest.FixtureRequest, books: Books, chromium: Browser) -> Iterator[Visit]:
    screen: Screen = request.param
    said: list[str] = []
    more = {} if screen.user or screen.size is TABLET else {"user_agent": WECHAT}
    with opened(chromium, books.home, screen.size, said, **more) as context:
        if screen.user:
            client = books.shop.client(books.shop.people[screen.user])
            context.add_cookies(cookies_of(client, books.home))
        page = context.new_page()
        page.goto(screen.path.format(**books.names))
        expect(page.locator("body")).to_contain_text(screen.sees.format(**books.names))
        yield Visit(screen, page, said)


def _lost(visit: Visit, widths: tuple[int, ...]) -> dict[int, list[str]]:
    """What is lost at these widths, in pixels; the window has its own size again afterwards."""
    visit.page.evaluate(UNFOLD)
    found = {}
    for width in widths:
        visit.page.set_viewport_size({"width": width, "height": visit.screen.size["height"]})
        if lost := visit.page.evaluate(LOST):
            found[width] = lost
    visit.page.set_viewport_size(visit.screen.size)
    return found


def test_it_has_no_accessibility_violation(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    found = Axe().run(visit.page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("light", ["", "bright"])
def test_it_has_strong_contrast_where_it_counts(visit: Visit, light: str) -> None:
    visit.page.evaluate(
        "on => document.documentElement.toggleAttribute('data-bright', on)", bool(light)
    )
    rule = {"type": "rule", "values": ["color-contrast-enhanced"]}
    found = Axe().run(visit.page, context={"include": [[STRONG]]}, options={"runOnly": rule})
    assert found.violations_count == 0, found.generate_report()


def test_it_has_no_small_touch_target(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    assert visit.page.locator(TARGETS).evaluate_all(SMALL) == []


def test_it_has_no_small_letters(visit: Visit) -> None:
    assert visit.page.evaluate(SMALL_TEXT, SMALLEST_TEXT_PX) == []


def test_it_keeps_touch_targets_apart(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    assert visit.page.locator(TARGETS).evaluate_all(CROWDED, SMALLEST_GAP_PX) == []


def test_it_has_one_first_heading(visit: Visit) -> None:
    assert visit.page.locator("h1").count() == 1


def test_it_neither_scrolls_sideways_nor_cuts_words(visit: Visit) -> None:
    assert _lost(visit, STAFF_WIDTHS if visit.screen.user else PUBLIC_WIDTHS) == {}


def test_it_bears_letters_of_twice_the_size(visit: Visit) -> None:
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 2 * USUAL_LETTERS_PX}})
    letters = visit.page.evaluate("() => getComputedStyle(document.documentElement).fontSize")
    lost = _lost(visit, STAFF_WIDTHS)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL_LETTERS_PX}})
    session.detach()
    assert letters == f"{2 * USUAL_LETTERS_PX}px"
    assert lost == {}


def test_it_is_quiet_and_asks_nothing_of_others(visit: Visit) -> None:
    assert visit.said == []


def test_it_speaks_chinese_throughout(visit: Visit) -> None:
    assert [each for each in visit.page.evaluate(WORDS) if LATIN.search(each)] == []


def test_it_speaks_english_throughout(visit: Visit, books: Books) -> None:
    """The last look at a screen, because it turns the language."""
    english = {"name": "django_language", "value": "en", "url": books.home}
    visit.page.context.add_cookies([english])  # type: ignore[list-item]  # because: a dict is what the call takes
    visit.page.reload()
    assert visit.page.locator("html").get_attribute("lang") == "en"
    words = visit.page.evaluate(WORDS)
    assert [
        each for each in words if any(run not in books.words for run in CHINESE.findall(each))
    ] == []
    assert _lost(visit, (visit.screen.size["width"], TELEPHONE["width"])) == {}
    assert visit.said == []
