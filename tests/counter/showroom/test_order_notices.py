"""The customer hears of each step in plain words, with the private link and without figures."""

import pytest

from counter.models import OrderState
from counter.showroom import order_notices, reviews, steps
from inventory.models import Notice
from tests.showroom import Showroom


def test_each_step_is_told_once_with_the_link(showroom: Showroom) -> None:
    order = showroom.at(OrderState.CONFIRMED)
    told = list(Notice.objects.order_by("pk"))
    assert [each.kind for each in told] == [
        "order_reviewing",
        "order_transferred",
        "order_confirmed",
    ]
    for each in told:
        assert each.address == showroom.customer.phone
        assert order.number in each.text
        assert each.text.endswith(f"/o/{order.link}/")
        assert "何" not in each.text
        assert "¥" not in each.text
    assert showroom.shop.s01.name in told[1].text
    assert str(order.promised_on) in told[2].text


def test_a_way_back_is_not_told_and_the_way_there_is_told_again(showroom: Showroom) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    order = reviews.send_back(order=order, remark="请再看", by=showroom.shop.lin)
    showroom.passed_on(order)
    kinds = Notice.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["order_reviewing", "order_transferred", "order_transferred"]


@pytest.mark.parametrize("state", OrderState.values)
def test_what_a_step_says_fits_into_a_message(showroom: Showroom, state: str) -> None:
    assert state in order_notices.WORDS or state == OrderState.ARRIVED
    assert len(f"order_{state}") <= 20
    # who follows an order hears of every state from its table, the end has no next one
    assert (state in steps.OWNERS) == bool(steps.MOVES[state] and state != OrderState.HANDED_OVER)
