"""A receiver that is not there, that is slow or gone: nothing is lost, and no other one waits."""

import logging
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from counter import deliveries, webhooks
from counter.models import Delivery, WebhookState
from tests.cast import Shop
from tests.receivers import (
    SALES,
    TAKEN,
    Got,
    Receiver,
    endpoint,
    happen,
    receiving,
    tell,
)

pytestmark = pytest.mark.usefixtures("on_this_machine")


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
