"""A counter changes hands: the sheet of a count from its beginning to the two PINs."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from counter import (
    clerks,
    count_page,
    counted_places,
    goals,
    handovers,
    sheets,
    shifts,
    signatures,
    signers,
    spot_counts,
)
from counter.count_page import CountPage
from counter.handover_forms import KINDS, ReasonForm, RemarkForm, SignForm, StartForm
from counter.models import Handover, HandoverKind, HandoverState
from counter.sheets import Sheet
from counter.views.pages import checked, counter_of, leave
from inventory import counted
from inventory import queries as stock
from inventory.ground import access
from inventory.models import Place
from inventory.views.pages import StaffRequest, rights, store_of, wants_part

RIGHTS = ("count_pieces", "sign_handover")
SHEET_CLOSED = gettext_lazy("The sheet is signed and closed.")
SIGNED_LATER = gettext_lazy("Signed. Thank you.")


# --- begin


@access.page("count_pieces")
def start_handover(request: StaffRequest, code: str) -> HttpResponse:
    """Which form of the sheet, and the people; then every place of the counter is counted blind."""
    counter = get_object_or_404(stock.counters_of(store_of(request)), code=code)
    counter.store = store_of(request)
    people = signers.team_of(counter.store)
    if request.method != "POST":
        return _ask_who(request, counter, people)
    form = checked(StartForm(request.POST, people=people))
    handover = handovers.start(
        counter=counter,
        kind=form.cleaned_data["kind"],
        outgoing=form.person("outgoing"),
        incoming=form.person("incoming"),
        by=request.user,
    )
    return leave(request, goals.address_of(handover))


def _ask_who(request: StaffRequest, counter: Place, people: Sequence[User]) -> HttpResponse:
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
    return leave(request, goals.address_of(handover))


# --- the sheet


@require_GET
@access.page("see_handovers")
def handover(request: StaffRequest, number: str) -> HttpResponse:
    """An open count with the one thing to do now; a closed sheet as it was signed."""
    found = sheets.handover_for(request.user, number)
    asked = goals.asked_in(request.GET.dict())
    if wants_part(request, "counting") and asked and asked.panel == "tray":
        return _after_scan(request, found, asked.code)
    if not found.is_open:
        # what the last sheet left is what the next one expects
        counted.check_list(user=request.user, places=[found.counter])
        return _closed(request, sheets.sheet_of(found))
    sheet = sheets.sheet_of(found)
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
    mine = signers.later_slot(sheet, by=request.user)
    told = {
        "sheet": sheet,
        "handover": sheet.handover,
        "heading": count_page.heading_of(sheet.handover),
        "places": counted_places.places_of(sheet, by=request.user),
        "mine": mine,
        "missing": [role.label for role in sheet.missing],
    }
    return render(request, "counter/handover_closed.html", told)


@require_POST
@access.page("count_pieces")
def abandon_handover(request: StaffRequest, number: str) -> HttpResponse:
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    found = sheets.handover_for(request.user, number)
    handovers.abandon(handover=found, reason=reason, by=request.user)
    messages.success(request, _("The count is stopped. Nothing was signed."))
    return leave(request, goals.address_of(found))


@require_POST
@access.page("count_pieces")
def remark_handover(request: StaffRequest, number: str) -> HttpResponse:
    text = checked(RemarkForm(request.POST)).cleaned_data["remark"]
    found = sheets.handover_for(request.user, number)
    handovers.remark(handover=found, text=text, by=request.user)
    return leave(request, goals.address_of(found, goals.SIGN))


# --- the two signatures


# the PIN is checked before the rule and outside any transaction, so that a wrong try stays written
@require_POST
@access.page("see_handovers", keyed=False)
def sign_handover(request: StaffRequest, number: str) -> HttpResponse:
    """One person's PIN: the first waits for the second, the second closes the sheet. Sent again,
    because the answer was lost, it leads to the same page."""
    found = sheets.handover_for(request.user, number)
    form = checked(SignForm(request.POST, people=signers.team_of(found.store)))
    clerks.check_pin(user=form.user, pin=form.cleaned_data["pin"], purpose="handover")
    if found.state == HandoverState.SIGNED:
        row = signatures.sign_later(handover=found, as_=form.role, user=form.user)
        messages.success(request, SIGNED_LATER if row.later else SHEET_CLOSED)
        return leave(request, goals.address_of(found))
    done = signatures.sign(
        handover=found,
        as_=form.role,
        user=form.user,
        reason=form.cleaned_data["reason"],
        alone=form.cleaned_data["alone"],
    )
    if done.is_open:
        return leave(request, goals.address_of(found, goals.SIGN))
    messages.success(request, SHEET_CLOSED)
    return leave(request, goals.address_of(found))
