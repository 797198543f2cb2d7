"""Transfers between stores: what is on the road, a parcel that leaves, a parcel that is opened."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from counter import clerks, parcels
from counter.forms import CodeForm
from counter.moving import Draft as Moved
from counter.parcels import Draft
from counter.views.pages import checked, seen
from inventory import (
    places,
    shipment_arrivals,
    shipment_outcomes,
    shipment_papers,
    shipment_slips,
    shipment_surpluses,
    shipments,
)
from inventory import queries as stock
from inventory.forms.shipments import ReceiveForm, SendForm, SettleForm, SurplusForm, WeighForm
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.models import Shipment
from inventory.shipments import Way
from inventory.views.pages import StaffRequest, rights, store_of, wants_part

RIGHTS = ("move_pieces", "receive_shipments", "settle_shipments")
CLOSED = 20  # so many that are over are listed


@require_GET
@access.page("see_pieces")
def shipment_list(request: StaffRequest) -> HttpResponse:
    """What is on the road to this store and from it, and what is overdue."""
    store = store_of(request)
    told = {
        "road": shipment_slips.road_list(request.user, store=store, closed=CLOSED),
        "surpluses": shipment_surpluses.open_at(request.user, store),
        "store": store,
        "may": rights(request.user, *RIGHTS),
    }
    return render(request, "counter/shipments/list.html", told)


@require_GET
@access.page("see_pieces")
def shipment(request: StaffRequest, number: str) -> HttpResponse:
    """One transfer with both its ends; its pieces only when they are known to who reads it."""
    found = shipment_slips.shipment_for(request.user, number)
    late = shipment_slips.late_at(found.store)
    (slip,) = shipment_slips.slips_of([found], user=request.user, late=late)
    told = {
        "slip": slip,
        "lines": [] if slip.is_blind else shipment_slips.lines_of(found),
        "weighings": [] if slip.is_blind else shipment_slips.weighings_of(found),
        "surpluses": shipment_surpluses.of_shipment(found),
        "arrivals": found.arrivals.select_related("receiver", "to_place", "approval__approved_by"),
        "ours": access.may_see(found.store_id, request.user),
        "theirs": access.may_see(found.to_store_id, request.user),
        "may": rights(request.user, *RIGHTS),
    }
    return render(request, "counter/shipments/shipment.html", told)


@require_GET
@access.page("see_pieces")
def shipment_sheet(request: StaffRequest, number: str) -> HttpResponse:
    """The slip that stays with the sender and, once the parcel is open, with the receiver."""
    found = shipment_slips.shipment_for(request.user, number)
    shipment_slips.refuse_blind(found, request.user)
    told = {"house_name": house_name(), "shipment": shipment_papers.sheet_of(found)}
    pdf = printing.render_pdf("inventory/print_shipment.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


# --- the store that sends


# as for a move inside the store: the PIN is checked before the rule and outside any transaction
@require_POST
@access.page("move_pieces", keyed=False)
def send_shipment(request: StaffRequest) -> HttpResponse:
    """What was scanned leaves; a second person gives it to the carrier."""
    store = store_of(request)
    people = {clerk.user.username: clerk.user for clerk in clerks.of_store(store)}
    typed = checked(SendForm(request.POST, people=list(people))).cleaned_data
    rows = stock.pieces_numbered(request.user, request.POST.getlist("n"))
    to = places.find_store(typed["store"])
    handed_by = people[typed["handed_by"]]
    clerks.check_pin(user=handed_by, pin=typed["pin"], purpose="send_shipment")
    sent = shipments.send(
        rows=rows,
        store=store,
        to=to,
        way=Way(carrier=typed["carrier"], parcels=typed["parcels"]),
        handed_by=handed_by,
        sender=request.user,
    )
    Moved().keep(request.session)
    messages.success(request, _("Sent to %s.") % to)
    return _open_page(request, reverse("shipment", args=[sent.number]))


@require_POST
@access.page("move_pieces")
def recall_shipment(request: StaffRequest, number: str) -> HttpResponse:
    """The parcel does not go, or came back closed."""
    found = shipment_slips.shipment_for(request.user, number)
    shipments.recall(shipment=found, by=request.user)
    messages.success(request, _("The pieces lie in their places again."))
    return seen("shipment", number)


@require_POST
@access.page("settle_shipments")
def settle_shipped(request: StaffRequest, number: str, piece: str) -> HttpResponse:
    """What became of a piece that did not arrive."""
    line = shipment_slips.line_for(request.user, number, piece)
    typed = checked(SettleForm(request.POST, state=line.state)).cleaned_data
    shipment_outcomes.settle(line=line, by=request.user, **typed)
    messages.success(request, _("It is written down."))
    return seen("shipment", number)


@require_POST
@access.page("settle_shipments")
def settle_surplus(request: StaffRequest, number: str, piece: str) -> HttpResponse:
    """What became of a piece that lay in a parcel and is not on its slip."""
    row = shipment_slips.surplus_for(request.user, number, piece)
    typed = checked(SurplusForm(request.POST)).cleaned_data
    shipment_surpluses.settle(surplus=row, by=request.user, **typed)
    messages.success(request, _("It is written down."))
    return seen("shipment", number)


# --- the store that receives


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("receive_shipments", keyed=False)
def receive_shipment(request: StaffRequest, number: str) -> HttpResponse:
    """The parcel on the table; a POST with the receiver's PIN hands in what was scanned."""
    found = shipment_slips.coming_for(request.user, number)
    if request.method != "POST":
        return _show(request, found)
    done = _receive(request, found)
    Draft(number).keep(request.session)
    messages.success(request, _("Received into %s.") % done.arrivals.latest("pk").to_place)
    return _open_page(request, reverse("shipment", args=[number]))


@require_POST
@access.page("receive_shipments")
def scan_parcel(request: StaffRequest, number: str) -> HttpResponse:
    """A scanned piece goes on the list, a scanned place is where the list goes."""
    found = shipment_slips.coming_for(request.user, number)
    draft = Draft.of(request.session, found)
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    address = reverse("receive_shipment", args=[number])
    if place := parcels.place_scanned(found, text):
        draft.to = place.code
    else:
        read = parcels.number_scanned(text)
        draft.add(read)
        address = f"{address}?added={read}"
    draft.keep(request.session)
    return seen(address)


@require_POST
@access.page("receive_shipments")
def weigh_from_parcel(request: StaffRequest, number: str, piece: str) -> HttpResponse:
    """What one of the scanned pieces weighs; it is written down at once, and compared when the
    list is handed in."""
    found = shipment_slips.coming_for(request.user, number)
    draft = Draft.of(request.session, found)
    mg = checked(WeighForm(request.POST)).cleaned_data["grams"]
    parcels.weigh(draft, found, piece, mg=mg, by=request.user)
    return seen("receive_shipment", number)


@require_POST
@access.page("receive_shipments")
def remove_from_parcel(request: StaffRequest, number: str, piece: str) -> HttpResponse:
    found = shipment_slips.coming_for(request.user, number)
    draft = Draft.of(request.session, found)
    draft.read = [number for number in draft.read if number != piece]
    draft.keep(request.session)
    return seen("receive_shipment", number)


@require_POST
@access.page("receive_shipments")
def clear_parcel(request: StaffRequest, number: str) -> HttpResponse:
    found = shipment_slips.coming_for(request.user, number)
    Draft(found.number).keep(request.session)
    return seen("receive_shipment", number)


def _receive(request: StaffRequest, found: Shipment) -> Shipment:
    people = parcels.people_of(found)
    opening = parcels.opening_of(Draft.of(request.session, found), found)
    form = ReceiveForm(request.POST, places=opening.places, people=list(people))
    typed = checked(form).cleaned_data
    receiver = people[typed["receiver"]]
    clerks.check_pin(user=receiver, pin=typed["pin"], purpose="receive_shipment")
    return shipment_arrivals.receive(
        shipment=found,
        found=parcels.found_in(opening),
        to=places.find(store=found.to_store, code=typed["to"]),
        receiver=receiver,
        by=request.user,
        emptied=typed["emptied"],
    )


def _show(request: StaffRequest, found: Shipment) -> HttpResponse:
    opening = parcels.opening_of(Draft.of(request.session, found), found)
    if not wants_part(request, "parcel"):
        return render(request, "counter/shipments/receive.html", {"opening": opening})
    response = render(request, "counter/shipments/_parcel.html", {"opening": opening})
    added = request.GET.get("added")
    return trigger_client_event(response, "scan-read", {"piece": added}) if added else response


def _open_page(request: StaffRequest, address: str) -> HttpResponse:
    """Another page; a form that was sent by script is told to open it as a whole."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
