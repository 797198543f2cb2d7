"""Head office says on its pages who is told, and sends again what was set aside."""

import re
from typing import Any

import pytest
from django.test import Client

from counter import deliveries, due, fan_out, webhooks
from counter.models import Delivery, DeliveryState, Webhook, WebhookState
from tests.cast import Shop
from tests.receivers import endpoint, receiving

FORM = {"name": "ERP", "url": "https://erp.example/hook", "events": ["sale.completed"]}


@pytest.fixture
def head(shop: Shop) -> Client:
    return shop.client(shop.head)


def test_an_endpoint_is_registered_and_told_of_one_store(
    shop: Shop, head: Client, settings: Any
) -> None:
    settings.CALLS_TO_LOOPBACK = True
    with receiving() as receiver:
        form = {**FORM, "url": receiver.url, "stores": [shop.s01.pk]}
        address = head.post("/head-office/webhooks/", form).headers["Location"]
        assert "without a secret" in head.get(address).text
        shown = head.post(f"{address}secret/")
        (secret,) = re.findall(r"whsec_[\w+/=]+", shown.text)
        shop.sell(shop.charm())
        due.tell_outside()
        assert receiver.got[0].verified(secret)["data"]["store"] == "S01"
    page = head.get(address).text
    assert secret not in page
    assert "delivered" in page
    assert "thank you" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "required"),
        ({"events": []}, "required"),
        ({"events": ["order.stolen"]}, "not one of the available choices"),
        ({"all_stores": ""}, "Choose stores, or all of them."),
        ({"url": "http://erp.example/"}, "begins with https://"),
        ({"url": "https://169.254.169.254/latest/"}, "begins with https://"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "begins with https://"),
        ({"url": "https://user:word@erp.example/"}, "begins with https://"),
        ({"url": "https://erp.example/" + "x" * 500}, "at most 500"),
    ],
)
def test_it_refuses_in_words_what_could_not_be_told(
    head: Client, wrong: dict[str, Any], says: str
) -> None:
    answer = head.post("/head-office/webhooks/", {**FORM, "all_stores": "on", **wrong})
    assert answer.status_code == 422
    assert says in answer.text.replace("&#x27;", "'")
    assert not Webhook.objects.exists()


def test_what_was_set_aside_is_seen_and_sent_again(shop: Shop, head: Client) -> None:
    row, _secret = endpoint("https://erp.example/hook", by=shop.head)
    shop.sell(shop.ring())
    fan_out.run()
    Delivery.objects.update(state=DeliveryState.DEAD, tries=10, status=500, answer="<b>no</b>")
    first, second = Delivery.objects.order_by("pk")
    assert "▲ 2" in head.get("/head-office/webhooks/").text
    page = head.get(f"/head-office/webhooks/{row.pk}/", {"state": "dead"}).text
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    answer = head.post(f"/head-office/webhooks/deliveries/{first.pk}/replay/")
    assert answer.status_code == 303
    assert head.post(f"/head-office/webhooks/{row.pk}/replay/").status_code == 303
    waiting = deliveries.listed(row, state=DeliveryState.WAITING)
    assert set(waiting.values_list("pk", "tries")) == {(first.pk, 0), (second.pk, 0)}
    refused = head.post(f"/head-office/webhooks/deliveries/{first.pk}/replay/")
    assert refused.headers["X-Refusal"] == "delivery_moved"


def test_secrets_are_exchanged_and_it_is_paused_and_removed(shop: Shop, head: Client) -> None:
    row, _secret = endpoint("https://erp.example/hook", by=shop.head)
    address = f"/head-office/webhooks/{row.pk}/"
    assert "whsec_" in head.post(f"{address}secret/").text
    assert "Both sign." in head.get(address).text
    first = row.secrets.earliest("pk")
    assert head.post(f"{address}secret/{first.pk}/remove/").status_code == 303
    states = []
    for act in ("pause", "resume", "remove"):
        assert head.post(f"{address}{act}/").status_code == 303
        row.refresh_from_db()
        states.append(row.state)
    assert states == [WebhookState.PAUSED, WebhookState.ACTIVE, WebhookState.REMOVED]
    assert head.get(address).status_code == 200
    assert "ERP" not in head.get("/head-office/webhooks/").text


def test_the_pages_ask_as_often_for_many_as_for_one(
    shop: Shop, head: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        row, _secret = endpoint("https://erp.example/hook", by=shop.head, name=f"erp {n}")
    for _ in range(10):
        shop.sell(shop.charm())
    fan_out.run()
    assert webhooks.listed().count() == 5
    head.get("/head-office/webhooks/")
    with django_assert_max_num_queries(12):
        head.get("/head-office/webhooks/")
    with django_assert_max_num_queries(16):
        head.get(f"/head-office/webhooks/{row.pk}/")


def test_head_office_finds_its_pages(head: Client) -> None:
    page = head.get("/head-office/").text
    for address in ("/head-office/cash/", "/head-office/programs/", "/head-office/webhooks/"):
        assert address in page
    assert 'href="/head-office/"' in head.get("/today/").text
