"""Transfers between stores, as programs of both ends and of head office read them."""

from typing import Any

import pytest

from tests import shipments as parcels
from tests.cast import Shop
from tests.programs import EVERYTHING, Program, register


@pytest.fixture
def program(shop: Shop) -> Program:
    return register(*EVERYTHING)


def of_store(*stores: Any) -> Program:
    return register("pieces:read", "changes:read", stores=list(stores))


def test_it_tells_both_ends_and_what_is_on_the_road(shop: Shop, program: Program) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    (told,) = program.rows("/transfers", store="S01", state="sent")
    assert told == told | {
        "number": sent.number,
        "from_store": "S01",
        "to_store": "S02",
        "closed_at": None,
        "sent_by": "lin",
        "handed_by": "zhao",
        "carrier": "顺丰",
        "parcels": "F-771, F-772",
        "pieces": 2,
        "pieces_on_road": 2,
        "classes": [
            {"metal": "Au", "grade": 9_900, "pieces": 1, "net": "8.720", "net_mg": 8_720},
            {"metal": "Au", "grade": 7_500, "pieces": 1, "net": "1.960", "net_mg": 1_960},
        ],
    }
    assert program.rows("/transfers", store="S02") == [told]
    assert program.rows("/transfers", state="received") == []
    on_road = program.rows("/pieces", state="in_transit")
    assert {(row["store"], row["place"]) for row in on_road} == {("S01", "ROAD")}


def test_it_tells_what_became_of_each_piece(shop: Shop, program: Program) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    parcels.receive(shop, sent, ring)
    told = program.get(f"/transfers/{sent.number}").json()
    assert (told["state"], told["pieces"], told["pieces_on_road"]) == ("partly_received", 2, 1)
    states = {line["piece"]: (line["state"], line["weighed_mg"]) for line in told["lines"]}
    assert states == {ring.number: ("arrived", None), necklace.number: ("road", None)}
    (there,) = program.rows("/pieces", store="S02")
    assert (there["number"], there["state"]) == (ring.number, "on_sale")
    assert {row["number"] for row in program.rows("/pieces", store="S01")} == {necklace.number}


def test_the_receiving_end_knows_its_pieces_when_they_are_scanned(shop: Shop) -> None:
    ring = shop.ring()
    sent, theirs = parcels.send(shop, ring), of_store(shop.s02)
    (told,) = theirs.rows("/transfers")
    assert (told["number"], told["pieces"], told["classes"]) == (sent.number, None, None)
    assert theirs.get(f"/transfers/{sent.number}").json()["lines"] is None
    (told,) = of_store(shop.s01).rows("/transfers")
    assert told["pieces"] == 1
    parcels.receive(shop, sent, ring)
    assert theirs.rows("/transfers")[0]["pieces"] == 1


def test_both_feeds_tell_what_happened_in_their_store(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    parcels.receive(shop, sent, ring)

    def told(store: Any) -> list[str]:
        rows = of_store(store).rows("/changes", store=store.code)
        return [row["kind"] for row in rows if row["number"] == sent.number]

    assert told(shop.s01) == ["shipment_sent", "piece_sent", "piece_delivered"]
    assert told(shop.s02) == ["piece_arrived", "piece_arrived", "shipment_arrived"]


def test_a_third_store_knows_nothing_of_it(shop: Shop) -> None:
    sent = parcels.send(shop, shop.ring())
    third = of_store(shop.hq)
    assert third.rows("/transfers") == []
    assert third.get(f"/transfers/{sent.number}").status_code == 404


def test_a_page_costs_the_same_for_one_and_for_many(shop: Shop, program: Program) -> None:
    parcels.send(shop, shop.ring())
    one = program.questions("/transfers")
    for _each in range(4):
        parcels.send(shop, shop.ring(), shop.piece())
    assert program.questions("/transfers") == one
    assert len(program.rows("/transfers")) == 5
    (first, *_rest) = pages = list(program.pages("/transfers", limit=2))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert first[0]["number"].endswith("-0001")
