"""A list of pieces goes into the books whole or not at all, and twice is once."""

import csv

import pytest
from django.db import IntegrityError

from inventory import imports
from inventory.ground import codes, nobody
from inventory.ground.errors import NotAllowed
from inventory.imports import ImportHasErrors, NothingListed
from inventory.models import Change, LabourKind, Movement, Piece, Pricing, State, Style
from tests.cast import Shop
from tests.inventory.lists import (
    CHARM,
    NECKLACE,
    RING,
    csv_of,
    sample,
    workbook_of,
)


def bring_in(shop: Shop, *rows: dict[str, str]) -> imports.Report:
    return imports.write(store=shop.s01, content=csv_of(*rows), by=shop.wang)


def test_it_works(shop: Shop) -> None:
    report = bring_in(shop, NECKLACE, RING, CHARM)
    assert (report.new, report.known, report.wrong, report.told) == (3, 0, 0, [])
    ring = Piece.objects.get(number="1000000026")
    assert (ring.state, ring.place, ring.style.code) == (
        State.ON_SALE,
        shop.tray("A-09"),
        "D0308",
    )
    assert (ring.grade, ring.content, ring.mark) == (7500, None, "G18K")
    assert (ring.gross_mg, ring.net_mg, ring.price_cents) == (2020, 1960, 757_200)
    stone = ring.stones.get()
    assert (stone.kind, stone.weight_mct, stone.main) == ("diamond", 300, True)
    assert (stone.color, stone.clarity, stone.cut) == ("D", "VS2", "EX")
    report_of_ring = ring.certificates.get()
    assert (report_of_ring.lab, report_of_ring.number) == ("NGTC", "7115469434")
    assert (ring.cost.cents, ring.cost.supplier) == (393_700, "S09")


def test_it_keeps_grade_content_and_labour_of_a_piece_by_weight(shop: Shop) -> None:
    bring_in(shop, NECKLACE | {"fineness": "999.9"})
    piece = Piece.objects.get(number="1000000018")
    assert (piece.grade, piece.content, piece.pricing) == (9900, 9999, Pricing.WEIGHT)
    assert (piece.labour_kind, piece.labour_value) == (LabourKind.PER_GRAM, 3_800)
    assert piece.price_cents is None


@pytest.mark.parametrize(
    ("fineness", "content"), [("999", 9990), ("990", None), ("足金", None), ("９９９", 9990)]
)
def test_it_tells_grade_from_content(shop: Shop, fineness: str, content: int | None) -> None:
    bring_in(shop, NECKLACE | {"fineness": fineness})
    piece = Piece.objects.get(number="1000000018")
    assert (piece.grade, piece.content) == (9900, content)


def test_it_writes_every_piece_into_the_chain(shop: Shop) -> None:
    bring_in(shop, NECKLACE, CHARM)
    moved = Movement.objects.filter(piece__number="1000000018").order_by("change__seq")
    assert [(each.old, each.new) for each in moved] == [("", "received"), ("received", "on_sale")]
    assert {each.change.by for each in moved} == {shop.wang}
    chain = Change.objects.filter(store=shop.s01).order_by("seq").values_list("seq", flat=True)
    assert list(chain) == list(range(1, len(chain) + 1))


def test_it_counts_pieces_and_grams_by_class(shop: Shop) -> None:
    report = bring_in(shop, NECKLACE, RING, CHARM)
    counted = [(of.grade, pieces, mg) for of, pieces, mg in report.brought.classes]
    assert counted == [(9900, 1, 7410), (7500, 1, 1960), (9250, 1, 2590)]


def test_it_leaves_a_piece_without_its_report_off_the_counter(shop: Shop) -> None:
    report = bring_in(shop, NECKLACE | {"lab": "", "certificate": ""})
    (row,) = report.told
    assert row.sentences == ("Received, not on sale: no laboratory report.",)
    assert report.waiting == 1
    assert Piece.objects.get(number="1000000018").state == State.RECEIVED


def test_it_makes_styles_that_demand_a_report_unless_all_is_silver(shop: Shop) -> None:
    gilded = CHARM | NECKLACE | {"style": "S0069", "piece_number": "1000000018"}
    bring_in(shop, CHARM, CHARM | {"piece_number": "1000000047", "style": "S0070"}, gilded)
    demands = dict(Style.objects.values_list("code", "report_required"))
    assert (demands["S0069"], demands["S0070"]) == (True, False)
    assert Piece.objects.get(number="1000000039").state == State.RECEIVED


def test_it_uses_a_style_that_is_there_already(shop: Shop) -> None:
    Style.objects.create(code="S0069", name="银饰", category="other", report_required=True)
    bring_in(shop, CHARM)
    assert Piece.objects.get(number="1000000039").state == State.RECEIVED
    assert Style.objects.get(code="S0069").name == "银饰"


# --- the samples


def test_it_reads_the_sample_of_a_chinese_shop(shop: Shop) -> None:
    content = sample("pieces_sample_gb18030.csv")
    report = imports.write(store=shop.s01, content=content, by=shop.wang)
    assert (report.new, report.wrong, report.waiting, report.unused) == (400, 0, 0, ())
    assert Piece.objects.filter(store=shop.s01, state=State.ON_SALE).count() == 400
    assert Piece.objects.get(number="1000009683").stones.get().kind == "diamond"
    assert (
        report.brought.line
        == imports.check(store=shop.s01, content=content, by=shop.wang).listed.line
    )


def test_it_finds_the_same_pieces_in_utf_8_and_in_a_workbook(shop: Shop) -> None:
    chinese = sample("pieces_sample_gb18030.csv")
    imports.write(store=shop.s01, content=chinese, by=shop.wang)
    text = chinese.decode("gb18030")
    for content in (text.encode("utf-8-sig"), workbook_of(*csv.DictReader(text.splitlines()))):
        report = imports.write(store=shop.s01, content=content, by=shop.wang)
        assert (report.new, report.known, report.wrong) == (0, 400, 0)


# --- whole or not at all, and twice is once


def test_it_writes_nothing_when_one_row_is_wrong(shop: Shop) -> None:
    before = Change.objects.count()
    with pytest.raises(ImportHasErrors) as refused:
        bring_in(shop, NECKLACE, RING | {"place": "Z-99"}, CHARM)
    assert refused.value.code == "import_has_errors"
    assert str(refused.value) == "1 row is wrong. Nothing was saved."
    assert refused.value.extra["rows"] == [3]
    assert not Piece.objects.exists()
    assert not Style.objects.exists()
    assert Change.objects.count() == before


def test_it_writes_nothing_while_it_checks(shop: Shop) -> None:
    report = imports.check(store=shop.s01, content=csv_of(NECKLACE, CHARM), by=shop.wang)
    assert report.new == 2
    assert not Piece.objects.exists()


def test_it_does_nothing_the_second_time(shop: Shop) -> None:
    bring_in(shop, NECKLACE, RING, CHARM)
    before = Change.objects.count()
    report = bring_in(shop, NECKLACE, RING, CHARM)
    assert (report.new, report.known, report.wrong) == (0, 3, 0)
    assert (report.brought.pieces, report.listed.pieces) == (0, 3)
    assert Change.objects.count() == before


def test_it_knows_a_piece_that_was_sold_since(shop: Shop) -> None:
    bring_in(shop, NECKLACE)
    shop.sell(Piece.objects.get(number="1000000018"))
    assert bring_in(shop, NECKLACE).known == 1


def test_it_says_nothing_about_what_a_list_leaves_empty(shop: Shop) -> None:
    bring_in(shop, RING)
    shorter = {name: RING[name] for name in RING if name not in {"cost", "supplier", "lab"}}
    shorter |= {"certificate": "", "ring_size": "", "mark": ""}
    assert bring_in(shop, shorter).known == 1


@pytest.mark.parametrize(("head", "said"), [("定制", "是"), ("made_to_order", "yes")])
def test_it_marks_what_was_made_to_order(shop: Shop, head: str, said: str) -> None:
    ordered, plain = RING | {head: said}, CHARM | {head: ""}
    bring_in(shop, ordered, plain)
    marked = Piece.objects.filter(made_to_order=True)
    assert [piece.number for piece in marked] == [RING["piece_number"]]
    assert bring_in(shop, RING).known == 1  # a list without the column says nothing about it
    other = csv_of(ordered | {head: "no"}, plain | {head: "maybe"})
    told = [
        row.sentences for row in imports.check(store=shop.s01, content=other, by=shop.wang).told
    ]
    assert told == [
        ("Made to order: the list says no, the books say yes.",),
        ("Made to order: “maybe” is not known; write yes or no.",),
    ]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("style", "D0309", "Style: the list says D0309, the books say D0308."),
        ("category", "other", "Category: the list says other, the books say ring."),
        ("price", "7573", "Price: the list says ¥7,573.00, the books say ¥7,572.00."),
        ("gross_g", "2.021", "Gross weight: the list says 2.021 g, the books say 2.020 g."),
        ("ring_size", "16", "Ring size: the list says 16, the books say 15."),
        ("clarity", "VS1", "Clarity: the list says VS1, the books say VS2."),
        ("stone_ct", "0.301", "Stone weight: the list says 0.301 ct, the books say 0.300 ct."),
        (
            "certificate",
            "7115469435",
            "Report number: the list says NGTC 7115469435, the books say NGTC 7115469434.",
        ),
    ],
)
def test_it_says_what_differs_from_the_books(
    shop: Shop, column: str, value: str, sentence: str
) -> None:
    bring_in(shop, RING)
    report = imports.check(store=shop.s01, content=csv_of(RING | {column: value}), by=shop.wang)
    assert (report.wrong, report.told[0].sentences) == (1, (sentence,))


def test_it_tells_a_cost_only_to_who_may_see_it(shop: Shop) -> None:
    bring_in(shop, RING)
    dearer = csv_of(RING | {"cost": "4000"})
    told = imports.check(store=shop.s01, content=dearer, by=shop.head).told[0].sentences
    assert told == ("Cost: the list says ¥4,000.00, the books say ¥3,937.00.",)
    told = imports.check(store=shop.s01, content=dearer, by=shop.wang).told[0].sentences
    assert told == ("Something differs that your role does not show. Ask head office.",)


# --- numbers of our own and foreign bar codes


def foreign(row: dict[str, str], code: str) -> dict[str, str]:
    """The row with a bar code where our number stood."""
    return {"条码": code} | {name: row[name] for name in row if name != "piece_number"}


def test_it_takes_the_column_of_bar_codes_for_our_numbers(shop: Shop) -> None:
    bring_in(shop, foreign(RING, "1000000026"))
    assert Piece.objects.get().number == "1000000026"
    assert Piece.objects.get().barcode is None


def test_it_gives_a_number_to_a_piece_with_a_foreign_bar_code(shop: Shop) -> None:
    bring_in(shop, NECKLACE)
    report = bring_in(shop, foreign(RING, "6901234567892"), foreign(CHARM, "ab-17"))
    numbers = [codes.piece_number("100000002"), codes.piece_number("100000003")]
    assert [row.number for row in report.rows] == numbers
    assert Piece.objects.get(number=numbers[0]).barcode == "6901234567892"
    assert Piece.objects.get(number=numbers[1]).barcode == "AB-17"


def test_it_knows_a_foreign_bar_code_again(shop: Shop) -> None:
    bring_in(shop, foreign(RING, "6901234567892"))
    assert bring_in(shop, foreign(RING, "6901234567892")).known == 1


def test_it_never_issues_a_number_that_is_a_bar_code(shop: Shop) -> None:
    bring_in(shop, NECKLACE)
    shop.charm(number="0000000013", barcode=codes.piece_number("100000002"))
    report = bring_in(shop, foreign(RING, "6901234567892"))
    assert report.rows[0].number == codes.piece_number("100000003")


def test_it_takes_ten_foreign_digits_for_a_bar_code_when_most_are_foreign(shop: Shop) -> None:
    # the first passes our check by chance, as every tenth does
    given = ["1000000026", "1000000010", "1000000011"]
    bring_in(shop, *map(foreign, [RING, CHARM, NECKLACE], given))
    assert set(Piece.objects.values_list("barcode", flat=True)) == set(given)


def test_it_finds_a_wrong_digit_among_our_numbers_in_the_column_of_bar_codes(shop: Shop) -> None:
    rows = [foreign(RING, "1000000026"), foreign(CHARM, "1000000035")]
    report = imports.check(store=shop.s01, content=csv_of(*rows), by=shop.wang)
    assert report.told[0].sentences == (
        "Bar code: Digit 10 of 1000000035 does not match the others.",
    )


# --- who, and what the database says


@pytest.mark.parametrize("username", ["lin", "chen", "sun"])
def test_it_refuses_who_may_not(shop: Shop, username: str) -> None:
    with pytest.raises(NotAllowed):
        imports.write(store=shop.s01, content=csv_of(NECKLACE), by=shop.people[username])


def test_it_refuses_a_manager_of_another_store(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        imports.write(store=shop.s02, content=csv_of(NECKLACE), by=shop.wang)


def test_it_lets_the_machine_do_it(shop: Shop) -> None:
    assert imports.write(store=shop.s01, content=csv_of(NECKLACE), by=nobody.system()).new == 1


def test_it_refuses_a_file_of_headings_only(shop: Shop) -> None:
    with pytest.raises(NothingListed):
        imports.check(store=shop.s01, content=csv_of(NECKLACE).splitlines()[0], by=shop.wang)


def test_it_takes_a_constant_number_of_questions(
    shop: Shop, django_assert_max_num_queries: object
) -> None:
    content = sample("pieces_sample_gb18030.csv")
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # because: pytest-django has no type for it
        imports.check(store=shop.s01, content=content, by=shop.wang)


def test_two_stores_never_share_a_number(shop: Shop) -> None:
    bring_in(shop, NECKLACE)
    listing = csv_of(NECKLACE | {"place": "A-01"})
    report = imports.check(store=shop.s02, content=listing, by=shop.head)
    assert "Another store has a piece with this number already." in report.told[0].sentences
    with pytest.raises(IntegrityError):
        shop.piece(number="1000000018", store=shop.s02)
