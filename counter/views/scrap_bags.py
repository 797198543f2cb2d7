"""Bags of old gold: the store's list, the way to head office, the furnace, the samples."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import (
    bag_journeys,
    bag_papers,
    bag_queries,
    melts,
    purity,
    queries,
    sample_weighings,
    scrap,
)
from appraisal.weighing_forms import shown_of
from counter import purity_chart
from counter.scrap_forms import MeltForm, OpenBagForm, RefinerForm
from counter.scrap_page import BagList, BagPage
from counter.views.pages import checked, seen
from inventory.ground import access, measures, printing
from inventory.ground.access import Scope
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, store_of


@require_GET
@access.page("handle_scrap")
def scrap_bags(request: StaffRequest) -> HttpResponse:
    """What lies in the store, what is on its way, and at head office what is to be melted."""
    page = BagList(store_of(request), by=request.user)
    return render(request, "counter/scrap_bags/list.html", {"page": page})


@require_GET
@access.page("see_trade_ins")
def scrap_bag(request: StaffRequest, number: str) -> HttpResponse:
    """One bag: what is in it, where it was, what it weighed there."""
    bag = bag_queries.bag_for(request.user, number)
    page = BagPage(bag, by=request.user)
    return render(request, "counter/scrap_bags/bag.html", {"page": page, "bag": bag})


@require_GET
@access.page("see_trade_ins")
def bag_label(request: StaffRequest, number: str) -> HttpResponse:
    """The label that is tied to the bag, with its number as a bar code."""
    bag = bag_queries.bag_for(request.user, number)
    told = {"house_name": house_name(), "label": bag_papers.label_of(bag)}
    pdf = printing.render_pdf("counter/scrap_bags/print_bag_label.html", told)
    return printing.pdf_response(pdf, name=f"{bag.number}.pdf")


@require_POST
@access.page("handle_scrap")
def send_bags(request: StaffRequest) -> HttpResponse:
    """The chosen bags leave for head office together."""
    bags = bag_queries.bags_numbered(request.user, request.POST.getlist("bag"))
    bag_journeys.send(bags=bags, by=request.user)
    messages.success(request, _("Sent to head office: %(n)s") % {"n": measures.count(len(bags))})
    return seen("scrap_bags")


@require_POST
@access.page("trade_in")
def open_bag(request: StaffRequest, number: str) -> HttpResponse:
    """The seal is broken because the sale is taken back; a second person agrees."""
    bag = bag_queries.bag_for(request.user, number)
    reason = checked(OpenBagForm(request.POST)).cleaned_data["reason"]
    trade_in = scrap.open_again(bag=bag, reason=reason, by=request.user)
    return seen("trade_in", trade_in.number)


# --- head office


@require_POST
@access.page("melt_scrap", scope=Scope.HOUSE)
def receive_bag(request: StaffRequest, number: str) -> HttpResponse:
    """A bag on head office's scale. What differs is told, and stays written."""
    bag = bag_queries.bag_for(request.user, number)
    shown = shown_of(request.POST, store=store_of(request), by=request.user)
    arrival = bag_journeys.receive(bag=bag, shown=shown, by=request.user)
    if not arrival.agrees:
        messages.error(request, arrival.sentence)
        return seen("scrap_bag", number)
    messages.success(request, _("Bag %(number)s is taken in.") % {"number": number})
    return seen("scrap_bags")


@require_POST
@access.page("melt_scrap", scope=Scope.HOUSE)
def melt_bags(request: StaffRequest) -> HttpResponse:
    """The chosen bags become one bar."""
    bags = bag_queries.bags_numbered(request.user, request.POST.getlist("bag"))
    out_mg = checked(MeltForm(request.POST)).cleaned_data["out_grams"]
    bar = melts.melt(bags=bags, out_mg=out_mg, by=request.user)
    messages.success(request, _("Melted: bar %(number)s.") % {"number": bar.number})
    return seen("scrap_bags")


@require_POST
@access.page("melt_scrap", scope=Scope.HOUSE)
def enter_assay(request: StaffRequest, number: str) -> HttpResponse:
    """What the refiner found in a bar."""
    bar = bag_queries.melt_numbered(number)
    typed = checked(RefinerForm(request.POST)).cleaned_data
    melts.enter_assay(melt=bar, by=request.user, **typed)
    return seen("scrap_bags")


@require_GET
@access.page("melt_scrap", scope=Scope.HOUSE)
def scrap_purity(request: StaffRequest) -> HttpResponse:
    """Predicted against real purity, by store, instrument and clerk."""
    found = purity.compared()
    charts = [
        (_("By store"), found.by_store, purity_chart.drawn(found.by_store)),
        (_("By instrument"), found.by_instrument, purity_chart.drawn(found.by_instrument)),
        (_("By clerk"), found.by_clerk, purity_chart.drawn(found.by_clerk)),
    ]
    told = {"charts": charts, "is_empty": not found.by_store}
    return render(request, "counter/scrap_bags/purity.html", told)


# --- the chief's samples


@require_GET
@access.page("agree_trade_in")
def scrap_samples(request: StaffRequest) -> HttpResponse:
    """What was drawn to be weighed again, and what the samples before found."""
    store = store_of(request)
    told = {"rows": sample_weighings.due(store), "done": sample_weighings.done(store)[:20]}
    return render(request, "counter/scrap_bags/samples.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("agree_trade_in")
def scrap_sample(request: StaffRequest, number: str) -> HttpResponse:
    """Everything of one trade-in on the scale once more."""
    found = queries.trade_in_for(request.user, number)
    loads = sample_weighings.loads_of(found)
    if request.method != "POST":
        told = {"trade_in": found, "loads": loads}
        return render(request, "counter/scrap_bags/sample.html", told)
    weights = {
        load.key: shown_of(request.POST, store=found.store, by=request.user, prefix=load.prefix)
        for load in loads
    }
    rows = sample_weighings.weigh(trade_in=found, weights=weights, by=request.user)
    if sample_weighings.differing(rows):
        messages.error(
            request, _("It differs by more than 0.02 g. It stays written; look into it.")
        )
    else:
        messages.success(request, _("Weighed again, and it agrees."))
    return seen("scrap_samples")
