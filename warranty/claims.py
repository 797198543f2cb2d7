"""A fault that a customer reports, what the inspection found, and what the shop decides. The rows
say which styles and suppliers fail, and what goodwill costs.

Where the fault is of the making or the material it is ours; wear, damage and somebody else's work
are not. Where it is not clear the house decides for the customer, as far as its setting goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import access, changes, measures, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Piece, State, Store
from warranty.models import Card, Cause, Claim, Fault, Outcome, Ticket

OURS: Final = frozenset({Cause.MAKING, Cause.MATERIAL})
# a piece that a customer has, or that we have of a customer's
OF_CUSTOMERS: Final = frozenset({State.SOLD, State.IN_SERVICE, State.RETURNED})
MOST_ROWS: Final = 20


class NeverSold(RuleBroken):
    code = "never_sold"
    sentence = gettext_lazy("This piece is not a customer's. A claim belongs to a piece we sold.")


class OtherPiece(RuleBroken):
    code = "other_piece"
    sentence = gettext_lazy("Card or ticket belong to another piece.")


class NotCovered(RuleBroken):
    """Wear, damage and foreign work are the customer's own."""

    code = "not_covered"
    sentence = gettext_lazy(
        "This is no fault of ours. Refuse it with the reason, or do it at the list's price."
    )


class GoodwillOff(RuleBroken):
    code = "goodwill_off"
    sentence = gettext_lazy(
        "It is not clear who answers for it, and this store gives no goodwill. Ask head office, or "
        "refuse it with the reason."
    )


class GoodwillSpent(RuleBroken):
    """The month's goodwill does not reach for it."""

    code = "goodwill_spent"

    def __init__(self, *, left_cents: int, cents: int) -> None:
        told = {"left": measures.yuan(max(left_cents, 0)), "cents": measures.yuan(cents)}
        super().__init__(
            _("This costs the house %(cents)s; %(left)s of goodwill are left for this month.")
            % told,
            field="goodwill",
        )


class ReasonNeeded(BadField):
    code = "claim_reason_needed"
    sentence = gettext_lazy("Write down the reason as the customer was told it.")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the customer says, what the inspection found, and what is done about it."""

    fault: str
    cause: str
    outcome: str
    words: str = ""
    reason: str = ""  # of a refusal, as it was told
    goodwill_cents: int = 0  # what the house bears where it is not clear who answers for it


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose fault it is: a piece of ours, with its card or the ticket on which it lies."""

    piece: Piece
    card: Card | None = None
    ticket: Ticket | None = None
    document: str = ""  # the return, when there is one


def decide(*, subject: Subject, finding: Finding, store: Store, by: User) -> Claim:
    """Writes a claim down, decided. Refused: a piece that is not a customer's, a card or ticket of
    another piece, a refusal without its reason, a fault that is not ours, and goodwill where the
    store gives none or its month is used up."""
    if not by.has_perm("take_claims"):
        raise NotAllowed
    with changes.opened(store=store, by=by) as book:
        (claim,) = write(found=[(subject, finding)], book=book)
        if claim.is_goodwill and claim.goodwill_cents <= 0:
            raise BadField(_("Write down what it costs the house."), field="goodwill")
    return claim


def write(*, found: Sequence[tuple[Subject, Finding]], book: Book) -> list[Claim]:
    """Claims inside the act that decides them, such as a return that is settled; refused as
    `decide` refuses, but for the rights, which are those of the act."""
    rows = [_claim(subject, finding, book) for subject, finding in found]
    given = [row.goodwill_cents for row in rows if row.is_goodwill]
    if given:
        # the head of the store is locked, so that a month is not used up twice
        day = places.business_day(book.store, book.at)
        check_goodwill(store=book.store, cents=sum(given), on=day)
    for outcome in sorted({row.outcome for row in rows}):
        same = [row for row in rows if row.outcome == outcome]
        book.write(same, kind=f"claim_{outcome}")
    return rows


def _claim(subject: Subject, finding: Finding, book: Book) -> Claim:
    _check_subject(subject)
    is_goodwill = _check_finding(finding)
    return Claim(
        store=book.store,
        piece=subject.piece,
        card=subject.card,
        ticket=subject.ticket,
        document=subject.document,
        fault=Fault(finding.fault),
        words=finding.words.strip()[:200],
        cause=Cause(finding.cause),
        outcome=Outcome(finding.outcome),
        is_goodwill=is_goodwill,
        goodwill_cents=finding.goodwill_cents if is_goodwill else 0,
        reason=finding.reason.strip()[:200],
        business_day=places.business_day(book.store, book.at),
        at=book.at,
        by=book.by,
    )


def check_goodwill(*, store: Store, cents: int, on: date) -> None:
    """Refuses goodwill where the store gives none, and more than is left of its month."""
    if settings_rows.value(store, "goodwill") != "yes":
        raise GoodwillOff(field="cause")
    left = goodwill_left_cents(store, on=on)
    if cents > left:
        raise GoodwillSpent(left_cents=left, cents=cents)


def goodwill_left_cents(store: Store, *, on: date) -> int:
    """What the store may still bear in the month of a day (2 queries)."""
    month = {"business_day__year": on.year, "business_day__month": on.month}
    rows = Claim.objects.filter(store=store, is_goodwill=True, **month)
    spent: int = rows.aggregate(sum=Sum("goodwill_cents", default=0))["sum"]
    return settings_rows.number(store, "goodwill_month_cents") - spent


def listed(user: User, *, since: date, until: date) -> QuerySet[Claim]:
    """The claims of a person's stores between two days, newest first."""
    rows = access.visible(Claim.objects.all(), user)
    between = rows.filter(business_day__range=(since, until))
    return between.select_related("store", "piece__style", "card", "ticket", "by").order_by("-pk")


@dataclass(frozen=True)
class Given:
    """What goodwill cost one store: how often, how much, and what its month may cost."""

    store: Store
    claims: int
    cents: int
    month_cents: int


def goodwill_by_store(user: User, *, since: date, until: date) -> list[Given]:
    """What goodwill cost each of a person's stores, the dearest first (1 query, and 1 a store)."""
    rows = listed(user, since=since, until=until).filter(is_goodwill=True).order_by()
    groups = rows.values("store").annotate(n=Count("pk"), cents=Sum("goodwill_cents"))
    stores = Store.objects.in_bulk([group["store"] for group in groups])
    told = [
        Given(
            stores[group["store"]],
            group["n"],
            group["cents"],
            settings_rows.number(stores[group["store"]], "goodwill_month_cents"),
        )
        for group in groups
    ]
    return sorted(told, key=lambda each: -each.cents)


@dataclass(frozen=True)
class Failing:
    """How often a style or the goods of a supplier came back, and what of it was our fault."""

    name: str
    claims: int
    ours: int
    goodwill_cents: int


def by_style(user: User, *, since: date, until: date) -> list[Failing]:
    """The styles with the most claims (1 query)."""
    return _failing(listed(user, since=since, until=until), "piece__style__code")


def by_supplier(user: User, *, since: date, until: date) -> Sequence[Failing]:
    """The suppliers with the most claims, for whoever may see what pieces cost and from whom they
    are (1 query)."""
    if not user.has_perm("see_cost"):
        return []
    rows = listed(user, since=since, until=until).exclude(piece__cost__supplier="")
    return _failing(rows.filter(piece__cost__isnull=False), "piece__cost__supplier")


def _failing(rows: QuerySet[Claim], column: str) -> list[Failing]:
    groups: QuerySet[Claim, dict[str, Any]] = (
        rows.order_by()
        .values(column)
        .annotate(
            n=Count("pk"),
            ours=Count("pk", filter=Q(cause__in=OURS)),
            cents=Sum("goodwill_cents"),
        )
        .order_by("-n", column)
    )
    return [
        Failing(group[column], group["n"], group["ours"], group["cents"])
        for group in groups[:MOST_ROWS]
    ]


def _check_subject(subject: Subject) -> None:
    if subject.piece.state not in OF_CUSTOMERS:
        raise NeverSold
    others = {subject.piece.pk}
    if subject.card is not None:
        others.add(subject.card.piece_id)
    if subject.ticket is not None:
        others.add(subject.ticket.piece_id or 0)
    if len(others) > 1:
        raise OtherPiece


def _check_finding(finding: Finding) -> bool:
    """Whether it is goodwill."""
    if finding.outcome == Outcome.REFUSED:
        if not finding.reason.strip():
            raise ReasonNeeded(field="reason")
        return False
    if finding.cause in OURS:
        return False
    if finding.cause != Cause.UNCLEAR:
        raise NotCovered(field="cause")
    return True
