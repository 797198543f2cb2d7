"""Pictures from telephones: opened without trusting them, searched for codes, kept as evidence."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Final
from uuid import uuid4

import zxingcpp
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from inventory.ground import archives, changes
from inventory.ground.errors import RuleBroken
from inventory.models import Photo, Store

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
# bars of 0.33 mm are four dots wide when a page of A5 fills the picture
LONG_SIDE: Final = 2_400
CODES: Final = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)
)
PATIENCE_SECONDS: Final = 5
# the longer side of a picture as it is kept: for evidence, for the tablet, for a list
SIZES: Final = {"large": 1_600, "medium": 800, "small": 240}
JPEG_QUALITY: Final = 85

# a picture of 40 million points takes 160 MB while it is decoded: one at a time in a process
_decoding = BoundedSemaphore()


class BadPicture(RuleBroken):
    """Not a JPEG, PNG or WebP picture, or a broken one."""

    code = "bad_picture"
    status = 422
    sentence = _("This picture cannot be read. Take it again as JPEG, PNG or WebP.")


class PictureTooLarge(BadPicture):
    code = "picture_too_large"
    status = 413
    sentence = _("This picture is too large. Up to 8 MB and 40 million points can be read.")


class PictureBusy(BadPicture):
    code = "picture_busy"
    status = 503
    retryable = True
    sentence = _("Many pictures are being read. Please try again in a moment.")


def open_picture(file: IO[bytes]) -> Image.Image:
    """A picture, upright, its longer side at most `LONG_SIDE` points.

    The size is read from the header before anything is decoded. Refused: more than `MOST_PIXELS`,
    other formats than `FORMATS`, pictures that are cut or broken. Of a moving picture only the
    first frame is read.
    """
    if not _decoding.acquire(timeout=PATIENCE_SECONDS):
        raise PictureBusy
    try:
        return _decode(file)
    except RuleBroken:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PictureTooLarge from bomb
    except Exception as broken:  # because: a picture made to break a decoder may raise anything
        raise BadPicture from broken
    finally:
        _decoding.release()


def keep(*, file: IO[bytes], store: Store, by: User) -> Photo:
    """A picture as evidence: encoded anew in three sizes, without place, camera or hidden data,
    with the hash of the largest and the time. See `open_picture` for what is refused.

    Call it outside any transaction: decoding takes its time.
    """
    picture = open_picture(file).convert("RGB")
    sizes = {name: _jpeg(picture, side) for name, side in SIZES.items()}
    digest = hashlib.sha256(sizes["large"]).hexdigest()
    for name, content in sizes.items():
        _put_down(Path(default_storage.path(path(digest, name))), content)
    with Image.open(io.BytesIO(sizes["large"])) as large:
        width, height = large.size
    with changes.opened(store=store, by=by) as book:
        row = Photo(store=store, sha256=digest, width=width, height=height, at=book.at, by=by)
        book.write([row], kind="photo_kept", number=digest[:12])
    return row


def bare_jpeg(file: IO[bytes]) -> bytes:
    """A picture encoded anew as `keep` does, in its largest size, and kept nowhere. See
    `open_picture` for what is refused."""
    return _jpeg(open_picture(file).convert("RGB"), SIZES["large"])


def path(digest: str, size: str) -> str:
    """Where a size of a picture is stored: its name is its content."""
    return f"photos/{digest[:2]}/{digest}-{size}.jpg"


def kept(photo: Photo, size: str) -> bytes:
    """A size of a kept picture as JPEG."""
    with default_storage.open(path(photo.sha256, size)) as file:
        return bytes(file.read())


def codes_on(picture: Image.Image) -> Sequence[str]:
    """The texts of all QR codes and Code 128 bars on a picture, whichever way it was held."""
    grey = picture.convert("L")
    return [found.text for found in zxingcpp.read_barcodes(grey, formats=CODES)]


def _decode(file: IO[bytes]) -> Image.Image:
    with Image.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureTooLarge
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONG_SIDE, LONG_SIDE))
        return _on_white(upright)


def _jpeg(picture: Image.Image, side: int) -> bytes:
    """Only the points of the picture: nothing that the telephone wrote beside them."""
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    bare = Image.new("RGB", smaller.size)
    bare.paste(smaller)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def _put_down(file: Path, content: bytes) -> None:
    """Appears under its name when all of it is on the disk, and is never written again: a backup
    takes every file whose name does not begin with a dot."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{uuid4().hex}")
    half.write_bytes(content)
    archives.reach_disk(half)
    half.rename(file)
    archives.reach_disk(file.parent)


def _on_white(picture: Image.Image) -> Image.Image:
    """What shows through a transparent picture is paper, not black."""
    if not picture.has_transparency_data:
        return picture
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
