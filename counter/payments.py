"""Money, and the only place where it moves. A refund is a negative row that points back."""

import re
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import cash_at_hand
from counter.models import Payment, Sale, Shift, Tender, Tendered, TenderKind
from inventory.ground import codes, measures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.statements import Asked

MERCHANT_NUMBER = re.compile(r"[0-9A-Z-]{6,64}")
NUMBERED = {TenderKind.ELECTRONIC, TenderKind.MALL}


class PaymentShort(RuleBroken):
    code = "payment_short"

    def __init__(self, *, missing_cents: int) -> None:
        told = {"missing": measures.yuan(missing_cents)}
        super().__init__(_("%(missing)s are still missing. Nothing was saved.") % told)


class PaymentOver(RuleBroken):
    code = "payment_over"
    status = 422

    def __init__(self, *, due_cents: int) -> None:
        told = {"due": measures.yuan(due_cents)}
        super().__init__(
            _("Only %(due)s are still due; only cash may be more.") % told, field="amount"
        )


class MerchantNumberNeeded(RuleBroken):
    code = "merchant_number_needed"
    status = 422
    sentence = gettext_lazy("Scan the order number from the terminal slip or the customer's bill.")


class MerchantNumberUsed(RuleBroken):
    code = "merchant_number_used"

    def __init__(self, *, document: str) -> None:
        told = {"document": document or _("an open bill")}
        super().__init__(
            _("This order number was used before: %(document)s. Nothing was saved.") % told,
            field="merchant_number",
        )


class BankCardNumber(RuleBroken):
    """Full card numbers never enter this system (PCI DSS)."""

    code = "bank_card_number"
    status = 422
    sentence = gettext_lazy("This looks like a full bank card number. It must not be typed here.")


class NothingTendered(RuleBroken):
    code = "nothing_tendered"
    status = 422
    sentence = gettext_lazy("Type the amount that is paid.")


def put_down(
    *, sale: Sale, tender: Tender, given_cents: int, merchant_number: str, due_cents: int, by: User
) -> Tendered:
    """What the customer pays with, noted on the open bill. `given_cents` of cash may be more than
    what is due; the rest goes back. Refused: nothing, more than is due by other tenders, an
    electronic tender without its order number or with one used before."""
    if given_cents <= 0:
        raise NothingTendered(field="amount")
    if due_cents <= 0 or (given_cents > due_cents and not tender.is_cash):
        raise PaymentOver(due_cents=max(due_cents, 0))
    row = Tendered(
        sale=sale,
        tender=tender,
        amount_cents=min(given_cents, due_cents),
        given_cents=given_cents,
        merchant_number=_checked_number(tender, merchant_number),
        by=by,
    )
    row.save(force_insert=True)
    return row


def tendered_on(sale: Sale) -> list[Tendered]:
    """What lies on a locked bill, with tenders and old gold, in the order it was put down."""
    return ask_tendered(sale).rows()


def ask_tendered(sale: Sale) -> Asked[Tendered]:
    """As `tendered_on`, and the rows may be fetched later."""
    on_it = "counter_tendered.sale_id = %s ORDER BY counter_tendered.id"
    return statements.ask_with(Tendered, on_it, [sale.pk], along=("tender", "trade_in"))


def take(*, sale: Sale, tendered: Sequence[Tendered], shift: Shift, book: Book) -> list[Payment]:
    """What is tendered on a locked bill becomes payments of the shift; what goes out for old gold
    or store credit too, with a minus. Refused when the sum is not the bill's total, and for more
    cash than the drawer must hold."""
    missing = (sale.total_cents or 0) - sum(row.amount_cents for row in tendered)
    if missing > 0:
        raise PaymentShort(missing_cents=missing)
    if missing < 0:
        raise PaymentOver(due_cents=sale.total_cents or 0)
    rows = [
        Payment(
            sale=sale,
            shift=shift,
            store=sale.store,
            tender_id=row.tender_id,
            # old gold comes in whole; what the bill does not need of it goes out beside it
            amount_cents=row.given_cents if row.back_by_id else row.amount_cents,
            # of a returned piece the rest goes back where it was paid, not over this counter
            given_cents=row.amount_cents if row.returned_id else row.given_cents,
            merchant_number=row.merchant_number,
            trade_in_id=row.trade_in_id,
            returned_id=row.returned_id,
            deposit_id=row.deposit_id,
        )
        for row in tendered
    ]
    taken = book.write(rows, kind="payment_taken", number=sale.number or "")
    return taken + _pay_out(sale=sale, tendered=tendered, shift=shift, book=book)


def _pay_out(
    *, sale: Sale, tendered: Sequence[Tendered], shift: Shift, book: Book
) -> list[Payment]:
    """The money that the customer gets for old gold beyond the bill, or for all of it, or for store
    credit. What the same bill brought in lies in the drawer already."""
    going = [(row, row.back_by) for row in tendered if row.back_by is not None]
    for row, tender in going:
        cash_at_hand.check(counter=sale.counter, tender=tender, cents=row.back_cents)
    rows = [
        Payment(
            sale=sale,
            shift=shift,
            store=sale.store,
            tender=tender,
            amount_cents=-row.back_cents,
            given_cents=-row.back_cents,
            trade_in_id=row.trade_in_id,
            deposit_id=row.deposit_id,
            is_payout=True,
        )
        for row, tender in going
    ]
    return book.write(rows, kind="payment_paid_out", number=sale.number or "")


def give_back(*, sale: Sale, shift: Shift, book: Book) -> list[Payment]:
    """Every payment of a bill is reversed in the same tender, in the shift that is open now.
    Refused while the drawer does not hold the cash that goes out."""
    live = list(sale.payments.filter(reverses__isnull=True).select_related("tender"))
    for tender in {paid.tender for paid in live}:
        cents = sum(paid.amount_cents for paid in live if paid.tender == tender)
        cash_at_hand.check_void(counter=sale.counter, tender=tender, cents=cents)
    rows = [
        Payment(
            sale=sale,
            shift=shift,
            store=sale.store,
            tender=paid.tender,
            amount_cents=-paid.amount_cents,
            given_cents=-paid.amount_cents,
            reverses=paid,
            trade_in_id=paid.trade_in_id,
            is_payout=paid.is_payout,
        )
        for paid in live
    ]
    return book.write(rows, kind="payment_reversed", number=sale.number or "")


def paid_out_cents(sale: Sale) -> int:
    """What went out for the old gold or the store credit of a completed sale, in cents (1
    query)."""
    rows = sale.payments.filter(is_payout=True, reverses__isnull=True)
    cents: int = rows.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    return -cents


def _checked_number(tender: Tender, text: str) -> str | None:
    plain = re.sub(r"\s", "", codes.half_width(text)).upper()
    if codes.looks_like_bank_card(plain):
        raise BankCardNumber(field="merchant_number")
    if tender.kind not in NUMBERED:
        return None
    if not MERCHANT_NUMBER.fullmatch(plain):
        raise MerchantNumberNeeded(field="merchant_number")
    used = Tendered.objects.filter(merchant_number=plain).select_related("sale").first()
    if used is not None:
        raise MerchantNumberUsed(document=used.sale.number or "")
    return plain
