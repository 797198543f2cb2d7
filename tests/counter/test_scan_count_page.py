"""Scanning on the page of a count: blind, and quick."""

import pytest
from pytest_django import DjangoAssertNumQueries

from counter import scans
from counter.models import TrayState
from inventory.models import Piece
from tests.cast import Shop
from tests.count_pages import CANARY, PART, act, at, begin, scan_all, tray

pytestmark = pytest.mark.usefixtures("two_people")


def test_it_shows_no_figure_of_the_books_before_the_tray_is_handed_in(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    for address in (
        at(sheet),
        at(sheet, "?tray=A-01"),
        at(sheet, "?part=sign"),
        at(sheet, "?money=cash"),
    ):
        assert CANARY not in client.get(address).content.decode(), address
    scan_all(client, sheet, "A-01", goods[1])
    part = client.get(at(sheet, "?tray=A-01"), headers=PART).content.decode()
    assert "8.72" in part
    assert CANARY not in part
    act(client, sheet, "A-01", "hand-in")
    assert tray(sheet).state == TrayState.RECOUNT
    for address in (at(sheet), at(sheet, "?tray=A-01")):
        assert CANARY not in client.get(address).content.decode(), address


def test_it_shows_the_expected_figures_once_the_tray_agrees(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "2 · 80.65" in page
    assert "✓ agrees" in page


def test_a_scan_answers_with_the_panel_and_the_line_of_the_tray(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    answer = client.get(at(sheet, f"?tray=A-01&read={goods[1].number}"), headers=PART)
    part = answer.content.decode()
    assert "<html" not in part
    assert goods[1].number in answer.headers["HX-Trigger"]
    assert f'id="place-{tray(sheet).pk}"' in part
    assert "counted-so-far" in part


def test_a_scan_costs_the_same_with_many_pieces(
    shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sheet, client = begin(shop), shop.client()
    rows = [shop.charm() for _n in range(12)]
    scan_all(client, sheet, "A-01", *rows[:11])
    with django_assert_max_num_queries(26):
        act(client, sheet, "A-01", "scan", code=rows[11].number)
    with django_assert_max_num_queries(14):
        client.get(at(sheet, "?tray=A-01"), headers=PART)


def test_a_piece_that_was_scanned_already_sounds_different(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[0])
    again = client.post(
        at(sheet, "trays/A-01/scan/"), {"code": goods[0].number}, headers={"HX-Request": "true"}
    )
    assert again.headers["X-Refusal"] == "already_counted"
    assert "scan-already" in again.headers["HX-Trigger"]


def test_the_code_of_a_tray_opens_it(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    opened = act(client, sheet, "A-01", "scan", code="a-02")
    assert opened.headers["Location"] == at(sheet, "?tray=A-02")
    assert tray(sheet, "A-02").by == shop.lin
    assert client.post(at(sheet, "scan/"), {"code": "A-03"}).status_code == 303
    refused = client.post(at(sheet, "scan/"), {"code": goods[0].number})
    assert refused.headers["X-Refusal"] == "no_tray_chosen"


def test_it_takes_the_last_scan_back(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    assert act(client, sheet, "A-01", "undo").status_code == 303
    assert [read.piece for read in scans.live_reads(tray(sheet))] == [goods[0]]


def test_it_counts_a_piece_without_a_label_and_puts_strays_aside(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[0])
    act(client, sheet, "A-01", "stray")
    act(client, sheet, "A-01", "no-label")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "1 without a label" in page
    assert "1 put aside" in page


def test_another_persons_tray_is_taken_over_by_a_button(shop: Shop, goods: list[Piece]) -> None:
    sheet = begin(shop)
    scan_all(shop.client(), sheet, "A-01", goods[0])
    other = shop.client(shop.zhao)
    page = other.get(at(sheet, "?tray=A-01")).content.decode()
    assert "林, on another tablet" in page
    assert "Take over A-01" in page
    refused = act(other, sheet, "A-01", "scan", code=goods[1].number)
    assert refused.headers["X-Refusal"] == "tray_taken"
    assert act(other, sheet, "A-01", "open", take_over="1").status_code == 303
    scan_all(other, sheet, "A-01", goods[1])
    assert len(scans.live_reads(tray(sheet))) == 2
