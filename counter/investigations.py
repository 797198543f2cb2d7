"""What became of a signed difference: an investigation stays open until somebody writes it down."""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter import handovers, signed_sheets
from counter.models import FROM_BOOKS, Handover, Investigation, Outcome, Tender
from inventory import pieces
from inventory.ground import access, changes, measures
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import State, Store
from inventory.models.places import ROAD
from inventory.queries import Who

MOST_PART: Final = 24


class InvestigationClosed(RuleBroken):
    code = "investigation_closed"
    sentence = _("This investigation is closed already.")


class WrongOutcome(BadField):
    code = "wrong_outcome"
    sentence = _("A missing piece is found, written off or compensated.")


def of_items(handover: Handover) -> list[Investigation]:
    """One open question for each line of old gold, envelopes or supplies by the books that was
    signed with another number than theirs (1 query). They are not saved yet."""
    rows = handover.items.filter(Q(kind__in=FROM_BOOKS) | Q(supply__isnull=False))
    return [
        Investigation(
            handover=handover,
            store=handover.store,
            part=row.name[:MOST_PART],
            pieces=(row.counted or 0) - row.expected,
            what=row.remark,
        )
        for row in rows
        if row.counted != row.expected
    ]


def close(*, investigation: Investigation, outcome: str, note: str, by: User) -> Investigation:
    """Writes down what became of a difference, in words. A missing piece that was found is back in
    its place and on sale; one that is written off or compensated leaves the books. Refused without
    a note, twice, and to a role without the right."""
    if not by.has_perm("close_investigation"):
        raise NotAllowed
    if not note.strip():
        raise handovers.ReasonNeeded(field="note")
    if outcome not in Outcome.values:
        raise WrongOutcome(field="outcome")
    with changes.opened(store=investigation.store, by=by) as book:
        still_open = Investigation.objects.filter(pk=investigation.pk, closed_at__isnull=True)
        if (
            still_open.update(closed_at=book.at, closed_by=by, outcome=outcome, note=note[:200])
            != 1
        ):
            raise InvestigationClosed
        row = Investigation.objects.select_related("handover", "store").get(pk=investigation.pk)
        if row.piece_id is not None and row.pieces < 0:
            _settle_piece(row, outcome, book)
        book.note(row, kind="investigation_closed", number=row.handover.number)
    return row


def listed(user: Who, *, store: Store, closed: bool = False) -> QuerySet[Investigation]:
    """Signed differences of a store, for head office of all stores: the open ones, oldest first,
    or those that are closed, newest first."""
    rows = signed_sheets.of_store(access.visible(Investigation.objects.all(), user), store)
    rows = rows.filter(closed_at__isnull=not closed)
    full = rows.select_related("store", "handover__counter", "piece", "closed_by")
    return full.order_by("-closed_at" if closed else "opened_at", "pk")


def amount_of(found: Investigation) -> str:
    """What it is about: "−1 piece · −3.21 g", "−¥10.00"."""
    return measures.difference(pieces=found.pieces, mg=found.mg, cents=found.cents)


def outcomes_of(found: Investigation) -> list[tuple[str, str | Promise]]:
    """What may become of it: a missing piece is found or gone, never explained."""
    is_missing = found.piece_id is not None and found.pieces <= 0
    rows = [(each.value, each.label) for each in Outcome]
    return [(value, word) for value, word in rows if not is_missing or value != Outcome.EXPLAINED]


def part_name(found: Investigation, tenders: Mapping[str, Tender]) -> str:
    """A difference lies in a place, by its code, or in a tender."""
    return str(tenders.get(found.part, found.part))


def tenders_by_code() -> dict[str, Tender]:
    """All tenders, those that are used no more too (1 query)."""
    return {row.code: row for row in Tender.objects.all()}


def investigation_for(user: Who, pk: int) -> Investigation:
    """One difference of a store this person may see, else 404."""
    rows = access.visible(Investigation.objects.all(), user)
    return get_object_or_404(rows.select_related("store", "handover__counter", "piece"), pk=pk)


def _settle_piece(row: Investigation, outcome: str, book: changes.Book) -> None:
    (piece,) = pieces.lock([row.piece_id or 0])
    if piece.state != State.MISSING or piece.store_id != row.store_id:
        return  # it turned up at another count meanwhile
    if piece.place is not None and piece.place.code == ROAD:
        return  # as above, and was lost on the road since: its transfer tells what became of it
    number = row.handover.number
    if outcome == Outcome.FOUND and piece.place is not None:
        pieces.find_again(piece=piece, to=piece.place, number=number, book=book)
    elif outcome in {Outcome.WRITTEN_OFF, Outcome.COMPENSATED}:
        pieces.write_off(piece=piece, number=number, book=book)
    else:
        raise WrongOutcome(field="outcome")
