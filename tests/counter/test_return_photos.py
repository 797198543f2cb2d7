"""The piece that comes back beside the one that was sold."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from counter import acknowledgements, line_photos
from counter.models import Return, Sale
from counter.returned_pieces import PhotoMissing
from inventory.models import Photo
from tests.cast import Shop
from tests.counter.test_return_pages import fields
from tests.old_gold import picture
from tests.returns import ReturnDesk, open_return_desk
from tests.warranty.test_scan_photo import huge_png

DEAR_CENTS = 2_000_100


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("ring.jpg", picture().read(), content_type="image/jpeg")


def sold_with_picture(desk: ReturnDesk) -> Sale:
    sale = desk.shop.bill(desk.shop.ring(price_cents=DEAR_CENTS))
    line_photos.keep(line=sale.lines.get(), photo=desk.photo(), by=desk.by)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    return desk.complete(sale)


def test_a_dear_piece_is_photographed_before_anything_goes_back(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(price_cents=DEAR_CENTS))
    with pytest.raises(PhotoMissing, match="20,000"):
        desk.take(sale)
    taken = desk.photo()
    assert desk.take(sale, photo=taken).lines.get().photo == taken


def test_both_pictures_stand_side_by_side(desk: ReturnDesk) -> None:
    sale = sold_with_picture(desk)
    client: Client = desk.shop.client()
    line = sale.lines.get()
    known = str(Photo.objects.get().uuid)
    asked = client.get("/returns/new/", {"code": sale.number or ""}).content.decode()
    assert known in asked
    sent = {"code": sale.number, "line": line.pk, "photo": upload()}
    shown = client.post("/returns/new/photo/", sent, follow=True).content.decode()
    new = str(Photo.objects.latest("pk").uuid)
    assert known in shown
    assert new in shown
    certificate = line.piece.certificates.get().number
    told = fields(sale, sale.number or "", **{f"{line.pk}-certificate": certificate})
    page = client.post("/returns/new/", told, follow=True).content.decode()
    assert known in page
    assert new in page
    assert str(Return.objects.get().lines.get().photo.uuid) == new  # type: ignore[union-attr]  # because: it was taken
    assert desk.broken() == []


def test_a_picture_of_another_sales_piece_is_not_taken(desk: ReturnDesk) -> None:
    one, other = desk.sold(desk.shop.ring()), desk.sold(desk.shop.ring())
    sent = {"code": one.number, "line": other.lines.get().pk, "photo": upload()}
    answer = desk.shop.client().post("/returns/new/photo/", sent)
    assert answer.headers["X-Refusal"] == "not_sold_here"
    assert not Photo.objects.exists()


def test_the_clerk_photographs_a_piece_on_the_bill(desk: ReturnDesk) -> None:
    sale = desk.shop.bill(desk.shop.ring())
    line = sale.lines.get()
    client = desk.shop.client()
    client.post(f"/sell/{sale.uuid}/lines/{line.pk}/photo/", {"photo": upload()})
    line.refresh_from_db()
    assert line.photo is not None
    assert str(line.photo.uuid) in client.get(f"/sell/{sale.uuid}/").content.decode()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(huge_png(60_000, 60_000), "picture_too_large"), (b"%PDF-1.7", "bad_picture")],
    ids=["bomb", "no picture"],
)
def test_a_bomb_is_a_sentence_and_nothing_is_kept(
    desk: ReturnDesk, content: bytes, refusal: str
) -> None:
    sale = desk.sold(desk.shop.ring())
    bill = desk.shop.bill(desk.shop.ring())
    client = desk.shop.client()
    on_return = {"code": sale.number, "line": sale.lines.get().pk}
    for address, fields_sent in (
        ("/returns/new/photo/", on_return),
        (f"/sell/{bill.uuid}/lines/{bill.lines.get().pk}/photo/", {}),
    ):
        file = SimpleUploadedFile("ring.png", content, content_type="image/png")
        answer = client.post(address, {**fields_sent, "photo": file})
        assert answer.headers["X-Refusal"] == refusal, address
    assert not Photo.objects.exists()
