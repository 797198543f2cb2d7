"""Two stores close a bag with one seal at the same moment: real threads and real commits."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from appraisal import scrap
from appraisal.models import ScrapBag
from inventory.ground import changes
from tests.cast import Shop
from tests.old_gold import open_desk
from tests.scrap_bags import BAG_MG, first_class, settled

pytestmark = pytest.mark.races
PATIENCE_S = 5.0


def close_elsewhere(shop: Shop, seal: str, written: Event) -> None:
    """A bag of S02 that is not committed before somebody waits for it."""
    try:
        with changes.opened(store=shop.s02, by=shop.sun) as book:
            bag = ScrapBag(
                number="S02-B261122-0001",
                seal=seal,
                store=shop.s02,
                origin=shop.s02,
                metal="Au",
                grade=9_900,
                mg=10_000,
                fine_mg=9_990,
                gross_mg=11_500,
                sealed_by=shop.sun,
                customer_watched=True,
                at=book.at,
            )
            book.write([bag], kind="bag_sealed")
            written.set()
            _wait_until_awaited()
    finally:
        connection.close()


def _wait_until_awaited() -> None:
    """PostgreSQL says who waits; SQLite lets nobody begin beside a writer."""
    until = time.monotonic() + (PATIENCE_S if connection.vendor == "postgresql" else 0.2)
    while time.monotonic() < until:
        if connection.vendor == "postgresql" and _waiting():
            return
        time.sleep(0.02)


def _waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        (found,) = cursor.fetchone()
    return bool(found)


def test_one_seal_in_two_stores_at_once_closes_one_bag(trading_shop: Shop) -> None:
    desk = open_desk(trading_shop)
    trade_in = settled(desk)
    of, shown, written = first_class(trade_in), desk.on_scale(10_000 + BAG_MG), Event()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(close_elsewhere, trading_shop, "F-0001", written)
        assert written.wait(30)
        with pytest.raises(scrap.SealUsed, match="S02-B261122-0001"):
            scrap.seal_bag(
                trade_in=trade_in,
                of=of,
                seal="f-0001",
                shown=shown,
                customer_watched=True,
                by=desk.by,
            )
        other.result()
    assert ScrapBag.objects.count() == 1
