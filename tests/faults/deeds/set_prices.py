"""Head office puts up a new price of gold while bills are open."""

from collections.abc import Iterator

from inventory.models import MetalPrice
from tests.faults.books import Books
from tests.faults.clerk import Clerk

WEIGHT = 1


def do(clerk: Clerk) -> None:
    """A few yuan up or down; the same price again is refused, and that is right."""
    yuan = 1_170 + clerk.dice.randrange(15)
    told = clerk.office.post("/prices/set/", {"Au-9990-sell": f"{yuan}.00"})
    clerk.prices_set += told.done


def broken(books: Books) -> Iterator[str]:
    """As many rows as prices that were acknowledged, besides the one of the opening."""
    told = sum(clerk.prices_set for clerk in books.clerks)
    stored = MetalPrice.objects.filter(metal="Au", fineness=9990, kind="sell").count() - 1
    if told != stored:
        yield f"{'lost' if told > stored else 'doubled'}: {told} prices were set, {stored} stand"
