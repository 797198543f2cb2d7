"""Deposits: what is owed for them, a new one, one deposit, and the way back to the customer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import (
    bills,
    credit_page,
    customers,
    deposit_lines,
    deposit_page,
    deposit_papers,
    deposit_refunds,
    deposits,
    queries,
    tenders,
)
from counter.deposit_forms import DepositForm, LockForm, PayBackForm, WithdrawForm
from counter.deposits import EndedBy
from counter.models import Sale
from counter.showroom import price_locks
from counter.views.pages import checked, counter_of, seen
from inventory import queries as stock
from inventory.ground import access, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, rights


@require_GET
@access.page("see_returns")
def deposit_list(request: StaffRequest) -> HttpResponse:
    """What the shop owes for deposits, by store and age; head office sees all stores."""
    told = {
        "liability": deposit_page.liability(request.user),
        "ages": [name for _days, name in credit_page.AGES],
        "may": rights(request.user, "take_returns", "all_stores"),
    }
    return render(request, "counter/deposits/list.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("sell")
def new_deposit(request: StaffRequest) -> HttpResponse:
    """The form for an order or a piece; a POST puts the deposit on the bill, or on a new one."""
    if request.method == "POST":
        return _put_on_bill(request)
    bill = DepositForm.base_fields["bill"].to_python(request.GET.get("bill", "") or None)
    told = {
        "new": deposit_page.new_deposit(
            request.user,
            order=request.GET.get("order", ""),
            piece=request.GET.get("piece", ""),
            sale=queries.open_sale_for(request.user, bill) if bill else None,
        )
    }
    return render(request, "counter/deposits/new.html", told)


def _put_on_bill(request: StaffRequest) -> HttpResponse:
    form = checked(DepositForm(request.POST))
    typed, user = form.cleaned_data, request.user
    order = deposit_page.order_for(user, typed["order"]) if typed["order"] else None
    piece = None if order else stock.piece_for(user, typed["piece"])
    sale = _bill_for(request, form)
    deposit_lines.add_line(
        sale=sale, cents=typed["amount"] or 0, terms=form.terms, order=order, piece=piece, by=user
    )
    return seen("sell", sale.uuid)


def _bill_for(request: StaffRequest, form: DepositForm) -> Sale:
    typed, user = form.cleaned_data, request.user
    if typed["bill"]:
        sale = queries.open_sale_for(user, typed["bill"])
    else:
        sale = bills.begin(counter=counter_of(request), by=user)
    if typed["phone"] and sale.customer_id is None:
        who = customers.find_or_make(
            phone=typed["phone"], name=typed["name"], store=sale.store, by=user
        )
        bills.name_customer(sale=sale, customer=who)
    return sale


@require_GET
@access.page("see_returns")
def deposit(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """One deposit: its rule in words, what became of it, and what is to be done."""
    found = deposit_page.deposit_for(request.user, uuid)
    told = {
        "page": deposit_page.page_of(found),
        "deposit": found,
        "may": rights(request.user, "take_returns", "sell"),
    }
    return render(request, "counter/deposits/deposit.html", told)


@require_GET
@access.page("see_returns")
def deposit_slip(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The paper for the customer, and the label of a reserved piece."""
    found = deposit_page.deposit_for(request.user, uuid)
    told = {"slip": deposit_papers.slip_of(found), "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_deposit.html", told)
    return printing.pdf_response(pdf, name=f"deposit-{found}.pdf")


@require_POST
@access.page("take_returns")
def pay_deposit_back(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The money goes back; a second person agrees first."""
    found = deposit_page.deposit_for(request.user, uuid)
    typed = checked(PayBackForm(request.POST)).cleaned_data
    tender = get_object_or_404(tenders.pay_out(), code=typed["tender"]) if typed["tender"] else None
    deposit_refunds.pay_back(
        deposit=found,
        counter=counter_of(request),
        tender=tender,
        mall_number=typed["mall_number"],
        by=request.user,
    )
    messages.success(request, _("The deposit is paid back."))
    return seen("deposit", uuid)


@require_POST
@access.page("take_returns")
def withdraw_deposit(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """Nothing is bought; who withdrew decides how much goes back."""
    found = deposit_page.deposit_for(request.user, uuid)
    how = checked(WithdrawForm(request.POST)).cleaned_data["how"]
    deposits.withdraw(deposit=found, how=EndedBy(how), by=request.user)
    return seen("deposit", uuid)


@require_POST
@access.page("take_returns")
def lapse_deposit(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """Its day has passed: what was agreed for then happens."""
    found = deposit_page.deposit_for(request.user, uuid)
    deposits.lapse(deposit=found, by=request.user)
    return seen("deposit", uuid)


# --- on an open bill


@require_POST
@access.page("sell")
def sell_reserved(request: StaffRequest, uuid: UUID) -> HttpResponse:
    """The customer buys the reserved piece: a bill with both on it."""
    found = deposit_page.deposit_for(request.user, uuid)
    sale = deposits.begin_bill(deposit=found, counter=counter_of(request), by=request.user)
    return seen("sell", sale.uuid)


@require_POST
@access.page("sell")
def credit_deposit(request: StaffRequest, uuid: UUID, deposit: UUID) -> HttpResponse:
    """A deposit of the customer pays on this bill."""
    sale = queries.open_sale_for(request.user, uuid)
    found = deposit_page.deposit_for(request.user, deposit)
    deposits.put_down(sale=sale, deposit=found, by=request.user)
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def take_deposit_off(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    line = queries.deposit_line_for(request.user, uuid, line_id)
    deposit_lines.take_off(sale=line.sale, line=line, by=request.user)
    return seen("sell", uuid)


# --- price locks


@require_POST
@access.page("see_orders")
def lock_price(request: StaffRequest, number: str) -> HttpResponse:
    """The metal price of this moment is kept for an order."""
    order = deposit_page.order_for(request.user, number)
    until = checked(LockForm(request.POST)).cleaned_data["until"]
    price_locks.lock(order=order, until=until, by=request.user)
    messages.success(request, _("The price is locked."))
    return seen(f"/orders/{order.number}/")


@require_GET
@access.page("all_stores")
def open_locks(request: StaffRequest) -> HttpResponse:
    """Head office: grams locked against stock."""
    told = {"rows": price_locks.open_grams(by=request.user)}
    return render(request, "counter/deposits/locks.html", told)
