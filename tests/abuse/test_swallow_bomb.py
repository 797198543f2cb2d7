"""A small file that unpacks to a giant is refused before it is unpacked."""

import io
import resource
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inventory import places, workbooks
from inventory.ground import photos
from inventory.models import PieceUpload
from tests.cast import Shop
from tests.inventory.test_read_table import workbook
from tests.warranty.test_scan_photo import huge_png
from warranty import throttle
from warranty.throttle import Budget

MEGABYTE = 1024 * 1024


def grown(act: Any) -> tuple[Any, int]:
    """What an act answers, and by how much it raised the most memory this process ever had."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = act()
    return answer, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


def zip_bomb(megabytes: int) -> bytes:
    """A workbook with a part of so many megabytes of nothing."""
    made = io.BytesIO(workbook(["name"], ["a"]))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/nothing.bin", b"\0" * (megabytes * MEGABYTE))
    return made.getvalue()


@pytest.mark.parametrize(("width", "height"), [(13_000, 13_000), (169_000_000, 1)])
def test_a_picture_of_169_million_points_costs_no_memory(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "budget", Budget())
    bomb = huge_png(width, height)
    assert len(bomb) < MEGABYTE
    photo = SimpleUploadedFile("card.png", bomb, content_type="image/png")
    answer, more = grown(lambda: Client().post("/w/", {"photo": photo}))
    assert answer.status_code == 413
    assert more < 20 * MEGABYTE
    assert width * height > photos.MOST_PIXELS


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_refused(shop: Shop) -> None:
    bomb = zip_bomb(300)
    assert len(bomb) < MEGABYTE < workbooks.MOST_UNPACKED < 300 * MEGABYTE
    client = shop.client(shop.wang)
    file = SimpleUploadedFile("goods.xlsx", bomb)
    answer, more = grown(lambda: client.post("/pieces/import/", {"store": "S01", "file": file}))
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "file_unreadable")
    assert more < 30 * MEGABYTE
    assert not PieceUpload.objects.exists()


def test_a_workbook_in_a_workbook_is_not_opened(shop: Shop) -> None:
    inner = zip_bomb(90)
    made = io.BytesIO(workbook(["name"], ["a"]))
    with zipfile.ZipFile(made, "a") as archive:
        for number in range(20):
            archive.writestr(f"xl/embeddings/{number}.xlsx", inner)
    client = shop.client(shop.wang)
    file = SimpleUploadedFile("goods.xlsx", made.getvalue())
    answer, more = grown(lambda: client.post("/pieces/import/", {"store": "S01", "file": file}))
    assert answer.status_code == 422
    assert more < 40 * MEGABYTE


@pytest.mark.parametrize("packed", ["zip", "gzip"])
def test_a_day_file_is_never_unpacked(shop: Shop, packed: str) -> None:
    bomb = zip_bomb(50) if packed == "zip" else b"\x1f\x8b\x08" + b"\0" * 4_000
    day = places.business_day(shop.s01)
    client = shop.client(shop.wang)
    form = {"layout": "wechat", "file": SimpleUploadedFile("day.csv", bomb)}
    answer, more = grown(lambda: client.post(f"/day/{day}/files/", form))
    assert answer.status_code == 422
    assert more < 20 * MEGABYTE
