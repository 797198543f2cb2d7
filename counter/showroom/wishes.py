"""What somebody wishes to order, before it is an order and as each version keeps it.

Whether it can be ordered so is asked of the offers of its styles: `check`.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from typing import Any, Final, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import customers
from counter.models import (
    DeliveryWay,
    NetworkOrder,
    OrderLine,
    PriceMode,
    StonesFrom,
    StyleOffer,
)
from counter.showroom import engravings, offers, ring_sizes
from inventory.ground import codes
from inventory.ground.errors import BadField

MOST_LINES: Final = 200
MOST_PIECES: Final = 999
FARTHEST: Final = timedelta(days=730)
# what may be chosen of a stone, and how the offer calls the choices
STONE_CHOICES: Final = {
    "stone_kind": "kinds",
    "stone_color": "colors",
    "stone_clarity": "clarities",
    "stone_cut": "cuts",
    "certificate": "labs",
}


class StyleNotOffered(BadField):
    code = "style_not_offered"

    def __init__(self, style: str, *, field: str) -> None:
        words = _("Style %(style)s is not offered in the network showroom.")
        super().__init__(words % {"style": style}, field=field)


class NotMadeSo(BadField):
    code = "not_made_so"
    sentence = gettext_lazy("This style is not made so. Choose one of those that are offered.")


class BadEngraving(BadField):
    code = "bad_engraving"

    def __init__(self, signs: list[str], *, field: str) -> None:
        words = _("These signs cannot be engraved: %(signs)s. Leave them out or write another way.")
        super().__init__(words % {"signs": " ".join(signs)}, field=field, signs=signs)


class EngravingTooLong(BadField):
    code = "engraving_too_long"

    def __init__(self, *, length: int, most: int, field: str) -> None:
        words = _(
            "There is room for %(most)d letters, a Chinese character counts two; these are "
            "%(length)d."
        )
        super().__init__(words % {"most": most, "length": length}, field=field, most=most)


class BadRingSize(BadField):
    code = "bad_ring_size"

    def __init__(self, offer: StyleOffer, *, field: str) -> None:
        told = {
            "least": ring_sizes.shown(offer.ring_from or 0),
            "most": ring_sizes.shown(offer.ring_to or 0),
        }
        words = _("Choose a ring size from %(least)s to %(most)s in quarter steps, such as 12.25.")
        super().__init__(words % told, field=field)


class BadWantedDate(BadField):
    code = "bad_wanted_date"
    sentence = gettext_lazy("Choose a day that is not in the past and at most two years away.")


class AddressNeeded(BadField):
    code = "address_needed"
    sentence = gettext_lazy("A delivery needs a name and an address.")


class TooManyPieces(BadField):
    code = "too_many_pieces_ordered"

    def __init__(self, most: int, *, field: str) -> None:
        words = _("At most %(most)d pieces can be ordered here at once.")
        super().__init__(words % {"most": most}, field=field, most=most)


class NothingOrdered(BadField):
    code = "nothing_ordered"
    sentence = gettext_lazy("Order at least one piece.")


class TextTooLong(BadField):
    code = "order_text_too_long"

    def __init__(self, most: int, *, field: str) -> None:
        words = _("This text may have at most %(most)d signs.")
        super().__init__(words % {"most": most}, field=field, most=most)


@dataclass(frozen=True)
class LineWish:
    """One line: a style, how many, and what each of them is to be. Weights and amounts are not
    wished for, the offer of the style gives them (`orders.place`)."""

    style: str  # 款号
    pieces: int
    metal: str  # `Metal`
    grade: int  # the legal grade, tenths of a permille
    size_spec: str = ""  # 规格
    ring_size: str = ""  # 手寸, Chinese size
    finish: str = ""
    mark: str = ""  # 字印: what is stamped beside the legal mark
    engraving: str = ""  # 刻字: what the customer wants written
    stones_from: str = StonesFrom.NONE
    stone_kind: str = ""
    stone_mct: int | None = None
    stone_color: str = ""
    stone_clarity: str = ""
    stone_cut: str = ""
    certificate: str = ""  # the laboratory that is wanted
    remark: str = ""


@dataclass(frozen=True)
class Wish:
    """A whole order as the customer confirms it: lines, price basis, delivery, promises."""

    lines: tuple[LineWish, ...]
    price_mode: str = PriceMode.SETTLEMENT
    wanted_on: date | None = None
    is_rush: bool = False
    delivery: str = DeliveryWay.COLLECT
    recipient: str = ""
    address: str = ""
    telephone: str = ""
    promises: str = ""
    remark: str = ""
    outside_number: str = field(default="", compare=False)

    def as_content(self) -> dict[str, Any]:
        """As `OrderVersion.content` keeps it: plain JSON, dates as text."""
        content = asdict(self)
        content["lines"] = [asdict(line) for line in self.lines]
        content["wanted_on"] = self.wanted_on.isoformat() if self.wanted_on else None
        return content

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> Self:
        """Back from what a version keeps."""
        known = {each.name for each in fields(cls)}
        told = {name: value for name, value in content.items() if name in known}
        told["lines"] = tuple(LineWish(**line) for line in content["lines"])
        day = content["wanted_on"]
        told["wanted_on"] = date.fromisoformat(day) if day else None
        return cls(**told)

    def tidied(self) -> Self:
        """Texts composed and trimmed, ring sizes in one spelling. Refused with `unprintable` for
        signs that nobody can see."""
        lines = tuple(LineWish(**_tidy(line)) for line in self.lines)
        return type(self)(**(_tidy(self) | {"lines": lines}))


def check(wish: Wish, *, day: date) -> None:
    """Refuses what cannot be ordered so on this business day; `field` names what is wrong, such as
    `lines.0.ring_size` (1 query)."""
    if not wish.lines:
        raise NothingOrdered(field="lines")
    pieces = sum(line.pieces for line in wish.lines)
    if len(wish.lines) > MOST_LINES or pieces > MOST_PIECES:
        raise TooManyPieces(MOST_PIECES, field="lines")
    offered = offers.offered({line.style for line in wish.lines})
    for position, line in enumerate(wish.lines):
        check_line(line, offered.get(line.style), at=f"lines.{position}.")
    _check_terms(wish, day=day)


def check_line(line: LineWish, offer: StyleOffer | None, *, at: str = "") -> None:
    """One line against the offer of its style; `at` stands before the names of fields."""
    if offer is None:
        raise StyleNotOffered(line.style, field=f"{at}style")
    if line.pieces < 1:
        raise NothingOrdered(field=f"{at}pieces")
    if line.pieces > offer.most_pieces:
        raise TooManyPieces(offer.most_pieces, field=f"{at}pieces")
    _check_lengths(line, OrderLine, at=at)
    if offers.net_mg(offer, metal=line.metal, grade=line.grade) is None:
        raise NotMadeSo(field=f"{at}metal")
    _check_one_of(line.size_spec, offer.sizes, needed=bool(offer.sizes), field=f"{at}size_spec")
    _check_one_of(line.finish, offer.finishes, field=f"{at}finish")
    _check_ring_size(line.ring_size, offer, field=f"{at}ring_size")
    _check_cut(line.mark, field=f"{at}mark")
    _check_cut(line.engraving, field=f"{at}engraving")
    length = engravings.length(line.engraving)
    if length > offer.engraving_most:
        raise EngravingTooLong(length=length, most=offer.engraving_most, field=f"{at}engraving")
    _check_stone(line, offer, at=at)


def _check_ring_size(text: str, offer: StyleOffer, *, field: str) -> None:
    if offer.ring_from is None or offer.ring_to is None:
        if text:
            raise NotMadeSo(field=field)
        return
    size = ring_sizes.read(text)
    if size is None or not offer.ring_from <= size <= offer.ring_to:
        raise BadRingSize(offer, field=field)


def _check_cut(text: str, *, field: str) -> None:
    if strange := engravings.refused(text):
        raise BadEngraving(strange, field=field)


def _check_stone(line: LineWish, offer: StyleOffer, *, at: str) -> None:
    if not offer.stone:
        _check_no_stone(line, at=at)
        return
    allowed = {StonesFrom.OURS} | ({StonesFrom.CUSTOMER} if offer.takes_customer_stone else set())
    if line.stones_from not in allowed:
        raise NotMadeSo(field=f"{at}stones_from")
    # what the customer brings is weighed when it comes
    unweighed = line.stone_mct is None and line.stones_from == StonesFrom.CUSTOMER
    least, most = offer.stone["from_mct"], offer.stone["to_mct"]
    if not unweighed and not least <= (line.stone_mct or 0) <= most:
        raise NotMadeSo(field=f"{at}stone_mct")
    for name, choices in STONE_CHOICES.items():
        needed, field = name == "stone_kind", f"{at}{name}"
        known = offer.stone.get(choices, ())
        _check_one_of(getattr(line, name), known, needed=needed, field=field)


def _check_no_stone(line: LineWish, *, at: str) -> None:
    if line.stones_from != StonesFrom.NONE:
        raise NotMadeSo(field=f"{at}stones_from")
    for name in ("stone_mct", *STONE_CHOICES):
        if getattr(line, name):
            raise NotMadeSo(field=f"{at}{name}")


def _check_terms(wish: Wish, *, day: date) -> None:
    _check_lengths(wish, NetworkOrder)
    if wish.wanted_on is not None and not day <= wish.wanted_on <= day + FARTHEST:
        raise BadWantedDate(field="wanted_on")
    _check_one_of(wish.price_mode, PriceMode.values, needed=True, field="price_mode")
    _check_one_of(wish.delivery, DeliveryWay.values, needed=True, field="delivery")
    if wish.delivery == DeliveryWay.SHIP:
        for name in ("recipient", "address"):
            if not getattr(wish, name):
                raise AddressNeeded(field=name)
    if wish.telephone and not customers.PHONE.fullmatch(wish.telephone):
        raise customers.BadPhone(field="telephone")


def _check_one_of(
    value: str, choices: Collection[str], *, field: str, needed: bool = False
) -> None:
    if value not in choices if value else needed:
        raise NotMadeSo(field=field)


def _check_lengths(
    row: Wish | LineWish, model: type[NetworkOrder] | type[OrderLine], *, at: str = ""
) -> None:
    """No text is longer than the column that keeps it."""
    columns = {each.name: each.max_length for each in model._meta.concrete_fields}
    for each in fields(row):
        value, most = getattr(row, each.name), columns.get(each.name)
        if isinstance(value, str) and most is not None and len(value) > most:
            raise TextTooLong(most, field=f"{at}{each.name}")


def _tidy(row: Wish | LineWish) -> dict[str, Any]:
    told = {each.name: getattr(row, each.name) for each in fields(row)}
    tidy = {
        name: codes.one_line(value) if isinstance(value, str) else value
        for name, value in told.items()
    }
    size = ring_sizes.read(tidy.get("ring_size", ""))
    return tidy if size is None else tidy | {"ring_size": ring_sizes.shown(size)}
