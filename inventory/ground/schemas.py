"""What a program may send and what it gets: strict to the letter, every text and number bounded.

Strictness sits on the types of the fields, as a model that is strict as a whole would refuse the
times and dates that JSON has only as text. The base is pydantic's own and not ninja's `Schema`,
which looks names up in a value as a template does.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final, Generic, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from inventory.ground import codes

Row = TypeVar("Row")

MOST_ROWS: Final = 1_000
ROWS: Final = 100

_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile(r"[0-9]{1,18}")


class Strict(BaseModel):
    """No field that is not named here, no number that is none."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _one_line(value: str) -> str:
    try:
        return codes.one_line(value)
    except codes.Unprintable as refusal:
        raise PydanticCustomError("unprintable", "{said}", {"said": str(refusal)}) from refusal


def _whole(value: object) -> object:
    """Plain digits of an address; "1_000", " 10 " and full-width digits are not."""
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise PydanticCustomError("whole", "{said}", {"said": _("Write a whole number in digits.")})
    return value


def _day(value: object) -> object:
    """Text only: a bare number would pass as seconds since 1970."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "{said}", {"said": _("Write a day such as 2026-07-25.")})
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise _not_a_moment()
    return value


def _representable(value: datetime) -> datetime:
    """The first and the last hours of the calendar exist in some time zones only."""
    try:
        return value.astimezone(UTC)
    except OverflowError as overflow:
        raise _not_a_moment() from overflow


def _not_a_moment() -> PydanticCustomError:
    said = _("Write a moment with its offset, such as 2026-07-25T06:30:00Z.")
    return PydanticCustomError("moment", "{said}", {"said": said})


# --- what is sent

Line = Annotated[str, Field(strict=True, max_length=200), AfterValidator(_one_line)]
Number = Annotated[str, Field(strict=True, max_length=40, pattern=r"^[0-9A-Za-z-]+$")]
StoreCode = Annotated[str, Field(strict=True, max_length=8, pattern=r"^[0-9A-Za-z-]+$")]
PlaceCode = Annotated[Line, Field(max_length=12)]
Cents = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Grams = Annotated[str, Field(strict=True, pattern=r"^[0-9]{1,6}(\.[0-9]{1,3})?$")]
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_representable)]
Day = Annotated[date, BeforeValidator(_day)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(_whole)]
Cursor = Annotated[str, Field(strict=True, max_length=4_000, pattern=r"^[0-9A-Za-z:._-]*$")]


class Asked(Strict):
    """How much of a list, and behind which row to go on."""

    limit: Limit = ROWS
    cursor: Cursor = ""


class FeedAsked(Asked):
    """A list that only grows may be read on for ever; `after` is another name of `cursor`."""

    after: Cursor = ""


class DocumentsAsked(FeedAsked):
    """Documents of one store, or of one business day; a list may add columns of its own."""

    store: StoreCode | None = None
    business_day: Day | None = None


# --- what is answered

Yuan = Annotated[str, Field(pattern=r"^-?[0-9]{1,10}\.[0-9]{2}$")]
SignedCents = Annotated[int, Field(ge=-(10**12), le=10**12)]
Milligrams = Annotated[int, Field(ge=0, le=10**9)]
Fineness = Annotated[int, Field(ge=1, le=10_000, description="tenths of a permille: 9990 = 999.0")]


class Listed(Strict, Generic[Row]):
    """One page of a list. `next_cursor` is null when nothing follows."""

    items: Annotated[list[Row], Field(max_length=MOST_ROWS)]
    next_cursor: str | None


class CustomerOut(Strict):
    """Told to keys with the scope `customers:read` only; the telephone number is masked."""

    id: int
    phone: str


class Problem(Strict):
    """RFC 9457. `code` is stable; `retryable` says whether the same request may be sent again."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    errors: dict[str, list[str]]
