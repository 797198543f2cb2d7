"""What the pages about store credit show: to whom the shop owes it, since when, and from which old
gold it came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter.credit_accounts import Account, Origin
from counter.models import Customer
from inventory.models import Store

# up to how many days, and how the column is called; the last one has no end
AGES: Final[tuple[tuple[int | None, str | Promise], ...]] = (
    (30, _("Up to 30 days")),
    (90, _("Up to 90 days")),
    (365, _("Up to a year")),
    (None, _("Older")),
)
MOST_ROWS: Final = 100


@dataclass(frozen=True)
class Owed:
    """What is left of one origin, and whose it is."""

    customer: Customer
    origin: Origin


@dataclass
class StoreOwes:
    """What a store's old gold gave and nobody has used yet, in cents, by age."""

    store: Store
    by_age: list[int] = field(default_factory=lambda: [0] * len(AGES))

    @property
    def cents(self) -> int:
        return sum(self.by_age)


@dataclass(frozen=True)
class Liability:
    """All that is owed, the oldest first."""

    rows: Sequence[Owed]
    by_store: Sequence[StoreOwes]

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.by_store)

    @property
    def shown(self) -> Sequence[Owed]:
        return self.rows[:MOST_ROWS]

    @property
    def hidden(self) -> int:
        return len(self.rows) - len(self.shown)


def liability_of(accounts: Iterable[Account], *, stores: Iterable[Store]) -> Liability:
    """What these stores gave and customers have left; that of other stores is not theirs to
    show."""
    sums = {store: StoreOwes(store) for store in stores}
    rows = [
        Owed(account.customer, origin)
        for account in accounts
        for origin in account.left
        if origin.store in sums
    ]
    now = timezone.now()
    for row in rows:
        sums[row.origin.store].by_age[age_of(row.origin.at, now)] += row.origin.left_cents
    owing = [each for each in sums.values() if each.cents]
    return Liability(sorted(rows, key=lambda row: row.origin.at), owing)


def age_of(at: datetime, now: datetime) -> int:
    """Which of the columns."""
    ends = [timedelta(days=days) for days, _name in AGES if days is not None]
    return sum(now - at > end for end in ends)
