"""One person follows a customer, somebody else stands in, and whoever leaves hands over all."""

import pytest

from counter.models import AccountClerkChange, OrderState
from counter.showroom import accounts
from inventory.ground.errors import NotAllowed
from tests.showroom import Showroom


def pairs(showroom: Showroom) -> tuple[str, str]:
    showroom.customer.refresh_from_db()
    clerk, deputy = showroom.customer.account_clerk, showroom.customer.deputy
    return (clerk.username if clerk else "", deputy.username if deputy else "")


def follow(showroom: Showroom, clerk: object, deputy: object, by: object) -> None:
    told = {"clerk": clerk, "deputy": deputy, "why": "换人", "by": by}
    accounts.follow(customer=showroom.customer, **told)  # type: ignore[arg-type]


def test_each_change_stays_in_the_history(showroom: Showroom) -> None:
    shop = showroom.shop
    follow(showroom, shop.zhao, shop.lin, shop.chen)
    follow(showroom, shop.zhao, shop.lin, shop.chen)  # the same once more writes nothing
    (row,) = accounts.history(showroom.customer)
    assert (row.old, row.new, row.deputy, row.why) == (shop.lin, shop.zhao, shop.lin, "换人")
    assert row.change.kind == "account_clerk_changed"
    assert pairs(showroom) == ("zhao", "lin")


def test_the_deputy_is_another_person(showroom: Showroom) -> None:
    with pytest.raises(accounts.SameDeputy):
        follow(showroom, showroom.shop.lin, showroom.shop.lin, showroom.shop.chen)


def test_whoever_has_left_or_is_no_clerk_follows_nobody(showroom: Showroom) -> None:
    shop = showroom.shop
    shop.zhao.is_active = False
    shop.zhao.save()
    for person in (shop.zhao, shop.qian):
        with pytest.raises(accounts.ClerkGone):
            follow(showroom, person, None, shop.chen)


def test_a_clerk_gives_nobody_away(showroom: Showroom) -> None:
    with pytest.raises(NotAllowed):
        follow(showroom, showroom.shop.zhao, None, showroom.shop.lin)


def test_whoever_leaves_hands_over_customers_and_open_orders_in_one_act(
    showroom: Showroom,
) -> None:
    shop = showroom.shop
    order = showroom.at(OrderState.TRANSFERRED)
    client = shop.client(shop.chen)
    shop.lin.is_active = False
    shop.lin.save()
    told = {"old": str(shop.lin.pk), "new": str(shop.zhao.pk), "why": "离职"}
    answer = client.post("/customers/accounts/hand-over/", told)
    assert answer.status_code == 303, answer.text[-1_500:]
    assert pairs(showroom) == ("zhao", "")
    order.refresh_from_db()
    assert order.account_clerk == shop.zhao
    assert AccountClerkChange.objects.get().old == shop.lin


def test_what_is_known_of_a_customer_is_kept_by_who_follows_them(showroom: Showroom) -> None:
    shop, path = showroom.shop, f"/customers/{showroom.customer.pk}/notes/"
    told = {"region": "苏州", "habits": "喜欢 喷沙", "notes": ""}
    assert shop.client(shop.lin).post(path, told).status_code == 303
    page = shop.client(shop.lin).get(f"/customers/{showroom.customer.pk}/").text
    assert "喜欢 喷沙" in page
    with pytest.raises(NotAllowed):
        accounts.describe(customer=showroom.customer, **told, by=shop.qian)
