"""What the refiner found is held against what was decided, by store, instrument and clerk."""

from appraisal import melts, purity
from appraisal.models import ScrapBag
from counter import purity_chart
from tests.old_gold import Desk
from tests.scrap_bags import melted, of_two_metals, seal, sealed


def assayed(desk: Desk, *bags: ScrapBag, fineness: int) -> None:
    """One bar of these bags, and what the refiner found in it."""
    bar = melted(desk, *bags)
    melts.enter_assay(
        melt=bar, refiner="长城精炼", paper="R-1", fineness=fineness, by=desk.shop.head
    )


def test_nothing_is_told_before_a_paper_came(desk: Desk) -> None:
    melted(desk, sealed(desk))
    assert purity.compared().by_store == []
    assert purity_chart.drawn([]).rows == []


def test_a_bar_that_disappoints_shows_at_store_instrument_and_clerk(desk: Desk) -> None:
    assayed(desk, sealed(desk), fineness=9_950)
    found = purity.compared()
    for rows, name in (
        (found.by_store, "国贸店"),
        (found.by_instrument, "XRF"),
        (found.by_clerk, "林"),
    ):
        (row,) = rows
        assert (row.name, row.metal, row.metal_mg) == (name, "Au", 10_000)
        assert (row.predicted, row.real, row.deviation) == (9_990, 9_950, -40)
        assert row.deviation_text == "−4‰"


def test_two_bars_are_weighed_by_their_grams(desk: Desk) -> None:
    assayed(desk, sealed(desk, "F-1"), fineness=9_990)
    assayed(desk, sealed(desk, "F-2"), sealed(desk, "F-3"), fineness=9_960)
    (row,) = purity.compared().by_store
    # 10 g with no difference and 20 g with three permille too few
    assert (row.metal_mg, row.deviation, row.real) == (30_000, -20, 9_970)


def test_metals_are_never_mixed(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    first, second = seal(desk, trade_in, "F-1"), seal(desk, trade_in, "F-2")
    assayed(desk, first, fineness=9_980)
    assayed(desk, second, fineness=9_520)
    gold, platinum = purity.compared().by_store
    assert (gold.metal, gold.deviation) == ("Au", -10)
    assert (platinum.metal, platinum.predicted, platinum.deviation) == ("Pt", 9_500, 20)
    chart = purity_chart.drawn([gold, platinum])
    left, right = chart.rows
    assert left.x < chart.middle == right.x
    assert right.width == 2 * left.width == purity_chart.LONGEST_BAR
    assert (left.anchor, right.anchor) == ("end", "start")
