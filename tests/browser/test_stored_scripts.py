"""A browser without our content policy shows every page of a poisoned shop, and nothing runs.

The policy is the second wall; here it is taken away, so that one missing escape is seen.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from playwright.sync_api import Browser, Error, Page

from counter.models import NetworkOrder
from tests.abuse.payloads import MARK, SCRIPTS, poison
from tests.abuse.world import Rows, filled, stocked
from tests.browser.hands import TABLET, cookies_of
from tests.cast import Shop
from tests.test_access import CLOSED, OURS

# what no page of ours has: our mark, inline scripts and handlers, addresses that are scripts
FOREIGN = f"""() => [...document.querySelectorAll(
    "{MARK}, script:not([src]), iframe, [onerror], [onload], [onfocus], [ontoggle], [onclick]," +
    "a[href^='javascript:' i], form[action^='javascript:' i]"
)].map(each => each.outerHTML.slice(0, 120))"""
PAGES = [path for path, _declared in CLOSED if not path.endswith(".pdf")]
BREAKING_OUT = [text for text in SCRIPTS if text.startswith(('"', "'", "</title>"))]
SENT = "scan/?code=", "pieces/?q=", "sales/?q=", "cards/?q=", "w/?n=", "sign-in/?next=", "w/?lang="


class Trap:
    """Pages that may run whatever they like; `caught` says what did."""

    def __init__(self, page: Page) -> None:
        self.caught: list[str] = []
        self.page = page
        page.expose_function("hit", lambda *_: self.caught.append(f"ran at {page.url}"))
        page.on("dialog", lambda dialog: dialog.dismiss())

    def show(self, address: str) -> str:
        """The text of the page at an address, once it stands still."""
        try:
            answer = self.page.goto(address, wait_until="load")
        except Error as refused:
            if "ERR_ABORTED" in refused.message or "Download is starting" in refused.message:
                return ""  # a paper, or a refusal without a word, is no page
            raise
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            return ""
        found = self.page.evaluate(FOREIGN)
        self.caught += [f"{address}: {each}" for each in found]
        return self.page.content()


@pytest.fixture
def trap(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Trap]]:
    made: list[Trap] = []
    contexts = []

    def open_trap(shop: Shop | None = None, name: str = "") -> Trap:
        context = chromium.new_context(
            viewport=TABLET, base_url=live_server.url, bypass_csp=True, locale="en"
        )
        contexts.append(context)
        if shop:
            client = shop.client(shop.people[name])
            context.add_cookies(cookies_of(client, live_server.url))
        made.append(Trap(context.new_page()))
        return made[-1]

    yield open_trap
    for context in contexts:
        context.close()


@pytest.fixture
def poisoned(trading_shop: Shop) -> Rows:
    rows = stocked(trading_shop)
    poison()
    return rows


def test_the_trap_snaps(trap: Callable[..., Trap]) -> None:
    """Each text does run, or stands there as an element, where nobody escapes it."""
    snare = trap()
    snare.page.goto("/sign-in/")
    for text in SCRIPTS:
        snare.caught.clear()
        snare.page.set_content(f"<title>{text}</title><p title=\"{text}\" lang='{text}'>{text}")
        snare.page.wait_for_timeout(30)
        assert snare.caught or snare.page.evaluate(FOREIGN), text


@pytest.mark.parametrize("name", ["wang", "head"])
def test_no_page_runs_what_was_typed(
    trading_shop: Shop, poisoned: Rows, trap: Callable[..., Trap], name: str
) -> None:
    snare, shown = trap(trading_shop, name), 0
    for path in PAGES:
        shown += "hit()" in snare.show(filled(path, poisoned))
    assert snare.caught == []
    assert shown > 12, "the texts are on too few pages for this to mean anything"


def test_no_page_of_the_admin_runs_what_was_typed(
    trading_shop: Shop, poisoned: Rows, trap: Callable[..., Trap]
) -> None:
    snare, shown = trap(trading_shop, "head"), 0
    for model in admin.site._registry:
        table = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        rows = model._default_manager.order_by("pk")[:1]
        for address in (table, *(f"{table}{row.pk}/change/" for row in rows)):
            shown += "hit()" in snare.show(address)
    snare.caught = [each for each in snare.caught if "__prefix__" not in each]
    assert snare.caught == []
    assert shown > 3


def test_no_public_page_runs_what_was_typed(poisoned: Rows, trap: Callable[..., Trap]) -> None:
    snare = trap()
    assert "x-p" in snare.show(f"/w/{poisoned.card}")
    assert "x-p" in snare.show(f"/o/{NetworkOrder.objects.earliest('pk').link}/")
    for path, _view in OURS:
        if "<" not in path and "[" not in path:
            snare.show(f"/{path}")
    assert snare.caught == []


def test_no_page_runs_what_stands_in_its_address(
    trading_shop: Shop, trap: Callable[..., Trap]
) -> None:
    snare = trap(trading_shop, "wang")
    for text in BREAKING_OUT:
        for address in SENT:
            snare.show(f"/{address}{quote(text)}")
        snare.show(f"/{quote(text, safe='')}/")
    assert snare.caught == []
