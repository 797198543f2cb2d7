"""Reads of a stocktake: written down raw before anybody judges them, answered with nothing that
tells what the books expect.

The same code in the same place and round is one read, however often and from however many tablets
it comes: sending reads again changes nothing. The store's chain is not held for them, so that
selling waits for no scanner; the published sheet seals them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import orjson
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import stocktake_codes, stocktake_spots
from inventory.ground import access, codes, statements
from inventory.ground.errors import RuleBroken
from inventory.models import (
    RUNNING_STOCKTAKES,
    Means,
    SpotState,
    Stocktake,
    StocktakePlace,
)
from inventory.stocktake_codes import Known
from inventory.stocktake_results import UNREADABLE
from inventory.stocktake_states import StocktakeOver

MOST_READS: Final = 10_000
MOST_LINES: Final = 100_000  # of a file
LONGEST_FILE: Final = 8 * 1024 * 1024
FAR_AHEAD: Final = timedelta(days=1)  # a clock of a tablet that is wrong by more says nothing

# who hands a place in or approves has locked the row: reads come before that or are refused
STATE: Final = "SELECT state FROM inventory_stocktake WHERE id = %s"
SHARED: Final = {"postgresql": " FOR KEY SHARE", "sqlite": ""}
# the reads travel as one text of JSON: a list of values for each column takes twice as long
ENTERED: Final = {
    "postgresql": """
        INSERT INTO inventory_stocktakeread (store_id, stocktake_id, means, at, by_id,
            place_id, round, code, key, piece_id, read_at)
        SELECT %s, %s, %s, %s::timestamptz, %s, new.* FROM json_to_recordset(%s::json) AS new (
            place_id bigint, round smallint, code text, key text, piece_id bigint,
            read_at timestamptz)
        ON CONFLICT DO NOTHING RETURNING place_id, key
    """,
    "sqlite": """
        INSERT INTO inventory_stocktakeread (store_id, stocktake_id, means, at, by_id,
            place_id, round, code, key, piece_id, read_at)
        SELECT %s, %s, %s, %s, %s, value ->> 0, value ->> 1, value ->> 2, value ->> 3,
            value ->> 4, value ->> 5
        FROM json_each(%s) WHERE true
        ON CONFLICT DO NOTHING RETURNING place_id, key
    """,
}


class Read(NamedTuple):
    """A code as it was read; `place`: the code of the place, empty for a reader that does not know
    it; `read_at`: by the clock of the reader, else now."""

    code: str
    place: str = ""
    read_at: datetime | None = None


class Answer(StrEnum):
    """What a reader is told: nothing of it depends on what was expected."""

    READ = "read"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class TooManyReads(RuleBroken):
    code = "too_many_reads"
    status = 422

    def __init__(self, most: int) -> None:
        super().__init__(
            _("At most %(most)s codes at once. Send them in parts.") % {"most": f"{most:,}"}
        )


class PlaceNotInScope(RuleBroken):
    code = "place_not_in_scope"
    status = 422

    def __init__(self, code: str) -> None:
        super().__init__(
            _("%(place)s is not counted by this stocktake.") % {"place": code[:12]}, field="place"
        )


class BadFile(RuleBroken):
    code = "bad_file"
    status = 422
    sentence = gettext_lazy("This file is not a list of codes, one in a line.")


# a read as it is written: place, round, code, key, piece, and when it was read; plain, since ten
# thousand come at once
Row = tuple[int | None, int, str, str, int | None, datetime]


def take_in(
    *,
    stocktake: Stocktake,
    reads: Sequence[Read],
    by: User,
    means: str = Means.SCANNER,
) -> list[Answer]:
    """Writes reads down and answers each, in their order. `read`: a piece of the house, expected
    here or not; `repeated`: this place has it already; `unreadable`: scan it again; `unknown`: no
    piece of the house has this code.

    Refused as a whole: to who may not count and people of other stores, more than 10,000 at once,
    when the stocktake is over, a place that it does not count or that is handed in, and in a
    recount to who counted first.
    """
    access.refuse_unless(by, "count_pieces", store=stocktake.store)
    if len(reads) > MOST_READS:
        raise TooManyReads(MOST_READS)
    values = stocktake_codes.plain(read.code for read in reads)
    known = stocktake_codes.known({value for value in values if value})
    now = timezone.now()
    with transaction.atomic():
        spots = _spots(stocktake, {read.place for read in reads}, by)
        rows = _rows(reads, values, known, spots, now)
        new = _entered(stocktake, rows, by=by, means=means, at=now)
    return _answers(rows, values, new, means)


def take_in_file(
    *, stocktake: Stocktake, content: bytes, place: str, by: User
) -> dict[Answer, int]:
    """A list of codes from a reader, one in a line; what stands behind a comma, a semicolon or a
    tab is not looked at. How many were answered with what. Refused as in `take_in`, and for a
    file that is no text, over 8 MB or of more than 100,000 lines; parts that were taken in stay.
    """
    listed = _lines(content)
    told: Counter[Answer] = Counter(dict.fromkeys(Answer, 0))
    for first in range(0, len(listed), MOST_READS):
        reads = [Read(code, place) for code in listed[first : first + MOST_READS]]
        told.update(take_in(stocktake=stocktake, reads=reads, by=by, means=Means.FILE))
    return dict(told)


def _lines(content: bytes) -> list[str]:
    if len(content) > LONGEST_FILE or b"\x00" in content:
        raise BadFile(field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    cells = (line.replace(";", ",").replace("\t", ",").split(",")[0] for line in text.splitlines())
    listed = [cell for each in cells if (cell := each.strip().strip('"'))]
    if not listed:
        raise BadFile(field="file")
    if len(listed) > MOST_LINES:
        raise TooManyReads(MOST_LINES)
    return listed


def _spots(stocktake: Stocktake, wanted: set[str], by: User) -> Mapping[str, StocktakePlace]:
    """The places that are read in, by their code; nobody hands one in before this is over."""
    ((state,),) = statements.fetch(STATE + SHARED[connection.vendor], [stocktake.pk])
    if state not in RUNNING_STOCKTAKES:
        raise StocktakeOver
    rows = StocktakePlace.objects.filter(stocktake=stocktake, place__code__in=wanted)
    found = {spot.place.code: spot for spot in rows.select_related("place")}
    for code in wanted:
        if code and code not in found:
            raise PlaceNotInScope(code)
    for spot in found.values():
        if spot.state == SpotState.HANDED_IN:
            raise stocktake_spots.PlaceHandedIn(spot)
        spot.stocktake = stocktake
        stocktake_spots.check_person(spot, by)
    return found


def _rows(
    reads: Sequence[Read],
    values: Sequence[str],
    known: Mapping[str, Known],
    spots: Mapping[str, StocktakePlace],
    now: datetime,
) -> list[Row]:
    where: dict[str, tuple[int | None, int]] = {"": (None, 1)}
    where |= {code: (spot.place_id, spot.round) for code, spot in spots.items()}
    latest = now + FAR_AHEAD
    rows: list[Row] = []
    for (text, place, read_at), value in zip(reads, values, strict=True):
        code, found = stocktake_codes.storable(text), known.get(value)
        at = min(read_at, latest) if read_at else now
        if found:
            rows.append((*where[place], code, found.number, found.piece_id, at))
        else:
            rows.append((*where[place], code, value or UNREADABLE + code, None, at))
    return rows


def _entered(
    stocktake: Stocktake, rows: Sequence[Row], *, by: User, means: str, at: datetime
) -> set[tuple[int | None, str]]:
    """Writes what is new, each place and key once; which those are."""
    first: dict[tuple[int | None, str], Row] = {}
    for row in rows:
        first.setdefault((row[0], row[3]), row)
    if not first:
        return set()
    same = [stocktake.store_id, stocktake.pk, means, at, by.pk, _told(list(first.values()))]
    return set(statements.fetch(ENTERED[connection.vendor], same))


def _told(rows: Sequence[Row]) -> str:
    if connection.vendor == "postgresql":
        named = [
            {
                "place_id": place,
                "round": turn,
                "code": code,
                "key": key,
                "piece_id": piece,
                "read_at": at,
            }
            for place, turn, code, key, piece, at in rows
        ]
        return orjson.dumps(named).decode()
    moments = {at: _moment(at) for at in {row[-1] for row in rows}}
    return orjson.dumps([(*row[:-1], moments[row[-1]]) for row in rows]).decode()


def _moment(at: datetime) -> str:
    """As SQLite keeps it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _answers(
    rows: Sequence[Row], values: Sequence[str], new: set[tuple[int | None, str]], means: str
) -> list[Answer]:
    told = []
    for (place, _round, _code, key, piece, _at), value in zip(rows, values, strict=True):
        mark = (place, key)
        if not value or (piece is None and means == Means.TYPED and _is_mistyped(value)):
            answer = Answer.UNREADABLE
        elif mark not in new:
            answer = Answer.REPEATED
        else:
            answer = Answer.READ if piece is not None else Answer.UNKNOWN
        new.discard(mark)
        told.append(answer)
    return told


def _is_mistyped(value: str) -> bool:
    """Ten digits that a hand typed and whose check digit does not match."""
    return len(value) == stocktake_codes.DIGITS_OF_A_PIECE and (
        value.isdigit() and not codes.is_piece_number(value)
    )
