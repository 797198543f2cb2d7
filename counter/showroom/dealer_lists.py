"""A dealer's order as a list: style × metal × size × pieces, from a file or a typed grid. Every row
that is wrong is told with its number; nothing is ordered from a list with a wrong row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.showroom import wishes
from counter.showroom.wishes import LineWish, Wish
from inventory import listing_cells, tables
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.listing_cells import BadCell, Cells
from inventory.listing_words import COLUMNS as PIECE_COLUMNS
from inventory.listing_words import METALS
from inventory.tables import Column, Line, RowsWrong

MOST_LINES: Final = 200
MOST_PIECES: Final = 999

COLUMNS: Final[dict[str, Column]] = {
    "style": PIECE_COLUMNS["style"],
    "metal": PIECE_COLUMNS["metal"],
    "fineness": PIECE_COLUMNS["fineness"],
    "ring_size": PIECE_COLUMNS["ring_size"],
    "size_spec": Column(gettext_lazy("Size"), ("size_spec", "length", "规格", "尺寸", "长度")),
    "pieces": Column(
        gettext_lazy("Pieces, number"), ("pieces", "quantity", "qty", "件数", "数量"), needed=True
    ),
    "finish": Column(gettext_lazy("Finish"), ("finish", "工艺", "表面工艺")),
    "mark": PIECE_COLUMNS["mark"],
    "engraving": Column(gettext_lazy("Engraving"), ("engraving", "刻字")),
    "remark": Column(gettext_lazy("Remark"), ("remark", "note", "备注")),
}
BAD_COUNT: Final = gettext_lazy("Type a number of pieces from 1 to 999.")
LONGEST: Final = {"style": 30, "size_spec": 30, "finish": 20, "mark": 40, "engraving": 40}


class ListWrong(RowsWrong):
    """`sentences` tell which rows, and why."""

    code = "dealer_list_wrong"

    def __init__(self, rows: Sequence[int], sentences: Sequence[str]) -> None:
        super().__init__(rows)
        self.sentences = list(sentences)


class EmptyList(RuleBroken):
    code = "dealer_list_empty"
    status = 422
    sentence = gettext_lazy("No row of this list orders anything.")


class LongList(RuleBroken):
    code = "dealer_list_long"
    status = 422
    sentence = gettext_lazy("An order takes up to 200 rows. Nothing was saved.")


@dataclass(frozen=True)
class Cell:
    """A typed figure of the grid: so many pieces of a style in a metal and a size."""

    row: int
    line: LineWish


def read(content: bytes, *, day: date) -> tuple[LineWish, ...]:
    """The lines of a file as CSV or workbook; rows that wish for the same are one line. Refused
    with `ListWrong` for every row that cannot be read or cannot be made so, with more than 200
    lines, and when nothing is ordered."""
    return gather(map(_cell, tables.read(content, COLUMNS).lines), day=day)


def gather(cells: Iterable[Cell | tuple[int, Sequence[str]]], *, day: date) -> tuple[LineWish, ...]:
    """Lines of a file or a grid, checked one by one against what their styles can be."""
    kept: dict[LineWish, int] = {}
    wrong: dict[int, list[str]] = {}
    for cell in cells:
        if not isinstance(cell, Cell):
            wrong[cell[0]] = list(cell[1])
        elif sentence := _why_not(cell.line, day=day):
            wrong.setdefault(cell.row, []).append(sentence)
        else:
            one = replace(cell.line, pieces=1)
            kept[one] = kept.get(one, 0) + cell.line.pieces
    if wrong:
        raise ListWrong(
            sorted(wrong),
            [
                _("Row %(row)d: %(sentence)s") % {"row": row, "sentence": sentence}
                for row in sorted(wrong)
                for sentence in wrong[row]
            ],
        )
    if not kept:
        raise EmptyList
    if len(kept) > MOST_LINES:
        raise LongList
    return tuple(replace(line, pieces=pieces) for line, pieces in kept.items())


def _why_not(line: LineWish, *, day: date) -> str:
    """Why a line cannot be made; empty when it can."""
    try:
        wishes.check(Wish(lines=(line,)), day=day)
    except RuleBroken as refusal:
        return str(refusal)
    return ""


def _cell(line: Line) -> Cell | tuple[int, Sequence[str]]:
    cells = Cells(line.cells, columns=COLUMNS)
    if line.overflows:
        cells.sentences.append(str(tables.TOO_MANY_CELLS))
    metal: Metal = cells.take(
        "metal", partial(listing_cells.word, words=METALS), Metal.GOLD, needed=True
    )
    grade = cells.take("fineness", partial(_grade, metal=metal), 0, needed=True)
    wish = LineWish(
        style=_text(cells, "style", needed=True).upper(),
        pieces=cells.take("pieces", _pieces, 0, needed=True),
        metal=metal,
        grade=grade,
        size_spec=_text(cells, "size_spec"),
        ring_size=cells.text("ring_size"),
        finish=_text(cells, "finish"),
        mark=_text(cells, "mark"),
        engraving=_text(cells, "engraving"),
        remark=cells.take("remark", _short(120), ""),
    )
    return (line.row, cells.sentences) if cells.sentences else Cell(line.row, wish)


def _text(cells: Cells, column: str, *, needed: bool = False) -> str:
    return cells.take(column, _short(LONGEST[column]), "", needed=needed)


def _short(longest: int) -> Callable[[str], str]:
    return partial(listing_cells.free_text, longest=longest)


def _grade(text: str, *, metal: Metal) -> int:
    grade, _content = listing_cells.grade_and_content(text, metal=metal)
    return grade


def _pieces(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MOST_PIECES:
        raise BadCell(BAD_COUNT)
    return int(text)
