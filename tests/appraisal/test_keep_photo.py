"""Pictures of old gold as evidence: encoded anew, upright, bare of everything but their points."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from inventory.ground import books, photos
from inventory.models import LedgerHead, Photo
from tests.cast import Shop

GPS = {1: "N", 2: (39.0, 54.0, 20.0), 3: "E", 4: (116.0, 23.0, 29.0)}
MAKE, MODEL, TURNED, SERIAL, GPS_FOLDER = 0x010F, 0x0110, 0x0112, 0xA431, 0x8825


def from_phone(*, size: tuple[int, int] = (2_000, 1_500), turned: int = 1) -> io.BytesIO:
    """A JPEG with place, camera and a thumbnail of its own; its left half is red."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = picture.getexif()
    exif[MAKE], exif[MODEL], exif[TURNED] = "Watcher", "Spy 9", turned
    exif.get_ifd(GPS_FOLDER).update(GPS)
    exif.get_ifd(0x8769)[SERIAL] = "SN-4711"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, comment=b"taken at home", xmp=b"<x>secret</x>")
    return io.BytesIO(file.getvalue())


def keep(shop: Shop, file: io.BytesIO) -> Photo:
    return photos.keep(file=file, store=shop.s01, by=shop.lin)


def files() -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_it_keeps_three_sizes_of_the_same_picture(shop: Shop) -> None:
    row = keep(shop, from_phone())
    sizes = {name: Image.open(io.BytesIO(photos.kept(row, name))) for name in photos.SIZES}
    assert {name: each.size for name, each in sizes.items()} == {
        "large": (1_600, 1_200),
        "medium": (800, 600),
        "small": (240, 180),
    }
    assert {each.format for each in sizes.values()} == {"JPEG"}
    assert (row.width, row.height) == (1_600, 1_200)


def test_its_row_proves_the_picture(shop: Shop) -> None:
    row = keep(shop, from_phone())
    assert hashlib.sha256(photos.kept(row, "large")).hexdigest() == row.sha256
    assert row.at == row.change.at
    assert not list(books.verify_rows(LedgerHead.objects.get(store=shop.s01)))


def test_place_camera_and_hidden_words_are_gone(shop: Shop) -> None:
    file = from_phone()
    assert b"SN-4711" in file.getvalue()  # it was there before
    row = keep(shop, file)
    for name in photos.SIZES:
        content = photos.kept(row, name)
        kept = Image.open(io.BytesIO(content))
        assert not dict(kept.getexif())
        assert not dict(kept.getexif().get_ifd(GPS_FOLDER))
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for word in (b"Exif", b"Watcher", b"SN-4711", b"home", b"secret"):
            assert word not in content, word


# what EXIF says of a camera that was turned, and where its left side is when it is upright
@pytest.mark.parametrize(
    ("turned", "size", "red"),
    [
        (1, (1_600, 1_200), "left"),
        (3, (1_600, 1_200), "right"),
        (6, (1_200, 1_600), "top"),
        (8, (1_200, 1_600), "bottom"),
    ],
)
def test_it_stands_upright(shop: Shop, turned: int, size: tuple[int, int], red: str) -> None:
    row = keep(shop, from_phone(turned=turned))
    kept = Image.open(io.BytesIO(photos.kept(row, "large")))
    assert kept.size == size
    width, height = size
    middle_of = {
        "left": (width // 4, height // 2),
        "right": (width * 3 // 4, height // 2),
        "top": (width // 2, height // 4),
        "bottom": (width // 2, height * 3 // 4),
    }
    reds = {side for side, point in middle_of.items() if _is_red(kept.getpixel(point))}
    assert red in reds
    assert OPPOSITE[red] not in reds


OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


def _is_red(point: Any) -> bool:
    return bool(point[0] > 200 and point[2] < 60)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_jpeg(shop: Shop, kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(file, kind)
    row = keep(shop, io.BytesIO(file.getvalue()))
    kept = Image.open(io.BytesIO(photos.kept(row, "large")))
    assert (kept.format, kept.size) == ("JPEG", (300, 200))
    assert kept.getpixel((9, 9)) == (255, 255, 255)  # clear is paper, not black


def saved(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (50, 50), "gold").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        saved("GIF"),
        saved("BMP"),
        saved("TIFF"),
        saved("PDF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<html><body>JFIF</body></html>",
        b"",
        from_phone().getvalue()[:3_000],
        random.Random(7).randbytes(5_000),  # noqa: S311  because: rubbish that is always the same
    ],
    ids=["gif", "bmp", "tiff", "pdf", "svg", "html", "nothing", "cut off", "rubbish"],
)
def test_it_refuses_what_is_no_picture_of_a_camera(shop: Shop, content: bytes) -> None:
    with pytest.raises(photos.BadPicture):
        keep(shop, io.BytesIO(content))
    assert not Photo.objects.exists()
    assert files() == []


def test_the_same_picture_twice_is_stored_once_and_written_never_again(shop: Shop) -> None:
    first = keep(shop, from_phone())
    before = {path: path.stat().st_mtime_ns for path in files()}
    second = keep(shop, from_phone())
    assert (first.sha256, first.pk) == (second.sha256, second.pk - 1)
    assert {path: path.stat().st_mtime_ns for path in files()} == before
    assert len(before) == 3


def test_a_file_that_is_not_whole_has_a_hidden_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup takes every file without a dot in front: it must never see half of one."""
    rename = Path.rename
    seen: list[tuple[str, int]] = []

    def watch(self: Path, target: Path) -> Path:
        others = [path.name for path in files() if path != self]
        assert not any(name.startswith(".") for name in others)
        seen.append((self.name[0], self.stat().st_size))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", watch)
    keep(shop, from_phone())
    assert [dot for dot, _size in seen] == [".", ".", "."]
    assert sorted(size for _dot, size in seen) == sorted(path.stat().st_size for path in files())


def test_a_crash_between_two_sizes_leaves_no_row(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space"):
        keep(shop, from_phone())
    assert not Photo.objects.exists()
    assert all(path.name.startswith(".") for path in files())
