"""Pictures from telephones: opened without trusting them, and searched for bars and squares."""

from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import IO, Final

import zxingcpp
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from inventory.ground.errors import RuleBroken

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
# bars of 0.33 mm are four dots wide when a page of A5 fills the picture
LONG_SIDE: Final = 2_400
CODES: Final = zxingcpp.BarcodeFormats(
    (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)
)
PATIENCE_SECONDS: Final = 5

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


def _on_white(picture: Image.Image) -> Image.Image:
    """What shows through a transparent picture is paper, not black."""
    if not picture.has_transparency_data:
        return picture
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
