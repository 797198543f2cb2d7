"""A dealer orders by a list: what is wrong is told by row, and nothing is ordered from it."""

from datetime import date

import pytest

from counter.models import StyleOffer
from counter.showroom import dealer_lists, offers
from counter.showroom.dealer_lists import EmptyList, ListWrong, LongList
from counter.showroom.offers import Offer
from inventory.models import Category, Style
from inventory.tables import ColumnMissing
from tests.cast import Shop

TODAY = date(2026, 11, 23)
HEAD = "款号,材质,成色,手寸,件数,刻字\n"


@pytest.fixture
def ring(shop: Shop) -> StyleOffer:
    style = Style.objects.create(code="R100", name="素圈戒指", category=Category.RING)
    told = Offer(
        metals=[("Au", 7500, 3_200), ("Pt", 9500, 4_100)],
        labour_cents=48_000,
        ring_from=10 * 4,
        ring_to=20 * 4,
        engraving_most=8,
    )
    return offers.put(style=style, offer=told, by=shop.head)


def read(text: str, *, encoding: str = "utf-8") -> list[tuple[str, int, str, str, int]]:
    lines = dealer_lists.read((HEAD + text).encode(encoding), day=TODAY)
    return [(line.metal, line.grade, line.ring_size, line.engraving, line.pieces) for line in lines]


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_rows_that_wish_for_the_same_become_one_line(encoding: str) -> None:
    rows = "R100,金,750,12,3,\nr100,铂,950,14,1,\nR100,金,750,12,2,\nR100,金,750,12,1,永恒\n"
    assert read(rows, encoding=encoding) == [
        ("Au", 7500, "12", "", 5),
        ("Pt", 9500, "14", "", 1),
        ("Au", 7500, "12", "永恒", 1),
    ]


@pytest.mark.usefixtures("ring")
def test_every_wrong_row_is_told_with_its_number() -> None:
    good, bad = "R100,金,750,12,1,\n", "X9,金,750,12,1,\n"
    rows = f"{bad}{good}R100,金,750,33,1,\nR100,金,750,12,zwei,\n,金,750,12,1,\n"
    with pytest.raises(ListWrong) as refused:
        read(rows)
    assert refused.value.extra["rows"] == [2, 4, 5, 6]
    assert [sentence.split(":")[0] for sentence in refused.value.sentences] == [
        "Row 2",
        "Row 4",
        "Row 5",
        "Row 6",
    ]


def test_a_list_without_rows_or_with_too_many_is_refused(ring: StyleOffer) -> None:
    with pytest.raises(EmptyList):
        read("")
    with pytest.raises(LongList):
        read("".join(f"R100,金,750,12,1,{n}\n" for n in range(201)))
    with pytest.raises(ColumnMissing):
        dealer_lists.read("款号,材质,成色\nR100,金,750\n".encode(), day=TODAY)
