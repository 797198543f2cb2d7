"""对账: the payments of a day beside what the wallets and the acquirer say they took.

Nothing is stored: payments and lines are written once, so who is matched with whom follows from
them, and a file that comes later answers what an earlier day left open.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from counter import day_reports
from counter.models import DayFile, DayFileLine, LineKind, Payment, Tender, TenderKind
from inventory.models import Store


class Result(StrEnum):
    MATCHED = "matched"
    DIFFERS = "differs"  # in money, or in the way of paying
    OURS_ONLY = "ours_only"  # the day's file of this tender does not have it
    THEIRS_ONLY = "theirs_only"  # the file has it, our books do not
    WAITING = "waiting"  # no file of this tender yet


@dataclass(frozen=True)
class Ours:
    """An electronic payment of ours, or a refund with cents below zero, and who took it."""

    pk: int
    kind: LineKind
    number: str
    cents: int
    tender: Tender
    at: datetime
    clerk: str
    sale_number: str


@dataclass(frozen=True)
class Theirs:
    """A line of a day file; no tender where the file holds several."""

    pk: int
    kind: LineKind
    number: str
    provider_number: str
    cents: int
    tender: Tender | None
    at: datetime


@dataclass(frozen=True)
class Pair:
    """A payment, a line, or both, and what comes of comparing them."""

    result: Result
    ours: Ours | None
    theirs: Theirs | None

    @property
    def either(self) -> Ours | Theirs | None:
        return self.ours or self.theirs


@dataclass(frozen=True)
class ClerkRow:
    """What one clerk took and no file confirms."""

    name: str
    payments: int
    cents: int


@dataclass(frozen=True)
class Reconciliation:
    """A day's electronic payments and the lines of its files: how many of each result, those that
    somebody must look into, and the unconfirmed ones by clerk."""

    counts: dict[Result, int]
    differences: list[Pair]
    by_clerk: list[ClerkRow]

    @property
    def electronic(self) -> int:
        """Payments and refunds of ours."""
        return sum(self.counts.values()) - self.counts[Result.THEIRS_ONLY]

    def to_plain(self) -> dict[str, int]:
        """The counts, as they are frozen when the day is closed."""
        return {result.value: self.counts[result] for result in Result}


def of_day(*, store: Store, day: date) -> Reconciliation:
    """Every electronic payment of a business day with the line that confirms it, and every line
    of the day with its payment, whichever day that was taken on (10 queries)."""
    tenders = Tender.objects.in_bulk()
    taken = _electronic(day_reports.payments_of(store=store, day=day))
    ours = [_ours(row, tenders) for row in taken.values(*OURS).order_by("pk")]
    lines = DayFileLine.objects.filter(store=store)
    of_the_day = lines.filter(business_day=day)
    listed = _theirs(of_the_day, tenders)
    # what was taken today may stand in the file of another day, and the other way round
    numbers = taken.values(ORDER_NUMBER)
    named = [
        *_theirs(lines.filter(number__in=numbers), tenders),
        *_theirs(lines.filter(provider_number__in=numbers), tenders),
    ]
    named_by_them, foreign = _named_payments(of_the_day, store=store, tenders=tenders)
    payments = {each.pk: each for each in (*ours, *named_by_them)}
    found = _pair(payments.values(), {each.pk: each for each in (*listed, *named)}.values())
    claimed = {line.pk for line in found.values()}
    covered = _covered(store=store, day=day)
    pairs = [_compared(each, found.get(each.pk), covered) for each in ours]
    pairs += [
        Pair(Result.THEIRS_ONLY, None, line)
        for line in listed
        if line.pk not in claimed and not {line.number, line.provider_number} & foreign
    ]
    return _told(pairs)


# --- comparing

Index = defaultdict[tuple[str, LineKind], list[Theirs]]

ORDER_NUMBER = "order_number"
OURS = (
    "pk",
    ORDER_NUMBER,
    "amount_cents",
    "tender_id",
    "change__at",
    "change__by__first_name",
    "change__by__username",
    "sale__number",
)
THEIRS = (
    "pk",
    "kind",
    "number",
    "provider_number",
    "amount_cents",
    "file__layout__tender_id",
    "at",
)


def _electronic(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those with an order number; a refund has the number of what it reverses."""
    number = Coalesce("merchant_number", "reverses__merchant_number")
    return rows.filter(tender__kind=TenderKind.ELECTRONIC).annotate(**{ORDER_NUMBER: number})


def _ours(row: dict[str, Any], tenders: dict[int, Tender]) -> Ours:
    return Ours(
        pk=row["pk"],
        kind=LineKind.PAID if row["amount_cents"] > 0 else LineKind.REFUND,
        number=row[ORDER_NUMBER] or "",
        cents=row["amount_cents"],
        tender=tenders[row["tender_id"]],
        at=row["change__at"],
        clerk=row["change__by__first_name"] or row["change__by__username"],
        sale_number=row["sale__number"],
    )


def _theirs(lines: QuerySet[DayFileLine], tenders: dict[int, Tender]) -> list[Theirs]:
    return [
        Theirs(
            pk=row["pk"],
            kind=LineKind(row["kind"]),
            number=row["number"],
            provider_number=row["provider_number"],
            cents=row["amount_cents"],
            tender=tenders.get(row["file__layout__tender_id"]),
            at=row["at"],
        )
        for row in lines.values(*THEIRS).order_by("pk")
    ]


def _named_payments(
    lines: QuerySet[DayFileLine], *, store: Store, tenders: dict[int, Tender]
) -> tuple[list[Ours], set[str]]:
    """Payments and refunds of any day that these lines name; and the numbers that belong to
    another store, whose merchant's account is the same. Nothing else is told of those."""
    own, foreign = [], set()
    for number in ("number", "provider_number"):
        named = lines.values(number)
        for rows in (
            Payment.objects.filter(reverses__isnull=True, merchant_number__in=named),
            Payment.objects.filter(
                reverses__merchant_number__in=named, reverses__reverses__isnull=True
            ),
        ):
            for row in _electronic(rows).values(*OURS, "store_id"):
                if row["store_id"] == store.pk:
                    own.append(_ours(row, tenders))
                else:
                    foreign.add(row[ORDER_NUMBER])
    return own, foreign


def _pair(ours: Collection[Ours], theirs: Iterable[Theirs]) -> dict[int, Theirs]:
    """The line of each payment, by the key of the payment. A line confirms one payment only: who
    used one customer's two numbers for two sales finds the second unconfirmed."""
    by_number: Index = defaultdict(list)
    by_provider: Index = defaultdict(list)
    for line in theirs:
        by_number[line.number, line.kind].append(line)
        by_provider[line.provider_number, line.kind].append(line)
    found: dict[int, Theirs] = {}
    used: set[int] = set()
    for index in (by_number, by_provider):
        for each in ours:
            free = [line for line in index[each.number, each.kind] if line.pk not in used]
            if each.pk in found or not free:
                continue
            # of several refunds of one order the one of the same amount
            line = min(free, key=lambda line: (line.cents != each.cents, line.pk))
            found[each.pk] = line
            used.add(line.pk)
    return found


def _compared(ours: Ours, line: Theirs | None, covered: Collection[int | None]) -> Pair:
    if line is None:
        file_came = ours.tender.pk in covered or None in covered
        return Pair(Result.OURS_ONLY if file_came else Result.WAITING, ours, None)
    same_tender = line.tender is None or line.tender == ours.tender
    same = same_tender and line.cents == ours.cents
    return Pair(Result.MATCHED if same else Result.DIFFERS, ours, line)


def _covered(*, store: Store, day: date) -> set[int | None]:
    """Tenders whose file of the day is in the books; None stands for a file of several."""
    files = DayFile.objects.filter(store=store, business_day=day)
    return set(files.values_list("layout__tender_id", flat=True))


def _told(pairs: Sequence[Pair]) -> Reconciliation:
    counts = Counter(pair.result for pair in pairs)
    settled = (Result.MATCHED, Result.WAITING)
    return Reconciliation(
        counts={result: counts[result] for result in Result},
        differences=[pair for pair in pairs if pair.result not in settled],
        by_clerk=list(_clerks(pairs)),
    )


def _clerks(pairs: Sequence[Pair]) -> Iterator[ClerkRow]:
    """Clerks with something that the files do not confirm; who has most of it first."""
    missing: dict[str, list[int]] = defaultdict(list)
    for pair in pairs:
        if pair.ours is not None and pair.result in (Result.OURS_ONLY, Result.DIFFERS):
            missing[pair.ours.clerk].append(pair.ours.cents)
    for name, cents in sorted(missing.items(), key=lambda item: (-len(item[1]), item[0])):
        yield ClerkRow(name, len(cents), sum(cents))
