"""Ten thousand codes at once: what each of them is, in one look into the books.

`ground/codes.py` says what a code is; here it is asked only where a code is more than plain letters
and digits, which takes most of the time of a read otherwise.
"""

from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import Final, NamedTuple

import orjson
from django.db import connection

from inventory.ground import codes, statements
from inventory.ground.codes import LONGEST, RESERVED_PIECE

# a known bar code wins over a number of ours, and both over a tag's own number: `codes.read`
KNOWN: Final = {
    "postgresql": """
        SELECT id, number, epc, 0 FROM inventory_piece WHERE epc = ANY(%s::text[])
        UNION ALL SELECT id, number, number, 1 FROM inventory_piece WHERE number = ANY(%s::text[])
        UNION ALL SELECT id, number, barcode, 2 FROM inventory_piece
            WHERE barcode = ANY(%s::text[])
    """,
    "sqlite": """
        SELECT id, number, epc, 0 FROM inventory_piece
            WHERE epc IN (SELECT value FROM json_each(%s))
        UNION ALL SELECT id, number, number, 1 FROM inventory_piece
            WHERE number IN (SELECT value FROM json_each(%s))
        UNION ALL SELECT id, number, barcode, 2 FROM inventory_piece
            WHERE barcode IN (SELECT value FROM json_each(%s))
    """,
}
DIGITS_OF_A_PIECE: Final = 10


class Known(NamedTuple):
    """A piece of the house, of whatever store and state."""

    piece_id: int
    number: str


def plain(texts: Iterable[str]) -> list[str]:
    """Each code as it is looked up, empty where nobody can read it."""
    return [
        text.upper()
        if text.isascii() and text.isalnum() and len(text) <= LONGEST and text != RESERVED_PIECE
        else _read(text)
        for text in texts
    ]


def known(values: Collection[str]) -> dict[str, Known]:
    """The pieces behind codes that are `plain`, by code; what is missing here is none of ours
    (1 query)."""
    numbers = [value for value in values if len(value) == DIGITS_OF_A_PIECE and value.isdigit()]
    tags = [value for value in values if len(value) > DIGITS_OF_A_PIECE]
    asked = [tags, numbers, list(values)]
    if connection.vendor == "sqlite":
        asked = [orjson.dumps(each).decode() for each in asked]  # type: ignore[misc]  # because: lists travel as text
    found = statements.fetch(KNOWN[connection.vendor], asked)
    found.sort(key=itemgetter(3))
    return {value: Known(key, number) for key, number, value, _rank in found}


def storable(text: str) -> str:
    """A code as it was read, in signs that both databases keep, and no longer than they keep it."""
    if text.isascii() and text.isprintable():
        return text[:LONGEST]
    cut = text[:LONGEST].replace("\x00", "\ufffd")
    return cut.encode("utf-8", "replace").decode()


def _read(text: str) -> str:
    # capitals may be longer than the letters they stand for
    value = codes.read(text).value
    return value if len(value) <= LONGEST else ""
