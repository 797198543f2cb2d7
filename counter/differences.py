"""A tray that differs: the move that nobody entered, or a difference signed as it is."""

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import comparing, counting, handovers, scans, trays
from counter.comparing import Counted
from counter.custody import PRESENT
from counter.models import Handover, Investigation, TrayCount, TrayState
from inventory import holds, pieces
from inventory.ground import approvals, changes
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import CountDepth, Piece, Place, PlaceKind
from inventory.places import PlaceUnknown


class NothingDiffers(RuleBroken):
    code = "nothing_differs"
    sentence = gettext_lazy("This tray does not differ. Nothing was changed.")


class NotInDifference(RuleBroken):
    code = "not_in_difference"
    status = 422
    sentence = gettext_lazy("This piece is not part of the difference.")


class ScanFirst(RuleBroken):
    """Nobody scanned what lies there: it could not be compared again piece by piece."""

    code = "scan_first"

    def __init__(self, tray: TrayCount) -> None:
        told = {"place": tray.place}
        super().__init__(_("%(place)s was not scanned. Count it once more, then try again.") % told)


def enter_forgotten(*, tray: TrayCount, piece: Piece, to: Place, reason: str, by: User) -> None:
    """A piece was carried and nobody entered it. A short piece went `to` another place; a piece
    that lay here unexpectedly came to this one. Both trays are compared again.

    Refused without a reason, for a piece that is not part of the difference, for a place of
    another store or none at all, and where the other tray was handed in without being scanned.
    """
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    if not reason.strip():
        raise handovers.ReasonNeeded(field="reason")
    if to.store_id != tray.handover.store_id or to.kind == PlaceKind.VIRTUAL:
        raise PlaceUnknown
    with changes.opened(store=tray.handover.store, by=by) as book:
        tray = trays.lock(tray)
        if tray.state != TrayState.DIFFERS:
            raise NothingDiffers
        found = Counted(scans.live_reads(tray))
        surplus = {each.pk for each in comparing.surplus_of(tray, found)}
        short = {each.pk for each in comparing.short_of(tray, found)}
        if piece.pk in surplus and to.pk != tray.place_id:
            raise PlaceUnknown
        if piece.pk not in surplus | short or (piece.pk in short and to.pk == tray.place_id):
            raise NotInDifference
        (locked,) = pieces.lock([piece.pk])
        origin = locked.place_id
        _check_scanned(tray.handover, {origin, to.pk})
        number = tray.handover.number
        pieces.enter_forgotten(piece=locked, to=to, number=number, book=book)
        told = f"{piece.number} → {to.code}: {reason.strip()}"
        tray.reason = "; ".join(part for part in (tray.reason, told) if part)[:120]
        tray.save(update_fields=["reason"])
        _compare_again(tray.handover, {origin, to.pk, tray.place_id}, book)


def accept(*, tray: TrayCount, reason: str, by: User) -> TrayCount:
    """The difference is signed as it is. Needs a reason and a chief's yes to exactly these
    figures; at the signature short pieces become missing and an investigation is opened."""
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    if not reason.strip():
        raise handovers.ReasonNeeded(field="reason")
    with changes.opened(store=tray.handover.store, by=by):
        tray = trays.lock(tray)
        if tray.state != TrayState.DIFFERS:
            raise NothingDiffers
        tray.approval = approvals.spend(ask=accept_ask(tray), by=by)
        tray.reason = "; ".join(part for part in (tray.reason, reason.strip()) if part)[:120]
        trays.become(tray, TrayState.ACCEPTED)
        tray.save(update_fields=["approval", "reason", "state"])
        counting.settle(tray.handover)
    return tray


def accept_ask(tray: TrayCount) -> Ask:
    """What the chief agrees to: the pieces by name, not only their number."""
    found = Counted(scans.live_reads(tray))
    short = [piece.number for piece in comparing.short_of(tray, found)]
    surplus = [piece.number for piece in comparing.surplus_of(tray, found)]
    told = {
        "place": tray.place,
        "short": len(short),
        "surplus": len(surplus) + tray.no_label,
        "number": tray.handover.number,
    }
    return Ask(
        action="accept_difference",
        store=tray.handover.store.code,
        document=tray.handover.number,
        figures={
            "place": tray.place.code,
            "short": " ".join(short),
            "surplus": " ".join(surplus),
            "no_label": tray.no_label,
            "gap_mg": tray.gap_mg or 0,
        },
        summary=_("%(place)s at %(number)s: %(short)d missing, %(surplus)d too many") % told,
        permission="agree_difference",
    )


def settle_missing(handover: Handover, book: Book) -> list[Investigation]:
    """At the signature: what is short in an accepted tray becomes missing; the open questions
    that this leaves, not yet written."""
    questions: list[Investigation] = []
    for tray in handover.trays.filter(state=TrayState.ACCEPTED).select_related("place"):
        found = Counted(scans.live_reads(tray))
        short = pieces.lock([piece.pk for piece in comparing.short_of(tray, found)])
        # what turned up meanwhile and was sold or carried elsewhere is not missing
        lost = [
            piece for piece in short if piece.place_id == tray.place_id and piece.state in PRESENT
        ]
        questions += _questions(handover, tray, lost, comparing.surplus_of(tray, found))
        if lost:
            holds.break_off(rows=lost, book=book)
            pieces.lose(rows=lost, number=handover.number, book=book)
    return questions


def _questions(
    handover: Handover, tray: TrayCount, short: list[Piece], surplus: list[Piece]
) -> list[Investigation]:
    same = {"handover": handover, "store": handover.store, "part": tray.place.code}
    rows = [
        Investigation(**same, piece=piece, pieces=sign, mg=sign * piece.net_mg, what=tray.reason)
        for sign, found in ((-1, short), (1, surplus))
        for piece in found
    ]
    if tray.no_label:
        rows.append(Investigation(**same, pieces=tray.no_label, what=tray.reason))
    if not rows and tray.gap_mg:
        rows.append(Investigation(**same, mg=tray.gap_mg or 0, what=tray.reason))
    return rows


def _check_scanned(handover: Handover, place_ids: set[int | None]) -> None:
    rows = handover.trays.filter(place__in=[each for each in place_ids if each])
    unscanned = rows.filter(Q(by_seal=True) | Q(depth=CountDepth.PIECES), state=TrayState.AGREED)
    if (tray := unscanned.select_related("place").first()) is not None:
        raise ScanFirst(tray)


def _compare_again(handover: Handover, place_ids: set[int | None], book: Book) -> None:
    """The same hands, the books as they are now."""
    rows = handover.trays.filter(
        place__in=[each for each in place_ids if each],
        state__in=[TrayState.DIFFERS, TrayState.AGREED],
    )
    found = [(tray, Counted(scans.live_reads(tray))) for tray in [trays.lock(row) for row in rows]]
    agreed = comparing.compare(handover=handover, found=found, book=book)
    for (tray, _counted), agrees in zip(found, agreed, strict=True):
        state = TrayState.AGREED if agrees else TrayState.DIFFERS
        if state != tray.state:
            trays.become(tray, state)
        tray.save()
    counting.settle(handover)
