"""Which tests reach for a database; what does not is the same on both, and has to run once.

`--note-plain FILE` writes down the tests that passed without asking for Django's connection,
opening a database or starting a process, which might open one; nor did their module while it was
read. Tests that start processes of which none opens a database are marked `no_database`; those that
work on SQLite files of their own, whichever database is tested, `own_sqlite`.
`--without-plain FILE` leaves these out of the run on the other database, and says so.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler

OPENS = {"sqlite3.connect"}
STARTS = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec"}
PROPERTY = ("reaches", "a database")


class Reach:
    """Whether anybody has reached since it was last asked."""

    def __init__(self) -> None:
        self._asked = self._opened = self._started = False
        sys.addaudithook(self._hear)
        before = ConnectionHandler.__getitem__

        def noted(handler: ConnectionHandler, alias: str) -> Any:
            self._asked = True
            return before(handler, alias)

        ConnectionHandler.__getitem__ = noted  # type: ignore[method-assign, assignment]  # because: only here somebody listens

    def _hear(self, event: str, _told: tuple[Any, ...]) -> None:
        if event in OPENS:
            self._opened = True
        elif event in STARTS:
            self._started = True

    def take(self, *, by_file: bool = True, by_process: bool = True) -> bool:
        seen = self._asked or (by_file and self._opened) or (by_process and self._started)
        self._asked = self._opened = self._started = False
        return seen


class Noting:
    """Writes down what passed and reached for nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reach = Reach()
        self._modules: set[Path] = set()
        self._plain: dict[str, bool] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[Any]:
        self._reach.take()
        report = yield
        if self._reach.take() and isinstance(collector, pytest.Module):
            self._modules.add(collector.path)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self._reach.take()
        if item.path in self._modules:
            item.user_properties.append(PROPERTY)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[Any]:
        own = "own_sqlite" in item.keywords
        by_process = not own and "no_database" not in item.keywords
        reached = self._reach.take(by_file=not own, by_process=by_process)
        if reached and PROPERTY not in item.user_properties:
            item.user_properties.append(PROPERTY)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        plain = report.passed and PROPERTY not in map(tuple, report.user_properties)
        self._plain[report.nodeid] = self._plain.get(report.nodeid, True) and plain

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            found = sorted(name for name, plain in self._plain.items() if plain)
            self._file.write_text("".join(f"{name}\n" for name in found), encoding="utf-8")


class Leaving:
    """Leaves out what was written down."""

    def __init__(self, file: Path) -> None:
        self._plain = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        out = [item for item in items if item.nodeid in self._plain]
        items[:] = [item for item in items if item.nodeid not in self._plain]
        config.hook.pytest_deselected(items=out)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(
            f"NOT REPEATED [{len(self._plain)}] tests that reach for no database: "
            "they passed in the run before"
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("both databases")
    group.addoption("--note-plain", type=Path, metavar="FILE")
    group.addoption("--without-plain", type=Path, metavar="FILE")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--note-plain"):
        config.pluginmanager.register(Noting(file))
    if file := config.getoption("--without-plain"):
        config.pluginmanager.register(Leaving(file))
