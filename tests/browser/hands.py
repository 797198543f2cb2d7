"""What a person does with a tablet or a telephone: open it, sign in, scan, touch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

from tests.cast import PASSWORD

TABLET: ViewportSize = {"width": 1180, "height": 820}
PORTRAIT: ViewportSize = {"width": 820, "height": 1180}
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; ALN-AL00) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0.50 Language/zh_CN"
)
# a refusal is an answer with a status of its own, and so is no answer; browser and htmx note both
NOTES = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:afterRequest",
    "htmx:sendError",
    # of a part that htmx brings; `glue.js` moves the focus there itself
    "Autofocus processing was blocked",
)
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    e => console.error("policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
"""


@contextmanager
def opened(
    chromium: Browser, home: str, size: ViewportSize, said: list[str], **more: Any
) -> Iterator[BrowserContext]:
    """A browser of some size at `home`. What a page says on the console, what the content policy
    stops and what is asked of other hosts is put down in `said`."""
    locale = more.pop("locale", "zh-CN")
    context = chromium.new_context(
        viewport=size, locale=locale, base_url=home, has_touch=True, **more
    )
    context.set_default_timeout(15_000)
    context.add_init_script(TELL_VIOLATIONS)
    context.on("weberror", lambda told: said.append(f"pageerror {told.error}"))
    context.on("console", lambda told: said.append(told.text) if _is_loud(told) else None)
    context.on("request", lambda asked: _stay_home(asked.url, home, said))
    try:
        yield context
    finally:
        context.close()


def _is_loud(message: Any) -> bool:
    return not message.text.startswith(NOTES)


def _stay_home(asked: str, home: str, said: list[str]) -> None:
    if not asked.startswith((f"{home}/", "data:", "blob:")):
        said.append(f"asked outside: {asked}")


def cookies_of(client: Client, home: str) -> list[Any]:
    """Of a test client that is signed in: quicker than the page where one signs in."""
    jar = client.cookies
    return [{"name": name, "value": jar[name].value, "url": home} for name in jar]


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")


def scan(page: Page, code: str, *, delay: float = 0) -> None:
    """What a scanner in keyboard mode does, whatever has the focus; ms between two keys."""
    page.keyboard.type(code, delay=delay)
    page.keyboard.press("Enter")


@dataclass
class Finger:
    """Touches things one after the other, and counts."""

    touches: list[str] = field(default_factory=list)

    def touch(self, target: Locator) -> None:
        self.touches.append(str(target))
        target.click()


NOTE_KEYS = """() => addEventListener("keydown", event => setTimeout(() => window.lastKey = {
    composing: event.isComposing, taken: event.defaultPrevented}), true)"""
LAST_KEY = "() => new Promise(tell => setTimeout(() => tell(window.lastKey)))"


class InputMethod:
    """What a Chinese keyboard does in the field that has the focus: letters stand there on trial,
    and keys belong to the keyboard, until it lets go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)
        page.evaluate(NOTE_KEYS)

    def compose(self, text: str) -> None:
        """Puts letters on trial."""
        where = {"selectionStart": len(text), "selectionEnd": len(text)}
        self._session.send("Input.imeSetComposition", {"text": text, **where})

    def press(self, key: str) -> dict[str, bool]:
        """Presses a key meanwhile, of which the page hears but which types nothing; tells whether
        the page saw that a word is being made, and whether it took the key for itself."""
        for kind in ("rawKeyDown", "keyUp"):
            self._session.send("Input.dispatchKeyEvent", {"type": kind, "key": key})
        seen: dict[str, bool] = self.page.evaluate(LAST_KEY)
        return seen

    def let_go(self, text: str) -> None:
        """Leaves these words in the field in place of the letters."""
        self._session.send("Input.insertText", {"text": text})
