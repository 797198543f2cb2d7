"""Codes as they come: raw and first, answered with nothing that tells what was expected."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from inventory import stocktake_reads, stocktakes
from inventory.ground.errors import NotAllowed
from inventory.models import Piece, Stocktake, StocktakeRead
from inventory.stocktake_reads import (
    MOST_LINES,
    MOST_READS,
    Answer,
    BadFile,
    PlaceNotInScope,
    Read,
    TooManyReads,
)
from inventory.stocktake_spots import PlaceHandedIn
from inventory.stocktake_states import StocktakeOver
from tests import stocktakes as counts
from tests.cast import Shop

TAG = "3034257BF7194E4000001A85"
NONSENSE = (
    "", " ", "\x00", "\ud800", "\x1d", "0000000000", "1" * 101, "\u200b", "\n", "\x7f",
    "\u202e1234", "ŉ" * 100, "\ufffe",
)  # fmt: skip


@pytest.fixture
def stocktake(shop: Shop) -> Stocktake:
    return counts.opened(shop, "A-01", "A-02")


def kept(stocktake: Stocktake) -> int:
    return StocktakeRead.objects.filter(stocktake=stocktake).count()


def test_a_piece_is_read_by_its_number_its_bar_code_and_its_tag(
    shop: Shop, stocktake: Stocktake
) -> None:
    ring = shop.ring(barcode="6901234567892", epc=TAG)
    spellings = [ring.number, "６９０１２３４５６７８９２", f" {TAG.lower()} ", f"]C1{ring.number}"]
    for text in spellings:
        (answer, *again) = counts.read(stocktake, "A-01", [text, *spellings], by=shop.lin)
        assert answer == ("read" if text == ring.number else "repeated")
        assert set(again) == {"repeated"}
    (row,) = StocktakeRead.objects.filter(stocktake=stocktake)
    assert (row.piece, row.key, row.code, row.means) == (ring, ring.number, ring.number, "scanner")


def test_a_bar_code_wins_over_a_number_of_ours(shop: Shop, stocktake: Stocktake) -> None:
    named = shop.ring()
    coded = shop.ring(barcode=named.number)
    counts.read(stocktake, "A-01", [named.number], by=shop.lin)
    assert StocktakeRead.objects.get(stocktake=stocktake).piece == coded


def test_the_answers_tell_nothing_of_what_is_expected(shop: Shop, stocktake: Stocktake) -> None:
    here, there = shop.ring(), shop.ring(place=shop.tray("A-02"))
    sold, elsewhere = shop.ring(), shop.ring(store=shop.s02)
    shop.sell(sold)
    told = counts.read(stocktake, "A-01", [here, there, sold, elsewhere], by=shop.lin)
    assert told == ["read"] * 4


def test_sending_reads_again_changes_nothing(shop: Shop, stocktake: Stocktake) -> None:
    rows = [shop.ring() for _each in range(3)]
    assert counts.read(stocktake, "A-01", rows, by=shop.lin) == ["read"] * 3
    before = list(StocktakeRead.objects.values())
    assert counts.read(stocktake, "A-01", rows, by=shop.zhao) == ["repeated"] * 3
    assert list(StocktakeRead.objects.values()) == before
    assert counts.read(stocktake, "A-02", rows[:1], by=shop.lin) == ["read"]
    assert counts.read(stocktake, "", rows, by=shop.lin, means="rfid") == ["read"] * 3
    assert counts.read(stocktake, "", rows, by=shop.lin, means="rfid") == ["repeated"] * 3


def test_nonsense_is_kept_and_answered(shop: Shop, stocktake: Stocktake) -> None:
    told = counts.read(stocktake, "A-01", NONSENSE, by=shop.lin)
    assert set(told) <= {Answer.UNREADABLE, Answer.UNKNOWN}
    assert told.count(Answer.UNREADABLE) >= 10
    again = counts.read(stocktake, "A-01", NONSENSE, by=shop.lin)
    assert set(again) <= {Answer.UNREADABLE, Answer.REPEATED}
    assert kept(stocktake) <= len(NONSENSE)


def test_ten_thousand_reads_half_of_them_nonsense(shop: Shop, stocktake: Stocktake) -> None:
    ring = shop.ring()
    texts = [f"X{number}" for number in range(4_999)] + [ring.number] + ["\x00"] * 5_000
    told = counts.read(stocktake, "A-01", texts, by=shop.lin)
    assert told.count(Answer.UNKNOWN) == 4_999
    assert told.count(Answer.UNREADABLE) == 5_000
    assert told[4_999] == Answer.READ
    assert kept(stocktake) == 5_001


def test_a_number_that_was_typed_wrong_is_typed_again(shop: Shop, stocktake: Stocktake) -> None:
    ring = shop.ring()
    wrong = ring.number[:-1] + str((int(ring.number[-1]) + 1) % 10)
    assert counts.read(stocktake, "A-01", [wrong], by=shop.lin, means="typed") == ["unreadable"]
    assert counts.read(stocktake, "A-02", [wrong], by=shop.lin) == ["unknown"]


def test_it_keeps_when_it_was_read_and_when_it_came(shop: Shop, stocktake: Stocktake) -> None:
    ring, other, now = shop.ring(), shop.ring(), timezone.now()
    reads = [
        Read(ring.number, "A-01", now - timedelta(hours=1)),
        Read(other.number, "A-01", now + timedelta(days=400)),
    ]
    stocktake_reads.take_in(stocktake=stocktake, reads=reads, by=shop.lin)
    first, second = StocktakeRead.objects.order_by("pk")
    assert first.read_at == now - timedelta(hours=1)
    assert second.read_at < now + timedelta(days=2)
    assert first.at == second.at >= now


def test_it_refuses_places_that_are_not_counted(shop: Shop, stocktake: Stocktake) -> None:
    ring = shop.ring()
    for code in ("B-01", "Z-99", "a-01"):
        with pytest.raises(PlaceNotInScope):
            counts.read(stocktake, code, [ring], by=shop.lin)
    counts.count(stocktake, "A-01", [ring], by=shop.lin)
    with pytest.raises(PlaceHandedIn):
        counts.read(stocktake, "A-01", [ring], by=shop.lin)
    assert kept(stocktake) == 1


def test_it_refuses_more_than_it_takes_at_once(shop: Shop, stocktake: Stocktake) -> None:
    with pytest.raises(TooManyReads):
        counts.read(stocktake, "A-01", ["X"] * (MOST_READS + 1), by=shop.lin)
    assert counts.read(stocktake, "A-01", [], by=shop.lin) == []


def test_it_refuses_reads_of_a_stocktake_that_is_over(shop: Shop) -> None:
    ring = shop.ring()
    sheet = counts.published(shop, "A-01")
    with pytest.raises(StocktakeOver):
        counts.read(sheet.stocktake, "A-01", [ring], by=shop.lin)
    assert kept(sheet.stocktake) == 1


def test_it_refuses_who_may_not_count(shop: Shop, stocktake: Stocktake) -> None:
    for person in (shop.qian, shop.sun, shop.gao):
        with pytest.raises(NotAllowed):
            counts.read(stocktake, "A-01", ["X"], by=person)


def test_a_read_is_never_changed_and_never_taken_away(shop: Shop, stocktake: Stocktake) -> None:
    counts.read(stocktake, "A-01", [shop.ring()], by=shop.lin)
    for statement in (
        "UPDATE inventory_stocktakeread SET round = 7",
        "DELETE FROM inventory_stocktakeread",
    ):
        refused = pytest.raises(DatabaseError, match="written once")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- a list of codes


def test_it_takes_a_list_of_tags(shop: Shop, stocktake: Stocktake) -> None:
    ring, chain = shop.ring(epc=TAG), shop.piece()
    listed = f'\ufeff{TAG}\r\n"{chain.number}";1;12:00\r\n\r\n{TAG.lower()}\r\nE200\r\n'
    told = stocktake_reads.take_in_file(
        stocktake=stocktake, content=listed.encode(), place="", by=shop.lin
    )
    assert told == {"read": 2, "repeated": 1, "unknown": 1, "unreadable": 0}
    rows = StocktakeRead.objects.filter(stocktake=stocktake, piece__isnull=False)
    assert {row.piece for row in rows} == {ring, chain}
    assert {(row.place, row.means) for row in rows} == {(None, "file")}


@pytest.mark.parametrize(
    "content", [b"", b"\r\n\r\n", b"\x00\x01\x02", b"PK\x03\x04\x00", b"\n" * 10, b"x" * 9_000_000]
)
def test_it_refuses_a_file_that_is_no_list(
    shop: Shop, stocktake: Stocktake, content: bytes
) -> None:
    with pytest.raises(BadFile):
        stocktake_reads.take_in_file(
            stocktake=stocktake, content=content, place="A-01", by=shop.lin
        )
    assert kept(stocktake) == 0


def test_it_takes_a_file_of_nonsense_as_what_it_is(shop: Shop, stocktake: Stocktake) -> None:
    content = bytes(range(1, 256)) * 20
    told = stocktake_reads.take_in_file(
        stocktake=stocktake, content=content, place="A-01", by=shop.lin
    )
    assert told[Answer.READ] == 0
    with pytest.raises(TooManyReads):
        stocktake_reads.take_in_file(
            stocktake=stocktake, content=b"1\n" * (MOST_LINES + 1), place="A-01", by=shop.lin
        )


def test_two_stocktakes_read_the_same_piece(shop: Shop, stocktake: Stocktake) -> None:
    ring = shop.ring()
    other = stocktakes.begin(store=shop.s01, kind="spot", places=[shop.tray("B-01")], by=shop.wang)
    assert counts.read(stocktake, "A-01", [ring], by=shop.lin) == ["read"]
    assert counts.read(other, "B-01", [ring], by=shop.lin) == ["read"]
    assert Piece.objects.filter(pk=ring.pk).exists()
