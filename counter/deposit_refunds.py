"""A deposit goes back to the customer: by the tenders it was paid with, in the shift that is open
now, with a second person's yes. What a shop that failed owes beyond that, since it counts double,
goes out from the drawer or by the bank, by a bill without lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from counter import (
    bills,
    cash_at_hand,
    cash_watch,
    customers,
    deposits,
    payments,
    refund_shares,
    refunds,
    sales,
    shifts,
    tenders,
)
from counter.models import (
    Deposit,
    DepositState,
    Payment,
    Sale,
    Shift,
    Tender,
    Tendered,
)
from counter.old_gold import PayoutNeeded
from counter.refund_shares import Share
from inventory.ground import access, approvals, changes, codes, measures
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.models import Place
from inventory.queries import OtherStore


@dataclass(frozen=True)
class Reckoned:
    """How a deposit goes back: of which payments how much, and what goes out beyond them."""

    parts: Sequence[Share]
    extra_cents: int

    @property
    def cents(self) -> int:
        return sum(part.cents for part in self.parts) + self.extra_cents

    @property
    def at_mall(self) -> bool:
        return any(part.at_mall for part in self.parts)


@transaction.atomic
def pay_back(
    *, deposit: Deposit, counter: Place, tender: Tender | None, mall_number: str, by: User
) -> Deposit:
    """All that is left of a deposit goes back. `tender`: by which the double part goes out, in cash
    or by transfer; `mall_number`: of the mall's desk, where the mall took the money.

    Refused: to a role without the right, another store's, one that is not to be paid back or was
    paid back already, without a second person, without an open shift, for more cash than the drawer
    holds, and without the mall's number or the tender where they are needed.
    """
    access.refuse_unless(by, "take_returns", store=deposit.store)
    if counter.store_id != deposit.store_id:
        raise OtherStore
    with changes.opened(store=deposit.store, by=by) as book:
        shift = shifts.lock_open(counter=counter)
        Sale.objects.select_for_update(of=("self",)).get(pk=deposit.sale_id)
        locked = deposits.lock(deposit)
        if locked.state != DepositState.DUE_BACK:
            raise deposits.DepositMoved(locked)
        back = reckon(locked)
        number = _checked_mall_number(mall_number) if back.at_mall else None
        if back.extra_cents and (tender is None or tender.kind not in tenders.PAYS_OUT):
            raise PayoutNeeded(field="tender")
        approvals.spend(ask=ask(locked, back, tender=tender), by=by)
        cents = _pay(locked, back.parts, counter=counter, shift=shift, book=book, number=number)
        if cents:
            deposits.pay_out(locked, cents=cents, sale=None, book=book)
    if back.extra_cents and tender is not None:
        _pay_extra(locked, counter=counter, tender=tender, cents=back.extra_cents, by=by)
        locked.refresh_from_db()
    return locked


def reckon(deposit: Deposit) -> Reckoned:
    """What would go back of a deposit now (about 5 queries)."""
    left = deposits.balance(deposit)
    before = deposit.payments.filter(reverses__isnull=False)
    gone: int = -before.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    as_paid = min(left, deposit.cents - gone)
    parts = refund_shares.shares(sale=deposit.sale, cents=as_paid) if as_paid else []
    return Reckoned(parts, left - as_paid)


def ask(deposit: Deposit, back: Reckoned, *, tender: Tender | None) -> Ask:
    """What the second person agrees to: how much goes back to whom, and how."""
    ways = [f"{part.payment.tender} {measures.yuan(part.cents)}" for part in back.parts]
    if back.extra_cents:
        ways.append(f"{tender or ''} {measures.yuan(back.extra_cents)}".strip())
    told = {
        "number": str(deposit),
        "cents": measures.yuan(back.cents),
        "who": deposit.customer.masked_phone,
        "ways": ", ".join(ways),
    }
    return Ask(
        action="pay_back_deposit",
        store=deposit.store.code,
        document=str(deposit),
        figures={"deposit": deposit.pk, "cents": back.cents, "ways": told["ways"]},
        summary=_("Deposit of %(number)s: %(cents)s go back to %(who)s (%(ways)s)") % told,
        permission="agree_return",
    )


def _pay(
    deposit: Deposit,
    parts: Sequence[Share],
    *,
    counter: Place,
    shift: Shift,
    book: Book,
    number: str | None,
) -> int:
    for tender in {part.payment.tender for part in parts}:
        cents = sum(part.cents for part in parts if part.payment.tender == tender)
        cash_at_hand.check(counter=counter, tender=tender, cents=cents)
    rows = [
        Payment(
            sale_id=part.payment.sale_id,
            shift=shift,
            store=deposit.store,
            tender=part.payment.tender,
            amount_cents=-part.cents,
            given_cents=-part.cents,
            merchant_number=number if part.at_mall else None,
            reverses=part.payment,
            deposit=deposit,
        )
        for part in parts
    ]
    book.write(rows, kind="payment_refunded", number=str(deposit))
    return sum(part.cents for part in parts)


def _pay_extra(deposit: Deposit, *, counter: Place, tender: Tender, cents: int, by: User) -> Sale:
    """The double part: a bill without lines, opened and completed in one go."""
    sale = bills.begin(counter=counter, by=by)
    with changes.opened(store=counter.store, by=by):
        sale = bills.lock_open(sale)
        bills.name_customer(sale=sale, customer=deposit.customer)
        sale.customer_id = deposit.customer_id
        customers.lock({deposit.customer_id, *customers.of_one_person(deposit.customer_id)[:1]})
        cash_at_hand.check(counter=counter, tender=tender, cents=cents)
        if tender.is_cash:
            cash_watch.check(sale=sale, more_cents=cents)
        row = Tendered(
            sale=sale,
            tender=tenders.deposit(),
            amount_cents=0,
            given_cents=cents,
            deposit=deposit,
            back_by=tender,
            by=by,
        )
        row.save(force_insert=True)
    return sales.complete(sale=sale, shown_cents=0, by=by)


def _checked_mall_number(text: str) -> str:
    plain = "".join(codes.half_width(text).split()).upper()
    if not payments.MERCHANT_NUMBER.fullmatch(plain):
        raise refunds.MallNumberNeeded(field="mall_number")
    if Payment.objects.filter(merchant_number=plain).exists():
        raise refunds.MallNumberUsed(field="mall_number")
    return plain
