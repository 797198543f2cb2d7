"""`python -m tests.planted`: the named tests pass; each bug is planted in a copy, and they fail.

Prints a table and exits 1 when a bug stays unseen, or when a test fails without any bug. The bugs
are in `bugs.py`; the tree itself is never touched. DATABASE_URL chooses the database.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from tests.planted.bugs import BUGS, Bug
from tests.test_architecture import APPS

ROOT = Path(__file__).resolve().parent.parent.parent
# what the tests need of the tree; caches would tell Python the old code
PARTS = (*APPS, "templates", "tests", "manage.py", "pyproject.toml")
LEAVE_OUT = shutil.ignore_patterns("__pycache__")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose kind or name holds this text")
    asked = parser.parse_args().only
    wanted = [bug for bug in BUGS if asked in f"{bug.kind} {bug.name}"]
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        clean = copy_tree(Path(folder, "clean"))
        every_test = {test for bug in wanted for test in bug.caught_by}
        failed_before = every_test - passed(clean, every_test)
        rows = [row for bug in wanted for row in judge(bug, Path(folder), failed_before)]
    print(table(rows))  # noqa: T201  because: a command tells
    return 0 if all(row[-1] == "caught" for row in rows) else 1


def copy_tree(to: Path) -> Path:
    to.mkdir()
    for name in PARTS:
        part = ROOT / name
        if part.is_dir():
            shutil.copytree(part, to / name, ignore=LEAVE_OUT)
        else:
            shutil.copy(part, to / name)
    return to


def judge(bug: Bug, folder: Path, failed_before: set[str]) -> list[tuple[str, ...]]:
    """One row for each test that should catch the bug."""
    tree = copy_tree(folder / "with a bug")
    try:
        bug.plant(tree)
        still_pass = passed(tree, bug.caught_by)
    finally:
        shutil.rmtree(tree)
    return [
        (bug.kind, bug.name, bug.file, test, verdict(test, still_pass, failed_before))
        for test in bug.caught_by
    ]


def verdict(test: str, still_pass: set[str], failed_before: set[str]) -> str:
    if test in failed_before:
        return "FAILS WITHOUT THE BUG"
    return "NOT CAUGHT" if test in still_pass else "caught"


def passed(tree: Path, tests: Iterable[str]) -> set[str]:
    """Those of the tests that ran in this tree and passed."""
    report = tree / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o"]
    command += ["junit_family=xunit1", f"--junit-xml={report}", *sorted(tests)]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603  because: our own command
        command, cwd=tree, env=environment, check=False, capture_output=True, text=True
    )
    if not report.exists():
        raise SystemExit(f"The tests did not run:\n{done.stdout}{done.stderr}")
    return {
        f"{case.get('file')}::{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")  # noqa: S314  because: our own pytest has written it
        if not {each.tag for each in case} & {"failure", "error", "skipped"}
    }


def table(rows: list[tuple[str, ...]]) -> str:
    lines = [("kind", "bug", "file", "test", "verdict"), *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(5)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


if __name__ == "__main__":
    sys.exit(main())
