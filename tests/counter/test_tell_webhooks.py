"""What happens is told outside: signed, at least once, in the order of each document; nothing is
lost while nobody listens."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
import time_machine
from django.conf import settings as project
from django.core.management import call_command
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from counter import deliveries, due, fan_out, webhook_events, webhooks
from counter.deliveries import DeliveryMoved
from counter.management.commands import work
from counter.models import Delivery, DeliveryState, Webhook, WebhookState
from counter.webhooks import (
    LastSecret,
    NoStores,
    NothingToTell,
    SecretGone,
    TooManySecrets,
    WebhookMoved,
)
from inventory import places
from inventory.ground import books, changes, outward_calls
from inventory.ground.errors import NotAllowed
from inventory.ground.outward_calls import BadTarget
from inventory.models import Change, LedgerHead, Store
from tests.cast import Shop, card_of
from tests.receivers import TAKEN, Got, Receiver, endpoint, receiving

SALES = ("sale.completed",)


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any) -> None:
    settings.CALLS_TO_LOOPBACK = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def tell(*, now: datetime | None = None) -> int:
    fan_out.run()
    return deliveries.send_due(now=now)


def happen(shop: Shop, number: str, *, store: Store | None = None) -> None:
    """A sale is completed in a store, as far as its chain says."""
    with changes.opened(store=store or shop.s01, by=shop.lin) as book:
        book.note(shop.a, kind="sale_completed", number=number)


def meanwhile(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Each of the next calls ends with one of these acts, before anything more is done."""
    left, post = list(acts), outward_calls.post

    def call(url: str, **told: Any) -> outward_calls.Answer:
        answer = post(url, **told)
        if left:
            left.pop(0)()
        return answer

    monkeypatch.setattr(outward_calls, "post", call)


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("number", "state"))


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
        assert event.path in {"sales", "cards", "stocktakes"}


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


# --- receivers that are not there


def test_nothing_is_lost_while_the_receiver_is_down(shop: Shop) -> None:
    with receiving() as before:
        _row, secret = endpoint(before.url, by=shop.head, events=SALES)
        port = int(before.url.split(":")[2].split("/")[0])
        happen(shop, "S01-0")
        assert tell() == 1
    at = timezone.now()
    for minute in range(60):
        happen(shop, f"S01-{minute + 1}")
        assert tell(now=at + timedelta(minutes=2 * minute + 1)) == 0
    assert Delivery.objects.filter(state="waiting").count() == 60
    with receiving(port=port) as again:
        later = at + timedelta(days=4)
        while tell(now=later):
            pass
        assert len(set(again.ids)) == 60
        assert again.got[0].verified(secret)
    assert not Delivery.objects.exclude(state="delivered").exists()


def test_an_endpoint_where_nobody_answers_rests_and_holds_up_no_other(
    shop: Shop, receiver: Receiver
) -> None:
    with receiving() as down:
        silent, _secret = endpoint(down.url, by=shop.head, events=SALES, name="silent")
    endpoint(receiver.url, by=shop.head, events=SALES)
    for n in range(5):
        happen(shop, f"S01-{n}")
    at = timezone.now() + timedelta(seconds=1)
    assert tell(now=at) == 5
    tried = Delivery.objects.filter(webhook=silent, tries__gt=0)
    assert tried.count() == 1
    assert "ConnectionRefused" in tried.get().answer
    silent.refresh_from_db()
    assert silent.rests_until is not None
    assert silent.rests_until >= at + deliveries.REST
    tell(now=at + deliveries.REST / 2)
    assert tried.count() == 1
    tell(now=silent.rests_until)
    assert sum(Delivery.objects.filter(webhook=silent).values_list("tries", flat=True)) == 2


@pytest.mark.parametrize(("status", "seconds"), [(503, 0.0), (500, 0.1)])
def test_an_endpoint_that_is_busy_or_slow_to_refuse_rests(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, status: int, seconds: float
) -> None:
    monkeypatch.setattr(deliveries, "SLOW_SECONDS", 0.05)
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    for n in range(3):
        happen(shop, f"S01-{n}")

    def refuse(_got: Got) -> Any:
        time.sleep(seconds)
        return status, {}, b""

    receiver.answer = refuse
    assert (tell(), len(receiver.got)) == (0, 1)
    row.refresh_from_db()
    assert (tell(), len(receiver.got)) == (0, 1)
    assert row.rests_until is not None
    receiver.answer = lambda _got: TAKEN
    assert tell(now=row.rests_until) == 3


def test_a_slow_endpoint_takes_no_more_than_its_share_of_a_round(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_SECONDS", 0.2)

    def take_long(_got: Got) -> Any:
        time.sleep(0.06)
        return TAKEN

    with receiving() as slow:
        slow.answer = take_long
        endpoint(slow.url, by=shop.head, events=SALES)
        endpoint(receiver.url, by=shop.head, events=SALES)
        for n in range(6):
            happen(shop, f"S01-{n}")
        tell()
        assert len(slow.got) <= 2
    assert receiver.got


def test_a_receiver_that_is_gone_is_told_nothing_until_a_person_says_so(
    shop: Shop, receiver: Receiver
) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    happen(shop, "S01-2")
    receiver.answer = lambda _got: (410, {}, b"")
    assert tell() == 0
    row.refresh_from_db()
    assert (row.state, len(receiver.got)) == (WebhookState.GONE, 1)
    assert tell(now=timezone.now() + timedelta(days=1)) == 0
    receiver.answer = lambda _got: TAKEN
    webhooks.resume(webhook=row, by=shop.head)
    happen(shop, "S01-3")
    assert tell(now=timezone.now() + timedelta(days=1)) == 3


def test_a_redirect_is_no_receipt(shop: Shop, receiver: Receiver) -> None:
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    with receiving() as elsewhere:
        receiver.answer = lambda _got: (307, {"Location": elsewhere.url}, b"")
        assert tell() == 0
        assert elsewhere.got == []
    assert Delivery.objects.get().status == 307


def test_an_address_that_turned_inwards_is_called_no_more(
    shop: Shop, receiver: Receiver, settings: Any
) -> None:
    endpoint(receiver.url.replace("http://", "https://"), by=shop.head, events=SALES)
    settings.CALLS_TO_LOOPBACK = False
    happen(shop, "S01-1")
    assert tell() == 0
    assert Delivery.objects.get().answer == "the address is not of the open internet"


def test_a_key_that_is_gone_holds_up_one_endpoint(
    shop: Shop, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    lost, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    lost.secrets.update(sealed=b"sealed elsewhere")
    endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    with caplog.at_level(logging.ERROR):
        assert tell() == 1
    assert f"webhook {lost.pk}" in caplog.text


# --- secrets


def test_two_secrets_sign_while_one_is_exchanged(shop: Shop, receiver: Receiver) -> None:
    row, old = endpoint(receiver.url, by=shop.head, events=SALES)
    new = webhooks.make_secret(webhook=row, by=shop.head)
    with pytest.raises(TooManySecrets):
        webhooks.make_secret(webhook=row, by=shop.head)
    happen(shop, "S01-1")
    assert tell() == 1
    assert receiver.got[0].verified(old) == receiver.got[0].verified(new)
    (first, second) = row.secrets.all()
    webhooks.remove_secret(webhook=row, secret_id=first.pk, by=shop.head)
    with pytest.raises(SecretGone):
        webhooks.remove_secret(webhook=row, secret_id=first.pk, by=shop.head)
    with pytest.raises(LastSecret):
        webhooks.remove_secret(webhook=row, secret_id=second.pk, by=shop.head)
    happen(shop, "S01-2")
    assert tell() == 1
    assert receiver.got[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].verified(old)


@pytest.mark.parametrize("what", ["body", "id", "time", "key"])
def test_what_was_changed_on_the_way_is_refused(shop: Shop, receiver: Receiver, what: str) -> None:
    row, secret = endpoint(receiver.url, by=shop.head, events=SALES)
    _other, foreign = endpoint(receiver.url, by=shop.head, events=("card.issued",))
    happen(shop, "S01-1")
    assert tell() == 1
    (got,) = receiver.got
    forged = {
        "body": Got(got.headers, got.body.replace(b"S01-1", b"S01-2")),
        "id": Got({**got.headers, "webhook-id": "msg_other"}, got.body),
        "time": Got({**got.headers, "webhook-timestamp": "1"}, got.body),
        "key": got,
    }[what]
    with pytest.raises(WebhookVerificationError):
        forged.verified(foreign if what == "key" else secret)
    assert row.secrets.count() == 1


def test_an_old_message_is_refused_by_the_library(shop: Shop, receiver: Receiver) -> None:
    _row, secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    tell()
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=6)),
        pytest.raises(WebhookVerificationError),
    ):
        receiver.got[0].verified(secret)


def test_nothing_is_sent_without_a_secret_and_nothing_is_lost(
    shop: Shop, receiver: Receiver
) -> None:
    row = webhooks.register(
        name="erp", url=receiver.url, events=SALES, stores=[], all_stores=True, by=shop.head
    )
    happen(shop, "S01-1")
    assert tell() == 0
    webhooks.make_secret(webhook=row, by=shop.head)
    assert tell() == 1


# --- by a person


def test_what_happens_while_it_is_paused_is_told_afterwards(shop: Shop, receiver: Receiver) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    webhooks.pause(webhook=row, by=shop.head)
    with pytest.raises(WebhookMoved):
        webhooks.pause(webhook=row, by=shop.head)
    happen(shop, "S01-1")
    assert tell() == 0
    webhooks.resume(webhook=row, by=shop.head)
    assert tell() == 1


def test_what_a_person_does_meanwhile_counts_from_the_next_call_on(
    shop: Shop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that is taken away signs no more, and what is paused is told no more."""
    row, old = endpoint(receiver.url, by=shop.head, events=SALES)
    new = webhooks.make_secret(webhook=row, by=shop.head)
    for n in range(4):
        happen(shop, f"S01-{n}")
    fan_out.run()
    first = row.secrets.earliest("pk")
    meanwhile(
        monkeypatch,
        lambda: webhooks.remove_secret(webhook=row, secret_id=first.pk, by=shop.head),
        lambda: webhooks.pause(webhook=row, by=shop.head),
    )
    assert deliveries.send_due() == 2
    assert receiver.got[0].verified(old) == receiver.got[0].verified(new)
    assert receiver.got[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].verified(old)


def test_what_is_removed_while_links_are_read_gets_no_deliveries(
    shop: Shop, receiver: Receiver
) -> None:
    stale, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    webhooks.remove(webhook=stale, by=shop.head)
    stale.state = WebhookState.ACTIVE
    fan_out._meet_new_stores(stale)
    assert not stale.cursors.exists()


def test_what_is_removed_is_told_nothing(shop: Shop, receiver: Receiver) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    fan_out.run()
    webhooks.remove(webhook=row, by=shop.head)
    happen(shop, "S01-2")
    assert tell() == 0
    assert (row.secrets.count(), Delivery.objects.count()) == (0, 0)
    for act in (webhooks.remove, webhooks.resume, webhooks.make_secret):
        with pytest.raises(WebhookMoved):
            act(webhook=row, by=shop.head)
    assert not webhooks.listed().exists()


def test_what_was_set_aside_goes_out_again_by_hand(shop: Shop, receiver: Receiver) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    for n in range(3):
        happen(shop, f"S01-{n}")
    fan_out.run()
    Delivery.objects.update(state=DeliveryState.DEAD, tries=10, status=500)
    first = Delivery.objects.earliest("pk")
    deliveries.replay(delivery=first, by=shop.head)
    with pytest.raises(DeliveryMoved):
        deliveries.replay(delivery=first, by=shop.head)
    assert tell() == 1
    assert deliveries.replay_all(webhook=row, by=shop.head) == 2
    assert tell() == 2


def test_only_head_office_may(shop: Shop, receiver: Receiver) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    happen(shop, "S01-1")
    fan_out.run()
    for act in (webhooks.pause, webhooks.resume, webhooks.remove, webhooks.make_secret):
        with pytest.raises(NotAllowed):
            act(webhook=row, by=shop.wang)
    with pytest.raises(NotAllowed):
        deliveries.replay(delivery=Delivery.objects.get(), by=shop.wang)
    with pytest.raises(NotAllowed):
        deliveries.replay_all(webhook=row, by=shop.wang)
    with pytest.raises(NotAllowed):
        webhooks.remove_secret(webhook=row, secret_id=0, by=shop.wang)
    with pytest.raises(NotAllowed):
        endpoint(receiver.url, by=shop.wang)


def test_it_refuses_what_would_tell_nobody(shop: Shop) -> None:
    told: dict[str, Any] = {"name": "erp", "url": "https://erp.example/", "by": shop.head}
    with pytest.raises(NothingToTell):
        webhooks.register(**told, events=[], stores=[], all_stores=True)
    with pytest.raises(NothingToTell):
        webhooks.register(**told, events=["order.step_changed"], stores=[], all_stores=True)
    with pytest.raises(NoStores):
        webhooks.register(**told, events=SALES, stores=[], all_stores=False)
    with pytest.raises(BadTarget):
        webhooks.register(
            **(told | {"url": "https://10.0.0.1/"}), events=SALES, stores=[], all_stores=True
        )
    assert not Webhook.objects.exists()


def test_the_chain_tells_what_was_done_and_agrees(shop: Shop, receiver: Receiver) -> None:
    row, _secret = endpoint(receiver.url, by=shop.head, events=SALES)
    webhooks.make_secret(webhook=row, by=shop.head)
    webhooks.remove_secret(webhook=row, secret_id=row.secrets.all()[0].pk, by=shop.head)
    webhooks.pause(webhook=row, by=shop.head)
    webhooks.resume(webhook=row, by=shop.head)
    webhooks.remove(webhook=row, by=shop.head)
    kinds = [link.kind for _words, link in webhooks.notes_of(row)][::-1]
    assert kinds == [
        "webhook_registered",
        "webhook_secret_made",
        "webhook_secret_made",
        "webhook_secret_removed",
        "webhook_paused",
        "webhook_resumed",
        "webhook_removed",
    ]
    assert set(kinds) == set(webhooks.DEEDS)
    head = LedgerHead.objects.get(store=shop.hq)
    assert [*books.verify_chain(head), *books.verify_rows(head)] == []


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
