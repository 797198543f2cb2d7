"""Trade-ins and bags of old gold for head office's programs. No personal data: whose it was stays
in the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from django.db.models import Count, Min
from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from appraisal import bag_queries
from appraisal.models import (
    BagState,
    Decision,
    Offer,
    OfferPiece,
    OldPiece,
    TradeIn,
    TradeInState,
    TradeKind,
    WeighedFor,
    Weighing,
)
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Asked,
    Day,
    DocumentsAsked,
    Fineness,
    Grams,
    Listed,
    Milligrams,
    Moment,
    Number,
    SignedCents,
    StoreCode,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import Category

router = Router(tags=["old gold"])

Row = Mapping[str, Any]
Told = dict[str, Any]

TRADE_IN = (
    "pk",
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "number",
    "counter__code",
    "kind",
    "state",
    "business_day",
    "at",
    "change__by__username",
)
PIECE = ("pk", "trade_in_id", "position", "category", "mark", "metal", "bag__number")
DECIDED = ("pk", "old_piece_id", "metal", "fineness")
PRICED = (
    "pk",
    "old_piece_id",
    "rule__code",
    "rule__version",
    "pays_cents",
    "credit_cents",
    "money_cents",
)
BAG = (
    "pk",
    "number",
    "seal",
    "origin__code",
    "origin__time_zone",
    "store__code",
    "state",
    "metal",
    "grade",
    "mg",
    "fine_mg",
    "gross_mg",
    "at",
    "sealed_by__username",
    "weighed_by__username",
    "customer_watched",
    "melt__number",
    "melt__refiner_assay__fineness",
)


class OldPieceOut(Strict):
    """What the customer brought. `metal` and `fineness` as decided, before that what they said and
    null; `counting` is the weight that counts: after melting, else gross. `pays`: what the newest
    offer gives for it, into the bill, as store credit and in money together."""

    position: int
    category: Category
    mark: str
    metal: Metal
    fineness: Fineness | None
    counting: Grams | None
    counting_mg: Milligrams | None
    rule: str | None
    pays: Yuan | None
    pays_cents: SignedCents | None
    bag: str | None


class TradeInOut(Strict):
    """`pays` goes into the bill or out to the seller, `credit` becomes store credit, `money` goes
    out beside the bill; null before the first offer. Whose it was is not told."""

    number: str
    store: str
    counter: str
    kind: TradeKind
    state: TradeInState
    business_day: Day
    at: Moment
    by: str
    pays: Yuan | None
    pays_cents: SignedCents | None
    credit: Yuan | None
    credit_cents: SignedCents | None
    money: Yuan | None
    money_cents: SignedCents | None
    pieces: list[OldPieceOut]


class ScrapBagOut(Strict):
    """A sealed bag of one metal in one legal grade. `store` sealed it, `at_store` has it now.
    `metal_weight` is what was taken in for it, `fine` what that should hold, `gross` bag and all.
    `refined_fineness` is what the refiner found in the bar it went into."""

    number: str
    seal: str
    store: str
    at_store: str
    state: BagState
    trade_in: str | None
    metal: Metal
    grade: Annotated[int, Field(ge=0, le=10_000)]
    pieces: int
    metal_weight: Grams
    metal_weight_mg: Milligrams
    fine: Grams
    fine_mg: Milligrams
    gross: Grams
    gross_mg: Milligrams
    sealed_at: Moment
    sealed_by: str
    watched_by: str | None
    customer_watched: bool
    melt: str | None
    refined_fineness: Fineness | None


class ScrapBagsAsked(Asked):
    store: StoreCode | None = None
    state: BagState | None = None


@router.get("/trade-ins", response=Listed[TradeInOut], **scopes.needs("trade_ins:read"))
def list_trade_ins(request: Admitted, asked: Query[DocumentsAsked]) -> HttpResponse:
    """Trade-ins in the order in which they were received, each in its present state. An empty page
    has no `next_cursor`: keep the one you have and ask again later."""
    rows, user = TradeIn.objects.all(), request.user
    page = lists.documents(rows, user=user, asked=asked, columns=TRADE_IN, of="trade-ins")
    return answers.listed(_whole(page.rows), page.next_cursor)


@router.get("/trade-ins/{number}", response=TradeInOut, **scopes.needs("trade_ins:read"))
def get_trade_in(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One trade-in."""
    rows, user = TradeIn.objects.all(), request.user
    row = lists.document(rows, user=user, number=number, columns=TRADE_IN)
    return answers.reply(_whole([row])[0])


@router.get("/scrap-bags", response=Listed[ScrapBagOut], **scopes.needs("trade_ins:read"))
def list_scrap_bags(request: Admitted, asked: Query[ScrapBagsAsked]) -> HttpResponse:
    """Bags of old gold in the order in which they were sealed, each in its present state. Those of
    a counter that is being counted are left out, but for keys of head office with
    `handovers:read`."""
    stores = lists.stores_of(request.user, asked.store)
    rows = bag_queries.shown_to(request.user).filter(origin__in=stores)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    page = lists.by_key(rows.values(*BAG), asked=asked, of="scrap-bags")
    return answers.listed(_bags(page.rows), page.next_cursor)


def _whole(rows: Sequence[Row]) -> list[Told]:
    """Trade-ins as they are answered, with pieces and newest offers (5 queries)."""
    keys = [row["pk"] for row in rows]
    pieces: dict[int, list[Row]] = defaultdict(list)
    for piece in OldPiece.objects.filter(trade_in__in=keys).order_by("position").values(*PIECE):
        pieces[piece["trade_in_id"]].append(piece)
    told = _pieces([piece for each in pieces.values() for piece in each])
    offered = Offer.objects.filter(trade_in__in=keys).order_by("pk")
    columns = ("trade_in_id", "pays_cents", "credit_cents", "money_cents")
    # a later offer takes the place of the one before
    newest = {row["trade_in_id"]: row for row in offered.values(*columns)}
    return [
        {
            **_trade_in(row, newest.get(row["pk"], {})),
            "pieces": [told[piece["pk"]] for piece in pieces[row["pk"]]],
        }
        for row in rows
    ]


def _trade_in(row: Row, offer: Row) -> Told:
    return {
        "number": row["number"],
        "store": row["store__code"],
        "counter": row["counter__code"],
        "kind": row["kind"],
        "state": row["state"],
        "business_day": row["business_day"],
        "at": answers.moment(row["at"], row["store__time_zone"]),
        "by": row["change__by__username"],
        **answers.money("pays", offer.get("pays_cents")),
        **answers.money("credit", offer.get("credit_cents")),
        **answers.money("money", offer.get("money_cents")),
    }


def _pieces(rows: Sequence[Row]) -> Mapping[int, Told]:
    """Old pieces by key, with what was weighed, decided and offered (3 queries)."""
    keys = [row["pk"] for row in rows]
    decided = _newest(Decision.objects.filter(old_piece__in=keys).values(*DECIDED))
    priced = _newest(OfferPiece.objects.filter(old_piece__in=keys).values(*PRICED))
    weighed = _counting(keys)
    return {
        row["pk"]: _piece(
            row,
            decided=decided.get(row["pk"], {}),
            priced=priced.get(row["pk"], {}),
            mg=weighed.get(row["pk"]),
        )
        for row in rows
    }


def _newest(rows: Iterable[Row]) -> Mapping[int, Row]:
    """The newest row of each old piece."""
    return {row["old_piece_id"]: row for row in sorted(rows, key=lambda row: int(row["pk"]))}


def _counting(keys: Sequence[int]) -> Mapping[int, int]:
    """The weight that counts in milligrams: the newest after melting, else the newest gross."""
    wanted = (WeighedFor.GROSS, WeighedFor.FINAL)
    rows = Weighing.objects.filter(old_piece__in=keys, purpose__in=wanted).order_by("pk")
    found = list(rows.values_list("old_piece_id", "purpose", "mg"))
    by_purpose = {
        purpose: {piece: mg for piece, of, mg in found if of == purpose and piece is not None}
        for purpose in wanted
    }
    return by_purpose[WeighedFor.GROSS] | by_purpose[WeighedFor.FINAL]


def _piece(row: Row, *, decided: Row, priced: Row, mg: int | None) -> Told:
    parts = ("pays_cents", "credit_cents", "money_cents")
    worth = sum(priced[part] for part in parts) if priced else None
    rule = f"{priced['rule__code']} {priced['rule__version']}" if priced else None
    weight = {"counting": None, "counting_mg": None}
    return {
        "position": row["position"],
        "category": row["category"],
        "mark": row["mark"],
        "metal": decided.get("metal", row["metal"]),
        "fineness": decided.get("fineness"),
        **(weight if mg is None else answers.weight("counting", mg)),
        "rule": rule,
        **answers.money("pays", worth),
        "bag": row["bag__number"],
    }


def _bags(rows: Sequence[Row]) -> list[Told]:
    """Bags as they are answered (1 query)."""
    inside = OldPiece.objects.filter(bag__in=[row["pk"] for row in rows]).order_by()
    sums = inside.values_list("bag").annotate(Count("pk"), Min("trade_in__number"))
    held = {bag: (pieces, trade_in) for bag, pieces, trade_in in sums}
    return [_bag(row, *held.get(row["pk"], (0, None))) for row in rows]


def _bag(row: Row, pieces: int, trade_in: str | None) -> Told:
    return {
        "number": row["number"],
        "seal": row["seal"],
        "store": row["origin__code"],
        "at_store": row["store__code"],
        "state": row["state"],
        "trade_in": trade_in,
        "metal": row["metal"],
        "grade": row["grade"],
        "pieces": pieces,
        **answers.weight("metal_weight", row["mg"]),
        **answers.weight("fine", row["fine_mg"]),
        **answers.weight("gross", row["gross_mg"]),
        "sealed_at": answers.moment(row["at"], row["origin__time_zone"]),
        "sealed_by": row["sealed_by__username"],
        "watched_by": row["weighed_by__username"],
        "customer_watched": row["customer_watched"],
        "melt": row["melt__number"],
        "refined_fineness": row["melt__refiner_assay__fineness"],
    }
