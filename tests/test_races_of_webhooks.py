"""Real threads and real commits: several workers tell the same receiver."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import OperationalError

from counter import deliveries, fan_out
from counter.models import Delivery, WebhookCursor
from inventory.ground import changes
from inventory.models import LedgerHead
from tests.cast import Shop
from tests.receivers import Receiver, endpoint, receiving
from tests.test_races import at_once, patiently

pytestmark = pytest.mark.races
WRITERS, WORKERS, EACH = 4, 4, 15


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.CALLS_TO_LOOPBACK = True
    with receiving() as made:
        yield made


def test_workers_and_writers_at_once_tell_each_event_once_and_in_order(
    trading_shop: Shop, receiver: Receiver
) -> None:
    """Four write while four fan out and send: no event is missing, none is there twice, and those
    of one document arrive in the order of the chain."""
    shop = trading_shop
    row, secret = endpoint(receiver.url, by=shop.head, events=("sale.completed",))

    def write(index: int) -> None:
        store = (shop.s01, shop.s02)[index % 2]
        with changes.opened(store=store, by=shop.lin) as book:
            for _ in range(2):
                book.note(shop.a, kind="sale_completed", number=f"{store.code}-{index}")

    def work(index: int) -> str:
        for _ in range(EACH):
            if index < WRITERS:
                patiently(lambda: write(index))
            else:
                _tell()
        return ""

    at_once(work, threads=WRITERS + WORKERS)
    while _tell():
        pass
    told = [each.verified(secret)["data"] for each in receiver.got]
    assert len(told) == WRITERS * EACH * 2 == Delivery.objects.filter(state="delivered").count()
    assert max(Counter(receiver.ids).values()) == 1
    for number in {each["number"] for each in told}:
        order = [each["seq"] for each in told if each["number"] == number]
        assert order == sorted(order)
    heads = dict(LedgerHead.objects.values_list("store_id", "seq"))
    assert dict(WebhookCursor.objects.values_list("store_id", "seq")) == heads
    assert orjson.loads(receiver.got[0].body)["type"] == "sale.completed"
    assert row.cursors.count() == len(heads)


def _tell() -> int:
    """A round of a worker; a busy database is asked again in the next one."""
    try:
        fan_out.run()
        return deliveries.send_due()
    except OperationalError:
        return 1
