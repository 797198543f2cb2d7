"""The demo's deposits: a ring that is reserved with earnest money, a necklace with a deposit, and
one whose customer thought again: the money waits to be paid back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User

from counter import bills, customers, deposit_lines, deposits, sales
from counter.deposit_lines import Terms
from counter.deposits import EndedBy
from counter.models import Afterwards, Deposit, DepositKind, Tender
from inventory import places
from inventory.ground.measures import Metal
from inventory.models import Category, Piece, Place, State

KEPT_DAYS: Final = 30
# whose it is, what is set aside, how much is paid before
EARNEST: Final = ("13812340011", "吴女士", Category.RING, 100_000)
RETURNABLE: Final = ("13812340012", "郑先生", Category.NECKLACE, 50_000)
THOUGHT_AGAIN: Final = ("13812340013", "冯女士", Category.PENDANT, 20_000)

Wanted = tuple[str, str, Category, int]


def load(*, counter: Place, people: Mapping[str, User]) -> None:
    """This morning's deposits at a counter whose shift is open."""
    by = people["lin"]
    _take(EARNEST, DepositKind.EARNEST, Afterwards.LOST, counter=counter, by=by)
    _take(RETURNABLE, DepositKind.RETURNABLE, Afterwards.BACK, counter=counter, by=by)
    back = _take(THOUGHT_AGAIN, DepositKind.RETURNABLE, Afterwards.BACK, counter=counter, by=by)
    deposits.withdraw(deposit=back, how=EndedBy.CUSTOMER, by=by)


def _take(
    wanted: Wanted, kind: DepositKind, afterwards: Afterwards, *, counter: Place, by: User
) -> Deposit:
    phone, name, category, cents = wanted
    free = Piece.objects.filter(
        store=counter.store, category=category, metal=Metal.GOLD, state=State.ON_SALE
    )
    sale = bills.begin(counter=counter, by=by)
    who = customers.find_or_make(phone=phone, name=name, store=counter.store, by=by)
    bills.name_customer(sale=sale, customer=who)
    sale.customer = who
    until = places.business_day(counter.store) + timedelta(days=KEPT_DAYS)
    deposit_lines.add_line(
        sale=sale,
        cents=cents,
        terms=Terms(kind, until, afterwards),
        piece=free.select_related("store").order_by("-number")[0],
        by=by,
    )
    cash = Tender.objects.get(code="cash")
    bills.put_down(sale=sale, tender=cash, given_cents=cents, merchant_number="", by=by)
    sales.complete(sale=sale, shown_cents=cents, by=by)
    return sale.deposits_taken.get()
