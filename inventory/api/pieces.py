"""Pieces and their lives. What a piece cost stands in a table that nothing here reads."""

from collections.abc import Mapping
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from ninja import Path, Query, Router

from inventory import counted, pricing, queries, whole_pieces
from inventory.counted import Veil
from inventory.ground import access, answers, lists, measures, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Asked,
    Fineness,
    Grams,
    Listed,
    Milligrams,
    Moment,
    Number,
    PlaceCode,
    SignedCents,
    StoreCode,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import (
    Category,
    LabourKind,
    MetalPrice,
    Movement,
    Piece,
    Place,
    Pricing,
    Reason,
    State,
)
from inventory.models.pieces import GONE

router = Router(tags=["pieces"])

AS_STORED = (
    "number",
    "barcode",
    "epc",
    "name",
    "category",
    "state",
    "metal",
    "grade",
    "content",
    "mark",
    "units",
    "ring_size",
    "made_to_order",
    "pricing",
    "labour_kind",
)
FIELDS = (
    *AS_STORED,
    "pk",
    "store_id",
    "store__code",
    "store__time_zone",
    "style__code",
    "place__code",
    "place_id",
    "place__parent_id",
    "gross_mg",
    "net_mg",
    "labour_value",
    "price_cents",
    "updated_at",
)
# in the order in which the model has them, as `from_db` takes them
PRICED = ("net_mg", "pricing", "labour_kind", "labour_value", "price_cents")
IN_CENTS = (LabourKind.PER_GRAM, LabourKind.PER_PIECE)
MOVED = (
    "pk",
    "change__store__code",
    "change__store__time_zone",
    "change__at",
    "change__by__username",
    "change__number",
    "reason",
    "old",
    "new",
    "from_place__code",
    "to_place__code",
    "from_place_id",
    "from_place__parent_id",
    "to_place_id",
    "to_place__parent_id",
    "at_counter__code",
    "transfer__number",
    "net_mg",
)


class PieceOut(Strict):
    """`grade` is the legal grade, `content` a higher one that is declared beside the name, and
    `fineness` what the board prices. Labour is an amount, or a share of the metal in basis points.
    `place` is null for a piece that is gone, and for one whose counter is counted blind at this
    moment: `being_counted` then says to ask again later. Keys of head office (`all_stores`) with
    `handovers:read` or `stocktakes:read` read it all the time.
    """

    number: str
    barcode: str | None
    epc: str | None
    style: str
    name: str
    category: Category
    store: str
    place: str | None
    being_counted: bool
    state: State
    metal: Metal
    grade: Fineness
    content: Fineness | None
    fineness: Fineness
    mark: str
    gross: Grams
    gross_mg: Milligrams
    net: Grams
    net_mg: Milligrams
    units: int
    ring_size: str
    made_to_order: bool
    pricing: Pricing
    labour_kind: LabourKind | Literal[""]
    labour: Yuan | None
    labour_cents: SignedCents | None
    labour_bp: int | None
    price: Yuan | None
    price_cents: SignedCents | None
    updated_at: Moment


class StoneOut(Strict):
    """Weights of stones are carats, and thousandths of a carat."""

    main: bool
    kind: str
    count: int
    carat: str
    weight_mct: int
    color: str
    clarity: str
    cut: str


class CertificateOut(Strict):
    lab: str
    number: str


class TodayOut(Strict):
    """What the piece costs at this moment, in its parts, before any reduction."""

    metal: Yuan
    metal_cents: SignedCents
    labour: Yuan
    labour_cents: SignedCents
    fixed: Yuan
    fixed_cents: SignedCents
    total: Yuan
    total_cents: SignedCents


class WholePieceOut(PieceOut):
    """`today` is null for a piece that is gone, and when the board has no price for its metal."""

    stones: list[StoneOut]
    certificates: list[CertificateOut]
    today: TodayOut | None


class MovementOut(Strict):
    """One step: from where to where, from which state to which. `number` is the document's. A
    place whose counter is counted blind at this moment is null."""

    at: Moment
    by: str
    store: str
    number: str
    reason: Reason
    old: State | Literal[""]
    new: State
    from_place: str | None
    to_place: str | None
    counter: str | None
    transfer: str | None
    net: Grams
    net_mg: Milligrams


class PiecesAsked(Asked):
    store: StoreCode | None = None
    state: State | None = None
    place: PlaceCode | None = None
    updated_after: Moment | None = None


@router.get("/pieces", response=Listed[PieceOut], **scopes.needs("pieces:read"))
def list_pieces(request: Admitted, asked: Query[PiecesAsked]) -> HttpResponse:
    """Pieces of one store or of all, by state, by place, or by their last change. By a place whose
    counter is being counted: `count_open`, but for keys of head office with `handovers:read` or
    `stocktakes:read`."""
    rows = queries.pieces_for(request.user)
    if asked.store is not None:
        rows = rows.filter(store=lists.store_or_404(request.user, asked.store))
    veil = counted.veil_for(request.user)
    if asked.place is not None:
        veil.check_list(_places(request.user, asked))
    wanted = {
        "state": asked.state,
        "place__code": asked.place,
        "updated_at__gt": asked.updated_after,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    page = lists.by_key(rows.values(*FIELDS), asked=asked, of="pieces")
    return answers.listed((_piece(row, veil) for row in page.rows), page.next_cursor)


@router.get("/pieces/{number}", response=WholePieceOut, **scopes.needs("pieces:read"))
def get_piece(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One piece with its stones, its certificates and its price at this moment."""
    found = whole_pieces.find(user=request.user, number=number)
    if found is None:
        raise Http404
    whole = {"stones": [_stone(each) for each in found.stones], "certificates": found.reports}
    told = _piece(found.row, found.veil)
    return answers.reply({**told, **whole, "today": _today(found.row, found.cents_per_gram)})


@router.get(
    "/pieces/{number}/movements", response=Listed[MovementOut], **scopes.needs("pieces:read")
)
def list_movements(request: Admitted, number: Path[Number], asked: Query[Asked]) -> HttpResponse:
    """The life of a piece, oldest step first."""
    piece = queries.pieces_for(request.user).filter(number=number).values_list("pk").first()
    if piece is None:
        raise Http404
    rows = Movement.objects.filter(piece=piece[0]).values(*MOVED)
    page = lists.by_key(rows, asked=asked, of="movements")
    veil = counted.veil_for(request.user)
    return answers.listed((_movement(row, veil) for row in page.rows), page.next_cursor)


def _places(user: User, asked: PiecesAsked) -> QuerySet[Place]:
    """The places that this code means: one in each store that is asked for."""
    rows = access.visible(Place.objects.filter(code=asked.place), user)
    return rows if asked.store is None else rows.filter(store__code=asked.store)


def _piece(row: Mapping[str, Any], veil: Veil) -> dict[str, Any]:
    hidden = _is_hidden(row, "place", veil)
    labour, kind = row["labour_value"], row["labour_kind"]
    return {
        **{name: row[name] for name in AS_STORED},
        "style": row["style__code"],
        "store": row["store__code"],
        "place": None if hidden else row["place__code"],
        "being_counted": hidden,
        "fineness": row["content"] or row["grade"],
        **answers.weight("gross", row["gross_mg"]),
        **answers.weight("net", row["net_mg"]),
        **answers.money("labour", labour if kind in IN_CENTS else None),
        "labour_bp": labour if kind == LabourKind.PERCENT else None,
        **answers.money("price", row["price_cents"]),
        "updated_at": answers.moment(row["updated_at"], row["store__time_zone"]),
    }


def _stone(stone: Mapping[str, Any]) -> dict[str, Any]:
    # thousandths of a carat read like thousandths of a gram
    return {**stone, "carat": measures.plain_grams(stone["weight_mct"])}


def _today(row: Mapping[str, Any], cents_per_gram: int | None) -> dict[str, Any] | None:
    """The same arithmetic that a bill uses, on the columns it needs."""
    if row["state"] in GONE:
        return None
    piece = Piece.from_db(DEFAULT_DB_ALIAS, PRICED, [row[name] for name in PRICED])
    board = None
    if pricing.needs_board(piece):
        if cents_per_gram is None:
            return None
        board = MetalPrice.from_db(DEFAULT_DB_ALIAS, ["cents_per_gram"], [cents_per_gram])
    parts = pricing.price(piece, board)
    return {
        **answers.money("metal", parts.metal_cents),
        **answers.money("labour", parts.labour_cents),
        **answers.money("fixed", parts.fixed_cents),
        **answers.money("total", parts.total_cents),
    }


def _is_hidden(row: Mapping[str, Any], name: str, veil: Veil) -> bool:
    return veil.lies_over(row[f"{name}_id"], row[f"{name}__parent_id"])


def _movement(row: dict[str, Any], veil: Veil) -> dict[str, Any]:
    from_place, to_place = (
        None if _is_hidden(row, name, veil) else row[f"{name}__code"]
        for name in ("from_place", "to_place")
    )
    return {
        "at": answers.moment(row["change__at"], row["change__store__time_zone"]),
        "by": row["change__by__username"],
        "store": row["change__store__code"],
        "number": row["change__number"],
        "reason": row["reason"],
        "old": row["old"],
        "new": row["new"],
        "from_place": from_place,
        "to_place": to_place,
        "counter": row["at_counter__code"],
        "transfer": row["transfer__number"],
        **answers.weight("net", row["net_mg"]),
    }
