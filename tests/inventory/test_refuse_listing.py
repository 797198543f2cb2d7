"""Each thing that can be wrong with a line of a list has a sentence of its own."""

import pytest

from inventory import imports
from inventory.imports import Outcome
from inventory.models import Cost
from tests.cast import Shop
from tests.inventory.lists import CHARM, NECKLACE, RING, csv_of


def sentences(shop: Shop, *rows: dict[str, str]) -> tuple[str, ...]:
    """All that is wrong with a list, row by row; that its rows are sound otherwise is certain,
    because each of them is sound in `test_import_pieces`."""
    report = imports.check(store=shop.s01, content=csv_of(*rows), by=shop.wang)
    wrong = [row for row in report.told if row.outcome == Outcome.WRONG]
    return tuple(sentence for row in wrong for sentence in row.sentences)


WEIGHT_BOUNDS = "Enter a weight from 0.001 to 5,000.000 g, with at most three decimals."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        # number
        (
            {"piece_number": "1000000019"},
            "Piece number: Digit 10 of 1000000019 does not match the others.",
        ),
        ({"piece_number": "100000001"}, "Piece number: A piece number has ten digits."),
        ({"piece_number": "0000000000"}, "Piece number: A piece number has ten digits."),
        (
            {"piece_number": ""},
            "Piece number: This is empty, and there is no bar code either.",
        ),
        # name, grade, content
        ({"name": "千足金项链"}, "Name: The name must not contain 千足金."),
        ({"name": "３Ｄ硬金足金项链"}, "Name: The name must not contain 硬金."),
        ({"name": "足金999项链"}, "Name: The name must not contain 999."),
        (
            {"name": "18K金项链"},
            "Name: The name must contain its fineness: 足金 / Au990 / 金990 / 990金.",
        ),
        (
            {"fineness": "760"},
            "Fineness: 760‰ is not a legal grade; legal are 375‰, 585‰, 750‰, 916‰, 990‰.",
        ),
        (
            {"fineness": "300"},
            "Fineness: 300‰ is not a legal grade; legal are 375‰, 585‰, 750‰, 916‰, 990‰.",
        ),
        (
            {"fineness": "1000"},
            "Fineness: 1000‰ is not a legal grade; legal are 375‰, 585‰, 750‰, 916‰, 990‰.",
        ),
        (
            {"fineness": "fine"},
            "Fineness: Enter a fineness from 0.1 to 1000 ‰ with at most one decimal, "
            "or 9K, 14K, 18K, 22K.",
        ),
        # words
        (
            {"category": "crown"},
            "Category: “crown” is not known; known are ring, necklace, pendant, bracelet, "
            "bangle, earrings, other.",
        ),
        (
            {"metal": "白金"},
            "Metal: “白金” is not known; known are Gold, Platinum, Palladium, Silver.",
        ),
        (
            {"pricing": "free"},
            "Pricing: “free” is not known; known are by weight, fixed price.",
        ),
        # weights
        ({"gross_g": "0"}, f"Gross weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "0.000"}, f"Net weight: {WEIGHT_BOUNDS}"),
        ({"gross_g": "-7.41"}, f"Gross weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "-7.41"}, f"Net weight: {WEIGHT_BOUNDS}"),
        ({"gross_g": "5000.001"}, f"Gross weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "74100000"}, f"Net weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "7.4101"}, f"Net weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "1e1"}, f"Net weight: {WEIGHT_BOUNDS}"),
        ({"net_g": "7.42"}, "Net weight: It is heavier than the whole piece."),
        (
            {"net_g": "7.399"},
            "Net weight: 7.410 g without 0.000 g of stones is not 7.399 g.",
        ),
        (
            {"gross_g": "1,960", "net_g": "1.96"},
            "Gross weight: Write the weight with a point and without commas.",
        ),
        # stones
        ({"stone": "钻石"}, "Stone weight: The stone has no weight."),
        ({"color": "D"}, "Stone: There are carats or grades, but no stone."),
        (
            {"stone": "钻石", "stone_ct": "0"},
            "Stone weight: Enter carats from 0.001 to 1,000.",
        ),
        # report
        ({"lab": ""}, "Report number: A report needs its laboratory and its number."),
        ({"certificate": ""}, "Report number: A report needs its laboratory and its number."),
        (
            {"lab": "IGI", "certificate": "LG61234567"},
            "Report number: LG61234567 is not a report number of IGI.",
        ),
        (
            {"certificate": "1.07E+09"},
            "Report number: The spreadsheet has shortened 1.07E+09. Format its column as text.",
        ),
        ({"certificate": "../../etc"}, "Report number: ../../ETC is not a report number of NGTC."),
        # price
        (
            {"labour_per_g": ""},
            "Labour per gram: A piece by weight needs it; 0 when there is none.",
        ),
        (
            {"labour_per_g": "10000.01"},
            "Labour per gram: Enter an amount from ¥0.00 to ¥10,000.00, with at most two decimals.",
        ),
        ({"price": "98"}, "Price: A piece by weight has no price of its own."),
        ({"pricing": "fixed"}, "Price: A piece at a fixed price needs it."),
        ({"pricing": "fixed", "price": "0"}, "Price: A piece at a fixed price needs it."),
        ({"cost": ""}, "Cost: The supplier is kept with the cost, and that is empty."),
        # place and texts
        ({"place": "Z-99"}, "There is no place Z-99 in 国贸店."),
        ({"place": ""}, "Place: This is empty."),
        ({"style": "N" * 31}, "Style: At most 30 characters."),
    ],
)
def test_it_refuses(shop: Shop, changes: dict[str, str], sentence: str) -> None:
    assert sentences(shop, NECKLACE | changes) == (sentence,)


UNPRINTABLE = "This text contains characters that cannot be printed. Please type it again."
BANK_CARD = "This looks like a full bank card number. It must not stand here."


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\u202e", "\ue000", "\n"])
@pytest.mark.parametrize(("column", "label"), [("name", "Name"), ("supplier", "Supplier")])
def test_it_refuses_signs_that_cannot_be_printed(
    shop: Shop, column: str, label: str, sign: str
) -> None:
    cell = f"{NECKLACE[column][:2]}{sign}{NECKLACE[column][2:]}"
    assert sentences(shop, NECKLACE | {column: cell}) == (f"{label}: {UNPRINTABLE}",)


@pytest.mark.parametrize(
    "card", ["4111111111111111", "4111 1111 1111 1111", "４１１１１１１１１１１１１１１１"]
)
def test_it_refuses_a_bank_card_number(shop: Shop, card: str) -> None:
    assert sentences(shop, NECKLACE | {"supplier": card}) == (f"Supplier: {BANK_CARD}",)
    assert sentences(shop, NECKLACE | {"mark": card}) == (f"Mark: {BANK_CARD}",)


def test_it_refuses_a_broken_row_in_all_its_cells(shop: Shop) -> None:
    told = sentences(shop, dict.fromkeys(NECKLACE, "") | {"piece_number": "1000000018"})
    assert told == (
        "Metal: This is empty.",
        "Gross weight: This is empty.",
        "Net weight: This is empty.",
        "Pricing: This is empty.",
        "Style: This is empty.",
        "Name: This is empty.",
        "Category: This is empty.",
        "Place: This is empty.",
    )


def test_it_refuses_a_row_with_more_cells_than_headings(shop: Shop) -> None:
    content = csv_of(NECKLACE).replace(b",B-07", b",B-07,1")
    report = imports.check(store=shop.s01, content=content, by=shop.wang)
    assert report.told[0].sentences == ("This row has more cells than there are headings.",)


def test_it_names_the_row_as_the_spreadsheet_counts_it(shop: Shop) -> None:
    blank = dict.fromkeys(NECKLACE, "")
    rows = [NECKLACE, blank, CHARM | {"place": "Z-99"}]
    report = imports.check(store=shop.s01, content=csv_of(*rows), by=shop.wang)
    assert [(row.row, row.outcome) for row in report.rows] == [(2, "new"), (4, "wrong")]


def test_it_shows_a_wrong_number_as_it_is_written(shop: Shop) -> None:
    content = csv_of(NECKLACE | {"piece_number": "10000\x0000019"})
    assert imports.check(store=shop.s01, content=content, by=shop.wang).rows[0].number == (
        "1000000019"
    )


def test_it_refuses_a_number_twice(shop: Shop) -> None:
    again = CHARM | {"piece_number": NECKLACE["piece_number"]}
    assert sentences(shop, NECKLACE, again) == ("The number 1000000018 stands in row 2 already.",)


def test_it_refuses_a_bar_code_twice(shop: Shop) -> None:
    coded = {"barcode": "6901234567892"}
    assert sentences(shop, NECKLACE | coded, CHARM | coded) == (
        "The bar code 6901234567892 stands in row 2 already.",
    )


def test_it_refuses_a_report_on_two_pieces_of_the_list(shop: Shop) -> None:
    ring = RING | {"certificate": NECKLACE["certificate"]}
    assert sentences(shop, NECKLACE, ring) == (
        "The report NGTC 1072298423 belongs to piece 1000000018 in row 2 already.",
    )


def test_it_takes_both_spellings_of_a_report_for_one(shop: Shop) -> None:
    rows = [
        NECKLACE | {"lab": "IGI", "certificate": "LG612345678"},
        RING | {"lab": "igi", "certificate": "612345678"},
    ]
    assert sentences(shop, *rows) == (
        "The report IGI 612345678 belongs to piece 1000000018 in row 2 already.",
    )


def test_it_refuses_a_report_that_a_piece_in_the_books_has(shop: Shop) -> None:
    imports.write(store=shop.s01, content=csv_of(NECKLACE), by=shop.wang)
    ring = RING | {"certificate": NECKLACE["certificate"]}
    assert sentences(shop, ring) == (
        "The report NGTC 1072298423 belongs to piece 1000000018 already.",
    )


def test_it_refuses_a_bar_code_that_a_piece_in_the_books_has(shop: Shop) -> None:
    shop.charm(number="1000000047", barcode="6901234567892")
    assert sentences(shop, NECKLACE | {"barcode": "6901234567892"}) == (
        "The bar code 6901234567892 belongs to piece 1000000047 already.",
    )


def test_it_refuses_a_number_that_is_the_bar_code_of_another_piece(shop: Shop) -> None:
    shop.charm(number="1000000047", barcode="1000000018")
    assert sentences(shop, NECKLACE) == (
        "The number 1000000018 is the bar code of piece 1000000047.",
    )


def test_it_accepts_stones_within_a_hundredth_of_a_gram(shop: Shop) -> None:
    assert sentences(shop, RING | {"net_g": "1.950"}) == ()
    assert sentences(shop, RING | {"net_g": "1.949"}) == (
        "Net weight: 2.020 g without 0.060 g of stones is not 1.949 g.",
    )


def test_it_takes_a_formula_for_plain_text(shop: Shop) -> None:
    imports.write(store=shop.s01, content=csv_of(NECKLACE | {"supplier": "=1+1"}), by=shop.wang)
    assert Cost.objects.get().supplier == "=1+1"
    assert sentences(shop, CHARM | {"gross_g": "=2+0.59"}) == (f"Gross weight: {WEIGHT_BOUNDS}",)
