"""What is ordered in the words in which it is read back to a customer."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import DeliveryWay, PriceMode, StonesFrom
from counter.showroom.wishes import LineWish, Wish
from inventory.ground import measures
from inventory.templatetags.pieces import STONES

GAP: Final = "␣"
LINE_LABELS: Final[Mapping[str, str | Promise]] = {
    "style": gettext_lazy("Style"),
    "pieces": gettext_lazy("Quantity"),
    "metal": gettext_lazy("Metal"),
    "size_spec": gettext_lazy("Size"),
    "ring_size": gettext_lazy("Ring size"),
    "finish": gettext_lazy("Finish"),
    "mark": gettext_lazy("Mark (stamped)"),
    "engraving": gettext_lazy("Engraving"),
    "stones_from": gettext_lazy("Stones"),
    "stone": gettext_lazy("Main stone"),
    "certificate": gettext_lazy("Certificate"),
    "remark": gettext_lazy("Remark"),
}
ORDER_LABELS: Final[Mapping[str, str | Promise]] = {
    "price_mode": gettext_lazy("Price basis"),
    "wanted_on": gettext_lazy("Wanted by"),
    "is_rush": gettext_lazy("Rush"),
    "delivery": gettext_lazy("Delivery"),
    "recipient": gettext_lazy("Recipient"),
    "address": gettext_lazy("Address"),
    "telephone": gettext_lazy("Telephone"),
    "promises": gettext_lazy("Gifts and promises"),
    "remark": gettext_lazy("Remark"),
}


def line_words(line: LineWish) -> dict[str, str]:
    """A line by the names of `LINE_LABELS`; what was not wished for is empty."""
    stone = [
        str(STONES.get(line.stone_kind, line.stone_kind)),
        f"{measures.carats(line.stone_mct)} ct" if line.stone_mct else "",
        line.stone_color,
        line.stone_clarity,
        line.stone_cut,
    ]
    from_whom = "" if line.stones_from == StonesFrom.NONE else StonesFrom(line.stones_from).label
    return {
        "style": line.style,
        "pieces": measures.count(line.pieces),
        "metal": measures.grade_name(line.metal, line.grade),
        "size_spec": line.size_spec,
        "ring_size": line.ring_size,
        "finish": line.finish,
        "mark": line.mark,
        "engraving": line.engraving,
        "stones_from": str(from_whom),
        "stone": " · ".join(filter(None, stone)),
        "certificate": line.certificate,
        "remark": line.remark,
    }


def order_words(wish: Wish) -> dict[str, str]:
    """The rest of an order by the names of `ORDER_LABELS`."""
    return {
        "price_mode": str(PriceMode(wish.price_mode).label),
        "wanted_on": wish.wanted_on.isoformat() if wish.wanted_on else "",
        "is_rush": _("yes") if wish.is_rush else "",
        "delivery": str(DeliveryWay(wish.delivery).label),
        "recipient": wish.recipient,
        "address": wish.address,
        "telephone": wish.telephone,
        "promises": wish.promises,
        "remark": wish.remark,
    }


def letters(text: str) -> list[str]:
    """An engraving letter by letter; a gap is shown as a sign of its own."""
    return [GAP if sign == " " else sign for sign in text]
