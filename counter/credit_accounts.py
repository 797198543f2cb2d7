"""Where a customer's store credit came from and what became of it, oldest first: what is used up is
what came in first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet, Sum
from django.shortcuts import get_object_or_404

from appraisal import buy_back_value
from appraisal.buy_back_value import InMoney
from counter.models import CreditEntry, CreditReason, Customer, Payment, Sale
from counter.tenders import NO_MONEY
from inventory.ground import access
from inventory.models import Store
from inventory.queries import Who

# what gave it, a trade-in, a ticket or a deposit, and the bill
Key = tuple[int | None, int | None, int | None, int | None]


@dataclass
class Origin:
    """Credit that a bill gave: from which old gold or ticket, how much, and what is left of it in
    cents."""

    number: str  # of the trade-in or the ticket
    trade_in_id: int | None
    sale: Sale | None
    paid_on: Sale | None  # the bill that took the money; a deposit was paid on an earlier one
    store: Store
    at: datetime
    cents: int
    left_cents: int


@dataclass
class Use:
    """Credit that a bill took, for goods or in money, and of which origins how much."""

    sale: Sale | None
    at: datetime
    cents: int
    is_money: bool
    taken: list[tuple[Origin, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Account:
    """The store credit of one customer."""

    customer: Customer
    origins: Sequence[Origin]
    uses: Sequence[Use]

    @property
    def left_cents(self) -> int:
        return sum(origin.cents for origin in self.origins) - sum(use.cents for use in self.uses)

    @property
    def left(self) -> list[Origin]:
        return [origin for origin in self.origins if origin.left_cents]

    @cached_property
    def money_cents(self) -> int:
        """How much of it may go out in money: the buy-back value of what has bought no goods, less
        what went out before (4 queries)."""
        sources = [origin.trade_in_id for origin in self.origins if origin.trade_in_id]
        values = buy_back_value.of_credits(sources)
        bought = _paid_in_goods(self.origins)
        parts = [_Part(each.cents, _value_of(each, values, bought)) for each in self.origins]
        for use in self.uses:
            rest = use.cents
            for part in parts:
                rest -= part.use(rest, is_money=use.is_money)
        return min(sum(part.payable_cents for part in parts), max(self.left_cents, 0))


@dataclass
class _Part:
    """One origin while its uses are gone through again."""

    cents: int
    value_cents: int  # in money
    goods_cents: int = 0
    money_cents: int = 0

    @property
    def payable_cents(self) -> int:
        kept = self.value_cents * (self.cents - self.goods_cents) // self.cents
        return max(kept - self.money_cents, 0)

    def use(self, cents: int, *, is_money: bool) -> int:
        if is_money:
            taken = min(cents, self.payable_cents)
            self.money_cents += taken
        else:
            taken = min(cents, self.cents - self.goods_cents - self.money_cents)
            self.goods_cents += taken
        return taken


def account_of(customer: Customer) -> Account:
    """All that a customer was given and has used (1 query)."""
    return _account(customer, _entries().filter(customer=customer))


def balance_at(customer: Customer, entry: CreditEntry) -> int:
    """What was left in cents once this entry was written (1 query)."""
    rows = CreditEntry.objects.filter(customer=customer, pk__lte=entry.pk)
    cents: int = rows.aggregate(sum=Sum("cents", default=0))["sum"]
    return cents


def customer_for(user: Who, pk: int) -> Customer:
    """A customer who was given credit in a store this person may see, or has used it there."""
    seen = access.visible(CreditEntry.objects.all(), user).values("customer")
    return get_object_or_404(Customer.objects.filter(pk__in=seen), pk=pk)


def owing(user: Who) -> list[Account]:
    """The accounts of all customers who have something left, as far as this person's stores gave
    it (2 queries)."""
    sums = CreditEntry.objects.order_by().values("customer").annotate(left=Sum("cents"))
    seen = access.visible(CreditEntry.objects.all(), user).values("customer")
    holders = sums.filter(left__gt=0, customer__in=seen).values("customer")
    by_customer: dict[Customer, list[CreditEntry]] = defaultdict(list)
    for entry in _entries().filter(customer__in=holders):
        by_customer[entry.customer].append(entry)
    return [_account(customer, entries) for customer, entries in by_customer.items()]


def _entries() -> QuerySet[CreditEntry]:
    along = CreditEntry.objects.select_related(
        "customer", "store", "sale", "trade_in", "ticket", "deposit__sale"
    )
    return along.order_by("pk")


def _account(customer: Customer, entries: Iterable[CreditEntry]) -> Account:
    """What a void has taken back comes to nothing and stands nowhere."""
    rows: dict[Key, list[CreditEntry]] = defaultdict(list)
    for entry in entries:
        rows[entry.trade_in_id, entry.ticket_id, entry.deposit_id, entry.sale_id].append(entry)
    origins, uses = [], []
    for (trade_in, ticket, deposit, _sale), group in rows.items():
        cents = sum(entry.cents for entry in group)
        if cents and (trade_in or ticket or deposit):
            origins.append(_origin(group[0], cents))
        elif cents:
            uses.append(_use(group[0], -cents))
    for use in uses:
        _use_up(origins, use)
    return Account(customer, origins, uses)


def _origin(entry: CreditEntry, cents: int) -> Origin:
    source = entry.trade_in or entry.ticket
    number = source.number if source else ""
    paid_on = entry.deposit.sale if entry.deposit else entry.sale
    return Origin(
        number=number,
        trade_in_id=entry.trade_in_id,
        sale=entry.sale,
        paid_on=paid_on,
        store=entry.store,
        at=entry.at,
        cents=cents,
        left_cents=cents,
    )


def _use(entry: CreditEntry, cents: int) -> Use:
    return Use(entry.sale, entry.at, cents, is_money=entry.reason == CreditReason.PAID_OUT)


def _use_up(origins: Iterable[Origin], use: Use) -> None:
    rest = use.cents
    for origin in origins:
        part = min(rest, origin.left_cents)
        if part:
            origin.left_cents -= part
            use.taken.append((origin, part))
            rest -= part


def _paid_in_goods(origins: Iterable[Origin]) -> set[int]:
    """Bills of the service desk that were paid with old gold or with credit: what they took does
    not become money by way of a deposit (1 query, none without such an origin)."""
    asked = [each.paid_on.pk for each in origins if each.paid_on and not each.trade_in_id]
    if not asked:
        return set()
    rows = Payment.objects.filter(sale__in=asked, tender__kind__in=NO_MONEY)
    return set(rows.values_list("sale", flat=True))


def _value_of(origin: Origin, values: Mapping[int, InMoney], bought: Collection[int]) -> int:
    """Credit that no old gold gave is worth itself, where money was paid for it."""
    if origin.trade_in_id is None:
        paid_in_money = origin.paid_on is None or origin.paid_on.pk not in bought
        return origin.cents if paid_in_money else 0
    known = values.get(origin.trade_in_id)
    return known.value_of(origin.cents) if known else 0
