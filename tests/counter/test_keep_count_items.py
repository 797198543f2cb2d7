"""What a handover asks for besides goods and money is a row that head office keeps."""

from typing import Any

import pytest

from counter.models import CountItem, ItemKind
from tests.cast import Shop

ADDRESS = "/admin/counter/countitem/"


def typed(shop: Shop, **facts: Any) -> dict[str, Any]:
    return {
        "store": shop.s01.pk,
        "counter": shop.a.pk,
        "kind": ItemKind.KEY,
        "name": "柜台钥匙",
        "expected": 2,
        "active": "on",
    } | facts


def test_it_adds_keys_to_a_counter_and_bags_to_all(shop: Shop) -> None:
    client = shop.client(shop.head)
    assert client.post(f"{ADDRESS}add/", typed(shop)).status_code == 302
    bags = typed(shop, counter="", kind=ItemKind.SUPPLY, name="首饰袋", expected=50)
    assert client.post(f"{ADDRESS}add/", bags).status_code == 302
    keys, supply = CountItem.objects.order_by("pk")
    assert (keys.counter, keys.kind, keys.expected) == (shop.a, "key", 2)
    assert (supply.counter, supply.expected) == (None, 50)


def test_it_changes_how_many_and_never_where(shop: Shop) -> None:
    client = shop.client(shop.head)
    client.post(f"{ADDRESS}add/", typed(shop))
    item = CountItem.objects.get()
    client.post(
        f"{ADDRESS}{item.pk}/change/", typed(shop, counter=shop.b.pk, expected=3, active="")
    )
    item.refresh_from_db()
    assert (item.counter, item.expected, item.active) == (shop.a, 3, False)
    assert client.post(f"{ADDRESS}{item.pk}/delete/").status_code == 403


def test_it_refuses_another_stores_counter_a_tray_and_fewer_than_none(shop: Shop) -> None:
    client = shop.client(shop.head)
    for counter in (shop.a2.pk, shop.tray("A-01").pk):
        answer = client.post(f"{ADDRESS}add/", typed(shop, counter=counter))
        assert "Choose a counter of the same store." in answer.text
    answer = client.post(f"{ADDRESS}add/", typed(shop, expected=-1))
    assert "Type a number from 0 on." in answer.text
    assert not CountItem.objects.exists()


@pytest.mark.parametrize("name", ["lin", "chen", "wang"])
def test_it_is_closed_to_a_shop(shop: Shop, name: str) -> None:
    user = shop.people[name]
    user.is_staff = True  # even then: the role decides
    user.save(update_fields=["is_staff"])
    assert shop.client(user).get(ADDRESS).status_code == 403
