"""What styles can be in the network showroom; the order form and the check both ask here."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy

from counter.models import StyleOffer
from inventory.ground import codes, measures
from inventory.ground.errors import BadField, NotAllowed
from inventory.ground.measures import Metal
from inventory.models import Category, Photo, Style

BEYOND_RINGS: Final = 400  # quarters
BOUNDS: Final = {
    "days": (1, 730),
    "most_pieces": (1, 999),
    "engraving_most": (0, 40),
    "labour_cents": (0, measures.MOST_CENTS),
    "stone_cents_per_ct": (0, measures.MOST_CENTS),
}
STONE_LISTS: Final = ("kinds", "colors", "clarities", "cuts", "labs")
# columns of an ordered line that keep one of these, in signs
LONGEST: Final = {"sizes": 30, "finishes": 20, "kinds": 20, "labs": 20}
LONGEST_OTHER: Final = 10


class BadOffer(BadField):
    code = "bad_offer"
    sentence = gettext_lazy("A style cannot be offered so.")


@dataclass(frozen=True)
class Offer:
    """What one style can be, as head office or the network showroom says it; columns and units as
    in `StyleOffer`."""

    metals: list[tuple[str, int, int]]
    labour_cents: int
    words: str = ""
    sizes: list[str] = field(default_factory=list)
    ring_from: int | None = None
    ring_to: int | None = None
    finishes: list[str] = field(default_factory=list)
    engraving_most: int = 0
    stone: dict[str, Any] = field(default_factory=dict)
    takes_customer_stone: bool = False
    stone_cents_per_ct: int = 0
    days: int = 21
    most_pieces: int = 20
    shown: bool = True


def put(*, style: Style, offer: Offer, by: User, photo: Photo | None = None) -> StyleOffer:
    """From now on this style is offered so; orders that were placed stay as they are. `photo`: None
    keeps the one there is. Refused to a role that does not keep offers, and with `bad_offer` for
    what no style can be."""
    if not by.has_perm("keep_offers"):
        raise NotAllowed
    _check(offer)
    told = {**vars(offer), "metals": [list(each) for each in offer.metals]}
    if photo is not None:
        told["photo"] = photo
    row, _made = StyleOffer.objects.update_or_create(style=style, defaults=told)
    return row


def offered(styles: Collection[str]) -> dict[str, StyleOffer]:
    """The offers of these styles that are shown, by the code of the style (1 query)."""
    rows = StyleOffer.objects.filter(style__code__in=styles, shown=True)
    return {row.style.code: row for row in rows.select_related("style")}


def net_mg(offer: StyleOffer, *, metal: str, grade: int) -> int | None:
    """What one piece weighs in this metal, in mg; None when it is not made of it."""
    for known, fineness, mg in offer.metals:
        if (known, fineness) == (metal, grade):
            return int(mg)
    return None


def _check(offer: Offer) -> None:
    if not offer.metals:
        raise BadOffer(field="metals")
    for metal, grade, mg in offer.metals:
        grades = measures.LEGAL_GRADES[Metal(metal)] if metal in Metal else ()
        if grade not in grades or not 0 < mg <= measures.MOST_MG:
            raise BadOffer(field="metals")
    rings = (offer.ring_from, offer.ring_to)
    if rings != (None, None) and not 0 < (rings[0] or 0) <= (rings[1] or 0) < BEYOND_RINGS:
        raise BadOffer(field="ring_to")
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(offer, name) <= most:
            raise BadOffer(field=name)
    _check_texts("sizes", offer.sizes)
    _check_texts("finishes", offer.finishes)
    _check_stone(offer.stone)


def _check_stone(stone: dict[str, Any]) -> None:
    if not stone:
        return
    least, most = stone.get("from_mct"), stone.get("to_mct")
    if not stone.get("kinds") or not isinstance(least, int) or not isinstance(most, int):
        raise BadOffer(field="stone")
    if set(stone) - {*STONE_LISTS, "from_mct", "to_mct"} or not 0 < least <= most:
        raise BadOffer(field="stone")
    for name in STONE_LISTS:
        _check_texts(name, stone.get(name, []), field="stone")


def _check_texts(name: str, texts: object, *, field: str = "") -> None:
    most = LONGEST.get(name, LONGEST_OTHER)
    if not isinstance(texts, list) or any(
        not isinstance(each, str) or not 0 < len(each) <= most or codes.one_line(each) != each
        for each in texts
    ):
        raise BadOffer(field=field or name)


# --- what a demonstration shop offers

_DIAMOND: Final[dict[str, Any]] = {
    "kinds": ["diamond"],
    "from_mct": 300,
    "to_mct": 1_500,
    "colors": ["D", "E", "F", "G", "H"],
    "clarities": ["VVS1", "VVS2", "VS1", "VS2", "SI1"],
    "cuts": ["EX", "VG"],
    "labs": ["NGTC", "GIA"],
}
_RINGS: Final = (28, 96)  # 7 to 24
SEED_OFFERS: Final[tuple[tuple[str, str, Category, Offer], ...]] = (
    (
        "B1001",
        "光圈对戒",
        Category.RING,
        Offer(
            metals=[("Au", 9900, 4_200), ("Au", 7500, 3_400), ("Pt", 9500, 4_800)],
            labour_cents=38_000,
            words="光面圈戒,可刻字;宽度决定手感。",
            sizes=["2.5 mm", "3 mm", "4 mm"],
            finishes=["光面", "喷沙", "拉丝"],
            engraving_most=16,
            days=14,
            ring_from=_RINGS[0],
            ring_to=_RINGS[1],
        ),
    ),
    (
        "B1002",
        "六爪钻戒",
        Category.RING,
        Offer(
            metals=[("Au", 7500, 2_600), ("Pt", 9500, 3_300)],
            labour_cents=128_000,
            words="经典六爪,主石 0.30 – 1.50 克拉,可用客来石。",
            finishes=["光面"],
            engraving_most=12,
            stone=_DIAMOND,
            takes_customer_stone=True,
            stone_cents_per_ct=2_800_000,
            days=28,
            ring_from=_RINGS[0],
            ring_to=_RINGS[1],
        ),
    ),
    (
        "B1003",
        "足金福字吊坠",
        Category.PENDANT,
        Offer(
            metals=[("Au", 9900, 3_150)],
            labour_cents=22_000,
            words="双面福字,背面可刻字。",
            finishes=["光面", "喷沙"],
            engraving_most=8,
            days=10,
            most_pieces=200,
        ),
    ),
    (
        "B1004",
        "足金绳纹手镯",
        Category.BANGLE,
        Offer(
            metals=[("Au", 9900, 28_600)],
            labour_cents=96_000,
            words="手工绳纹,三个圈口。",
            sizes=["54 mm", "56 mm", "58 mm"],
            finishes=["光面", "古法哑光"],
            engraving_most=20,
            days=21,
        ),
    ),
)


@transaction.atomic
def put_seed_offers() -> list[StyleOffer]:
    """Styles of a demonstration shop with what they can be; what is there stays as it is."""
    rows = []
    for code, name, category, offer in SEED_OFFERS:
        style, _made = Style.objects.get_or_create(
            code=code, defaults={"name": name, "category": category}
        )
        told = {**vars(offer), "metals": [list(each) for each in offer.metals]}
        row, _made = StyleOffer.objects.get_or_create(style=style, defaults=told)
        rows.append(row)
    return rows
