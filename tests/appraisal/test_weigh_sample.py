"""A share of what one person weighed alone is weighed again by the chief."""

import pytest

from appraisal import sample_weighings
from appraisal.models import TradeIn, WeighedFor, Weighing
from appraisal.old_pieces import OtherWeigher
from appraisal.weighings import NothingWeighed
from inventory.ground.errors import NotAllowed
from tests.old_gold import Desk
from tests.scrap_bags import arrived, seal, sealed, settled


def all_drawn(desk: Desk) -> None:
    desk.put("reweigh_share_bp", "10000")


def weigh(desk: Desk, trade_in: TradeIn, mg: int) -> list[Weighing]:
    chen = desk.shop.chen
    loads = sample_weighings.loads_of(trade_in)
    weights = {load.key: desk.on_scale(mg, by=chen) for load in loads}
    return sample_weighings.weigh(trade_in=trade_in, weights=weights, by=chen)


def test_the_draw_is_the_share_of_the_setting_and_repeats(desk: Desk) -> None:
    hashes = [f"{n * 2654435761 % 2**32:08x}{n:056x}" for n in range(2_000)]
    drawn = [each for each in hashes if sample_weighings.is_drawn(each, 1_000)]
    assert 150 <= len(drawn) <= 250
    assert drawn == [each for each in hashes if sample_weighings.is_drawn(each, 1_000)]
    assert not sample_weighings.is_drawn(hashes[0], 0)
    assert all(sample_weighings.is_drawn(each, 10_000) for each in hashes)
    assert not sample_weighings.is_drawn("", 10_000)


def test_nothing_is_drawn_at_no_share(desk: Desk) -> None:
    desk.put("reweigh_share_bp", "0")
    settled(desk)
    assert sample_weighings.due(desk.shop.s01) == []


def test_the_chief_weighs_the_sealed_bag_again(desk: Desk) -> None:
    all_drawn(desk)
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    assert sample_weighings.due(desk.shop.s01) == [trade_in]
    (row,) = weigh(desk, trade_in, bag.gross_mg + 20)
    assert (row.purpose, row.label_mg, row.mg) == (WeighedFor.REWEIGHED, 11_500, 11_520)
    assert sample_weighings.differing([row]) == []
    assert sample_weighings.due(desk.shop.s01) == []
    assert list(sample_weighings.done(desk.shop.s01)) == [row]


def test_what_is_not_bagged_yet_is_weighed_piece_by_piece(desk: Desk) -> None:
    all_drawn(desk)
    trade_in = settled(desk, desk.ring(), desk.ring())
    rows = weigh(desk, trade_in, 10_010)
    assert [row.old_piece.position for row in rows if row.old_piece] == [1, 2]


def test_a_difference_stays_written(desk: Desk) -> None:
    all_drawn(desk)
    trade_in = settled(desk)
    seal(desk, trade_in)
    rows = weigh(desk, trade_in, 11_470)
    assert sample_weighings.differing(rows) == rows
    assert Weighing.objects.filter(purpose=WeighedFor.REWEIGHED).count() == 1


def test_it_refuses_whoever_weighed_it_first_and_a_clerk(desk: Desk) -> None:
    all_drawn(desk)
    desk.by = desk.shop.chen
    trade_in = settled(desk)
    with pytest.raises(OtherWeigher):
        weigh(desk, trade_in, 10_000)
    with pytest.raises(NotAllowed):
        sample_weighings.weigh(trade_in=trade_in, weights={}, by=desk.shop.lin)


def test_it_refuses_what_was_not_drawn_twice_and_what_left(desk: Desk) -> None:
    all_drawn(desk)
    trade_in = settled(desk)
    weigh(desk, trade_in, 10_000)
    with pytest.raises(sample_weighings.NotDrawn):
        weigh(desk, trade_in, 10_000)
    gone = sealed(desk, "F-9")
    arrived(desk, gone)
    assert sample_weighings.due(desk.shop.s01) == []


def test_every_load_goes_on_the_scale(desk: Desk) -> None:
    all_drawn(desk)
    trade_in = settled(desk)
    with pytest.raises(NothingWeighed):
        sample_weighings.weigh(trade_in=trade_in, weights={}, by=desk.shop.chen)
