"""Returns and exchanges: the list, the check of the pieces, money back or other goods."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import (
    came_back,
    customers,
    exchanges,
    pieces_back,
    queries,
    refunds,
    return_page,
    return_papers,
    return_photos,
    returns,
)
from counter.forms import CodeForm
from counter.models import Return
from counter.pieces_back import Handed
from counter.return_forms import (
    MallNumberForm,
    OnBillForm,
    PassForm,
    ReturnForm,
    ReturnPhotoForm,
    SettleForm,
)
from counter.return_page import NewReturn, ReturnPage
from counter.trade_in_forms import MOST_BODY, weights_of
from counter.views.pages import checked, counter_here, counter_of, seen
from inventory.ground import access, photos, printing
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, rights, store_of


@require_GET
@access.page("see_returns")
def return_list(request: StaffRequest) -> HttpResponse:
    told = {
        "rows": return_page.recent(request.user, store_of(request)),
        "may": rights(request.user, "take_returns", "set_plans"),
    }
    return render(request, "counter/returns/list.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("take_returns")
def new_return(request: StaffRequest) -> HttpResponse:
    """A card, a piece or a receipt brings the sale; a POST checks what comes back of it."""
    if request.method == "POST":
        return _take_back(request)
    code, page = request.GET.get("code", "").strip(), None
    if code:
        page = return_page.new_return(
            code=checked(CodeForm(request.GET)).cleaned_data["code"],
            store=store_of(request),
            by=request.user,
            session=request.session,
        )
    return render(request, "counter/returns/new.html", {"page": page, "form": ReturnForm()})


def _take_back(request: StaffRequest) -> HttpResponse:
    store, by = store_of(request), request.user
    code = checked(CodeForm(request.POST)).cleaned_data["code"]
    form = checked(ReturnForm(request.POST))
    page = return_page.new_return(
        code=code, store=store, by=by, session=request.session, post=request.POST
    )
    back = returns.take_back(
        sale=page.sale,
        wish=form.wish(),
        brought=[
            each.form.in_hand(each.found, request.POST, photo=each.photo, store=store, by=by)
            for each in page.chosen
        ],
        counter=counter_of(request),
        customer_id=_customer_id(request, page, form),
        by=by,
    )
    return_photos.forget(request.session)
    return seen("return", back.number)


# decoding a picture takes its time: outside any transaction, and a newer one takes its place
@require_POST
@access.page("take_returns", keyed=False, max_body=MOST_BODY)
def photograph_return(request: StaffRequest) -> HttpResponse:
    """A picture of one piece on the counter, before it is checked."""
    typed = checked(ReturnPhotoForm(request.POST, request.FILES)).cleaned_data
    store = store_of(request)
    found = came_back.find(text=typed["code"], store=store, by=request.user)
    line = next((each.line for each in found if each.line.pk == typed["line"]), None)
    if line is None:
        raise returns.NotSoldHere
    taken = photos.keep(file=typed["photo"], store=store, by=request.user)
    return_photos.keep(request.session, line, taken)
    return seen(f"{reverse('new_return')}?{urlencode({'code': typed['code']})}")


def _customer_id(request: StaffRequest, page: NewReturn, form: ReturnForm) -> int | None:
    """Who is typed here, where the sale has nobody."""
    phone = form.cleaned_data["phone"]
    if page.sale.customer_id or not phone:
        return page.sale.customer_id
    store = store_of(request)
    return customers.find_or_make(phone=phone, name="", store=store, by=request.user).pk


@require_GET
@access.page("see_returns")
def return_seen(request: StaffRequest, number: str) -> HttpResponse:
    """One return; what the page offers is what comes next."""
    page = ReturnPage(_found(request, number), by=request.user, counter=counter_here(request))
    return render(request, "counter/returns/return.html", {"page": page, "back": page.back})


@require_GET
@access.page("see_returns")
def return_slip(request: StaffRequest, number: str) -> HttpResponse:
    """退换单, for the customer to sign."""
    slip = return_papers.slip_of(_found(request, number))
    told = {"slip": slip, "house_name": house_name()}
    pdf = printing.render_pdf("counter/print_return_slip.html", told)
    return printing.pdf_response(pdf, name=f"{number}.pdf")


@require_POST
@access.page("take_returns")
def settle_return(request: StaffRequest, number: str) -> HttpResponse:
    """The money goes back, or the old pieces that paid; a second person agrees first."""
    back, form = _found(request, number), checked(SettleForm(request.POST))
    handed = _handed(request, back, form) if form.cleaned_data["pieces"] else None
    refunds.settle(back=back, by=request.user, handed=handed)
    if handed is None:
        told = _("The money goes back. The piece is the shop's again.")
    else:
        told = _("The customer has the old gold back. The piece is the shop's again.")
    messages.success(request, told)
    return seen("return", number)


def _handed(request: StaffRequest, back: Return, form: SettleForm) -> Handed:
    weights = weights_of(request.POST, pieces_back.pieces_of(back), by=request.user)
    return Handed(weights, form.drawn)


@require_POST
@access.page("take_returns")
def enter_mall_number(request: StaffRequest, number: str) -> HttpResponse:
    back = _found(request, number)
    typed = checked(MallNumberForm(request.POST)).cleaned_data["mall_number"]
    refunds.enter_mall_number(back=back, number=typed, by=request.user)
    messages.success(request, _("The mall has paid it back."))
    return seen("return", number)


@require_POST
@access.page("take_returns")
def put_return_on_bill(request: StaffRequest, number: str) -> HttpResponse:
    """The return pays on an open bill of this counter; the bill goes on from there."""
    back = _found(request, number)
    typed = checked(OnBillForm(request.POST)).cleaned_data["bill"]
    bill = get_object_or_404(queries.open_bills(counter_here(request)), uuid=typed)
    bill.store, bill.counter = back.store, counter_of(request)
    exchanges.put_down(sale=bill, back=back, by=request.user)
    return seen("sell", bill.uuid)


@require_POST
@access.page("take_returns")
def drop_return(request: StaffRequest, number: str) -> HttpResponse:
    returns.drop(back=_found(request, number), by=request.user)
    messages.success(request, _("The customer keeps the piece."))
    return seen("return", number)


@require_POST
@access.page("take_returns")
def pass_returned(request: StaffRequest, number: str) -> HttpResponse:
    """Somebody looked at a returned piece: it may be sold again."""
    back = _found(request, number)
    typed = checked(PassForm(request.POST)).cleaned_data["line"]
    line = get_object_or_404(back.lines.select_related("piece"), pk=typed)
    piece = returns.pass_check(back=back, piece=line.piece, by=request.user)
    messages.success(request, _("Piece %s is on sale again.") % piece.number)
    return seen("return", number)


def _found(request: StaffRequest, number: str) -> Return:
    return return_page.return_for(request.user, number)
