"""A ring size is found with a strip of paper, or on a sheet whose circles are true to a tenth of a
millimetre."""

import pypdfium2  # type: ignore[import-untyped]  # because: the package has no types
import pytest
from django.test import Client

from counter.showroom import ring_measures
from counter.showroom.ring_measures import DIAMETERS
from tests.paper import text_of

POINTS = 72 / 25.4  # a millimetre
LINE = 0.15  # millimetres, which the reader adds on either side of what is drawn


@pytest.mark.parametrize(
    ("around", "size"),
    [("52.5", "13.5"), ("44.3", "6"), ("５２．５", "13.5"), ("65.3", "25"), ("43.4", "6")]
    + [(none, "") for none in ("43.2", "66", "0", "-5", "NaN", "Infinity", "1e9", "abc", "")],
)
def test_a_finger_has_the_next_larger_size(around: str, size: str) -> None:
    assert ring_measures.read_around(around) == size


@pytest.mark.django_db
def test_the_page_needs_no_invitation(client: Client) -> None:
    page = client.get("/showroom/ring-size/", {"around": "52.5"})
    assert (page.status_code, page.context["found"]) == (200, "13.5")
    assert client.get("/showroom/ring-size/", {"around": "<x-p>"}).context["found"] == ""


@pytest.mark.django_db
def test_the_circles_and_the_ruler_are_true(client: Client) -> None:
    answer = client.get("/showroom/ring-size.pdf")
    assert answer["Content-Type"] == "application/pdf"
    page = pypdfium2.PdfDocument(answer.content)[0]
    assert [round(side / POINTS) for side in page.get_size()] == [210, 297]
    boxes = [each.get_bounds() for each in page.get_objects() if each.type == 2]  # paths
    sizes = [(right - left, top - bottom) for left, bottom, right, top in boxes]
    round_ones = [wide for wide, high in sizes if abs(wide - high) < 0.2 and wide > 10 * POINTS]
    drawn = sorted(wide / POINTS - 2 * LINE for wide in round_ones)
    assert drawn == pytest.approx(sorted(mm10 / 10 for mm10 in DIAMETERS.values()), abs=0.05)
    flat = max(wide for wide, high in sizes if high < POINTS)
    assert flat / POINTS - 2 * LINE == pytest.approx(100, abs=0.05)
    assert "13" in text_of(answer.content)
