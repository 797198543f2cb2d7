"""The ledger of benefits: granted with the card, used, reversed; what is left is a sum."""

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.ground import statements
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from warranty.models import (
    BenefitEntry,
    BenefitKind,
    Card,
    CardState,
    EntryKind,
    JobKind,
    JobState,
    PlanBenefit,
    TicketJob,
)

# which promises bear a job, the more exact one first: it is used up before the broad one
COVERS: Final[Mapping[str, tuple[BenefitKind, ...]]] = {
    JobKind.CLEANING: (BenefitKind.CLEANING, BenefitKind.CARE),
    JobKind.SHAPING: (BenefitKind.SHAPING, BenefitKind.CARE),
    JobKind.POLISH: (BenefitKind.POLISH, BenefitKind.CARE),
    JobKind.REPLATING: (BenefitKind.REPLATING,),
    JobKind.RESIZE: (BenefitKind.RESIZE,),
    JobKind.SOLDER: (BenefitKind.SOLDER, BenefitKind.REPAIR, BenefitKind.CARE),
    JobKind.CLASP: (BenefitKind.REPAIR, BenefitKind.CARE),
    JobKind.STRINGING: (BenefitKind.REPAIR, BenefitKind.CARE),
    JobKind.SETTING: (BenefitKind.STONES,),
    JobKind.INSPECTION: (BenefitKind.INSPECTION,),
    JobKind.REWEIGH: (BenefitKind.REWEIGH,),
    JobKind.APPRAISAL: (BenefitKind.REWEIGH,),
}


# a card that is over stays so, and nothing comes of it any more; a lost one may be found again
OVER: Final = frozenset({CardState.REPLACED, CardState.VOID, CardState.CLOSED})

# in the order of the plan
OF_CARD: Final = (
    "warranty_benefitentry.card_id = %s ORDER BY the_benefit.position, warranty_benefitentry.id"
)


class CardOver(RuleBroken):
    """A card that is lost, replaced, void or closed gives nothing any more."""

    code = "card_over"

    def __init__(self, card: Card) -> None:
        told = {"state": card.get_state_display()}
        super().__init__(_("This card is %(state)s; it gives no benefits any more.") % told)


class NoBenefit(RuleBroken):
    """The plan of this card promises nothing for this work."""

    code = "no_benefit"
    sentence = gettext_lazy("This card promises nothing for this work. It is paid by the list.")


class BenefitUsedUp(RuleBroken):
    code = "benefit_used_up"


class BenefitEnded(RuleBroken):
    code = "benefit_ended"


class BenefitAsleep(RuleBroken):
    """The promise holds only while its inspections are not overdue."""

    code = "benefit_asleep"
    sentence = gettext_lazy(
        "The prong inspection is overdue. Inspect the piece now, and the promise holds again."
    )


class BenefitReversed(RuleBroken):
    code = "benefit_reversed"
    sentence = gettext_lazy("This use has been taken back already.")


def grant(
    *, cards: Sequence[Card], ordered: Collection[int] = (), book: Book
) -> list[BenefitEntry]:
    """What the plan of each card promises, as entries in the plan's order (1 query). `ordered`:
    the sold lines whose piece was made to order; no such card promises to exchange it."""
    if not cards:
        return []
    asked = statements.ask_among(PlanBenefit, "plan_id", {card.plan_id for card in cards})
    statements.hear()  # the entries name their cards
    promised = asked.rows()
    promised.sort(key=lambda benefit: benefit.position)
    entries = [
        BenefitEntry(card=card, **_granted(benefit, card.issued_on))
        for card in cards
        for benefit in promised
        if benefit.plan_id == card.plan_id
        and not (benefit.kind == BenefitKind.EXCHANGE and card.sale_line_id in ordered)
    ]
    return book.write(entries, kind="benefit_granted")


def bearing(card: Card, kind: str, *, on: date) -> "Remainder | None":
    """The benefit that bears a job of this kind on a day, None where no promise of the card does:
    the first that has something left, else the first that would have borne it (1 query)."""
    wanted = COVERS.get(kind, ())
    known = {left.benefit.kind: left for left in remaining(card, on=on)}
    fitting = [known[each] for each in wanted if each in known]
    return next((left for left in fitting if left.is_free), fitting[0] if fitting else None)


def bears(left: "Remainder", kind: str) -> bool:
    """Whether a job of this kind, done today, is borne by this one."""
    return left.is_free and left.benefit.kind in COVERS.get(kind, ())


def check(card: Card, kind: str, *, on: date, instead: str = "") -> "Remainder":
    """The benefit that bears a job of this kind. Refused: a card that is over, a plan that promises
    nothing for it, a benefit that is used up, ended or asleep. `instead`: what the work costs, for
    the sentence."""
    if card.state != CardState.VALID:
        raise CardOver(card)
    left = bearing(card, kind, on=on)
    if left is None:
        raise NoBenefit
    if left.asleep or (left.benefit.needs_inspection and not _is_inspected(card, on=on)):
        raise BenefitAsleep
    told = {"benefit": left.benefit.title, "day": left.valid_until, "instead": instead}
    if left.left == 0:
        raise BenefitUsedUp(_("%(benefit)s: nothing is left of it. %(instead)s") % told)
    if left.expired:
        raise BenefitEnded(_("%(benefit)s ended on %(day)s. %(instead)s") % told)
    return left


def _is_inspected(card: Card, *, on: date) -> bool:
    """Whether the last inspection that was done is not overdue; one that is only written down has
    found nothing yet (1 query)."""
    rows = standing(card).filter(benefit__kind=BenefitKind.INSPECTION)
    last = rows.exclude(kind=EntryKind.USE, job__state=JobState.OPEN).last()
    return last is None or last.next_due is None or last.next_due >= on


def use(*, card: Card, job: TicketJob, on: date, book: Book, instead: str = "") -> BenefitEntry:
    """A job of this card's piece is borne by a promise. Refused as in `check`; of two stores that
    want the last one at once, one gets it."""
    locked = lock(card)
    left = check(locked, job.kind, on=on, instead=instead)
    uses = BenefitEntry.objects.filter(card=locked, kind=EntryKind.USE, benefit=left.benefit_id)
    benefit = PlanBenefit.objects.get(pk=left.benefit_id)
    entry = BenefitEntry(
        card=locked,
        benefit=benefit,
        kind=EntryKind.USE,
        nth=uses.count() + 1,
        next_due=months_later(on, benefit.every_months) if benefit.every_months else left.next_due,
        store=book.store,
        on=on,
        job=job,
    )
    book.write([entry], kind="benefit_used", number=locked.number)
    return entry


def reverse(*, entry: BenefitEntry, book: Book) -> BenefitEntry:
    """The work was not done after all: what was used is there again. Refused the second time."""
    card = lock(entry.card)
    if BenefitEntry.objects.filter(reverses=entry).exists():
        raise BenefitReversed
    # a later inspection that stands keeps its own day
    others = standing(card).filter(benefit=entry.benefit_id).exclude(pk=entry.pk)
    last = others.order_by("-pk").first()
    row = BenefitEntry(
        card=card,
        benefit_id=entry.benefit_id,
        kind=EntryKind.REVERSE,
        next_due=last.next_due if last else None,
        store=book.store,
        on=entry.on,
        job_id=entry.job_id,
        reverses=entry,
    )
    book.write([row], kind="benefit_reversed", number=card.number)
    return row


def standing(card: Card) -> QuerySet[BenefitEntry]:
    """What was granted, and the uses that were not reversed, in the order of the ledger."""
    rows = BenefitEntry.objects.filter(card=card).exclude(kind=EntryKind.REVERSE)
    return rows.filter(reversed_by__isnull=True).order_by("pk")


def lock(card: Card) -> Card:
    """Two stores hold two heads; the card itself makes them wait for each other."""
    (locked,) = statements.read(Card, "id = %s", [card.pk], lock=True)
    return locked


class Promised(Protocol):
    """The words of a benefit, from wherever they were read."""

    @property
    def pk(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_yearly(self) -> bool: ...
    @property
    def needs_inspection(self) -> bool: ...
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
    @property
    def on(self) -> date | None: ...


@dataclass(frozen=True)
class Remainder:
    """A benefit of a card as it stands on a day."""

    benefit: Promised
    used: int
    left: int | None  # None: as often as you like
    valid_until: date | None  # None: for life
    next_due: date | None
    on: date
    asleep: bool = False  # until the next prong inspection
    withdrawn: bool = False  # the card is over, and with it all that was granted

    @property
    def benefit_id(self) -> int:
        return self.benefit.pk

    @property
    def overdue(self) -> bool:
        return self.next_due is not None and self.next_due < self.on

    @property
    def is_free(self) -> bool:
        """Whether something done today is borne by it."""
        return self.left != 0 and not (self.expired or self.asleep or self.withdrawn)

    @property
    def expired(self) -> bool:
        return self.valid_until is not None and self.valid_until < self.on

    @property
    def over(self) -> bool:
        """Nothing more comes of it; care goes on after its free year, at cost."""
        ended = self.expired and self.benefit.kind != BenefitKind.CARE
        return self.withdrawn or self.left == 0 or ended

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
        if self.withdrawn:
            return _("nothing left")
        if self.left == 0:
            return _("used")
        if self.expired:
            return _("ended") if self.over else _("at cost")
        if self.asleep:
            return _("after the next inspection")
        if self.left is not None:
            return ngettext("%(n)d left", "%(n)d left", self.left) % {"n": self.left}
        if self.next_due is None:
            return _("any time")
        return _("due now") if self.overdue else _("by %s") % self.next_due


def remaining(card: Card, *, on: date) -> list[Remainder]:
    """Every benefit of a card with what is left of it: nothing once the card is replaced, void or
    closed, whatever its ledger says; `replacements` has carried it over or a return has ended it
    (1 query)."""
    entries = statements.read_with(BenefitEntry, OF_CARD, [card.pk], along=("benefit",))
    left = sum_up(entries, on=on)
    if card.state not in OVER:
        return left
    return [replace(each, left=0, withdrawn=True) for each in left]


def at_sale(promised: Iterable[PlanBenefit], *, day: date) -> list[Remainder]:
    """What a card would say that is sold on a day with these promises, whether they are kept in
    the database or only typed."""
    return [_sum(benefit, [BenefitEntry(**_granted(benefit, day))], on=day) for benefit in promised]


def sum_up(entries: Iterable[Entry], *, on: date) -> list[Remainder]:
    """What is left on a day, benefit by benefit; pass the entries in the order of the plan. The
    staff page, the public page and the paper all come from here."""
    by_benefit: dict[Promised, list[Entry]] = {}
    for entry in entries:
        by_benefit.setdefault(entry.benefit, []).append(entry)
    sums = [_sum(benefit, rows, on=on) for benefit, rows in by_benefit.items()]
    if not any(left.overdue and left.benefit.kind == BenefitKind.INSPECTION for left in sums):
        return sums
    return [replace(left, asleep=left.benefit.needs_inspection) for left in sums]


def _sum(benefit: Promised, rows: Sequence[Entry], *, on: date) -> Remainder:
    grants = [row for row in rows if row.kind == EntryKind.GRANT]
    counted = rows
    if benefit.is_yearly and (start := grants[-1].on) is not None:
        counted = [row for row in rows if _year(start, row.on or on) == _year(start, on)]
    used = sum(row.kind == EntryKind.USE for row in counted)
    used -= sum(row.kind == EntryKind.REVERSE for row in counted)
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


def _granted(benefit: PlanBenefit, start: date) -> dict[str, Any]:
    """The columns of the entry that grants a promise to a piece sold on a day."""
    return {
        "benefit": benefit,
        "kind": EntryKind.GRANT,
        "uses": benefit.uses,
        "valid_until": until(benefit, start),
        "next_due": _first_due(benefit, start),
        # the years of a yearly number are counted from here
        "on": start if benefit.is_yearly else None,
    }


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


def _year(start: date, day: date) -> int:
    """Which year after the purchase a day lies in; the anniversary begins the next one."""
    years = day.year - start.year
    return years if months_later(start, 12 * years) <= day else years - 1


def _first_due(benefit: PlanBenefit, start: date) -> date | None:
    return months_later(start, benefit.every_months) if benefit.every_months else None
