"""订单单: the sheet of an order that goes with it through review, stones and workshop; every figure
already a text. What is to be made stands on it, and nobody's address."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from counter import wish_words
from counter.models import NetworkOrder
from counter.showroom import amounts, drafts, order_words
from inventory.ground import barcodes, measures
from inventory.ground.barcodes import Symbol
from inventory.models import Style
from inventory.templatetags.pieces import moment, who


@dataclass(frozen=True)
class SheetLine:
    """One line: its head, what it is to be, and a box for each of its pieces."""

    title: str
    facts: Sequence[tuple[str, str]]
    boxes: Sequence[str]


@dataclass(frozen=True)
class OrderSheet:
    """See `templates/counter/print_order.html`."""

    number: str
    bars: Symbol
    state: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[SheetLine]


def sheet_of(order: NetworkOrder) -> OrderSheet:
    """The sheet as the version that counts has it (3 queries); pass the order as
    `queries.order_for` returns it."""
    version = order.versions.get(version=order.version)
    wish = drafts.ordered_wish(order)
    rows = Style.objects.filter(code__in={line.style for line in wish.lines})
    names = dict(rows.values_list("code", "name"))
    lines = []
    for line, figures in zip(wish.lines, amounts.figures_of(version), strict=True):
        words = wish_words.line_words(line)
        for name in ("mark", "engraving"):
            words[name] = order_words.spelled(words[name])
        facts = [
            (str(label), words[key])
            for key, label in wish_words.LINE_LABELS.items()
            if key != "style" and words[key]
        ]
        grams = _("about %s g a piece") % measures.grams(figures["net_mg"])
        told = SheetLine(
            title=f"{line.style} {names.get(line.style, '')}",
            facts=[*facts, (_("Weight"), grams)],
            boxes=[str(nth) for nth in range(1, min(line.pieces, 40) + 1)],
        )
        lines.append(told)
    return OrderSheet(
        number=order.number,
        bars=barcodes.document_bars(order.number),
        state=order.get_state_display(),
        facts=_facts(order),
        lines=lines,
    )


def _facts(order: NetworkOrder) -> list[tuple[str, str]]:
    """The customer is masked: a sheet lies about in a workshop."""
    customer = order.customer
    name = f"{customer.name[0]}**" if customer.name else ""
    told = [
        (_("Customer"), f"{name} {customer.masked_phone}"),
        (_("Came in"), f"{order.get_channel_display()} · {moment(order.at)}"),
        (_("Queue"), str(order.queue)),
        (_("Account clerk"), who(order.account_clerk) if order.account_clerk else ""),
        (_("First check"), who(order.first_checked_by) if order.first_checked_by else ""),
        (_("Promised day"), order.promised_on.isoformat() if order.promised_on else ""),
        (_("Wanted by"), order.wanted_on.isoformat() if order.wanted_on else ""),
        (_("Rush"), _("yes") if order.is_rush else ""),
        (_("Price basis"), order.get_price_mode_display()),
        (_("Delivery"), order.get_delivery_display()),
        (_("Gifts and promises"), order.promises),
        (_("Remark"), order.remark),
        (_("Version"), str(order.version)),
    ]
    return [(label, text) for label, text in told if text]
