"""Reads of a stocktake, ten thousand at a time: written down raw, answered one by one.

They are looked at as they come out of the JSON; an object for each of them would take longer than
the database does.
"""

from collections import Counter
from typing import Annotated, Literal, NotRequired

from django.http import HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from inventory import stocktake_queries, stocktake_reads
from inventory.api.stocktakes.figures import Count
from inventory.ground import access, answers, scopes
from inventory.ground.access import KILOBYTE
from inventory.ground.schemas import Moment, Number, PlaceCode, Strict
from inventory.ground.scopes import Admitted
from inventory.models import Means
from inventory.stocktake_reads import MOST_READS, Answer, Read

router = Router(tags=["stocktakes"])

LONGEST_CODE = 500  # signs; from the hundred-and-first on a code is unreadable
MAX_BODY = 4096 * KILOBYTE

# as it was read: what nobody can read is an answer and no mistake of the program
Code = Annotated[str, Field(strict=True, max_length=LONGEST_CODE)]


class ReadIn(TypedDict):
    """`place`: the code of the tray, left out by a reader that does not know it; `read_at`: by the
    clock of the reader, else now."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # because: pydantic looks for it here

    code: Code
    place: NotRequired[PlaceCode]
    read_at: NotRequired[Moment]


class ReadsIn(Strict):
    means: Literal["scanner", "rfid"] = "scanner"
    reads: Annotated[list[ReadIn], Field(min_length=1, max_length=MOST_READS)]


class ReadCountsOut(Strict):
    """How many reads were answered with what."""

    read: Count
    repeated: Count
    unreadable: Count
    unknown: Count


class ReadsOut(Strict):
    """An answer for each read, in the order in which they were sent: nothing in it tells what the
    books expect. `read`: a piece of the house; `repeated`: this place has it already."""

    number: str
    counts: ReadCountsOut
    answers: Annotated[list[Answer], Field(max_length=MOST_READS)]


@router.post("/stocktakes/{number}/reads", response=ReadsOut, **scopes.needs("stocktakes:write"))
@access.body_up_to(MAX_BODY)
def take_in_reads(request: Admitted, number: Path[Number], body: ReadsIn) -> HttpResponse:
    """Writes up to 10,000 reads down, all or none; sending them again changes nothing. Bodies up
    to 4 MB."""
    stocktake = stocktake_queries.stocktake_for(request.user, number)
    reads = [Read(each["code"], each.get("place", ""), each.get("read_at")) for each in body.reads]
    told = stocktake_reads.take_in(
        stocktake=stocktake, reads=reads, by=request.user, means=Means(body.means)
    )
    found = Counter(told)
    counts = {str(answer): found[answer] for answer in Answer}
    return answers.reply({"number": stocktake.number, "counts": counts, "answers": told})
