"""The goods of a signed sheet on paper: a row for each metal class, tray by tray and in all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from counter.models import HandoverLine, TrayCount
from inventory.ground import measures
from inventory.ground.measures import MetalClass
from inventory.models import Reason
from inventory.templatetags.pieces import who

NOTHING = "—"


@dataclass(frozen=True)
class Figures:
    """Pieces and grams side by side."""

    pieces: str
    grams: str


@dataclass(frozen=True)
class SheetRow:
    """One metal class of a tray, or of the whole counter."""

    name: str
    opening: Figures
    entered: Figures
    left: Figures
    why: str
    expected: Figures
    counted: str
    tag_grams: str
    scale_grams: str
    difference: Figures
    differs: bool
    after: Figures
    closing: Figures


@dataclass(frozen=True)
class SheetTray:
    place: str
    gross_grams: str
    tare_grams: str
    gap_grams: str
    seal: str
    kept_in: str
    counted_by: str
    rows: list[SheetRow]


def tray_of(tray: TrayCount) -> SheetTray:
    """A place with its weights, its seal and a row for each metal class."""
    return SheetTray(
        place=str(tray.place),
        gross_grams=_grams(tray.gross_mg),
        tare_grams=_grams(tray.tare_mg),
        gap_grams=NOTHING if tray.gap_mg is None else measures.signed_grams(tray.gap_mg),
        seal=tray.seal_number + (f" · {_('taken over by its seal')}" if tray.by_seal else ""),
        kept_in=tray.kept_in,
        counted_by=who(tray.by) if tray.by else "",
        rows=[row_of(line.metal_class.label, [line], why=_why(line)) for line in _by_class(tray)],
    )


def is_bare(tray: TrayCount) -> bool:
    """Nothing lay in it and nothing is said of it: such places share one line."""
    told = tray.gross_mg is not None or tray.seal_number or tray.lines.all()
    return not told


def totals_of(lines: Iterable[HandoverLine]) -> list[SheetRow]:
    """One row for each metal class; grams of two classes are never added."""
    groups: dict[MetalClass, list[HandoverLine]] = {}
    for line in lines:
        groups.setdefault(line.metal_class, []).append(line)
    return [row_of(of.label, groups[of]) for of in sorted(groups)]


def row_of(
    name: str, lines: Sequence[HandoverLine], *, why: str = "", grams: bool = True
) -> SheetRow:
    """The sum of lines of one class; with `grams=False` of all classes, in pieces only."""

    def pieces(column: str) -> int:
        return sum(getattr(line, f"{column}_pieces") for line in lines)

    def mg(column: str) -> int | None:
        return sum(getattr(line, f"{column}_mg") for line in lines) if grams else None

    tags = _sum(line.tag_mg for line in lines) if grams else None
    scale = _sum(line.scale_mg for line in lines) if grams else None
    light = None if tags is None else tags - (mg("expected") or 0)
    unknown = NOTHING if grams else ""
    return SheetRow(
        name=name,
        opening=_there(pieces("opening"), mg("opening")),
        entered=_moved(pieces("in"), mg("in")),
        left=_moved(-pieces("out"), -(mg("out") or 0)),
        why=why,
        expected=_there(pieces("expected"), mg("expected")),
        counted=f"{pieces('counted'):,}",
        tag_grams=unknown if tags is None else measures.grams(tags),
        scale_grams=unknown if scale is None else measures.grams(scale),
        difference=Figures(
            measures.signed(pieces("counted") - pieces("expected")),
            unknown if light is None else measures.signed_grams(light),
        ),
        differs=any(line.differs for line in lines),
        after=_moved(pieces("after"), mg("after")),
        closing=_there(pieces("closing"), mg("closing")),
    )


def _there(pieces: int, mg: int | None) -> Figures:
    return Figures(f"{pieces:,}", "" if mg is None else measures.grams(mg))


def _moved(pieces: int, mg: int | None) -> Figures:
    """With a sign; nothing is written where nothing has moved."""
    return Figures(
        measures.signed(pieces) if pieces else "", measures.signed_grams(mg) if mg else ""
    )


def _sum(weights: Iterable[int | None]) -> int | None:
    """A sum with one unknown part is unknown."""
    total = 0
    for mg in weights:
        if mg is None:
            return None
        total += mg
    return total


def _why(line: HandoverLine) -> str:
    """Why pieces came and went; in the order of a piece's life, whatever the database keeps."""
    parts = [
        f"{word} {measures.signed(line.moves[reason][0])}"
        for reason, word in Reason.choices
        if reason in line.moves
    ]
    return " · ".join(parts)


def _by_class(tray: TrayCount) -> list[HandoverLine]:
    """Gold first, finest first, as on the screen."""
    return sorted(tray.lines.all(), key=lambda line: line.metal_class)


def _grams(mg: int | None) -> str:
    """An unknown weight is a dash and never 0."""
    return NOTHING if mg is None else measures.grams(mg)
