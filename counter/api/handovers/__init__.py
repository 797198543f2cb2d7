"""Signed handover sheets with all that stands on them. A page costs the same queries, one sheet or
a thousand."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from ninja import Path, Query, Router

from counter import witnesses
from counter.api.handovers import differences, money, rows, trays
from counter.api.handovers.differences import DifferenceOut, InvestigationOut
from counter.api.handovers.money import ItemOut, MoneyOut
from counter.api.handovers.rows import Row, Told
from counter.api.handovers.trays import TrayOut
from counter.api.sales import MetalSum
from counter.models import (
    Handover,
    HandoverItem,
    HandoverKind,
    HandoverMoney,
    HandoverState,
    Investigation,
    Signature,
    SignedAs,
)
from inventory import counted
from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Tally
from inventory.ground.schemas import Day, DocumentsAsked, Listed, Moment, Number, Strict
from inventory.ground.scopes import Admitted
from inventory.models import Place

router = Router(tags=["handovers"])

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
SIGNATURE = ("handover_id", "signed_as", "user__username", "at", "later", "reason")


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


@router.get("/handovers", response=Listed[HandoverOut], **scopes.needs("handovers:read"))
def list_handovers(request: Admitted, asked: Query[DocumentsAsked]) -> HttpResponse:
    """Signed sheets in the order in which they were signed. An empty page has no `next_cursor`:
    keep the one you have and ask again later. While a counter on the page is being counted:
    `count_open`, except for keys of head office."""
    rows, user = _signed(), request.user
    page = lists.documents(rows, user=user, asked=asked, columns=HANDOVER, of="handovers")
    _check_counters(request.user, page.rows)
    return answers.listed(_whole(page.rows), page.next_cursor)


@router.get("/handovers/{number}", response=HandoverOut, **scopes.needs("handovers:read"))
def get_handover(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One signed sheet. While its counter is being counted: `count_open`, except for keys of head
    office."""
    rows, user = _signed(), request.user
    row = lists.document(rows, user=user, number=number, columns=HANDOVER)
    _check_counters(user, [row])
    return answers.reply(_whole([row])[0])


def _signed() -> QuerySet[Handover]:
    here = Q(pk=OuterRef("counter")) | Q(parent=OuterRef("counter"))
    blind = Place.objects.filter(here).exclude(counted_in="", stocktaken_in="")
    signed = Handover.objects.filter(state=HandoverState.SIGNED)
    return signed.annotate(being_counted=Exists(blind))


def _check_counters(user: User, found: Sequence[Row]) -> None:
    """The closing of the last sheet is what a blind count has to find out."""
    if any(row["being_counted"] for row in found) and counted.is_blind(user):
        raise counted.CountOpen


def _whole(found: Sequence[Row]) -> list[Told]:
    """Sheets as they are answered, with all their parts (5 queries)."""
    keys = [row["pk"] for row in found]
    parts = [
        trays.lines_of(keys),
        rows.of_sheets(HandoverMoney, money.MONEY, keys),
        rows.of_sheets(HandoverItem, money.ITEM, keys),
        rows.of_sheets(Signature, SIGNATURE, keys),
        rows.of_sheets(Investigation, differences.INVESTIGATION, keys),
    ]
    return [_sheet(row, *(part[row["pk"]] for part in parts)) for row in found]


def _sheet(
    row: Row,
    lines: Sequence[Row],
    tenders: Sequence[Row],
    items: Sequence[Row],
    signatures: Sequence[Row],
    investigations: Sequence[Row],
) -> Told:
    zone = row["store__time_zone"]
    by_tray = list(rows.grouped(lines, "pk").values())
    closing = trays.closing(lines)
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
        "witnessed": witnesses.is_witnessed(signatures),
        "signatures": [_signature(each, zone) for each in signatures],
        "pieces": closing.pieces,
        "metals": _metals(closing),
        "trays": [trays.told(each, zone) for each in by_tray],
        "money": [money.told(each) for each in tenders],
        "items": [money.item_told(each) for each in items],
        "differences": differences.told(trays=by_tray, money=tenders),
        "investigations": [differences.investigation_told(each, zone) for each in investigations],
        "remark": row["remark"],
        "seal": {"seq": row["sealed_seq"], "hash": row["sealed_hash"]},
    }


def _signature(row: Row, zone: str) -> Told:
    return {
        "signed_as": row["signed_as"],
        "username": row["user__username"],
        "at": answers.moment(row["at"], zone),
        "later": row["later"],
        "reason": row["reason"],
    }


def _metals(tally: Tally) -> list[Told]:
    return [
        {"metal": of.metal, "grade": of.grade, "pieces": pieces, **answers.weight("net", mg)}
        for of, pieces, mg in tally.classes
    ]
