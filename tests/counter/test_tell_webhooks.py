"""What happens is told outside: signed, at least once, in the order of each document; nothing is
lost while nobody listens."""

import threading
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
import time_machine
from django.conf import settings as project
from django.core.management import call_command
from django.utils import timezone

from counter import deliveries, due, fan_out, webhook_events
from counter.management.commands import work
from counter.models import Delivery, DeliveryState, Webhook
from inventory import places
from inventory.ground import outward_calls
from inventory.models import Change, LedgerHead
from tests.cast import Shop, card_of
from tests.receivers import (
    SALES,
    TAKEN,
    Got,
    Receiver,
    endpoint,
    happen,
    meanwhile,
    states,
    tell,
)

pytestmark = pytest.mark.usefixtures("on_this_machine")


# --- what is sent


def test_a_sale_is_told_with_its_cards(shop: Shop, receiver: Receiver) -> None:
    _row, secret = endpoint(receiver.url, by=shop.head)
    sale = shop.sell(shop.ring())
    assert tell() == 2
    told = [each.verified(secret) for each in receiver.got]
    assert [each["type"] for each in told] == ["sale.completed", "card.issued"]
    link = Change.objects.get(kind="sale_completed")
    assert told[0] == {
        "type": "sale.completed",
        "timestamp": told[0]["timestamp"],
        "data": {
            "store": "S01",
            "number": sale.number,
            "seq": link.seq,
            "url": f"{project.PUBLIC_URL}/api/v1/sales/{sale.number}",
        },
    }
    assert datetime.fromisoformat(told[0]["timestamp"]) == link.at
    assert told[1]["data"]["number"] == card_of(sale).number
    assert set(orjson.loads(receiver.got[1].body)) == {"type", "timestamp", "data"}


def test_every_event_is_a_line_with_an_address_of_the_contract() -> None:
    for name, event in webhook_events.BY_NAME.items():
        assert name == event.name
        assert event.path in {"sales", "cards", "stocktakes", "showroom/orders"}


def test_nothing_is_told_twice_or_to_others(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=("card.issued",))
    happen(shop, "S01-1")
    assert [tell(), tell()] == [0, 0]
    endpoint(receiver.url, by=shop.head, events=SALES, stores=(shop.s02,))
    happen(shop, "S01-2")
    happen(shop, "S02-1", store=shop.s02)
    assert [tell(), tell()] == [1, 0]
    assert [name for name, _state in states()] == ["S02-1"]


def test_what_happened_before_is_not_told(shop: Shop, receiver: Receiver) -> None:
    happen(shop, "S01-1")
    endpoint(receiver.url, by=shop.head)
    assert tell() == 0


def test_a_store_that_opens_later_is_told_of_from_its_first_link_on(
    shop: Shop, receiver: Receiver
) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    s03 = places.open_store(code="S03", name="新天地店")
    happen(shop, "S03-1", store=s03)
    assert tell() == 1
    assert LedgerHead.objects.get(store=s03).seq == 1


def test_a_long_history_leaves_no_gap(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page over several stores, whatever lies between."""
    monkeypatch.setattr(fan_out, "LINKS_AT_ONCE", 3)
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    for n in range(5):
        happen(shop, f"S01-{n}")
        happen(shop, f"S02-{n}", store=shop.s02)
        shop.charm()
    assert fan_out.run() == 10
    heads = dict(LedgerHead.objects.values_list("store_id", "seq"))
    assert dict(row.cursors.values_list("store_id", "seq")) == heads


def test_a_cursor_that_somebody_moved_writes_nothing(shop: Shop, receiver: Receiver) -> None:
    """Two workers that read the same links: the second comes too late."""
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    behind = dict(row.cursors.values_list("store_id", "seq"))
    happen(shop, "S01-1")
    assert fan_out.run() == 1
    link = {"store_id": shop.s01.pk, "seq": behind[shop.s01.pk] + 1, "kind": "sale_completed"}
    link |= {"number": "S01-1", "at": timezone.now()}
    assert fan_out._read_on(row, [link], behind) == 0
    assert Delivery.objects.count() == 1


# --- tries


def test_each_try_has_the_same_id_and_a_time_of_its_own(shop: Shop, receiver: Receiver) -> None:
    _row, secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    receiver.answer = lambda _got: (500, {}, b"out of order")
    assert tell() == 0
    row = Delivery.objects.get()
    assert (row.state, row.tries, row.status, row.answer) == ("waiting", 1, 500, "out of order")
    receiver.answer = lambda _got: TAKEN
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        assert tell() == 1
        first, second = receiver.got
        assert second.verified(secret) == orjson.loads(first.body)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert first.body == second.body


def test_it_is_tried_less_and_less_often_and_then_set_aside(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    receiver.answer = lambda _got: (404, {}, b"")
    fan_out.run()
    at, waits = timezone.now(), []
    for _ in range(deliveries.MOST_TRIES):
        deliveries.send_due(now=at)
        row = Delivery.objects.get()
        waits.append(row.due_at - at)
        at = row.due_at
    seconds = [round(each.total_seconds()) for each in waits[:-1]]
    assert seconds == [each.total_seconds() for each in deliveries.WAITS]
    assert row.state == DeliveryState.DEAD
    assert sum(deliveries.WAITS, timedelta()) > timedelta(days=3)
    assert deliveries.send_due(now=at + timedelta(days=9)) == 0
    assert len(receiver.got) == deliveries.MOST_TRIES


def test_a_poisoned_event_holds_up_no_other_document(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    for number in ("S01-1", "S01-2", "S01-1", "S01-3"):
        happen(shop, number)
    receiver.answer = lambda got: (500, {}, b"") if b"S01-1" in got.body else TAKEN
    assert tell() == 2
    assert [state for _number, state in states()] == ["waiting", "delivered"] * 2
    assert len(receiver.got) == 3  # the second event of S01-1 waits for the first


def test_events_of_a_document_go_out_in_their_order(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    for _ in range(3):
        happen(shop, "S01-1")
    assert tell() == 3
    told = [orjson.loads(each.body)["data"]["seq"] for each in receiver.got]
    assert told == sorted(told)


def test_what_is_being_sent_is_not_sent_by_another(shop: Shop, receiver: Receiver) -> None:
    """A second worker looks while the first one's call is on its way."""
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    happen(shop, "S01-1")
    seen: list[int] = []
    row_at = timezone.now() + timedelta(seconds=1)
    fan_out.run()
    (webhook,) = Webhook.objects.all()
    (first,) = deliveries._due(webhook, row_at)
    assert deliveries._claim(first, row_at)
    seen.append(deliveries.send_due(now=row_at))
    assert (seen, receiver.got) == ([0], [])
    other = Delivery.objects.get(pk=first.pk)
    other.tries = 0
    assert not deliveries._claim(other, row_at)


def test_what_was_being_sent_when_the_power_failed_is_sent_later(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")

    def die(*_told: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(outward_calls, "post", die)
        tell()
    assert tell(now=timezone.now() + deliveries.CLAIMED / 2) == 0
    assert tell(now=timezone.now() + deliveries.CLAIMED) == 1


def test_what_is_on_its_way_for_long_is_sent_once(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second worker begins its round when the first one's call is nearly over."""
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    fan_out.run()
    at, again = timezone.now(), []
    longest = timedelta(seconds=outward_calls.LOOK_UP_SECONDS + outward_calls.MOST_SECONDS)
    meanwhile(monkeypatch, lambda: again.append(deliveries.send_due(now=at + longest)))
    assert deliveries.send_due(now=at) == 1
    assert (again, len(receiver.got)) == ([0], 1)


# --- jobs


def test_it_goes_out_with_everything_that_is_due(
    shop: Shop, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    call_command("run_due")
    assert "1 events delivered" in capsys.readouterr().out
    assert due.tell_outside() == []


def test_the_worker_tells_until_it_is_stopped(
    trading_shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real commits: in the transaction of a test it would close the connection under it."""
    shop = trading_shop
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    stop = threading.Event()

    def take(_got: Got) -> Any:
        stop.set()
        return TAKEN

    receiver.answer = take
    monkeypatch.setattr(work, "TELL_EVERY_SECONDS", 0)
    work._tell(stop)
    assert states() == [("S01-1", "delivered")]


def test_a_fault_does_not_end_the_worker(
    trading_shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With real commits, as above."""
    stop, times = threading.Event(), []

    def fail() -> list[str]:
        times.append(1)
        if len(times) == 2:
            stop.set()
        raise ZeroDivisionError

    monkeypatch.setattr(work, "TELL_EVERY_SECONDS", 0)
    monkeypatch.setattr(due, "tell_outside", fail)
    work._tell(stop)
    assert len(times) == 2
    assert "ZeroDivisionError" in caplog.text


def test_what_was_taken_long_ago_is_forgotten(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    for n in range(3):
        happen(shop, f"S01-{n}")
    tell()
    kept = Delivery.objects.earliest("pk")
    Delivery.objects.filter(pk=kept.pk).update(state=DeliveryState.DEAD)
    assert deliveries.forget_old() == 0
    assert deliveries.forget_old(now=timezone.now() + timedelta(days=31)) == 2
    assert Delivery.objects.get() == kept
