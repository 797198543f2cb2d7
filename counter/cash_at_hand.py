"""The cash that a drawer must hold at this moment: none goes out of it that is not there."""

from django.utils.translation import gettext_lazy

from counter import custody, shifts
from counter.models import OPEN_STATES, Handover, HandoverMoney, Tender
from inventory.ground import settings_rows
from inventory.ground.errors import RuleBroken
from inventory.models import Place


class NotEnoughCash(RuleBroken):
    """The sentence names no figure, and is the same while the drawer is being counted: whoever
    counts it blind would learn by asking what has to lie there."""

    code = "not_enough_cash"
    sentence = gettext_lazy("This drawer cannot pay out so much cash now. Choose transfer.")


class CashNotThere(NotEnoughCash):
    """What was paid in cash goes back in cash, or not by a void."""

    code = "cash_not_there"
    sentence = gettext_lazy(
        "This drawer cannot give so much cash back now. Void the sale once it is counted, or once "
        "there is enough in it."
    )


def check_void(*, counter: Place, tender: Tender, cents: int) -> None:
    """As `check`, for a sale that is taken back; nothing goes out where as much was paid out."""
    if cents > 0:
        try:
            check(counter=counter, tender=tender, cents=cents)
        except NotEnoughCash:
            raise CashNotThere from None


def check(*, counter: Place, tender: Tender, cents: int) -> None:
    """Refuses cash beyond what the books say lies in the counter's drawer, and any while it is
    counted blind or a part of it was taken out for the safe. Other tenders pass. Call it under the
    store's head: what it finds stays true until the transaction ends (about 5 queries)."""
    if not tender.is_cash:
        return
    if _is_counted(counter, tender) or cents > holds_cents(counter, tender):
        raise NotEnoughCash(field="tender")


def holds_cents(counter: Place, tender: Tender) -> int:
    """What the last signed sheet left in the drawer, or else the store's float, with everything
    that was paid in and out since."""
    sheet = custody.last_sheet(counter)
    left = None if sheet is None else custody.left_by(sheet, tender)
    if left is None:
        left = settings_rows.number(counter.store, "cash_float_cents")
    cents, _vouchers = custody.paid(counter, since=_since(counter, sheet)).get(tender.pk, (0, 0))
    return left + cents


def _since(counter: Place, sheet: Handover | None) -> int:
    """The moment of the ledger from which the next sheet of the counter reckons."""
    if sheet is not None and sheet.sealed_seq is not None:
        return sheet.sealed_seq
    shift = shifts.set_aside_at(counter) or shifts.running_at(counter)
    return shift.change.seq if shift is not None else custody.head_seq(counter.store)


def _is_counted(counter: Place, tender: Tender) -> bool:
    rows = HandoverMoney.objects.filter(
        handover__counter=counter, handover__state__in=OPEN_STATES, tender=tender
    )
    return any(not row.is_shown or row.taken_cents for row in rows.select_related("tender"))
