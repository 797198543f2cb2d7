"""Tags: one or many, for a label printer or for A4 sheets."""

from typing import Any

import pytest

from inventory import papers
from inventory.models import Category, Stone
from tests import paper
from tests.cast import Shop


def printed(shop: Shop, *numbers: str, sheet: bool = False) -> Any:
    words = "&".join(f"n={number}" for number in numbers)
    return shop.client().get(f"/pieces/tags.pdf?{words}{'&sheet=1' if sheet else ''}")


def test_it_prints_one_tag_a_page_for_a_label_printer(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    answer = printed(shop, ring.number, necklace.number)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert paper.page_sizes_mm(answer.content) == [(60.0, 30.0)] * 2
    first, second = paper.page_texts(answer.content)
    facts = [ring.name, "18K gold 750‰", "1.96", "¥7,572.00", "0.30 ct", "NGTC", ring.number]
    assert [fact for fact in [*facts, "size 15"] if fact not in first] == []
    assert "labour ¥38.00/g" in second


def test_it_prints_what_a_scanner_reads(shop: Shop) -> None:
    ring = shop.ring()
    (page,) = paper.raster(printed(shop, ring.number).content)
    assert ("Code128", ring.number) in paper.codes_on(page)


def test_it_prints_a_sheet_of_tags(shop: Shop) -> None:
    answer = printed(shop, *(shop.ring().number for _each in range(3)), sheet=True)
    assert paper.page_sizes_mm(answer.content) == [(210.0, 297.0)]


def test_it_prints_a_number_that_is_named_twice_once(shop: Shop) -> None:
    number = shop.ring().number
    assert len(paper.page_sizes_mm(printed(shop, number, number).content)) == 1


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"labour_kind": "per_piece", "labour_value": 26_000}, "labour ¥260.00"),
        ({"labour_kind": "percent", "labour_value": 850}, "labour 8.5 %"),
        ({"labour_value": 0}, ""),
    ],
)
def test_it_says_how_the_labour_is_reckoned(shop: Shop, facts: dict[str, Any], text: str) -> None:
    assert papers.tag_of(shop.piece(**facts)).price == text


def test_it_says_side_stones_and_the_size_of_a_bangle(shop: Shop) -> None:
    bangle = shop.piece(category=Category.BANGLE, ring_size="56", style="B01")
    Stone.objects.create(piece=bangle, main=False, kind="diamond", count=12, weight_mct=150)
    tag = papers.tag_of(bangle)
    assert (tag.stone_line, tag.size_line) == ("12 stones 0.15 ct", "B01 · inside 56 mm")


def test_it_prints_no_tag_of_another_stores_piece(shop: Shop) -> None:
    ours, theirs = shop.ring(), shop.ring(store=shop.s02)
    assert printed(shop, ours.number, theirs.number).status_code == 404
    assert printed(shop, "0000000000").status_code == 404


def test_it_asks_for_one_to_two_hundred_pieces(shop: Shop) -> None:
    for numbers in ((), [f"{number:010}" for number in range(201)]):
        answer = printed(shop, *numbers)
        assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "no_tags")


def test_it_refuses_a_role_that_prints_no_tags(shop: Shop) -> None:
    number = shop.ring().number
    assert shop.client(shop.qian).get(f"/pieces/tags.pdf?n={number}").status_code == 403
