"""A list beside the books: which of its pieces are known, and what speaks against the others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from inventory import pieces
from inventory.certificates import Report
from inventory.ground import measures
from inventory.ground.measures import Metal
from inventory.listing_words import COLUMNS
from inventory.listings import Listing, Reading
from inventory.models import Certificate, LabourKind, Piece, Place, PlaceKind, Store, Style

T = TypeVar("T")
Fact = tuple[str, str, str]  # a column, what the list says, what the books say

BATCH: Final = 1_000  # names in one statement; SQLite takes some ten thousand


@dataclass(frozen=True)
class Match:
    """One line of a list beside the books.

    `piece` is the one that the books know by this number or bar code. Nothing of a line with
    sentences may be written.
    """

    reading: Reading
    piece: Piece | None
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Books:
    """What the books know about the names in one list. A style that they do not know yet is here
    too, unsaved."""

    store: Store
    places: dict[str, Place]  # of this store, by code in upper case
    pieces: dict[str, Piece] = field(default_factory=dict)  # by number and by bar code
    holders: dict[Report, str] = field(default_factory=dict)  # number of the piece with a report
    styles: dict[str, Style] = field(default_factory=dict)

    @property
    def new_styles(self) -> list[Style]:
        return [style for style in self.styles.values() if style._state.adding]


def in_batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The rows in order, `size` at a time."""
    waiting = iter(rows)
    while batch := list(islice(waiting, size)):
        yield batch


def open_books(*, readings: Sequence[Reading], store: Store) -> Books:
    """All that a list may touch; one query for the places and at most five for each batch."""
    found = Books(store=store, places=_places(store))
    sound = [reading.listing for reading in readings if reading.listing]
    for batch in in_batches(sound):
        _look_up_pieces(batch, found.pieces)
        _look_up_reports(batch, found.holders)
        codes = {listing.style for listing in batch} - set(found.styles)
        found.styles.update({style.code: style for style in Style.objects.filter(code__in=codes)})
    _name_new_styles(sound, found.styles)
    return found


def beside(*, readings: Sequence[Reading], books: Books, by: User) -> list[Match]:
    """Each line of a list with the piece it names, and with all that speaks against it: in the
    line itself, in another line of the list, in the books."""
    twice = _said_twice(readings)
    matches = []
    for reading in readings:
        listing, piece = reading.listing, None
        sentences = [*reading.sentences, *twice.get(reading.row, ())]
        if listing is not None:
            piece = _named(listing, books)
            sentences += _against_books(listing, piece=piece, books=books, by=by)
        matches.append(Match(reading, piece, tuple(sentences)))
    return matches


# --- what the books know


def _places(store: Store) -> dict[str, Place]:
    rows = Place.objects.filter(store=store).exclude(kind=PlaceKind.VIRTUAL)
    return {place.code.upper(): place for place in rows}


def _look_up_pieces(batch: list[Listing], found: dict[str, Piece]) -> None:
    """A bar code of one piece that reads like the number of another would make every scan of it
    ambiguous, so both columns are asked for both."""
    names = {name for listing in batch for name in (listing.number, listing.barcode) if name}
    rows = Piece.objects.filter(Q(number__in=names) | Q(barcode__in=names))
    rows = rows.select_related("style", "store", "cost")
    for piece in rows.prefetch_related("stones", "certificates"):
        found[piece.number] = piece
        if piece.barcode:
            found[piece.barcode] = piece


def _look_up_reports(batch: list[Listing], holders: dict[Report, str]) -> None:
    numbers = [listing.report.number for listing in batch if listing.report]
    rows = Certificate.objects.filter(number__in=numbers).values_list(
        "lab", "number", "piece__number"
    )
    holders.update({Report(lab, number): piece for lab, number, piece in rows})


def _name_new_styles(sound: Iterable[Listing], styles: dict[str, Style]) -> None:
    """Styles that the books do not know yet; the first line of each names it. One that is used of
    another metal than silver, too, demands a report, because such a piece does."""
    for listing in sound:
        made = styles.setdefault(
            listing.style,
            Style(
                code=listing.style,
                name=listing.name,
                category=listing.category,
                report_required=False,
            ),
        )
        if made._state.adding and listing.metal != Metal.SILVER:
            made.report_required = True


# --- what speaks against a line


def _said_twice(readings: Sequence[Reading]) -> dict[int, list[str]]:
    """Numbers, bar codes and reports that two lines of one list claim, by line."""
    sentences: dict[int, list[str]] = {}
    first: dict[str, Reading] = {}
    for reading in readings:
        if reading.listing is None:
            continue
        for name, sentence in _unique_names(reading.listing):
            other = first.setdefault(name, reading)
            if other is not reading:
                told = {"name": name, "row": other.row, "piece": other.code}
                sentences.setdefault(reading.row, []).append(sentence % told)
    return sentences


def _unique_names(listing: Listing) -> Iterator[tuple[str, str]]:
    """What no other piece may be called, and how to say that one is."""
    if listing.number:
        yield listing.number, _("The number %(name)s stands in row %(row)d already.")
    if listing.barcode:
        yield listing.barcode, _("The bar code %(name)s stands in row %(row)d already.")
    if listing.report:
        yield (
            str(listing.report),
            _("The report %(name)s belongs to piece %(piece)s in row %(row)d already."),
        )


def _named(listing: Listing, books: Books) -> Piece | None:
    return books.pieces.get(listing.number or listing.barcode)


def _against_books(listing: Listing, *, piece: Piece | None, books: Books, by: User) -> list[str]:
    holder = books.holders.get(listing.report) if listing.report else None
    sentences = []
    if holder and (piece is None or holder != piece.number):
        told = {"name": listing.report, "piece": holder}
        sentences.append(_("The report %(name)s belongs to piece %(piece)s already.") % told)
    if piece is not None:
        return sentences + _against_piece(listing, piece=piece, store=books.store, by=by)
    taken = books.pieces.get(listing.barcode) if listing.barcode else None
    if taken:
        told = {"name": listing.barcode, "piece": taken.number}
        sentences.append(_("The bar code %(name)s belongs to piece %(piece)s already.") % told)
    if listing.place.upper() not in books.places:
        told = {"place": listing.place, "store": books.store.name}
        sentences.append(_("There is no place %(place)s in %(store)s.") % told)
    return sentences


def _against_piece(listing: Listing, *, piece: Piece, store: Store, by: User) -> list[str]:
    """A known piece is left as it is; a list that says something else about it is wrong."""
    if piece.store_id != store.pk:
        return [_("Another store has a piece with this number already.")]
    if listing.number and listing.number != piece.number:
        told = {"name": listing.number, "piece": piece.number}
        return [_("The number %(name)s is the bar code of piece %(piece)s.") % told]
    return differences(listing=listing, piece=piece, by=by)


def differences(*, listing: Listing, piece: Piece, by: User) -> list[str]:
    """What a list says otherwise than the books, a sentence each. What it leaves empty it does
    not say. Cost and supplier are named only to those who may see them."""
    facts = [*_facts(listing, piece), *_stone_facts(listing, piece)]
    hidden = [*_cost_facts(listing, piece)]
    if pieces.may_see_cost(by):
        facts, hidden = facts + hidden, []
    told = [_difference(*fact) for fact in facts if _differs(fact)]
    if any(map(_differs, hidden)):
        told.append(_("Something differs that your role does not show. Ask head office."))
    return told


def _differs(fact: Fact) -> bool:
    _column, listed, kept = fact
    return bool(listed) and listed != kept


def _difference(column: str, listed: str, kept: str) -> str:
    told = {"column": COLUMNS[column].label, "listed": listed, "kept": kept or "—"}
    return _("%(column)s: the list says %(listed)s, the books say %(kept)s.") % told


def _facts(listing: Listing, piece: Piece) -> Iterator[Fact]:
    """Everything as the exact text that a sentence shows: column, list, books."""
    yield "code", listing.barcode, piece.barcode or ""
    yield "style", listing.style, piece.style.code
    yield "name", listing.name, piece.name
    yield "category", str(listing.category.label), piece.get_category_display()
    yield "metal", str(listing.metal.label), piece.get_metal_display()
    yield "fineness", measures.permille(listing.fineness), measures.permille(piece.fineness)
    yield "mark", listing.mark, piece.mark
    yield "gross", _exact_grams(listing.gross_mg), _exact_grams(piece.gross_mg)
    yield "net", _exact_grams(listing.net_mg), _exact_grams(piece.net_mg)
    yield "ring_size", listing.ring_size, piece.ring_size
    yield "made_to_order", _yes_or_no(listing.made_to_order), _yes_or_no(piece.made_to_order)
    yield "pricing", str(listing.pricing.label), piece.get_pricing_display()
    yield "labour", _yuan(listing.labour_cents), _labour_of(piece)
    yield "price", _yuan(listing.price_cents), _yuan(piece.price_cents)
    yield "certificate", str(listing.report or ""), _report_of(piece, like=listing.report)


def _stone_facts(listing: Listing, piece: Piece) -> Iterator[Fact]:
    if listing.stone is None:
        return
    kept = next((stone for stone in piece.stones.all() if stone.main), None)
    yield "stone", listing.stone.kind, kept.kind if kept else ""
    if kept:
        yield "carats", _exact_carats(listing.stone.weight_mct), _exact_carats(kept.weight_mct)
        yield "color", listing.stone.color, kept.color
        yield "clarity", listing.stone.clarity, kept.clarity
        yield "cut", listing.stone.cut, kept.cut


def _cost_facts(listing: Listing, piece: Piece) -> Iterator[Fact]:
    kept = getattr(piece, "cost", None)
    yield "cost", _yuan(listing.cost_cents), _yuan(kept.cents if kept else None)
    yield "supplier", listing.supplier, kept.supplier if kept else ""


def _labour_of(piece: Piece) -> str:
    if piece.labour_kind == LabourKind.PER_GRAM:
        return _yuan(piece.labour_value)
    return piece.get_labour_kind_display()


def _report_of(piece: Piece, *, like: Report | None) -> str:
    """The same report when the piece has it, else one that it has."""
    kept = [str(Report(each.lab, each.number)) for each in piece.certificates.all()]
    return str(like) if str(like) in kept else next(iter(kept), "")


def _yuan(cents: int | None) -> str:
    return "" if cents is None else measures.yuan(cents)


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else _("yes") if said else _("no")


def _exact_grams(mg: int) -> str:
    return _("%(grams)s g") % {"grams": measures.grams(mg, places=3)}


def _exact_carats(mct: int) -> str:
    return _("%(carats)s ct") % {"carats": measures.grams(mct, places=3)}
