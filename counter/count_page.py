"""What the page of a count shows: the sheet at the left, at the right the one thing to do now."""

from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from counter import (
    counted_old_gold,
    counted_places,
    drawers,
    goals,
    handover_cards,
    handover_forms,
    sheets,
    witnesses,
)
from counter.counted_places import TO_DO, CountedPlace
from counter.goals import Goal
from counter.handover_cards import Bags, Card
from counter.models import (
    CountRead,
    Handover,
    HandoverItem,
    HandoverKind,
    HandoverMoney,
    HandoverState,
    TrayCount,
    TrayState,
)
from counter.sheets import Panel, Sheet
from counter.signers import Signing
from inventory import queries as stock
from inventory.ground import measures
from inventory.ground.measures import Tally
from inventory.models import CountDepth, Place, PlaceKind

TYPED_ROWS = range(1, 7)


class Side:
    """What the panel of a tray shows, on a whole page and after a scan."""

    handover: Handover
    place: CountedPlace | None
    now: Panel | None

    @property
    def last(self) -> CountRead | None:
        """The piece in the hand."""
        return self.now.last if self.now else None

    @property
    def begun(self) -> bool:
        """Whether something was scanned in the place that is open here."""
        return bool(self.now and self.now.reads)

    @property
    def people(self) -> list[tuple[str, User]]:
        """Who hands over and who takes over; the witness of closing and opening is told by the
        signature."""
        named = [
            (_("hands over"), self.handover.outgoing),
            (_("takes over"), self.handover.incoming),
        ]
        return [(role, person) for role, person in named if person]

    @property
    def safes(self) -> list[Place]:
        """Where trays may lie overnight."""
        rows = stock.places_to_move_to(self.handover.store)
        return list(rows.filter(kind=PlaceKind.SAFE).order_by("code"))


@dataclass
class AfterScan(Side):
    """What changes with a scan: the panel, the line of the tray, the sum."""

    handover: Handover
    place: CountedPlace | None
    now: Panel | None
    tally: Tally
    is_blind: bool = True
    untouched: int = 0

    @property
    def seen_seq(self) -> int:
        return self.now.seq if self.now else 0


class CountPage(Side):
    """Everything that one open count shows to one person; `asked` None: whatever comes next."""

    def __init__(self, sheet: Sheet, *, by: User, asked: Goal | None = None) -> None:
        self.sheet, self.by, self.asked = sheet, by, asked
        self.handover = sheet.handover

    @property
    def heading(self) -> str:
        return heading_of(self.handover)

    # --- what is to be done

    @cached_property
    def goal(self) -> Goal:
        """What was asked for, if the sheet has it; else what comes next."""
        if self.asked is None or not goals.is_on(self.sheet, self.asked):
            return self.next_goal
        return self.asked

    @cached_property
    def next_goal(self) -> Goal:
        return goals.next_of(self.sheet, self._all_places, by=self.by)

    @property
    def panel(self) -> str:
        """Which of the panels stands at the right."""
        place = self.place
        if place is None:
            return self.goal.panel
        if place.tray.is_shown:
            return "shown"
        if not place.is_mine:
            return "waiting"
        return "typing" if place.tray.depth == CountDepth.PIECES else "counting"

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return goals.address_of(self.handover, self.goal)

    @property
    def next_address(self) -> str:
        return goals.address_of(self.handover, self.next_goal)

    @property
    def next_words(self) -> str:
        return goals.words_of(self.next_goal, self._all_places, self.money)

    # --- places

    @cached_property
    def _all_places(self) -> list[CountedPlace]:
        """In their order, none of them chosen yet."""
        alone = witnesses.may_be_alone(self.handover.store)
        return counted_places.places_of(self.sheet, by=self.by, alone=alone)

    @cached_property
    def places(self) -> list[CountedPlace]:
        return [
            replace(place, is_current=goals.tray(place.code) == self.goal)
            for place in self._all_places
        ]

    @cached_property
    def place(self) -> CountedPlace | None:  # type: ignore[override]  # because: read once, when it is first asked for
        return next((place for place in self.places if place.is_current), None)

    @property
    def differing(self) -> list[CountedPlace]:
        """What differs comes before everything else, but for the place that was asked for."""
        return [
            place
            for place in self._all_places
            if place.differs and goals.tray(place.code) != self.asked
        ]

    @property
    def is_blind(self) -> bool:
        return any(place.tray.state in TO_DO for place in self._all_places)

    @property
    def tally(self) -> Tally:
        return self.sheet.tally

    @property
    def untouched(self) -> int:
        """Places that nobody has begun; the one that is open here and empty is one of them."""
        waiting = sum(place.is_waiting for place in self._all_places)
        mine = self.place is not None and self.place.is_mine
        return waiting + mine if waiting and not self.begun else 0

    # --- the tray in the hand

    @cached_property
    def now(self) -> Panel | None:  # type: ignore[override]  # because: read once, when it is first asked for
        return sheets.panel_of(self.place.tray) if self.place else None

    @property
    def seen_seq(self) -> int:
        return self.sheet.seq

    @property
    def classes(self) -> list[tuple[str, str]]:
        """Every metal class that may be typed; which of them lie there, nobody is told."""
        return [
            (value, measures.grade_name(metal, grade))
            for value, (metal, grade) in handover_forms.classes().items()
        ]

    @property
    def typed_rows(self) -> range:
        return TYPED_ROWS

    @property
    def elsewhere(self) -> list[tuple[str, str]]:
        """Where a piece that is short may have gone."""
        rows = stock.places_to_move_to(self.handover.store).order_by("code")
        return [(place.code, counted_places.name_of(place, alone=True)) for place in rows]

    # --- money and things

    @property
    def money(self) -> list[HandoverMoney]:
        return self.sheet.money

    @property
    def money_row(self) -> HandoverMoney | None:
        return next((row for row in self.money if goals.money(row.tender.code) == self.goal), None)

    @property
    def notes(self) -> list[tuple[int, str, int | str]]:
        """Notes and coins: cents, how it is called, how many were counted when that may be seen."""
        row = self.money_row
        kept = row.denominations if row and row.is_shown else {}
        return [
            (cents, measures.yuan(cents).removesuffix(".00"), kept.get(str(cents), ""))
            for cents in drawers.DENOMINATIONS
        ]

    @property
    def slips_left(self) -> int:
        """Tenders other than cash that nobody has counted."""
        return sum(row.counted_cents is None and not row.tender.is_cash for row in self.money)

    @property
    def cards(self) -> list[Card]:
        return handover_cards.cards_of(self.sheet, chosen=self.goal)

    @cached_property
    def things(self) -> list[tuple[HandoverItem, str]]:
        """What is counted by number."""
        return [each for each in self._items if not counted_old_gold.is_scanned(each[0])]

    @cached_property
    def bags(self) -> Bags | None:
        """What is scanned."""
        return handover_cards.bags_of(self.handover, self._items)

    @cached_property
    def _items(self) -> list[tuple[HandoverItem, str]]:
        return handover_cards.things_of(self.handover, self.sheet.items)

    # --- the end

    @property
    def is_ready(self) -> bool:
        return self.handover.state == HandoverState.AGREED

    @property
    def still_open(self) -> list[str]:
        """What has to be done before anybody signs."""
        told = [
            f"{place.name} · {place.tray.get_state_display()}"
            for place in self._all_places
            if place.tray.state in {*TO_DO, TrayState.DIFFERS}
        ]
        return told + [f"{card.name} · {card.words}" for card in self.cards if card.is_open]

    @cached_property
    def signing(self) -> Signing:
        return Signing(self.handover)


def heading_of(handover: Handover) -> str:
    told = {"counter": handover.counter}
    return {
        HandoverKind.CHANGE: _("Handover count · counter %(counter)s"),
        HandoverKind.CLOSE: _("Closing count · counter %(counter)s"),
        HandoverKind.OPEN: _("Opening count · counter %(counter)s"),
        HandoverKind.SPOT: _("Spot count · counter %(counter)s"),
    }[HandoverKind(handover.kind)] % told


def after_scan(handover: Handover, tray: TrayCount, *, by: User) -> AfterScan:
    """The tray that was scanned into, read by itself: nothing else of the sheet is read anew."""
    now = sheets.panel_of(tray)
    place = CountedPlace(sheets.row_in_hand(now), by, is_current=True)
    return AfterScan(handover, place, now, sheets.tally_of(handover))
