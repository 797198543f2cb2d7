"""What goes with a piece on an open bill: gifts, and its picture as it is sold."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from counter import gifts, line_photos, queries
from counter.forms import GiftForm, PictureForm
from counter.trade_in_forms import MOST_BODY
from counter.views.pages import checked, seen
from inventory.ground import access, photos
from inventory.views.pages import StaffRequest


@require_POST
@access.page("sell")
def give_gift(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    line = queries.line_for(request.user, uuid, line_id)
    items = gifts.choices(line.sale.store)
    typed = checked(GiftForm(request.POST, items=items)).cleaned_data
    gifts.give(
        line=line,
        kind=typed["kind"],
        item=typed["item"],
        words=typed["words"],
        value_cents=typed["value"] or 0,
        by=request.user,
    )
    return seen("sell", uuid)


@require_POST
@access.page("sell")
def take_gift_away(request: StaffRequest, uuid: UUID, gift_id: int) -> HttpResponse:
    gifts.take_away(gift=queries.gift_for(request.user, uuid, gift_id), by=request.user)
    return seen("sell", uuid)


# decoding a picture takes its time: outside any transaction, and a newer one takes its place
@require_POST
@access.page("sell", keyed=False, max_body=MOST_BODY)
def photograph_line(request: StaffRequest, uuid: UUID, line_id: int) -> HttpResponse:
    line = queries.line_for(request.user, uuid, line_id)
    typed = checked(PictureForm(request.POST, request.FILES)).cleaned_data
    taken = photos.keep(file=typed["photo"], store=line.sale.store, by=request.user)
    line_photos.keep(line=line, photo=taken, by=request.user)
    return seen("sell", uuid)
