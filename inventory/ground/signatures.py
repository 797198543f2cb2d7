"""A customer's signature: strokes on the tablet's pad, under exactly the text that was shown."""

import json
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import DrawnSignature, Store

PAD: Final = (1_000, 400)  # the pad's own points, whatever the tablet
MOST_STROKES: Final = 60
MOST_POINTS: Final = 4_000
LEAST_POINTS: Final = 6  # a dot by accident is no name

Strokes = list[list[int]]


class SignatureNeeded(RuleBroken):
    code = "signature_needed"
    status = 422
    sentence = _("The customer has not signed yet.")


class BadSignature(RuleBroken):
    code = "bad_signature"
    status = 422
    sentence = _("This signature cannot be read. Let the customer sign again.")


@dataclass(frozen=True)
class Drawn:
    """What the customer drew, as [x, y, x, y …] for each stroke; or the name on the paper form."""

    strokes: Strokes = field(default_factory=list)
    on_paper: bool = False


def read(text: str, *, on_paper: bool = False) -> Drawn | None:
    """What a form sends; None when nothing was drawn. Refuses what no pad could have sent."""
    if on_paper:
        return Drawn(on_paper=True)
    if not text.strip():
        return None
    try:
        strokes = json.loads(text)
    except (ValueError, RecursionError) as unreadable:
        raise BadSignature(field="signature") from unreadable
    if not _is_drawing(strokes):
        raise BadSignature(field="signature")
    points = sum(len(stroke) // 2 for stroke in strokes)
    return Drawn(strokes) if points >= LEAST_POINTS else None


def write(
    *, drawn: Drawn | None, store: Store, document: str, point: str, text: str, book: Book
) -> DrawnSignature:
    """Keeps a signature with the words above it. Refused when there is none."""
    if drawn is None:
        raise SignatureNeeded(field="signature")
    row = DrawnSignature(
        store=store,
        document=document,
        point=point,
        text=text,
        language=get_language() or "",
        strokes=drawn.strokes,
        at=book.at,
        by=book.by,
    )
    book.write([row], kind="customer_signed", number=document)
    return row


def _is_drawing(strokes: object) -> bool:
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        return False
    points = 0
    for stroke in strokes:
        if not isinstance(stroke, list) or len(stroke) % 2:
            return False
        points += len(stroke) // 2
        if points > MOST_POINTS or not all(_on_pad(n, place) for place, n in enumerate(stroke)):
            return False
    return True


def _on_pad(number: object, place: int) -> bool:
    return type(number) is int and 0 <= number <= PAD[place % 2]
