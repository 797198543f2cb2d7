"""库存交接表, the signed sheet as its paper shows it: every figure already a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import investigations, signatures, signed_sheets, tray_papers, witnesses
from counter.models import (
    Handover,
    HandoverItem,
    HandoverMoney,
    HandoverState,
    Investigation,
    Signature,
    SignedAs,
    TrayCount,
)
from counter.signed_sheets import ShiftSales
from counter.tray_papers import NOTHING, SheetRow, SheetTray
from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.ground.errors import RuleBroken
from inventory.models import Approval, Movement
from inventory.templatetags.pieces import moment, who

HASH_DIGITS = 16  # of the seal, enough to tell two chains apart by eye

ROLES = {
    SignedAs.OUTGOING: gettext_lazy("Outgoing"),
    SignedAs.INCOMING: gettext_lazy("Incoming"),
    SignedAs.WITNESS: gettext_lazy("Witness"),
    SignedAs.MANAGER: gettext_lazy("Manager"),
}


class SheetOpen(RuleBroken):
    """The figures of a count belong to nobody before its second signature."""

    code = "sheet_open"
    sentence = gettext_lazy("This sheet is not signed. It is printed after the signatures.")


@dataclass(frozen=True)
class SheetDifference:
    part: str
    piece: str
    amount: str
    reason: str
    approved_by: str


@dataclass(frozen=True)
class SheetMoney:
    """A tender: what the payments say, what was counted, what stays at the counter."""

    tender: str
    opening: str
    expected: str
    counted: str
    difference: str
    differs: bool
    after: str
    taken: str
    stays: str


@dataclass(frozen=True)
class SheetItem:
    kind: str
    name: str
    expected: str
    counted: str
    differs: bool
    remark: str


@dataclass(frozen=True)
class SheetSignature:
    role: str
    name: str
    time: str
    remark: str
    missing: str


@dataclass(frozen=True)
class HandoverSheet:
    """See `templates/counter/print_handover.html`."""

    number: str
    bars: Symbol
    kind: str
    store_name: str
    counter: str
    day: str
    shift: str
    previous: str
    begun: str
    signed: str
    outgoing: str
    incoming: str
    witnessed: bool
    trays: list[SheetTray]
    empty: str
    totals: list[SheetRow]
    all_pieces: SheetRow
    differences: list[SheetDifference]
    notes: list[tuple[str, str]]
    denominations: list[tuple[str, str, str]]
    money: list[SheetMoney]
    items: list[SheetItem]
    moves: list[tuple[str, str, str, str, str]]
    lent: list[tuple[str, str, str, str]]
    sales_line: str
    sales_tenders: list[tuple[str, str]]
    has_sales: bool
    signatures: list[SheetSignature]
    remark: str
    seal_seq: str
    seal_hash: str


def sheet_of(handover: Handover) -> HandoverSheet:
    """The paper of a signed sheet; pass it as `signed_sheets.sheet_for` returns it. Refused with
    `sheet_open` before the signatures and after the sheet was abandoned."""
    if handover.state != HandoverState.SIGNED:
        raise SheetOpen
    trays = list(handover.trays.all())
    lines = [line for tray in trays for line in tray.lines.all()]
    given = list(handover.signatures.all())
    sold = signed_sheets.shift_sales(handover)
    return HandoverSheet(
        number=handover.number,
        bars=barcodes.document_bars(handover.number),
        kind=handover.get_kind_display(),
        store_name=handover.store.name,
        counter=str(handover.counter),
        day=f"{handover.business_day:%Y-%m-%d}",
        shift=_shift(handover),
        previous=handover.previous.number if handover.previous else "",
        begun=moment(handover.started_at),
        signed=moment(handover.signed_at) if handover.signed_at else "",
        outgoing=_name(handover.outgoing),
        incoming=_name(handover.incoming),
        witnessed=witnesses.is_witnessed(given),
        trays=[tray_papers.tray_of(tray) for tray in trays if not tray_papers.is_bare(tray)],
        empty=" · ".join(str(tray.place) for tray in trays if tray_papers.is_bare(tray)),
        totals=tray_papers.totals_of(lines),
        all_pieces=tray_papers.row_of(_("All pieces"), lines, grams=False),
        differences=_differences(handover, trays),
        notes=_notes(trays),
        denominations=_denominations(handover.money.all()),
        money=[_money(row) for row in handover.money.all()],
        items=[_item(row) for row in handover.items.all()],
        moves=[_move(row) for row in signed_sheets.moved_after_count(handover)],
        lent=[_lent(row) for row in signed_sheets.lent_at_signature(handover)],
        sales_line=sold.tally.line if sold else "",
        sales_tenders=_tenders(sold),
        has_sales=sold is not None,
        signatures=_signatures(handover, given),
        remark=handover.remark,
        seal_seq=str(handover.sealed_seq),
        seal_hash=handover.sealed_hash[:HASH_DIGITS],
    )


# --- what differs


def _differences(handover: Handover, trays: Sequence[TrayCount]) -> list[SheetDifference]:
    """Signed differences with their reasons, and who agreed to them."""
    parts: dict[str, tuple[str, Approval | None]] = {
        **{row.tender.code: (str(row.tender), row.approval) for row in handover.money.all()},
        **{tray.place.code: (str(tray.place), tray.approval) for tray in trays},
    }
    rows = []
    for found in handover.investigations.all():
        part, approval = parts.get(found.part, (found.part, None))
        rows.append(
            SheetDifference(
                part=part,
                piece=_piece(found),
                amount=investigations.amount_of(found),
                reason=found.what,
                approved_by=_name(approval.approved_by if approval else None),
            )
        )
    return rows


def _piece(found: Investigation) -> str:
    if found.piece is None:
        return ""
    fineness = measures.declared_name(found.piece.metal, found.piece.fineness)
    return f"{codes.group_piece(found.piece.number)} · {found.piece.name} · {fineness}"


def _notes(trays: Sequence[TrayCount]) -> list[tuple[str, str]]:
    """What a count put aside, by place."""
    rows = []
    for tray in trays:
        if tray.no_label:
            rows.append((str(tray.place), _("without a label: %d") % tray.no_label))
        if tray.strays:
            rows.append((str(tray.place), _("of another counter, put aside: %d") % tray.strays))
    return rows


# --- money and things


def _denominations(rows: Iterable[HandoverMoney]) -> list[tuple[str, str, str]]:
    """Note or coin, how many, and what they come to; the largest first."""
    counted = [
        (int(cents), n)
        for row in rows
        if row.tender.is_cash
        for cents, n in row.denominations.items()
        if n
    ]
    return [
        (measures.yuan(cents), f"× {n:,}", measures.yuan(cents * n))
        for cents, n in sorted(counted, reverse=True)
    ]


def _money(row: HandoverMoney) -> SheetMoney:
    counted = row.counted_cents
    gap = None if counted is None else counted - row.expected_cents
    cash = row.tender.is_cash
    stays = None if counted is None else counted + row.after_cents - row.taken_cents
    return SheetMoney(
        tender=str(row.tender),
        opening=_yuan(row.opening_cents) if cash else "",
        expected=_with_vouchers(row, row.expected_cents, row.expected_vouchers),
        counted=_with_vouchers(row, counted, row.counted_vouchers),
        difference=NOTHING if gap is None else measures.signed_yuan(gap),
        differs=row.differs,
        after=measures.signed_yuan(row.after_cents) if row.after_cents else "",
        taken=_yuan(row.taken_cents) if cash else "",
        stays=_yuan(stays) if cash else "",
    )


def _with_vouchers(row: HandoverMoney, cents: int | None, vouchers: int | None) -> str:
    amount = _yuan(cents)
    if row.tender.is_cash or vouchers is None:
        return amount
    return f"{amount} · {_('%d slips') % vouchers}"


def _item(row: HandoverItem) -> SheetItem:
    return SheetItem(
        kind=row.get_kind_display(),
        name=f"{row.name} · {measures.grams(row.mg)} g" if row.mg else row.name,
        expected=str(row.expected),
        counted=NOTHING if row.counted is None else str(row.counted),
        differs=row.counted != row.expected,
        remark=row.remark,
    )


def _move(row: Movement) -> tuple[str, str, str, str, str]:
    """Moment, piece, name, grams, way and reason."""
    way = f"{row.from_place or ''} → {row.to_place or ''}"
    return (
        moment(row.change.at),
        codes.group_piece(row.piece.number),
        row.piece.name,
        measures.grams(row.net_mg),
        f"{way.strip()} · {row.get_reason_display()}",
    )


def _lent(row: Movement) -> tuple[str, str, str, str]:
    number = codes.group_piece(row.piece.number)
    way = f"{row.from_place} → {row.to_place}"
    return number, row.piece.name, measures.grams(row.net_mg), way


def _tenders(sold: ShiftSales | None) -> list[tuple[str, str]]:
    if sold is None:
        return []
    return [(str(tender), measures.yuan(cents)) for tender, cents in sold.tenders]


# --- people


def _signatures(handover: Handover, given: Sequence[Signature]) -> list[SheetSignature]:
    """The boxes of the form: those who have to sign, signed or not, then whoever else did."""
    by_role = {SignedAs(row.signed_as): row for row in given}
    needed = signatures.SIGNERS[handover.kind]
    roles = [*needed, *(role for role in by_role if role not in needed)]
    return [_signature(role, by_role.get(role)) for role in roles]


def _signature(role: SignedAs, given: Signature | None) -> SheetSignature:
    if given is None:
        unseen = _("Not witnessed") if role == SignedAs.WITNESS else _("Not signed yet")
        return SheetSignature(str(ROLES[role]), "", "", "", missing=unseen)
    remarks = [_("signed later") if given.later else "", given.reason]
    return SheetSignature(
        role=str(ROLES[role]),
        name=_name(given.user),
        time=moment(given.at),
        remark=" · ".join(part for part in remarks if part),
        missing="",
    )


def _shift(handover: Handover) -> str:
    shift = handover.shift
    if shift is None:
        return NOTHING
    told = {"time": moment(shift.opened_at), "name": _name(shift.opened_by)}
    return _("since %(time)s · %(name)s") % told


def _name(user: User | None) -> str:
    return who(user) if user else ""


# --- figures


def _yuan(cents: int | None) -> str:
    return NOTHING if cents is None else measures.yuan(cents)
