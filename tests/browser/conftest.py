"""Debian's Chromium against a real server; in Chinese, at tablet and telephone size."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.browser.hands import opened
from tests.standing import House

# the first is the same engine without the frame of windows and tabs: a third of the work
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
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
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def chromium(_house: House, django_db_blocker: DjangoDbBlocker) -> Iterator[Browser]:
    """While it runs, its loop gives this thread other connections: no world may stand across its
    beginning or its end."""
    with django_db_blocker.unblock():
        _house.clear()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with django_db_blocker.unblock():
            _house.clear()


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
