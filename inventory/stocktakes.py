"""盘点: a store, a counter or some trays are counted against the books while the shop is open.

Opening writes the expectation down and stops nobody from selling. Places are counted blind, in any
order and on several tablets (`stocktake_places`, `stocktake_reads`); what differs is settled one by
one (`stocktake_differences`); a second person approves, and the sheet is published for ever
(`stocktake_sheets`). A place that nobody counted is not counted: nothing in it is missing.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import (
    places,
    stocktake_adjustments,
    stocktake_differences,
    stocktake_openings,
    stocktake_results,
    stocktake_states,
)
from inventory.ground import access, approvals, changes, numbers
from inventory.ground.approvals import Ask, Figures
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import (
    Place,
    PlaceKind,
    SpotState,
    Stocktake,
    StocktakeAcknowledgement,
    StocktakeKind,
    StocktakePlace,
    StocktakeState,
    Store,
)
from inventory.stocktake_states import ReasonNeeded, StocktakeMoved

MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
MOST_REASON: Final = 120


class PlaceCountedAlready(RuleBroken):
    """At most one stocktake counts a place at a time."""

    code = "place_counted_already"

    def __init__(self, spot: StocktakePlace) -> None:
        told = {"place": spot.place, "number": spot.stocktake.number}
        super().__init__(_("%(place)s is counted by %(number)s already.") % told)


class MonthCountedAlready(RuleBroken):
    code = "month_counted_already"

    def __init__(self, stocktake: Stocktake) -> None:
        told = {"month": stocktake.month, "number": stocktake.number}
        super().__init__(_("%(month)s has its stocktake already: %(number)s.") % told)


class ScopeEmpty(RuleBroken):
    code = "scope_empty"
    status = 422
    sentence = gettext_lazy("Choose at least one place to count.")


class StillCounting(RuleBroken):
    code = "still_counting"

    def __init__(self, spot: StocktakePlace) -> None:
        told = {"who": stocktake_states.who(spot.by), "place": spot.place}
        super().__init__(_("%(who)s is still counting %(place)s. Hand it in first.") % told)


class NothingCounted(RuleBroken):
    code = "nothing_counted"
    sentence = gettext_lazy("Nothing has been counted yet. Count, or give the stocktake up.")


class WrongSheet(RuleBroken):
    """What somebody says to have is not what was published."""

    code = "wrong_sheet"
    sentence = gettext_lazy("This is not the content that was published. Fetch it again.")


class NotPublished(RuleBroken):
    code = "not_published"
    sentence = gettext_lazy("This stocktake has not been published yet.")


def begin(
    *,
    store: Store,
    kind: str,
    by: User,
    places: Sequence[Place] = (),
    month: str = "",
    category: str = "",
) -> Stocktake:
    """Writes down what the books expect and opens the count. A monthly one counts all places of
    the store and names its month; the others name their `places`, a spot count perhaps one
    category.

    Refused: to a role without the right and people of other stores, without a place, with places
    of another store, while another stocktake counts one of them, and a second time for a month.
    """
    access.refuse_unless(by, "run_stocktakes", store=store)
    _check_kind(kind, month=month, category=category)
    with changes.opened(store=store, by=by) as book:
        stocktake = _entered(StocktakeKind(kind), month, category, book)
        chosen = stocktake_openings.whole_store(stocktake) if month else list(places)
        _check_places(chosen, store)
        stocktake_openings.lay_out(stocktake, chosen)
        stocktake_states.hide(stocktake, *(place.pk for place in chosen))
        stocktake_openings.freeze(stocktake)
        book.note(stocktake, kind="stocktake_opened", number=stocktake.number)
    return stocktake


def stop_counting(*, stocktake: Stocktake, by: User) -> Stocktake:
    """Nobody counts any more; what was not counted stays so and is not missing. Refused while
    somebody has a place in hand, and where nothing was handed in."""
    access.refuse_unless(by, "run_stocktakes", store=stocktake.store)
    with changes.opened(store=stocktake.store, by=by) as book:
        found = stocktake_states.lock_running(stocktake)
        spots = list(found.places.select_related("place", "by"))
        for spot in spots:
            if spot.state == SpotState.COUNTING:
                raise StillCounting(spot)
        if not any(spot.is_shown for spot in spots):
            raise NothingCounted
        stocktake_states.become(found, StocktakeState.RECONCILING)
        stocktake_states.show(found)
        book.note(found, kind="stocktake_counted", number=found.number)
    return found


def abandon(*, stocktake: Stocktake, reason: str, by: User) -> Stocktake:
    """Gives a stocktake up; what was read stays. Refused without a reason, and once it is
    approved."""
    access.refuse_unless(by, "run_stocktakes", store=stocktake.store)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with changes.opened(store=stocktake.store, by=by) as book:
        found = stocktake_states.lock_running(stocktake)
        told = reason.strip()[:MOST_REASON]
        stocktake_states.become(found, StocktakeState.ABANDONED, abandoned_reason=told)
        stocktake_states.let_go(found)
        book.note(found, kind="stocktake_abandoned", number=found.number)
    return found


def approve(*, stocktake: Stocktake, by: User) -> Stocktake:
    """The count is what it is: every outcome is carried out, and from now on nothing of it changes.
    Needs an outcome for every difference, and the yes of a second person to these figures."""
    access.refuse_unless(by, "settle_stocktakes", store=stocktake.store)
    with changes.opened(store=stocktake.store, by=by) as book:
        found = stocktake_states.lock_running(stocktake)
        if found.state != StocktakeState.RECONCILING:
            raise StocktakeMoved(found)
        stocktake_differences.check_decided(found)
        yes = approvals.spend(ask=approve_ask(found), by=by)
        stocktake_adjustments.carry_out(found, book)
        stocktake_states.become(
            found,
            StocktakeState.APPROVED,
            approved_at=book.at,
            approved_by=yes.approved_by,
            approval=yes,
        )
        stocktake_states.let_go(found)
        book.note(found, kind="stocktake_approved", number=found.number)
    return found


def approve_ask(stocktake: Stocktake) -> Ask:
    """What the second person agrees to: how many pieces had which result, and every outcome."""
    totals = stocktake_results.totals_of(stocktake)
    outcomes = stocktake_differences.outcomes_of(stocktake)
    figures: Figures = {f"lines_{name}": tally.pieces for name, tally in totals.items()}
    figures |= {f"outcome_{name}": many for name, many in outcomes.items()}
    figures["differences"] = stocktake_differences.digest_of(stocktake)
    told = {
        "number": stocktake.number,
        "found": totals["found"].pieces,
        "missing": totals["missing"].pieces,
        "differences": sum(outcomes.values()),
    }
    return Ask(
        action="approve_stocktake",
        store=stocktake.store.code,
        document=stocktake.number,
        figures=figures,
        summary=_("%(number)s: %(found)d found, %(missing)d missing, %(differences)d differences")
        % told,
        permission="agree_stocktake",
    )


def acknowledge(*, stocktake: Stocktake, sha256: str, by: User) -> StocktakeAcknowledgement:
    """Head office has the published content with this hash; said once more, it is the same receipt.
    Refused before it is published, and for another content."""
    access.refuse_unless(by, "acknowledge_stocktakes", store=stocktake.store)
    with changes.opened(store=stocktake.store, by=by) as book:
        found = stocktake_states.lock(stocktake)
        if found.state != StocktakeState.PUBLISHED:
            raise NotPublished
        if sha256.strip().lower() != found.sheet.sha256:
            raise WrongSheet
        before = StocktakeAcknowledgement.objects.filter(stocktake=found).first()
        if before is not None:
            return before
        row = StocktakeAcknowledgement(
            stocktake=found, store=found.store, sha256=found.sheet.sha256, by=by, at=book.at
        )
        book.write([row], kind="stocktake_acknowledged", number=found.number)
    return row


def _check_kind(kind: str, *, month: str, category: str) -> None:
    if kind not in StocktakeKind.values:
        raise BadField(_("Choose one of the values."), field="kind")
    if (kind == StocktakeKind.MONTHLY) != bool(MONTH.fullmatch(month)):
        raise BadField(_("A monthly count names its month, such as 2026-11."), field="month")
    if category and (kind != StocktakeKind.SPOT or not stocktake_openings.is_category(category)):
        raise BadField(_("Only a spot count may be of one category."), field="category")


def _check_places(chosen: Sequence[Place], store: Store) -> None:
    if not chosen:
        raise ScopeEmpty(field="places")
    if any(place.store_id != store.pk or place.kind == PlaceKind.VIRTUAL for place in chosen):
        raise places.PlaceUnknown(field="places")
    # the store's head is locked: two tablets cannot both find it free
    taken = StocktakePlace.objects.filter(place__in=chosen, is_over=False)
    other = taken.select_related("place", "stocktake").first()
    if other is not None:
        raise PlaceCountedAlready(other)


def _entered(kind: StocktakeKind, month: str, category: str, book: Book) -> Stocktake:
    day = places.business_day(book.store, book.at)
    _check_month(month, day, book.store)
    return Stocktake.objects.create(
        number=numbers.issue(store=book.store, kind=numbers.Kind.STOCKTAKE, day=day),
        store=book.store,
        kind=kind,
        month=month,
        category=category,
        business_day=day,
        opened_at=book.at,
        opened_by=book.by,
        opened_seq=book.head.seq,
    )


def _check_month(month: str, day: date, store: Store) -> None:
    if not month:
        return
    if month > f"{day:%Y-%m}":
        raise BadField(_("This month has not begun yet."), field="month")
    rows = Stocktake.objects.filter(store=store, month=month)
    before = rows.exclude(state=StocktakeState.ABANDONED).first()
    if before is not None:
        raise MonthCountedAlready(before)
