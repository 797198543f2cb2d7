"""The ledger of benefits: granted with the card; what is left is a sum."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.ground import statements
from inventory.ground.changes import Book
from warranty.models import BenefitEntry, BenefitKind, Card, EntryKind, PlanBenefit


def grant(*, cards: Sequence[Card], book: Book) -> list[BenefitEntry]:
    """What the plan of each card promises, as entries in the plan's order (1 query)."""
    promised = statements.read_among(PlanBenefit, "plan_id", {card.plan_id for card in cards})
    promised.sort(key=lambda benefit: benefit.position)
    entries = [
        BenefitEntry(
            card=card,
            benefit=benefit,
            kind=EntryKind.GRANT,
            uses=benefit.uses,
            valid_until=until(benefit, card.issued_on),
            next_due=_first_due(benefit, card.issued_on),
        )
        for card in cards
        for benefit in promised
        if benefit.plan_id == card.plan_id
    ]
    return book.write(entries, kind="benefit_granted")


class Promised(Protocol):
    """The words of a benefit, from wherever they were read."""

    @property
    def kind(self) -> str: ...
    @property
    def title_zh(self) -> str: ...
    @property
    def title_en(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def terms(self) -> str: ...


class Entry(Protocol):
    """A line of the ledger, as a row or as the columns of one."""

    @property
    def benefit(self) -> Promised: ...
    @property
    def kind(self) -> str: ...
    @property
    def uses(self) -> int | None: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def next_due(self) -> date | None: ...


@dataclass(frozen=True)
class Remainder:
    """A benefit of a card as it stands on a day."""

    benefit: Promised
    used: int
    left: int | None  # None: as often as you like
    valid_until: date | None  # None: for life
    next_due: date | None
    on: date

    @property
    def expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < self.on

    @property
    def over(self) -> bool:
        """Nothing more comes of it; care goes on after its free year, at cost."""
        return self.left == 0 or (self.expired and self.benefit.kind != BenefitKind.CARE)

    @property
    def note(self) -> str:
        """Terms, and until when: "until 2027-06-02, afterwards at cost"."""
        if self.valid_until is None:
            return self.benefit.terms
        told = {"day": self.valid_until, "terms": self.benefit.terms}
        return (_("until %(day)s, %(terms)s") if self.benefit.terms else _("until %(day)s")) % told

    @property
    def answer(self) -> str:
        """What the customer may have of it now, in two words."""
        if self.left == 0:
            return _("used")
        if self.expired:
            return _("ended") if self.over else _("at cost")
        if self.left is not None:
            return ngettext("%(n)d left", "%(n)d left", self.left) % {"n": self.left}
        if self.next_due is None:
            return _("any time")
        return _("due now") if self.next_due < self.on else _("by %s") % self.next_due


def remaining(card: Card, *, on: date) -> list[Remainder]:
    """Every benefit of a card with what is left of it (1 query)."""
    entries = BenefitEntry.objects.filter(card=card).select_related("benefit")
    return sum_up(entries.order_by("benefit__position", "pk"), on=on)


def sum_up(entries: Iterable[Entry], *, on: date) -> list[Remainder]:
    """What is left on a day, benefit by benefit; pass the entries in the order of the plan. The
    staff page, the public page and the paper all come from here."""
    by_benefit: dict[Promised, list[Entry]] = {}
    for entry in entries:
        by_benefit.setdefault(entry.benefit, []).append(entry)
    return [_sum(benefit, rows, on=on) for benefit, rows in by_benefit.items()]


def _sum(benefit: Promised, rows: Sequence[Entry], *, on: date) -> Remainder:
    grants = [row for row in rows if row.kind == EntryKind.GRANT]
    used = sum(row.kind == EntryKind.USE for row in rows)
    used -= sum(row.kind == EntryKind.REVERSE for row in rows)
    granted = [row.uses for row in grants]
    limit = None if None in granted else sum(uses for uses in granted if uses is not None)
    return Remainder(
        benefit=benefit,
        used=used,
        left=None if limit is None else limit - used,
        valid_until=grants[-1].valid_until,
        next_due=rows[-1].next_due,
        on=on,
    )


def until(benefit: PlanBenefit, start: date) -> date | None:
    """The last day of a benefit; a window of days counts from the day after the purchase."""
    if benefit.days is not None:
        return start + timedelta(days=benefit.days)
    return None if benefit.months is None else months_later(start, benefit.months)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 31 August + 6 is 28 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _first_due(benefit: PlanBenefit, start: date) -> date | None:
    return months_later(start, benefit.every_months) if benefit.every_months else None
