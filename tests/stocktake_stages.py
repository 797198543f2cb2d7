"""Stocktakes of S01 at every stage of their way, made by the rules as people make them by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from inventory import places, stocktake_places, stocktake_reads, stocktake_sheets, supplies
from inventory import stocktakes as rules
from inventory.ground import settings_rows
from inventory.models import (
    CountedIn,
    Piece,
    Stocktake,
    StocktakeDifference,
    StocktakeSample,
    StocktakeSheet,
    StocktakeSupply,
    StocktakeUnlabelled,
    SupplyItem,
)
from inventory.queries import LYING
from inventory.stocktake_reads import Read
from tests import stocktakes
from tests.cast import Shop

NOT_OURS = "E2801160600002054C9F1A3B"  # a tag of somebody else's goods


@dataclass(frozen=True)
class Counting:
    """A count in the middle: a place in lin's hand, one handed in, the others waiting."""

    stocktake: Stocktake
    unlabelled: StocktakeUnlabelled
    supply: StocktakeSupply
    difference: StocktakeDifference


def counting(shop: Shop, first: str, second: str, *more: str) -> Counting:
    """`first` is in lin's hand with a label read, one that is not ours and a thing without any;
    `second` was handed in by zhao, a ring short."""
    chain = shop.piece(place=shop.tray(first))
    shop.ring(place=shop.tray(second))
    beads = _beads(shop, first)
    count = stocktakes.opened(shop, first, second, *more)
    stocktakes.count(count, second, by=shop.zhao)
    spot = stocktake_places.begin(spot=stocktakes.spot(count, first), by=shop.lin)
    stocktakes.read(count, first, [NOT_OURS, chain], by=shop.lin)
    thing = stocktake_places.enter_unlabelled(
        spot=spot, words="足金素圈，无标签", gross_mg=3_120, by=shop.lin
    )
    supply = stocktake_places.count_supply(spot=spot, item=beads, quantity=12_500, by=shop.lin)
    return Counting(count, thing, supply, count.differences.earliest("pk"))


def _beads(shop: Shop, code: str) -> SupplyItem:
    """Silver beads by the gram lie in the place."""
    item, _made = SupplyItem.objects.get_or_create(
        code="BEADS",
        defaults={
            "name": "银珠散料",
            "counted_in": CountedIn.GRAMS,
            "metal": "Ag",
            "fineness": 9250,
            "cost_cents": 900,
        },
    )
    supplies.receive(item=item, place=shop.tray(code), quantity=20_000, number="F-1", by=shop.lin)
    return item


def draw_sample(shop: Shop, stocktake: Stocktake, code: str, *rows: Piece) -> StocktakeSample:
    """lin has read these pieces in the place and hands it in; one of them was drawn for the
    scale."""
    settings_rows.put(store=shop.s01, key="count_sample", new="1", by=shop.wang)
    stocktakes.count(stocktake, code, rows, by=shop.lin)
    settings_rows.put(store=shop.s01, key="count_sample", new="0", by=shop.wang)
    return StocktakeSample.objects.get(spot=stocktakes.spot(stocktake, code))


def settling(shop: Shop, first: str, second: str) -> Stocktake:
    """Everything is handed in: a chain is missing, a ring lies in the other place, something has no
    label, a tag is not ours."""
    shop.piece(place=shop.tray(first))
    astray = shop.ring(place=shop.tray(first))
    here = shop.ring(place=shop.tray(second))
    count = stocktakes.opened(shop, first, second)
    stocktakes.count(count, first, by=shop.lin)
    spot = stocktake_places.begin(spot=stocktakes.spot(count, second), by=shop.lin)
    stocktake_places.enter_unlabelled(spot=spot, words="链，断", gross_mg=8_700, by=shop.lin)
    stocktakes.count(count, second, [astray, here, NOT_OURS], by=shop.lin)
    count.refresh_from_db()
    return count


def whole_month(shop: Shop, *, missing: Sequence[Piece] = ()) -> StocktakeSheet:
    """Last month's count of all of S01, published; everything was read but `missing`, and lin has
    counted the supplies as they lie."""
    month = places.business_day(shop.s01).replace(day=1) - timedelta(days=1)
    count = stocktakes.monthly(shop, f"{month:%Y-%m}")
    rows = Piece.objects.filter(store=shop.s01, state__in=LYING).exclude(
        pk__in=[piece.pk for piece in missing]
    )
    reads = [Read(*row) for row in rows.values_list("number", "place__code")]
    stocktake_reads.take_in(stocktake=count, reads=reads, by=shop.lin)
    for place in count.places.filter(supplies__isnull=False).distinct():
        spot = stocktake_places.begin(spot=place, by=shop.lin)
        for row in spot.supplies.select_related("item"):
            stocktake_places.count_supply(
                spot=spot, item=row.item, quantity=row.opening, by=shop.lin
            )
        stocktake_places.hand_in(spot=spot, by=shop.lin)
    stocktake_places.hand_in_waiting(stocktake=count, by=shop.wang)
    count.refresh_from_db()
    stocktakes.note_all(count, by=shop.chen)
    done = stocktakes.approved(shop, count)
    return stocktake_sheets.publish(stocktake=done, by=shop.wang)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Numbers of four stocktakes: `month_count` is published, `settle` waits for outcomes, with a
    difference `differs`; `approved_count` for its sheet; `stocktake` is being counted."""
    shop.charm(place=shop.tray("A-05"))
    sheet = whole_month(shop, missing=[shop.ring(place=shop.tray("A-05"))])
    settle = settling(shop, "A-13", "A-14")
    done = stocktakes.opened(shop, "A-15")
    stocktakes.count(done, "A-15", by=shop.lin)
    given_up = stocktakes.opened(shop, "A-16")
    _give_up(given_up, shop)
    places.build_counter(store=shop.s01, code="D", trays=3)
    kept = shop.ring(place=shop.tray("D-03"))
    now = counting(shop, "D-01", "D-02", "D-03", "D-W", "D")
    stocktake_places.begin(spot=stocktakes.spot(now.stocktake, "D"), by=shop.zhao)
    draw_sample(shop, now.stocktake, "D-03", kept)
    return {
        "month_count": sheet.number,
        "settle": settle.number,
        "differs": str(settle.differences.earliest("pk").pk),
        "approved_count": stocktakes.approved(shop, done).number,
        "given_up": given_up.number,
        "stocktake": now.stocktake.number,
    }


def _give_up(stocktake: Stocktake, shop: Shop) -> None:
    rules.abandon(stocktake=stocktake, reason="店庆当天", by=shop.wang)
