"""The offer of a trade-in: made, signed, melted for, weighed again, paid, sealed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import offers, old_pieces, queries, scrap, trade_ins
from appraisal.facts import NewLine
from appraisal.models import TradeKind
from appraisal.weighing_forms import shown_of
from counter import old_gold, tenders
from counter.offer_page import NoBill
from counter.queries import open_sale_for
from counter.trade_in_forms import (
    AcceptForm,
    BillForm,
    PayOutForm,
    SealForm,
    SignedForm,
    weights_of,
)
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.views.pages import StaffRequest


@require_POST
@access.page("trade_in")
def make_offer(request: StaffRequest, number: str) -> HttpResponse:
    """The old pieces are reckoned against the goods of the chosen bill at today's board; what is
    sold for money needs no bill."""
    found = queries.trade_in_for(request.user, number)
    basket: list[NewLine] = []
    if found.kind == TradeKind.SWAP:
        chosen: UUID | None = checked(BillForm(request.POST)).cleaned_data["bill"] or found.bill
        if chosen is None:
            raise NoBill
        sale = open_sale_for(request.user, chosen)
        found = old_gold.link(sale=sale, trade_in=found, by=request.user)
        basket = old_gold.basket_of(sale)
    offers.offer(trade_in=found, basket=basket, by=request.user)
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def accept_offer(request: StaffRequest, number: str) -> HttpResponse:
    """The customer signs below the arithmetic of the offer that the page showed."""
    found = queries.trade_in_for(request.user, number)
    form = checked(AcceptForm(request.POST))
    shown = get_object_or_404(found.offers, pk=form.cleaned_data["offer"])
    offers.accept(offer=shown, drawn=form.drawn, by=request.user)
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def consent_to_melt(request: StaffRequest, number: str) -> HttpResponse:
    found = queries.trade_in_for(request.user, number)
    drawn = checked(SignedForm(request.POST)).drawn
    trade_ins.consent_to_melt(trade_in=found, drawn=drawn, by=request.user)
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def reweigh(request: StaffRequest, number: str) -> HttpResponse:
    """The second person, who has taken the tablet over by PIN, puts every piece on the scale."""
    found = queries.trade_in_for(request.user, number)
    weights = weights_of(request.POST, trade_ins.pieces_of(found), by=request.user)
    old_pieces.reweigh(trade_in=found, weights=weights, by=request.user)
    messages.success(request, _("Weighed again, and it agrees."))
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def pay_with_old_gold(request: StaffRequest, number: str) -> HttpResponse:
    """The accepted offer goes onto its bill; the rest is paid there."""
    found = queries.trade_in_for(request.user, number)
    if found.bill is None:
        raise NoBill
    sale = open_sale_for(request.user, found.bill)
    way = tenders.pay_out().filter(code=request.POST.get("tender", "")).first()
    old_gold.put_down(sale=sale, trade_in=found, back_by=way, by=request.user)
    return seen("sell", sale.uuid)


@require_POST
@access.page("buy_back")
def pay_out(request: StaffRequest, number: str) -> HttpResponse:
    """A buy-back: the money goes out, and the sale page shows the paper."""
    found = queries.trade_in_for(request.user, number)
    code = checked(PayOutForm(request.POST)).cleaned_data["tender"]
    tender = get_object_or_404(tenders.pay_out(), code=code)
    old_gold.buy_back(trade_in=found, tender=tender, by=request.user)
    messages.success(request, _("Paid out. Now seal the bag."))
    return seen("trade_in", number)


@require_POST
@access.page("trade_in")
def seal_bag(request: StaffRequest, number: str) -> HttpResponse:
    """What was settled goes into a bag under a seal, one for each metal class."""
    found = queries.trade_in_for(request.user, number)
    form = checked(SealForm(request.POST))
    scrap.seal_bag(
        trade_in=found,
        of=form.metal_class,
        seal=form.cleaned_data["seal"],
        shown=shown_of(request.POST, store=found.store, by=request.user),
        customer_watched=form.cleaned_data["customer_watched"],
        by=request.user,
    )
    messages.success(request, _("Sealed."))
    return seen("trade_in", number)
