"""A bill from the first scan to the piece in the customer's hand, or given up on the way."""

from collections.abc import Iterator

from counter.models import Sale, SaleLine
from inventory.models import Piece, State
from tests.faults.books import Books, differ
from tests.faults.clerk import CASH, Bill, Clerk, Sold, Stock
from tests.faults.tablet import hidden

WEIGHT = 60
MOST_PARKED = 4
MOST_LINES = 4


def do(clerk: Clerk) -> None:
    """The next step of one bill, or a new bill."""
    steps = [_begin, _begin, _add, _add, _mark, _complete, _complete, _complete, _give_up]
    clerk.dice.choice(steps)(clerk)


def begin(clerk: Clerk, piece: Stock) -> Bill | None:
    told = clerk.session.post("/sell/", {"code": piece.number})
    if not told.done:
        return None
    bill = Bill(told.location, [piece])
    clerk.begun.add(told.location)
    clerk.bills.append(bill)
    return bill


def complete(clerk: Clerk, bill: Bill, *, point: str = "") -> Sold | None:
    """Takes the money for the whole bill and finishes it; None when it was refused."""
    told = _pay_rest(clerk, bill)
    total = bill.sum_cents if bill.is_plain else _shown_cents(clerk, bill)
    if told is False:
        return None
    done = clerk.session.post(f"{bill.at}complete/", {"shown_cents": str(total)}, point=point)
    if not done.done:
        if done.refusal == "total_changed":
            clerk.session.post(f"{bill.at}refresh/")
        return None
    clerk.bills.remove(bill)
    sold = Sold(done.location.strip("/").removeprefix("sales/"), bill.pieces, bill.paid)
    for tender, cents in bill.paid:
        clerk.book_payment(tender, cents)
    for piece in bill.pieces:
        clerk.lying.pop(piece.number, None)
    clerk.sales.append(sold)
    clerk.shift_sales.append(sold)
    return sold


def broken(books: Books) -> Iterator[str]:
    """Bills, sales, their lines and the state of every piece, as they were told."""
    begun = [at for clerk in books.clerks for at in clerk.begun]
    open_now = [bill.at for clerk in books.clerks for bill in clerk.bills]
    rows = Sale.objects.filter(counter__code__startswith="K")
    stored = {f"/sell/{uuid}/" for uuid in rows.values_list("uuid", flat=True)}
    yield from (f"doubled: bill {at} was never begun" for at in stored - set(begun))
    still = rows.filter(number=None).values_list("uuid", flat=True)
    yield from differ("open bill", open_now, [f"/sell/{uuid}/" for uuid in still])
    told = [
        (sold.number, "voided" if sold.voided else "completed", sold.total_cents)
        for _clerk, sold in books.sales()
    ]
    done = rows.exclude(number=None).values_list("number", "state", "total_cents")
    yield from differ("sale", told, list(done))
    lines = [(sold.number, piece.number) for _clerk, sold in books.sales() for piece in sold.pieces]
    kept = SaleLine.objects.filter(sale__in=rows.exclude(number=None))
    yield from differ("line", lines, list(kept.values_list("sale__number", "piece__number")))
    gone = [piece.number for _clerk, sold in books.sales() if sold.stands for piece in sold.pieces]
    gone += [kept.piece.number for clerk in books.clerks for kept in clerk.kept if kept.sold_on]
    sold_now = Piece.objects.filter(state=State.SOLD).values_list("number", flat=True)
    yield from differ("sold piece", gone, list(sold_now))


def _begin(clerk: Clerk) -> None:
    free = clerk.free()
    if free and len(clerk.bills) < MOST_PARKED:
        begin(clerk, clerk.dice.choice(free))


def _add(clerk: Clerk) -> None:
    free = clerk.free()
    if not free or not clerk.bills:
        return
    bill, piece = clerk.dice.choice(clerk.bills), clerk.dice.choice(free)
    if bill.paid or len(bill.pieces) >= MOST_LINES:
        return
    if clerk.session.post(f"{bill.at}add/", {"code": piece.number}).done:
        bill.pieces.append(piece)


def _mark(clerk: Clerk) -> None:
    if clerk.bills:
        bill = clerk.dice.choice(clerk.bills)
        clerk.session.post(f"{bill.at}mark/", {"mark": f"red hat {len(clerk.sales)}"})


def _complete(clerk: Clerk) -> None:
    if clerk.bills:
        complete(clerk, clerk.dice.choice(clerk.bills))


def _give_up(clerk: Clerk) -> None:
    """Every fourth time only, and never with money on the bill."""
    unpaid = [bill for bill in clerk.bills if not bill.paid]
    if unpaid and clerk.dice.random() < 0.25:
        bill = clerk.dice.choice(unpaid)
        if clerk.session.post(f"{bill.at}give-up/").done:
            clerk.bills.remove(bill)
            clerk.given_up += 1


def _pay_rest(clerk: Clerk, bill: Bill) -> bool:
    """Whether all of it is paid now; gold by weight is paid to the cent, by telephone."""
    total = bill.sum_cents if bill.is_plain else _shown_cents(clerk, bill)
    due = total - sum(cents for _tender, cents in bill.paid)
    if due <= 0:
        return due == 0
    by_cash = bill.is_plain and clerk.dice.random() < 0.7
    return pay(clerk, bill, CASH if by_cash else "wechat", due)


def pay(clerk: Clerk, bill: Bill, tender: str, cents: int) -> bool:
    fields = {"tender": tender, "amount": f"{cents / 100:.2f}"}
    if tender != CASH:
        clerk.merchant_numbers += 1
        fields["merchant_number"] = f"{clerk.place.counter}X{clerk.merchant_numbers:010d}"
    if not clerk.session.post(f"{bill.at}pay/", fields).done:
        return False
    bill.paid.append((tender, cents))
    return True


def _shown_cents(clerk: Clerk, bill: Bill) -> int:
    """The total on the screen, as a person reads it there."""
    return int(hidden(clerk.session.get(bill.at), "shown_cents"))
