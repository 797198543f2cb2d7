"""Look-ups and failures are counted in memory: every test begins with nothing counted."""

from collections.abc import Iterator

import pytest

from warranty import scans, throttle


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(throttle, "budget", throttle.Budget())
    scans._counted.clear()
    yield
    scans._counted.clear()
