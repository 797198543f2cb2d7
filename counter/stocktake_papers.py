"""盘点表, the published stocktake as its paper shows it: every figure already a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import counted_places, stocktake_figures, stocktake_page, stocktake_sheet_page
from counter.settling_page import Difference
from counter.stocktake_figures import ClassLine, Part
from counter.stocktake_sheet_page import CountedSupply, SheetPage
from counter.tray_papers import NOTHING, Figures
from inventory import stocktake_queries
from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.ground.errors import RuleBroken
from inventory.models import (
    Excluded,
    LineResult,
    Means,
    Stocktake,
    StocktakeKind,
    StocktakeLine,
    StocktakeRead,
    StocktakeSheet,
)
from inventory.templatetags.pieces import moment, who

MOST_ROWS: Final = 500  # differences on paper; the published lines hold all of them
PLACES_NAMED: Final = 24  # a longer scope is told by its number of places


class SheetNotPublished(RuleBroken):
    """The figures of a stocktake belong to nobody before it is published."""

    code = "sheet_not_published"
    sentence = gettext_lazy("This stocktake is not published. It is printed after that.")


@dataclass(frozen=True)
class ClassRow:
    """Pieces and grams of one metal class."""

    name: str
    book: Figures
    counted: Figures
    missing: Figures
    moved: Figures
    not_counted: Figures


@dataclass(frozen=True)
class PartRow:
    """A category or a place with its money; `cost` is empty for who may not see it."""

    name: str
    book: str
    counted: str
    grams: str
    missing: str
    retail: str
    cost: str


@dataclass(frozen=True)
class DifferenceRow:
    kind: str
    number: str
    name: str
    place: str
    amount: str
    retail: str
    cost: str
    outcome: str
    words: str
    by: str


@dataclass(frozen=True)
class StocktakePaper:
    """See `templates/counter/print_stocktake.html`."""

    number: str
    bars: Symbol
    heading: str
    store_name: str
    scope: str
    cut_off: str
    counters: str
    recounters: str
    approved: str
    published: str
    receipt: str
    classes: list[ClassRow]
    all_pieces: ClassRow
    categories: list[PartRow]
    places: list[PartRow]
    total: PartRow
    excluded: str
    means: str
    differences: list[DifferenceRow]
    more: int
    supplies: list[CountedSupply]
    may_cost: bool
    seal_seq: str
    seal_hash: str
    sha256: str


def sheet_of(stocktake: Stocktake, *, may_cost: bool) -> StocktakePaper:
    """The paper of a published stocktake, without what the goods cost unless this person may see
    it. Refused with `sheet_not_published` before."""
    page = stocktake_sheet_page.page_of(stocktake, may_cost=may_cost)
    if page.sheet is None:
        raise SheetNotPublished
    rows = list(stocktake_queries.differences_of(stocktake).order_by("pk"))
    return StocktakePaper(
        number=stocktake.number,
        bars=barcodes.document_bars(stocktake.number),
        heading=stocktake_page.heading_of(stocktake),
        store_name=stocktake.store.name,
        scope=_scope(stocktake),
        cut_off=moment(stocktake.opened_at),
        counters=stocktake_sheet_page.people_of(stocktake, again=False),
        recounters=stocktake_sheet_page.people_of(stocktake, again=True),
        approved=_signed(stocktake.approved_by, moment(page.stocktake.approved_at)),  # type: ignore[arg-type]  # because: a published one is approved
        published=_signed(page.sheet.by, moment(page.sheet.at)),
        receipt=_signed(page.receipt.by, moment(page.receipt.at)) if page.receipt else NOTHING,
        classes=[_class_row(of) for of in page.classes],
        all_pieces=_all_pieces(page.whole),
        categories=[_part_row(part, page) for part in page.categories],
        places=[_part_row(part, page) for part in page.places],
        total=_part_row(page.whole, page),
        excluded=_excluded(stocktake),
        means=_means(stocktake),
        differences=[_difference_row(row, may_cost) for row in map(Difference, rows[:MOST_ROWS])],
        more=max(len(rows) - MOST_ROWS, 0),
        supplies=page.supplies,
        may_cost=may_cost,
        **_sealed(page.sheet),
    )


def _sealed(sheet: StocktakeSheet) -> dict[str, str]:
    digits = stocktake_sheet_page.HASH_DIGITS
    return {
        "seal_seq": str(sheet.sealed_seq),
        "seal_hash": sheet.sealed_hash[:digits],
        "sha256": sheet.sha256,
    }


# --- the head


def _scope(stocktake: Stocktake) -> str:
    """The whole store, else the places by name, and the category where it is only one."""
    spots = stocktake.places.select_related("place").order_by("place__code")
    names = [counted_places.name_of(spot.place, alone=True) for spot in spots]
    if stocktake.kind == StocktakeKind.MONTHLY:
        told = _("the whole store, %d places") % len(names)
    elif len(names) > PLACES_NAMED:
        told = _("%d places") % len(names)
    else:
        told = " · ".join(names)
    return f"{told} · {stocktake.get_category_display()}" if stocktake.category else told


def _signed(user: User | None, at: str) -> str:
    return f"{who(user)} · {at}" if user else NOTHING


# --- goods


def _class_row(of: ClassLine) -> ClassRow:
    return ClassRow(
        name=of.name,
        book=_there(of.book),
        counted=_there(of.counted),
        missing=_if_any(of.missing),
        moved=_if_any(of.moved),
        not_counted=_if_any(of.not_counted),
    )


def _all_pieces(whole: Part) -> ClassRow:
    """All classes together: pieces only."""

    def pieces(results: Iterable[str]) -> Figures:
        return Figures(f"{whole.of(results).pieces:,}", "")

    return ClassRow(_("All pieces"), *(pieces(results) for results in stocktake_figures.COLUMNS))


def _there(figures: tuple[int, int]) -> Figures:
    pieces, mg = figures
    return Figures(f"{pieces:,}", measures.grams(mg))


def _if_any(figures: tuple[int, int]) -> Figures:
    return _there(figures) if figures[0] else Figures("", "")


def _part_row(part: Part, page: SheetPage) -> PartRow:
    book, counted, missing = part.book, part.counted, part.missing
    grams = [
        _("%(class)s %(grams)s g") % {"class": of.label, "grams": measures.grams(mg)}
        for of, _pieces, mg in counted.tally.classes
    ]
    return PartRow(
        name=part.name,
        book=f"{book.pieces:,}",
        counted=f"{counted.pieces:,}",
        grams=" · ".join(grams),
        missing=f"{missing.pieces:,}" if missing.pieces else "",
        retail=measures.yuan(book.retail_cents),
        cost=measures.yuan(book.cost_cents) if page.may_cost else "",
    )


def _excluded(stocktake: Stocktake) -> str:
    """在途、维修等: what is in somebody else's hands, by reason (1 query)."""
    rows = StocktakeLine.objects.filter(
        store=stocktake.store_id, stocktake=stocktake, result=LineResult.EXCLUDED
    )
    words = dict(Excluded.choices)
    groups = rows.order_by("excluded").values_list("excluded").annotate(Count("pk"))
    return _listed([(str(words[name]), n) for name, n in groups])


def _means(stocktake: Stocktake) -> str:
    """方式: what read the labels (1 query)."""
    rows = StocktakeRead.objects.filter(store=stocktake.store_id, stocktake=stocktake)
    words = dict(Means.choices)
    groups = rows.order_by("means").values_list("means").annotate(Count("pk"))
    return _listed([(str(words[name]), n) for name, n in groups])


def _listed(rows: Sequence[tuple[str, int]]) -> str:
    return " · ".join(f"{word} {n:,}" for word, n in rows) or NOTHING


# --- what differs


def _difference_row(each: Difference, may_cost: bool) -> DifferenceRow:
    row = each.row
    case = [
        _("Hearing: %s") % row.hearing if row.hearing else "",
        _("Agreement: %s") % row.agreement if row.agreement else "",
    ]
    return DifferenceRow(
        kind=str(row.get_kind_display()),
        number=codes.group_piece(each.number) if each.number else "",
        name=each.name,
        place=each.where,
        amount=each.amount,
        retail="" if row.retail_cents is None else measures.yuan(row.retail_cents),
        cost=measures.yuan(row.cost_cents) if may_cost and row.cost_cents is not None else "",
        outcome=str(row.get_outcome_display()),
        words=" · ".join(part for part in [row.words, *case] if part),
        by=who(row.decided_by) if row.decided_by else "",
    )
