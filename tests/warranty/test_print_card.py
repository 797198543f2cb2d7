import hashlib
import secrets
from collections.abc import Callable
from statistics import median
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # because: the package has no types
import pytest
from PIL.Image import Image
from stdnum.iso7064 import mod_97_10

from inventory.ground import barcodes, printing
from inventory.ground.printing import GlyphMissingOnPaper
from tests import paper
from warranty import papers

CARD, CERTIFICATE = "warranty/print_card.html", "warranty/print_card_a5.html"
BOTH_CODES = {
    ("QRCode", f"HTTPS://SHOP.EXAMPLE/W/{paper.CARD_NUMBER}"),
    ("Code128", paper.CARD_NUMBER),
}


def codes_of(pages: list[Image]) -> set[tuple[str, str]]:
    return set().union(*(paper.codes_on(page) for page in pages))


def many_cards(count: int) -> list[Any]:
    """Cards with numbers of their own."""
    numbers = []
    for _ in range(count):
        digits = f"{secrets.randbelow(10**18):018}"
        numbers.append(digits + mod_97_10.calc_check_digits(digits))
    return [paper.card(number=number, bars=barcodes.card_bars(number)) for number in numbers]


def test_it_has_the_size_of_a_bank_card_with_two_sides() -> None:
    assert paper.page_sizes_mm(paper.printed(CARD)) == [(85.6, 54.0)] * 2


def test_it_has_one_a5_page_as_a_certificate() -> None:
    assert paper.page_sizes_mm(paper.printed(CERTIFICATE)) == [(148.0, 210.0)]


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
def test_it_shows_exactly_two_codes_to_a_scanner(template: str) -> None:
    assert codes_of(paper.raster(paper.printed(template))) == BOTH_CODES


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
@pytest.mark.parametrize("mishap", paper.MISHAPS)
def test_it_is_read_from_a_bad_picture(template: str, mishap: Callable[[Image], Image]) -> None:
    pages = [mishap(page) for page in paper.raster(paper.printed(template))]
    assert codes_of(pages) == BOTH_CODES


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
def test_it_carries_every_fact_and_promise(template: str) -> None:
    text = paper.text_of(paper.printed(template))
    facts = ["星河珠宝", "18K金钻石戒指", "18K金 750‰", "1.96 g", "0.30 ct", "GB 11887"]
    facts += ["NGTC 7115469434", "2026-06-02", "国贸店", "D0308", "1000009683", "400-820-1688"]
    facts += ["1234 5678 9012 3456 7888", "免费清洗、维修、抛光", "按原价抵换，收适当加工费"]
    assert [fact for fact in facts if fact not in text] == []


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
def test_it_prints_the_glyphs_that_its_text_says(template: str) -> None:
    name = {"name": "䶮㛃珠宝质量保证单"}  # rare characters, and those once printed as others
    pdf = paper.printed(template, cards=[paper.card(**name)])
    glyphs = list(paper.chinese_glyphs(pdf))
    assert {"䶮", "㛃"} <= {character for character, _ in glyphs}
    alike = {character: paper.likeness(ink, character) for character, ink in glyphs}
    assert {sign for sign, value in alike.items() if value < paper.SAME_GLYPH} == set()
    assert median(alike.values()) > 0.7


def test_it_notices_glyphs_that_are_not_what_the_text_says() -> None:
    glyphs = list(paper.chinese_glyphs(paper.printed(CARD)))
    characters = [character for character, _ in glyphs]
    others = characters[7:] + characters[:7]  # each picture under the name of another one
    wrong = [
        paper.likeness(ink, other)
        for (character, ink), other in zip(glyphs, others, strict=True)
        if character != other
    ]
    noticed = [value for value in wrong if value < paper.SAME_GLYPH]
    assert len(noticed) > 0.8 * len(wrong)
    assert median(wrong) < paper.SAME_GLYPH - 0.1


def test_it_is_not_printed_without_a_character_of_its_name() -> None:
    with pytest.raises(GlyphMissingOnPaper) as refusal:
        paper.printed(CARD, cards=[paper.card(name="赵\ue863的戒指")])
    assert refusal.value.extra["characters"] == "\ue863"
    assert "U+E863" in str(refusal.value)


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
def test_it_is_the_same_file_twice(template: str) -> None:
    first = hashlib.sha256(paper.printed(template)).hexdigest()
    paper.printed("counter/print_receipt.html")  # what is printed in between leaves no trace
    assert hashlib.sha256(paper.printed(template)).hexdigest() == first


def test_it_never_spills_over_its_two_sides() -> None:
    long = "一个很长很长的名字" * 9
    facts = {"stone_line": long, "certificate_line": long, "store_name": long, "name": long}
    crowded = paper.card(benefits=[(long, long)] * 9, **facts)
    pdf = paper.printed(CARD, cards=[crowded])
    assert paper.page_sizes_mm(pdf) == [(85.6, 54.0)] * 2
    assert codes_of(paper.raster(pdf)) == BOTH_CODES


def test_it_loses_no_promise_of_a_long_certificate() -> None:
    benefits = [(f"第{n}项", "随时免费") for n in range(40)]
    pdf = paper.printed(CERTIFICATE, cards=[paper.card(benefits=benefits)])
    assert "第39项" in paper.text_of(pdf)
    assert codes_of(paper.raster(pdf)) == BOTH_CODES


def test_it_prints_two_hundred_cards_in_one_document() -> None:
    cards = many_cards(200)
    pdf = paper.printed(CARD, cards=cards)
    assert len(paper.page_sizes_mm(pdf)) == 400
    last = paper.raster(pdf)[-1]
    assert paper.codes_on(last) == {("Code128", cards[-1].number)}


def test_it_prints_a_card_among_others_as_it_prints_it_alone() -> None:
    bare = paper.card(stone_line="", certificate_line="", benefits=[("改手寸", "一次")])
    rich = paper.card(name="足金古法手镯", number_groups="0000 1111 2222 3333 4444")
    together = paper.raster(paper.printed(CARD, cards=[bare, rich, paper.card(), bare]))
    alone = [paper.raster(paper.printed(CARD, cards=[card])) for card in (bare, rich)]
    assert [page.tobytes() for page in together[:4]] == [
        page.tobytes() for pages in alone for page in pages
    ]
    assert [page.tobytes() for page in together[6:]] == [page.tobytes() for page in alone[0]]


def test_it_prints_as_it_looks_when_it_is_laid_out_for_one_card_only() -> None:
    told = {**paper.HOUSE, "card": paper.card(), "is_single": True}
    laid_out = paper.raster(printing.render_pdf(CARD, told))
    filled_in = paper.raster(paper.printed(CARD))
    assert [page.tobytes() for page in filled_in] == [page.tobytes() for page in laid_out]


def test_it_leaves_no_sign_of_its_blank() -> None:
    text = paper.text_of(paper.printed(CARD, cards=[paper.card(), paper.card(stone_line="")]))
    assert set(papers.SIGNS).isdisjoint(text)


def test_it_is_called_by_its_number_when_it_is_alone() -> None:
    titles = [
        pypdfium2.PdfDocument(paper.printed(CARD, cards=cards)).get_metadata_value("Title")
        for cards in ([paper.card()], [paper.card()] * 2)
    ]
    assert titles == ["Warranty card 1234 5678 9012 3456 7888", "Warranty card"]


@pytest.mark.parametrize("template", [CARD, CERTIFICATE])
def test_it_embeds_the_glyphs_that_it_prints_and_no_others(template: str) -> None:
    pdf = paper.printed(template)
    assert pdf.count(b"/CIDFontType0C") == 2  # regular and bold
    assert len(pdf) < 60_000
