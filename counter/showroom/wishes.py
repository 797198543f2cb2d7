"""What somebody wishes to order, before it is an order and as each version keeps it."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Self

from counter.models import DeliveryWay, PriceMode, StonesFrom


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
