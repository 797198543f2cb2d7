"""Who is invited into the network showroom: inviting, inviting again, and ending it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from counter import customers
from counter.showroom import invitations
from counter.views.pages import checked, seen
from inventory.forms.fields import LARGEST_KEY, LineField
from inventory.ground import access
from inventory.views.pages import StaffRequest, store_of

ROWS = 50


class InviteForm(forms.Form):
    """Whom to invite: a customer there is, or a new file."""

    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    name = LineField(label=gettext_lazy("Name, if new"), max_length=60, required=False)


class EndForm(forms.Form):
    link = forms.IntegerField(min_value=1, max_value=LARGEST_KEY)


@require_GET
@access.page("keep_offers")
def showroom_guests(request: StaffRequest) -> HttpResponse:
    """Links that lead somewhere, newest first."""
    rows = invitations.listed(request.user)[:ROWS]
    return render(request, "counter/showroom_guests.html", {"rows": rows, "form": InviteForm()})


@require_POST
@access.page("keep_offers")
def invite_guest(request: StaffRequest) -> HttpResponse:
    """The link goes to the customer's telephone; one from before ends."""
    typed = checked(InviteForm(request.POST)).cleaned_data
    customer = customers.find_or_make(**typed, store=store_of(request), by=request.user)
    invitations.invite(customer=customer, by=request.user)
    messages.success(request, _("The personal link is on its way to %s.") % customer.masked_phone)
    return seen("showroom_guests")


@require_POST
@access.page("keep_offers")
def end_invitation(request: StaffRequest) -> HttpResponse:
    """The link leads nowhere any more, and whoever came by it is out."""
    typed = checked(EndForm(request.POST)).cleaned_data
    link = get_object_or_404(invitations.listed(request.user), pk=typed["link"])
    invitations.revoke(link=link, by=request.user)
    messages.success(request, _("The invitation has ended."))
    return seen("showroom_guests")
