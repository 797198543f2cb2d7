"""Stocktakes of any size, laid out by two statements: the history's pieces as they were expected,
and what was read of them, with a known answer."""

import random
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from inventory import stocktake_places, stocktake_states, stocktakes
from inventory.models import (
    Piece,
    Place,
    SpotState,
    Stocktake,
    StocktakeKind,
    StocktakePlace,
    StocktakeState,
)
from inventory.stocktake_reads import Read
from tests.bench.ground import Ground
from tests.bench.measuring import SEED

# trays in which nothing else lies
READ, HOME, ELSEWHERE, TILL = "B-13", "B-14", "B-15", "C-01"
MOST_UNEXPECTED = 500

LINES = """
    INSERT INTO inventory_stocktakeline (store_id, stocktake_id, piece_id, place_id, number, name,
        category, metal, grade, fineness, net_mg, gross_mg, cost_cents, retail_cents, state,
        excluded, result)
    SELECT %(store)s, %(stocktake)s, id, %(home)s, number, name, category, metal, grade,
        COALESCE(content, grade), net_mg, gross_mg, 654321, price_cents, state, '', 'not_counted'
    FROM inventory_piece ORDER BY id LIMIT %(size)s
"""
# of a hundred expected pieces the first is missing and the second lies elsewhere; beside the third
# something unknown is read
READS = """
    INSERT INTO inventory_stocktakeread (store_id, stocktake_id, place_id, round, code, key,
        piece_id, means, read_at, at, by_id)
    SELECT %(store)s, %(stocktake)s, place, 1, key, key, piece, 'rfid', %(at)s, %(at)s, %(by)s
    FROM (
        SELECT CASE nth %% 100 WHEN 2 THEN %(elsewhere)s ELSE %(home)s END AS place,
               number AS key, id AS piece
        FROM (SELECT id, number, ROW_NUMBER() OVER (ORDER BY id) AS nth FROM inventory_piece) told
        WHERE nth %% 100 <> 1 AND nth <= %(size)s
           OR nth > %(size)s AND nth <= %(size)s + %(unexpected)s
        UNION ALL
        SELECT %(home)s, 'X' || number, NULL
        FROM (SELECT id, number, ROW_NUMBER() OVER (ORDER BY id) AS nth FROM inventory_piece) told
        WHERE nth %% 100 = 3 AND nth <= %(size)s
    ) read
"""


@dataclass(frozen=True)
class Stock:
    """A stocktake of `size` expected pieces, all of them counted."""

    stocktake: Stocktake
    size: int
    unexpected: int

    @property
    def classes(self) -> dict[tuple[str, str], int]:
        """How many lines and loose reads fall into each class."""
        hundreds, rest = divmod(self.size, 100)
        missing, elsewhere, unknown = (hundreds + (rest >= nth) for nth in (1, 2, 3))
        return {
            ("line", "missing"): missing,
            ("line", "found_elsewhere"): elsewhere,
            ("line", "found"): self.size - missing - elsewhere,
            ("read", "found_elsewhere"): elsewhere,
            ("read", "unexpected"): self.unexpected,
            ("read", "unknown"): unknown,
        }


def counted(ground: Ground) -> Stock:
    """The stocktake of the history as long as it is now; made once for each length."""
    kept: dict[int, Stock] = vars(ground).setdefault("_stocks", {})
    if ground.size not in kept:
        for older in kept.values():
            abandon(ground, older.stocktake)
        kept[ground.size] = _counted(ground)
    return kept[ground.size]


def begun(ground: Ground, *codes: str) -> Stocktake:
    """A count of trays of S01 that nobody has begun to read."""
    shop = ground.shop
    trays = list(Place.objects.filter(store=shop.s01, code__in=codes))
    return stocktakes.begin(store=shop.s01, kind=StocktakeKind.CYCLE, places=trays, by=shop.wang)


def abandon(ground: Ground, stocktake: Stocktake) -> None:
    stocktakes.abandon(stocktake=stocktake, reason="benchmark", by=ground.shop.wang)


def drawn(ground: Ground, count: int, *, code: str = READ) -> tuple[list[Read], int]:
    """So many reads of one tray in a fixed order, 30 % of them repeats and 1 % unknown; and how
    many different codes there are."""
    dice = random.Random(SEED)  # noqa: S311  because: a benchmark has no secrets
    fresh = count - count * 30 // 100
    unknown = max(count // 100, 1)
    known = Piece.objects.order_by("pk").values_list("number", flat=True)[: fresh - unknown]
    codes = [*known, *(f"X{number:09d}" for number in range(unknown))]
    read = [*codes, *dice.choices(codes, k=count - len(codes))]
    dice.shuffle(read)
    return [Read(each, code) for each in read], len(codes)


def tray_of(ground: Ground, count: int) -> list[Piece]:
    """A tray with so many pieces on sale, the same ones every time."""
    lying = list(Piece.objects.filter(place=ground.shop.tray(TILL)).order_by("pk"))
    return lying or ground.more_stock(count, TILL)


def in_hand(ground: Ground, stocktake: Stocktake, code: str) -> StocktakePlace:
    """One place of a stocktake in the hands of who counts it."""
    rows = StocktakePlace.objects.select_related("stocktake__store", "place", "by")
    spot = rows.get(stocktake=stocktake, place__code=code)
    return stocktake_places.begin(spot=spot, by=ground.shop.lin)


@transaction.atomic
def _counted(ground: Ground) -> Stock:
    shop, now = ground.shop, timezone.now()
    stocktake = begun(ground, HOME, ELSEWHERE)
    told: dict[str, Any] = {
        "store": shop.s01.pk,
        "stocktake": stocktake.pk,
        "home": shop.tray(HOME).pk,
        "elsewhere": shop.tray(ELSEWHERE).pk,
        "size": ground.size,
        "unexpected": min(max(ground.size // 100, 1), MOST_UNEXPECTED),
        "at": connection.ops.adapt_datetimefield_value(now),
        "by": shop.lin.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES, told)
        cursor.execute(READS, told)
        if connection.vendor == "postgresql":  # as autovacuum does
            cursor.execute("ANALYZE inventory_stocktakeline, inventory_stocktakeread")
    handed_in = {"state": SpotState.HANDED_IN, "by": shop.lin, "handed_in_at": now, "seq": 1}
    stocktake.places.update(**handed_in)
    Stocktake.objects.filter(pk=stocktake.pk).update(state=StocktakeState.COUNTING)
    stocktake_states.show(stocktake)
    ground.accept_written()
    stocktake.refresh_from_db()
    return Stock(stocktake, ground.size, told["unexpected"])
