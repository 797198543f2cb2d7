"""Every screen, in a browser: readable, touchable, quiet, and nothing from outside.

A screen joins by one row in the table of `screens.py`."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.hands import TABLET, TELEPHONE, WECHAT, cookies_of, opened
from tests.browser.looks import CROWDED, LOST, SMALL, SMALL_TEXT, TARGETS, UNFOLD, WORDS
from tests.browser.screen_books import Books, books
from tests.browser.screens import SCREENS, Screen
from tests.guests import browser_of
from tests.test_translations import LATIN

__all__ = ["books"]

# so the database is made when nothing else is tested; `books` fills it once and flushes it
pytestmark = pytest.mark.django_db(transaction=True)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STRONG = ".number, .total, h1, .main"  # figures, headings and the main button: contrast 7:1
STAFF_WIDTHS = (390, 820, 1180, 1280)
GUEST = "guest"  # a customer in the network showroom
PUBLIC_WIDTHS = (320, *STAFF_WIDTHS)
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
SMALLEST_TEXT_PX = 14
SMALLEST_GAP_PX = 8
USUAL_LETTERS_PX = 16  # of the browser, before any page


@dataclass(frozen=True)
class Visit:
    """One screen, as somebody looks at it."""

    screen: Screen
    page: Page
    said: list[str]


@pytest.fixture
def _django_db_helper() -> None:
    """In place of the plugin's own, which would flush the shop after each test."""


class Windows:
    """One window of each person, in which their screens are looked at one after the other."""

    def __init__(self, books: Books, chromium: Browser, closing: ExitStack) -> None:
        self._books, self._chromium, self._closing = books, chromium, closing
        self._open: dict[tuple[str, bool], tuple[Page, list[str]]] = {}

    def show(self, screen: Screen) -> Visit:
        """The screen at its size, in Chinese, with nothing said so far."""
        page, said = self._of(screen.user, not screen.user and screen.size is not TABLET)
        said.clear()
        page.context.clear_cookies(name="django_language")
        page.set_viewport_size(screen.size)
        page.goto(screen.path.format(**self._books.names))
        expect(page.locator("body")).to_contain_text(screen.sees.format(**self._books.names))
        return Visit(screen, page, said)

    def _of(self, user: str, in_wechat: bool) -> tuple[Page, list[str]]:
        if (user, in_wechat) not in self._open:
            said: list[str] = []
            more = {"user_agent": WECHAT} if in_wechat else {}
            context = self._closing.enter_context(
                opened(self._chromium, self._books.home, TABLET, said, **more)
            )
            if user:
                shop = self._books.shop
                is_guest = user == GUEST
                client = browser_of(shop) if is_guest else shop.client(shop.people[user])
                context.add_cookies(cookies_of(client, self._books.home))
            self._open[user, in_wechat] = context.new_page(), said
        return self._open[user, in_wechat]


@pytest.fixture(scope="module")
def windows(books: Books, chromium: Browser) -> Iterator[Windows]:
    with ExitStack() as closing:
        yield Windows(books, chromium, closing)


@pytest.fixture(scope="module", params=SCREENS, ids=lambda screen: screen.name)
def visit(request: pytest.FixtureRequest, windows: Windows) -> Visit:
    return windows.show(request.param)


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
    is_staff = visit.screen.user not in {"", GUEST}
    assert _lost(visit, STAFF_WIDTHS if is_staff else PUBLIC_WIDTHS) == {}


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
