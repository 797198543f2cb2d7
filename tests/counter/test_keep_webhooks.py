"""Secrets that sign what is told, and what head office does with its webhooks meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from counter import deliveries, fan_out, webhooks
from counter.deliveries import DeliveryMoved
from counter.models import Delivery, DeliveryState, Webhook, WebhookState
from counter.webhooks import (
    LastSecret,
    NoStores,
    NothingToTell,
    SecretGone,
    TooManySecrets,
    WebhookMoved,
)
from inventory.ground import books
from inventory.ground.errors import NotAllowed
from inventory.ground.outward_calls import BadTarget
from inventory.models import LedgerHead
from tests.cast import Shop
from tests.receivers import (
    SALES,
    Got,
    Receiver,
    endpoint,
    happen,
    meanwhile,
    tell,
)

pytestmark = pytest.mark.usefixtures("on_this_machine")


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
        webhooks.register(**told, events=["order.stolen"], stores=[], all_stores=True)
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
