"""Approval of a stocktake by a second person, and the sheet for ever."""

import pytest
from django.db import connection

from counter import books
from inventory import (
    stocktake_results,
    stocktake_rows,
    stocktake_sheets,
    stocktakes,
)
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import NotAllowed
from inventory.models import (
    Change,
)
from inventory.stocktake_differences import DifferencesOpen
from inventory.stocktake_sheets import NotApproved, PublishedAlready
from inventory.stocktakes import NotPublished, WrongSheet
from tests import stocktakes as counts
from tests.cast import COST_CENTS, Shop
from tests.conftest import unprotect


def test_a_second_person_approves_exactly_these_figures(shop: Shop) -> None:
    ring = shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    with pytest.raises(DifferencesOpen):
        stocktakes.approve(stocktake=stocktake, by=shop.chen)
    counts.note_all(stocktake, by=shop.chen)
    with pytest.raises(ApprovalNeeded):
        stocktakes.approve(stocktake=stocktake, by=shop.chen)
    with pytest.raises(NotApproved):
        stocktake_sheets.publish(stocktake=stocktake, by=shop.wang)
    found = counts.approved(shop, stocktake)
    assert (found.state, found.approved_by) == ("approved", shop.wang)
    assert not found.places.filter(is_over=False).exists()
    assert counts.opened(shop, "A-01").is_running
    assert ring.number


@pytest.mark.parametrize("swap", ["missing and found", "where it went", "words"])
def test_a_yes_is_for_every_single_outcome(shop: Shop, swap: str) -> None:
    shop.ring()
    shop.ring()
    stocktake = counts.opened(shop, "A-01")
    counts.count(stocktake, "A-01", by=shop.lin)
    one, other = stocktake.differences.order_by("pk")
    counts.decide(one, "late_movement", by=shop.chen, to_place=shop.tray("A-02"))
    counts.decide(other, "missing", by=shop.chen)
    stocktake.refresh_from_db()
    ask = stocktakes.approve_ask(stocktake)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.chen, by=shop.wang)
    if swap == "missing and found":
        counts.decide(one, "missing", by=shop.chen)
        counts.decide(other, "late_movement", by=shop.chen, to_place=shop.tray("A-02"))
    elif swap == "where it went":
        counts.decide(one, "late_movement", by=shop.chen, to_place=shop.tray("A-03"))
    else:
        counts.decide(other, "missing", by=shop.chen, words="送人了")
    with pytest.raises(ApprovalNeeded):
        stocktakes.approve(stocktake=stocktake, by=shop.chen)
    assert counts.steps_of(stocktake) == []


def test_the_sheet_says_everything_and_seals_the_chain(shop: Shop) -> None:
    ring, chain = shop.ring(), shop.piece(place=shop.tray("A-02"))
    lost = shop.piece()
    sheet = counts.published(shop, "A-01", "A-02", missing=[lost])
    results = sheet.figures["results"]
    assert results["found"]["pieces"] == 2
    assert results["found"]["cost_cents"] == 2 * COST_CENTS
    assert results["found"]["classes"] == [
        {"metal": "Au", "grade": 7500, "pieces": 1, "mg": 1_960},
        {"metal": "Au", "grade": 9900, "pieces": 1, "mg": 8_720},
    ]
    assert sheet.figures["places"]["A-01"]["missing"]["pieces"] == 1
    assert sheet.figures["categories"]["necklace"]["missing"]["classes"][0]["mg"] == 8_720
    assert sheet.figures["differences"][0]["outcome"] == "missing"
    assert [row["by"] for row in sheet.figures["counted"]] == ["林", "林"]
    before = Change.objects.get(store=shop.s01, seq=sheet.change.seq - 1)
    assert (sheet.sealed_seq, sheet.sealed_hash) == (before.seq, before.hash)
    content = b"".join(stocktake_rows.content(sheet.stocktake))
    assert content.count(b"\n") == sheet.rows == 3
    assert len(content) == sheet.bytes
    for piece in (ring, chain, lost):
        assert piece.number.encode() in content
    assert list(books.verify(shop.s01, full=True)) == []
    with pytest.raises(PublishedAlready):
        stocktake_sheets.publish(stocktake=sheet.stocktake, by=shop.wang)


def test_head_office_acknowledges_what_was_published(shop: Shop) -> None:
    shop.ring()
    stocktake = counts.opened(shop, "A-01")
    with pytest.raises(NotPublished):
        stocktakes.acknowledge(stocktake=stocktake, sha256="0" * 64, by=shop.head)
    stocktakes.abandon(stocktake=stocktake, reason="停电", by=shop.wang)
    sheet = counts.published(shop, "A-01")
    with pytest.raises(NotAllowed):
        stocktakes.acknowledge(stocktake=sheet.stocktake, sha256=sheet.sha256, by=shop.wang)
    with pytest.raises(WrongSheet):
        stocktakes.acknowledge(stocktake=sheet.stocktake, sha256="0" * 64, by=shop.head)
    first = stocktakes.acknowledge(
        stocktake=sheet.stocktake, sha256=sheet.sha256.upper(), by=shop.head
    )
    again = stocktakes.acknowledge(stocktake=sheet.stocktake, sha256=sheet.sha256, by=shop.head)
    assert first.pk == again.pk
    assert list(books.verify(shop.s01, full=True)) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE inventory_stocktakeline SET net_mg = net_mg + 1", "inventory_stocktakeline"),
        ("UPDATE inventory_stocktakeline SET result = 'found'", "inventory_stocktakeline"),
        ("DELETE FROM inventory_stocktakeread", "inventory_stocktakeread"),
        ("UPDATE inventory_stocktakeread SET code = 'X'", "inventory_stocktakeread"),
        ("UPDATE inventory_stocktakedifference SET words = 'X'", "inventory_stocktakedifference"),
        (
            "UPDATE inventory_stocktakedifference SET outcome = 'found'",
            "inventory_stocktakedifference",
        ),
        ("UPDATE inventory_stocktakesheet SET sha256 = 'X'", "inventory_stocktakesheet"),
        ("UPDATE inventory_stocktakehandin SET round = 9", "inventory_stocktakehandin"),
        (
            "UPDATE inventory_place SET stocktaken_in = 'S01-C1' WHERE code = 'B-01'",
            "inventory_place",
        ),
        ("UPDATE inventory_stocktakeplace SET is_over = false", "inventory_stocktakeplace"),
        ("UPDATE inventory_documentcounter SET last = 9 WHERE kind = 'C'",
         "inventory_documentcounter"),
    ],
)  # fmt: skip
def test_what_is_changed_behind_the_back_of_a_published_sheet_is_named(
    shop: Shop, statement: str, table: str
) -> None:
    shop.ring()
    lost = shop.ring()
    counts.published(shop, "A-01", missing=[lost])
    assert list(books.verify(shop.s01)) == []
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert table in {broken.table for broken in books.verify(shop.s01)}


def test_every_step_is_in_the_chain(shop: Shop) -> None:
    shop.ring()
    sheet = counts.published(shop, "A-01")
    kinds = Change.objects.filter(number=sheet.number).order_by("seq")
    assert list(kinds.values_list("kind", flat=True)) == [
        "stocktake_opened",
        "stocktake_place_handed_in",
        "approved",
        "stocktake_approved",
        "stocktake_published",
    ]
    assert stocktake_results.totals_of(sheet.stocktake)["found"].pieces == 1
