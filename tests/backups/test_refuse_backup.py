"""Nothing damaged, nothing newer and nothing by mistake becomes the shop."""

import contextlib
import io
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from counter import backups
from counter.backups import (
    BooksDisagree,
    OtherDatabase,
    ShopThere,
)
from counter.models import Sale
from inventory.ground import archives, changes, copies
from inventory.ground.archives import DamagedBackup, Manifest, NewerBackup, Part
from inventory.ground.copies.contents import CopyFailed, ShopIsOpen, looking_at
from inventory.models import LedgerHead
from tests.backups.hands import ON_SQLITE, empty, sealed, url
from tests.cast import Shop
from tests.conftest import unprotect
from tests.faults.books import proof


def test_no_name_inside_leads_out(found: Manifest, file: Path) -> None:
    for name in ("../x", "media/../../x", "/etc/x", "media//x"):
        sealed(file, found.model_copy(update={"parts": [Part.model_construct(name=name)]}))
        with pytest.raises(DamagedBackup):
            archives.read(file)


def test_it_refuses_a_file_with_one_other_bit(found: Manifest, file: Path) -> None:
    whole = file.read_bytes()
    steps = max(1, len(whole) // 200)
    for at in [*range(0, len(whole), steps), *range(len(whole) - 300, len(whole))]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(DamagedBackup):
            archives.read(file)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_it_refuses_a_file_that_was_cut(
    share: float, found: Manifest, file: Path, bare: str
) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with looking_at(bare), pytest.raises(DamagedBackup):
        backups.restore(path=file)
    assert empty(bare)


def test_it_refuses_what_is_no_backup(found: Manifest, file: Path, tmp_path: Path) -> None:
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
    found: Manifest, file: Path, bare: str
) -> None:
    sealed(file, found, b"no database at all " * 1_000)
    with looking_at(bare):
        with pytest.raises((DamagedBackup, CopyFailed)):
            backups.restore(path=file)
        assert copies.live().unfinished() == ""
    assert empty(bare)


@pytest.mark.parametrize("other", [{"format": 2}, {"migrations": ["counter.0999_later"]}], ids=str)
def test_it_refuses_a_newer_version(
    other: dict[str, Any], found: Manifest, file: Path, bare: str
) -> None:
    sealed(file, found, **other)
    with looking_at(bare), pytest.raises(NewerBackup):
        backups.restore(path=file)
    assert empty(bare)


def test_it_refuses_the_other_kind_of_database(found: Manifest, file: Path, bare: str) -> None:
    sealed(file, found, database="oracle")
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


def test_a_place_that_cannot_be_written_is_no_damaged_file(found: Manifest, file: Path) -> None:
    with pytest.raises(NotADirectoryError):
        archives.unpack(file, found.parts[0], file / "below a file")


def test_it_waits_until_the_shop_is_closed(found: Manifest, file: Path, bare: str) -> None:
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
    found: Manifest, file: Path, bare: str, tmp_path: Path
) -> None:
    """A whole file whose database is not the one that its manifest tells of."""
    archives.unpack(file, found.parts[0], tmp_path / "part")
    heads = [head.model_dump() | {"seq": head.seq + 1} for head in found.heads]
    sealed(file, found, (tmp_path / "part").read_bytes(), heads=heads)
    with looking_at(bare), pytest.raises(DamagedBackup):
        backups.restore(path=file, accept_broken=True)
    assert empty(bare)
