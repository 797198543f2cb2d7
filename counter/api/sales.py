"""Sales with all that makes them up. A page costs the same queries, one sale or a thousand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from counter.acknowledgements import How
from counter.api import payments
from counter.api.payments import PaymentOut
from counter.models import (
    Customer,
    DepositKind,
    DepositLine,
    LineSeller,
    Part,
    Payment,
    Reduction,
    Sale,
    SaleLine,
    SaleState,
    ServiceLine,
)
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal, Tally
from inventory.ground.schemas import (
    CustomerOut,
    Day,
    DocumentsAsked,
    Fineness,
    Grams,
    Listed,
    Milligrams,
    Moment,
    Number,
    SignedCents,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import Category

router = Router(tags=["sales"])

Row = Mapping[str, Any]
Told = dict[str, Any]

SALE = (
    "pk",
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "number",
    "counter__code",
    "state",
    "business_day",
    "completed_at",
    "completed_by__username",
    "rounding_cents",
    "total_cents",
    "customer_id",
    "customer__phone",
    "void__reason",
    "void__change__at",
    "void__change__by__username",
    "void__approval__approved_by__username",
)
LINE = (
    "pk",
    "sale_id",
    "position",
    "piece__number",
    "piece__name",
    "piece__category",
    "piece__metal",
    "piece__grade",
    "piece__content",
    "net_mg",
    "metal_price__cents_per_gram",
    "metal_price__fineness",
    "metal_price__valid_from",
    "metal_cents",
    "labour_cents",
    "fixed_cents",
    "reduced_cents",
    "total_cents",
    "acknowledged_at",
    "acknowledged_how",
)


DEPOSIT = ("sale_id", "kind", "order__number", "piece__number", "words", "until", "total_cents")
SERVICE = ("sale_id", "ticket__number", "words", "is_deposit", "total_cents")


class BoardUsed(Strict):
    """The row of the price board that a line was priced with."""

    per_gram: Yuan
    per_gram_cents: SignedCents
    fineness: Fineness
    valid_from: Moment


class ReductionOut(Strict):
    part: Part
    amount: Yuan
    amount_cents: SignedCents
    reason: str
    by: str


class SellerOut(Strict):
    """A share in hundredths of a percent; the shares of a line add up to 10,000."""

    username: str
    share_bp: int


class LineOut(Strict):
    """A piece with its price in parts: metal + labour + fixed - reduced = total. `board` is null
    for a fixed price. `acknowledged_*`: the customer took note of a fixed price's grams."""

    piece: str
    name: str
    category: Category
    metal: Metal
    fineness: Fineness
    net: Grams
    net_mg: Milligrams
    board: BoardUsed | None
    metal_part: Yuan
    metal_part_cents: SignedCents
    labour_part: Yuan
    labour_part_cents: SignedCents
    fixed_part: Yuan
    fixed_part_cents: SignedCents
    reduced: Yuan
    reduced_cents: SignedCents
    total: Yuan
    total_cents: SignedCents
    reductions: list[ReductionOut]
    sellers: list[SellerOut]
    acknowledged_at: Moment | None
    acknowledged_how: How | Literal[""]


class MetalSum(Strict):
    """Pieces and grams of one metal in one legal grade; grams of two grades are never added."""

    metal: Metal
    grade: Annotated[int, Field(ge=0, le=10_000)]
    pieces: int
    net: Grams
    net_mg: Milligrams


class VoidOut(Strict):
    at: Moment
    by: str
    approved_by: str
    reason: str


class ServiceLineOut(Strict):
    """A fee of the service desk; `is_deposit`: paid before the work was done."""

    ticket: Number
    words: str
    is_deposit: bool
    total: Yuan
    total_cents: SignedCents


class DepositLineOut(Strict):
    """Money paid before the goods, for an order or a piece: what the shop owes, not turnover."""

    kind: DepositKind
    order: Number | None
    piece: Number | None
    words: str
    until: Moment
    total: Yuan
    total_cents: SignedCents


class SaleOut(Strict):
    """`total` is what was paid: lines, services and deposits less `rounding`. `customer` is null
    without the scope `customers:read`."""

    number: str
    store: str
    counter: str
    state: SaleState
    business_day: Day
    completed_at: Moment
    completed_by: str
    rounding: Yuan
    rounding_cents: SignedCents
    total: Yuan
    total_cents: SignedCents
    pieces: int
    metals: list[MetalSum]
    lines: list[LineOut]
    services: list[ServiceLineOut]
    deposits: list[DepositLineOut]
    payments: list[PaymentOut]
    void: VoidOut | None
    customer: CustomerOut | None


@router.get("/sales", response=Listed[SaleOut], **scopes.needs("sales:read"))
def list_sales(request: Admitted, asked: Query[DocumentsAsked]) -> HttpResponse:
    """Completed and voided sales in the order in which they were completed. An empty page has no
    `next_cursor`: keep the one you have and ask again later."""
    rows, user = _completed(), request.user
    page = lists.documents(rows, user=user, asked=asked, columns=SALE, of="sales")
    return answers.listed(_whole(page.rows, by=request.user), page.next_cursor)


@router.get("/sales/{number}", response=SaleOut, **scopes.needs("sales:read"))
def get_sale(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One completed or voided sale."""
    row = lists.document(_completed(), user=request.user, number=number, columns=SALE)
    return answers.reply(_whole([row], by=request.user)[0])


def _completed() -> QuerySet[Sale]:
    return Sale.objects.filter(number__isnull=False)


def _whole(rows: Sequence[Row], *, by: User) -> list[Told]:
    """Sales as they are answered, with their lines and payments (6 queries)."""
    keys = [row["pk"] for row in rows]
    lines = SaleLine.objects.filter(sale__in=keys).order_by("position").values(*LINE)
    paid = Payment.objects.filter(sale__in=keys).order_by("pk").values(*payments.FIELDS)
    lines_of, paid_of = _grouped(lines, "sale_id"), _grouped(paid, "sale_id")
    fees = ServiceLine.objects.filter(sale__in=keys).order_by("position").values(*SERVICE)
    fees_of = _grouped(fees, "sale_id")
    before = DepositLine.objects.filter(sale__in=keys).order_by("position").values(*DEPOSIT)
    before_of = _grouped(before, "sale_id")
    reductions_of, sellers_of = _parts(keys)
    named = by.has_perm(scopes.CUSTOMERS)
    return [
        {
            **_sale(row, named=named),
            "pieces": len(lines_of[row["pk"]]),
            "metals": _metals(lines_of[row["pk"]]),
            "lines": [
                {
                    **_line(line, zone=row["store__time_zone"]),
                    "reductions": [_reduction(each) for each in reductions_of[line["pk"]]],
                    "sellers": [_seller(each) for each in sellers_of[line["pk"]]],
                }
                for line in lines_of[row["pk"]]
            ],
            "services": [_service(each) for each in fees_of[row["pk"]]],
            "deposits": [
                _deposit(each, zone=row["store__time_zone"]) for each in before_of[row["pk"]]
            ],
            "payments": [payments.told(each) for each in paid_of[row["pk"]]],
        }
        for row in rows
    ]


def _parts(sales: Sequence[int]) -> tuple[Mapping[int, list[Row]], Mapping[int, list[Row]]]:
    """Reductions and sellers of the lines of many sales, by line (2 queries)."""
    reductions = Reduction.objects.filter(line__sale__in=sales).order_by("pk")
    sellers = LineSeller.objects.filter(line__sale__in=sales).order_by("pk")
    return (
        _grouped(
            reductions.values("line_id", "part", "cents", "reason", "by__username"), "line_id"
        ),
        _grouped(sellers.values("line_id", "user__username", "share_bp"), "line_id"),
    )


def _grouped(rows: Iterable[Row], key: str) -> Mapping[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _sale(row: Row, *, named: bool) -> Told:
    zone = row["store__time_zone"]
    return {
        "number": row["number"],
        "store": row["store__code"],
        "counter": row["counter__code"],
        "state": row["state"],
        "business_day": row["business_day"],
        "completed_at": answers.moment(row["completed_at"], zone),
        "completed_by": row["completed_by__username"],
        **answers.money("rounding", row["rounding_cents"]),
        **answers.money("total", row["total_cents"]),
        "void": _void(row) if row["void__change__at"] else None,
        "customer": _customer(row) if named and row["customer_id"] else None,
    }


def _void(row: Row) -> Told:
    return {
        "at": answers.moment(row["void__change__at"], row["store__time_zone"]),
        "by": row["void__change__by__username"],
        "approved_by": row["void__approval__approved_by__username"],
        "reason": row["void__reason"],
    }


def _customer(row: Row) -> Told:
    masked = Customer(phone=row["customer__phone"]).masked_phone
    return {"id": row["customer_id"], "phone": masked}


def _line(row: Row, *, zone: str) -> Told:
    at = row["acknowledged_at"]
    return {
        "piece": row["piece__number"],
        "name": row["piece__name"],
        "category": row["piece__category"],
        "metal": row["piece__metal"],
        "fineness": row["piece__content"] or row["piece__grade"],
        **answers.weight("net", row["net_mg"]),
        "board": _board(row, zone) if row["metal_price__valid_from"] else None,
        **answers.money("metal_part", row["metal_cents"]),
        **answers.money("labour_part", row["labour_cents"]),
        **answers.money("fixed_part", row["fixed_cents"]),
        **answers.money("reduced", row["reduced_cents"]),
        **answers.money("total", row["total_cents"]),
        "acknowledged_at": answers.moment(at, zone) if at else None,
        "acknowledged_how": row["acknowledged_how"],
    }


def _service(row: Row) -> Told:
    return {
        "ticket": row["ticket__number"],
        "words": row["words"],
        "is_deposit": row["is_deposit"],
        **answers.money("total", row["total_cents"]),
    }


def _deposit(row: Row, *, zone: str) -> Told:
    return {
        "kind": row["kind"],
        "order": row["order__number"],
        "piece": row["piece__number"],
        "words": row["words"],
        "until": answers.moment(row["until"], zone),
        **answers.money("total", row["total_cents"]),
    }


def _board(row: Row, zone: str) -> Told:
    return {
        **answers.money("per_gram", row["metal_price__cents_per_gram"]),
        "fineness": row["metal_price__fineness"],
        "valid_from": answers.moment(row["metal_price__valid_from"], zone),
    }


def _reduction(row: Row) -> Told:
    amount = answers.money("amount", row["cents"])
    return {"part": row["part"], **amount, "reason": row["reason"], "by": row["by__username"]}


def _seller(row: Row) -> Told:
    return {"username": row["user__username"], "share_bp": row["share_bp"]}


def _metals(lines: Iterable[Row]) -> list[Told]:
    tally = Tally()
    for line in lines:
        fineness = line["piece__grade"]
        tally.add(metal=line["piece__metal"], fineness=fineness, net_mg=line["net_mg"])
    return [
        {
            "metal": of.metal,
            "grade": of.grade,
            "pieces": pieces,
            **answers.weight("net", mg),
        }
        for of, pieces, mg in tally.classes
    ]
