"""A price board from a file: whole or not at all, and twice is once."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inventory import price_lists, prices
from inventory.ground import nobody
from inventory.ground.errors import NotAllowed
from inventory.models import MetalPrice, PriceKind, Store, StoreKind
from inventory.price_lists import PriceListWrong
from inventory.prices import PriceOutOfBand
from inventory.tables import ColumnMissing
from tests.cast import Shop
from tests.inventory.lists import DATA, sample

SAMPLE = "metal_prices_sample.csv"
HEADINGS = "metal,fineness,kind,yuan_per_g\n"


def put_up(shop: Shop, lines: str) -> list[MetalPrice]:
    content = (HEADINGS + lines).encode()
    return price_lists.put_up(store=shop.hq, content=content, by=shop.head)


def test_it_works(shop: Shop) -> None:
    rows = price_lists.put_up(store=shop.hq, content=sample(SAMPLE), by=shop.head)
    assert len(rows) == 15 - 7  # seven of them stand on the board of the cast already
    board = prices.current(store=shop.s01, kind=PriceKind.BUYBACK)
    assert board["Au", 9999].cents_per_gram == 93_600
    assert board["Pt", 9500].cents_per_gram == 25_000
    assert {row.store for row in rows} == {shop.hq}


def test_it_changes_nothing_the_second_time(shop: Shop) -> None:
    price_lists.put_up(store=shop.hq, content=sample(SAMPLE), by=shop.head)
    assert price_lists.put_up(store=shop.hq, content=sample(SAMPLE), by=shop.head) == []


def test_it_reads_a_chinese_board(shop: Shop) -> None:
    content = "材质;成色;类型;元/克\n黄金;足金;回购;９２９．５\n".encode("gb18030")
    (row,) = price_lists.put_up(store=shop.hq, content=content, by=shop.head)
    assert (row.metal, row.fineness, row.kind) == ("Au", 9900, PriceKind.BUYBACK)
    assert row.cents_per_gram == 92_950


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "Cu,999,sell,80",
            "Row 3: Metal: “Cu” is not known; known are Gold, Platinum, Palladium, Silver.",
        ),
        ("Au,750,lend,80", "Row 3: Kind: “lend” is not known; known are sell, exchange, buy-back."),
        (
            "Au,750,sell,0",
            "Row 3: Yuan per gram: Enter an amount from ¥0.01 to ¥100,000.00, "
            "with at most two decimals.",
        ),
        ("Au,,sell,880", "Row 3: Fineness: This is empty."),
        ("Au,999,sell,1180", "Row 3: This price stands in another row too."),
    ],
)
def test_it_refuses_the_whole_board_for_one_wrong_row(shop: Shop, line: str, sentence: str) -> None:
    before = MetalPrice.objects.count()
    with pytest.raises(PriceListWrong) as refused:
        put_up(shop, f"Au,999,sell,1179\n{line}\n")
    assert refused.value.sentences == [sentence]
    assert MetalPrice.objects.count() == before


def test_it_refuses_a_file_without_prices(shop: Shop) -> None:
    with pytest.raises(ColumnMissing, match="Yuan per gram"):
        price_lists.put_up(store=shop.hq, content=b"metal,fineness,kind\n", by=shop.head)


def test_it_refuses_who_may_not(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        price_lists.put_up(store=shop.hq, content=sample(SAMPLE), by=shop.wang)
    with pytest.raises(NotAllowed):
        price_lists.put_up(store=shop.s01, content=sample(SAMPLE), by=shop.lin)


def test_it_keeps_a_store_within_the_band_of_head_office(shop: Shop) -> None:
    content = f"{HEADINGS}Au,999,sell,2000\n".encode()
    with pytest.raises(PriceOutOfBand):
        price_lists.put_up(store=shop.s01, content=content, by=shop.wang)


# --- the command


def run(*arguments: object) -> str:
    said = StringIO()
    call_command("import_prices", *map(str, arguments), stdout=said, stderr=StringIO())
    return said.getvalue()


def test_the_command_puts_up_the_board_of_head_office(shop: Shop) -> None:
    assert run(DATA / SAMPLE) == "8 new prices on the board of 总部.\n"
    assert MetalPrice.objects.latest("pk").change.by == nobody.system()
    assert run(DATA / SAMPLE) == "0 new prices on the board of 总部.\n"


def test_the_command_puts_up_the_board_of_one_store(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text(f"{HEADINGS}Au,999,sell,1180\n")
    run(file, "--store", "S01")
    assert prices.row_for(store=shop.s01, metal="Au", fineness=9990).cents_per_gram == 118_000
    assert prices.row_for(store=shop.s02, metal="Au", fineness=9990).cents_per_gram == 117_700


def test_the_command_says_what_is_wrong(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text(f"{HEADINGS}Au,999,sell,0\n")
    with pytest.raises(CommandError, match="1 thing is wrong with this price list"):
        run(file)
    with pytest.raises(CommandError, match="no such store"):
        run(file, "--store", "S99")
    with pytest.raises(CommandError, match=r"missing\.csv"):
        run(tmp_path / "missing.csv")


def test_the_command_needs_a_head_office(db: None) -> None:
    assert not Store.objects.filter(kind=StoreKind.HEAD_OFFICE).exists()
    with pytest.raises(CommandError, match="no such store"):
        run(DATA / SAMPLE)
