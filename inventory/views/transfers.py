"""Transfers that have been made: the day's list, what is lent out, one transfer and its sheet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inventory import papers, places, queries, slips
from inventory.forms.transfers import DayForm
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.models import StoreKind
from inventory.views.pages import StaffRequest, rights, store_of


@require_GET
@access.page("see_pieces")
def transfer_list(request: StaffRequest) -> HttpResponse:
    """The transfers of one business day, and what is lent out and not back, whenever it went."""
    store = store_of(request)
    today = places.business_day(store)
    form = DayForm({"day": today, **request.GET.dict()})
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("day") or today
    begin, end = places.day_bounds(store, day)
    rows = queries.transfers_for(request.user).filter(at__gte=begin, at__lt=end)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store)
    if asked.get("before"):
        rows = rows.filter(pk__lt=asked["before"])
    found, lent = list(rows[: queries.ROWS + 1]), list(queries.lent_now(store))
    told = {
        "form": form,
        "day": day,
        "slips": slips.slips_of(found[: queries.ROWS]),
        "more": found[queries.ROWS - 1].pk if len(found) > queries.ROWS else None,
        "lent": lent,
        "lent_tally": slips.tally_of(lent),
        "today_began": places.day_bounds(store, today)[0],
        "may": rights(request.user, "move_pieces"),
    }
    return render(request, "inventory/transfers.html", told, status=422 if form.errors else 200)


@require_GET
@access.page("see_pieces")
def transfer(request: StaffRequest, number: str) -> HttpResponse:
    """One transfer: its pieces, grams per class, the two people."""
    found = queries.transfer_for(request.user, number)
    rows = slips.movements_of(found)
    (slip,) = slips.slips_of([found])
    told = {
        "slip": slip,
        "rows": rows,
        "away": slips.still_there(rows) if found.lent else [],
        "may": rights(request.user, "move_pieces", "weigh"),
    }
    return render(request, "inventory/transfer.html", told)


@require_GET
@access.page("see_pieces")
def sheet(request: StaffRequest, number: str) -> HttpResponse:
    """The sheet that goes with the pieces, with two signatures."""
    found = queries.transfer_for(request.user, number)
    paper = papers.sheet_of(found, slips.movements_of(found))
    told = {"house_name": house_name(), "transfer": paper}
    pdf = printing.render_pdf("inventory/print_transfer.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")
