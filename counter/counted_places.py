"""A counted place on the screen: its lines, how far it is, and what may be done with it here.

Nothing here reads expected figures: they come from `sheets`, which leaves them out of every tray
that is still counted blind.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from counter.models import HandoverLine, ReadKind, TrayCount, TrayState
from counter.sheets import Sheet, TrayRow
from inventory import count_weights
from inventory.ground import measures
from inventory.ground.measures import MetalClass
from inventory.models import CountDepth, Place, PlaceKind

TO_DO = (TrayState.WAITING, TrayState.COUNTING, TrayState.RECOUNT)


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
    def is_waiting(self) -> bool:
        """Nobody has begun it."""
        return self.tray.state == TrayState.WAITING

    @property
    def is_to_recount(self) -> bool:
        """It differed, and this person may count it again."""
        return self.tray.state == TrayState.RECOUNT and not self.needs_another

    @property
    def needs_another(self) -> bool:
        """It differed, and this person must not count it again."""
        first = self.tray.state == TrayState.RECOUNT and self.tray.first_by_id == self.by.pk
        return first and not self.alone

    @property
    def differs(self) -> bool:
        """It was handed in, differs, and nobody has accepted that."""
        return self.tray.state == TrayState.DIFFERS

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
        (line,) = wrong
        pieces = line.counted_pieces - line.expected_pieces
        mg = 0 if line.tag_mg is None else line.tag_mg - line.expected_mg
        return measures.difference(pieces=pieces, mg=mg) or state

    @property
    def gap(self) -> str:
        """How far the scale is from the tags, in grams with a sign; empty where it agrees."""
        mg = self.tray.gap_mg
        pieces = self.row.counted.pieces
        if mg is None or abs(mg) <= count_weights.tolerance_mg(pieces=pieces, readings=2):
            return ""
        return measures.signed_grams(mg)

    @property
    def tare_text(self) -> str:
        """The empty tray as it is known, for the field."""
        mg = self.tray.tare_mg if self.tray.tare_mg is not None else self.tray.place.tare_mg
        return "" if mg is None else measures.plain_grams(mg)


def places_of(
    sheet: Sheet, *, by: User, alone: bool = False, chosen: str = ""
) -> list[CountedPlace]:
    """The places of a sheet in their order; `chosen`: the code of the one that the page shows."""
    rows = {row.tray.pk: row for row in sheet.rows}
    return [
        CountedPlace(rows[tray.pk], by, alone, tray.place.code == chosen)
        for tray in in_order(row.tray for row in sheet.rows)
    ]


def in_order(trays: Iterable[TrayCount]) -> list[TrayCount]:
    """Trays and windows by their codes, then what lies on the counter."""
    return sorted(trays, key=lambda tray: (tray.place.kind == PlaceKind.COUNTER, tray.place.code))


def name_of(place: Place, *, alone: bool = False) -> str:
    """A place as the shop says it; `alone`: without its sheet around it."""
    if place.kind == PlaceKind.COUNTER:
        return _("Counter %s") % place if alone else _("On the counter")
    if place.kind == PlaceKind.WINDOW and not place.name:
        return _("Window %(code)s") % {"code": place.code}
    return str(place)


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


def _by_class(line: HandoverLine) -> MetalClass:
    """Gold first, finest first."""
    return line.metal_class
