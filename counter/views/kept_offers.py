"""What the styles of the network showroom can be, kept by those who keep the offers."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from counter import offer_forms
from counter.models import StyleOffer
from counter.offer_forms import OfferForm
from counter.showroom import offers
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import seen
from inventory.ground import access, photos
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.models import Style
from inventory.views.pages import StaffRequest, store_of

SHOWN = 100


@require_GET
@access.page("keep_offers", scope=Scope.HOUSE)
def offer_list(request: StaffRequest) -> HttpResponse:
    """Every style that is offered, hidden ones too; `new`: a style number to offer."""
    new = request.GET.get("new", "").strip().upper()[:30]
    if new:
        if Style.objects.filter(code=new).exists():
            return redirect("edit_offer", new)
        messages.error(request, _("There is no style %s.") % new)
    text = request.GET.get("q", "").strip()[:40]
    rows = StyleOffer.objects.select_related("style", "photo")
    if text:
        rows = rows.filter(Q(style__code__icontains=text) | Q(style__name__icontains=text))
    listed = [(row, offer_forms.named(row)) for row in rows[:SHOWN]]
    return render(request, "counter/orders/offers.html", {"offers": listed, "text": text})


# a picture is decoded outside any transaction; the same sent twice says the same
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("keep_offers", scope=Scope.HOUSE, keyed=False, max_body=MOST_BODY)
def edit_offer(request: StaffRequest, code: str) -> HttpResponse:
    """What one style can be, and its picture."""
    style = get_object_or_404(Style, code=code)
    row = StyleOffer.objects.select_related("photo").filter(style=style).first()
    form = OfferForm(request.POST or None, offer=row)
    if request.method == "POST" and form.is_valid():
        try:
            _put(request, style, form)
        except RuleBroken as refusal:
            name = offer_forms.of_form(refusal.field)
            form.add_error(name if name in form.fields else None, str(refusal))
        else:
            messages.success(request, _("%s is offered so from now on.") % style)
            return seen("offers")
    told = {"form": form, "style": style, "offer": row}
    status = 422 if form.errors else 200
    return render(request, "counter/orders/offer.html", told, status=status)


def _put(request: StaffRequest, style: Style, form: OfferForm) -> None:
    """The picture is made small before anything is locked."""
    sent, photo = request.FILES.get("photo"), None
    if sent:
        photo = photos.keep(file=sent, store=store_of(request), by=request.user)
    offers.put(style=style, offer=form.offer(), by=request.user, photo=photo)
