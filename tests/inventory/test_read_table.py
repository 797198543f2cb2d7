"""A file as lines of cells, whatever program wrote it; and what is no list, or a trap."""

import io
import zipfile
from collections.abc import Callable

import openpyxl  # type: ignore[import-untyped]  # because: it has no types
import pytest

from inventory import tables, workbooks
from inventory.tables import Column, ColumnMissing, FileTooLarge, FileUnreadable, Table

COLUMNS = {
    "name": Column("Name", ("name", "品名"), needed=True),
    "weight": Column("Weight", ("gross_g", "毛重(克)")),
}


def read(content: bytes) -> Table:
    return tables.read(content, COLUMNS)


def cells(content: bytes) -> list[dict[str, str]]:
    return [dict(line.cells) for line in read(content).lines]


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_every_usual_spelling(encoding: str, delimiter: str, end: str) -> None:
    lines = [["品名", "毛重(克)"], ["足金项链", "7.41"]]
    text = end.join(delimiter.join(line) for line in lines)
    assert cells(text.encode(encoding)) == [{"name": "足金项链", "weight": "7.41"}]


@pytest.mark.parametrize(
    "heading", ["Gross_G", " gross g ", "ＧＲＯＳＳ＿Ｇ", "毛重（克）", "毛重 (克)"]
)
def test_it_finds_a_heading_whatever_its_case_width_and_spaces(heading: str) -> None:
    assert cells(f"品名,{heading}\n链,7".encode()) == [{"name": "链", "weight": "7"}]


def test_it_does_not_take_another_unit_for_ours() -> None:
    table = read("品名,毛重(毫克)\n链,7410".encode())
    assert (table.lines[0].cells, table.unused) == ({"name": "链"}, ("毛重(毫克)",))


def test_it_trims_cells_and_leaves_out_blank_lines() -> None:
    table = read("品名,毛重(克)\n\n 链 ,\u3000７ \n , \n环,8\n".encode())
    assert [(line.row, dict(line.cells)) for line in table.lines] == [
        (3, {"name": "链", "weight": "７"}),
        (5, {"name": "环", "weight": "8"}),
    ]


def test_it_keeps_a_quoted_line_break_as_one_row() -> None:
    table = read('品名,毛重(克)\n"a\nb",1\nc,2'.encode())
    assert [(line.row, line.cells["name"]) for line in table.lines] == [(2, "a\nb"), (3, "c")]


def test_it_says_that_a_line_has_too_many_cells() -> None:
    assert [line.overflows for line in read("品名\na,b\na,\n".encode()).lines] == [True, False]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The first row names the columns. These are missing: Name."),
        (b"gross_g\n7", "The first row names the columns. These are missing: Name."),
        ("name,品名\na,b".encode(), "Two columns are called “品名”."),
    ],
)
def test_it_refuses_headings_that_do_not_fit(content: bytes, sentence: str) -> None:
    with pytest.raises(ColumnMissing, match=sentence):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 50,  # an old .xls
        "name\na".encode("utf-16"),
        b'name\n"never closed',
        b"name\n" + b"x" * 200_000,
        b"PK\x03\x04 and then nothing",
    ],
)
def test_it_refuses_what_is_no_list(content: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read(content)


def test_it_refuses_more_bytes_or_rows_than_a_list_has() -> None:
    with pytest.raises(FileTooLarge):
        read(b"name\n" + b"a" * tables.MOST_BYTES)
    assert len(read(b"name\n" + b"a\n" * tables.MOST_ROWS).lines) == tables.MOST_ROWS
    with pytest.raises(FileTooLarge):
        read(b"name\n" + b"a\n" * (tables.MOST_ROWS + 1))


# --- workbooks


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.41, "7.41"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (1000000018, "1000000018"),
        (1000000018.0, "1000000018"),
        (1234567890123456, "1.23456789012346E+15"),  # its end is lost already
        ("0000000031", "0000000031"),
        ("=1+1", "=1+1"),
        (True, "True"),
        ("#N/A", "#N/A"),
    ],
)
def test_it_reads_a_cell_as_the_sheet_shows_it(value: object, text: str) -> None:
    content = workbook(["name", "gross_g"], ["a", value], ["b", "8"])
    assert cells(content)[0]["weight"] == text


def test_it_believes_the_rows_and_not_what_the_sheet_says_of_its_size() -> None:
    small = rewritten(workbook(["name"], ["a"], ["b"]), lambda xml: xml.replace(b"A1:A3", b"A1:A1"))
    assert cells(small) == [{"name": "a"}, {"name": "b"}]


def test_it_refuses_more_rows_in_a_workbook_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    assert len(read(workbook(["name"], ["a"], ["b"])).lines) == 2
    with pytest.raises(FileTooLarge):
        read(workbook(["name"], ["a"], ["b"], ["c"]))


def rewritten(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with another first sheet."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == "xl/worksheets/sheet1.xml" else data)
    return made.getvalue()


def test_it_refuses_a_workbook_that_unpacks_to_too_much() -> None:
    bomb = rewritten(workbook(["name"]), lambda xml: xml + b" " * workbooks.MOST_UNPACKED)
    assert len(bomb) < tables.MOST_BYTES
    with pytest.raises(FileUnreadable):
        read(bomb)


def test_it_refuses_a_workbook_of_very_many_parts() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(workbooks.MOST_PARTS + 1):
            archive.writestr(f"{number}.xml", "<a/>")
    with pytest.raises(FileUnreadable):
        read(made.getvalue())


def test_it_refuses_a_workbook_with_entities() -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha">]>'

    def laugh(xml: bytes) -> bytes:
        return b"<!-- " + b" " * 100_000 + b"-->" + laughs + xml.partition(b"?>")[2]

    # by our own wall: whether the library has one too depends on what else is installed
    with pytest.raises(FileUnreadable) as refused:
        read(rewritten(workbook(["name"], ["a"]), laugh))
    assert str(refused.value.__cause__) == "declares entities"


def test_it_refuses_a_row_behind_the_end_of_every_sheet() -> None:
    far = rewritten(
        workbook(["name"], ["a"]), lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999999"')
    )
    with pytest.raises(FileUnreadable):
        read(far)


def test_it_leaves_out_cells_far_to_the_right() -> None:
    wide = rewritten(workbook(["name"], ["a"]), lambda xml: xml.replace(b'r="A2"', b'r="XFD2"'))
    assert cells(wide) == []


@pytest.mark.parametrize("damage", [b"<row", b"</sheetData>", b"A1"])
def test_it_refuses_a_damaged_sheet(damage: bytes) -> None:
    with pytest.raises(FileUnreadable):
        read(rewritten(workbook(["name"], ["a"]), lambda xml: xml.replace(damage, b"<", 1)))
