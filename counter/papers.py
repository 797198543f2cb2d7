"""The sale slip as its paper shows it: every figure already a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import date as date_text
from django.utils import timezone
from django.utils.translation import gettext as _

from counter import credit_papers, deposit_papers, queries, settled_weights
from counter.models import DepositLine, Payment, Sale, SaleLine, ServiceLine
from inventory import pricing
from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.models import LabourKind, MetalPrice, Pricing
from warranty.models import Card, HandOut
from warranty.papers import public_address


@dataclass(frozen=True)
class ReceiptLine:
    name: str
    total: str
    piece_number: str
    metal_line: str
    gross_grams: str
    net_grams: str
    label_line: str  # where the scale's weight counts and not the label's
    is_fixed: bool
    yuan_per_gram: str
    exchange_line: str
    order_line: str  # made to order: that it comes back for a fault only
    parts: list[tuple[str, str]]
    reductions: list[tuple[str, str]]
    gifts: list[tuple[str, str]]


@dataclass(frozen=True)
class Receipt:
    number: str
    store_name: str
    store_phone: str
    complaint_phone: str
    counter: str
    clerks: list[str]
    at: datetime
    board_line: str
    lines: list[ReceiptLine]
    classes: list[tuple[str, int, str]]
    rounding: str
    total: str
    tenders: list[tuple[str, str, str]]
    change: str
    credit: list[tuple[str, str]]
    is_paid_out: bool  # money went out: the customer signs for it
    cards: list[tuple[str, Symbol | None]]
    return_terms: str


def receipt_of(sale: Sale) -> Receipt:
    """The slip of a completed sale; pass it as `queries.sale_for` returns it."""
    lines = list(sale.lines.all())
    # what was paid out for old gold stands among the tenders with a minus
    paid = [row for row in sale.payments.all() if row.reverses_id is None]
    back = sum(row.back_cents for row in paid)
    return Receipt(
        number=sale.number or "",
        store_name=sale.store.name,
        store_phone=sale.store.phone,
        complaint_phone=sale.store.phone,
        counter=str(sale.counter),
        clerks=_sellers(lines),
        at=sale.completed_at or sale.opened_at,
        board_line=" · ".join(_board_lines(lines)),
        lines=[
            *map(_line, lines),
            *map(_fee, sale.services.all()),
            *map(_deposit, sale.deposits.all()),
        ],
        classes=[
            (total.metal_class.label, total.pieces, measures.grams(total.mg))
            for total in queries.tally_of(lines).classes
        ],
        rounding=measures.yuan(-sale.rounding_cents) if sale.rounding_cents else "",
        total=measures.yuan(sale.total_cents or 0),
        tenders=[_tender(row) for row in paid],
        change=measures.yuan(back) if back else "",
        credit=[(words, measures.yuan(cents)) for words, cents in credit_papers.lines_of(sale)],
        is_paid_out=any(row.is_payout for row in paid),
        cards=[_card(card) for card in queries.cards_of(sale)],
        return_terms=_(
            "The shop answers for fineness, quality and weight. Any shop of ours weighs the piece "
            "again at any time. Keep this slip for exchange and trade-in."
        ),
    )


def _line(line: SaleLine) -> ReceiptLine:
    piece = line.piece
    fixed = piece.pricing == Pricing.FIXED
    per_gram = pricing.effective_per_gram(total_cents=line.total_cents, net_mg=line.net_mg)
    return ReceiptLine(
        name=piece.name,
        total=measures.yuan(line.total_cents),
        piece_number=codes.group_piece(piece.number),
        metal_line=measures.declared_name(piece.metal, piece.fineness),
        gross_grams=measures.grams(line.net_mg + settled_weights.stones_mg(line)),
        net_grams=measures.grams(line.net_mg),
        label_line=_label_line(line),
        is_fixed=fixed,
        yuan_per_gram=measures.yuan(per_gram).removeprefix("¥") if fixed else "",
        exchange_line=_exchange_line(line),
        order_line=(
            _("Made to order: not exchanged or given back without a fault of quality.")
            if line.made_to_order
            else ""
        ),
        parts=_parts(line),
        reductions=[
            (f"{row.reason} · {row.get_part_display()}", measures.yuan(-row.cents))
            for row in line.reductions.all()
        ],
        gifts=[(row.words, measures.yuan(row.value_cents)) for row in line.gifts.all()],
    )


def _fee(line: ServiceLine) -> ReceiptLine:
    parts = [(_("On account"), measures.yuan(line.total_cents))] if line.is_deposit else []
    return _plain_line(line.words, line.total_cents, parts)


def _deposit(line: DepositLine) -> ReceiptLine:
    """The rule stands on the slip in words: the sound of both kinds is the same."""
    return _plain_line(line.words, line.total_cents, deposit_papers.rule_of(line))


def _plain_line(words: str, cents: int, parts: list[tuple[str, str]]) -> ReceiptLine:
    return ReceiptLine(
        name=words,
        total=measures.yuan(cents),
        piece_number="",
        metal_line="",
        gross_grams="",
        net_grams="",
        label_line="",
        is_fixed=False,
        yuan_per_gram="",
        exchange_line="",
        order_line="",
        parts=parts,
        reductions=[],
        gifts=[],
    )


def _exchange_line(line: SaleLine) -> str:
    """Nothing where it is not exchanged at all."""
    if line.piece.pricing != Pricing.FIXED or line.made_to_order:
        return ""
    return _("other fixed-price pieces, by amount")


def _label_line(line: SaleLine) -> str:
    if not settled_weights.is_settled(line):
        return ""
    told = {"grams": measures.grams(line.piece.net_mg)}
    return _("Weighed for you: the scale counts, the label says %(grams)s g net.") % told


def _parts(line: SaleLine) -> list[tuple[str, str]]:
    if line.metal_price is None:
        return [(_("Fixed price"), measures.yuan(line.fixed_cents))]
    grams, board = measures.grams(line.net_mg), measures.yuan(line.metal_price.cents_per_gram)
    rows = [(f"{board} × {grams}", measures.yuan(line.metal_cents))]
    if line.labour_cents:
        rows.append((labour_text(line), measures.yuan(line.labour_cents)))
    return rows


def labour_text(line: SaleLine) -> str:
    """How the labour of a piece by weight is reckoned, in words and figures."""
    piece = line.piece
    if piece.labour_kind == LabourKind.PER_GRAM:
        told = {
            "grams": measures.grams(line.net_mg),
            "price": measures.yuan(piece.labour_value),
        }
        return _("Labour %(price)s × %(grams)s") % told
    if piece.labour_kind == LabourKind.PERCENT:
        return _("Labour %s %%") % f"{piece.labour_value / 100:g}"
    return _("Labour")


def _board_lines(lines: Sequence[SaleLine]) -> list[str]:
    used: dict[int, MetalPrice] = {}
    for line in lines:
        if line.metal_price is not None:
            used[line.metal_price.pk] = line.metal_price
    return [
        _("%(metal)s %(price)s per gram, since %(since)s")
        % {
            "metal": measures.declared_name(row.metal, row.fineness),
            "price": measures.yuan(row.cents_per_gram),
            "since": date_text(timezone.localtime(row.valid_from), "m-d H:i"),
        }
        for row in used.values()
    ]


def _sellers(lines: Sequence[SaleLine]) -> list[str]:
    names = [
        seller.user.first_name or seller.user.username
        for line in lines
        for seller in line.sellers.all()
    ]
    return list(dict.fromkeys(names))


def _tender(row: Payment) -> tuple[str, str, str]:
    return str(row.tender), measures.yuan(row.given_cents), row.merchant_number or ""


def _card(card: Card) -> tuple[str, Symbol | None]:
    printed = card.plan.hand_out == HandOut.PRINTED
    symbol = None if printed else barcodes.card_qr(public_address(card.number))
    return codes.group_card(card.number), symbol
