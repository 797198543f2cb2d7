"""What the page of a count shows: the sheet at the left, at the right the one thing to do now.

Nothing here reads expected figures: they come from `sheets`, which leaves them out of every tray
that is still counted blind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from counter import clerks, drawers, handover_forms, sheets, signatures, weighing
from counter.custody import PRESENT
from counter.models import (
    CountRead,
    Handover,
    HandoverItem,
    HandoverKind,
    HandoverLine,
    HandoverMoney,
    HandoverState,
    ReadKind,
    SignedAs,
    TrayCount,
    TrayState,
)
from counter.sheets import Panel, Sheet, TrayRow
from inventory import queries as stock
from inventory.ground import access, measures, settings_rows
from inventory.ground.measures import MetalClass, Tally
from inventory.models import CountDepth, Place, PlaceKind, Store
from inventory.queries import Who

TO_DO = (TrayState.WAITING, TrayState.COUNTING, TrayState.RECOUNT)
TYPED_ROWS = range(1, 7)


@dataclass(frozen=True)
class Line:
    """One metal class of a place. `expected_*` only where the sheet shows them."""

    label: str
    pieces: int | None
    tag_mg: int | None
    scale_mg: int | None
    expected_pieces: int = 0
    expected_mg: int = 0
    is_shown: bool = False


@dataclass(frozen=True)
class CountedPlace:
    """One place of the sheet: its lines, and what the person at this tablet may do with it."""

    row: TrayRow
    by: User
    alone: bool = False
    is_current: bool = False

    @property
    def tray(self) -> TrayCount:
        return self.row.tray

    @property
    def code(self) -> str:
        return self.tray.place.code

    @property
    def name(self) -> str:
        return name_of(self.tray.place)

    @property
    def is_mine(self) -> bool:
        return self.tray.state == TrayState.COUNTING and self.tray.by_id == self.by.pk

    @property
    def is_elsewhere(self) -> bool:
        """Somebody else counts it, on another tablet."""
        return self.tray.state == TrayState.COUNTING and self.tray.by_id != self.by.pk

    @property
    def needs_another(self) -> bool:
        """It differed, and this person must not count it again."""
        first = self.tray.state == TrayState.RECOUNT and self.tray.first_by_id == self.by.pk
        return first and not self.alone

    @property
    def takes_scans(self) -> bool:
        """Whether a scan goes into it: it is open here, or the scan opens it."""
        if self.tray.is_shown or self.needs_another or self.is_elsewhere:
            return False
        return self.tray.depth != CountDepth.PIECES

    @property
    def lines(self) -> list[Line]:
        """One for each metal class; a place without any has one empty line."""
        if self.tray.is_shown:
            found = [
                _shown_line(line)
                for line in sorted(self.row.lines, key=_by_class)
                if line.counted_pieces or line.expected_pieces
            ]
        else:
            found = self._running_lines()
        if self.row.no_label:
            found.append(Line(str(ReadKind.NO_LABEL.label), self.row.no_label, None, None))
        return found or [self._empty_line()]

    def _running_lines(self) -> list[Line]:
        totals = self.row.counted.classes
        weight = self.row.scale_mg if len(totals) == 1 else None
        return [Line(of.metal_class.label, of.pieces, of.mg, weight) for of in totals]

    def _empty_line(self) -> Line:
        if self.tray.is_shown:
            return Line("", 0, None, None, is_shown=True)
        begun = self.is_mine and self.tray.depth != CountDepth.PIECES
        return Line("", 0 if begun else None, None, self.row.scale_mg)

    @property
    def ledger(self) -> list[tuple[str, HandoverLine]]:
        """Each line of a sheet that is over, with the name of its metal class."""
        return [(line.metal_class.label, line) for line in sorted(self.row.lines, key=_by_class)]

    @property
    def pieces(self) -> int:
        """In the hand: with a label or without one."""
        return self.row.counted.pieces + self.row.no_label

    @property
    def difference(self) -> str:
        """Pieces and grams that are too few or too many; the state's word where the figures agree
        and something else does not, or where several classes differ."""
        state = str(self.tray.get_state_display())
        wrong = [line for line in self.row.lines if line.differs]
        if len(wrong) != 1:
            return state
        pieces = wrong[0].counted_pieces - wrong[0].expected_pieces
        told = [_plus(pieces, measures.count(pieces))] if pieces else []
        if wrong[0].tag_mg is not None and wrong[0].tag_mg != wrong[0].expected_mg:
            mg = wrong[0].tag_mg - wrong[0].expected_mg
            told.append(_plus(mg, _("%(g)s g") % {"g": measures.grams(mg)}))
        return " · ".join(told) or state

    @property
    def gap(self) -> str:
        """How far the scale is from the tags, in grams with a sign; empty where it agrees."""
        mg = self.tray.gap_mg
        pieces = self.row.counted.pieces
        if mg is None or abs(mg) <= weighing.tolerance_mg(pieces=pieces, readings=2):
            return ""
        return _plus(mg, measures.grams(mg))

    @property
    def tare_text(self) -> str:
        """The empty tray as it is known, for the field."""
        mg = self.tray.tare_mg if self.tray.tare_mg is not None else self.tray.place.tare_mg
        return "" if mg is None else measures.plain_grams(mg)


@dataclass(frozen=True)
class Card:
    """What is handed over besides the goods: a name, a state in words, and where it is done."""

    name: str
    words: str
    state: str  # "", done, differs, accepted
    address: str
    is_current: bool


@dataclass(frozen=True)
class Slot:
    """A place for a signature; `value` is the role and the person, as the form sends them."""

    value: str
    role: str | Promise
    user: User
    is_signed: bool = False
    is_next: bool = False


@dataclass(frozen=True)
class Goal:
    """One thing to do: a place, a tender, the other things, or the signatures."""

    panel: str
    code: str = ""


class Side:
    """What the panel of a tray shows, on a whole page and after a scan."""

    handover: Handover
    place: "CountedPlace | None"
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

    def __init__(self, sheet: Sheet, *, by: User, asked: "Goal | None" = None) -> None:
        self.sheet, self.by, self.asked = sheet, by, asked
        self.handover = sheet.handover

    @property
    def heading(self) -> str:
        return heading_of(self.handover)

    @cached_property
    def alone(self) -> bool:
        return settings_rows.value(self.handover.store, "alone_on_duty") == "yes"

    # --- what is to be done

    @cached_property
    def goal(self) -> Goal:
        """What was asked for, if the sheet has it; else what comes next."""
        asked = self.asked
        if asked is None:
            return self.next_goal
        if asked.panel == "tray" and self.sheet.row_of(asked.code) is None:
            return self.next_goal
        if asked.panel == "money" and not any(m.tender.code == asked.code for m in self.money):
            return self.next_goal
        return asked

    @cached_property
    def next_goal(self) -> Goal:
        """My tray, then one that waits, then money and things, then what differs; at last the
        signatures."""
        goals = [*self._to_count(), *self._besides(), *self._to_settle()]
        return next(iter(goals), Goal("sign"))

    def _to_count(self) -> list[Goal]:
        """Trays: mine, then those that nobody has begun, then those that differed once."""
        if not self.by.has_perm("count_pieces"):
            return []
        places = [CountedPlace(row, self.by, self.alone) for row in self._rows]
        groups = (
            [place for place in places if place.is_mine],
            [place for place in places if place.tray.state == TrayState.WAITING],
            [
                place
                for place in places
                if place.tray.state == TrayState.RECOUNT and not place.needs_another
            ],
        )
        return [Goal("tray", place.code) for group in groups for place in group]

    def _besides(self) -> list[Goal]:
        goals = [Goal("money", m.tender.code) for m in self.money if m.counted_cents is None]
        left = any(item.counted is None for item in self.sheet.items)
        return [*goals, Goal("items")] if left and self.by.has_perm("count_pieces") else goals

    def _to_settle(self) -> list[Goal]:
        trays = [Goal("tray", place.code) for place in self.differing]
        money = [
            Goal("money", row.tender.code)
            for row in self.money
            if row.is_shown and row.differs and row.approval_id is None
        ]
        return [*trays, *money]

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
        return address_of(self.handover, self.goal)

    @property
    def next_address(self) -> str:
        return address_of(self.handover, self.next_goal)

    @property
    def next_words(self) -> str:
        goal = self.next_goal
        if goal.panel == "tray":
            row = self.sheet.row_of(goal.code)
            return _("Next: %(place)s") % {"place": name_of(row.tray.place) if row else goal.code}
        if goal.panel == "money":
            found = next(row for row in self.money if row.tender.code == goal.code)
            return _("Next: %(place)s") % {"place": found.tender}
        if goal.panel == "items":
            return _("Next: %(place)s") % {"place": _("Keys and other things")}
        return _("To the signatures")

    # --- places

    @cached_property
    def _rows(self) -> list[TrayRow]:
        rows = {row.tray.pk: row for row in self.sheet.rows}
        return [rows[tray.pk] for tray in in_order(row.tray for row in self.sheet.rows)]

    @cached_property
    def places(self) -> list[CountedPlace]:
        chosen = self.goal.code if self.goal.panel == "tray" else ""
        return [
            CountedPlace(row, self.by, self.alone, row.tray.place.code == chosen)
            for row in self._rows
        ]

    @cached_property
    def place(self) -> CountedPlace | None:  # type: ignore[override]  # because: read once, when it is first asked for
        return next((place for place in self.places if place.is_current), None)

    @property
    def differing(self) -> list[CountedPlace]:
        """What differs comes before everything else."""
        chosen = self.asked.code if self.asked and self.asked.panel == "tray" else ""
        return [
            CountedPlace(row, self.by, self.alone, row.tray.place.code == chosen)
            for row in self._rows
            if row.tray.state == TrayState.DIFFERS
        ]

    @property
    def is_blind(self) -> bool:
        return any(row.tray.state in TO_DO for row in self.sheet.rows)

    @property
    def tally(self) -> Tally:
        return self.sheet.tally

    @property
    def no_label(self) -> int:
        return sum(row.no_label for row in self.sheet.rows)

    @property
    def untouched(self) -> int:
        """Places that nobody has begun; the one that is open here and empty is one of them."""
        waiting = sum(row.tray.state == TrayState.WAITING for row in self.sheet.rows)
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
        return [(place.code, name_of(place, alone=True)) for place in rows]

    # --- money and things

    @property
    def money(self) -> list[HandoverMoney]:
        return self.sheet.money

    @property
    def money_row(self) -> HandoverMoney | None:
        if self.goal.panel != "money":
            return None
        return next(row for row in self.money if row.tender.code == self.goal.code)

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
        cards = [self._money_card(row) for row in self.money]
        return [*cards, self._items_card()] if self.sheet.items else cards

    def _money_card(self, row: HandoverMoney) -> Card:
        goal = Goal("money", row.tender.code)
        if not row.is_shown:
            words, state = (_("differs: count again") if row.attempts else _("not counted")), ""
        elif not row.differs:
            words, state = measures.yuan(row.counted_cents or 0), "done"
        else:
            gap = (row.counted_cents or 0) - row.expected_cents
            words = _plus(gap, measures.yuan(gap)) if gap else _("differs")
            state = "accepted" if row.approval_id else "differs"
        address = address_of(self.handover, goal)
        return Card(str(row.tender), words, state, address, goal == self.goal)

    def _items_card(self) -> Card:
        goal, items = Goal("items"), self.sheet.items
        left = sum(item.counted is None for item in items)
        odd = sum(item.counted is not None and item.counted != item.expected for item in items)
        if left:
            words, state = _("%(n)s of %(all)s not checked") % {"n": left, "all": len(items)}, ""
        elif odd:
            words, state = _("differs, with a remark"), "accepted"
        else:
            words, state = _("checked"), "done"
        address = address_of(self.handover, goal)
        return Card(_("Keys and other things"), words, state, address, goal == self.goal)

    @cached_property
    def things(self) -> list[tuple[HandoverItem, str]]:
        """The list, each with how it stands: nothing yet, "again" after a first difference,
        "done", or "differs" with its remark (1 query)."""
        tried = set(self.handover.attempts.values_list("part", flat=True))
        return [(item, _standing(item, tried)) for item in self.sheet.items]

    # --- the end

    @property
    def is_ready(self) -> bool:
        return self.handover.state == HandoverState.AGREED

    @property
    def still_open(self) -> list[str]:
        """What has to be done before anybody signs."""
        told = [
            f"{place.name} · {place.tray.get_state_display()}"
            for place in self.places
            if place.tray.state in {*TO_DO, TrayState.DIFFERS}
        ]
        return told + [
            f"{card.name} · {card.words}" for card in self.cards if card.state in {"", "differs"}
        ]

    @cached_property
    def first_stands(self) -> bool:
        """Whether the first of the two signatures holds: the figures are still what they were."""
        sheet = self.handover
        return bool(sheet.first_signed_as) and sheet.first_figures == signatures.figures(sheet)

    @cached_property
    def signers(self) -> list[Slot]:
        """Who signs this form of the sheet, those who have signed marked."""
        slots: list[Slot] = []
        for role in signatures.SIGNERS[self.handover.kind]:
            slots += [self._slot(role, user) for user in self._candidates(role)]
        first = next((slot for slot in slots if not slot.is_signed), None)
        return [
            Slot(slot.value, slot.role, slot.user, slot.is_signed, slot is first) for slot in slots
        ]

    @property
    def managers(self) -> list[Slot]:
        """Who may sign for an outgoing clerk that is not there."""
        if self.handover.shift is None or self._has_signed(SignedAs.OUTGOING):
            return []
        named = {self.handover.outgoing_id, self.handover.incoming_id}
        return [
            self._slot(SignedAs.MANAGER, user)
            for user in self._team
            if user.has_perm("sign_for_absent") and user.pk not in named
        ]

    @property
    def may_sign_alone(self) -> bool:
        witnessed = SignedAs.WITNESS in signatures.SIGNERS[self.handover.kind]
        return witnessed and self.alone and not self.first_stands

    @cached_property
    def _team(self) -> list[User]:
        return team_of(self.handover.store)

    def _candidates(self, role: SignedAs) -> list[User]:
        """The named person; for the witness everybody else of the store, once the other has
        signed."""
        if role == SignedAs.OUTGOING:
            return [self.handover.outgoing] if self.handover.outgoing else []
        if role == SignedAs.INCOMING:
            return [self.handover.incoming] if self.handover.incoming else []
        if self._has_signed(SignedAs.WITNESS) and self.handover.first_signed_by:
            return [self.handover.first_signed_by]
        named = {self.handover.outgoing_id, self.handover.incoming_id}
        return [user for user in self._team if user.pk not in named]

    def _slot(self, role: SignedAs, user: User) -> Slot:
        signed = self._has_signed(role)
        if signed and role == SignedAs.OUTGOING and self.handover.first_signed_by:
            user = self.handover.first_signed_by
        return Slot(f"{role}:{user.username}", role.label, user, is_signed=signed)

    def _has_signed(self, role: SignedAs) -> bool:
        """A manager stands in the place of the outgoing clerk."""
        stands = {role, SignedAs.MANAGER} if role == SignedAs.OUTGOING else {role}
        return self.first_stands and self.handover.first_signed_as in stands


def name_of(place: Place, *, alone: bool = False) -> str:
    """A place as the shop says it; `alone`: without its sheet around it."""
    if place.kind == PlaceKind.COUNTER:
        return _("Counter %s") % place if alone else _("On the counter")
    if place.kind == PlaceKind.WINDOW and not place.name:
        return _("Window %(code)s") % {"code": place.code}
    return str(place)


def heading_of(handover: Handover) -> str:
    told = {"counter": handover.counter}
    return {
        HandoverKind.CHANGE: _("Handover count · counter %(counter)s"),
        HandoverKind.CLOSE: _("Closing count · counter %(counter)s"),
        HandoverKind.OPEN: _("Opening count · counter %(counter)s"),
        HandoverKind.SPOT: _("Spot count · counter %(counter)s"),
    }[HandoverKind(handover.kind)] % told


def address_of(handover: Handover, goal: Goal | None = None) -> str:
    """The page of a sheet, open at one thing to do."""
    address = reverse("handover", args=[handover.number])
    if goal is None:
        return address
    asked = {goal.panel: goal.code} if goal.code else {"part": goal.panel}
    return f"{address}?{urlencode(asked)}"


def asked_in(query: dict[str, str]) -> Goal | None:
    """What an address asks for; "next" and nothing at all are the same."""
    tray, money, part = query.get("tray", ""), query.get("money", ""), query.get("part", "")
    if tray and tray != "next":
        return Goal("tray", tray)
    if money:
        return Goal("money", money)
    return Goal(part) if part in {"items", "sign"} else None


def team_of(store: Store) -> list[User]:
    """The people of a store who may sign (1 query)."""
    people = [clerk.user for clerk in clerks.of_store(store)]
    return [user for user in people if user.has_perm("sign_handover")]


def read_for(user: Who, number: str, read_id: int) -> CountRead:
    """One scan of a sheet that this person may see, else 404."""
    rows = access.visible(CountRead.objects.all(), user, store="handover__store")
    full = rows.select_related("tray__place", "tray__handover__store", "piece")
    return get_object_or_404(full, handover__number=number, pk=read_id)


def money_for(user: Who, number: str, tender: str) -> HandoverMoney:
    """One tender of a sheet that this person may see, else 404."""
    rows = access.visible(HandoverMoney.objects.all(), user, store="handover__store")
    full = rows.select_related("tender", "handover__store", "handover__counter")
    return get_object_or_404(full, handover__number=number, tender__code=tender)


def item_for(user: Who, number: str, item_id: int) -> HandoverItem:
    """One line of a sheet's list that this person may see, else 404."""
    rows = access.visible(HandoverItem.objects.all(), user, store="handover__store")
    return get_object_or_404(
        rows.select_related("handover__store"), handover__number=number, pk=item_id
    )


def in_order(trays: Iterable[TrayCount]) -> list[TrayCount]:
    """Trays and windows by their codes, then what lies on the counter."""
    return sorted(trays, key=lambda tray: (tray.place.kind == PlaceKind.COUNTER, tray.place.code))


def closed_places(sheet: Sheet, *, by: User) -> list[CountedPlace]:
    """The places of a sheet that is signed or given up, in their order."""
    rows = {row.tray.pk: row for row in sheet.rows}
    return [CountedPlace(rows[tray.pk], by) for tray in in_order(row.tray for row in sheet.rows)]


def may_sign_later(sheet: Sheet, *, by: User) -> Slot | None:
    """The signature under a closed sheet that is still missing and that this person may give."""
    handover = sheet.handover
    if handover.state != HandoverState.SIGNED or not by.has_perm("sign_handover"):
        return None
    if any(row.user_id == by.pk for row in sheet.signatures):
        return None
    named = {SignedAs.OUTGOING: handover.outgoing_id, SignedAs.INCOMING: handover.incoming_id}
    for role in sheet.missing:
        is_named = by.pk in named.values()
        if named.get(role) == by.pk or (role == SignedAs.WITNESS and not is_named):
            return Slot(f"{role}:{by.username}", role.label, by, is_next=True)
    return None


def after_scan(handover: Handover, tray: TrayCount, *, by: User) -> AfterScan:
    """The tray that was scanned into, read by itself: nothing else of the sheet is read anew."""
    now = sheets.panel_of(tray)
    kinds = [read.kind for read in now.reads]
    row = TrayRow(
        tray=tray,
        counted=now.counted,
        no_label=kinds.count(ReadKind.NO_LABEL),
        strays=kinds.count(ReadKind.STRAY),
        lines=[],
        expected=None,
        short=[],
        surplus=[],
    )
    place = CountedPlace(row, by, is_current=True)
    return AfterScan(handover, place, now, _tally_so_far(handover))


def _tally_so_far(handover: Handover) -> Tally:
    """All that has been counted, of all places together, without reading piece by piece: scans of
    the running counts that have not left since, and the lines of what was handed in (2 queries)."""
    total = Tally()
    shown = list(TrayCount.RESULTS)
    running = CountRead.objects.filter(
        ~Q(tray__state__in=shown),
        handover=handover,
        kind=ReadKind.PIECE,
        undone_at__isnull=True,
        attempt=F("tray__attempts") + 1,
        piece__state__in=PRESENT,
    ).order_by()
    groups = running.values_list("piece__metal", "piece__grade")
    for metal, grade, n, mg in groups.annotate(Count("pk"), Sum("piece__net_mg")):
        total.add(metal=metal, fineness=grade, net_mg=mg, pieces=n)
    lines = HandoverLine.objects.filter(tray__handover=handover, tray__state__in=shown)
    for line in lines:
        if line.counted_pieces:
            known = (line.tag_mg, line.scale_mg, line.expected_mg)
            mg = next(each for each in known if each is not None)
            total.add(metal=line.metal, fineness=line.grade, net_mg=mg, pieces=line.counted_pieces)
    return total


def _shown_line(line: HandoverLine) -> Line:
    return Line(
        line.metal_class.label,
        line.counted_pieces,
        line.tag_mg,
        line.scale_mg,
        line.expected_pieces,
        line.expected_mg,
        is_shown=True,
    )


def _standing(item: HandoverItem, tried: set[str]) -> str:
    if item.counted is None:
        return "again" if f"item {item.pk}" in tried else ""
    return "done" if item.counted == item.expected else "differs"


def _plus(value: int, text: str) -> str:
    """A difference says its direction: the minus is in the text already."""
    return f"+{text}" if value > 0 else text


def _by_class(line: HandoverLine) -> MetalClass:
    """Gold first, finest first."""
    return line.metal_class
