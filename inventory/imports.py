"""A list of pieces becomes pieces: checked line by line, then written as a whole or not at all.

The same list brought in twice does nothing the second time: a piece that the books know with the
same facts is known, and one that they know with other facts is wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import listings, matching, piece_numbers, pieces, tables
from inventory.ground import access, changes
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Tally
from inventory.listing_words import COLUMNS
from inventory.listings import Listing, Reading
from inventory.matching import Books, Match
from inventory.models import Certificate, Cost, LabourKind, Piece, Stone, Store, Style
from inventory.tables import RowsWrong


class Outcome(StrEnum):
    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True)
class RowReport:
    """What becomes of one line: `row` as the spreadsheet counts it, `number` of the piece, or its
    bar code while it has no number of ours."""

    row: int
    number: str
    outcome: Outcome
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What becomes of a list. `brought` counts the new pieces and their grams, `listed` every
    line that could be read; `unused` are headings that nobody knows, `bank_card_rows` lines that
    seem to hold a bank card's number."""

    rows: tuple[RowReport, ...]
    brought: Tally
    listed: Tally
    unused: tuple[str, ...]
    bank_card_rows: tuple[int, ...]

    @property
    def new(self) -> int:
        return self._count(Outcome.NEW)

    @property
    def known(self) -> int:
        return self._count(Outcome.KNOWN)

    @property
    def wrong(self) -> int:
        return self._count(Outcome.WRONG)

    @property
    def waiting(self) -> int:
        """New pieces that are received and not on sale, because their report is missing."""
        return sum(row.outcome == Outcome.NEW and bool(row.sentences) for row in self.rows)

    @property
    def told(self) -> list[RowReport]:
        """Lines with something to say, the wrong ones first."""
        speaking = [row for row in self.rows if row.sentences]
        return sorted(speaking, key=lambda row: (row.outcome != Outcome.WRONG, row.row))

    def _count(self, outcome: Outcome) -> int:
        return sum(row.outcome == outcome for row in self.rows)


class ImportHasErrors(RowsWrong):
    """One wrong line keeps the whole list out; `report` says which and why."""

    code = "import_has_errors"

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__([row.row for row in report.rows if row.outcome == Outcome.WRONG])


class NothingListed(RuleBroken):
    code = "nothing_listed"
    status = 422
    sentence = gettext_lazy("There is no piece in this file, only headings.")


# --- checking and writing


def check(*, store: Store, content: bytes, by: User) -> Report:
    """What would become of a list in this store; nothing is written.

    Refused as a whole: a file that cannot be read, one without the needed columns, one without
    lines. What is wrong with a line stands in its report.
    """
    access.refuse_unless(by, "import_pieces", store=store)
    readings, unused = _read(content)
    books = matching.open_books(readings=readings, store=store)
    matches = matching.beside(readings=readings, books=books, by=by)
    return _report(matches, books=books, unused=unused)


def write(
    *,
    store: Store,
    content: bytes,
    by: User,
    written: Callable[[int], object] = lambda pieces: None,
) -> Report:
    """Every new piece of a list: received in its place, and on sale unless its style demands a
    report that it lacks. `written` hears how many pieces are done, batch by batch.

    Refused with `ImportHasErrors`, and nothing is saved, when one line is wrong.
    """
    access.refuse_unless(by, "import_pieces", store=store)
    readings, unused = _read(content)  # before the lock: reading takes its time
    with changes.opened(store=store, by=by) as book:
        books = matching.open_books(readings=readings, store=store)
        matches = matching.beside(readings=readings, books=books, by=by)
        report = _report(matches, books=books, unused=unused)
        if report.wrong:
            raise ImportHasErrors(report)
        Style.objects.bulk_create(books.new_styles)
        numbers = _enter(matches, books=books, book=book, written=written)
    return _report(matches, books=books, unused=unused, numbers=numbers)


def _read(content: bytes) -> tuple[list[Reading], tuple[str, ...]]:
    table = tables.read(content, COLUMNS)
    if not table.lines:
        raise NothingListed
    return listings.read(table.lines), table.unused


def _report(
    matches: Sequence[Match],
    *,
    books: Books,
    unused: tuple[str, ...],
    numbers: Mapping[int, str] | None = None,
) -> Report:
    rows, brought, listed = [], Tally(), Tally()
    for match in matches:
        row = _row(match, books=books, numbers=numbers or {})
        rows.append(row)
        if (listing := match.reading.listing) is None:
            continue
        for tally in [listed, brought] if row.outcome == Outcome.NEW else [listed]:
            tally.add(metal=listing.metal, fineness=listing.fineness, net_mg=listing.net_mg)
    bank_cards = (match.reading.row for match in matches if match.reading.holds_bank_card)
    return Report(tuple(rows), brought, listed, unused, tuple(bank_cards))


def _row(match: Match, *, books: Books, numbers: Mapping[int, str]) -> RowReport:
    row, listing = match.reading.row, match.reading.listing
    code = numbers.get(row, match.reading.code)
    if match.sentences or listing is None:
        return RowReport(row, code, Outcome.WRONG, match.sentences)
    if match.piece is not None:
        return RowReport(row, match.piece.number, Outcome.KNOWN)
    if _may_be_sold(listing, books):
        return RowReport(row, code, Outcome.NEW)
    told = _("Received, not on sale: no laboratory report.")
    return RowReport(row, code, Outcome.NEW, (told,))


def _may_be_sold(listing: Listing, books: Books) -> bool:
    return listing.report is not None or not books.styles[listing.style].report_required


# --- the new pieces


def _enter(
    matches: Sequence[Match], *, books: Books, book: Book, written: Callable[[int], object]
) -> dict[int, str]:
    """Writes what is new, batch by batch; returns the numbers of the new pieces by line."""
    new = {
        match.reading.row: match.reading.listing
        for match in matches
        if match.piece is None and match.reading.listing is not None
    }
    numbers = _numbers(new)
    done = 0
    for rows in matching.in_batches(new):
        arrivals = [(new[row], _piece(new[row], number=numbers[row], books=books)) for row in rows]
        _enter_batch(arrivals, books=books, book=book)
        done += len(rows)
        written(done)
    return numbers


def _numbers(new: Mapping[int, Listing]) -> dict[int, str]:
    """The piece number of each line: its own, or a free one where it has a foreign code only."""
    listed = {listing.number for listing in new.values() if listing.number}
    barcodes = {listing.barcode for listing in new.values()}
    nameless = [row for row, listing in new.items() if not listing.number]
    issued = piece_numbers.free(count=len(nameless), listed=listed, barcodes=barcodes)
    own = {row: listing.number for row, listing in new.items() if listing.number}
    return own | dict(zip(nameless, issued, strict=True))


def _enter_batch(arrivals: Sequence[tuple[Listing, Piece]], *, books: Books, book: Book) -> None:
    pieces.enter(rows=[piece for _listing, piece in arrivals], book=book)
    Stone.objects.bulk_create(_stones(arrivals))
    Certificate.objects.bulk_create(
        Certificate(piece=piece, lab=listing.report.lab, number=listing.report.number)
        for listing, piece in arrivals
        if listing.report is not None
    )
    Cost.objects.bulk_create(
        Cost(piece=piece, cents=listing.cost_cents, supplier=listing.supplier)
        for listing, piece in arrivals
        if listing.cost_cents is not None
    )
    for_sale = [piece for listing, piece in arrivals if _may_be_sold(listing, books)]
    prefetch_related_objects(for_sale, "certificates")
    pieces.put_on_sale(rows=for_sale, book=book)


def _piece(listing: Listing, *, number: str, books: Books) -> Piece:
    place = books.places[listing.place.upper()]
    return Piece(
        number=number,
        barcode=listing.barcode or None,
        style=books.styles[listing.style],
        name=listing.name,
        category=listing.category,
        store=books.store,
        place=place,
        metal=listing.metal,
        grade=listing.grade,
        content=listing.content,
        mark=listing.mark,
        gross_mg=listing.gross_mg,
        net_mg=listing.net_mg,
        ring_size=listing.ring_size,
        made_to_order=bool(listing.made_to_order),
        pricing=listing.pricing,
        labour_kind="" if listing.labour_cents is None else LabourKind.PER_GRAM,
        labour_value=listing.labour_cents or 0,
        price_cents=listing.price_cents,
    )


def _stones(arrivals: Iterable[tuple[Listing, Piece]]) -> Iterator[Stone]:
    for listing, piece in arrivals:
        if stone := listing.stone:
            yield Stone(
                piece=piece,
                kind=stone.kind,
                weight_mct=stone.weight_mct,
                color=stone.color,
                clarity=stone.clarity,
                cut=stone.cut,
            )
