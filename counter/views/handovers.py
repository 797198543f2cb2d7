"""A counter changes hands: begin a count, scan tray by tray, settle what differs, two PINs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from counter import (
    clerks,
    count_page,
    counting,
    differences,
    drawers,
    handovers,
    moving,
    sheets,
    shifts,
    signatures,
    spot_counts,
)
from counter.count_page import CountPage, Goal
from counter.custody import MetalKey
from counter.forms import CodeForm
from counter.handover_forms import (
    KINDS,
    CashForm,
    ForgottenForm,
    HandInForm,
    ItemForm,
    ReasonForm,
    RemarkForm,
    SealForm,
    SignForm,
    SlipsForm,
    StartForm,
    WeighPieceForm,
    WeighTrayForm,
    typed_counts,
)
from counter.models import Handover, HandoverKind, HandoverState, TrayCount, TrayState
from counter.sheets import Sheet
from counter.views.pages import checked, counter_of, seen
from inventory import counted, places
from inventory import queries as stock
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.models import CountDepth
from inventory.views.pages import StaffRequest, rights, store_of, wants_part

RIGHTS = ("count_pieces", "sign_handover")


class NoTrayChosen(RuleBroken):
    code = "no_tray_chosen"
    status = 422
    sentence = gettext_lazy("Scan or choose a tray first.")


# --- begin


@access.page("count_pieces")
def start_handover(request: StaffRequest, code: str) -> HttpResponse:
    """Which form of the sheet, and the people; then every place of the counter is counted blind."""
    counter = get_object_or_404(stock.counters_of(store_of(request)), code=code)
    counter.store = store_of(request)
    people = count_page.team_of(counter.store)
    if request.method == "POST":
        form = checked(StartForm(request.POST, people=people))
        handover = handovers.start(
            counter=counter,
            kind=form.cleaned_data["kind"],
            outgoing=form.person("outgoing"),
            incoming=form.person("incoming"),
            by=request.user,
        )
        return _leave(request, count_page.address_of(handover))
    shift = shifts.set_aside_at(counter) or shifts.running_at(counter)
    outgoing = shift.opened_by if shift else None
    usual = HandoverKind.CHANGE if shift else HandoverKind.OPEN
    wanted = request.GET.get("kind", "")
    told = {
        "counter": counter,
        "kinds": KINDS,
        "kind": HandoverKind(wanted) if wanted in KINDS else usual,
        "people": people,
        "outgoing": outgoing,
        "incoming": None if request.user == outgoing else request.user,
        "running": handovers.open_at(counter),
    }
    return render(request, "counter/handover_start.html", told)


@require_POST
@access.page("ask_spot_count")
def start_spot_count(request: StaffRequest) -> HttpResponse:
    """One tray, drawn by value and by the days since its last count."""
    counter = counter_of(request)
    tray = spot_counts.pick(counter=counter, by=request.user)
    handover = handovers.start(counter=counter, kind=HandoverKind.SPOT, by=request.user, tray=tray)
    return _leave(request, count_page.address_of(handover))


# --- the sheet


@require_GET
@access.page("see_handovers")
def handover(request: StaffRequest, number: str) -> HttpResponse:
    """An open count with the one thing to do now; a closed sheet as it was signed."""
    found = sheets.handover_for(request.user, number)
    asked = count_page.asked_in(request.GET.dict())
    if wants_part(request, "counting") and asked and asked.panel == "tray":
        return _after_scan(request, found, asked.code)
    if not found.is_open:
        # what the last sheet left is what the next one expects
        counted.check_list(user=request.user, places=[found.counter])
        return _closed(request, sheets.sheet_of(found, by=request.user))
    sheet = sheets.sheet_of(found, by=request.user)
    page = CountPage(sheet=sheet, by=request.user, asked=asked)
    told = {"page": page, "may": rights(request.user, *RIGHTS)}
    return render(request, "counter/handover.html", told)


def _after_scan(request: StaffRequest, found: Handover, code: str) -> HttpResponse:
    """Only what a scan changes: the panel, the line of the tray, the sum."""
    tray = sheets.tray_for(request.user, found.number, code)
    page = count_page.after_scan(found, tray, by=request.user)
    response = render(request, "counter/_tray_scanned.html", {"page": page, "place": page.place})
    if read := request.GET.get("read"):
        return trigger_client_event(response, "scan-read", {"piece": read})
    return response


def _closed(request: StaffRequest, sheet: Sheet) -> HttpResponse:
    """Read-only; who was not there signs it here later, from an own login."""
    mine = count_page.may_sign_later(sheet, by=request.user)
    told = {
        "sheet": sheet,
        "handover": sheet.handover,
        "heading": count_page.heading_of(sheet.handover),
        "places": count_page.closed_places(sheet, by=request.user),
        "mine": mine,
        "missing": [role.label for role in sheet.missing],
    }
    return render(request, "counter/handover_closed.html", told)


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
def abandon_handover(request: StaffRequest, number: str) -> HttpResponse:
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    found = sheets.handover_for(request.user, number)
    handovers.abandon(handover=found, reason=reason, by=request.user)
    messages.success(request, _("The count is stopped. Nothing was signed."))
    return _leave(request, count_page.address_of(found))


@require_POST
@access.page("count_pieces")
def remark_handover(request: StaffRequest, number: str) -> HttpResponse:
    text = checked(RemarkForm(request.POST)).cleaned_data["remark"]
    found = sheets.handover_for(request.user, number)
    handovers.remark(handover=found, text=text, by=request.user)
    return _leave(request, count_page.address_of(found, Goal("sign")))


# --- one tray


@require_POST
@access.page("count_pieces")
def open_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    counting.open_tray(tray=tray, by=request.user, take_over="take_over" in request.POST)
    return _leave(request, _at(tray))


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
    read = counting.scan(tray=tray, text=text, by=request.user)
    return seen(f"{_at(tray)}&read={read.piece.number if read.piece else ''}")


@require_POST
@access.page("count_pieces")
def undo_scan(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    counting.undo(tray=tray, by=request.user)
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def count_no_label(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    counting.no_label(tray=tray, by=request.user)
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def count_stray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The last scanned piece belongs to another counter and is put aside."""
    tray = sheets.tray_for(request.user, number, place)
    counting.stray(tray=tray, by=request.user)
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def weigh_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    typed = checked(WeighTrayForm(request.POST)).cleaned_data
    counting.weigh_tray(
        tray=tray,
        gross_mg=typed["gross"],
        tare_mg=typed["tare"],
        seen_seq=typed["seen_seq"],
        by=request.user,
    )
    return seen(_at(tray))


@require_POST
@access.page("count_pieces")
def weigh_piece(request: StaffRequest, number: str, read_id: int) -> HttpResponse:
    read = count_page.read_for(request.user, number, read_id)
    mg = checked(WeighPieceForm(request.POST)).cleaned_data["grams"]
    counting.weigh_piece(read=read, mg=mg, by=request.user)
    return seen(_at(read.tray))


@require_POST
@access.page("count_pieces")
def hand_in_tray(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The tray is compared with the books; then the next one that waits opens by itself."""
    tray = sheets.tray_for(request.user, number, place)
    form = checked(HandInForm(request.POST)).cleaned_data
    by_hand = tray.depth == CountDepth.PIECES
    if form["gross"] is not None and not by_hand:
        counting.weigh_tray(
            tray=tray,
            gross_mg=form["gross"],
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
        if not counting.live_reads(tray):
            counting.hand_in(tray=tray, by=request.user, typed=nothing if by_hand else None)
    counting.hand_in_empty(handover=found, by=request.user)
    return _leave(request, f"{count_page.address_of(found)}?tray=next")


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
    return _leave(request, _at(tray))


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
    return _leave(request, _at(tray))


@require_POST
@access.page("count_pieces")
def accept_difference(request: StaffRequest, number: str, place: str) -> HttpResponse:
    tray = sheets.tray_for(request.user, number, place)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    differences.accept(tray=tray, reason=reason, by=request.user)
    return _leave(request, f"{count_page.address_of(tray.handover)}?tray=next")


# --- money and things


@require_POST
@access.page("sign_handover")
def count_money(request: StaffRequest, number: str, tender: str) -> HttpResponse:
    row = count_page.money_for(request.user, number, tender)
    if row.tender.is_cash:
        cash = checked(CashForm(request.POST))
        drawers.count_money(
            money=row,
            denominations=cash.denominations,
            taken_cents=cash.cleaned_data["taken"] or 0,
            by=request.user,
        )
    else:
        slips = checked(SlipsForm(request.POST))
        drawers.count_money(
            money=row,
            cents=slips.cents,
            vouchers=slips.cleaned_data["vouchers"] or 0,
            by=request.user,
        )
    row.refresh_from_db()
    if row.is_shown and not row.differs:
        return _leave(request, f"{count_page.address_of(row.handover)}?tray=next")
    return _leave(request, count_page.address_of(row.handover, Goal("money", tender)))


@require_POST
@access.page("sign_handover")
def count_no_slips(request: StaffRequest, number: str) -> HttpResponse:
    """No slips of all tenders that nobody has counted yet."""
    found = sheets.handover_for(request.user, number)
    drawers.count_no_vouchers(handover=found, by=request.user)
    return _leave(request, f"{count_page.address_of(found)}?tray=next")


@require_POST
@access.page("sign_handover")
def accept_money(request: StaffRequest, number: str, tender: str) -> HttpResponse:
    row = count_page.money_for(request.user, number, tender)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    drawers.accept_money(money=row, reason=reason, by=request.user)
    return _leave(request, f"{count_page.address_of(row.handover)}?tray=next")


@require_POST
@access.page("count_pieces")
def check_item(request: StaffRequest, number: str, item_id: int) -> HttpResponse:
    item = count_page.item_for(request.user, number, item_id)
    typed = checked(ItemForm(request.POST)).cleaned_data
    handovers.check_item(
        item=item, counted=typed["counted"], remark=typed["remark"], by=request.user
    )
    return _leave(request, count_page.address_of(item.handover, Goal("items")))


# --- the two signatures


# the PIN is checked before the rule and outside any transaction, so that a wrong try stays written
@require_POST
@access.page("see_handovers", keyed=False)
def sign_handover(request: StaffRequest, number: str) -> HttpResponse:
    """One person's PIN: the first waits for the second, the second closes the sheet."""
    found = sheets.handover_for(request.user, number)
    form = checked(SignForm(request.POST, people=count_page.team_of(found.store)))
    clerks.check_pin(user=form.user, pin=form.cleaned_data["pin"], purpose="handover")
    if found.state == HandoverState.SIGNED:
        signatures.sign_later(handover=found, as_=form.role, user=form.user)
        messages.success(request, _("Signed. Thank you."))
        return _leave(request, count_page.address_of(found))
    done = signatures.sign(
        handover=found,
        as_=form.role,
        user=form.user,
        reason=form.cleaned_data["reason"],
        alone=form.cleaned_data["alone"],
    )
    if done.is_open:
        return _leave(request, count_page.address_of(found, Goal("sign")))
    messages.success(request, _("The sheet is signed and closed."))
    return _leave(request, count_page.address_of(found))


# --- where an act leads


def _go_on(request: StaffRequest, tray: TrayCount) -> HttpResponse:
    """After a tray was handed in: pieces to be weighed, a difference, or the next tray."""
    if tray.state in {TrayState.COUNTING, TrayState.DIFFERS}:
        return _leave(request, _at(tray))
    if tray.state == TrayState.RECOUNT:
        told = {"place": count_page.name_of(tray.place)}
        messages.warning(request, _("%(place)s differs. A second person counts it.") % told)
    waiting = tray.handover.trays.filter(state=TrayState.WAITING).select_related("place")
    mine = tray.handover.trays.filter(state=TrayState.COUNTING, by=request.user)
    ahead = count_page.in_order(waiting)
    if ahead and not mine.exists():
        following = sheets.tray_for(request.user, tray.handover.number, ahead[0].place.code)
        counting.open_tray(tray=following, by=request.user)
        return _leave(request, _at(following))
    return _leave(request, f"{count_page.address_of(tray.handover)}?tray=next")


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
    return _leave(request, _at(tray))


def _at(tray: TrayCount) -> str:
    return count_page.address_of(tray.handover, Goal("tray", tray.place.code))


def _leave(request: StaffRequest, address: str) -> HttpResponse:
    """The whole page anew; a form that was sent into a part of it is told to open it as a whole."""
    if request.htmx and request.htmx.target == "counting":
        return HttpResponseClientRedirect(address)
    return seen(address)
