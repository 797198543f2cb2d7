"""A day at the counter, through the pages; every story ends with the books in agreement."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from counter.models import Sale
from inventory.models import Piece, State
from tests.cast import PASSWORD, PINS, KeyedClient, Shop
from tests.paper import codes_of
from warranty.models import Card, CardPrint

DATA = Path(__file__).parent / "data"
GOLD, DIAMOND = "1000017387", "1000009683"  # 足金吊坠 by weight, 18K金钻石戒指 fixed price


@pytest.fixture
def books_agree_afterwards(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


def bring_in(manager: Client) -> None:
    """The manager brings the supplier's list in: choose, read the report, write it."""
    content = (DATA / "pieces_sample_gb18030.csv").read_bytes()
    file = SimpleUploadedFile("pieces.csv", content, content_type="text/csv")
    kept = manager.post("/pieces/import/", {"file": file, "store": "S01"})
    report = manager.get(kept.headers["Location"]).content.decode()
    assert "400" in report
    assert "Every row is right." in report
    assert manager.post(kept.headers["Location"]).status_code == 303


@pytest.mark.usefixtures("books_agree_afterwards")
def test_from_the_suppliers_list_to_the_customers_telephone(shop: Shop) -> None:
    bring_in(shop.client(shop.wang))
    assert Piece.objects.filter(store=shop.s01, state=State.ON_SALE).count() == 400
    call_command("import_prices", str(DATA / "metal_prices_sample.csv"), verbosity=0)

    tablet = KeyedClient()
    tablet.post("/sign-in/", {"username": "zhao", "password": PASSWORD})
    tablet.post("/switch/", {"username": "lin", "pin": PINS["lin"]})
    tablet.post("/shifts/A/open/")
    bill = tablet.post("/sell/", {"code": GOLD}).headers["Location"]
    tablet.post(f"{bill}add/", {"code": DIAMOND})
    # 1.86 g × ¥1,177.00 + 1.86 g × ¥25.00, and ¥7,572.00
    total = 218_922 + 4_650 + 757_200
    assert "9,807.72" in tablet.get(bill).content.decode()
    tablet.post(f"{bill}confirm/")
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "1000"})
    scanned = {"tender": "wechat", "amount": "8807.72", "merchant_number": "4200" + "1" * 24}
    tablet.post(f"{bill}pay/", scanned)
    done = tablet.post(f"{bill}complete/", {"shown_cents": total})
    sale = Sale.objects.get(number__isnull=False)
    assert done.headers["Location"] == f"/sales/{sale.number}/"

    receipt = tablet.get(f"/sales/{sale.number}/receipt.pdf")
    assert receipt.headers["Content-Type"] == "application/pdf"
    printed = tablet.post(f"/sales/{sale.number}/cards/").headers["Location"]
    paper = tablet.get(printed)
    assert CardPrint.objects.count() == 2
    found = codes_of(paper.content)
    for card in Card.objects.all():
        assert card.number in found
        assert f"HTTP://127.0.0.1:8000/W/{card.number}" in found
        telephone = Client().get(f"/W/{card.number}")
        assert telephone.status_code == 200
        assert card.piece.name in telephone.content.decode()


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_silver_charm_is_scan_tender_done(shop: Shop) -> None:
    charm = shop.charm()
    tablet = shop.client()
    bill = tablet.post("/sell/", {"code": charm.number}).headers["Location"]
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "98"})
    done = tablet.post(f"{bill}complete/", {"shown_cents": 9_800})
    page = tablet.get(done.headers["Location"]).content.decode()
    card = Card.objects.get()
    assert card.plan.hand_out == "receipt"
    assert "98.00" in page
    slip = tablet.get(f"{done.headers['Location']}receipt.pdf").content
    assert any(card.number in each for each in codes_of(slip))


@pytest.mark.usefixtures("books_agree_afterwards")
def test_the_price_changes_between_scan_and_payment(shop: Shop) -> None:
    tablet = shop.client()
    bill = tablet.post("/sell/", {"code": shop.piece().number}).headers["Location"]
    shop.put_up(9990, 118_700)
    assert "The metal price has changed." in tablet.get(bill).content.decode()
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "10594.80"})
    refused = tablet.post(f"{bill}complete/", {"shown_cents": 1_059_480})
    assert refused.headers["X-Refusal"] == "total_changed"
    assert "10,682.00" in refused.content.decode()
    tablet.post(f"{bill}refresh/")
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "87.20"})
    assert tablet.post(f"{bill}complete/", {"shown_cents": 1_068_200}).status_code == 303


@pytest.mark.usefixtures("books_agree_afterwards")
def test_two_customers_at_once_and_one_who_leaves(shop: Shop) -> None:
    tablet = shop.client()
    first = tablet.post("/sell/", {"code": shop.piece().number}).headers["Location"]
    tablet.post(f"{first}mark/", {"mark": "red hat"})
    second = tablet.post("/sell/", {"code": shop.charm().number}).headers["Location"]
    assert "red hat" in tablet.get(second).content.decode()
    tablet.post(f"{first}give-up/")
    assert "red hat" not in tablet.get(second).content.decode()
    assert Piece.objects.filter(state=State.HELD).count() == 1
