"""What a stocktake says line by line: the content that is published and hashed, row for row.

The database makes the bytes, the same ones on SQLite and on PostgreSQL: only texts without control
signs and whole numbers stand in it, and nothing in it can be called otherwise later. Rows come in
the order of their keys, in blocks of whole lines, and never more than one block is in memory.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from django.db import connection

from inventory.models import Stocktake

ROWS_AT_ONCE: Final = 5_000  # of SQLite, which gives them as one text
BLOCK: Final = 131_072  # bytes of PostgreSQL that are handed on together


class Cell(NamedTuple):
    """A column: how it is spelled in SQL, and what stands in it."""

    sql: str
    kind: Literal["text", "integer"]


def _document_of(movement: str) -> str:
    """The number of the document with which a piece came or left, where it did."""
    return f"""CASE WHEN line.{movement} IS NULL THEN NULL ELSE (
        SELECT change.number FROM inventory_movement moved
        JOIN inventory_change change ON change.id = moved.change_id
        WHERE moved.id = line.{movement}) END"""  # noqa: S608  because: one of our own columns


CELLS: Final[Mapping[str, Cell]] = {
    "number": Cell("line.number", "text"),
    "name": Cell("line.name", "text"),
    "place": Cell("place.code", "text"),
    "category": Cell("line.category", "text"),
    "metal": Cell("line.metal", "text"),
    "grade": Cell("line.grade", "integer"),
    "fineness": Cell("line.fineness", "integer"),
    "net_mg": Cell("line.net_mg", "integer"),
    "gross_mg": Cell("line.gross_mg", "integer"),
    "cost_cents": Cell("line.cost_cents", "integer"),
    "retail_cents": Cell("line.retail_cents", "integer"),
    "state": Cell("line.state", "text"),
    "excluded": Cell("line.excluded", "text"),
    "result": Cell("line.result", "text"),
    "came_by": Cell(_document_of("came_by_id"), "text"),
    "gone_by": Cell(_document_of("gone_by_id"), "text"),
}
COLUMNS: Final = tuple(CELLS)

_TOLD: Final = ", ".join(f"{cell.sql} AS {name}" for name, cell in CELLS.items())
_SOURCE: Final = """
    FROM inventory_stocktakeline line JOIN inventory_place place ON place.id = line.place_id
    WHERE line.stocktake_id = %s
"""
_JSON: Final = {
    # two spellings of the same text: without spaces, and Chinese as it is
    "sqlite": "json_object(" + ", ".join(f"'{name}', told.{name}" for name in CELLS) + ")",
    "postgresql": "row_to_json(told)",
}
# one page of rows and the key of the last; a text of bytes spares reading and writing it again
_PAGE: Final = """
    SELECT MAX(told.id), CAST(group_concat({line}, char(10)) || char(10) AS BLOB) FROM (
        SELECT line.id AS id, {told} {source} AND line.id > %s ORDER BY line.id LIMIT %s
    ) told
"""
# quotes and separators that stand in no text: every line goes out as it is
_COPY: Final = """
    COPY (SELECT {line} FROM (SELECT {told} {source} ORDER BY line.id) told)
    TO STDOUT (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')
"""


class Checksum(NamedTuple):
    """What the content comes to; `sha256` in hexadecimal digits."""

    rows: int
    bytes: int
    sha256: str


def content(stocktake: Stocktake) -> Iterator[bytes]:
    """The lines as NDJSON, one object in a line, in blocks of whole lines."""
    return lines(stocktake, _JSON[connection.vendor])


def checksum(stocktake: Stocktake) -> Checksum:
    """What `content` comes to now; nothing of it is kept."""
    digest, rows, size = hashlib.sha256(), 0, 0
    for block in content(stocktake):
        digest.update(block)
        rows += block.count(b"\n")
        size += len(block)
    return Checksum(rows, size, digest.hexdigest())


def lines(stocktake: Stocktake, line: str) -> Iterator[bytes]:
    """One line of text for each row, as an expression in SQL makes it out of the columns of `told`,
    which are those of `CELLS`."""
    if connection.vendor == "postgresql":
        return _copied(stocktake, line)
    return _paged(stocktake, line)


def _paged(stocktake: Stocktake, line: str) -> Iterator[bytes]:
    page = _PAGE.format(line=line, told=_TOLD, source=_SOURCE)
    behind = 0
    while behind is not None:
        with connection.cursor() as cursor:
            cursor.execute(page, [stocktake.pk, behind, ROWS_AT_ONCE])
            behind, block = cursor.fetchone()
        if block is not None:
            yield block


def _copied(stocktake: Stocktake, line: str) -> Iterator[bytes]:
    statement = _COPY.format(line=line, told=_TOLD, source=_SOURCE)
    waiting, size = [], 0
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement, [stocktake.pk]) as rows,
    ):
        for row in rows:
            waiting.append(row)
            size += len(row)
            if size >= BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
