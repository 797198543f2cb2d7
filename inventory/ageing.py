"""库龄: how long the goods of a store have been in the house since they came in, and which of them
sell slowly (滞销). Days count from a piece's first movement, whichever stores it lay in since."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from inventory import pieces
from inventory.counted import Veil
from inventory.ground import access, settings_rows
from inventory.ground.measures import Tally
from inventory.models import Category, Movement, Store, StoreKind
from inventory.queries import LYING

SLOWEST = 50  # so many slow pieces are listed


@dataclass(frozen=True)
class Age:
    """From one day in stock up to another, both counted in; without end: `last` is None."""

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.last is None:
            return _("over %(days)s days") % {"days": self.first - 1}
        return _("%(first)s to %(last)s days") % {"first": self.first, "last": self.last}


@dataclass
class Aged:
    """Goods of one age: pieces, grams of each metal class, and what they cost in cents."""

    tally: Tally = field(default_factory=Tally)
    cost_cents: int = 0


@dataclass(frozen=True)
class SlowPiece:
    """The first movement of a piece that sells slowly, and its days in stock."""

    movement: Movement
    days: int


@dataclass(frozen=True)
class Ageing:
    """By category, for head office by store, and by age. `sees_cost`: whoever reads it may know
    what the goods cost; else every cost is 0."""

    ages: list[Age]
    names: list[str]
    found: dict[tuple[str, Age], Aged]
    slow_days: int
    slow: list[SlowPiece]
    sees_cost: bool

    def pieces(self, name: str, age: Age) -> int:
        aged = self.found.get((name, age))
        return aged.tally.pieces if aged else 0

    @property
    def rows(self) -> Iterator[tuple[str, Age, Aged]]:
        """What there is, by name and then by age."""
        for name in self.names:
            for age in self.ages:
                if aged := self.found.get((name, age)):
                    yield name, age, aged


def ageing_of(*, user: User, store: Store, at: datetime, veil: Veil) -> Ageing:
    """The goods that lie in a store at this moment, for head office in all stores (3 queries). What
    a veil covers is left out."""
    slow_days = settings_rows.number(store, "slow_days")
    ages = ages_by(slow_days)
    rows = _first_movements(user, store, veil)
    sees_cost = pieces.may_see_cost(user)
    found = _grouped(rows, store=store, ages=ages, at=at, sees_cost=sees_cost)
    slow = rows.filter(change__at__lte=at - timedelta(days=slow_days + 1))
    listed = slow.select_related("piece__style", "piece__store", "piece__place__parent", "change")
    oldest = listed.order_by("change__at", "pk")[:SLOWEST]
    return Ageing(
        ages=ages,
        names=sorted({name for name, _age in found}),
        found=found,
        slow_days=slow_days,
        slow=[SlowPiece(row, (at - row.change.at).days) for row in oldest],
        sees_cost=sees_cost,
    )


def ages_by(slow_days: int) -> list[Age]:
    """Half of what counts as slow, all of it, twice as much, and beyond."""
    ends = [slow_days // 2, slow_days, 2 * slow_days]
    starts = [0, *(end + 1 for end in ends)]
    return [Age(first, last) for first, last in zip(starts, [*ends, None], strict=True)]


def _first_movements(user: User, store: Store, veil: Veil) -> QuerySet[Movement]:
    """The movement with which each of the goods came in."""
    rows = Movement.objects.filter(old="", piece__state__in=LYING)
    rows = access.visible(rows, user, store="piece__store")
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(piece__store=store)
    if veil.whole:
        rows = rows.exclude(Q(piece__place__in=veil.whole) | Q(piece__place__parent__in=veil.whole))
    return rows


def _grouped(
    rows: QuerySet[Movement], *, store: Store, ages: list[Age], at: datetime, sees_cost: bool
) -> dict[tuple[str, Age], Aged]:
    by_store = store.kind == StoreKind.HEAD_OFFICE
    name = "piece__store__name" if by_store else "piece__category"
    sums: dict[str, Any] = {"n": Count("pk"), "mg": Sum("net_mg")}
    if sees_cost:
        sums["cents"] = Sum("piece__cost__cents", default=0)
    aged = rows.order_by().annotate(age=_age_at(ages, at))
    groups = aged.values(name, "age", "piece__metal", "piece__grade").annotate(**sums)
    found: dict[tuple[str, Age], Aged] = defaultdict(Aged)
    for group in groups:
        said = group[name] if by_store else str(Category(group[name]).label)
        each = found[said, ages[group["age"]]]
        each.cost_cents += group.get("cents", 0)
        each.tally.add(
            metal=group["piece__metal"],
            fineness=group["piece__grade"],
            net_mg=group["mg"],
            pieces=group["n"],
        )
    return dict(found)


def _age_at(ages: list[Age], at: datetime) -> Case:
    """The place of a piece's age among these, by the full days since it came in."""
    younger = [
        When(change__at__gt=at - timedelta(days=age.last + 1), then=Value(index))
        for index, age in enumerate(ages)
        if age.last is not None
    ]
    return Case(*younger, default=Value(len(ages) - 1), output_field=IntegerField())
