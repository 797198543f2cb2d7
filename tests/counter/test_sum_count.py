"""What has been counted so far: the sum after a scan and the sum of the whole page are one."""

import re

import pytest

from counter import counting, scans, sheets
from counter.models import Handover, HandoverKind
from inventory import pieces, transfers
from inventory.ground import changes
from inventory.models import Piece
from tests import sheets as hands
from tests.cast import Shop

FOOT = re.compile(r'<footer id="counted-so-far".*?</footer>', re.DOTALL)


@pytest.fixture
def goods(shop: Shop) -> list[Piece]:
    """Two necklaces and a ring in A-01."""
    return [shop.piece(), shop.piece(), shop.ring()]


@pytest.fixture
def sheet(shop: Shop, goods: list[Piece]) -> Handover:
    handover = hands.begin(shop, HandoverKind.CHANGE)
    tray = sheets.tray_for(shop.lin, handover.number, "A-01")
    counting.open_tray(tray=tray, by=shop.lin)
    return handover


def scan(shop: Shop, sheet: Handover, *rows: Piece) -> None:
    for piece in rows:
        tray = sheets.tray_for(shop.lin, sheet.number, "A-01")
        scans.scan(tray=tray, text=piece.number, by=shop.lin)


def told(shop: Shop, sheet: Handover) -> tuple[str, str]:
    """The sum as a scan brings it, and as the whole page shows it."""
    client, address = shop.client(), f"/handovers/{sheet.number}/?tray=A-01"
    after_scan = client.get(address, headers={"HX-Request": "true", "HX-Target": "counting"})
    return foot_of(after_scan.content), foot_of(client.get(address).content)


def foot_of(page: bytes) -> str:
    shown = FOOT.search(page.decode())
    assert shown
    words = " ".join(re.sub(r"<[^>]+>", " ", shown[0]).split())
    return words.removesuffix(" What is expected appears once a tray is handed in")


def agrees(shop: Shop, sheet: Handover, sum_: str) -> None:
    after_scan, page = told(shop, sheet)
    assert after_scan == page
    assert page.startswith(sum_), page
    assert sheets.tally_of(sheet) == sheets.sheet_of(sheet).tally


def test_it_adds_up_what_was_scanned_by_metal_class(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    scan(shop, sheet, *goods)
    agrees(shop, sheet, "3 pieces counted Fine gold 17.44 g · 18K gold 1.96 g")


def test_a_piece_moved_to_another_tray_after_its_scan_is_in_neither_sum(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    scan(shop, sheet, *goods)
    transfers.hand_over(rows=[goods[0]], to=shop.tray("A-02"), sender=shop.lin, receiver=shop.zhao)
    agrees(shop, sheet, "2 pieces counted Fine gold 8.72 g · 18K gold 1.96 g")


def test_a_piece_sold_after_its_scan_is_in_neither_sum(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    scan(shop, sheet, *goods)
    shop.sell(goods[0])
    agrees(shop, sheet, "2 pieces counted Fine gold 8.72 g · 18K gold 1.96 g")


def test_a_piece_that_the_books_miss_is_in_both_sums(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        pieces.lose(rows=[goods[0]], number=sheet.number, book=book)
    scan(shop, sheet, *goods)
    agrees(shop, sheet, "3 pieces counted Fine gold 17.44 g · 18K gold 1.96 g")


def test_a_scan_that_was_undone_is_in_neither_sum(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    scan(shop, sheet, *goods)
    scans.undo(tray=sheets.tray_for(shop.lin, sheet.number, "A-01"), by=shop.lin)
    agrees(shop, sheet, "2 pieces counted Fine gold 17.44 g")


def test_a_tray_that_was_handed_in_stays_in_both_sums(
    shop: Shop, sheet: Handover, goods: list[Piece]
) -> None:
    scan(shop, sheet, *goods)
    counting.hand_in(tray=sheets.tray_for(shop.lin, sheet.number, "A-01"), by=shop.lin)
    shop.sell(goods[0])
    agrees(shop, sheet, "3 pieces counted Fine gold 17.44 g · 18K gold 1.96 g")
