"""库存交接表, the signed sheet as its paper shows it: every figure already a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from counter import sheet_reads, signatures
from counter.models import (
    Handover,
    HandoverItem,
    HandoverLine,
    HandoverMoney,
    HandoverState,
    Investigation,
    Signature,
    SignedAs,
    TrayCount,
)
from counter.sheet_reads import ShiftSales
from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MetalClass
from inventory.models import Approval, Movement, Reason
from inventory.templatetags.pieces import moment, who

HASH_DIGITS = 16  # of the seal, enough to tell two chains apart by eye
NOTHING = "—"
EVEN = "0"
EVEN_GRAMS = "0.00"

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
class Figures:
    """Pieces and grams side by side."""

    pieces: str
    grams: str


@dataclass(frozen=True)
class SheetRow:
    """One metal class of a tray, or of the whole counter."""

    name: str
    opening: Figures
    entered: Figures
    left: Figures
    why: str
    expected: Figures
    counted: str
    tag_grams: str
    scale_grams: str
    difference: Figures
    differs: bool
    after: Figures
    closing: Figures


@dataclass(frozen=True)
class SheetTray:
    place: str
    gross_grams: str
    tare_grams: str
    gap_grams: str
    seal: str
    kept_in: str
    counted_by: str
    rows: list[SheetRow]


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
    """The paper of a signed sheet; pass it as `sheet_reads.sheet_for` returns it. Refused with
    `sheet_open` before the signatures and after the sheet was abandoned."""
    if handover.state != HandoverState.SIGNED:
        raise SheetOpen
    trays = list(handover.trays.all())
    lines = [line for tray in trays for line in tray.lines.all()]
    given = list(handover.signatures.all())
    sold = sheet_reads.shift_sales(handover)
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
        witnessed=sheet_reads.is_witnessed(given),
        trays=[_tray(tray) for tray in trays if not _is_bare(tray)],
        empty=" · ".join(str(tray.place) for tray in trays if _is_bare(tray)),
        totals=_totals(lines),
        all_pieces=_row(_("All pieces"), lines, grams=False),
        differences=_differences(handover, trays),
        notes=_notes(trays),
        denominations=_denominations(handover.money.all()),
        money=[_money(row) for row in handover.money.all()],
        items=[_item(row) for row in handover.items.all()],
        moves=[_move(row) for row in sheet_reads.moved_after_count(handover)],
        lent=[_lent(row) for row in sheet_reads.lent_at_signature(handover)],
        sales_line=sold.tally.line if sold else "",
        sales_tenders=_tenders(sold),
        has_sales=sold is not None,
        signatures=_signatures(handover, given),
        remark=handover.remark,
        seal_seq=str(handover.sealed_seq),
        seal_hash=handover.sealed_hash[:HASH_DIGITS],
    )


# --- goods


def _tray(tray: TrayCount) -> SheetTray:
    return SheetTray(
        place=str(tray.place),
        gross_grams=_grams(tray.gross_mg),
        tare_grams=_grams(tray.tare_mg),
        gap_grams=signed_grams(tray.gap_mg),
        seal=tray.seal_number + (f" · {_('taken over by its seal')}" if tray.by_seal else ""),
        kept_in=tray.kept_in,
        counted_by=_name(tray.by),
        rows=[_row(line.metal_class.label, [line], why=_why(line)) for line in _by_class(tray)],
    )


def _is_bare(tray: TrayCount) -> bool:
    """Nothing lay in it and nothing is said of it: such places share one line."""
    told = tray.gross_mg is not None or tray.seal_number or tray.lines.all()
    return not told


def _totals(lines: Iterable[HandoverLine]) -> list[SheetRow]:
    """One row for each metal class; grams of two classes are never added."""
    groups: dict[MetalClass, list[HandoverLine]] = {}
    for line in lines:
        groups.setdefault(line.metal_class, []).append(line)
    return [_row(of.label, groups[of]) for of in sorted(groups)]


def _row(
    name: str, lines: Sequence[HandoverLine], *, why: str = "", grams: bool = True
) -> SheetRow:
    """The sum of lines of one class; with `grams=False` of all classes, in pieces only."""

    def both(column: str, *, sign: str = "") -> Figures:
        pieces = sum(getattr(line, f"{column}_pieces") for line in lines)
        mg = sum(getattr(line, f"{column}_mg") for line in lines)
        return _figures(pieces, mg if grams else None, sign=sign)

    tags, scale = _sum(line.tag_mg for line in lines), _sum(line.scale_mg for line in lines)
    short = sum(line.counted_pieces - line.expected_pieces for line in lines)
    light = None if tags is None else tags - sum(line.expected_mg for line in lines)
    return SheetRow(
        name=name,
        opening=both("opening"),
        entered=both("in", sign="+"),
        left=both("out", sign="−"),
        why=why,
        expected=both("expected"),
        counted=f"{sum(line.counted_pieces for line in lines):,}",
        tag_grams=_grams(tags) if grams else "",
        scale_grams=_grams(scale) if grams else "",
        difference=Figures(signed(short), signed_grams(light) if grams else ""),
        differs=any(line.differs for line in lines),
        after=Figures(
            signed(sum(line.after_pieces for line in lines), even=""),
            signed_grams(sum(line.after_mg for line in lines), even="") if grams else "",
        ),
        closing=both("closing"),
    )


def _sum(weights: Iterable[int | None]) -> int | None:
    """A sum with one unknown part is unknown."""
    total = 0
    for mg in weights:
        if mg is None:
            return None
        total += mg
    return total


def _figures(pieces: int, mg: int | None, *, sign: str) -> Figures:
    """With a sign in front nothing is written for nothing."""
    if sign and not pieces and not mg:
        return Figures("", "")
    weight = "" if mg is None else f"{sign}{measures.grams(mg)}"
    return Figures(f"{sign}{pieces:,}", weight)


def _why(line: HandoverLine) -> str:
    """Why pieces came and went; in the order of a piece's life, whatever the database keeps."""
    parts = [
        f"{word} {signed(line.moves[reason][0])}"
        for reason, word in Reason.choices
        if reason in line.moves
    ]
    return " · ".join(parts)


def _by_class(tray: TrayCount) -> list[HandoverLine]:
    """Gold first, finest first, as on the screen."""
    return sorted(tray.lines.all(), key=lambda line: line.metal_class)


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
                amount=amount_of(found),
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


def amount_of(found: Investigation) -> str:
    """What an investigation is about: "−1 piece · −3.21 g", "−¥10.00"."""
    parts = []
    if found.pieces:
        told = {"n": signed(found.pieces)}
        parts.append(ngettext("%(n)s piece", "%(n)s pieces", abs(found.pieces)) % told)
    if found.mg:
        parts.append(_("%(grams)s g") % {"grams": signed_grams(found.mg)})
    if found.cents:
        parts.append(signed_yuan(found.cents))
    return " · ".join(parts)


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
        difference=NOTHING if gap is None else signed_yuan(gap),
        differs=row.differs,
        after=signed_yuan(row.after_cents) if row.after_cents else "",
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
        name=row.name,
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
    return [(str(tender), signed_yuan(cents, plus="")) for tender, cents in sold.tenders]


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


def _grams(mg: int | None) -> str:
    """An unknown weight is a dash and never 0."""
    return NOTHING if mg is None else measures.grams(mg)


def _yuan(cents: int | None) -> str:
    return NOTHING if cents is None else measures.yuan(cents)


def signed(number: int, *, even: str = EVEN) -> str:
    """A difference with its sign, "+2" or "−1"; `even` when there is none."""
    return f"{'−' if number < 0 else '+'}{abs(number):,}" if number else even


def signed_grams(mg: int | None, *, even: str = EVEN_GRAMS) -> str:
    """Grams with their sign, "−3.21"; a dash for what is unknown."""
    if mg is None:
        return NOTHING
    if not mg:
        return even
    return f"+{measures.grams(mg)}" if mg > 0 else measures.grams(mg)


def signed_yuan(cents: int, *, plus: str = "+") -> str:
    """An amount with its sign, "+¥10.00" or "−¥10.00"."""
    return f"{plus}{measures.yuan(cents)}" if cents > 0 else measures.yuan(cents)
