"""Signed handover sheets with all that stands on them. A page costs the same queries, one sheet or
a thousand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from django.contrib.auth.models import User
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from counter.api.sales import MetalSum
from counter.models import (
    Handover,
    HandoverItem,
    HandoverKind,
    HandoverMoney,
    HandoverState,
    Investigation,
    ItemKind,
    Outcome,
    Signature,
    SignedAs,
    TrayCount,
)
from inventory import counted
from inventory.ground import access, answers, lists, measures, scopes
from inventory.ground.measures import Metal, Tally
from inventory.ground.schemas import (
    Day,
    FeedAsked,
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
from inventory.models import CountDepth, Place, Reason

router = Router(tags=["handovers"])

Row = Mapping[str, Any]
Told = dict[str, Any]

SHEET = "handover_id"

SignedGrams = Annotated[str, Field(pattern=r"^-?[0-9]{1,6}\.[0-9]{3}$")]
SignedMilligrams = Annotated[int, Field(ge=-(10**9), le=10**9)]

HANDOVER = (
    "pk",
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "number",
    "counter_id",
    "counter__code",
    "kind",
    "business_day",
    "previous__number",
    "started_at",
    "started_by__username",
    "signed_at",
    "outgoing__username",
    "incoming__username",
    "remark",
    "sealed_seq",
    "sealed_hash",
    "being_counted",
)
TRAY = (
    "pk",
    "handover_id",
    "place__code",
    "depth",
    "by__username",
    "handed_in_at",
    "attempts",
    "gross_mg",
    "tare_mg",
    "gap_mg",
    "by_seal",
    "seal_number",
    "kept_in",
    "no_label",
    "strays",
    "reason",
    "approval__approved_by__username",
)
# the lines come along with their trays: one query for both
FIGURES = ("opening", "in", "out", "expected", "after", "closing")
LINE = {
    column: f"lines__{column}"
    for column in (
        "metal",
        "grade",
        *(f"{name}_{unit}" for name in FIGURES for unit in ("pieces", "mg")),
        "moves",
        "counted_pieces",
        "tag_mg",
        "scale_mg",
    )
}
MONEY = (
    "handover_id",
    "tender__code",
    "opening_cents",
    "expected_cents",
    "expected_vouchers",
    "counted_cents",
    "counted_vouchers",
    "denominations",
    "taken_cents",
    "after_cents",
    "reason",
    "approval__approved_by__username",
)
ITEM = ("handover_id", "kind", "name", "expected", "counted", "remark")
SIGNATURE = ("handover_id", "signed_as", "user__username", "at", "later", "reason")
INVESTIGATION = (
    "handover_id",
    "part",
    "piece__number",
    "pieces",
    "cents",
    "mg",
    "what",
    "opened_at",
    "closed_at",
    "closed_by__username",
    "outcome",
    "note",
)


class MoveSum(Strict):
    """What entered (above zero) or left a place for one reason."""

    reason: Reason
    pieces: int
    net: SignedGrams
    net_mg: SignedMilligrams


class HandoverLineOut(Strict):
    """One metal class of a place. expected = opening + in - out; closing is what the counter
    answers for: what was found and what moved after the count. `tag` is the sum of the tags that
    were scanned, `scale` what the scale showed; null where nothing was scanned or weighed."""

    metal: Metal
    grade: Annotated[int, Field(ge=0, le=10_000)]
    opening_pieces: int
    opening: Grams
    opening_mg: Milligrams
    in_pieces: int
    in_: Annotated[Grams, Field(alias="in")]
    in_mg: Milligrams
    out_pieces: int
    out: Grams
    out_mg: Milligrams
    moves: list[MoveSum]
    expected_pieces: int
    expected: Grams
    expected_mg: Milligrams
    counted_pieces: int
    tag: Grams | None
    tag_mg: Milligrams | None
    scale: SignedGrams | None
    scale_mg: SignedMilligrams | None
    after_pieces: int
    after: SignedGrams
    after_mg: SignedMilligrams
    closing_pieces: int
    closing: Grams
    closing_mg: Milligrams


class TrayOut(Strict):
    """A tray, a window, or what lies on the counter itself. `gap` is the scale less the tare less
    the gross weights of the tags."""

    place: str
    depth: CountDepth | None
    counted_by: str | None
    handed_in_at: Moment | None
    attempts: int
    by_seal: bool
    gross: SignedGrams | None
    gross_mg: SignedMilligrams | None
    tare: SignedGrams | None
    tare_mg: SignedMilligrams | None
    gap: SignedGrams | None
    gap_mg: SignedMilligrams | None
    seal_number: str
    kept_in: str
    without_label: int
    of_other_counters: int
    lines: list[HandoverLineOut]


class NotesOut(Strict):
    """So many of one note or coin."""

    value_cents: SignedCents
    count: int


class MoneyOut(Strict):
    """One tender. `slips` are null for cash, `notes` empty for other tenders."""

    tender: str
    opening: Yuan
    opening_cents: SignedCents
    expected: Yuan
    expected_cents: SignedCents
    expected_slips: int | None
    counted: Yuan | None
    counted_cents: SignedCents | None
    counted_slips: int | None
    notes: list[NotesOut]
    taken: Yuan
    taken_cents: SignedCents
    after: Yuan
    after_cents: SignedCents


class ItemOut(Strict):
    kind: ItemKind
    name: str
    expected: int
    counted: int | None
    remark: str


class DifferenceOut(Strict):
    """A place or a tender that was signed as it was found, below zero is short. Grams of two metal
    classes are never added: they stand in the lines."""

    part: str
    pieces: int
    amount: Yuan
    amount_cents: SignedCents
    reason: str
    approved_by: str


class InvestigationOut(Strict):
    """An open question that a difference left; `outcome` is null while it is open."""

    part: str
    piece: str | None
    pieces: int
    net: SignedGrams
    net_mg: SignedMilligrams
    amount: Yuan
    amount_cents: SignedCents
    what: str
    opened_at: Moment
    closed_at: Moment | None
    closed_by: str | None
    outcome: Outcome | None
    note: str


class SignatureOut(Strict):
    """`later`: set after the sheet itself was closed."""

    signed_as: SignedAs
    username: str
    at: Moment
    later: bool
    reason: str


class SealOut(Strict):
    """The link of the store's chain that the sheet is sealed to."""

    seq: int
    hash: str


class HandoverOut(Strict):
    """A signed sheet. `pieces` and `metals` are what the counter answers for after it;
    `witnessed`: two people have signed."""

    number: str
    store: str
    counter: str
    kind: HandoverKind
    business_day: Day
    previous: str | None
    started_at: Moment
    started_by: str
    signed_at: Moment
    outgoing: str | None
    incoming: str | None
    witnessed: bool
    signatures: list[SignatureOut]
    pieces: int
    metals: list[MetalSum]
    trays: list[TrayOut]
    money: list[MoneyOut]
    items: list[ItemOut]
    differences: list[DifferenceOut]
    investigations: list[InvestigationOut]
    remark: str
    seal: SealOut


class HandoversAsked(FeedAsked):
    store: StoreCode | None = None
    business_day: Day | None = None


@router.get("/handovers", response=Listed[HandoverOut], **scopes.needs("handovers:read"))
def list_handovers(request: Admitted, asked: Query[HandoversAsked]) -> HttpResponse:
    """Signed sheets in the order in which they were signed. An empty page has no `next_cursor`:
    keep the one you have and ask again later. While a counter on the page is being counted:
    `count_open`, except for keys of head office."""
    stores = lists.stores_of(request.user, asked.store)
    rows = _signed(request.user)
    if asked.business_day is not None:
        rows = rows.filter(business_day=asked.business_day)
    page = lists.in_commit_order(rows.values(*HANDOVER), stores=stores, asked=asked, of="handovers")
    _check_counters(request.user, page.rows)
    return answers.listed(_whole(page.rows), page.next_cursor)


@router.get("/handovers/{number}", response=HandoverOut, **scopes.needs("handovers:read"))
def get_handover(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One signed sheet. While its counter is being counted: `count_open`, except for keys of head
    office."""
    rows = list(_signed(request.user).filter(number=number).values(*HANDOVER))
    if not rows:
        raise Http404
    _check_counters(request.user, rows)
    return answers.reply(_whole(rows)[0])


def _signed(user: User) -> QuerySet[Handover]:
    here = Q(pk=OuterRef("counter")) | Q(parent=OuterRef("counter"))
    blind = Place.objects.filter(here).exclude(counted_in="")
    rows = access.visible(Handover.objects.filter(state=HandoverState.SIGNED), user)
    return rows.annotate(being_counted=Exists(blind))


def _check_counters(user: User, rows: Sequence[Row]) -> None:
    """The closing of the last sheet is what a blind count has to find out."""
    if any(row["being_counted"] for row in rows) and counted.is_blind(user):
        raise counted.CountOpen


def _whole(rows: Sequence[Row]) -> list[Told]:
    """Sheets as they are answered, with all their parts (5 queries)."""
    keys = [row["pk"] for row in rows]
    trays = TrayCount.objects.filter(handover__in=keys).order_by("pk", "lines__pk")
    parts = [
        _grouped(trays.values(*TRAY, **{name: F(path) for name, path in LINE.items()}), SHEET),
        _parts(HandoverMoney, MONEY, keys),
        _parts(HandoverItem, ITEM, keys),
        _parts(Signature, SIGNATURE, keys),
        _parts(Investigation, INVESTIGATION, keys),
    ]
    return [_sheet(row, *(part[row["pk"]] for part in parts)) for row in rows]


def _parts(
    model: type[Model], fields: Sequence[str], keys: Sequence[int]
) -> Mapping[int, list[Row]]:
    rows = model._default_manager.filter(handover__in=keys).order_by("pk")
    return _grouped(rows.values(*fields), SHEET)


def _grouped(rows: Iterable[Row], key: str) -> Mapping[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _sheet(
    row: Row,
    lines: Sequence[Row],
    money: Sequence[Row],
    items: Sequence[Row],
    signatures: Sequence[Row],
    investigations: Sequence[Row],
) -> Told:
    zone = row["store__time_zone"]
    trays = list(_grouped(lines, "pk").values())
    closing = _closing(lines)
    return {
        "number": row["number"],
        "store": row["store__code"],
        "counter": row["counter__code"],
        "kind": row["kind"],
        "business_day": row["business_day"],
        "previous": row["previous__number"],
        "started_at": answers.moment(row["started_at"], zone),
        "started_by": row["started_by__username"],
        "signed_at": answers.moment(row["signed_at"], zone),
        "outgoing": row["outgoing__username"],
        "incoming": row["incoming__username"],
        "witnessed": len({each["user__username"] for each in signatures}) > 1,
        "signatures": [_signature(each, zone) for each in signatures],
        "pieces": closing.pieces,
        "metals": _metals(closing),
        "trays": [_tray(each, zone) for each in trays],
        "money": [_money(each) for each in money],
        "items": [
            {name: each[name] for name in ("kind", "name", "expected", "counted", "remark")}
            for each in items
        ],
        "differences": [
            *(_goods_difference(each) for each in trays if _accepted(each[0])),
            *(_money_difference(each) for each in money if _accepted(each)),
        ],
        "investigations": [_investigation(each, zone) for each in investigations],
        "remark": row["remark"],
        "seal": {"seq": row["sealed_seq"], "hash": row["sealed_hash"]},
    }


def _tray(lines: Sequence[Row], zone: str) -> Told:
    """One tray from its lines; an empty tray has one row without a metal."""
    row = lines[0]
    return {
        "place": row["place__code"],
        "depth": row["depth"] or None,
        "counted_by": row["by__username"],
        "handed_in_at": _moment(row["handed_in_at"], zone),
        "attempts": row["attempts"],
        "by_seal": row["by_seal"],
        **_weight("gross", row["gross_mg"]),
        **_weight("tare", row["tare_mg"]),
        **_weight("gap", row["gap_mg"]),
        "seal_number": row["seal_number"],
        "kept_in": row["kept_in"],
        "without_label": row["no_label"],
        "of_other_counters": row["strays"],
        "lines": [_line(each) for each in lines if each["metal"]],
    }


def _line(row: Row) -> Told:
    told: Told = {"metal": row["metal"], "grade": row["grade"]}
    for name in FIGURES:
        told |= {
            f"{name}_pieces": row[f"{name}_pieces"],
            **answers.weight(name, row[f"{name}_mg"]),
        }
    return told | {
        "moves": [
            {"reason": reason, "pieces": pieces, **answers.weight("net", mg)}
            for reason, (pieces, mg) in sorted(row["moves"].items())
        ],
        "counted_pieces": row["counted_pieces"],
        **_weight("tag", row["tag_mg"]),
        **_weight("scale", row["scale_mg"]),
    }


def _money(row: Row) -> Told:
    # cash is counted by its notes, everything else by its slips
    cash = row["counted_vouchers"] is None
    return {
        "tender": row["tender__code"],
        **answers.money("opening", row["opening_cents"]),
        **answers.money("expected", row["expected_cents"]),
        "expected_slips": None if cash else row["expected_vouchers"],
        **answers.money("counted", row["counted_cents"]),
        "counted_slips": row["counted_vouchers"],
        "notes": [
            {"value_cents": value, "count": n}
            for value, n in sorted((int(cents), n) for cents, n in row["denominations"].items())
        ],
        **answers.money("taken", row["taken_cents"]),
        **answers.money("after", row["after_cents"]),
    }


def _signature(row: Row, zone: str) -> Told:
    return {
        "signed_as": row["signed_as"],
        "username": row["user__username"],
        "at": answers.moment(row["at"], zone),
        "later": row["later"],
        "reason": row["reason"],
    }


def _investigation(row: Row, zone: str) -> Told:
    return {
        "part": row["part"],
        "piece": row["piece__number"],
        "pieces": row["pieces"],
        **answers.weight("net", row["mg"]),
        **answers.money("amount", row["cents"]),
        "what": row["what"],
        "opened_at": answers.moment(row["opened_at"], zone),
        "closed_at": _moment(row["closed_at"], zone),
        "closed_by": row["closed_by__username"],
        "outcome": row["outcome"] or None,
        "note": row["note"],
    }


def _accepted(row: Row) -> bool:
    return row["approval__approved_by__username"] is not None


def _goods_difference(lines: Sequence[Row]) -> Told:
    row, found = lines[0], [line for line in lines if line["metal"]]
    pieces = sum(line["counted_pieces"] - line["expected_pieces"] for line in found)
    return _difference(row, row["place__code"], pieces=pieces + row["no_label"], cents=0)


def _money_difference(row: Row) -> Told:
    cents = (row["counted_cents"] or 0) - row["expected_cents"]
    return _difference(row, row["tender__code"], pieces=0, cents=cents)


def _difference(row: Row, part: str, *, pieces: int, cents: int) -> Told:
    return {
        "part": part,
        "pieces": pieces,
        **answers.money("amount", cents),
        "reason": row["reason"],
        "approved_by": row["approval__approved_by__username"],
    }


def _closing(lines: Iterable[Row]) -> Tally:
    tally = Tally()
    for line in lines:
        if line["metal"]:
            tally.add(
                metal=line["metal"],
                fineness=line["grade"],
                net_mg=line["closing_mg"],
                pieces=line["closing_pieces"],
            )
    return tally


def _metals(tally: Tally) -> list[Told]:
    return [
        {"metal": of.metal, "grade": of.grade, "pieces": pieces, **answers.weight("net", mg)}
        for of, pieces, mg in tally.classes
    ]


def _weight(name: str, mg: int | None) -> Told:
    """A weight that may be unknown."""
    text = None if mg is None else measures.plain_grams(mg)
    return {name: text, f"{name}_mg": mg}


def _moment(at: Any, zone: str) -> str | None:
    return answers.moment(at, zone) if at else None
