"""收回单, the voucher of a trade-in or buy-back: what was brought, weighed, tested, reckoned,
signed and paid. Content, mass, loss and allowance stand on it, as
《黄金以旧换新经营服务规范》 (2025) asks.

The arithmetic is that of the screen, word for word. The customer is masked; of cash limits, and of
a camera, it says nothing.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal import consents, next_steps, queries
from appraisal.models import (
    ScrapBag,
    TradeIn,
    TradeInState,
    TradeInStep,
    TradeKind,
    WeighedFor,
)
from counter import desk_pieces, voucher_pieces
from counter.models import Customer, Payment, Sale, SaleLine, SaleState
from counter.offer_page import OfferPage
from counter.templatetags.drawn import svg_path
from counter.trade_in_page import POINTS
from counter.voucher_pieces import VoucherPiece
from inventory.ground import barcodes, measures
from inventory.ground.barcodes import Symbol
from inventory.ground.signatures import Strokes
from inventory.models import DrawnSignature
from inventory.templatetags.pieces import moment, who

PAID = frozenset({TradeInState.SETTLED, TradeInState.BAGGED})
GONE = frozenset({TradeInState.DECLINED, TradeInState.RETURNED})


@dataclass(frozen=True)
class VoucherSignature:
    """A signature under the words above it. `picture` empty: a line to sign on, or signed there."""

    text: str
    picture: str
    at: str
    on_paper: bool


@dataclass(frozen=True)
class Voucher:
    """See `templates/counter/print_voucher.html`."""

    number: str
    bars: Symbol
    title: str
    state: str
    is_paid: bool
    is_returned: bool
    store_name: str
    store_phone: str
    facts: list[tuple[str, str]]
    source: str
    pieces: list[VoucherPiece]
    boards: list[tuple[str, str, str]]
    sums: list[tuple[str, str]]
    total: str
    in_money: list[tuple[str, str]]
    goods: list[tuple[str, str, str, str]]
    bill: str
    payments: list[tuple[str, str]]
    bags: list[str]
    signatures: list[VoucherSignature]
    steps: list[str]


def voucher_of(trade_in: TradeIn) -> Voucher:
    """The paper of a trade-in as it stands now (about 20 queries, and some for each piece); pass
    it as `queries.trade_in_for` returns it."""
    offered = OfferPage(trade_in, counter=None)
    steps = list(trade_in.steps.select_related("by").order_by("pk"))
    bags = list(ScrapBag.objects.filter(old_pieces__trade_in=trade_in).distinct().order_by("pk"))
    sale = _sale_of(trade_in)
    return Voucher(
        number=trade_in.number,
        bars=barcodes.document_bars(trade_in.number),
        title=_title(trade_in),
        state=trade_in.get_state_display(),
        is_paid=trade_in.state in PAID,
        is_returned=trade_in.state in GONE,
        store_name=trade_in.store.name,
        store_phone=trade_in.store.phone,
        facts=[(label, text) for label, text in _facts(trade_in, steps, bags) if text],
        source=trade_in.source,
        pieces=voucher_pieces.pieces_of(desk_pieces.on_desk(trade_in), offered.pieces),
        boards=_boards(offered),
        sums=_sums(offered),
        total=measures.yuan(offered.offer.worth_cents) if offered.offer else "",
        in_money=_in_money(offered),
        goods=[_good(line) for line in sale.lines.select_related("piece")] if sale else [],
        bill=(sale.number or "") if sale else "",
        payments=_payments(sale),
        bags=[_bag(bag) for bag in bags],
        signatures=_signatures(trade_in),
        steps=[f"{step.get_new_display()} {moment(step.at)} {who(step.by)}" for step in steps],
    )


# --- who, where, what for


def _title(trade_in: TradeIn) -> str:
    if trade_in.state in GONE:
        return _("Old gold given back")
    if trade_in.kind == TradeKind.BUY_BACK:
        return _("Buy-back voucher")
    return _("Trade-in voucher")


def _facts(
    trade_in: TradeIn, steps: Sequence[TradeInStep], bags: Sequence[ScrapBag]
) -> list[tuple[str, str]]:
    identity = getattr(trade_in, "identity", None)
    return [
        (_("Kind"), trade_in.get_kind_display()),
        (_("Business day"), trade_in.business_day.isoformat()),
        (_("Counter"), str(trade_in.counter)),
        (_("Clerk"), " · ".join(dict.fromkeys(who(step.by) for step in steps))),
        (_("Second person"), " · ".join(_second_people(trade_in, bags))),
        (_("Customer"), masked_name(trade_in.customer)),
        (_("Telephone"), trade_in.customer.masked_phone if trade_in.customer else ""),
        (_("Identity"), f"{identity.get_kind_display()} {identity.masked}" if identity else ""),
        (_("Kept until"), identity.keep_until.isoformat() if identity else ""),
        (_("Brought by somebody else"), trade_in.representative),
    ]


def _second_people(trade_in: TradeIn, bags: Sequence[ScrapBag]) -> list[str]:
    """Who weighed it again, or the bag; the customer where nobody else was there."""
    again = trade_in.store.weighings.filter(
        document=trade_in.number, purpose=WeighedFor.REWEIGHED
    ).select_related("change__by")
    names = [who(row.change.by) for row in again]
    for bag in bags:
        names.append(who(bag.weighed_by) if bag.weighed_by else _("the customer watched"))
    return list(dict.fromkeys(names))


def masked_name(customer: Customer | None) -> str:
    """周**: the first sign of a name, and that there is more."""
    return f"{customer.name[0]}**" if customer and customer.name else ""


# --- figures


def _boards(offered: OfferPage) -> list[tuple[str, str, str]]:
    """Metal, its prices per gram side by side, and since when they stood on the board."""
    return [
        (
            row.metal,
            " · ".join(f"{name} {measures.yuan(cents)}" for name, cents, _used in row.prices),
            moment(row.since) if row.since else "",
        )
        for row in offered.boards
    ]


def _sums(offered: OfferPage) -> list[tuple[str, str]]:
    """What becomes of the worth: into the bill, store credit, money."""
    offer = offered.offer
    if offer is None:
        return []
    pays = _("Paid with old gold") if offered.is_swap else _("Paid out")
    rows = [
        (pays, offer.pays_cents),
        (_("Becomes store credit"), offer.credit_cents),
        (_("Paid out in money"), offer.money_cents),
    ]
    return [(label, measures.yuan(cents)) for label, cents in rows if cents]


def _in_money(offered: OfferPage) -> list[tuple[str, str]]:
    """What goes out in money at most, said before anybody signs (trade.md 4.12)."""
    offer = offered.offer
    if offer is None or not offered.is_swap:
        return []
    worth = offered.in_money
    surplus = _("Store credit in money, at the buy-back price, at most")
    paid = _("Old gold in money if the new goods come back, at most")
    rows = [
        (surplus, offer.credit_cents, worth.credit_value_cents),
        (paid, offer.pays_cents, worth.pays_value_cents),
    ]
    return [(label, measures.yuan(value)) for label, cents, value in rows if cents]


def _sale_of(trade_in: TradeIn) -> Sale | None:
    """The bill that took the credit, or paid it out; none that was voided."""
    live = Payment.objects.filter(
        trade_in=trade_in,
        is_payout=False,
        reverses__isnull=True,
        sale__state=SaleState.COMPLETED,
    )
    paid = live.select_related("sale").order_by("-pk").first()
    return paid.sale if paid else None


def _good(line: SaleLine) -> tuple[str, str, str, str]:
    """A new piece: number and name, grams, labour, price."""
    name = f"{line.piece.number} {line.piece.name}"
    labour = measures.yuan(line.labour_cents) if line.labour_cents else ""
    return name, measures.grams(line.net_mg), labour, measures.yuan(line.total_cents)


def _payments(sale: Sale | None) -> list[tuple[str, str]]:
    """Everything that was paid on the bill, in and out."""
    if sale is None:
        return []
    rows = sale.payments.select_related("tender").order_by("pk")
    return [(str(row.tender), measures.yuan(row.amount_cents)) for row in rows]


def _bag(bag: ScrapBag) -> str:
    told = {"number": bag.number, "seal": bag.seal, "grams": measures.grams(bag.mg)}
    return _("Bag %(number)s · seal %(seal)s · %(grams)s g of old gold") % told


# --- signatures


def _signatures(trade_in: TradeIn) -> list[VoucherSignature]:
    """What was signed, and a line for what is to be signed next, so that paper may take it."""
    given = [_signature(row) for row in queries.signatures_of(trade_in)]
    point = POINTS.get(next_steps.next_of(trade_in).panel)
    if point is None:
        return given
    return [*given, VoucherSignature(consents.text(trade_in, point), "", "", on_paper=False)]


def _signature(row: DrawnSignature) -> VoucherSignature:
    picture = picture_of(row.strokes) if row.strokes else ""
    return VoucherSignature(row.text, picture, moment(row.at), on_paper=not row.strokes)


def picture_of(strokes: Strokes) -> str:
    """A drawn signature as the address of an SVG picture, which is all that the press may read."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 400"><path fill="none"'
        ' stroke="#000" stroke-width="10" stroke-linecap="round" stroke-linejoin="round"'
        f' d="{svg_path(strokes)}"/></svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode("ascii")).decode("ascii")
