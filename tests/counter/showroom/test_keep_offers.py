"""What a style can be is typed once, and the order form follows; orders in figures."""

import pytest

from counter.models import OrderState, StyleOffer
from counter.showroom import endings
from tests.showroom import Showroom

OFFER = {
    "shown": "on",
    "mg_Au_7500": "2.600",
    "mg_Pt_9500": "3.3",
    "sizes": "2.5 mm, 3 mm、4 mm",
    "ring_from": "7",
    "ring_to": "24",
    "finishes": "光面",
    "engraving_most": "12",
    "kinds": "diamond",
    "from_mct": "0.3",
    "to_mct": "1.5",
    "colors": "D, E",
    "clarities": "VS1",
    "labour_cents": "1280",
    "stone_cents_per_ct": "28000",
    "days": "28",
    "most_pieces": "20",
}


def test_an_offer_is_kept_as_it_was_typed(showroom: Showroom) -> None:
    gao = showroom.shop.client(showroom.shop.gao)
    answer = gao.post("/orders/offers/B1002/", OFFER)
    assert answer.status_code == 303, answer.text[-2_000:]
    row = StyleOffer.objects.get(style__code="B1002")
    assert row.metals == [["Au", 7500, 2600], ["Pt", 9500, 3300]]
    assert row.sizes == ["2.5 mm", "3 mm", "4 mm"]
    assert (row.ring_from, row.ring_to, row.stone["to_mct"]) == (28, 96, 1500)
    page = gao.get("/orders/offers/B1002/").text
    assert "2.5 mm, 3 mm, 4 mm" in page
    assert "六爪钻戒" in gao.get("/orders/offers/").text


@pytest.mark.parametrize("wrong", [{"ring_to": "3"}, {"mg_Au_7500": "", "mg_Pt_9500": ""}])
def test_what_no_style_can_be_is_refused(showroom: Showroom, wrong: dict[str, str]) -> None:
    gao = showroom.shop.client(showroom.shop.gao)
    before = StyleOffer.objects.get(style__code="B1002").metals
    assert gao.post("/orders/offers/B1002/", OFFER | wrong).status_code == 422
    assert StyleOffer.objects.get(style__code="B1002").metals == before


def test_orders_stand_in_figures_with_a_table_beside(showroom: Showroom) -> None:
    showroom.at(OrderState.CONFIRMED)
    refused = showroom.at(OrderState.REVIEWING)
    endings.refuse(order=refused, reason="no_time", remark="", by=showroom.gao)
    page = showroom.shop.client(showroom.shop.wang).get("/orders/report/").text
    assert "B1001" in page
    house = showroom.shop.client(showroom.shop.head).get("/orders/report/").text
    assert "it cannot be ready in time" in house
    assert house.count("<table") >= 5
