"""The whole shop in one file, and back: nothing half, nothing damaged, nothing by mistake."""

import contextlib
import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg.sql import SQL, Identifier

from counter import backups
from counter.backups import (
    BackupRunning,
    BooksDisagree,
    FileThere,
    OtherDatabase,
    RestoreUnfinished,
    ShopThere,
)
from counter.models import Sale
from inventory.ground import archives, changes, copies
from inventory.ground.archives import DamagedBackup, Head, Manifest, NewerBackup, Part
from inventory.ground.copies.contents import CopyFailed, ShopIsOpen, looking_at
from inventory.models import Change, LedgerHead, Store
from tests.cast import Shop
from tests.conftest import unprotect
from tests.faults.books import proof

ROOT = Path(__file__).resolve().parent.parent
ON_SQLITE = connection.vendor == "sqlite"


def url(name: str) -> str:
    """DATABASE_URL of another database of the same kind."""
    if ON_SQLITE:
        return f"sqlite:///{name}"
    told = connection.settings_dict
    return f"postgres://{told['USER']}:{told['PASSWORD']}@/{name}?host={told['HOST']}"


def cluster() -> "psycopg.Connection[tuple[str]]":
    told = connection.settings_dict
    return psycopg.connect(
        host=told["HOST"], port=told["PORT"], user=told["USER"], password=told["PASSWORD"],
        dbname="postgres", autocommit=True,
    )  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[str]:
    """The name of a database that holds nothing, as on a new machine."""
    if ON_SQLITE:
        yield str(tmp_path / "bare.sqlite3")
        return
    name = f"bare_{os.getpid()}"
    with cluster() as postgres:
        postgres.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield name
        found = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        for (each,) in postgres.execute(found, [f"{name}%"]).fetchall():
            postgres.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(each)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.backup"


@pytest.fixture
def made(trading_shop: Shop, file: Path) -> Manifest:
    """A backup after one sale."""
    trading_shop.sell(trading_shop.piece())
    return backups.make(path=file)


def heads() -> list[Head]:
    rows = LedgerHead.objects.order_by("store__code").select_related("store")
    return [Head(store=row.store.code, seq=row.seq, hash=row.hash) for row in rows]


def empty(name: str) -> bool:
    with looking_at(name):
        return not connection.introspection.table_names()


def restore_in_a_process(file: Path, name: str, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  # because: our own command
        [sys.executable, "manage.py", "restore", str(file), *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url(name)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# the way there


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


def test_no_name_inside_leads_out(made: Manifest, file: Path) -> None:
    for name in ("../x", "media/../../x", "/etc/x", "media//x"):
        sealed(file, made.model_copy(update={"parts": [Part.model_construct(name=name)]}))
        with pytest.raises(DamagedBackup):
            archives.read(file)


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


# the way back


def test_it_refuses_a_file_with_one_other_bit(made: Manifest, file: Path) -> None:
    whole = file.read_bytes()
    steps = max(1, len(whole) // 200)
    for at in [*range(0, len(whole), steps), *range(len(whole) - 300, len(whole))]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(DamagedBackup):
            archives.read(file)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_it_refuses_a_file_that_was_cut(
    share: float, made: Manifest, file: Path, bare: str
) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with looking_at(bare), pytest.raises(DamagedBackup):
        backups.restore(path=file)
    assert empty(bare)


def sealed(file: Path, told: Manifest, part: bytes = b"part", **other: object) -> None:
    """Writes anew, with a right seal, a file with whatever inside and `other` in its manifest."""
    name = told.parts[0].name
    digest = hashlib.sha256(part).hexdigest()
    manifest = told.model_dump(mode="json", exclude={"parts"}) | other
    manifest["parts"] = [{"name": name, "bytes": len(part), "sha256": digest}]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr(name, part)
        archive.comment = b"0" * archives.SEAL_DIGITS
    content = file.read_bytes()[: -archives.SEAL_DIGITS]
    file.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def test_it_refuses_what_is_no_backup(made: Manifest, file: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", "{}")
    for content in (b"a letter " * 100, buffer.getvalue()):
        file.write_bytes(content)
        with pytest.raises(DamagedBackup):
            archives.read(file)
    with pytest.raises(FileNotFoundError):
        archives.read(tmp_path / "missing")


def test_it_refuses_a_sealed_file_with_something_else_inside(
    made: Manifest, file: Path, bare: str
) -> None:
    sealed(file, made, b"no database at all " * 1_000)
    with looking_at(bare):
        with pytest.raises((DamagedBackup, CopyFailed)):
            backups.restore(path=file)
        assert copies.live().unfinished() == ""
    assert empty(bare)


@pytest.mark.parametrize("other", [{"format": 2}, {"migrations": ["counter.0999_later"]}], ids=str)
def test_it_refuses_a_newer_version(
    other: dict[str, Any], made: Manifest, file: Path, bare: str
) -> None:
    sealed(file, made, **other)
    with looking_at(bare), pytest.raises(NewerBackup):
        backups.restore(path=file)
    assert empty(bare)


def test_it_refuses_the_other_kind_of_database(made: Manifest, file: Path, bare: str) -> None:
    sealed(file, made, database="oracle")
    with looking_at(bare), pytest.raises(OtherDatabase, match="oracle"):
        backups.restore(path=file)


def test_it_touches_no_shop_unless_it_is_told_to(
    made: Manifest, trading_shop: Shop, file: Path, bare: str
) -> None:
    with looking_at(bare):
        backups.restore(path=file)
        trading_shop.sell(trading_shop.piece())
        with pytest.raises(ShopThere):
            backups.restore(path=file)
        assert Sale.objects.count() == 2
        kept = backups.restore(path=file, replace=True).kept
        assert Sale.objects.count() == 1
    with looking_at(kept):
        assert Sale.objects.count() == 2
        assert proof() == []


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


def test_a_place_that_cannot_be_written_is_no_damaged_file(made: Manifest, file: Path) -> None:
    with pytest.raises(NotADirectoryError):
        archives.unpack(file, made.parts[0], file / "below a file")


def test_it_waits_until_the_shop_is_closed(made: Manifest, file: Path, bare: str) -> None:
    with looking_at(bare):
        backups.restore(path=file)
    with contextlib.ExitStack() as open_things:
        if ON_SQLITE:
            other = open_things.enter_context(contextlib.closing(sqlite3.connect(bare)))
        else:
            open_things.enter_context(contextlib.closing(psycopg.connect(url(bare))))
        if ON_SQLITE:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("SELECT 1 FROM inventory_store").fetchone()
        with looking_at(bare), pytest.raises(ShopIsOpen):
            backups.restore(path=file, replace=True)
    with looking_at(bare):
        assert Sale.objects.count() == 1
        assert copies.live().unfinished() == ""


def test_it_refuses_books_that_do_not_agree_and_keeps_the_shop(
    trading_shop: Shop, file: Path, bare: str
) -> None:
    trading_shop.sell(trading_shop.piece())
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE counter_payment SET amount_cents = amount_cents - 100")
    changes.protect()
    backups.make(path=file)
    with looking_at(bare):
        with pytest.raises(BooksDisagree) as refused:
            backups.restore(path=file)
        assert any("counter_payment" in str(each) for each in refused.value.broken)
        assert not connection.introspection.table_names()
        assert copies.live().unfinished() == ""
        restored = backups.restore(path=file, accept_broken=True)
        assert restored.broken
        assert LedgerHead.objects.get(store__code="S01").broken


def test_it_compares_the_heads_with_the_manifest(
    made: Manifest, file: Path, bare: str, tmp_path: Path
) -> None:
    """A whole file whose database is not the one that its manifest tells of."""
    archives.unpack(file, made.parts[0], tmp_path / "part")
    heads = [head.model_dump() | {"seq": head.seq + 1} for head in made.heads]
    sealed(file, made, (tmp_path / "part").read_bytes(), heads=heads)
    with looking_at(bare), pytest.raises(DamagedBackup):
        backups.restore(path=file, accept_broken=True)
    assert empty(bare)


def wait_until_it_stands_beside(restore: "subprocess.Popen[str]", name: str) -> None:
    latest = time.monotonic() + 60
    while not _stands_beside(name):
        assert restore.poll() is None, restore.communicate()
        assert time.monotonic() < latest
        time.sleep(0.005)


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


def _stands_beside(name: str) -> bool:
    if ON_SQLITE:
        return Path(f"{name}.restoring-wal").exists()  # it is being migrated and proved
    with cluster() as postgres:
        there = "SELECT 1 FROM pg_database WHERE datname = %s"
        return postgres.execute(there, [f"{name}_restoring"]).fetchone() is not None


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


# the two commands


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


def test_the_command_says_no_with_a_sentence(made: Manifest, file: Path) -> None:
    with pytest.raises(CommandError, match="never replaces one"):
        call_command("backup", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore", str(file) + ".missing")
