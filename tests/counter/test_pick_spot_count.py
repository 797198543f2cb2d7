"""A spot count: which tray is drawn depends on its value and on how long nobody has counted it."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from counter import spot_counts
from counter.models import Handover, HandoverKind, HandoverState, TrayCount, TrayState
from inventory.ground import changes
from inventory.ground.errors import NotAllowed
from inventory.models import Piece, Place, State
from tests.cast import Shop

DRAWS = 400


def drawn(shop: Shop, times: int = DRAWS) -> Counter[str]:
    dice = Random(7)  # noqa: S311  because: a test, the same every time
    return Counter(
        spot_counts.pick(counter=shop.a, by=shop.chen, dice=dice).code for _each in range(times)
    )


def counted(shop: Shop, place: Place, *, days_ago: int, by_seal: bool = False) -> None:
    """A signed sheet with this place on it."""
    at = timezone.now() - timedelta(days=days_ago)
    number = f"S01-H{days_ago}-{place.code}"
    row = Handover.objects.create(
        number=number,
        store=shop.s01,
        counter=shop.a,
        kind=HandoverKind.SPOT,
        business_day=at.date(),
        started_at=at,
        started_by=shop.lin,
    )
    TrayCount.objects.create(
        handover=row, place=place, state=TrayState.AGREED, by_seal=by_seal, attempts=1
    )
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        row.state, row.signed_at, row.sealed_seq = HandoverState.SIGNED, at, 1
        row.change = book.note(row, kind="handover_signed", number=number)
        row.save()


def test_it_draws_what_is_dear_more_often(shop: Shop) -> None:
    # ¥7,572.00 in A-01; nine times as much in A-02
    shop.ring()
    for _each in range(9):
        shop.ring(place=shop.tray("A-02"))
    found = drawn(shop)
    assert found.keys() == {"A-01", "A-02"}
    assert 0.85 < found["A-02"] / DRAWS < 0.95


def test_it_values_grams_at_the_board(shop: Shop) -> None:
    # ¥98.00 of silver against 8.72 g × ¥1,177.00
    shop.charm()
    shop.piece(place=shop.tray("A-02"))
    assert drawn(shop)["A-02"] > DRAWS * 0.95


def test_it_draws_what_nobody_has_counted_for_long_more_often(shop: Shop) -> None:
    shop.ring()
    shop.ring(place=shop.tray("A-02"))
    counted(shop, shop.tray("A-01"), days_ago=3)
    # 3 days against 30: a place without a count in a month has 30
    assert 0.86 < drawn(shop)["A-02"] / DRAWS < 0.95


def test_it_takes_the_newest_count_and_none_under_a_seal(shop: Shop) -> None:
    shop.ring()
    shop.ring(place=shop.tray("A-02"))
    counted(shop, shop.tray("A-01"), days_ago=25)
    counted(shop, shop.tray("A-01"), days_ago=1)
    counted(shop, shop.tray("A-02"), days_ago=2, by_seal=True)
    assert drawn(shop)["A-02"] > DRAWS * 0.9


def test_it_still_draws_a_tray_that_was_counted_today(shop: Shop) -> None:
    shop.ring()
    counted(shop, shop.tray("A-01"), days_ago=0)
    assert drawn(shop, 5) == {"A-01": 5}


def test_it_draws_a_tray_whose_metal_has_no_price(shop: Shop) -> None:
    shop.piece(metal="Pd", grade=9_900, content=None)
    assert drawn(shop, 5) == {"A-01": 5}


def test_it_leaves_out_what_is_empty_missing_elsewhere_or_being_counted(shop: Shop) -> None:
    shop.ring()
    shop.ring(place=shop.tray("B-01"))
    shop.ring(place=shop.tray("A-03"))
    gone = shop.ring(place=shop.tray("A-04"))
    Piece.objects.filter(pk=gone.pk).update(state=State.MISSING)
    shop.count_blind("A-03")
    assert drawn(shop, 50) == {"A-01": 50}


def test_it_says_when_there_is_nothing_to_draw(shop: Shop) -> None:
    with pytest.raises(spot_counts.NothingToCount):
        spot_counts.pick(counter=shop.a, by=shop.chen)


@pytest.mark.parametrize("name", ["lin", "qian", "head"])
def test_it_is_asked_by_a_chief_or_a_manager(shop: Shop, name: str) -> None:
    shop.ring()
    user: User = shop.people[name]
    with pytest.raises(NotAllowed):
        spot_counts.pick(counter=shop.a, by=user)
    assert spot_counts.pick(counter=shop.a, by=shop.wang) == shop.tray("A-01")


def test_it_asks_as_often_however_many_trays_there_are(
    shop: Shop, django_assert_max_num_queries: object
) -> None:
    for code in ("A-01", "A-02", "A-03", "A-04", "A-05"):
        shop.ring(place=shop.tray(code))
    with django_assert_max_num_queries(5):  # type: ignore[operator]  # because: pytest-django has no type for it
        spot_counts.pick(counter=shop.a, by=shop.chen)
