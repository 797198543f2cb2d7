"""The insurer's list: all goods of a store once a day, whole or not at all, plain to read."""

import csv
import fcntl
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from counter import due
from counter.environment import BASE_DIR, Environment
from inventory import insurance_lists
from inventory.ground import archives, settings_rows
from inventory.insurance_lists import ListBeingWritten, ListThere
from inventory.models import Certificate, Change, LedgerHead, Piece, Store
from tests.cast import COST_CENTS, Shop


@pytest.fixture
def folder(shop: Shop) -> Path:
    """Where the list of S01 will stand."""
    return insurance_lists.folder_of(shop.s01)


def rows(folder: Path) -> list[dict[str, str]]:
    """As a spreadsheet reads them: the mark at the beginning is not part of a heading."""
    text = (folder / "pieces.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_lists_every_piece_with_grams_cost_and_price_of_today(shop: Shop, folder: Path) -> None:
    necklace, ring = shop.piece(), shop.ring()
    Certificate.objects.create(piece=ring, lab="GIA", number="2141438171")
    insurance_lists.write(store=shop.s01)
    first, second = rows(folder)
    assert first["piece_number"] == necklace.number
    assert (first["style"], first["name"]) == (necklace.style.code, "足金项链")
    assert (first["state"], first["place"]) == ("on_sale", "A-01")
    assert (first["gross_g"], first["net_g"]) == ("8.720", "8.720")
    assert first["cost_yuan"] == "6543.21"
    assert first["retail_yuan"] == "10594.80"  # 8.720 g × (1,177.00 + 38.00)
    assert second["retail_yuan"] == "7572.00"
    assert "GIA 2141438171" in second["certificates"]


def test_it_leaves_out_what_is_sold_and_what_lies_in_another_store(
    shop: Shop, folder: Path
) -> None:
    shop.sell(shop.charm())
    shop.charm(store=shop.s02, place=shop.tray(store=shop.s02))
    here = shop.charm()
    insurance_lists.write(store=shop.s01)
    assert [row["piece_number"] for row in rows(folder)] == [here.number]


def test_it_leaves_open_what_nobody_knows(shop: Shop, folder: Path) -> None:
    piece = shop.piece(metal="Pd", grade=9500, content=None, mark="Pd950")
    Piece.objects.get(pk=piece.pk).cost.delete()
    manifest = insurance_lists.write(store=shop.s01)
    (row,) = rows(folder)
    assert (row["cost_yuan"], row["retail_yuan"]) == ("", "")
    assert (manifest.cost_cents, manifest.retail_cents) == (0, 0)


def test_its_manifest_says_where_the_chain_ended(shop: Shop, folder: Path) -> None:
    shop.charm()
    shop.charm()
    insurance_lists.write(store=shop.s01)
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    head = LedgerHead.objects.get(store=shop.s01)
    assert told["head"] == {"store": "S01", "seq": head.seq, "hash": head.hash}
    assert (told["pieces"], told["cost_cents"]) == (2, 2 * COST_CENTS)
    assert told["retail_cents"] == 2 * 9_800
    assert told["books_agree"]
    shop.charm()  # the shop goes on, and the list is still a part of its history
    link = Change.objects.get(store=shop.s01, seq=told["head"]["seq"])
    assert link.hash == told["head"]["hash"]


def test_it_is_proved_without_this_system(shop: Shop, folder: Path) -> None:
    shop.charm()
    insurance_lists.write(store=shop.s01)
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 0  # noqa: S603  # because: our own command
    for name in ("pieces.csv", "manifest.json"):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept.replace(b"9", b"8", 1))
        assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1  # noqa: S603  # because: our own command
        (folder / name).write_bytes(kept)


def test_nobody_else_on_this_machine_reads_it(shop: Shop, folder: Path) -> None:
    insurance_lists.write(store=shop.s01)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_it_never_replaces_a_list(shop: Shop, folder: Path) -> None:
    insurance_lists.write(store=shop.s01)
    before = (folder / "manifest.json").read_bytes()
    shop.charm()
    with pytest.raises(ListThere):
        insurance_lists.write(store=shop.s01)
    assert (folder / "manifest.json").read_bytes() == before


def test_it_refuses_a_second_writer(shop: Shop, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    with (folder.parent / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_SH)  # which only the lock of a writer minds
        with pytest.raises(ListBeingWritten):
            insurance_lists.write(store=shop.s01)
        assert not any("S01" in line for line in insurance_lists.write_due())
    assert not folder.exists()


def test_a_list_that_was_cut_off_is_not_there_and_is_written_anew(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(archives, "reach_disk", full)
        assert "S01 insurance list NOT written: [Errno 28] No space left on device" in (
            insurance_lists.write_due()
        )
    assert not folder.exists()
    assert (folder.parent / ".unfinished" / "pieces.csv").exists()
    insurance_lists.write(store=shop.s01)
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, ".lock"}


def test_it_keeps_the_lists_of_as_many_days_as_the_setting_says(shop: Shop, folder: Path) -> None:
    settings_rows.put(store=shop.s01, key="insurance_nights", new="2", by=shop.wang)
    for day in ("2026-01-02", "2026-01-03", "2026-01-04", "notes"):
        (folder.parent / day).mkdir(parents=True)
    insurance_lists.write(store=shop.s01)
    kept = {path.name for path in folder.parent.iterdir()} - {".lock"}
    assert kept == {"2026-01-04", "notes", folder.name}


def test_it_lists_on_though_the_books_are_broken_and_says_so(shop: Shop) -> None:
    LedgerHead.objects.filter(store=shop.s01).update(broken="sale 1 is torn")
    assert not insurance_lists.write(store=shop.s01).books_agree


def test_what_is_due_writes_each_store_once_a_day(shop: Shop, folder: Path) -> None:
    shop.charm()
    assert "S01 insurance list of 1 pieces" in due.run()
    assert not any("insurance" in line for line in due.run())
    shutil.rmtree(folder)
    assert [line for line in due.run() if "insurance" in line] == ["S01 insurance list of 1 pieces"]
    assert {path.name for path in folder.parents[1].iterdir()} == set(
        Store.objects.values_list("code", flat=True)
    )


def test_the_folder_stands_beside_the_database_unless_the_environment_names_another() -> None:
    assert Environment().insurance_dir == BASE_DIR / "var" / "insurance"
    elsewhere = Environment(DATABASE_URL="sqlite:////srv/shop/x.sqlite3")
    assert elsewhere.insurance_dir == Path("/srv/shop/insurance")
    chain = Environment(DATABASE_URL="postgres://shop@db.example/shop")
    assert chain.insurance_dir == BASE_DIR / "var" / "insurance"
    named = Environment(INSURANCE_DIR="/mnt/insurer")
    assert named.insurance_dir == Path("/mnt/insurer")
