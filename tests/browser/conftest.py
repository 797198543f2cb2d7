"""Debian's Chromium against a real server; Chinese, at tablet and telephone size."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.cast import PASSWORD

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TABLET = {"width": 1180, "height": 820}
PORTRAIT = {"width": 820, "height": 1180}
TELEPHONE = {"width": 390, "height": 844}

# Playwright runs a loop of its own in this thread; Django would refuse the database beside it
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Any]:
    """Opens a page of some size; afterwards nothing may have been said on the console."""
    opened: list[BrowserContext] = []
    said: list[str] = []

    def open_page(size: dict[str, int], *, locale: str = "zh-CN", **more: Any) -> Page:
        context = chromium.new_context(
            viewport=size, locale=locale, base_url=live_server.url, has_touch=True, **more
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(f"pageerror {error}"))
        page.on("console", lambda told: said.append(told.text) if _is_loud(told) else None)
        page.on("request", lambda asked: _stay_home(asked.url, live_server.url, said))
        return page

    yield open_page
    for context in opened:
        context.close()
    assert said == []


def _is_loud(message: Any) -> bool:
    # a refusal is an answer with a status of its own; the browser notes it
    return message.type in {"error", "warning"} and "Failed to load resource" not in message.text


def _stay_home(asked: str, home: str, said: list[str]) -> None:
    if not asked.startswith((home, "data:", "blob:")):
        said.append(f"asked outside: {asked}")


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")


def scan(page: Page, code: str) -> None:
    """What a scanner in keyboard mode does, whatever has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
