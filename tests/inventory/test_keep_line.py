"""A line of text is kept composed, trimmed and printable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground.codes import Unprintable, one_line


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Lin", "Lin"),
        ("  Lin Mei ", "Lin Mei"),
        ("Lin Mei\r\n", "Lin Mei"),
        ("王小明", "王小明"),
        ("\u3000王小明\u3000", "王小明"),
        ("𠮷田", "𠮷田"),  # four bytes
        ("Andre\u0301", "André"),  # twins are one name
        ("\U0003347f", "\U0003347f"),  # newer than Python's table
        ("", ""),
    ],
)
def test_it_keeps_a_line(text: str, kept: str) -> None:
    assert one_line(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        *("a\x00b", "a\nb", "a\tb", "a\x1bb", "a\x7fb", "王\x00", "王\r明", "a\u0085b"),
        *(
            "a\u202eb",
            "a\u200bb",
            "a\u200db",
            "\ufeff王",
            "\ud800",
            "\ue000",
            "a\u2028b",
            "a\u2029b",
        ),
    ],
)
def test_it_refuses_a_line_that_cannot_be_printed(text: str) -> None:
    with pytest.raises(Unprintable) as refusal:
        one_line(text)
    assert (refusal.value.code, refusal.value.status) == ("unprintable", 422)


@given(st.text())
def test_it_changes_a_kept_line_no_more(text: str) -> None:
    try:
        kept = one_line(text)
    except Unprintable:
        return
    assert one_line(kept) == kept
