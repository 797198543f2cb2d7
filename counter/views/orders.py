"""网络板房订单: the board of a queue, one order, its sheet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from counter.models import OrderState
from counter.order_forms import SeekForm
from counter.order_page import OrderPage
from counter.order_steps import NEXT
from counter.showroom import queries
from inventory.ground import access
from inventory.views.pages import StaffRequest, rights, store_of

# what else the board leads to
LINKS = ("place_orders", "keep_offers", "keep_accounts", "see_reports")


@require_GET
@access.page("see_orders")
def order_board(request: StaffRequest) -> HttpResponse:
    """Every open order of the queue: mine first, then by clock; new ones appear by themselves."""
    form = SeekForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    board = queries.board(
        request.user,
        store=store_of(request),
        state=asked.get("state") or "",
        text=asked.get("q") or "",
        page=asked.get("page") or 1,
        ended=asked.get("show") == "ended",
    )
    told = {
        "form": form,
        "asked": asked,
        "board": board,
        "states": [(state, OrderState(state).label) for state in NEXT],
        "now": timezone.localtime(),
        "may": rights(request.user, *LINKS),
        "here": request.get_full_path(),
    }
    return render(request, "counter/orders/board.html", told)


@require_GET
@access.page("see_orders")
def order(request: StaffRequest, number: str) -> HttpResponse:
    """One order: facts left, the act that comes now right."""
    page = OrderPage(queries.order_for(request.user, number), request.user)
    return render(request, "counter/orders/order.html", {"page": page, "order": page.order})
