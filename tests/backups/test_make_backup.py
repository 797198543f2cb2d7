"""The whole shop in one file: nothing half, and nothing replaced."""

import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from counter import backups
from counter.backups import (
    BackupRunning,
    FileThere,
)
from inventory.ground import archives
from inventory.ground.archives import Manifest
from inventory.models import Change, Store
from tests.backups.hands import ROOT, heads, url
from tests.cast import Shop


def test_it_names_what_it_holds_for_anybody_to_read(made: Manifest, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        told = Manifest.model_validate_json(archive.read("manifest.json"))
    assert told == made
    assert [head.store for head in told.heads] == sorted(
        Store.objects.values_list("code", flat=True)
    )
    assert settings.SECRET_KEY not in told.model_dump_json()


def test_it_leaves_nothing_but_the_file(made: Manifest, file: Path) -> None:
    assert [path.name for path in file.parent.iterdir() if "bare" not in path.name] == [file.name]


def test_it_never_replaces_a_file(made: Manifest, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(FileThere):
        backups.make(path=file)
    assert file.read_bytes() == before


def test_it_writes_one_backup_at_a_time_to_a_name(trading_shop: Shop, file: Path) -> None:
    with backups._workshop(file), pytest.raises(BackupRunning):
        backups.make(path=file)


def test_it_takes_over_what_was_cut_off(trading_shop: Shop, file: Path) -> None:
    folder = file.with_name(file.name + ".unfinished")
    folder.mkdir()
    (folder / "database.sqlite3").write_bytes(b"half of a copy")
    backups.make(path=file)
    assert archives.read(file).heads == heads()
    assert not folder.exists()


def test_it_keeps_nothing_when_the_disk_is_full(trading_shop: Shop, file: Path) -> None:
    code = "import resource, runpy, sys; limit = resource.RLIMIT_FSIZE; "
    code += "resource.setrlimit(limit, (50_000, 50_000)); sys.argv = sys.argv[1:]; "
    code += "runpy.run_path('manage.py', run_name='__main__')"
    done = subprocess.run(  # noqa: S603  # because: our own command
        [sys.executable, "-c", code, "manage.py", "backup", str(file), "--skip-checks"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url(str(connection.settings_dict["NAME"]))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No backup was made." in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(file.parent.glob(f"{file.name}*"))


@pytest.mark.races
def test_it_copies_one_moment_while_somebody_writes(trading_shop: Shop, tmp_path: Path) -> None:
    """Each copy ends at a head that the shop really had, and its books agree."""
    stop, failed = threading.Event(), list[BaseException]()

    def sell() -> None:
        try:
            while not stop.is_set():
                trading_shop.sell(trading_shop.piece())
        except BaseException as error:  # because: a thread tells nobody else
            failed.append(error)
        finally:
            connections.close_all()

    seller = threading.Thread(target=sell)
    seller.start()
    made = [backups.make(path=tmp_path / f"{number}.backup") for number in range(5)]
    stop.set()
    seller.join()
    assert not failed
    seqs = [next(head.seq for head in each.heads if head.store == "S01") for each in made]
    assert seqs == sorted(seqs)
    assert seqs[0] < seqs[-1]
    for each in made:
        for head in each.heads:
            if head.seq:
                assert Change.objects.get(store__code=head.store, seq=head.seq).hash == head.hash


def test_the_command_says_no_with_a_sentence(made: Manifest, file: Path) -> None:
    with pytest.raises(CommandError, match="never replaces one"):
        call_command("backup", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore", str(file) + ".missing")
