"""The money and the things of a count: cash and slips, keys and certificates."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from counter import drawers, goals, handovers, sheets
from counter.handover_forms import CashForm, ItemForm, ReasonForm, SlipsForm
from counter.models import HandoverMoney
from counter.views.pages import checked, leave
from inventory.ground import access
from inventory.views.pages import StaffRequest


@require_POST
@access.page("sign_handover")
def count_money(request: StaffRequest, number: str, tender: str) -> HttpResponse:
    row = sheets.money_for(request.user, number, tender)
    count = _count_cash if row.tender.is_cash else _count_slips
    count(request, row)
    row.refresh_from_db()
    if row.is_shown and not row.differs:
        return leave(request, f"{goals.address_of(row.handover)}?tray=next")
    return leave(request, goals.address_of(row.handover, goals.money(tender)))


def _count_cash(request: StaffRequest, row: HandoverMoney) -> None:
    cash = checked(CashForm(request.POST))
    drawers.count_money(
        money=row,
        denominations=cash.denominations,
        taken_cents=cash.cleaned_data["taken"] or 0,
        by=request.user,
    )


def _count_slips(request: StaffRequest, row: HandoverMoney) -> None:
    slips = checked(SlipsForm(request.POST))
    vouchers = slips.cleaned_data["vouchers"] or 0
    drawers.count_money(money=row, cents=slips.cents, vouchers=vouchers, by=request.user)


@require_POST
@access.page("sign_handover")
def count_no_slips(request: StaffRequest, number: str) -> HttpResponse:
    """No slips of all tenders that nobody has counted yet."""
    found = sheets.handover_for(request.user, number)
    drawers.count_no_vouchers(handover=found, by=request.user)
    return leave(request, f"{goals.address_of(found)}?tray=next")


@require_POST
@access.page("sign_handover")
def accept_money(request: StaffRequest, number: str, tender: str) -> HttpResponse:
    row = sheets.money_for(request.user, number, tender)
    reason = checked(ReasonForm(request.POST)).cleaned_data["reason"]
    drawers.accept_money(money=row, reason=reason, by=request.user)
    return leave(request, f"{goals.address_of(row.handover)}?tray=next")


@require_POST
@access.page("count_pieces")
def check_item(request: StaffRequest, number: str, item_id: int) -> HttpResponse:
    item = sheets.item_for(request.user, number, item_id)
    typed = checked(ItemForm(request.POST)).cleaned_data
    handovers.check_item(
        item=item, counted=typed["counted"], remark=typed["remark"], by=request.user
    )
    return leave(request, goals.address_of(item.handover, goals.ITEMS))
