"""An order at the counter, on the telephone, in the showroom: put together, read back, sent."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counter import customer_page, customers, showroom_basket, staff_orders
from counter.showroom import catalogue, drafts, orders
from counter.showroom.catalogue import Asked
from counter.showroom_forms import StaffTermsForm
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest, store_of


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("place_orders")
def new_order(request: StaffRequest) -> HttpResponse:
    """For whom: by telephone number, or `customer` from their page."""
    form = staff_orders.CustomerForm(request.POST or None)
    store, asked = store_of(request), request.GET.get("customer", "")
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        told = {"phone": typed["phone"], "name": typed["name"], "store": store}
        customer = customers.find_or_make(**told, by=request.user)
        draft = staff_orders.draft_of(customer, store=store, channel=typed["channel"])
        return seen("order_draft", draft.uuid)
    if request.method != "POST" and asked.isascii() and asked.isdigit() and len(asked) < 19:
        form.initial["phone"] = customer_page.customer_for(request.user, int(asked)).phone
    told = {"form": form, "begun": staff_orders.begun(store)}
    return render(request, "counter/orders/new.html", told, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("place_orders")
def order_draft(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The lines so far, the styles to choose from, and what holds for the whole order."""
    draft = staff_orders.draft_for(store_of(request), uuid)
    wish, shop = drafts.wish_of(draft), orders.showroom()
    form, mistake = StaffTermsForm(initial=StaffTermsForm.told(wish)), None
    if request.method == "POST":
        try:
            form = StaffTermsForm(request.POST)
            done = showroom_basket.act(request.POST, form, draft, store=shop)
            if done:
                return seen("read_back" if done == "send_order" else "order_draft", uuid)
        except RuleBroken as refusal:
            mistake = refusal
    page = showroom_basket.basket(draft, guest=draft.customer, store=shop)
    look = catalogue.look(Asked.read(request.GET), customer=draft.customer, store=shop)
    told = {"draft": draft, "basket": page, "form": form, "mistake": mistake, "catalogue": look}
    told["channel"] = staff_orders.channel_of(draft).label
    status = 422 if request.method == "POST" else 200
    return render(request, "counter/orders/draft.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("place_orders")
def order_draft_line(request: StaffRequest, uuid: UUID, style: str) -> HttpResponse:
    """One style with what it can be. `act`: look or add; `line`: which line is changed."""
    draft, offer = staff_orders.draft_for(store_of(request), uuid), catalogue.offer_of(style)
    at = showroom_basket.line_asked(request.GET.get("line", ""), draft, style)
    page = showroom_basket.StylePage(offer, guest=draft.customer, store=orders.showroom(), at=at)
    mistake, status = None, 200
    if request.method == "POST":
        status = 200 if page.read(request.POST) else 422
        if status == 200 and request.POST.get("act") == "add":
            try:
                page.keep(draft)
                return seen("order_draft", uuid)
            except RuleBroken as refusal:
                mistake, status = refusal, refusal.status
    told = {"page": page, "offer": offer, "draft": draft, "mistake": mistake}
    return render(request, "counter/orders/draft_line.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("place_orders")
def read_back(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The tablet is turned: the customer reads, and signs; or hears it on the telephone."""
    draft, mistake = staff_orders.draft_for(store_of(request), uuid), None
    if draft.order is not None:
        return seen("order", draft.order.number)
    if request.method == "POST":
        try:
            form = checked(staff_orders.ReadBackForm(request.POST))
            order = staff_orders.send(draft, form, by=request.user)
        except RuleBroken as refusal:
            mistake = refusal
        else:
            messages.success(request, _("Order %s is placed.") % order.number)
            return seen("order", order.number)
    page = showroom_basket.basket(draft, guest=draft.customer, store=orders.showroom())
    if page.mistake or page.total_cents is None:
        return seen("order_draft", uuid)
    told = {"draft": draft, "basket": page, "mistake": mistake, "text": staff_orders.text_of(draft)}
    told["channel"] = staff_orders.channel_of(draft)
    status = mistake.status if mistake else 200
    return render(request, "counter/orders/read_back.html", told, status=status)
