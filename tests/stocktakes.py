"""A stocktake on its way: opened, read, handed in, settled, published, in a line each."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User

from inventory import (
    stocktake_differences,
    stocktake_places,
    stocktake_reads,
    stocktake_sheets,
    stocktakes,
)
from inventory.ground import approvals
from inventory.models import (
    Means,
    Movement,
    Piece,
    SpotState,
    Stocktake,
    StocktakeDifference,
    StocktakePlace,
    StocktakeSheet,
)
from inventory.stocktake_differences import Decision
from inventory.stocktake_reads import Answer, Read
from tests.cast import Shop


def opened(shop: Shop, *codes: str, kind: str = "cycle", category: str = "") -> Stocktake:
    """A count of these places of S01, by the manager."""
    places = [shop.tray(code) for code in codes or ("A-01", "A-02")]
    return stocktakes.begin(
        store=shop.s01, kind=kind, places=places, category=category, by=shop.wang
    )


def monthly(shop: Shop, month: str) -> Stocktake:
    return stocktakes.begin(store=shop.s01, kind="monthly", month=month, by=shop.wang)


def spot(stocktake: Stocktake, code: str) -> StocktakePlace:
    """A place of a stocktake as it stands now."""
    rows = StocktakePlace.objects.select_related("stocktake__store", "place", "by")
    return rows.get(stocktake=stocktake, place__code=code)


def read(
    stocktake: Stocktake,
    code: str,
    rows: Iterable[Piece | str],
    *,
    by: User,
    means: str = Means.SCANNER,
) -> list[Answer]:
    """These pieces or texts are read in a place; without a code, by a reader that knows none."""
    texts = [row if isinstance(row, str) else row.number for row in rows]
    reads = [Read(text, code) for text in texts]
    return stocktake_reads.take_in(stocktake=stocktake, reads=reads, by=by, means=means)


def count(
    stocktake: Stocktake, code: str, rows: Sequence[Piece | str] = (), *, by: User
) -> StocktakePlace:
    """One place from its first scan to handing it in."""
    here = spot(stocktake, code)
    if here.state == SpotState.WAITING:
        stocktake_places.begin(spot=here, by=by)
    read(stocktake, code, rows, by=by)
    return stocktake_places.hand_in(spot=here, by=by)


def results(stocktake: Stocktake) -> dict[str, str]:
    """The result of every line: by number and place."""
    lines = stocktake.lines.select_related("place").order_by("pk")
    return {f"{line.number} {line.place.code}": line.result for line in lines}


def result_of(stocktake: Stocktake, piece: Piece, code: str = "A-01") -> str:
    return results(stocktake)[f"{piece.number} {code}"]


def differences(stocktake: Stocktake) -> dict[str, StocktakeDifference]:
    """By kind; a kind that is there twice only once."""
    return {row.kind: row for row in stocktake.differences.order_by("pk")}


def decide(row: StocktakeDifference, outcome: str, *, by: User, **facts: object) -> None:
    decision = Decision(outcome=outcome, **{"words": "查过了", **facts})  # type: ignore[arg-type]  # because: facts of several types
    stocktake_differences.decide(difference=row, decision=decision, by=by)


def note_all(stocktake: Stocktake, *, by: User) -> None:
    """Every difference that is still open is noted; what is missing is missing."""
    for row in stocktake.differences.filter(outcome=""):
        decide(row, "missing" if row.kind == "missing" else "noted", by=by)


def approved(shop: Shop, stocktake: Stocktake) -> Stocktake:
    """The chief asks, the manager agrees."""
    stocktake.refresh_from_db()
    approvals.grant(
        ask=stocktakes.approve_ask(stocktake),
        store=shop.s01,
        asked_by=shop.chen,
        by=shop.wang,
    )
    return stocktakes.approve(stocktake=stocktake, by=shop.chen)


def published(shop: Shop, *codes: str, missing: Sequence[Piece] = ()) -> StocktakeSheet:
    """A count of these places of S01 from its opening to its sheet: everything was found but
    `missing`."""
    stocktake = opened(shop, *codes)
    for code in codes or ("A-01", "A-02"):
        lying = Piece.objects.filter(place=shop.tray(code)).exclude(
            pk__in=[piece.pk for piece in missing]
        )
        count(stocktake, code, list(lying), by=shop.lin)
    note_all(stocktake, by=shop.chen)
    return stocktake_sheets.publish(stocktake=approved(shop, stocktake), by=shop.wang)


def steps_of(stocktake: Stocktake) -> list[tuple[str, str]]:
    """What the stocktake put right: numbers of pieces and reasons."""
    rows = Movement.objects.filter(change__number=stocktake.number).order_by("pk")
    return list(rows.values_list("piece__number", "reason"))
