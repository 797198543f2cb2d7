"""What is done to an order on its way; every act is a form on its page."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counter.models import ConsentHow, OrderState
from counter.order_forms import (
    ArriveForm,
    AssignForm,
    ContactForm,
    EndForm,
    PassOnForm,
    ReportForm,
    SaidForm,
    ShipForm,
    SignForm,
    StoneForm,
)
from counter.showroom import (
    allotments,
    endings,
    hand_overs,
    orders,
    production,
    queries,
    reviews,
    talks,
    versions,
)
from counter.views.pages import checked, counter_of, seen
from inventory import certificates
from inventory.ground import access
from inventory.views.pages import StaffRequest


@require_POST
@access.page("place_orders")
def confirm_by_phone(request: StaffRequest, number: str) -> HttpResponse:
    """The customer heard the summary on the telephone and said yes."""
    order = queries.order_for(request.user, number)
    orders.confirm_by_customer(order=order, how=ConsentHow.TELEPHONE, by=request.user)
    messages.success(request, _("Confirmed. The first check begins."))
    return seen("order", number)


@require_POST
@access.page("review_orders")
def pass_on_order(request: StaffRequest, number: str) -> HttpResponse:
    """It can be made: into the queue of a store."""
    order = queries.order_for(request.user, number)
    typed = checked(PassOnForm(request.POST)).cleaned_data
    order = reviews.pass_on(order=order, **typed, by=request.user)
    told = {"number": number, "store": order.queue}
    messages.success(request, _("Order %(number)s is in the queue of %(store)s.") % told)
    return seen("orders")


@require_POST
@access.page("work_orders")
def confirm_order(request: StaffRequest, number: str) -> HttpResponse:
    reviews.confirm(order=queries.order_for(request.user, number), by=request.user)
    messages.success(request, _("Second check done."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def send_order_back(request: StaffRequest, number: str) -> HttpResponse:
    """To the first check again, with the reason."""
    order = queries.order_for(request.user, number)
    text = checked(SaidForm(request.POST)).cleaned_data["text"]
    reviews.send_back(order=order, remark=text, by=request.user)
    messages.success(request, _("Sent back to the first check."))
    return seen("orders")


@require_POST
@access.page("work_orders")
def assign_order(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    typed = checked(AssignForm(request.POST, store=order.queue)).cleaned_data
    reviews.assign(order=order, clerk=typed["clerk"], by=request.user)
    messages.success(request, _("%s follows this order now.") % typed["clerk"].first_name)
    return seen("order", number)


@require_POST
@access.page("see_orders")
def ask_customer(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    text = checked(SaidForm(request.POST)).cleaned_data["text"]
    talks.ask(order=order, text=text, by=request.user)
    messages.success(request, _("The customer is asked."))
    return seen("order", number)


@require_POST
@access.page("see_orders")
def note_reply(request: StaffRequest, number: str, question_id: int) -> HttpResponse:
    """What the customer said on the telephone."""
    question = queries.question_for(request.user, number, question_id)
    text = checked(SaidForm(request.POST)).cleaned_data["text"]
    talks.reply(question=question, text=text, how=ConsentHow.TELEPHONE, by=request.user)
    messages.success(request, _("The answer is noted."))
    return seen("order", number)


@require_POST
@access.page("see_orders")
def answer_change(request: StaffRequest, number: str, version: int) -> HttpResponse:
    """The customer's yes or no to a change, as said on the telephone."""
    agreed = request.POST.get("agreed") == "yes"
    row = queries.version_for(request.user, number, version)
    versions.answer(version=row, agreed=agreed, how=ConsentHow.TELEPHONE, by=request.user)
    told = _("The change holds now.") if agreed else _("The order stays as it was.")
    messages.success(request, told)
    return seen("order", number)


@require_POST
@access.page("see_orders")
def note_order_contact(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    typed = checked(ContactForm(request.POST)).cleaned_data
    talks.note_contact(order=order, **typed, by=request.user)
    messages.success(request, _("Noted."))
    return seen("order", number)


@require_POST
@access.page("see_orders")
def refuse_order(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    typed = checked(EndForm(request.POST, state=OrderState.REFUSED)).cleaned_data
    endings.refuse(order=order, **typed, by=request.user)
    messages.success(request, _("Order %s is refused.") % number)
    return seen("order", number)


@require_POST
@access.page("see_orders")
def cancel_order(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    typed = checked(EndForm(request.POST, state=OrderState.CANCELLED)).cleaned_data
    endings.cancel(order=order, **typed, by=request.user)
    messages.success(request, _("Order %s is cancelled.") % number)
    return seen("order", number)


@require_POST
@access.page("work_orders")
def begin_order(request: StaffRequest, number: str) -> HttpResponse:
    """To the stones, or straight to the workshop."""
    order = allotments.begin(order=queries.order_for(request.user, number), by=request.user)
    messages.success(request, order.get_state_display())
    return seen("order", number)


@require_POST
@access.page("work_orders")
def allot_stone(request: StaffRequest, number: str, ordered_id: int) -> HttpResponse:
    ordered = queries.ordered_for(request.user, number, ordered_id)
    form = checked(StoneForm(request.POST))
    typed = form.cleaned_data
    allotments.allot(
        ordered=ordered,
        source=typed["source"],
        stone=typed["number"],
        facts=form.facts(),
        agreed=typed["agreed"],
        by=request.user,
    )
    messages.success(request, _("The stone is kept for this order."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def release_stone(request: StaffRequest, number: str, stone_id: int) -> HttpResponse:
    row = queries.stone_for(request.user, number, stone_id)
    allotments.release(allotment=row, by=request.user)
    messages.success(request, _("The stone is free again."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def stone_has_come(request: StaffRequest, number: str, stone_id: int) -> HttpResponse:
    """A stone that had to be bought is here."""
    allotments.come(allotment=queries.stone_for(request.user, number, stone_id), by=request.user)
    messages.success(request, _("The stone is here."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def start_production(request: StaffRequest, number: str) -> HttpResponse:
    production.start(order=queries.order_for(request.user, number), by=request.user)
    messages.success(request, _("In production."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def take_in_ordered(request: StaffRequest, number: str, ordered_id: int) -> HttpResponse:
    """One piece came from the workshop."""
    ordered = queries.ordered_for(request.user, number, ordered_id)
    form = checked(ArriveForm(request.POST, store=ordered.line.order.queue))
    typed = form.cleaned_data
    arrival = production.arrive(
        ordered=ordered,
        net_mg=typed["net_mg"],
        gross_mg=typed["gross_mg"],
        place=typed["place"],
        is_typed=True,
        differs=typed["differs"],
        made=form.made(),
        by=request.user,
    )
    messages.success(request, _("Piece %s is in the books.") % arrival.piece.number)
    return seen("order", number)


@require_POST
@access.page("work_orders")
def certify_ordered(request: StaffRequest, number: str, ordered_id: int) -> HttpResponse:
    """The laboratory's report of an arrived piece is here: it may be sold now."""
    ordered = queries.ordered_for(request.user, number, ordered_id)
    typed = checked(ReportForm(request.POST)).cleaned_data
    report = certificates.read(lab=typed["lab"], number=typed["number"])
    piece = production.certify(ordered=ordered, report=report, by=request.user)
    messages.success(request, _("Piece %s has its report.") % piece.number)
    return seen("order", number)


@require_POST
@access.page("work_orders")
def tell_customer(request: StaffRequest, number: str) -> HttpResponse:
    """What is here is ready for the customer."""
    hand_overs.tell(order=queries.order_for(request.user, number), by=request.user)
    messages.success(request, _("The customer is told."))
    return seen("order", number)


@require_POST
@access.page("sell")
def open_order_bill(request: StaffRequest, number: str) -> HttpResponse:
    """The bill of the hand-over, with everything that is here on it."""
    order = queries.order_for(request.user, number)
    sale = hand_overs.open_bill(order=order, counter=counter_of(request), by=request.user)
    return seen("sell", sale.uuid)


@require_POST
@access.page("work_orders")
def collect_order(request: StaffRequest, number: str) -> HttpResponse:
    """What was to be sent was fetched after all."""
    hand_overs.collect(order=queries.order_for(request.user, number), by=request.user)
    messages.success(request, _("Handed over."))
    return seen("order", number)


@require_POST
@access.page("work_orders")
def ship_order(request: StaffRequest, number: str) -> HttpResponse:
    order = queries.order_for(request.user, number)
    typed = checked(ShipForm(request.POST)).cleaned_data
    parcel = hand_overs.ship(order=order, **typed, by=request.user)
    messages.success(request, _("Sent as %s.") % parcel.tracking)
    return seen("order", number)


@require_POST
@access.page("work_orders")
def sign_for_parcel(request: StaffRequest, number: str, parcel_id: int) -> HttpResponse:
    parcel = queries.parcel_for(request.user, number, parcel_id)
    typed = checked(SignForm(request.POST)).cleaned_data
    hand_overs.sign_for(parcel=parcel, name=typed["name"], by=request.user)
    messages.success(request, _("Signed for by %s.") % typed["name"])
    return seen("order", number)
