"""A listener that nobody may call."""

from collections.abc import Iterator

import pytest

from tests.inventory.test_print_pages import Trap


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.listener.close()
