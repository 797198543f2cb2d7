"""A piece is reserved with a deposit at the chief's counter, and sold to its customer: the deposit
pays there once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.utils import timezone

from counter.models import Deposit, Payment
from tests.faults.books import Books, differ
from tests.faults.clerk import Clerk, Kept
from tests.faults.deeds.buy_back import COUNTER, TRANSFER

WEIGHT = 1
DEPOSIT_CENTS: Final = 3_000
PHONE: Final = "13800000077"
DEPOSIT: Final = re.compile(r"/deposits/([0-9a-f-]{36})/")


def do(clerk: Clerk) -> None:
    """One charm, from the deposit to the sale; whatever stops it leaves it as it is."""
    free = [piece for piece in clerk.free() if piece.cents is not None]
    if not free:
        return
    kept = Kept(clerk.dice.choice(free))
    clerk.chief.post(f"/shifts/{COUNTER}/open/")
    told = clerk.chief.post("/deposits/new/", _terms(kept))
    if not told.done:
        return
    clerk.kept.append(kept)
    number = _complete(clerk, told.location, DEPOSIT_CENTS, DEPOSIT_CENTS)
    if not number:
        return
    kept.state, kept.taken_on = "open", number
    found = DEPOSIT.search(clerk.chief.get(f"/sales/{number}/").body)
    if found is None:
        clerk.tablet.broken.append(f"fault: sale {number} does not lead to its deposit")
        return
    told = clerk.chief.post(f"/deposits/{found[1]}/sell/")
    cents = kept.piece.cents or 0
    if told.done and (number := _complete(clerk, told.location, cents - DEPOSIT_CENTS, cents)):
        kept.state, kept.sold_on = "used", number
        clerk.lying.pop(kept.piece.number, None)


def broken(books: Books) -> Iterator[str]:
    """Each deposit in the state it was told to be in, paid once and credited once."""
    all_kept = [kept for clerk in books.clerks for kept in clerk.kept if kept.taken_on]
    told = [(kept.taken_on, kept.piece.number, kept.state) for kept in all_kept]
    stored = Deposit.objects.values_list("sale__number", "piece__number", "state")
    yield from differ("deposit", told, list(stored))
    used = [(kept.sold_on, DEPOSIT_CENTS) for kept in all_kept if kept.sold_on]
    paid = Payment.objects.filter(deposit__isnull=False)
    yield from differ(
        "credited deposit", used, list(paid.values_list("sale__number", "amount_cents"))
    )


def _terms(kept: Kept) -> dict[str, str]:
    return {
        "piece": kept.piece.number,
        "phone": PHONE,
        "amount": f"{DEPOSIT_CENTS / 100:.2f}",
        "kind": "returnable",
        "until": f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}",
        "afterwards": "back",
    }


def _complete(clerk: Clerk, at: str, due_cents: int, total_cents: int) -> str:
    """The number of the sale, paid by transfer; empty when it was refused."""
    paid = {"tender": TRANSFER, "amount": f"{due_cents / 100:.2f}"}
    if not clerk.chief.post(f"{at}pay/", paid).done:
        return ""
    done = clerk.chief.post(f"{at}complete/", {"shown_cents": str(total_cents)})
    return done.location.strip("/").removeprefix("sales/") if done.done else ""
