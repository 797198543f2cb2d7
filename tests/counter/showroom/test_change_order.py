"""A change is proposed whole, and counts when the customer has said yes."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from counter.models import (
    ConsentHow,
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderLine,
    OrderState,
    OrderVersion,
    StoneAllotment,
)
from counter.showroom import rewrites, talks, versions
from counter.showroom.wishes import Wish
from inventory.ground import changes, nobody
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Notice
from tests.showroom import BAND, DIAMOND_RING, Showroom


def propose(showroom: Showroom, order: NetworkOrder, *lines: Any, **terms: Any) -> OrderVersion:
    return versions.propose(
        order=order, wish=showroom.wish(*lines, **terms), why="客户改主意", by=showroom.gao
    )


def agree(version: OrderVersion, agreed: bool = True) -> NetworkOrder:
    versions.answer(version=version, agreed=agreed, how=ConsentHow.LINK, by=nobody.customer())
    return NetworkOrder.objects.get(pk=version.order.pk)


def lines_of(order: NetworkOrder) -> list[Any]:
    """The lines that count, as they are wished, with how many pieces wait for each."""
    return [
        (
            rewrites.wish_of(line),
            line.ordered.exclude(state=OrderedState.CANCELLED).count(),
        )
        for line in order.lines.select_related("style")
    ]


def test_on_a_yes_the_lines_are_rewritten(showroom: Showroom) -> None:
    order = showroom.placed()
    larger = showroom.band(ring_size="13", pieces=3)
    version = propose(showroom, order, larger, DIAMOND_RING, delivery="collect", promises="礼盒")
    assert Notice.objects.filter(kind="order_change").count() == 1
    assert lines_of(order) == [(BAND, 2)]
    order = agree(version)
    assert lines_of(order) == [(larger, 3), (DIAMOND_RING, 1)]
    assert (order.version, order.promises) == (2, "礼盒")
    assert order.total_cents == version.total_cents
    assert order.total_cents == sum(line.pieces * line.unit_cents for line in order.lines.all())


def test_on_a_no_everything_stays(showroom: Showroom) -> None:
    order = showroom.placed()
    version = propose(showroom, order, DIAMOND_RING)
    assert agree(version, agreed=False).version == 1
    assert lines_of(order) == [(BAND, 2)]
    # the next proposal has the next number, and the order may go on meanwhile
    assert showroom.passed_on(order).state == OrderState.TRANSFERRED
    with pytest.raises(RuleBroken) as refusal:
        agree(version)
    assert refusal.value.code in {"change_answered", "order_moved"}


def test_the_amounts_are_those_of_the_proposal(showroom: Showroom) -> None:
    version = propose(showroom, showroom.placed(), BAND, DIAMOND_RING)
    showroom.shop.put_up(7500, 99_900)
    order = agree(version)
    assert order.total_cents == version.total_cents
    assert order.lines.all()[0].unit_cents == 3_400 * 88_300 // 1000 + 38_000


def test_one_proposal_at_a_time(showroom: Showroom) -> None:
    order = showroom.placed()
    version = propose(showroom, order, DIAMOND_RING)
    with pytest.raises(RuleBroken) as refusal:
        propose(showroom, order, showroom.band(ring_size="14"))
    assert refusal.value.code == "change_open"
    with pytest.raises(RuleBroken) as refusal:
        showroom.passed_on(order)
    assert refusal.value.code == "waits_for_customer"
    agree(version)
    assert versions.open_proposal(NetworkOrder.objects.get()) is None
    with pytest.raises(RuleBroken) as refusal:
        agree(version)
    assert refusal.value.code == "change_answered"


def test_lines_may_go_and_change_places(showroom: Showroom) -> None:
    order = showroom.placed(showroom.wish(BAND, DIAMOND_RING))
    before = {line.style.code: line.pk for line in order.lines.select_related("style")}
    turned = agree(propose(showroom, order, DIAMOND_RING, replace(BAND, pieces=1)))
    assert lines_of(turned) == [(DIAMOND_RING, 1), (replace(BAND, pieces=1), 1)]
    assert {line.style.code: line.pk for line in turned.lines.select_related("style")} == before
    fewer = agree(propose(showroom, turned, DIAMOND_RING))
    assert lines_of(fewer) == [(DIAMOND_RING, 1)]
    assert OrderedPiece.objects.count() == 1


def make(order: NetworkOrder, count: int = 1) -> None:
    """So many pieces of the first line are being made."""
    keys = OrderedPiece.objects.filter(line__order=order).values_list("pk", flat=True)[:count]
    OrderedPiece.objects.filter(pk__in=list(keys)).update(state=OrderedState.IN_PRODUCTION)


@pytest.mark.parametrize(
    "lines",
    [
        (DIAMOND_RING,),
        (replace(BAND, ring_size="14"),),
        (replace(BAND, pieces=1),),
    ],
)
def test_what_is_being_made_does_not_become_something_else(showroom: Showroom, lines: Any) -> None:
    order = showroom.placed()
    make(order, 2)
    with pytest.raises(RuleBroken) as refusal:
        propose(showroom, order, *lines)
    assert refusal.value.code == "in_production_already"


def test_what_is_not_being_made_yet_may_change_beside_it(showroom: Showroom) -> None:
    order = showroom.placed(showroom.wish(replace(BAND, pieces=3)))
    make(order)
    other = replace(BAND, ring_size="9")
    changed = agree(propose(showroom, order, other, replace(BAND, pieces=1)))
    assert lines_of(changed) == [(other, 2), (replace(BAND, pieces=1), 1)]
    (kept,) = OrderedPiece.objects.filter(state=OrderedState.IN_PRODUCTION)
    assert kept.line.position == 2


def test_work_that_began_after_the_proposal_is_not_undone_by_a_yes(showroom: Showroom) -> None:
    order = showroom.placed()
    version = propose(showroom, order, DIAMOND_RING)
    make(order)
    with pytest.raises(RuleBroken) as refusal:
        agree(version)
    assert refusal.value.code == "in_production_already"
    assert lines_of(order) == [(BAND, 2)]


def test_stones_are_released_before_their_piece_changes(showroom: Showroom) -> None:
    order = showroom.placed(showroom.wish(BAND, DIAMOND_RING))
    ordered = OrderedPiece.objects.get(line__position=2)
    with changes.opened(store=order.store, by=showroom.gao) as book:
        row = StoneAllotment(
            ordered=ordered, source="buy", weight_mct=500, at=book.at, by=showroom.gao
        )
        book.write([row], kind="stone_allotted", number=order.number)
    with pytest.raises(RuleBroken) as refusal:
        propose(showroom, order, BAND)
    assert refusal.value.code == "stones_allotted"
    StoneAllotment.objects.update(released_at=timezone.now())
    # what was done for it stays in the books: cancelled, not deleted
    changed = agree(propose(showroom, order, BAND))
    assert lines_of(changed) == [(BAND, 2)]
    ordered.refresh_from_db()
    assert ordered.state == OrderedState.CANCELLED
    assert OrderLine.every.filter(order=order).count() == 2
    # and stands in nobody's way later
    again = agree(propose(showroom, changed, BAND, DIAMOND_RING))
    assert lines_of(again) == [(BAND, 2), (DIAMOND_RING, 1)]


def test_a_change_says_why_and_is_one(showroom: Showroom) -> None:
    order = showroom.placed()
    for why, lines, code in (
        ("", (DIAMOND_RING,), "remark_needed"),
        ("x", (BAND,), "nothing_changed"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            versions.propose(order=order, wish=Wish(lines=lines), why=why, by=showroom.gao)
        assert refusal.value.code == code
    with pytest.raises(NotAllowed):
        versions.propose(
            order=order, wish=Wish(lines=(DIAMOND_RING,)), why="x", by=showroom.shop.lin
        )


def test_an_order_that_waits_for_its_first_yes_is_not_changed(showroom: Showroom) -> None:
    order = showroom.placed(how=None)
    with pytest.raises(RuleBroken) as refusal:
        propose(showroom, order, DIAMOND_RING)
    assert refusal.value.code == "order_moved"


def test_questions_and_changes_live_beside_each_other(showroom: Showroom) -> None:
    order = showroom.placed()
    talks.ask(order=order, text="?", by=showroom.gao)
    assert agree(propose(showroom, order, DIAMOND_RING)).version == 2
