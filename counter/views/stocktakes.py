"""盘点: the list of stocktakes, a new one, and the board of an open one."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from counter import stocktake_lists, stocktake_page
from counter.stocktake_forms import FindStocktakeForm, ReasonForm, StartForm
from counter.stocktake_page import SAID, TONES, StocktakePage, address_of
from counter.views import stocktake_sheets
from counter.views.pages import checked, leave, seen
from inventory import places, stocktake_places, stocktake_queries, stocktakes
from inventory.ground import access
from inventory.models import Category, Place, PlaceKind, StocktakeKind, Store, StoreKind
from inventory.stocktake_reads import Answer
from inventory.views.pages import StaffRequest, rights, store_of, wants_part

ROWS = 50
RIGHTS = ("count_pieces", "run_stocktakes", "settle_stocktakes", "see_cost")


@require_GET
@access.page("see_stocktakes")
def stocktake_list(request: StaffRequest) -> HttpResponse:
    """Stocktakes of the store, for head office of all stores, newest first."""
    store = store_of(request)
    form = FindStocktakeForm(request.GET)
    asked = form.wanted()
    rows = list(stocktake_lists.wanted(request.user, store=store, **asked)[: ROWS + 1])
    told = {
        "form": form,
        "asked": asked,
        "states": FindStocktakeForm.STATES,
        "stocktakes": rows[:ROWS],
        "more": rows[ROWS - 1].pk if len(rows) > ROWS else None,
        "several": store.kind == StoreKind.HEAD_OFFICE,
        "may": rights(request.user, *RIGHTS),
    }
    status = 422 if form.errors else 200
    return render(request, "counter/stocktakes/list.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("run_stocktakes")
def start_stocktake(request: StaffRequest) -> HttpResponse:
    """Kind and scope; with that the expectation is written down."""
    store = store_of(request)
    scope = _real_places(store)
    if request.method != "POST":
        return _ask_scope(request, store, scope)
    form = checked(StartForm(request.POST, places=scope))
    opened = stocktakes.begin(
        store=store,
        kind=form.cleaned_data["kind"],
        month=form.month_text,
        category=form.category_text,
        places=form.scope,
        by=request.user,
    )
    return leave(request, address_of(opened))


def _real_places(store: Store) -> QuerySet[Place]:
    rows = Place.objects.filter(store=store).exclude(kind=PlaceKind.VIRTUAL)
    return rows.order_by("code")


def _ask_scope(request: StaffRequest, store: Store, scope: QuerySet[Place]) -> HttpResponse:
    wanted = request.GET.get("kind", "")
    found = list(scope)
    counters = [place for place in found if place.kind == PlaceKind.COUNTER]
    told = {
        "kinds": list(StocktakeKind),
        "kind": StocktakeKind(wanted) if wanted in StocktakeKind.values else StocktakeKind.MONTHLY,
        "month": f"{places.business_day(store):%Y-%m}",
        "counters": [
            (counter, [place for place in found if place.parent_id == counter.pk])
            for counter in counters
        ],
        "others": [
            place for place in found if place.parent_id is None and place.kind != PlaceKind.COUNTER
        ],
        "categories": Category.choices,
        "is_shop": store.kind != StoreKind.HEAD_OFFICE,
    }
    return render(request, "counter/stocktakes/start.html", told)


@require_GET
@access.page("see_stocktakes")
def stocktake(request: StaffRequest, number: str) -> HttpResponse:
    """An open stocktake with the one thing to do now; a published one as its sheet."""
    found = stocktake_queries.stocktake_for(request.user, number)
    if not (found.is_running or found.state == "approved"):
        return stocktake_sheets.shown(request, found)
    page = StocktakePage(found, by=request.user, asked=request.GET.get("place", ""))
    told = {"page": page, "may": rights(request.user, *RIGHTS)}
    heard = request.GET.get("heard", "")
    if wants_part(request, "board"):
        return render(request, "counter/stocktakes/_board.html", told)
    if wants_part(request, "counting") and page.spot:
        return _after_scan(request, told, heard, page)
    told["said"] = SAID.get(heard, "")
    return render(request, "counter/stocktakes/stocktake.html", told)


def _after_scan(
    request: StaffRequest, told: dict[str, object], heard: str, page: StocktakePage
) -> HttpResponse:
    """Only what a scan changes: the panel, the tile of the place, the sum."""
    response = render(request, "counter/stocktakes/_scanned.html", told)
    if heard not in TONES:
        return response
    read = page.last if heard == Answer.READ else None
    piece = read.piece.number if read and read.piece else ""
    said = {"message": stocktake_page.said_of(heard), "piece": piece}
    return trigger_client_event(response, TONES[heard], said)


@require_POST
@access.page("run_stocktakes")
def stop_counting(request: StaffRequest, number: str) -> HttpResponse:
    """Nobody counts any more; what was not counted is not missing."""
    found = stocktake_queries.stocktake_for(request.user, number)
    stocktakes.stop_counting(stocktake=found, by=request.user)
    messages.success(request, _("Counting is over. What nobody counted stays “not counted”."))
    return leave(request, address_of(found))


@require_POST
@access.page("run_stocktakes")
def hand_in_waiting(request: StaffRequest, number: str) -> HttpResponse:
    """All places that nobody has begun hold what was read in them so far, and nothing else."""
    found = stocktake_queries.stocktake_for(request.user, number)
    many = stocktake_places.hand_in_waiting(stocktake=found, by=request.user)
    told = ngettext("%(n)d place is handed in.", "%(n)d places are handed in.", many)
    messages.success(request, told % {"n": many})
    return leave(request, address_of(found))


@require_POST
@access.page("run_stocktakes")
def abandon_stocktake(request: StaffRequest, number: str) -> HttpResponse:
    found = stocktake_queries.stocktake_for(request.user, number)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    stocktakes.abandon(stocktake=found, reason=reason, by=request.user)
    messages.success(request, _("The stocktake is given up. Nothing was changed by it."))
    return seen("stocktake", found.number)
