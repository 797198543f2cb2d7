"""Look-ups and failures are counted in memory: every test begins with nothing counted, in a window
that does not end while the test runs."""

from collections.abc import Iterator

import pytest

from warranty import scans, throttle


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(throttle, "budget", throttle.Budget(clock=lambda: 0.0))
    scans._counted.clear()
    yield
    scans._counted.clear()
