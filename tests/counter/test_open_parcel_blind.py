"""A parcel is opened blind to its last piece, and what a piece weighed there stays written."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from appraisal import seed
from inventory.models import Shipment
from tests import shipments as parcels
from tests.cast import PINS, KeyedClient, Shop


@pytest.fixture(autouse=True)
def _books_agree(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


def at_s02(shop: Shop) -> KeyedClient:
    return shop.client(shop.sun, counter=shop.a2)


def of(shipment: Shipment, word: str = "") -> str:
    return f"/shipments/{shipment.number}/{word}"


def signing(**typed: str) -> dict[str, str]:
    return {"to": "A-01", "receiver": "sun", "pin": PINS["sun"], **typed}


def test_the_first_piece_does_not_open_the_slip(shop: Shop) -> None:
    ring, necklace, there = shop.ring(), shop.piece(), at_s02(shop)
    sent = parcels.send(shop, ring, necklace)
    there.post(of(sent, "receive/add/"), {"code": ring.number})
    assert "The parcel is empty" in there.get(of(sent, "receive/")).text
    assert there.post(of(sent, "receive/"), signing()).status_code == 302
    page = there.get(of(sent)).text
    assert "Open the parcel" in page
    told = [fact for fact in (necklace.number, necklace.name, "2 pieces") if fact in page]
    assert told == []
    assert there.get(of(sent, "sheet.pdf")).headers["X-Refusal"] == "parcel_closed"
    # the store that sent it reads on
    assert necklace.number in shop.client().get(of(sent)).text


def test_who_says_that_it_is_empty_reads_what_is_missing(shop: Shop) -> None:
    ring, necklace, there = shop.ring(), shop.piece(), at_s02(shop)
    sent = parcels.send(shop, ring, necklace)
    there.post(of(sent, "receive/add/"), {"code": ring.number})
    there.post(of(sent, "receive/"), signing(emptied="on"))
    page = there.get(of(sent)).text
    assert necklace.name in page
    assert "the parcel is empty" in page
    assert sent.arrivals.get().emptied
    assert there.get(of(sent, "sheet.pdf")).status_code == 200
    # it is found in the wrapping, and it comes after all
    there.post(of(sent, "receive/add/"), {"code": necklace.number})
    assert there.post(of(sent, "receive/"), signing()).status_code == 302
    sent.refresh_from_db()
    assert sent.state == "received"


def test_a_weight_is_neither_emptied_nor_forgotten(shop: Shop) -> None:
    seed.put_tolerances()
    parcels.hire_fang(shop)
    ring, there = shop.ring(), at_s02(shop)
    sent = parcels.send(shop, ring)
    weigh = of(sent, f"pieces/{ring.number}/weigh/")
    there.post(of(sent, "receive/add/"), {"code": ring.number})
    there.post(weigh, {"grams": "1.20"})
    assert there.post(weigh, {"grams": ""}).status_code == 422
    for word in ("receive/clear/", f"pieces/{ring.number}/remove/"):
        there.post(of(sent, word))
        there.post(of(sent, "receive/add/"), {"code": ring.number})
        asked = there.post(of(sent, "receive/"), signing())
        assert asked.headers["X-Refusal"] == "approval_needed"
        assert "label 2.02 g, scale 1.20 g" in asked.text
    # another tablet knows it as well
    other = at_s02(shop)
    other.post(of(sent, "receive/add/"), {"code": ring.number})
    assert other.post(of(sent, "receive/"), signing()).headers["X-Refusal"] == "approval_needed"
    there.post(weigh, {"grams": "2.02"})
    assert there.post(of(sent, "receive/"), signing()).status_code == 302
    page = there.get(of(sent)).text
    assert "label 2.02 g, scale 2.02 g" in page
    assert "Every weight that was put down" in page
    assert "1.20 g" in page
    assert list(sent.weighings.values_list("mg", flat=True)) == [1_200, 2_020]
