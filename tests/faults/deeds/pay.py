"""Part of a bill is paid: cash, or a number from the terminal that must be taken once only."""

from collections.abc import Iterator

from counter.models import Payment, Tendered
from tests.faults.books import Books, differ
from tests.faults.clerk import CASH, WECHAT, Clerk
from tests.faults.deeds.sell import pay

WEIGHT = 12


def do(clerk: Clerk) -> None:
    """Half of a plain bill that nobody has paid anything for."""
    unpaid = [bill for bill in clerk.bills if bill.is_plain and not bill.paid]
    if unpaid:
        bill = clerk.dice.choice(unpaid)
        half = bill.sum_cents // 200 * 100
        pay(clerk, bill, clerk.dice.choice([CASH, WECHAT]), half)


def broken(books: Books) -> Iterator[str]:
    """Money, tender by tender: what lies on open bills, what was taken, what was given back."""
    on_bills = [
        (bill.at, tender, cents)
        for clerk in books.clerks
        for bill in clerk.bills
        for tender, cents in bill.paid
    ]
    rows = Tendered.objects.filter(sale__number=None, sale__counter__code__startswith="K")
    tendered = rows.values_list("sale__uuid", "tender__code", "amount_cents")
    stored = [(f"/sell/{uuid}/", tender, cents) for uuid, tender, cents in tendered]
    yield from differ("money on a bill", on_bills, stored)
    told = [
        (sold.number, tender, sign * cents)
        for _clerk, sold in books.sales()
        for tender, cents in sold.paid
        for sign in ((1,) if sold.stands else (1, -1))
    ]
    paid = Payment.objects.filter(sale__counter__code__startswith="K")
    yield from differ(
        "payment", told, list(paid.values_list("sale__number", "tender__code", "amount_cents"))
    )
