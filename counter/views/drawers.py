"""The money and the things of a count: cash and slips, keys and certificates."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from counter import bag_scans, drawers, goals, handovers, sheets
from counter.forms import CodeForm
from counter.handover_forms import BagsForm, CashForm, ItemForm, ReasonForm, SlipsForm
from counter.models import HandoverMoney
from counter.views.pages import checked, leave, seen
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


# --- sealed bags


@require_POST
@access.page("count_pieces")
def scan_bag(request: StaffRequest, number: str) -> HttpResponse:
    """One bag in the hand, by its label or its seal."""
    found = sheets.handover_for(request.user, number)
    code = checked(CodeForm(request.POST)).cleaned_data["code"]
    bag_scans.scan(handover=found, text=code, by=request.user)
    return seen(goals.address_of(found, goals.ITEMS))


@require_POST
@access.page("count_pieces")
def undo_bag(request: StaffRequest, number: str) -> HttpResponse:
    found = sheets.handover_for(request.user, number)
    bag_scans.undo(handover=found, by=request.user)
    return seen(goals.address_of(found, goals.ITEMS))


@require_POST
@access.page("count_pieces")
def hand_in_bags(request: StaffRequest, number: str) -> HttpResponse:
    """Every bag was scanned: now the books say what must be there."""
    found = sheets.handover_for(request.user, number)
    remark = checked(BagsForm(request.POST)).cleaned_data["remark"]
    bag_scans.hand_in(handover=found, remark=remark, by=request.user)
    return leave(request, goals.address_of(found, goals.ITEMS))
