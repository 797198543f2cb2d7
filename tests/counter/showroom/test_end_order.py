"""An order that comes to nothing ends with a reason, once, and lets go of what was kept for it."""

from typing import Any

import pytest

from counter import books, deposits
from counter.deposits import EndedBy
from counter.models import DepositKind, NetworkOrder, OrderedPiece, OrderState, StoneAllotment
from counter.showroom import allotments, endings, reviews, steps
from inventory.ground import changes, nobody
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Notice, Store
from tests.deposits import Owing
from tests.showroom import DIAMOND_RING, Showroom


def cancel(order: NetworkOrder, by: Any, reason: str = "changed_mind") -> NetworkOrder:
    return endings.cancel(order=order, reason=reason, remark="", by=by)


@pytest.mark.parametrize(
    "state", [OrderState.REVIEWING, OrderState.TRANSFERRED, OrderState.CONFIRMED]
)
def test_the_customer_cancels_before_stones_are_chosen(
    showroom: Showroom, state: OrderState
) -> None:
    order = cancel(showroom.at(state), nobody.customer())
    assert order.state == OrderState.CANCELLED
    assert order.is_over
    assert order.due_at is None
    assert order.steps.latest("pk").reason == "changed_mind"
    assert set(OrderedPiece.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Notice.objects.filter(kind="order_cancelled").count() == 1
    assert not [row for store in Store.objects.all() for row in books.verify(store, full=True)]


def test_we_refuse_what_we_cannot_make(showroom: Showroom) -> None:
    order = endings.refuse(
        order=showroom.placed(), reason="no_stone", remark="没有 2 克拉", by=showroom.gao
    )
    step = order.steps.latest("pk")
    assert (order.state, step.reason, step.remark) == (
        OrderState.REFUSED,
        "no_stone",
        "没有 2 克拉",
    )


def in_production(showroom: Showroom) -> NetworkOrder:
    order = showroom.at(OrderState.CONFIRMED)
    with steps.opened(order, by=showroom.shop.lin) as (book, locked):
        steps.move(locked, OrderState.IN_PRODUCTION, book=book)
    return locked


def test_from_the_workshop_on_the_chief_agrees(showroom: Showroom) -> None:
    order = in_production(showroom)
    with pytest.raises(RuleBroken) as refusal:
        cancel(order, nobody.customer())
    assert refusal.value.code == "order_being_made"
    with pytest.raises(NotAllowed):
        cancel(order, showroom.shop.lin)
    assert cancel(order, showroom.shop.chen).state == OrderState.CANCELLED


@pytest.mark.parametrize(
    ("reason", "who", "code"),
    [
        ("no_stone", "gao", "bad_reason"),
        ("whim", "gao", "bad_reason"),
        ("we_are_late", "customer", "bad_reason"),
        ("changed_mind", "sun", "not_allowed"),
        ("changed_mind", "lin", "not_allowed"),
    ],
)
def test_an_order_does_not_end_so(showroom: Showroom, reason: str, who: str, code: str) -> None:
    by = nobody.customer() if who == "customer" else showroom.shop.people[who]
    with pytest.raises(RuleBroken) as refusal:
        cancel(showroom.placed(), by, reason)
    assert refusal.value.code == code


def test_whoever_comes_second_is_told(showroom: Showroom) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    seen = NetworkOrder.objects.get(pk=order.pk)
    confirmed = reviews.confirm(order=order, by=showroom.shop.lin)
    for late in (seen, seen):
        with pytest.raises(RuleBroken) as refusal:
            cancel(late, nobody.customer())
        assert refusal.value.code == "order_moved"
    # who looks again may still cancel, and then nothing is confirmed any more
    cancel(NetworkOrder.objects.get(pk=confirmed.pk), nobody.customer())
    with pytest.raises(RuleBroken) as refusal:
        reviews.confirm(order=seen, by=showroom.shop.lin)
    assert refusal.value.code == "order_moved"


@pytest.mark.parametrize(
    ("reason", "left"), [("changed_mind", 0), ("we_are_late", 200_000), ("ordered_twice", 0)]
)
def test_earnest_money_is_lost_or_doubled_by_whose_reason_it_is(
    showroom: Showroom, reason: str, left: int
) -> None:
    """A tenth of the price, all of it earnest money."""
    order = showroom.at(OrderState.CONFIRMED, showroom.wish(DIAMOND_RING))
    deposit = Owing(showroom.shop).take(100_000, order=order, kind=DepositKind.EARNEST)
    cancel(order, showroom.shop.lin, reason)
    assert deposits.balance(deposit) == left
    deposit.refresh_from_db()
    assert deposit.state == ("due_back" if left else "lost")


def test_stones_that_were_allotted_are_free_again(showroom: Showroom) -> None:
    order = showroom.at(OrderState.CONFIRMED, showroom.wish(DIAMOND_RING))
    allotments.begin(order=order, by=showroom.shop.lin)
    with changes.opened(store=order.queue, by=showroom.shop.lin) as book:
        row = StoneAllotment(
            ordered=OrderedPiece.objects.get(),
            source="buy",
            weight_mct=500,
            at=book.at,
            by=showroom.shop.lin,
        )
        book.write([row], kind="stone_allotted", number=order.number)
    cancel(NetworkOrder.objects.get(), showroom.shop.lin)
    assert StoneAllotment.objects.get().released_at is not None


def test_whose_reason_it_is_decides_how_deposits_end() -> None:
    assert {code for code, each in endings.REASONS.items() if each.side == EndedBy.SHOP} == {
        "not_makeable",
        "no_stone",
        "no_time",
        "made_wrong",
        "we_are_late",
        "not_as_ordered",
    }
    assert set(endings.OF_CUSTOMER) < set(endings.reasons_for(OrderState.CANCELLED))
    assert not set(endings.OF_CUSTOMER) & set(endings.reasons_for(OrderState.REFUSED))
