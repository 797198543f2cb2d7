"""Debian's Chromium against a real server; in Chinese, at tablet and telephone size."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.hands import opened

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

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
def window(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page of some size; afterwards nothing may have been said on the console."""
    said: list[str] = []
    with ExitStack() as all_of_them:

        def open_page(size: ViewportSize, **more: Any) -> Page:
            context = opened(chromium, live_server.url, size, said, **more)
            return all_of_them.enter_context(context).new_page()

        yield open_page
    assert said == []
