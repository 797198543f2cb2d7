"""加盟商: their terms at head office, and their orders as a grid or a file."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import customers, dealer_forms
from counter.dealer_forms import DealerOrderForm, GridRow, LabourForm, TermsForm
from counter.models import (
    ConsentHow,
    Customer,
    LevelLabour,
    NetworkOrder,
    OrderChannel,
    StyleOffer,
)
from counter.showroom import dealer_lists, dealers, orders
from counter.showroom.dealer_lists import ListWrong
from counter.showroom.wishes import LineWish, Wish
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.ground.access import MAX_BODY, Scope
from inventory.ground.errors import RuleBroken
from inventory.tables import MOST_BYTES
from inventory.views.pages import StaffRequest, store_of


@require_GET
@access.page("keep_dealers", scope=Scope.HOUSE)
def dealer_list(request: StaffRequest) -> HttpResponse:
    """Every dealer with level, limit and open orders, and what each level pays."""
    told = {
        "dealers": [(dealer, dealers.terms_of(dealer)) for dealer in dealers.listed()],
        "shares": LevelLabour.objects.select_related("style"),
        "terms": TermsForm(auto_id="terms_%s"),
        "labour": LabourForm(auto_id="labour_%s"),
    }
    return render(request, "counter/dealers/list.html", told)


@require_POST
@access.page("keep_dealers", scope=Scope.HOUSE)
def put_dealer(request: StaffRequest) -> HttpResponse:
    """A customer becomes a dealer, or other terms hold for them from now on."""
    typed = checked(TermsForm(request.POST)).cleaned_data
    customer = customers.find_or_make(
        phone=typed["phone"], name=typed["name"], store=store_of(request), by=request.user
    )
    terms = dealers.put_terms(
        customer=customer,
        level=typed["level"],
        credit_cents=typed["credit_cents"],
        by=request.user,
    )
    told = {"name": customer, "level": terms.level}
    messages.success(request, _("%(name)s: level %(level)s from now on.") % told)
    return seen("dealers")


@require_POST
@access.page("keep_dealers", scope=Scope.HOUSE)
def put_level_labour(request: StaffRequest) -> HttpResponse:
    """Another share of the labour for a level from now on."""
    typed = checked(LabourForm(request.POST)).cleaned_data
    row = dealers.put_labour(
        level=typed["level"],
        style=typed["style"],
        labour_bp=typed["percent"] * 100,
        by=request.user,
    )
    messages.success(request, _("Level %s: the share of the labour is set.") % row.level)
    return seen("dealers")


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("place_orders", max_body=MOST_BYTES + MAX_BODY)
def dealer_order(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Style × size × pieces for one dealer, typed or as a file; what is wrong is told by row and
    what was typed stays."""
    dealer = dealers.dealer_for(request.user, customer_id)
    form = DealerOrderForm(request.POST or None, request.FILES or None)
    codes = (request.GET.get("styles") or request.POST.get("styles", "")).upper().split()
    offers = StyleOffer.objects.filter(shown=True).select_related("style")
    chosen = offers.filter(style__code__in=codes) if codes else offers
    rows = dealer_forms.grid(list(chosen[: dealer_forms.MOST_ROWS]), request.POST)
    sentences: Sequence[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            order = _ordered(request, form, rows, dealer)
        except ListWrong as wrong:
            sentences = wrong.sentences
        except RuleBroken as refusal:
            sentences = [str(refusal)]
        else:
            messages.success(request, _("Order %s is placed.") % order.number)
            return seen("order", order.number)
    told = {"dealer": dealer, "form": form, "rows": rows, "sentences": sentences}
    told |= {"styles": " ".join(codes), "terms": dealers.terms_of(dealer)}
    status = 422 if sentences or form.errors else 200
    return render(request, "counter/dealers/order.html", told, status=status)


def _ordered(
    request: StaffRequest, form: DealerOrderForm, rows: Sequence[GridRow], dealer: Customer
) -> NetworkOrder:
    typed = form.cleaned_data
    how = typed["how"]
    wish = Wish(
        lines=_lines(form, rows),
        wanted_on=typed["wanted_on"],
        remark=typed["remark"],
        telephone=dealer.phone,
        recipient=dealer.name,
    )
    return orders.place(
        wish=wish,
        customer=dealer,
        channel=OrderChannel.DEALER_FILE,
        how=ConsentHow(how) if how else None,
        by=request.user,
    )


def _lines(form: DealerOrderForm, rows: Sequence[GridRow]) -> tuple[LineWish, ...]:
    """Of the file when there is one, else of the grid."""
    today, file = timezone.localdate(), form.cleaned_data["file"]
    if file:
        return dealer_lists.read(file.read(), day=today)
    return dealer_lists.gather(dealer_forms.cells(rows), day=today)
