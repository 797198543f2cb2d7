"""A picture of a label is a scan, where no scanner is at hand."""

import io

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.cast import Shop


def picture(*texts: str) -> SimpleUploadedFile:
    """Labels side by side."""
    squares = []
    for text in texts:
        drawn = io.BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
        squares.append(Image.open(drawn).convert("RGB"))
    sheet = Image.new("RGB", (max(sum(each.width for each in squares), 200), 500), "white")
    left = 0
    for each in squares:
        sheet.paste(each, (left, 0))
        left += each.width
    kept = io.BytesIO()
    sheet.save(kept, "JPEG")
    return SimpleUploadedFile("label.jpg", kept.getvalue(), "image/jpeg")


def test_the_scan_box_is_told_the_code(shop: Shop) -> None:
    piece, card = shop.piece(), "HTTPS://EXAMPLE.ORG/W/12345678901234567892"
    client = shop.client()
    for text, told in ((piece.number, piece.number), (card, "12345678901234567892")):
        answer = client.post("/scan/photo/", {"photo": picture(text)}, HTTP_ACCEPT="text/plain")
        assert (answer.status_code, answer.text) == (200, told)


def test_without_a_script_it_leads_where_the_scan_would(shop: Shop) -> None:
    piece = shop.piece()
    answer = shop.client().post("/scan/photo/", {"photo": picture(piece.number)})
    assert answer["Location"] == f"/pieces/{piece.number}/"


@pytest.mark.parametrize(
    ("texts", "code"),
    [((), "no_code_on_picture"), (("2000000010", "2000000029"), "several_codes")],
)
def test_what_is_not_clear_is_said(shop: Shop, texts: tuple[str, ...], code: str) -> None:
    answer = shop.client().post("/scan/photo/", {"photo": picture(*texts)}, HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, code)


def test_what_is_no_picture_is_refused(shop: Shop) -> None:
    file = SimpleUploadedFile("label.jpg", b"no picture", "image/jpeg")
    answer = shop.client().post("/scan/photo/", {"photo": file})
    assert answer.headers["X-Refusal"] == "bad_picture"
