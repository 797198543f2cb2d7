"""Returns and exchanges for head office's programs: what came back and why, what it counted, what
the house bore. No personal data: whose piece it was, and what they said, stays in the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from ninja import Path, Query, Router

from counter import pieces_back
from counter.models import ExchangeBasis, LeadsTo, Payment, Return, ReturnLine, ReturnState
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Day,
    DocumentsAsked,
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
from warranty.models import Cause, Fault

router = Router(tags=["returns"])

Row = Mapping[str, Any]
Told = dict[str, Any]

RETURN = (
    "pk",
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "number",
    "counter__code",
    "state",
    "business_day",
    "at",
    "settled_at",
    "by__username",
    "sale__number",
    "fault",
    "cause",
    "leads_to",
    "is_goodwill",
    "credit_cents",
)
LINE = (
    "back_id",
    "piece__number",
    "piece__style__code",
    "mg",
    "marks",
    "basis",
    "paid_cents",
    "charged_cents",
    "credit_cents",
    "goodwill_cents",
)


class ReturnLineOut(Strict):
    """A piece that came back, its weight with its stones. `charged`: gifts that did not come back.
    `goodwill`: what the house bore of it."""

    piece: str
    style: str
    weight: Grams
    weight_mg: Milligrams
    marks: list[Literal["weight", "certificate", "xrf", "diamond"]]
    basis: ExchangeBasis | Literal[""]
    paid: Yuan
    paid_cents: SignedCents
    charged: Yuan
    charged_cents: SignedCents
    counts: Yuan
    counts_cents: SignedCents
    goodwill: Yuan
    goodwill_cents: SignedCents


class OldPieceBackOut(Strict):
    """Old gold that had paid for the goods and went back itself, weighed as it was handed over."""

    trade_in: str
    category: Category
    mark: str
    metal: Metal
    weight: Grams
    weight_mg: Milligrams


class ReturnOut(Strict):
    """`cause` is empty where the reason is no fault. `counts`: what its pieces count; `went_back`:
    what has gone back in money, credit and old gold, which `old_pieces_back` names; `paid_goods`:
    what it has paid of another bill."""

    number: str
    store: str
    counter: str
    state: ReturnState
    business_day: Day
    at: Moment
    settled_at: Moment | None
    by: str
    sale: str
    fault: Fault
    cause: Cause | Literal[""]
    leads_to: LeadsTo
    is_goodwill: bool
    counts: Yuan
    counts_cents: SignedCents
    went_back: Yuan
    went_back_cents: SignedCents
    paid_goods: Yuan
    paid_goods_cents: SignedCents
    lines: list[ReturnLineOut]
    old_pieces_back: list[OldPieceBackOut]


class ReturnsAsked(DocumentsAsked):
    state: ReturnState | None = None
    fault: Fault | None = None


@router.get("/returns", response=Listed[ReturnOut], **scopes.needs("returns:read"))
def list_returns(request: Admitted, asked: Query[ReturnsAsked]) -> HttpResponse:
    """Returns in the order in which they were opened, each in its present state. An empty page has
    no `next_cursor`: keep the one you have and ask again later."""
    rows, user = Return.objects.all(), request.user
    page = lists.documents(rows, user=user, asked=asked, columns=RETURN, of="returns")
    return answers.listed(_whole(page.rows), page.next_cursor)


@router.get("/returns/{number}", response=ReturnOut, **scopes.needs("returns:read"))
def get_return(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One return."""
    rows, user = Return.objects.all(), request.user
    row = lists.document(rows, user=user, number=number, columns=RETURN)
    return answers.reply(_whole([row])[0])


def _whole(rows: Sequence[Row]) -> list[Told]:
    """Returns as they are answered, with pieces and sums (4 queries)."""
    keys = [row["pk"] for row in rows]
    lines: dict[int, list[Row]] = defaultdict(list)
    for line in ReturnLine.objects.filter(back__in=keys).order_by("pk").values(*LINE):
        lines[line["back_id"]].append(line)
    old_gold: dict[int, list[Told]] = defaultdict(list)
    for each in pieces_back.weighed_back(keys):
        old_gold[each["returned"]].append(_old_piece(each))
    paid = Payment.objects.filter(returned__in=keys).order_by()
    back = _sums(paid.filter(reverses__isnull=False))
    goods = _sums(paid.filter(reverses__isnull=True))
    return [
        {
            **_return(row),
            **answers.money("went_back", -back.get(row["pk"], 0)),
            **answers.money("paid_goods", goods.get(row["pk"], 0)),
            "lines": _lines(lines[row["pk"]]),
            "old_pieces_back": old_gold[row["pk"]],
        }
        for row in rows
    ]


def _sums(payments: QuerySet[Payment]) -> dict[int, int]:
    """Return to cents."""
    return dict(payments.values_list("returned").annotate(Sum("amount_cents")))


def _return(row: Row) -> Told:
    zone, settled = row["store__time_zone"], row["settled_at"]
    return {
        "number": row["number"],
        "store": row["store__code"],
        "counter": row["counter__code"],
        "state": row["state"],
        "business_day": row["business_day"],
        "at": answers.moment(row["at"], zone),
        "settled_at": answers.moment(settled, zone) if settled else None,
        "by": row["by__username"],
        "sale": row["sale__number"],
        "fault": row["fault"],
        "cause": row["cause"],
        "leads_to": row["leads_to"],
        "is_goodwill": row["is_goodwill"],
        **answers.money("counts", row["credit_cents"]),
    }


def _old_piece(row: Row) -> Told:
    return {
        "trade_in": row["trade_in"],
        "category": row["category"],
        "mark": row["mark"],
        "metal": row["of"],
        **answers.weight("weight", row["mg"]),
    }


def _lines(rows: Iterable[Row]) -> list[Told]:
    return [
        {
            "piece": row["piece__number"],
            "style": row["piece__style__code"],
            **answers.weight("weight", row["mg"]),
            "marks": row["marks"],
            "basis": row["basis"],
            **answers.money("paid", row["paid_cents"]),
            **answers.money("charged", row["charged_cents"]),
            **answers.money("counts", row["credit_cents"]),
            **answers.money("goodwill", row["goodwill_cents"]),
        }
        for row in rows
    ]
