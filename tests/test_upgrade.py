"""The books that a shop wrote under an earlier release still agree under this one."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RELEASES = sorted((ROOT / "tests" / "releases").glob("*.sql"))

PUT = """
from counter import seeds
from counter.models import ReturnWindow
from warranty.models import CarePrice, Plan
def count(): return [model.objects.count() for model in (Plan, CarePrice, ReturnWindow)]
before = count()
done = seeds.put_missing_terms()
print(done and all(count()), count() != before)
"""

pytestmark = [pytest.mark.long, pytest.mark.own_sqlite]


def manage(database: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}"}
    return subprocess.run(  # noqa: S603  # because: our own command
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_shop_of_an_earlier_release_goes_on_trading(release: Path, tmp_path: Path) -> None:
    database = tmp_path / "shop.sqlite3"
    with sqlite3.connect(database) as shop:
        shop.executescript(release.read_text(encoding="utf-8"))
    shop.close()
    migrated = manage(database, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    # the terms that were not known then, put once
    for new in (True, False):
        put = manage(database, "shell", "--no-imports", "--command", PUT)
        assert put.stdout.split() == ["True", str(new)], put.stderr
    proved = manage(database, "verify_books", "--full")
    assert proved.returncode == 0, proved.stdout + proved.stderr
    links = [int(line.split()[1]) for line in proved.stdout.splitlines()]
    assert max(links) > 40, "the recorded shop has traded"
