"""Head office keeps the dealers; a clerk orders for one by a grid or a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from counter.models import Customer, NetworkOrder, OrderChannel, OrderState, StyleOffer
from counter.showroom import dealers, offers
from counter.showroom.offers import Offer
from inventory.models import Category, Style
from tests.cast import Shop
from tests.counter.showroom.test_keep_dealers import dealer


@pytest.fixture
def ring(shop: Shop) -> StyleOffer:
    shop.put_up(7500, 60_000)
    style = Style.objects.create(code="R100", name="素圈戒指", category=Category.RING)
    told = Offer(
        metals=[("Au", 7500, 3_000)], labour_cents=48_000, ring_from=12 * 4, ring_to=14 * 4
    )
    return offers.put(style=style, offer=told, by=shop.head)


def test_head_office_makes_a_dealer_and_sets_what_the_level_pays(
    shop: Shop, ring: StyleOffer
) -> None:
    client = shop.client(shop.head)
    told = {"phone": "139 0000 0009", "name": "郑记", "level": "a", "credit_cents": "50000"}
    client.post("/head-office/dealers/terms/", told)
    labour = {"level": "A", "style": "r100", "percent": "70"}
    client.post("/head-office/dealers/labour/", labour)
    made = Customer.objects.get(phone="13900000009")
    assert dealers.prices_for(made).labour_cents(ring.style_id, 48_000) == 33_600
    page = client.get("/head-office/dealers/").text
    assert [fact for fact in ("郑记", "¥50,000.00", "R100", "70 %") if fact not in page] == []
    assert shop.client(shop.wang).get("/head-office/dealers/").status_code == 403


def test_the_grid_becomes_an_order_at_the_prices_of_the_level(shop: Shop, ring: StyleOffer) -> None:
    customer = dealer(shop)
    dealers.put_labour(level="A", style=None, labour_bp=5_000, by=shop.head)
    client, path = shop.client(), f"/dealers/{customer.pk}/order/"
    page = client.get(path, {"styles": "R100"}).text
    assert [size for size in ("12", "13", "14") if f"<span>{size}</span>" not in page] == []
    box = f"n-{ring.pk}-Au-7500-"
    answer = client.post(path, {"styles": "R100", f"{box}0": "3", f"{box}2": "1"})
    order = NetworkOrder.objects.get()
    assert answer["Location"] == f"/orders/{order.number}/"
    assert (order.channel, order.state) == (OrderChannel.DEALER_FILE, OrderState.PLACED)
    assert [(line.ring_size, line.pieces) for line in order.lines.all()] == [("12", 3), ("14", 1)]
    assert [line.labour_cents for line in order.lines.all()] == [24_000, 24_000]


def test_what_is_wrong_is_told_by_row_and_the_figures_stay(shop: Shop, ring: StyleOffer) -> None:
    client, path = shop.client(), f"/dealers/{dealer(shop).pk}/order/"
    box = f"n-{ring.pk}-Au-7500-"
    answer = client.post(path, {"styles": "R100", f"{box}0": "drei", f"{box}1": "2"})
    assert answer.status_code == 422
    assert "Row 1" in answer.text
    assert 'value="drei"' in answer.text
    assert 'value="2"' in answer.text
    list_ = "款号,材质,成色,手寸,件数\nR100,金,750,12,1\nR100,金,750,44,1\n".encode()
    answer = client.post(path, {"file": SimpleUploadedFile("a.csv", list_)})
    assert answer.status_code == 422
    assert "Row 3" in answer.text
    assert not NetworkOrder.objects.exists()


@pytest.mark.usefixtures("ring")
def test_a_file_becomes_an_order_once(shop: Shop) -> None:
    client, path = shop.client(), f"/dealers/{dealer(shop).pk}/order/"
    list_ = "款号,材质,成色,手寸,件数\nR100,金,750,12,12\n".encode()
    told = {"file": SimpleUploadedFile("a.csv", list_), "how": "telephone", "key": "k" * 22}
    client.post(path, told)
    order = NetworkOrder.objects.get()
    assert order.state == OrderState.REVIEWING
    assert order.lines.get().ordered.count() == 12


def test_only_a_dealer_orders_by_list(shop: Shop) -> None:
    dealer(shop)
    assert shop.client().get("/dealers/999999/order/").status_code == 404
