"""The price board: what a gram costs now, since when and by whom; the shop's television."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import board, prices, queries
from inventory.forms.prices import BoardForm, HistoryForm
from inventory.ground import access
from inventory.views.pages import StaffRequest, rights, store_of


@require_GET
@access.page("see_board")
def price_board(request: StaffRequest) -> HttpResponse:
    """The board of the store, and every row that was ever put up, newest first."""
    store = store_of(request)
    form = HistoryForm(request.GET)
    rows = board.history(store)
    if form.is_valid() and form.cleaned_data["before"]:
        rows = rows.filter(pk__lt=form.cleaned_data["before"])
    history = list(rows[: queries.ROWS + 1])
    told = {
        "lines": board.lines(store),
        "history": history[: queries.ROWS],
        "more": history[queries.ROWS - 1].pk if len(history) > queries.ROWS else None,
        "may": rights(request.user, "set_prices"),
    }
    return render(request, "inventory/prices.html", told, status=422 if form.errors else 200)


@access.page("set_prices")
def set_prices(request: StaffRequest) -> HttpResponse:
    """New prices, all of them from one moment on."""
    form = BoardForm(request.POST or None, store=store_of(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        prices.put_up(store=form.store, quotes=form.quotes.values(), by=request.user)
        messages.success(request, _("The new prices hold from now on."))
        return redirect("prices")
    told = {"form": form}
    return render(request, "inventory/set_prices.html", told, status=422 if form.errors else 200)


@require_GET
@access.page("see_board")
def television(request: StaffRequest) -> HttpResponse:
    """The board in large figures; the page looks for new ones every minute."""
    told = {"lines": board.lines(store_of(request))}
    return render(request, "inventory/board.html", told)
