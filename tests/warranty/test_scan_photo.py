"""A photo of the card instead of twenty digits: read, forgotten, never trusted."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from inventory.ground import barcodes, photos
from tests import paper
from warranty import throttle

CARD = "warranty/print_card.html"
CERTIFICATE = "warranty/print_card_a5.html"
FRONT, BACK = 0, 1  # the square, the bars
NOTHING_READ = "No card number could be read"


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, kind, **options)
    return kept.getvalue()


def side(number: int, template: str = CARD, dpi: int = 203) -> Image.Image:
    return paper.raster(paper.printed(template), dpi=dpi)[number]


def on_a_table(card: Image.Image) -> Image.Image:
    """As a telephone sees it: askew, on brown wood, in uneven light, 12 million points."""
    table = Image.new("RGB", (4000, 3000), (120, 96, 70))
    turned = card.convert("RGB").resize((2200, 2200 * card.height // card.width))
    turned = turned.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=(120, 96, 70))
    table.paste(turned, (700, 500))
    shade = Image.linear_gradient("L").resize(table.size).point([160 + n // 3 for n in range(256)])
    return Image.composite(table, Image.new("RGB", table.size), shade)


def sent(content: bytes, name: str = "card.jpg", **query: str) -> Any:
    photo = SimpleUploadedFile(name, content, content_type="image/jpeg")
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    return client.post("/w/", {"photo": photo}, query_params=query)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("which", [FRONT, BACK])
def test_it_reads_square_and_bars(kind: str, which: int) -> None:
    response = sent(encoded(side(which), kind))
    assert response.status_code == 302
    assert response["Location"] == f"/w/{paper.CARD_NUMBER}"


@pytest.mark.parametrize("which", [FRONT, BACK])
def test_it_reads_a_photo_from_a_telephone(which: int) -> None:
    photo = encoded(on_a_table(side(which, dpi=400)), quality=80)
    assert sent(photo)["Location"] == f"/w/{paper.CARD_NUMBER}"


def test_it_reads_the_certificate_with_both_codes_on_one_page() -> None:
    page = side(0, CERTIFICATE, dpi=300)
    assert sent(encoded(page))["Location"] == f"/w/{paper.CARD_NUMBER}"


def test_it_turns_a_photo_that_was_held_sideways() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    lying = encoded(side(FRONT).rotate(90, expand=True), exif=exif)
    opened = photos.open_picture(io.BytesIO(lying))
    assert opened.size == side(FRONT).size
    assert f"HTTPS://SHOP.EXAMPLE/W/{paper.CARD_NUMBER}" in photos.codes_on(opened)


def test_it_reads_black_on_transparent() -> None:
    clear = Image.new("RGBA", side(FRONT).size, (0, 0, 0, 0))
    clear.putalpha(side(FRONT).point([255 - n for n in range(256)]))
    assert sent(encoded(clear, "PNG"), "card.png")["Location"] == f"/w/{paper.CARD_NUMBER}"


def test_it_keeps_the_language() -> None:
    assert sent(encoded(side(FRONT)), lang="en")["Location"].endswith("?lang=en")


def test_it_says_calmly_that_nothing_could_be_read() -> None:
    response = sent(encoded(Image.new("RGB", (600, 400), "white")))
    assert response.status_code == 422
    assert NOTHING_READ in response.content.decode()
    assert 'name="n"' in response.content.decode()


def test_it_does_not_choose_between_two_cards() -> None:
    other = paper.card(qr=barcodes.card_qr("https://shop.example/w/84017392056612843707"))
    one, two = side(FRONT), paper.raster(paper.printed(CARD, cards=[other]))[FRONT]
    both = Image.new("L", (one.width, one.height * 2), 255)
    both.paste(one, (0, 0))
    both.paste(two, (0, one.height))
    assert NOTHING_READ in sent(encoded(both)).content.decode()


def test_it_takes_no_other_code_for_a_card() -> None:
    elsewhere = paper.card(qr=barcodes.card_qr("https://evil.example/login"))
    front = paper.raster(paper.printed(CARD, cards=[elsewhere]))[FRONT]
    assert sent(encoded(front)).status_code == 422


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        encoded(Image.new("RGB", (300, 300)))[:-400],
        encoded(Image.new("L", (30, 30)), "GIF"),
        encoded(Image.new("L", (30, 30)), "TIFF"),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    ],
)
def test_it_refuses_what_is_no_whole_picture(content: bytes) -> None:
    response = sent(content)
    assert response.status_code == 422
    assert "cannot be read" in response.content.decode()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large; behind its header there is nothing."""
    size = struct.pack(">II5B", width, height, 8, 0, 0, 0, 0)
    header = b"IHDR" + size
    chunk = struct.pack(">I", len(size)) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT\x35\xaf\x06\x1e"


@pytest.mark.parametrize(("width", "height"), [(8000, 5001), (12_000, 9_000), (60_000, 60_000)])
def test_it_refuses_a_flood_of_points_by_the_header(width: int, height: int) -> None:
    response = sent(huge_png(width, height))
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_it_allows_forty_million_points() -> None:
    with pytest.raises(photos.BadPicture) as refusal:  # it is large enough, but empty
        photos.open_picture(io.BytesIO(huge_png(8000, 5000)))
    assert not isinstance(refusal.value, photos.PictureTooLarge)


def test_it_refuses_a_file_above_eight_megabytes_without_reading_it() -> None:
    response = sent(b"\xff" * (photos.MOST_BYTES + 100_000))
    assert response.status_code == 413
    assert "too large" in response.content.decode()
    assert 'name="n"' in response.content.decode()


def test_it_reads_the_first_of_many_frames() -> None:
    frames = [Image.new("L", (64, 64), n % 255) for n in range(300)]
    moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert photos.open_picture(io.BytesIO(moving)).size == (64, 64)


def test_it_makes_a_large_photo_smaller() -> None:
    large = encoded(Image.new("RGB", (6000, 4000), "white"))
    opened = photos.open_picture(io.BytesIO(large))
    assert max(opened.size) == photos.LONG_SIDE


def test_it_asks_for_a_photo_when_none_was_chosen() -> None:
    response = Client(headers={"accept-language": "en"}).post("/w/")
    assert response.status_code == 422
    assert "Choose a photo first." in response.content.decode()


def test_it_counts_unreadable_photos_as_guesses() -> None:
    blank = encoded(Image.new("RGB", (60, 40), "white"))
    statuses = [sent(blank).status_code for _ in range(throttle.PER_NETWORK + 2)]
    assert statuses == [422] * throttle.PER_NETWORK + [429] * 2
    assert sent(encoded(side(FRONT))).status_code == 302
