"""The files of a published stocktake: the same lines three times, whole or not at all."""

import csv
import fcntl
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory import stocktake_csv, stocktake_files, stocktake_parquet, stocktake_rows
from inventory.ground import codes
from inventory.models import Piece, Stocktake, StocktakeLine, StocktakeSheet
from inventory.stocktake_files import BeingWritten, ContentDiffers, Format
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop

SAME_BYTES = "70a79d425d5bac211bbe67ecb841b65da09d256dd1610777bf8fe4019bc28380"


@pytest.fixture
def sheet(shop: Shop) -> StocktakeSheet:
    """Two trays with a necklace, a ring and a charm; the charm is missing."""
    shop.piece(name="足金項鏈 ''A\"B\\")
    shop.ring()
    charm = shop.charm(place=shop.tray("A-02"))
    return counts.published(shop, missing=[charm])


def whole(of: Callable[[Stocktake], Any], stocktake: Stocktake) -> bytes:
    return b"".join(of(stocktake))


def by_python(stocktake: Stocktake) -> list[dict[str, Any]]:
    """The same rows without a word of SQL."""
    rows = StocktakeLine.objects.filter(stocktake=stocktake).select_related(
        "place", "came_by__change", "gone_by__change"
    )
    return [
        {
            "number": row.number,
            "name": row.name,
            "place": row.place.code,
            "category": row.category,
            "metal": row.metal,
            "grade": row.grade,
            "fineness": row.fineness,
            "net_mg": row.net_mg,
            "gross_mg": row.gross_mg,
            "cost_cents": row.cost_cents,
            "retail_cents": row.retail_cents,
            "state": row.state,
            "excluded": row.excluded,
            "result": row.result,
            "came_by": row.came_by.change.number if row.came_by else None,
            "gone_by": row.gone_by.change.number if row.gone_by else None,
        }
        for row in rows.order_by("pk")
    ]


# content


def test_the_database_makes_the_bytes_that_python_would(sheet: StocktakeSheet) -> None:
    expected = "".join(
        json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        for row in by_python(sheet.stocktake)
    ).encode()
    assert expected.count(b"\n") == 3
    assert whole(stocktake_rows.content, sheet.stocktake) == expected
    digest = hashlib.sha256(expected).hexdigest()
    assert stocktake_rows.checksum(sheet.stocktake) == (3, len(expected), digest)
    assert (sheet.rows, sheet.bytes, sheet.sha256) == (3, len(expected), digest)


def test_every_database_makes_the_same_bytes(sheet: StocktakeSheet) -> None:
    """The literal is what both of them gave; this test runs on each."""
    assert sheet.sha256 == SAME_BYTES


def test_it_names_the_document_with_which_a_piece_left_or_came(shop: Shop) -> None:
    sold, found = shop.ring(), shop.ring()
    stocktake = counts.opened(shop, "A-01")
    sale = shop.sell(sold)
    counts.count(stocktake, "A-01", [found], by=shop.lin)
    rows = [json.loads(line) for line in whole(stocktake_rows.content, stocktake).splitlines()]
    assert [row["gone_by"] for row in rows] == [sale.number, None]
    assert rows == by_python(stocktake)


def test_it_pages_through_everything_once(
    sheet: StocktakeSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = whole(stocktake_rows.content, sheet.stocktake)
    monkeypatch.setattr(stocktake_rows, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(stocktake_rows, "BLOCK", 1)
    blocks = list(stocktake_rows.content(sheet.stocktake))
    assert len(blocks) > 1
    assert all(block.endswith(b"\n") for block in blocks)
    assert b"".join(blocks) == at_once


def test_a_stocktake_of_nothing_has_files_without_lines(shop: Shop) -> None:
    empty = counts.opened(shop, "A-07")
    assert whole(stocktake_rows.content, empty) == b""
    assert whole(stocktake_csv.content, empty).decode("utf-8-sig").count("\n") == 1
    parquet = io.BytesIO(whole(stocktake_parquet.content, empty))
    assert parquet.getvalue().startswith(b"PAR1")


# csv


def cells(stocktake: Stocktake) -> list[dict[str, str]]:
    """As a spreadsheet reads them: the mark at the beginning is not part of a heading."""
    text = whole(stocktake_csv.content, stocktake).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_holds_the_same_rows(sheet: StocktakeSheet) -> None:
    assert whole(stocktake_csv.content, sheet.stocktake).startswith(b"\xef\xbb\xbfnumber,")
    plain = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in by_python(sheet.stocktake)
    ]
    assert cells(sheet.stocktake) == plain


def test_a_number_that_begins_with_zeros_keeps_them(shop: Shop) -> None:
    number = codes.piece_number("000000012")
    shop.charm(number=number)
    (row,) = cells(counts.opened(shop, "A-01"))
    assert row["number"] == f"\t{number}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+86", "'+86"),
        ("-2", "'-2"),
        ("@cmd", "'@cmd"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("＠x", "'＠x"),
        ("0012", "\t0012"),
        ("0", "0"),
        ("1234567890123456", "\t1234567890123456"),
        ("123456789012345", "123456789012345"),
        ("12 g", "12 g"),
        ("0,5 g", "0,5 g"),
        ('a"b,c', 'a"b,c'),
        ('"', '"'),
        ("", ""),
        ("[x]", "[x]"),
        ("项链", "项链"),
    ],
)
def test_no_cell_is_a_formula_and_no_digit_is_lost(shop: Shop, text: str, told: str) -> None:
    piece = shop.charm()
    Piece.objects.filter(pk=piece.pk).update(name=text)
    assert cells(counts.opened(shop, "A-01"))[0]["name"] == told


# parquet

# in a process of its own: it counts what is left of it when Python ends, and tells
ASK_DUCKDB = """
import duckdb, json, sys
reader = duckdb.connect()
reader.execute("CREATE VIEW line AS SELECT * FROM read_parquet('" + sys.argv[1] + "')")
found = reader.execute("SELECT * FROM line")
names = [column[0] for column in found.description]
rows = [dict(zip(names, row)) for row in found.fetchall()]
sums = reader.execute("SELECT sum(net_mg), sum(cost_cents), count(*) FROM line").fetchone()
print(json.dumps({"rows": rows, "sums": [int(each) for each in sums]}))
"""


def test_another_library_reads_the_parquet_file(sheet: StocktakeSheet, tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    path.write_bytes(whole(stocktake_parquet.content, sheet.stocktake))
    command = [sys.executable, "-c", ASK_DUCKDB, str(path)]
    run = subprocess.run(command, capture_output=True, check=True)  # noqa: S603  because: our own
    told = json.loads(run.stdout)
    assert told["rows"] == by_python(sheet.stocktake)
    assert told["sums"] == [8_720 + 1_960 + 2_590, 3 * COST_CENTS, 3]


def test_the_same_lines_give_the_same_parquet_file_in_whatever_blocks_they_come(
    sheet: StocktakeSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocktake_parquet, "GROUP", 2)
    at_once = whole(stocktake_parquet.content, sheet.stocktake)
    monkeypatch.setattr(stocktake_rows, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(stocktake_rows, "BLOCK", 1)
    assert whole(stocktake_parquet.content, sheet.stocktake) == at_once


# files


def test_they_are_written_with_a_manifest_and_the_hash_of_the_sheet(sheet: StocktakeSheet) -> None:
    manifest = stocktake_files.write(sheet)
    folder = stocktake_files.folder_of(sheet)
    names = ["lines.csv", "lines.ndjson", "lines.parquet", "manifest.json"]
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == names
    for wanted in Format:
        content = (folder / stocktake_files.name_of(wanted)).read_bytes()
        part = manifest.part(wanted)
        assert (part.bytes, part.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert content == whole(stocktake_files.CONTENTS[wanted], sheet.stocktake)
    assert manifest.part(Format.NDJSON).sha256 == manifest.sha256 == sheet.sha256
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("lost", ["lines.csv", "lines.parquet", "manifest.json", "all", "half"])
def test_what_was_lost_comes_back_with_the_same_bytes(sheet: StocktakeSheet, lost: str) -> None:
    before = stocktake_files.write(sheet)
    folder = stocktake_files.folder_of(sheet)
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    if lost == "all":
        shutil.rmtree(folder)
    elif lost == "half":
        (folder / "lines.csv").write_bytes(content["lines.csv"][:20])
    else:
        (folder / lost).unlink()
    kept = stocktake_files.kept(sheet, Format.CSV)
    assert kept.path.read_bytes() == content["lines.csv"]
    assert kept.etag == before.part(Format.CSV).sha256
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == content


def test_they_are_not_made_of_lines_that_somebody_changed(sheet: StocktakeSheet) -> None:
    StocktakeLine.objects.filter(stocktake=sheet.stocktake).update(net_mg=1)
    with pytest.raises(ContentDiffers):
        stocktake_files.write(sheet)
    assert not (stocktake_files.folder_of(sheet) / "lines.ndjson").exists()
    assert stocktake_files.write_due() == [
        f"{sheet.number} files NOT written: {ContentDiffers.sentence}"
    ]
    stocktake_files.write_quietly(sheet)  # whoever publishes is not stopped by it


def test_one_writes_them_at_a_time(sheet: StocktakeSheet) -> None:
    folder = stocktake_files.folder_of(sheet)
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BeingWritten):
            stocktake_files.write(sheet)
        assert stocktake_files.write_due() == []
    stocktake_files.write(sheet)


def test_whoever_does_what_is_due_writes_what_is_missing(sheet: StocktakeSheet) -> None:
    assert stocktake_files.write_due() == [f"{sheet.number} files of 3 lines"]
    assert stocktake_files.write_due() == []


def test_a_disk_that_is_full_stops_nobody_and_leaves_nothing_half(
    sheet: StocktakeSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        stocktake_files.write_quietly(sheet)
        assert "NOT written" in stocktake_files.write_due()[0]
    assert [path.name for path in stocktake_files.folder_of(sheet).iterdir()] == [".lock"]
    assert stocktake_files.write_due() == [f"{sheet.number} files of 3 lines"]
