"""Look-ups are counted in memory and written by one writer: one row for each card and day."""

import time
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Shop
from warranty import scans
from warranty.models import Card, CardScan

JUNE = date(2026, 6, 2)
JULY = date(2026, 7, 1)


@pytest.fixture
def card(shop: Shop) -> Card:
    shop.sell(shop.piece())
    return Card.objects.get()


def test_it_writes_nothing_while_it_counts(card: Card) -> None:
    with CaptureQueriesContext(connection) as queries:
        counted = [scans.note(card_id=card.pk, day=JUNE) for _ in range(3)]
    assert (counted, len(queries)) == ([1, 2, 3], 0)


def test_it_has_one_row_for_each_day(card: Card) -> None:
    for day in (JUNE, JUNE, JULY):
        scans.note(card_id=card.pk, day=day)
    scans.flush()
    scans.note(card_id=card.pk, day=JUNE)
    scans.flush()
    assert dict(CardScan.objects.values_list("day", "count")) == {JUNE: 3, JULY: 1}
    assert scans.of_card(card) == scans.LookUps(count=4, first=JUNE)


def test_it_counts_from_the_beginning_after_it_has_written(card: Card) -> None:
    scans.note(card_id=card.pk, day=JUNE)
    scans.flush()
    assert scans.note(card_id=card.pk, day=JUNE) == 1


def test_it_asks_nothing_when_nobody_looked(card: Card) -> None:
    with CaptureQueriesContext(connection) as queries:
        scans.flush()
    assert len(queries) == 0


def test_it_keeps_the_counts_when_the_database_is_busy(card: Card) -> None:
    def busy(execute: Any, sql: str, *args: Any) -> Any:
        if "warranty_cardscan" in sql:
            raise OperationalError("database is locked")
        return execute(sql, *args)

    scans.note(card_id=card.pk, day=JUNE)
    with connection.execute_wrapper(busy), pytest.raises(OperationalError):
        scans.flush()
    scans.note(card_id=card.pk, day=JUNE)
    scans.flush()
    assert scans.of_card(card).count == 2


def test_it_loses_no_count_between_many_threads(card: Card) -> None:
    def look() -> None:
        for _ in range(500):
            scans.note(card_id=card.pk, day=JUNE)

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scans.flush()
    assert scans.of_card(card).count == 4_000


def test_it_is_written_every_few_seconds_and_at_the_end(
    trading_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    trading_shop.sell(trading_shop.piece())
    card = Card.objects.get()
    monkeypatch.setattr(scans, "FLUSH_SECONDS", 0.05)
    writer = scans.start_writer()
    scans.note(card_id=card.pk, day=JUNE)
    until = time.monotonic() + 5
    while scans.of_card(card).count == 0 and time.monotonic() < until:
        time.sleep(0.02)
    assert scans.of_card(card).count == 1
    monkeypatch.setattr(scans, "FLUSH_SECONDS", 5)
    scans.note(card_id=card.pk, day=JULY)
    scans.stop_writer(writer)
    assert not writer.is_alive()
    assert scans.of_card(card) == scans.LookUps(count=2, first=JUNE)
