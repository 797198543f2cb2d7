"""What a customer puts together in the network showroom, reads back, sends, and orders again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counter import guests, own_orders, showroom_basket, showroom_forms
from counter.guests import GuestRequest
from counter.models import NetworkOrder
from counter.showroom import catalogue, drafts
from counter.views.pages import seen
from inventory.ground import access, nobody
from inventory.ground.errors import RuleBroken

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@access.public(may_be_old=False)
@guests.only
def showroom_style(request: GuestRequest, code: str) -> HttpResponse:
    """The form of one style, with what it can be and nothing else. `act`: look or add; `line`: the
    line of the draft that is changed."""
    offer, draft = catalogue.offer_of(code), drafts.seen(request.guest)
    at = showroom_basket.line_asked(request.GET.get("line", ""), draft, code)
    page = showroom_basket.StylePage(offer, guest=request.guest, store=request.showroom, at=at)
    mistake, status = None, 200
    if request.method == "POST":
        status = 200 if page.read(request.POST) else 422
        if status == 200 and request.POST.get("act") == "add":
            try:
                page.keep(draft or drafts.open_draft(request.guest))
                return seen("showroom_basket")
            except RuleBroken as refusal:
                mistake, status = refusal, refusal.status
    told = {"page": page, "offer": offer, "mistake": mistake, "guest": request.guest}
    told["edition"] = draft.edition if draft else 0
    return render(request, "counter/showroom/style.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.public(may_be_old=False)
@guests.only
def showroom_basket_page(request: GuestRequest) -> HttpResponse:
    """The draft: its lines, and what holds for the whole order. `act`: drop a line, or terms."""
    draft = drafts.seen(request.guest)
    wish = drafts.wish_of(draft) if draft else None
    form = showroom_forms.TermsForm(initial=showroom_forms.TermsForm.told(wish) if wish else None)
    mistake, status = None, 200
    if request.method == "POST":
        try:
            form = showroom_forms.TermsForm(request.POST)
            if done := showroom_basket.act(request.POST, form, draft, store=request.showroom):
                return seen(done)
            status = 422
        except RuleBroken as refusal:
            mistake, status = refusal, refusal.status
    page = showroom_basket.basket(draft, guest=request.guest, store=request.showroom)
    told = {"basket": page, "form": form, "mistake": mistake, "guest": request.guest}
    return render(request, "counter/showroom/basket.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.public(may_be_old=False)
@guests.only
def send_order(request: GuestRequest) -> HttpResponse:
    """The summary, read back; a POST says yes to exactly this: `draft`, `edition`, `shown`."""
    if request.method != "POST":
        return _summary(request)
    draft = get_object_or_404(request.guest.drafts, uuid=own_orders.uuid_in(request.POST))
    edition, shown = own_orders.figures_in(request.POST)
    try:
        order = drafts.send(draft=draft, edition=edition, shown_cents=shown, by=nobody.customer())
    except RuleBroken as refusal:
        return _summary(request, mistake=refusal, sent=own_orders.order_of(draft))
    return seen("order_status", order.link)


@require_safe
@access.public(may_be_old=False)
@guests.only
def showroom_orders(request: GuestRequest) -> HttpResponse:
    """The customer's own orders, newest first."""
    rows = own_orders.listed(request.guest)[:ON_A_PAGE]
    told = {"orders": rows, "guest": request.guest, "draft": drafts.seen(request.guest)}
    return render(request, "counter/showroom/orders.html", told)


@require_safe
@access.public(may_be_old=False)
@guests.only
def showroom_order(request: GuestRequest, number: str) -> HttpResponse:
    """One's own order leads to its page; another's is not there."""
    return redirect("order_status", own_orders.order_for(request.guest, number).link)


@require_POST
@access.public(may_be_old=False)
@guests.only
def order_again(request: GuestRequest, number: str) -> HttpResponse:
    """The same once more: into the draft, and straight on to the summary."""
    try:
        drafts.again(order=own_orders.order_for(request.guest, number))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return seen("showroom_orders")
    return seen("send_order")


def _summary(
    request: GuestRequest, *, mistake: RuleBroken | None = None, sent: NetworkOrder | None = None
) -> HttpResponse:
    """What is to be confirmed; a draft with something missing leads back to where it is asked."""
    draft = drafts.seen(request.guest)
    page = showroom_basket.basket(draft, guest=request.guest, store=request.showroom)
    if mistake is None and (page.mistake or page.total_cents is None):
        return seen("showroom_basket")
    told = {"basket": page, "mistake": mistake, "sent": sent, "guest": request.guest}
    status = mistake.status if mistake else 200
    response = render(request, "counter/showroom/summary.html", told, status=status)
    if mistake:
        response["X-Refusal"] = mistake.code
    return response
