"""Store credit: to whom the shop owes it, one customer's, and the money that goes out for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import identities
from counter import credit_accounts, credit_page, credit_payouts, tenders
from counter.forms import CreditPayoutForm
from counter.identity_forms import IdentityForm
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import checked, counter_of, seen
from inventory.ground import access, settings_rows
from inventory.models import Store
from inventory.views.pages import StaffRequest, rights, store_of


@require_GET
@access.page("see_credit")
def credit_list(request: StaffRequest) -> HttpResponse:
    """What the shop owes its customers, by store and age; head office sees all stores."""
    stores = access.visible(Store.objects.order_by("pk"), request.user, store="pk")
    liability = credit_page.liability_of(credit_accounts.owing(request.user), stores=stores)
    told = {"liability": liability, "ages": [name for _days, name in credit_page.AGES]}
    return render(request, "counter/credit/list.html", told)


@require_GET
@access.page("see_credit")
def customer_credit(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Where one customer's credit came from, what became of it, and the form to pay it out."""
    customer = credit_accounts.customer_for(request.user, customer_id)
    told = {
        "account": credit_accounts.account_of(customer),
        "ways_out": tenders.pay_out(),
        "may": rights(request.user, "pay_out_credit"),
    }
    return render(request, "counter/credit/customer.html", told)


@require_POST
@access.page("pay_out_credit")
def pay_out_credit(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The money goes out of the drawer of this counter; the sale page has the paper to sign."""
    customer = credit_accounts.customer_for(request.user, customer_id)
    typed = checked(CreditPayoutForm(request.POST)).cleaned_data
    sale = credit_payouts.pay_out(
        customer=customer,
        counter=counter_of(request),
        tender=get_object_or_404(tenders.pay_out(), code=typed["tender"]),
        cents=typed["amount"] or 0,
        by=request.user,
    )
    messages.success(request, _("Paid out. Print the slip and let the customer sign it."))
    return seen("sale", sale.number)


# no key, because the answer to a key is kept for ever
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("pay_out_credit", keyed=False, max_body=MOST_BODY)
def credit_identity(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The paper of a customer whose credit is paid out. Nothing says why it is asked."""
    customer = credit_accounts.customer_for(request.user, customer_id)
    store = store_of(request)
    with_photo = settings_rows.value(store, "identity_photo") == "yes"
    back = reverse("customer_credit", args=[customer.pk])
    if request.method == "POST":
        form = checked(IdentityForm(request.POST, request.FILES, with_photo=with_photo))
        identities.take_of_customer(
            customer_id=customer.pk, store=store, paper=form.paper(), by=request.user
        )
        messages.success(request, _("The identity is kept, sealed."))
        return seen(back)
    told = {"customer": customer, "back": back, "form": IdentityForm(with_photo=with_photo)}
    return render(request, "counter/note_identity.html", told)
