"""Records kept off the premises for the insurer: what lay in each store, in plain files.

    S01/2026-11-22/pieces.csv · manifest.json · SHA256SUMS

Once a business day a folder appears for each store, whole or not at all. It is read with any
spreadsheet and proved with `sha256sum -c`, without this system; the manifest says where the chain
of the store ended at that moment, so that a list which was written later shows itself. It holds
what the pieces cost: nobody but its owner may read it.
"""

import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, BaseModel

from inventory import places, prices, pricing
from inventory.ground import archives, csv_files, measures, settings_rows
from inventory.ground.archives import Head, Part
from inventory.ground.errors import RuleBroken
from inventory.models import LedgerHead, Piece, Store
from inventory.models.pieces import GONE

logger = logging.getLogger(__name__)

PIECES: Final = "pieces.csv"
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
LOCK: Final = ".lock"
UNFINISHED: Final = ".unfinished"
DAY: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
HEADINGS: Final = (
    "piece_number", "style", "name", "state", "place", "gross_g", "net_g", "cost_yuan",
    "retail_yuan", "certificates",
)  # fmt: skip


class ListThere(RuleBroken):
    code = "insurance_list_there"
    sentence = _("The insurance list of this day is written already; it is never replaced.")


class ListBeingWritten(RuleBroken):
    code = "insurance_list_being_written"
    retryable = True
    sentence = _("Somebody else is just writing the insurance list of this store.")


class Manifest(BaseModel):
    """What a list says of itself. `pieces`: how many lines; `cost_cents` and `retail_cents`: their
    sums, without the pieces whose cost or price is not known; `books_agree`: false while the
    store's books are broken."""

    kind: Literal["jewelry counter insurance list"] = "jewelry counter insurance list"
    format: int = 1
    store: str
    name: str
    business_day: date
    at: AwareDatetime
    head: Head
    books_agree: bool
    pieces: int
    cost_cents: int
    retail_cents: int
    parts: list[Part]


@dataclass(frozen=True)
class Line:
    """A piece of the list; cents are None when nobody wrote down the cost, and when the board has
    no price for its metal."""

    piece: Piece
    cost_cents: int | None
    retail_cents: int | None

    def cells(self) -> list[str]:
        piece = self.piece
        return [
            piece.number,
            piece.style.code,
            piece.name,
            piece.state,
            piece.place.code if piece.place else "",
            measures.plain_grams(piece.gross_mg),
            measures.plain_grams(piece.net_mg),
            _yuan(self.cost_cents),
            _yuan(self.retail_cents),
            "; ".join(map(str, piece.certificates.all())),
        ]


def write_due() -> list[str]:
    """The list of each store that has none of its business day; returns what was done, in words.
    A folder that cannot be written to is told, and tried again at the next call."""
    done = []
    for store in Store.objects.order_by("code"):
        if folder_of(store).exists():
            continue
        try:
            written = write(store=store)
        except (ListThere, ListBeingWritten):
            continue  # another worker was quicker
        except OSError as reason:
            logger.warning("no insurance list of %s: %s", store.code, reason)
            done.append(f"{store.code} insurance list NOT written: {reason}")
        else:
            done.append(f"{store.code} insurance list of {written.pieces} pieces")
    return done


def write(*, store: Store) -> Manifest:
    """The list of a store for its business day, on the disk when it comes back; lists beyond
    `insurance_nights` are taken away. Pieces that are sold or written off are not on it.

    Refused: the list of this day is there, or somebody else is writing it.
    """
    folder = folder_of(store)
    with _locked(folder.parent):
        if folder.exists():
            raise ListThere
        unfinished = folder.with_name(UNFINISHED)
        unfinished.mkdir(mode=0o700)
        manifest = _fill(unfinished, store)
        unfinished.rename(folder)
        archives.reach_disk(folder.parent)
        _take_away_old(folder.parent, nights=settings_rows.number(store, "insurance_nights"))
    return manifest


def folder_of(store: Store) -> Path:
    """Where the list of the store's business day stands, or will stand."""
    day = places.business_day(store)
    return Path(settings.INSURANCE_DIR) / store.code / day.isoformat()


def _fill(folder: Path, store: Store) -> Manifest:
    head, lines = _taken(store)
    listed = csv_files.written(HEADINGS, [line.cells() for line in lines])
    part = Part(name=PIECES, bytes=len(listed), sha256=hashlib.sha256(listed).hexdigest())
    manifest = Manifest(
        store=store.code,
        name=store.name,
        business_day=places.business_day(store),
        at=timezone.now(),
        head=Head(store=store.code, seq=head.seq, hash=head.hash),
        books_agree=not head.broken,
        pieces=len(lines),
        cost_cents=sum(line.cost_cents or 0 for line in lines),
        retail_cents=sum(line.retail_cents or 0 for line in lines),
        parts=[part],
    )
    told = (manifest.model_dump_json(indent=1) + "\n").encode()
    sums = f"{part.sha256}  {PIECES}\n{hashlib.sha256(told).hexdigest()}  {MANIFEST}\n"
    for name, content in ((PIECES, listed), (MANIFEST, told), (SUMS, sums.encode("ascii"))):
        _put(folder / name, content)
    archives.reach_disk(folder)
    return manifest


@transaction.atomic
def _taken(store: Store) -> tuple[LedgerHead, list[Line]]:
    """The goods and the end of the chain at one moment: whoever moves a piece of this store waits
    for the head (5 queries, and one for each metal sold by weight)."""
    head = LedgerHead.objects.select_for_update().get(store=store)
    here = Piece.objects.filter(store=store).exclude(state__in=GONE)
    rows = list(
        here.select_related("style", "place", "cost")
        .prefetch_related("certificates")
        .order_by("number")
    )
    return head, _priced(store, rows)


def _priced(store: Store, rows: Sequence[Piece]) -> list[Line]:
    board = prices.rows_for(store=store, rows=rows)
    lines = []
    for piece in rows:
        price = board.get((piece.metal, piece.fineness))
        known = price is not None or not pricing.needs_board(piece)
        retail = pricing.price(piece, price).total_cents if known else None
        cost = getattr(piece, "cost", None)
        lines.append(Line(piece, cost.cents if cost else None, retail))
    return lines


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer for each store; what one that was cut off left is taken away. The lock ends with
    its process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ListBeingWritten from None
        _remove(folder / UNFINISHED)
        yield
    finally:
        os.close(descriptor)


def _take_away_old(folder: Path, *, nights: int) -> None:
    """Under another name first, so that a list is never seen half."""
    for old in sorted(folder.glob(DAY))[:-nights]:
        unfinished = old.with_name(UNFINISHED)
        old.rename(unfinished)
        _remove(unfinished)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _put(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _yuan(cents: int | None) -> str:
    return "" if cents is None else measures.plain_yuan(cents)
