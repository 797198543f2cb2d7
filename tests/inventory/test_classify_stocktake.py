"""Whatever was read wherever: every line and every read falls into exactly one class, no gram is
lost, and order and repetition of reads do not matter."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import stocktake_results, transfers
from inventory.ground.measures import Tally
from inventory.models import Piece, StocktakeLine, StocktakeRead
from tests import stocktakes as counts
from tests.cast import Shop

PLACES = ("A-01", "A-02", "A-03")
PIECES = 7
UNKNOWN = ("NOTHING1", "NOTHING2")


@dataclass(frozen=True)
class Count:
    """Where each piece lies, what is read where and when, what moves, which places are handed in;
    pieces and places by their numbers, place 3 is nowhere."""

    lying: list[int]
    reads: list[tuple[int, int]]
    moves: list[tuple[int, int]]
    handed_in: list[int]


@st.composite
def some_counts(draw: st.DrawFn) -> Count:
    piece = st.integers(0, PIECES - 1)
    return Count(
        lying=draw(st.lists(st.integers(0, 2), min_size=PIECES, max_size=PIECES)),
        reads=draw(st.lists(st.tuples(st.integers(0, PIECES + 1), st.integers(0, 3)), max_size=16)),
        # 0 to 2: carried to this place, 3: sold
        moves=draw(st.lists(st.tuples(piece, st.integers(0, 3)), max_size=3)),
        handed_in=draw(st.lists(st.integers(0, 2), unique=True, max_size=3)),
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
    for what, where in count.moves:
        _move(shop, rows[what], where)
    for where in count.handed_in:
        counts.count(stocktake, PLACES[where], by=shop.lin)
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


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
