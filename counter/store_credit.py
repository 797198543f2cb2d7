"""换货余额: what the shop owes a customer in goods. It arises from exchanges, fees and deposits,
belongs to one customer, and is never sold in advance. `credit_payouts` gives it back in money."""

from collections.abc import Sequence

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.models import TradeIn
from counter import customers
from counter.models import (
    CreditEntry,
    CreditReason,
    Customer,
    Deposit,
    Sale,
    Tendered,
    TenderKind,
)
from inventory.ground import measures
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from warranty.models import Ticket


class CreditNeedsCustomer(RuleBroken):
    code = "credit_needs_customer"
    status = 422
    sentence = gettext_lazy("Store credit belongs to a customer. Add the customer first.")


class CreditTooSmall(RuleBroken):
    """Less is left than would be spent; perhaps it was spent on another bill meanwhile."""

    code = "credit_too_small"

    def __init__(self, *, left_cents: int) -> None:
        told = {"left": measures.yuan(left_cents)}
        super().__init__(
            _("Only %(left)s of store credit are left. Nothing was saved.") % told, field="amount"
        )


class CreditSpent(RuleBroken):
    """The credit that this sale gave has bought something else since."""

    code = "credit_spent"
    sentence = gettext_lazy(
        "The store credit from this sale has been spent already. Void the sale that spent it first."
    )


def balance(customer: Customer | int) -> int:
    """What a customer has left, in cents (1 query)."""
    rows = CreditEntry.objects.filter(customer=customer)
    cents: int = rows.aggregate(sum=Sum("cents", default=0))["sum"]
    return cents


def check_left(*, sale: Sale, cents: int) -> None:
    """Refuses more credit on an open bill than its customer has left, less what lies on it."""
    if sale.customer_id is None:
        raise CreditNeedsCustomer(field="tender")
    on_it = Tendered.objects.filter(sale=sale, tender__kind=TenderKind.CREDIT)
    left = balance(sale.customer_id) - on_it.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    if cents > left:
        raise CreditTooSmall(left_cents=max(left, 0))


def spend(*, sale: Sale, tendered: Sequence[Tendered], book: Book) -> None:
    """The credit on a bill that is being completed is used, for goods or for money. Refused when
    less is left: of two baskets that want the same credit one gets it."""
    rows = [row for row in tendered if row.tender.kind == TenderKind.CREDIT]
    if not rows:
        return
    if sale.customer_id is None:
        raise CreditNeedsCustomer
    cents, left = sum(row.given_cents for row in rows), locked_balance(sale.customer_id)
    if cents > left:
        raise CreditTooSmall(left_cents=left)
    goes_out = any(row.back_by_id for row in rows)
    reason = CreditReason.PAID_OUT if goes_out else CreditReason.SPENT
    write(sale=sale, customer_id=sale.customer_id, cents=-cents, reason=reason, book=book)


def owners(sale: Sale) -> set[int]:
    """Whose credit a completed sale gave or took (1 query)."""
    return set(CreditEntry.objects.filter(sale=sale).values_list("customer", flat=True))


def spenders(*, sale: Sale, tendered: Sequence[Tendered]) -> set[int]:
    """Whose credit lies on a bill."""
    spends = any(row.tender.kind == TenderKind.CREDIT for row in tendered)
    return {sale.customer_id} if spends and sale.customer_id else set()


def give_back(*, sale: Sale, book: Book) -> None:
    """A void: what was spent is there again, what the sale gave is gone. Refused when that was
    spent elsewhere meanwhile."""
    for entry in list(
        CreditEntry.objects.filter(sale=sale).select_related("trade_in", "ticket", "deposit")
    ):
        _take_back(entry, sale=sale, book=book)


def take_back_surplus(*, sale: Sale, trade_in: TradeIn, book: Book) -> None:
    """The old gold of a sale went back itself, and what it was worth beyond its bill with it.
    Refused when that was spent meanwhile."""
    rows = CreditEntry.objects.filter(sale=sale, trade_in=trade_in, reason=CreditReason.SURPLUS)
    for entry in list(rows.select_related("trade_in", "ticket")):
        _take_back(entry, sale=sale, book=book)


def write(
    *,
    sale: Sale,
    customer_id: int,
    cents: int,
    reason: CreditReason,
    book: Book,
    trade_in: TradeIn | None = None,
    ticket: Ticket | None = None,
    deposit: Deposit | None = None,
) -> CreditEntry:
    """One more entry of a customer; the balance is their sum."""
    entry = CreditEntry(
        store=sale.store,
        customer_id=customer_id,
        cents=cents,
        reason=reason,
        trade_in=trade_in,
        ticket=ticket,
        deposit=deposit,
        sale=sale,
        at=book.at,
    )
    (written,) = book.write([entry], kind=f"credit_{reason}", number=sale.number or "")
    return written


def _take_back(entry: CreditEntry, *, sale: Sale, book: Book) -> None:
    if entry.cents > locked_balance(entry.customer_id):
        raise CreditSpent
    write(
        sale=sale,
        customer_id=entry.customer_id,
        cents=-entry.cents,
        reason=CreditReason.GIVEN_BACK,
        trade_in=entry.trade_in,
        ticket=entry.ticket,
        deposit=entry.deposit,
        book=book,
    )


def locked_balance(customer_id: int) -> int:
    """The balance, which nobody else changes before the end of the transaction: the credit of one
    customer may be spent in two stores at once, whose heads are two. Who needs a second file as
    well has called `customers.lock` for both before."""
    customers.lock([customer_id])
    return balance(customer_id)
