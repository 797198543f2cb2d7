"""The open bill: scan, price, pay, complete."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter import (
    acknowledgements,
    bills,
    clerks,
    credit_accounts,
    customers,
    memberships,
    queries,
    reductions,
    sales,
    seller_shares,
    service_fees,
)
from counter.forms import (
    CodeForm,
    CompleteForm,
    CustomerForm,
    LevelForm,
    MarkForm,
    ReduceForm,
    TenderForm,
)
from counter.models import Part, Sale, Tender
from counter.views.pages import checked, counter_here, counter_of, seen
from inventory import queries as stock
from inventory.ground import access, measures
from inventory.ground.codes import CodeKind
from inventory.ground.codes import read as read_code
from inventory.models import Piece
from inventory.views.pages import StaffRequest


@access.page("sell")
def sell_home(request: StaffRequest) -> HttpResponse:
    """Nothing on the bill yet: scan a piece, or take up a parked bill."""
    if request.method == "POST":
        piece = stock.find_scanned(
            request.user, checked(CodeForm(request.POST)).cleaned_data["code"]
        )
        return _begin_with(request, piece)
    counter = counter_here(request)
    return render(request, "counter/sell.html", {"parked": queries.open_bills(counter)})


@require_POST
@access.page("sell")
def sell_piece(request: StaffRequest, number: str) -> HttpResponse:
    """A new bill with the piece on whose page the clerk stands."""
    return _begin_with(request, stock.piece_for(request.user, number))


def _begin_with(request: StaffRequest, piece: Piece) -> HttpResponse:
    sale = bills.begin(counter=counter_of(request), by=request.user)
    bills.add_piece(sale=sale, piece=piece, by=request.user)
    return seen("sell", sale.uuid)


@require_GET
@access.page("sell")
def sell(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    if sale.number:
        return seen("sale", sale.number)
    return _show(request, sale)


def _show(request: StaffRequest, sale: Sale) -> HttpResponse:
    counter = counter_here(request)
    credit = credit_accounts.account_of(sale.customer) if sale.customer else None
    credit_cents = credit.left_cents if credit else 0
    told = {
        "bill": queries.bill_of(sale),
        "parked": queries.open_bills(counter or sale.counter),
        "tenders": queries.ways_to_pay(credit_cents=credit_cents),
        "credit": credit,
        "sellers": clerks.of_store(sale.store),
        "removed": stock.pieces_for(request.user).filter(number=request.GET.get("removed")).first(),
    }
    if request.headers.get("HX-Target") != "lines":
        return render(request, "counter/sale.html", told)
    response = render(request, "counter/_bill.html", told)
    if added := request.GET.get("added"):
        response["HX-Trigger"] = json.dumps({"scan-read": {"piece": added}})
    return response


@require_POST
@access.page("sell")
def add_piece(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    if read_code(text).kind in {CodeKind.CARD, CodeKind.DOCUMENT}:
        return seen(f"/scan/?code={read_code(text).value}")
    piece = stock.find_scanned(request.user, text)
    bills.add_piece(sale=sale, piece=piece, by=request.user)
    return seen(f"{reverse('sell', args=[uuid])}?added={piece.number}")


@require_POST
@access.page("sell")
def remove_piece(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    line = queries.line_for(request.user, uuid, line_id)
    bills.remove_piece(sale=line.sale, line=line, by=request.user)
    return seen(f"{reverse('sell', args=[uuid])}?removed={line.piece.number}")


@require_POST
@access.page("sell")
def take_fee_off(request: StaffRequest, uuid: UUID, fee_id: int) -> HttpResponse:
    line = queries.service_for(request.user, uuid, fee_id)
    service_fees.take_off_bill(sale=line.sale, line=line, by=request.user)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def give_up(request: StaffRequest, uuid: UUID) -> HttpResponse:
    bills.give_up(sale=queries.open_sale_for(request.user, uuid), by=request.user)
    messages.success(request, _("The bill is gone; its pieces are free again."))
    return seen("sell_home")


@require_POST
@access.page("sell")
def refresh_prices(request: StaffRequest, uuid: UUID) -> HttpResponse:
    bills.refresh_prices(sale=queries.open_sale_for(request.user, uuid), by=request.user)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def extend_holds(request: StaffRequest, uuid: UUID) -> HttpResponse:
    bills.extend_holds(sale=queries.open_sale_for(request.user, uuid), by=request.user)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def mark(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    bills.mark(sale=sale, text=checked(MarkForm(request.POST)).cleaned_data["mark"])
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def name_customer(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    customer = None
    if "nobody" not in request.POST:
        typed = checked(CustomerForm(request.POST)).cleaned_data
        customer = customers.find_or_make(
            phone=typed["phone"], name=typed["name"], store=sale.store, by=request.user
        )
    bills.name_customer(sale=sale, customer=customer)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def set_level(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The customer of the bill is a member from now on; a second person agrees first."""
    sale = queries.open_sale_for(request.user, uuid)
    level = checked(LevelForm(request.POST)).cleaned_data["level"]
    memberships.put(sale=sale, level=level, by=request.user)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def reduce_line(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    line = queries.line_for(request.user, uuid, line_id)
    typed = checked(ReduceForm(request.POST)).cleaned_data
    reductions.put(
        line=line,
        part=Part(typed["part"]),
        cents=typed["off"] or 0,
        reason=typed["reason"],
        by=request.user,
    )
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def share_line(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    """Sellers and percents come in pairs: seller=lin&percent=60&seller=zhao&percent=40."""
    line = queries.line_for(request.user, uuid, line_id)
    seller_shares.put(
        line=line,
        shares=seller_shares.read(
            line.sale, request.POST.getlist("seller"), request.POST.getlist("percent")
        ),
    )
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def round_down(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    bills.round_down(sale=sale, cents=measures.read_yuan(request.POST.get("rounding") or "0"))
    return seen("sell", uuid)


@access.page("sell")
def confirm(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The turned screen: the customer sees grams and price per gram, and takes note by a tap; or
    the clerk says that the slip was signed."""
    sale = queries.open_sale_for(request.user, uuid)
    if request.method == "POST":
        signed = "signed" in request.POST
        how = acknowledgements.How.SIGNATURE if signed else acknowledgements.How.TAP
        acknowledgements.give(sale=sale, how=how)
        return seen("sell", uuid)
    return render(request, "counter/confirm.html", {"bill": queries.bill_of(sale)})


@require_POST
@access.page("sell")
def put_down(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    typed = checked(TenderForm(request.POST)).cleaned_data
    bills.put_down(
        sale=sale,
        tender=get_object_or_404(Tender, code=typed["tender"], active=True),
        given_cents=typed["amount"] or 0,
        merchant_number=typed["merchant_number"],
        by=request.user,
    )
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def pick_up(request: StaffRequest, uuid: UUID, row_id: int) -> HttpResponse:
    row = queries.tendered_for(request.user, uuid, row_id)
    bills.pick_up(sale=row.sale, row=row)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def complete(request: StaffRequest, uuid: UUID) -> HttpResponse:
    sale = queries.open_sale_for(request.user, uuid)
    if sale.number:
        messages.success(request, _("Completed already; it is not done twice."))
        return seen("sale", sale.number)
    shown = checked(CompleteForm(request.POST)).cleaned_data["shown_cents"]
    done = sales.complete(sale=sale, shown_cents=shown, by=request.user)
    return seen("sale", done.number)
