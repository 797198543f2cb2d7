"""Trade-ins: the list, what lies on the counter, receiving and the consent, giving back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import next_steps, old_pieces, queries, reception, trade_ins
from appraisal.models import TradeInState, TradeKind
from counter import came_back, receiving, trade_in_draft
from counter.forms import CodeForm
from counter.trade_in_draft import Draft
from counter.trade_in_forms import (
    MOST_BODY,
    FindTradeInForm,
    OldPieceForm,
    PhotoForm,
    ReasonForm,
    ReceiveForm,
    SignedForm,
    weights_of,
)
from counter.trade_in_page import TradeInPage
from counter.views.pages import checked, counter_here, counter_of, seen
from inventory.ground import access, photos, settings_rows
from inventory.views.pages import StaffRequest, rights, store_of, wants_part


@require_GET
@access.page("see_trade_ins")
def trade_in_list(request: StaffRequest) -> HttpResponse:
    """Newest first; with `?state=open` only those that wait for somebody."""
    store, most = store_of(request), queries.RECENT
    form = FindTradeInForm(request.GET)
    asked = form.wanted()
    rows = list(queries.trade_ins_wanted(request.user, store=store, **asked)[: most + 1])
    told = {
        "form": form,
        "asked": asked,
        "rows": [(row, next_steps.STEPS[row.state]) for row in rows[:most]],
        "more": rows[most - 1].pk if len(rows) > most else None,
        "waiting": queries.open_trade_ins(request.user, store=store).count(),
        "may": rights(request.user, "trade_in", "see_identity", "handle_scrap"),
    }
    status = 422 if form.errors else 200
    return render(request, "counter/trade_ins/list.html", told, status=status)


@require_GET
@access.page("see_trade_ins")
def trade_in(request: StaffRequest, number: str) -> HttpResponse:
    """One trade-in at its step; what the page offers is what comes next."""
    found = queries.trade_in_for(request.user, number)
    counter = counter_here(request) or found.counter
    page = TradeInPage(found, by=request.user, counter=counter)
    return render(request, "counter/trade_ins/trade_in.html", {"page": page, "trade_in": found})


@require_GET
@access.page("see_trade_ins")
def photo(request: StaffRequest, uuid: UUID, size: str) -> HttpResponse:
    """A kept picture in one of its sizes."""
    found = queries.photo_for(request.user, uuid)
    if size not in photos.SIZES:
        raise Http404
    return HttpResponse(photos.kept(found, size), content_type="image/jpeg")


# --- what lies on the counter


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("trade_in")
def new_trade_in(request: StaffRequest) -> HttpResponse:
    """The customer's pieces one after the other; a POST receives all of them."""
    if request.method != "POST":
        return _show_draft(request)
    draft = _noted(request)
    form = checked(ReceiveForm(request.POST))
    if draft.in_hand or not draft.pieces:
        draft.put_down(checked(OldPieceForm(request.POST)))
    done = receiving.receive(draft=draft, form=form, counter=counter_of(request), by=request.user)
    Draft().keep(request.session)
    return seen("trade_in", done.number)


@require_POST
@access.page("trade_in")
def add_old_piece(request: StaffRequest) -> HttpResponse:
    """There is one more: the piece in the hand joins the others."""
    draft = _noted(request)
    draft.put_down(checked(OldPieceForm(request.POST)))
    draft.keep(request.session)
    return seen("new_trade_in")


@require_POST
@access.page("trade_in")
def scan_own_piece(request: StaffRequest) -> HttpResponse:
    """An old card, a piece number or a receipt of ours brings what the books say."""
    draft = Draft.of(request.session)
    code = checked(CodeForm(request.POST)).cleaned_data["code"]
    found = came_back.find(text=code, store=store_of(request), by=request.user)
    draft.take_up(code, found)
    draft.keep(request.session)
    return seen("new_trade_in")


# decoding a picture takes its time: outside any transaction, and a picture taken twice is two
@require_POST
@access.page("trade_in", keyed=False, max_body=MOST_BODY)
def take_photo(request: StaffRequest) -> HttpResponse:
    """A picture of a piece, before anything is done to it."""
    typed = checked(PhotoForm(request.POST, request.FILES)).cleaned_data
    # a form of its own, beside a piece of the list, says nothing of the one in the hand
    draft = Draft.of(request.session) if typed["of"] else _noted(request)
    taken = photos.keep(file=typed["photo"], store=store_of(request), by=request.user)
    draft.add_photo(taken, of=typed["of"] or 0)
    draft.keep(request.session)
    return seen("new_trade_in")


@require_POST
@access.page("trade_in")
def remove_old_piece(request: StaffRequest, position: int) -> HttpResponse:
    draft = Draft.of(request.session)
    draft.take_away(position)
    draft.keep(request.session)
    return seen("new_trade_in")


@require_POST
@access.page("trade_in")
def clear_trade_in(request: StaffRequest) -> HttpResponse:
    Draft().keep(request.session)
    return seen("new_trade_in")


def _noted(request: StaffRequest) -> Draft:
    """The draft with everything that is typed in it, kept whatever becomes of this request."""
    draft = Draft.of(request.session)
    draft.note(request.POST)
    draft.keep(request.session)
    return draft


def _show_draft(request: StaffRequest) -> HttpResponse:
    draft, store = Draft.of(request.session), store_of(request)
    asked = settings_rows.values(store, "buy_back", "trade_in_photo")
    told = {
        "draft": draft,
        "pieces": trade_in_draft.shown(draft, store=store),
        "photos": trade_in_draft.pictures(draft.photos, store=store),
        "form": OldPieceForm(initial=OldPieceForm.START | draft.typed),
        "said": ReceiveForm(initial=draft.typed),
        "sources": trade_in_draft.SOURCES,
        "kinds": TradeKind.choices if asked["buy_back"] == "yes" else [],
        "wants_photo": asked["trade_in_photo"] == "yes",
        "screens": next_steps.SCREENS.items(),
    }
    part = "_photos" if wants_part(request, "photos") else "receive"
    return render(request, f"counter/trade_ins/{part}.html", told)


# --- consent, and giving back


@require_POST
@access.page("trade_in")
def consent_to_test(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.trade_in_for(request.user, number)
    drawn = checked(SignedForm(request.POST)).drawn
    reception.consent(trade_in=found, drawn=drawn, by=request.user)
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def decline(request: StaffRequest, number: str) -> HttpResponse:
    """The customer changes their mind; the pieces are weighed once more and given back."""
    found = queries.trade_in_for(request.user, number)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    trade_ins.decline(trade_in=found, by=request.user, reason=reason)
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def give_back(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.trade_in_for(request.user, number)
    if found.state == TradeInState.RETURNED:
        return seen("trade_in", number)
    weights = weights_of(request.POST, trade_ins.pieces_of(found), by=request.user)
    drawn = checked(SignedForm(request.POST)).drawn
    old_pieces.give_back(trade_in=found, weights=weights, drawn=drawn, by=request.user)
    messages.success(request, _("Given back as received. Nothing was charged."))
    return seen("trade_in", number)
