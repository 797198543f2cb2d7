"""The whole shop out of one file, and what a restore that was cut off leaves."""

import contextlib
import hashlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from counter import backups
from counter.backups import RestoreUnfinished
from counter.models import Sale
from inventory import stocktake_files
from inventory.ground import archives, changes, copies
from inventory.ground.archives import Manifest
from inventory.ground.copies.contents import looking_at
from inventory.models import StocktakeSheet
from inventory.stocktake_files import Format
from tests import stocktakes
from tests.backups.hands import ON_SQLITE, ROOT, cluster, heads, restore_in_a_process, url
from tests.cast import Shop
from tests.faults.books import proof


def test_it_brings_the_whole_shop_back(made: Manifest, file: Path, bare: str) -> None:
    (number,) = Sale.objects.values_list("number", flat=True)
    with looking_at(bare):
        restored = backups.restore(path=file)
        assert Sale.objects.get().number == number
        assert heads() == made.heads == restored.manifest.heads
        assert changes.missing_triggers() == []
        assert proof() == []
        assert (restored.kept, restored.same_key, restored.broken) == ("", True, [])
        assert copies.live().unfinished() == ""


def test_it_sells_on_after_a_restore(
    made: Manifest, trading_shop: Shop, file: Path, bare: str
) -> None:
    with looking_at(bare):
        backups.restore(path=file)
        trading_shop.sell(trading_shop.piece())
        assert Sale.objects.count() == 2
        assert proof() == []


def test_it_brings_the_files_beside_the_database_back(
    trading_shop: Shop, file: Path, bare: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "there" / "media"
    for name in ("photos/1.jpg", "photos/2.jpg"):
        path = tmp_path / "there" / "media" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 1_000)
    path.with_name(".3.jpg").write_bytes(b"half of a photo")
    made = backups.make(path=file)
    assert [part.name for part in made.parts[1:]] == ["media/photos/1.jpg", "media/photos/2.jpg"]
    settings.MEDIA_ROOT = tmp_path / "here" / "media"
    (tmp_path / "here/media/photos").mkdir(parents=True)
    (tmp_path / "here/media/photos/2.jpg").write_bytes(b"it was here already")
    with looking_at(bare):
        backups.restore(path=file)
    one, other = sorted((tmp_path / "here/media/photos").iterdir())
    assert one.read_bytes() == b"photos/1.jpg" * 1_000
    assert other.read_bytes() == b"it was here already"


def test_it_brings_the_files_of_a_stocktake_back(
    trading_shop: Shop, file: Path, bare: str, tmp_path: Path, settings: Any
) -> None:
    trading_shop.ring()
    sheet = stocktakes.published(trading_shop, "A-01")
    manifest = stocktake_files.write(sheet)
    backups.make(path=file)
    settings.MEDIA_ROOT = tmp_path / "here"
    with looking_at(bare):
        backups.restore(path=file)
        assert stocktake_files.manifest_of(StocktakeSheet.objects.get()) == manifest
        kept = stocktake_files.kept(sheet, Format.NDJSON)
        assert hashlib.sha256(kept.path.read_bytes()).hexdigest() == sheet.sha256


def test_a_log_that_was_left_alone_never_meets_the_new_file(
    made: Manifest, file: Path, bare: str
) -> None:
    if not ON_SQLITE:
        pytest.skip("only SQLite keeps its log beside its file")
    with looking_at(bare):
        backups.restore(path=file)
    log = Path(f"{bare}-wal")
    with contextlib.closing(sqlite3.connect(bare)) as shop:
        shop.execute("PRAGMA journal_mode = WAL")
        shop.execute("CREATE TABLE stale (x)")
        content = log.read_bytes()
    Path(bare).unlink()
    log.write_bytes(content)
    with looking_at(bare):
        backups.restore(path=file)
        assert "stale" not in connection.introspection.table_names()
        assert proof() == []


def wait_until_it_stands_beside(restore: "subprocess.Popen[str]", name: str) -> None:
    latest = time.monotonic() + 60
    while not _stands_beside(name):
        assert restore.poll() is None, restore.communicate()
        assert time.monotonic() < latest
        time.sleep(0.005)


def _stands_beside(name: str) -> bool:
    if ON_SQLITE:
        return Path(f"{name}.restoring-wal").exists()  # it is being migrated and proved
    with cluster() as postgres:
        there = "SELECT 1 FROM pg_database WHERE datname = %s"
        return postgres.execute(there, [f"{name}_restoring"]).fetchone() is not None


@pytest.mark.long
@pytest.mark.parametrize("sold_since", [False, True], ids=["bare", "replaced"])
def test_a_killed_restore_leaves_the_old_state_and_says_so(
    sold_since: bool, made: Manifest, trading_shop: Shop, file: Path, bare: str
) -> None:
    with looking_at(bare):
        if sold_since:
            backups.restore(path=file)
            trading_shop.sell(trading_shop.piece())
        connection.close()
        with restore_in_a_process(file, bare, "--replace") as killed:
            wait_until_it_stands_beside(killed, bare)
            killed.send_signal(signal.SIGKILL)
            killed.communicate()
        assert killed.returncode == -signal.SIGKILL
        if sold_since:
            assert Sale.objects.count() == 2
            assert proof() == []
        with pytest.raises(RestoreUnfinished, match="restore --abandon"):
            backups.refuse_unfinished()
        connection.close()
        started = subprocess.run(
            [sys.executable, "bin/prepare"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url(bare), "DEMO": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert started.returncode == 1
        assert "A restore was cut off" in started.stderr
        connection.close()
        with restore_in_a_process(file, bare, "--replace") as again:
            told, wrong = again.communicate()
        assert again.returncode == 0, wrong
        assert "Restored as of" in told
        assert Sale.objects.count() == 1
        backups.refuse_unfinished()


def test_it_gives_up_an_unfinished_restore(made: Manifest, file: Path, bare: str) -> None:
    with looking_at(bare):
        part = made.parts[0]
        copies.live().read_in(lambda path: archives.unpack(file, part, path))
        name = copies.live().unfinished()
        assert name
        said = io.StringIO()
        call_command("restore", "--abandon", stdout=said)
        assert said.getvalue().strip() == name
        backups.refuse_unfinished()
        call_command("restore", "--abandon", stdout=said)
        assert "Nothing was left unfinished." in said.getvalue()


def test_the_commands_tell_what_they_did(
    trading_shop: Shop, file: Path, bare: str, settings: pytest.FixtureRequest
) -> None:
    said = io.StringIO()
    call_command("backup", str(file), stdout=said)
    assert f"{file} {file.stat().st_size:,} bytes" in said.getvalue()
    with looking_at(bare):
        settings.SECRET_KEY = "another key " * 8  # type: ignore[attr-defined]  # because: pytest-django's
        call_command("restore", str(file), stdout=said)
        assert "SECRET_KEY is another one" in said.getvalue()
        with pytest.raises(CommandError, match="holds a shop"):
            call_command("restore", str(file), stdout=said)
        call_command("restore", str(file), "--replace", stdout=said)
        assert "The database before is kept as" in said.getvalue()


@pytest.mark.parametrize("words", [[], ["some.backup", "--abandon"]])
def test_the_command_wants_a_file_or_to_abandon(words: list[str]) -> None:
    with pytest.raises(CommandError, match="Name the file"):
        call_command("restore", *words)
