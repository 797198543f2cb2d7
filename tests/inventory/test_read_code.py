"""Whatever a scanner or a hand delivers is told apart, and never repaired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import codes
from inventory.ground.codes import Code, CodeKind

CARD = "12345678901234567888"
PIECE = "1234567894"


@pytest.mark.parametrize(
    "text",
    [
        PIECE,
        "1234 5678 94",
        "1234-5678-94",
        "123456789 4",
        "１２３４５６７８９４",
        "１２３４　５６７８　９４",
        f"  {PIECE}\r\n",
        f"\ufeff{PIECE}\u200b",
        "1234\u00a05678\u00a094",
        f"]C0{PIECE}",
        f"\t{PIECE}\t",
    ],
)
def test_it_reads_a_piece(text: str) -> None:
    assert codes.read(text) == Code(CodeKind.PIECE, PIECE)


@pytest.mark.parametrize(
    "number",
    [
        *("1000028783", "1000009683", "1000017387", "1000019996", "1000001834", "1000017412"),
        *("1000024366", "1000023274", "1000017311", "1000008256", "1000026552", "1000008978"),
    ],
)
def test_it_reads_the_pieces_of_a_supplier(number: str) -> None:
    assert codes.read(number) == Code(CodeKind.PIECE, number)


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "1234 5678 9012 3456 7888",
        "1234-5678-9012-3456-7888",
        "１２３４５６７８９０１２３４５６７８８８",
        f"https://shop.example/w/{CARD}",
        f"HTTPS://SHOP.EXAMPLE/W/{CARD}",
        f"HtTpS://shop.example:8000/W/{CARD}/",
        f"https://shop.example/w/{CARD}?from=tag#top",
        f"/w/{CARD}",
        f"ｈｔｔｐｓ：／／shop.example／ｗ／{CARD}",
    ],
)
def test_it_reads_a_card(text: str) -> None:
    assert codes.read(text) == Code(CodeKind.CARD, CARD)


@pytest.mark.parametrize("number", ["1234567893", "1234567849", "2134567894", "0000000031"])
def test_it_tells_that_the_tenth_digit_of_a_piece_does_not_match(number: str) -> None:
    assert codes.read(number) == Code(CodeKind.PIECE, number, wrong_digit=10)


@pytest.mark.parametrize(
    "number",
    [
        "84017392056612843770",
        "84017392056612834707",
        "84017392056612843706",
        "48017392056612843707",
        "84017392056612808399",  # an alias of 02
    ],
)
def test_it_tells_that_the_check_digits_of_a_card_do_not_match(number: str) -> None:
    assert codes.read(number) == Code(CodeKind.CARD, number, wrong_digit=19)
    assert codes.read(f"https://shop.example/w/{number}").wrong_digit == 19


@pytest.mark.parametrize(
    "text",
    [
        "S01-S261121-0003",
        "s01-s261121-0003",
        "Ｓ０１－Ｗ２６１１２１－０００３",
        "N01-O261121-12345",
    ],
)
def test_it_reads_a_document(text: str) -> None:
    code = codes.read(text)
    assert code == Code(CodeKind.DOCUMENT, codes.half_width(text).upper())


@pytest.mark.parametrize("text", ["S01-X261121-0003", "S01-S26112-0003", "S01-S261121-003"])
def test_it_takes_no_other_number_for_a_document(text: str) -> None:
    assert codes.read(text) == Code(CodeKind.FOREIGN, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6901234567892", "6901234567892"),
        ("690 1234 567892", "6901234567892"),
        ("JW-7K2M9QXT", "JW-7K2M9QXT"),  # a hyphen between letters belongs to the code
        ("jw-7k2m9qxt", "JW-7K2M9QXT"),
        ("12-34", "1234"),
        ("010690123456789221A1B2C3", "010690123456789221A1B2C3"),
        ("(01)06901234567892(21)A1B2C3", "(01)06901234567892(21)A1B2C3"),
        ("]C1\x1d010690123456789210AB\x1d21C3", "010690123456789210AB21C3"),
        ("]d2010690123456789221A1B2C3", "010690123456789221A1B2C3"),
        ("8401739205661284370", "8401739205661284370"),  # 19 digits
        ("123456789", "123456789"),
        ("https://evil.example/x/12345678901234567888", "HTTPS://EVIL.EXAMPLE/X/" + CARD),
        (f"{CARD}%0a", f"{CARD}%0A"),
        ("123456789०", "123456789०"),  # a digit of another script is not read as ours
        ("123456789O", "123456789O"),
        ("A" * 100, "A" * 100),
    ],
)
def test_it_keeps_a_foreign_code_as_it_is(text: str, value: str) -> None:
    assert codes.read(text) == Code(CodeKind.FOREIGN, value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\r\n", "\x1d", "]C1", "0000000000", "00 0000 0000"),
        *("12345\x0067894", "12345\x1b67894", "\u202e4987654321", "12345\u200d67894"),
        *("A" * 101, "1" * 4_096, "\ud800", "\ue000", "AB\tCD"),
    ],
)
def test_it_calls_the_rest_unreadable(text: str) -> None:
    assert codes.read(text) == Code(CodeKind.UNREADABLE, "")


@pytest.mark.parametrize("between", ["", " ", "\r", "\n", "\t", "\x1d", "-"])
def test_it_never_takes_two_glued_scans_for_a_piece(between: str) -> None:
    code = codes.read(f"{PIECE}{between}{PIECE}")
    assert code.kind is not CodeKind.PIECE
    assert code.kind is not CodeKind.CARD or code.wrong_digit == 19


@given(st.text(max_size=120))
def test_it_answers_any_text_and_reads_its_own_answer_again(text: str) -> None:
    code = codes.read(text)
    assert code.value.isprintable()
    if code.kind is not CodeKind.UNREADABLE:
        assert codes.read(code.value) == code
