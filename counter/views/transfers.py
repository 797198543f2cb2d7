"""A new transfer: scan the pieces, scan or tap the place, the receiver's PIN."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from counter import clerks, moving
from counter.forms import CodeForm
from counter.moving import Draft
from counter.views.pages import checked, counter_here, seen
from inventory import places, slips, transfers
from inventory import queries as stock
from inventory.forms.transfers import HandOverForm
from inventory.ground import access, codes
from inventory.ground.codes import CodeKind
from inventory.models import Transfer
from inventory.views.pages import StaffRequest, store_of, wants_part


# the PIN is checked before the rule and outside any transaction, so that a wrong try stays written
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("move_pieces", keyed=False)
def new_transfer(request: StaffRequest) -> HttpResponse:
    """The list of what was scanned; a POST with the receiver's PIN moves it."""
    if request.method != "POST":
        return _show(request)
    done = _hand_over(request)
    Draft().keep(request.session)
    messages.success(request, _("Handed over. The pieces are in %s now.") % done.to_place)
    return _open_page(request, reverse("transfer", args=[done.number]))


@require_POST
@access.page("move_pieces")
def add_to_transfer(request: StaffRequest) -> HttpResponse:
    """A scanned piece goes on the list, a scanned or tapped place or store is where the list
    goes."""
    store, draft = store_of(request), Draft.of(request.session)
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    if place := moving.place_scanned(store, text):
        draft.to, draft.store = place.code, ""
        draft.keep(request.session)
        return seen("new_transfer")
    if other := moving.store_scanned(store, text):
        draft.to, draft.store = "", other.code
        draft.keep(request.session)
        return seen("new_transfer")
    if codes.read(text).kind in {CodeKind.CARD, CodeKind.DOCUMENT}:
        return _open_page(request, f"{reverse('scan')}?code={codes.read(text).value}")
    piece = stock.find_scanned(request.user, text)
    draft.add(piece, store=store)
    draft.keep(request.session)
    return seen(f"{reverse('new_transfer')}?added={piece.number}")


@require_POST
@access.page("move_pieces")
def remove_from_transfer(request: StaffRequest, number: str) -> HttpResponse:
    draft = Draft.of(request.session)
    draft.numbers = [each for each in draft.numbers if each != number]
    draft.keep(request.session)
    return seen("new_transfer")


@require_POST
@access.page("move_pieces")
def clear_transfer(request: StaffRequest) -> HttpResponse:
    Draft().keep(request.session)
    return seen("new_transfer")


@require_POST
@access.page("move_pieces")
def bring_back(request: StaffRequest, number: str) -> HttpResponse:
    """What was lent goes back: the pieces that still lie there, or those of them that are named,
    join the list."""
    store, draft = store_of(request), Draft.of(request.session)
    lent, named = stock.transfer_for(request.user, number), request.POST.getlist("n")
    away = slips.still_there(slips.movements_of(lent))
    rows = [row for row in away if not named or row.piece.number in named]
    for row in rows:
        if row.piece.number not in draft.numbers:
            draft.add(row.piece, store=store)
    homes = {row.from_place.code for row in rows if row.from_place}
    if len(homes) == 1:
        draft.to, draft.store = homes.pop(), ""
    draft.keep(request.session)
    return seen("new_transfer")


def _hand_over(request: StaffRequest) -> Transfer:
    store = store_of(request)
    people = {clerk.user.username: clerk.user for clerk in clerks.of_store(store)}
    typed = checked(HandOverForm(request.POST, receivers=list(people))).cleaned_data
    rows = stock.pieces_numbered(request.user, request.POST.getlist("n"))
    to = places.find(store=store, code=typed["to"])
    receiver = people[typed["receiver"]]
    clerks.check_pin(user=receiver, pin=typed["pin"], purpose="transfer")
    return transfers.hand_over(
        rows=rows,
        to=to,
        sender=request.user,
        receiver=receiver,
        at=counter_here(request),
        lent=typed["lent"],
    )


def _show(request: StaffRequest) -> HttpResponse:
    read = moving.moving_of(
        Draft.of(request.session),
        store=store_of(request),
        by=request.user,
        at=counter_here(request),
        shown=request.GET.get("counter", ""),
    )
    if not wants_part(request, "moving"):
        return render(request, "counter/new_transfer.html", {"moving": read})
    response = render(request, "counter/_moving.html", {"moving": read})
    added = request.GET.get("added")
    return trigger_client_event(response, "scan-read", {"piece": added}) if added else response


def _open_page(request: StaffRequest, address: str) -> HttpResponse:
    """Another page; a form that was sent by script is told to open it as a whole."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
