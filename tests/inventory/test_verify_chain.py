"""The chain of a store is proved from texts that the database writes; what is wrong is named."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import connection

from inventory.ground import books, changes
from inventory.ground.books import Broken
from inventory.models import Change, LedgerHead
from tests.cast import Shop
from tests.conftest import unprotect

CHANGED = "UPDATE inventory_change SET {} WHERE store_id = %s AND seq = %s"
GONE = "DELETE FROM inventory_change WHERE store_id = %s AND seq {} %s"
ANOTHER_BY = "by_id = (SELECT MAX(id) FROM auth_user)"


def chain(shop: Shop, *numbers: str) -> LedgerHead:
    """A chain with links of these numbers at its end."""
    piece = shop.piece()
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        for number in numbers:
            book.note(piece, kind="piece_seen", number=number)
    return LedgerHead.objects.get(store=shop.s01)


def behind_the_back(statement: str, head: LedgerHead, seq: int) -> None:
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute(statement, [head.store_id, seq])
    changes.protect()


def found(head: LedgerHead, **since: object) -> list[str]:
    return [str(each) for each in books.verify_chain(head, **since)]  # type: ignore[arg-type]  # because: passed on


def link(head: LedgerHead, seq: int) -> Change:
    return Change.objects.get(store=head.store_id, seq=seq)


def test_it_reads_the_text_that_the_hash_covers(shop: Shop) -> None:
    head = chain(shop, "S01-1", "", "足金手镯", 'a"b\\c', "tab\tand\nline", "é\u2028\x7f")
    links = list(books._links_as_texts(head, 0))
    assert [seq for seq, _hash, _text in links] == list(range(1, head.seq + 1))
    assert [sha256(text.encode()).hexdigest() for _seq, _hash, text in links] == [
        found for _seq, found, _text in links
    ]


def test_it_reads_a_moment_without_a_fraction(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for fraction in (0, 7, 120_000):
        at = datetime(2026, 6, 2, 1, 2, 3, fraction, tzinfo=UTC)
        monkeypatch.setattr("inventory.ground.changes.timezone.now", lambda at=at: at)
        head = chain(shop, "S01-1")
    texts = [text for _seq, _hash, text in books._links_as_texts(head, 0)]
    for written in ("03.000000+00:00", "03.000007+00:00", "03.120000+00:00"):
        assert any(written in text for text in texts), written
    assert found(head) == []


def test_it_asks_for_no_link_twice_when_all_are_right(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = chain(shop, "S01-1", "足金手镯")
    monkeypatch.setattr(books, "_faults_of", None)
    assert found(head) == []


@pytest.mark.parametrize("chunk", [1, 2, 1_000])
def test_it_goes_on_where_a_chunk_ends(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    head = chain(shop, *"abcdefg")
    monkeypatch.setattr(books, "CHUNK", chunk)
    assert found(head) == []
    behind_the_back(CHANGED.format(ANOTHER_BY), head, head.seq - 2)
    assert found(head) == [f"inventory_change {head.seq - 2}: was changed (piece_seen e)"]


def test_it_begins_behind_a_link(shop: Shop) -> None:
    head = chain(shop, *"abcdefg")
    before = link(head, head.seq - 3)
    assert found(head, since=before.seq, before_hash=before.hash) == []
    (wrong,) = found(head, since=before.seq, before_hash="0" * 64)
    assert wrong == f"inventory_change {before.seq + 1}: is not joined to the link before"


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-01-01 00:00:00+00:00'",
        ANOTHER_BY,
        "kind = 'sold'",
        "number = number || ' '",
        "piece_id = (SELECT MIN(id) FROM inventory_piece)",
        "digest = hash",
        "hash = digest",
    ],
)
def test_it_names_a_link_that_was_changed(shop: Shop, change: str) -> None:
    head = chain(shop, *"abc")
    behind_the_back(CHANGED.format(change), head, head.seq - 1)
    named = found(head)
    assert named[0].startswith(f"inventory_change {head.seq - 1}: was changed"), named
    assert len(named) == (2 if change == "hash = digest" else 1)


def test_it_names_a_link_that_is_gone_and_one_that_is_not_joined(shop: Shop) -> None:
    head = chain(shop, *"abc")
    behind_the_back(GONE.format("="), head, head.seq - 1)
    assert found(head) == [
        f"inventory_change {head.seq}: link {head.seq - 1} is missing",
        f"inventory_change {head.seq}: is not joined to the link before",
    ]


def test_it_names_a_head_whose_last_links_are_gone(shop: Shop) -> None:
    head = chain(shop, *"abc")
    behind_the_back(GONE.format(">"), head, head.seq - 2)
    last = head.seq - 2
    wrong = Broken("inventory_ledgerhead", head.store_id, f"says {head.seq}, found {last}")
    assert list(books.verify_chain(head)) == [wrong]


def test_it_looks_no_further_than_the_head_as_it_was_read(shop: Shop) -> None:
    head = chain(shop, *"abc")
    chain(shop, *"def")
    assert found(head) == []
