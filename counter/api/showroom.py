"""The network showroom for a brand's online shop: what can be ordered, orders and their states.
The program tells whose order it is; what it reads back names nobody."""

from collections import Counter
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router
from pydantic import Field

from counter import customers
from counter.models import (
    ConsentHow,
    DeliveryWay,
    NetworkOrder,
    OrderChannel,
    OrderedPiece,
    OrderedState,
    OrderState,
    PriceMode,
    StonesFrom,
    StyleOffer,
)
from counter.showroom import endings, order_notices, orders, ring_sizes
from counter.showroom.wishes import MOST_LINES, MOST_PIECES, LineWish, Wish
from inventory.ground import access, answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Asked,
    Day,
    Fineness,
    Grams,
    Line,
    Listed,
    Milligrams,
    Moment,
    Number,
    SignedCents,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted

router = Router(tags=["showroom"])

Told = dict[str, Any]
Word = Annotated[Line, Field(max_length=40)]
Carats = Annotated[int, Field(strict=True, ge=1, le=10**6, description="thousandths of a carat")]


class MetalOut(Strict):
    """A metal a style is made of, and what one piece weighs in it."""

    metal: Metal
    grade: Fineness
    net: Grams
    net_mg: Milligrams


class MainStoneOut(Strict):
    """The main stone: what it may be."""

    kinds: list[str]
    from_mct: Carats
    to_mct: Carats
    colors: list[str]
    clarities: list[str]
    cuts: list[str]
    labs: list[str]


class StyleOut(Strict):
    """What a style can be. Where a list is empty there is nothing to choose; ring sizes are Chinese
    ones in quarter steps, null for what is no ring. `engraving_most`: letters, a Chinese character
    counts two. `days` from confirmation to arrival."""

    style: str
    name: str
    words: str
    metals: list[MetalOut]
    sizes: list[str]
    ring_from: str | None
    ring_to: str | None
    finishes: list[str]
    engraving_most: int
    stone: MainStoneOut | None
    takes_customer_stone: bool
    labour: Yuan
    labour_cents: SignedCents
    days: int
    most_pieces: int


class OrderLineIn(Strict):
    """As `StyleOut` says it can be."""

    style: Annotated[Line, Field(max_length=30)]
    pieces: Annotated[int, Field(strict=True, ge=1, le=MOST_PIECES)]
    metal: Metal
    grade: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    size_spec: Word = ""
    ring_size: Word = ""
    finish: Word = ""
    mark: Word = ""
    engraving: Word = ""
    stones_from: StonesFrom = StonesFrom.NONE
    stone_kind: Word = ""
    stone_mct: Carats | None = None
    stone_color: Word = ""
    stone_clarity: Word = ""
    stone_cut: Word = ""
    certificate: Word = ""
    remark: Annotated[Line, Field(max_length=120)] = ""


class BuyerIn(Strict):
    """Whose order it is; a customer that is known by the telephone number keeps the own name."""

    phone: Annotated[Line, Field(max_length=20)]
    name: Annotated[Line, Field(max_length=60)] = ""


class OrderIn(Strict):
    """`outside_number`: under which the shop keeps it; each is ordered once. `confirmed`: whether
    the customer has confirmed the summary in the shop, else they are asked by message."""

    customer: BuyerIn
    outside_number: Annotated[Line, Field(max_length=64)] = ""
    confirmed: Annotated[bool, Field(strict=True)]
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=MOST_LINES)]
    price_mode: PriceMode = PriceMode.SETTLEMENT
    wanted_on: Day | None = None
    is_rush: Annotated[bool, Field(strict=True)] = False
    delivery: DeliveryWay = DeliveryWay.COLLECT
    recipient: Annotated[Line, Field(max_length=60)] = ""
    address: Line = ""
    telephone: Annotated[Line, Field(max_length=20)] = ""
    promises: Line = ""
    remark: Line = ""


class CancelIn(Strict):
    """Why the customer does not want it any more."""

    reason: Literal["changed_mind", "ordered_twice", "too_dear"]
    remark: Line = ""


class OrderLineOut(Strict):
    """`unit`: estimated for one piece at the board of the day; `states`: how many pieces are in
    which state."""

    style: str
    pieces: int
    metal: Metal
    grade: Fineness
    ring_size: str
    size_spec: str
    finish: str
    mark: str
    engraving: str
    net: Grams
    net_mg: Milligrams
    unit: Yuan
    unit_cents: SignedCents
    states: dict[OrderedState, int]


class OrderOut(Strict):
    """`store` in whose queue it lies, `since` when it came into its state; `reason` of one that was
    refused or cancelled. `total` is estimated, the hand-over reckons with what the pieces weigh.
    `status_url` is private to the customer."""

    number: str
    outside_number: str
    store: str
    state: OrderState
    since: Moment
    at: Moment
    business_day: Day
    version: int
    wanted_on: Day | None
    promised_on: Day | None
    price_mode: PriceMode
    delivery: DeliveryWay
    is_rush: bool
    reason: str
    total: Yuan
    total_cents: SignedCents
    status_url: str
    lines: list[OrderLineOut]


@router.get("/showroom/styles", response=Listed[StyleOut], **scopes.needs("orders:read"))
def list_showroom_styles(request: Admitted, asked: Query[Asked]) -> HttpResponse:
    """What can be ordered, style by style."""
    shown: Any = StyleOffer.objects.filter(shown=True).values("pk")
    page = lists.by_key(shown, asked=asked, of="showroom-styles")
    rows = StyleOffer.objects.select_related("style").in_bulk([row["pk"] for row in page.rows])
    return answers.listed([_style(rows[row["pk"]]) for row in page.rows], page.next_cursor)


@router.post("/showroom/orders", response={201: OrderOut}, **scopes.needs("orders:write"))
def place_order(request: Admitted, body: OrderIn) -> HttpResponse:
    """A new order. All amounts are reckoned here; refused with the field that cannot be so."""
    store = lists.store_or_404(request.user, orders.showroom().code)
    customer = customers.find_or_make(
        phone=body.customer.phone, name=body.customer.name, store=store, by=request.user
    )
    order = orders.place(
        wish=_wish(body),
        customer=customer,
        channel=OrderChannel.BRAND_SHOP,
        how=ConsentHow.PROGRAM if body.confirmed else None,
        by=request.user,
    )
    return answers.reply(_order(order), status=201)


@router.get("/showroom/orders/{number}", response=OrderOut, **scopes.needs("orders:read"))
def get_order(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One order that this program has placed."""
    return answers.reply(_order(get_object_or_404(_own(request), number=number)))


@router.post("/showroom/orders/{number}/cancel", response=OrderOut, **scopes.needs("orders:write"))
def cancel_order(request: Admitted, number: Path[Number], body: CancelIn) -> HttpResponse:
    """The customer does not want it any more; until stones are chosen."""
    order = get_object_or_404(_own(request), number=number)
    done = endings.cancel(order=order, reason=body.reason, remark=body.remark, by=request.user)
    return answers.reply(_order(done))


def _own(request: Admitted) -> QuerySet[NetworkOrder]:
    """What this program has placed; head office's programs see all of them."""
    rows = NetworkOrder.objects.select_related("store", "queue", "customer")
    if request.user.has_perm(access.ALL_STORES):
        return rows
    return access.visible(rows, request.user).filter(by=request.user)


def _wish(body: OrderIn) -> Wish:
    told = body.model_dump(exclude={"customer", "confirmed", "lines"})
    lines = tuple(LineWish(**line.model_dump()) for line in body.lines)
    return Wish(lines=lines, **told)


def _style(offer: StyleOffer) -> Told:
    return {
        "style": offer.style.code,
        "name": offer.style.name,
        "words": offer.words,
        "metals": [
            {"metal": metal, "grade": grade, **answers.weight("net", mg)}
            for metal, grade, mg in offer.metals
        ],
        "sizes": offer.sizes,
        "ring_from": _ring(offer.ring_from),
        "ring_to": _ring(offer.ring_to),
        "finishes": offer.finishes,
        "engraving_most": offer.engraving_most,
        "stone": _stone(offer),
        "takes_customer_stone": offer.takes_customer_stone,
        **answers.money("labour", offer.labour_cents),
        "days": offer.days,
        "most_pieces": offer.most_pieces,
    }


def _ring(quarters: int | None) -> str | None:
    return None if quarters is None else ring_sizes.shown(quarters)


def _stone(offer: StyleOffer) -> Told | None:
    if not offer.stone:
        return None
    return {name: offer.stone.get(name, []) for name in MainStoneOut.model_fields}


def _order(order: NetworkOrder) -> Told:
    """An order as it is answered (3 queries)."""
    zone = order.store.time_zone
    last = order.steps.last()
    pieces = OrderedPiece.objects.filter(line__order=order).values_list("line", "state")
    states = Counter(pieces)
    return {
        "number": order.number,
        "outside_number": order.outside_number,
        "store": order.queue.code,
        "state": order.state,
        "since": answers.moment(order.state_since, zone),
        "at": answers.moment(order.at, zone),
        "business_day": order.business_day,
        "version": order.version,
        "wanted_on": order.wanted_on,
        "promised_on": order.promised_on,
        "price_mode": order.price_mode,
        "delivery": order.delivery,
        "is_rush": order.is_rush,
        "reason": last.reason if last else "",
        **answers.money("total", order.total_cents),
        "status_url": order_notices.address(order),
        "lines": [
            {
                "style": line.style.code,
                "pieces": line.pieces,
                "metal": line.metal,
                "grade": line.grade,
                "ring_size": line.ring_size,
                "size_spec": line.size_spec,
                "finish": line.finish,
                "mark": line.mark,
                "engraving": line.engraving,
                **answers.weight("net", line.net_mg),
                **answers.money("unit", line.unit_cents),
                "states": {state: n for (key, state), n in states.items() if key == line.pk},
            }
            for line in order.lines.select_related("style")
        ],
    }
