"""What head office takes away: the lines of a published stocktake as three files, written once.

    stocktakes/S01/S01-C261130-0001-3f2a91c07be4d518/lines.ndjson · .csv · .parquet · manifest.json

They lie among the media and so in every backup. The hash in the name of the folder is that of the
content that the sheet was published with: a folder that is there belongs to this very sheet. It is
whole when its manifest is there. What was lost is made again from the rows, which nobody can
change any more, and has the same bytes.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, BaseModel, ValidationError

from inventory import stocktake_csv, stocktake_parquet, stocktake_rows
from inventory.ground import archives
from inventory.ground.archives import Part
from inventory.ground.errors import RuleBroken
from inventory.ground.file_answers import Kept
from inventory.models import Stocktake, StocktakeSheet

logger = logging.getLogger(__name__)

FOLDER: Final = "stocktakes"
MANIFEST: Final = "manifest.json"
LOCK: Final = ".lock"
HASH_DIGITS: Final = 16  # of the content, in the name of a folder


class Format(StrEnum):
    """In which shape the lines leave the house."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


TYPES: Final[Mapping[Format, str]] = {
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}
CONTENTS: Final[Mapping[Format, Callable[[Stocktake], Iterator[bytes]]]] = {
    Format.NDJSON: stocktake_rows.content,
    Format.CSV: stocktake_csv.content,
    Format.PARQUET: stocktake_parquet.content,
}


class BeingWritten(RuleBroken):
    code = "files_being_written"
    status = 503
    retryable = True
    sentence = _("The files of this stocktake are just being written.")


class ContentDiffers(RuleBroken):
    """The rows are no longer those that were published; `verify_books` names them."""

    code = "content_differs"
    sentence = _("The lines of this stocktake are not those that were published. Call head office.")


class Manifest(BaseModel):
    """What the files say of themselves. `made_by`: the library that made the Parquet file, whose
    bytes another release of it may make otherwise."""

    kind: Literal["jewelry counter stocktake"] = "jewelry counter stocktake"
    format: int = 1
    number: str
    store: str
    month: str
    at: AwareDatetime
    rows: int
    sha256: str
    made_by: str
    parts: list[Part]

    def part(self, wanted: Format) -> Part:
        (found,) = [part for part in self.parts if part.name == name_of(wanted)]
        return found


def write_due() -> list[str]:
    """The files of each published stocktake that has none; returns what was done, in words. What
    cannot be written is told, and tried again at the next call."""
    done = []
    sheets = StocktakeSheet.objects.select_related("store", "stocktake").defer("figures")
    for sheet in sheets.order_by("pk"):
        if (folder_of(sheet) / MANIFEST).exists():
            continue
        try:
            write(sheet)
        except BeingWritten:
            continue  # another worker was quicker
        except (RuleBroken, OSError) as reason:
            logger.warning("no files of stocktake %s: %s", sheet.number, reason)
            done.append(f"{sheet.number} files NOT written: {reason}")
        else:
            done.append(f"{sheet.number} files of {sheet.rows} lines")
    return done


def write_quietly(sheet: StocktakeSheet) -> None:
    """As `write`, for whoever publishes: the sheet stands whatever the disk says, and `write_due`
    tries again."""
    try:
        write(sheet)
    except (RuleBroken, OSError, DatabaseError) as reason:
        logger.warning("no files of stocktake %s yet: %s", sheet.number, reason)


def write(sheet: StocktakeSheet) -> Manifest:
    """The files of a published sheet, on the disk when it comes back; those that are there stay.

    Refused: somebody else is writing them, and lines that are not what was published.
    """
    folder = folder_of(sheet)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder):
        if (there := manifest_of(sheet)) is not None:
            return there
        parts = [_part(folder, sheet, each) for each in Format]
        manifest = Manifest(
            number=sheet.number,
            store=sheet.store.code,
            month=sheet.month,
            at=sheet.at,
            rows=sheet.rows,
            sha256=sheet.sha256,
            made_by=stocktake_parquet.made_by(),
            parts=parts,
        )
        told = (manifest.model_dump_json(indent=1) + "\n").encode()
        _put(folder / MANIFEST, [told])
        archives.reach_disk(folder)
    return manifest


def kept(sheet: StocktakeSheet, wanted: Format) -> Kept:
    """One file of a published sheet; all of them are made again when one was lost. Refused as in
    `write`."""
    path = folder_of(sheet) / name_of(wanted)
    manifest = manifest_of(sheet)
    if manifest is None:
        manifest = write(sheet)
    return Kept(
        path=path,
        etag=manifest.part(wanted).sha256,
        at=sheet.at,
        content_type=TYPES[wanted],
        name=saved_as(sheet.number, wanted),
    )


def manifest_of(sheet: StocktakeSheet) -> Manifest | None:
    """What the files say of themselves; None where they are not all there in their full length."""
    folder = folder_of(sheet)
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        whole = all((folder / part.name).stat().st_size == part.bytes for part in manifest.parts)
    except (FileNotFoundError, ValidationError):
        return None
    return manifest if whole and manifest.sha256 == sheet.sha256 else None


def folder_of(sheet: StocktakeSheet) -> Path:
    """Where the files of a sheet stand, or will stand."""
    name = f"{sheet.number}-{sheet.sha256[:HASH_DIGITS]}"
    return Path(settings.MEDIA_ROOT) / FOLDER / sheet.store.code / name


def name_of(wanted: Format) -> str:
    return f"lines.{wanted}"


def saved_as(number: str, wanted: Format) -> str:
    """How a file is called where it is saved."""
    return f"{number}.{wanted}"


def _part(folder: Path, sheet: StocktakeSheet, wanted: Format) -> Part:
    path = folder / name_of(wanted)
    part = _put(path, CONTENTS[wanted](sheet.stocktake))
    if wanted == Format.NDJSON and part.sha256 != sheet.sha256:
        path.unlink()
        raise ContentDiffers
    return part


def _put(path: Path, blocks: Iterable[bytes]) -> Part:
    """A file that appears under its name when all of it is on the disk. Until then its name begins
    with a dot, which no backup takes along."""
    digest, size = hashlib.sha256(), 0
    unfinished = path.with_name(f".{path.name}")
    try:
        with unfinished.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            for block in blocks:
                digest.update(block)
                size += file.write(block)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    return Part(name=path.name, bytes=size, sha256=digest.hexdigest())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer for each sheet. The lock ends with its process."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingWritten from None
        yield
    finally:
        os.close(descriptor)
