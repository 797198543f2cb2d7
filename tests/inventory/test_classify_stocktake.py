"""Whatever was read wherever: every line and every read falls into exactly one class, no gram is
lost, and order and repetition of reads do not matter."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inventory import stocktake_gaps, stocktake_places, stocktake_results, transfers
from inventory.ground.measures import Tally
from inventory.models import Piece, Stocktake, StocktakeLine, StocktakeRead
from tests import stocktakes as counts
from tests.cast import Shop

PLACES = ("A-01", "A-02", "A-03")
PIECES = 7
UNKNOWN = ("NOTHING1", "NOTHING2")


@dataclass(frozen=True)
class Count:
    """Where each piece lies, what is read where, what moves before how many places are handed in,
    which these are, and which are counted once more; pieces and places by their numbers, place 3 is
    nowhere."""

    lying: list[int]
    reads: list[tuple[int, int]]
    moves: list[tuple[int, int, int]]
    handed_in: list[int]
    again: list[int]


@st.composite
def some_counts(draw: st.DrawFn) -> Count:
    piece = st.integers(0, PIECES - 1)
    return Count(
        lying=draw(st.lists(st.integers(0, 2), min_size=PIECES, max_size=PIECES)),
        reads=draw(st.lists(st.tuples(st.integers(0, PIECES + 1), st.integers(0, 3)), max_size=16)),
        # 0 to 2: carried to this place, 3: sold
        moves=draw(st.lists(st.tuples(piece, st.integers(0, 3), st.integers(0, 2)), max_size=3)),
        handed_in=draw(st.lists(st.integers(0, 2), unique=True, max_size=3)),
        again=draw(st.lists(st.integers(0, 2), unique=True, max_size=1)),
    )


def play(shop: Shop, count: Count, reads: list[tuple[int, int]]) -> tuple[object, ...]:
    """One count from its opening on; what became of it, in numbers that do not change from one
    time to the next."""
    rows = [
        shop.piece(
            place=shop.tray(PLACES[place]),
            number=f"90000000{nth:02d}",
            net_mg=1_000 + nth,
            gross_mg=1_000 + nth,
            **({"metal": "Au", "grade": 7500, "content": None} if nth % 2 else {}),
        )
        for nth, place in enumerate(count.lying)
    ]
    stocktake = counts.opened(shop, *PLACES)
    codes = [*(row.number for row in rows), *UNKNOWN]
    for what, where in reads:
        counts.read(stocktake, (*PLACES, "")[where], [codes[what]], by=shop.lin)
    for nth, place in enumerate(count.handed_in):
        for what, where, when in count.moves:
            if when == nth:
                _move(shop, rows[what], where)
        counts.count(stocktake, PLACES[place], by=shop.lin)
        _check_part(stocktake)
    for place in set(count.again) & set(count.handed_in):
        spot = counts.spot(stocktake, PLACES[place])
        stocktake_places.ask_recount(spot=spot, by=shop.wang)
        _check_part(stocktake)
    lines = StocktakeLine.objects.filter(stocktake=stocktake).select_related("place")
    _check_lines(list(lines), stocktake_results.totals_of(stocktake))
    classes = stocktake_results.read_classes(stocktake)
    written = StocktakeRead.objects.filter(stocktake=stocktake).select_related("place")
    assert set(classes) == {row.pk for row in written}
    told = stocktake_results.compare(stocktake)
    assert {name: n for (side, name), n in told.items() if side == "line" and n} == Counter(
        line.result for line in lines
    )
    loose = {name: n for (side, name), n in told.items() if side == "read"}
    of_reads = Counter(classes[row.pk] for row in written)
    for name in ("found_elsewhere", "twice", "unknown", "unexpected"):
        assert loose.get(name, 0) == of_reads[name]  # type: ignore[index]  # because: a class is a text
    return (
        sorted((line.number, line.place.code, line.result) for line in lines),
        sorted(
            (row.key, row.place.code if row.place else "", str(classes[row.pk])) for row in written
        ),
        sorted(map(str, stocktake.differences.values_list("kind", "piece__number", "place__code"))),
    )


def _move(shop: Shop, piece: Piece, where: int) -> None:
    piece.refresh_from_db()
    if piece.place is None:
        return
    if where == len(PLACES):
        shop.sell(piece)
    elif piece.place.code != PLACES[where]:
        to = shop.tray(PLACES[where])
        transfers.hand_over(rows=[piece], to=to, sender=shop.zhao, receiver=shop.lin)


def _check_part(stocktake: Stocktake) -> None:
    """What a place settles by itself is what the whole stocktake does; only what was read nowhere
    may wait for the last place."""
    parts = _settled(stocktake)
    with transaction.atomic():
        stocktake_results.settle(stocktake)
        stocktake_gaps.renew(stocktake, [])
        whole = _settled(stocktake)
        transaction.set_rollback(True)
    assert parts == whole


def _settled(stocktake: Stocktake) -> tuple[object, ...]:
    lines = stocktake.lines.values_list("pk", "result", "gone_by").order_by("pk")
    rows = stocktake.differences.filter(place__isnull=False)
    told = rows.values_list(
        "kind", "line", "read", "place", "to_place", "pieces", "mg", "explained"
    )
    return list(lines), sorted(map(str, told))


def _check_lines(lines: list[StocktakeLine], totals: dict[str, Tally]) -> None:
    """The book, class by class, is what was found, is missing, moved and was not counted."""
    book = Tally()
    for line in lines:
        book.add(metal=line.metal, fineness=line.grade, net_mg=line.net_mg)
    parts = Tally()
    for tally in totals.values():
        for of, pieces, mg in tally.classes:
            parts.add(metal=of.metal, fineness=of.grade, net_mg=mg, pieces=pieces)
    assert book.classes == parts.classes
    for line in lines:
        assert (line.result == "moved") <= (line.gone_by_id is not None)


# one piece read where it does not lie, something unknown in a place that is handed in before
ASTRAY = Count(
    lying=[0, 1, 2, 0, 1, 2, 0], reads=[(0, 1), (7, 0)], moves=[], handed_in=[0, 1], again=[1]
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(count=ASTRAY, dice=Random(1))  # noqa: S311  because: a test has no secrets
@given(count=some_counts(), dice=st.randoms(use_true_random=False))
def test_it_is_a_partition_whatever_is_read_and_in_whatever_order(
    shop: Shop, count: Count, dice: object
) -> None:
    told = []
    again = [*count.reads, *count.reads]
    dice.shuffle(again)  # type: ignore[attr-defined]  # because: Hypothesis brings a Random
    for reads in (count.reads, again):
        with transaction.atomic():
            told.append(play(shop, count, reads))
            transaction.set_rollback(True)
    first, second = told
    assert first == second
