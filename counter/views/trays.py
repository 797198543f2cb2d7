"""One tray of a count: open it, scan, weigh, hand it in, and settle what differs."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from appraisal import weighings
from appraisal.weighing_forms import shown_of
from counter import counted_places, counting, differences, goals, moving, scans, sheets
from counter.custody import MetalKey
from counter.forms import CodeForm
from counter.handover_forms import (
    ForgottenForm,
    HandInForm,
    ReasonForm,
    SealForm,
    WeighPieceForm,
    WeighTrayForm,
    typed_counts,
)
from counter.models import Handover, TrayCount, TrayState
from counter.views.pages import checked, leave, seen
from inventory import places
from inventory import queries as stock
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.models import CountDepth
from inventory.views.pages import StaffRequest


class NoTrayChosen(RuleBroken):
    code = "no_tray_chosen"
    status = 422
    sentence = gettext_lazy("Scan or choose a tray first.")


@require_POST
@access.page("count_pieces")
def open_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    counting.open_tray(tray=tray, by=request.user, take_over="take_over" in request.POST)
    return leave(request, _at(tray))


@require_POST
@access.page("count_pieces")
def scan_place(request: StaffRequest, number: str) -> HttpResponse:
    """No tray is open at this tablet: the code of one opens it."""
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    found = sheets.handover_for(request.user, number)
    tray = _tray_scanned(request, found, text)
    if tray is None:
        raise NoTrayChosen
    return _open(request, tray)


@require_POST
@access.page("count_pieces")
def scan_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """A piece goes into the count of this tray, the code of another tray opens that one."""
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    tray = sheets.tray_for(request.user, number, place)
    if other := _tray_scanned(request, tray.handover, text):
        return _open(request, other)
    if tray.state in {TrayState.WAITING, TrayState.RECOUNT}:
        counting.open_tray(tray=tray, by=request.user)
    read = scans.scan(tray=tray, text=text, by=request.user)
    return seen(f"{_at(tray)}&read={read.piece.number if read.piece else ''}")


@require_POST
@access.page("count_pieces")
def undo_scan(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    scans.undo(tray=tray, by=request.user)
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def count_no_label(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    scans.no_label(tray=tray, by=request.user)
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def count_stray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The last scanned piece belongs to another counter and is put aside."""
    tray = sheets.tray_for(request.user, number, place)
    scans.stray(tray=tray, by=request.user)
    return seen(_at(tray))


# --- the scale, and handing in


@require_POST
@access.page("count_pieces")
def weigh_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    typed = checked(WeighTrayForm(request.POST)).cleaned_data
    counting.weigh_tray(
        tray=tray,
        gross_mg=_on_scale(request, tray, typed["gross"]),
        tare_mg=typed["tare"],
        seen_seq=typed["seen_seq"],
        by=request.user,
    )
    return seen(_at(tray))


def _on_scale(request: StaffRequest, tray: TrayCount, typed_mg: int | None) -> int:
    """What a tray with its goods weighs: a reading of the scale, else what was typed."""
    store = tray.handover.store
    shown = shown_of(request.POST, store=store, by=request.user)
    if shown.reading is None and typed_mg is not None:
        return typed_mg
    return weighings.read_mg(shown, store=store, by=request.user)


@require_POST
@access.page("count_pieces")
def weigh_piece(request: StaffRequest, number: str, read_id: int) -> HttpResponse:
    read = sheets.read_for(request.user, number, read_id)
    mg = checked(WeighPieceForm(request.POST)).cleaned_data["grams"]
    scans.weigh_piece(read=read, mg=mg, by=request.user)
    return seen(_at(read.tray))


@require_POST
@access.page("count_pieces")
def hand_in_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The tray is compared with the books; then the next one that waits opens by itself."""
    tray = sheets.tray_for(request.user, number, place)
    form = checked(HandInForm(request.POST)).cleaned_data
    by_hand = tray.depth == CountDepth.PIECES
    if not by_hand and (form["gross"] is not None or request.POST.get("reading")):
        counting.weigh_tray(
            tray=tray,
            gross_mg=_on_scale(request, tray, form["gross"]),
            tare_mg=form["tare"],
            seen_seq=form["seen_seq"],
            by=request.user,
        )
    done = counting.hand_in(
        tray=tray,
        by=request.user,
        typed=typed_counts(request.POST) if by_hand else None,
        seen_seq=form["seen_seq"],
        seal_number=form["seal_number"],
        kept_in=form["kept_in"],
    )
    return _go_on(request, done)


@require_POST
@access.page("count_pieces")
def hand_in_empty(request: StaffRequest, number: str) -> HttpResponse:
    """All trays that nobody has begun are empty, and so is the `place` that is open here."""
    found = sheets.handover_for(request.user, number)
    if code := request.POST.get("place"):
        tray = sheets.tray_for(request.user, number, code)
        nothing: dict[MetalKey, tuple[int, int | None]] = {}
        by_hand = tray.depth == CountDepth.PIECES
        if not scans.live_reads(tray):
            counting.hand_in(tray=tray, by=request.user, typed=nothing if by_hand else None)
    counting.hand_in_empty(handover=found, by=request.user)
    return leave(request, f"{goals.address_of(found)}?tray=next")


@require_POST
@access.page("count_pieces")
def take_by_seal(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    typed = checked(SealForm(request.POST)).cleaned_data
    done = counting.take_by_seal(
        tray=tray,
        seal_number=typed["seal"],
        gross_mg=typed["gross"],
        seen_seq=typed["seen_seq"],
        by=request.user,
    )
    return _go_on(request, done)


@require_POST
@access.page("count_pieces")
def ask_recount(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    counting.ask_recount(tray=tray, by=request.user)
    return leave(request, _at(tray))


# --- what differs


@require_POST
@access.page("count_pieces")
def enter_forgotten(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The move that nobody entered is entered now, with its reason."""
    tray = sheets.tray_for(request.user, number, place)
    typed = checked(ForgottenForm(request.POST)).cleaned_data
    differences.enter_forgotten(
        tray=tray,
        piece=stock.piece_for(request.user, typed["piece"]),
        to=places.find(store=tray.handover.store, code=typed["to"]),
        reason=typed["reason"],
        by=request.user,
    )
    return leave(request, _at(tray))


@require_POST
@access.page("count_pieces")
def accept_difference(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    differences.accept(tray=tray, reason=reason, by=request.user)
    return leave(request, f"{goals.address_of(tray.handover)}?tray=next")


# --- where an act leads


def _go_on(request: StaffRequest, tray: TrayCount) -> HttpResponse:
    """After a tray was handed in: pieces to be weighed, a difference, or the next tray."""
    if tray.state in {TrayState.COUNTING, TrayState.DIFFERS}:
        return leave(request, _at(tray))
    if tray.state == TrayState.RECOUNT:
        told = {"place": counted_places.name_of(tray.place)}
        messages.warning(request, _("%(place)s differs. A second person counts it.") % told)
    waiting = tray.handover.trays.filter(state=TrayState.WAITING).select_related("place")
    mine = tray.handover.trays.filter(state=TrayState.COUNTING, by=request.user)
    ahead = counted_places.in_order(waiting)
    if ahead and not mine.exists():
        following = sheets.tray_for(request.user, tray.handover.number, ahead[0].place.code)
        counting.open_tray(tray=following, by=request.user)
        return leave(request, _at(following))
    return leave(request, f"{goals.address_of(tray.handover)}?tray=next")


def _tray_scanned(request: StaffRequest, found: Handover, text: str) -> TrayCount | None:
    """The place of this sheet whose code was scanned, if it is one."""
    place = moving.place_scanned(found.store, text)
    if place is None:
        return None
    return sheets.tray_for(request.user, found.number, place.code)


def _open(request: StaffRequest, tray: TrayCount) -> HttpResponse:
    """A tray whose code was scanned: it opens, or its figures are shown."""
    if tray.state in {TrayState.WAITING, TrayState.RECOUNT}:
        counting.open_tray(tray=tray, by=request.user)
    return leave(request, _at(tray))


def _at(tray: TrayCount) -> str:
    return goals.address_of(tray.handover, goals.tray(tray.place.code))
