"""Two checks: the network showroom passes an order on, and the store confirms it."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import connection

from counter import books
from counter.models import Clerk, NetworkOrder, OrderState
from counter.showroom import reviews, talks
from inventory.ground import settings_rows
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Change, Notice, Store
from tests.showroom import Showroom


def test_an_order_goes_to_the_store_and_to_who_follows_its_customer(showroom: Showroom) -> None:
    order = showroom.passed_on(showroom.placed())
    assert (order.state, order.queue) == (OrderState.TRANSFERRED, showroom.shop.s01)
    assert (order.account_clerk, order.first_checked_by) == (showroom.shop.lin, showroom.gao)
    # its number stays, and the step stands in the chain that it left
    assert order.number.startswith("N01-")
    (step,) = order.steps.filter(new=OrderState.TRANSFERRED)
    assert (step.change.store, step.queue) == (order.store, order.queue)
    confirmed = reviews.confirm(order=order, by=showroom.shop.lin)
    assert confirmed.state == OrderState.CONFIRMED
    assert confirmed.steps.latest("pk").change.store == showroom.shop.s01
    assert not [row for store in Store.objects.all() for row in books.verify(store, full=True)]


@pytest.mark.parametrize(
    ("gone", "follows"),
    [((), "lin"), (("lin",), "zhao"), (("lin", "zhao"), None)],
)
def test_who_has_left_follows_no_order(
    showroom: Showroom, gone: tuple[str, ...], follows: str | None
) -> None:
    for name in gone:
        person = showroom.shop.people[name]
        person.is_active = False
        person.save()
    order = NetworkOrder.objects.get(pk=showroom.passed_on(showroom.placed()).pk)
    assert (order.account_clerk and order.account_clerk.username) == follows
    assert order.queue == showroom.shop.s01


def test_an_order_that_nobody_follows_is_taken_or_given(showroom: Showroom) -> None:
    shop = showroom.shop
    showroom.customer.account_clerk = showroom.customer.deputy = None
    showroom.customer.save()
    order = showroom.passed_on(showroom.placed())
    with pytest.raises(RuleBroken) as refusal:
        reviews.assign(order=order, clerk=shop.sun, by=shop.chen)
    assert refusal.value.code == "cannot_follow"
    with pytest.raises(NotAllowed):
        reviews.assign(order=order, clerk=shop.zhao, by=shop.lin)
    order = reviews.assign(order=order, clerk=shop.lin, by=shop.lin)
    with pytest.raises(NotAllowed):
        reviews.assign(order=order, clerk=shop.zhao, by=shop.zhao)
    order = reviews.assign(order=order, clerk=shop.zhao, by=shop.chen)
    assert order.account_clerk == shop.zhao
    kinds = Change.objects.filter(number=order.number, store=shop.s01)
    assert [link.kind for link in kinds.order_by("pk")] == ["order_assigned"] * 2


def test_where_the_house_wants_two_people_the_first_checker_is_not_the_second(
    showroom: Showroom,
) -> None:
    gao, s01 = showroom.gao, showroom.shop.s01
    order = showroom.passed_on(showroom.placed())
    # the same person at another time, in another role
    Clerk.objects.filter(user=gao).update(role="chief", store=s01)
    s01.people.add(gao)
    again = type(gao).objects.get(pk=gao.pk)
    settings_rows.put(store=s01, key="order_second_check", new="two", by=showroom.shop.wang)
    with pytest.raises(RuleBroken) as refusal:
        reviews.confirm(order=order, by=again)
    assert refusal.value.code == "order_second_check"
    settings_rows.put(store=s01, key="order_second_check", new="one", by=showroom.shop.wang)
    assert reviews.confirm(order=order, by=again).state == OrderState.CONFIRMED


def test_the_second_check_sends_back_with_a_remark(showroom: Showroom) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    with pytest.raises(RuleBroken) as refusal:
        reviews.send_back(order=order, remark=" ", by=showroom.shop.lin)
    assert refusal.value.code == "remark_needed"
    told = Notice.objects.count()
    back = reviews.send_back(order=order, remark="手寸不对", by=showroom.shop.lin)
    assert (back.state, back.queue) == (OrderState.REVIEWING, back.store)
    assert back.steps.latest("pk").remark == "手寸不对"
    assert Notice.objects.count() == told


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"store": "N01"}, "no_such_queue"),
        ({"store": "HQ"}, "no_such_queue"),
        ({"days": -1}, "bad_promised_date"),
        ({"days": 731}, "bad_promised_date"),
        ({"by": "lin"}, "not_allowed"),
        ({"by": "wang"}, "not_allowed"),
    ],
)
def test_an_order_is_not_passed_on_so(showroom: Showroom, facts: dict[str, Any], code: str) -> None:
    order = showroom.placed()
    with pytest.raises(RuleBroken) as refusal:
        reviews.pass_on(
            order=order,
            store=Store.objects.get(code=facts.get("store", "S01")),
            promised_on=showroom.day(facts.get("days", 9)),
            by=showroom.shop.people[facts.get("by", "gao")],
        )
    assert refusal.value.code == code


@pytest.mark.parametrize("who", ["gao", "sun", "qian"])
def test_the_second_check_is_done_in_the_store(showroom: Showroom, who: str) -> None:
    with pytest.raises(NotAllowed):
        reviews.confirm(order=showroom.at(OrderState.TRANSFERRED), by=showroom.shop.people[who])


def test_what_was_looked_at_before_it_went_elsewhere_is_not_moved(showroom: Showroom) -> None:
    before = showroom.placed()
    seen = NetworkOrder.objects.get(pk=before.pk)
    showroom.passed_on(before)
    with pytest.raises(RuleBroken) as refusal:
        showroom.passed_on(seen)
    assert refusal.value.code == "order_moved"


def test_nothing_goes_on_while_a_question_waits(showroom: Showroom) -> None:
    order = showroom.placed()
    talks.ask(order=order, text="几号手寸?", by=showroom.gao)
    with pytest.raises(RuleBroken) as refusal:
        showroom.passed_on(order)
    assert refusal.value.code == "waits_for_customer"


class Killed(BaseException):
    """The process ends here."""


def dying_at(number: int) -> Callable[..., Any]:
    """Lets statements through up to the one of this number; a savepoint is the test's own."""
    seen = count(1)

    def execute(run: Callable[..., Any], sql: str, *statement: Any) -> Any:
        if "SAVEPOINT" not in sql and next(seen) == number:
            raise Killed
        return run(sql, *statement)

    return execute


def test_a_server_that_dies_midway_leaves_an_order_in_one_place(showroom: Showroom) -> None:
    order = showroom.placed()
    before = (order.steps.count(), Notice.objects.count(), Change.objects.count())
    for number in count(1):
        try:
            with connection.execute_wrapper(dying_at(number)):
                showroom.passed_on(NetworkOrder.objects.get(pk=order.pk))
        except Killed:
            now = NetworkOrder.objects.get(pk=order.pk)
            assert (now.state, now.queue, now.first_checked_by) == ("reviewing", now.store, None)
            told = (now.steps.count(), Notice.objects.count(), Change.objects.count())
            assert told == before, number
            continue
        break
    assert number > 15
    assert NetworkOrder.objects.get(pk=order.pk).queue == showroom.shop.s01
