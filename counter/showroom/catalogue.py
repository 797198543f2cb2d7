"""The styles that are shown to an invited customer: searched, filtered, with a first price.

However many styles there are, a page asks three times: the offers, the board of prices, and what a
dealer pays of the labour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from counter.models import Customer, StyleOffer
from counter.showroom import dealers
from inventory import prices
from inventory.ground import amounts, measures
from inventory.models import Category, MetalPrice, Photo, Store

ON_A_PAGE: Final = 24
LONGEST_SEARCH: Final = 40
# of the first price, in cents: from, up to and without
BANDS: Final[Mapping[str, tuple[int, int]]] = {
    "1": (0, 200_000),
    "2": (200_000, 500_000),
    "3": (500_000, 1_000_000),
    "4": (1_000_000, 3_000_000),
    "5": (3_000_000, measures.MOST_CENTS),
}
COLUMNS: Final = (
    "style__code",
    "style__name",
    "style__category",
    "style_id",
    "metals",
    "labour_cents",
    "photo__uuid",
)
Board = Mapping[tuple[str, int], MetalPrice]


@dataclass(frozen=True)
class Shown:
    """A style in the catalogue. `from_cents`: the least of its metals as it weighs and costs today,
    without a stone; None where no price is on the board."""

    code: str
    name: str
    category: str
    metals: Sequence[tuple[str, int]]
    from_cents: int | None
    photo: UUID | None

    @property
    def metal_words(self) -> str:
        return " · ".join(measures.grade_name(metal, grade) for metal, grade in self.metals)

    @property
    def price_words(self) -> str:
        if self.from_cents is None:
            return _("price on asking")
        return _("from %s") % measures.yuan(self.from_cents)


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; whatever is not known here counts as not asked."""

    text: str = ""
    category: str = ""
    metal: str = ""  # "Au-7500"
    band: str = ""
    page: int = 1

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> "Asked":
        page = str(sent.get("page", ""))
        category, band = str(sent.get("category", "")), str(sent.get("band", ""))
        return cls(
            text=str(sent.get("q", "")).strip()[:LONGEST_SEARCH],
            category=category if category in Category.values else "",
            metal=str(sent.get("metal", ""))[:10],
            band=band if band in BANDS else "",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1,
        )

    def takes(self, style: Shown) -> bool:
        words = f"{style.code} {style.name}".casefold()
        low, high = BANDS.get(self.band, (0, measures.MOST_CENTS))
        return (
            self.text.casefold() in words
            and self.category in {"", style.category}
            and (not self.metal or self.metal in {f"{m}-{grade}" for m, grade in style.metals})
            and (not self.band or low <= (style.from_cents or 0) < high)
        )


@dataclass(frozen=True)
class Catalogue:
    """One page of what was asked for, and what may be asked for at all."""

    asked: Asked
    styles: Sequence[Shown]
    found: int
    categories: Sequence[tuple[str, str]]
    metals: Sequence[tuple[str, str]]

    @property
    def next_page(self) -> int | None:
        return self.asked.page + 1 if self.asked.page * ON_A_PAGE < self.found else None

    @property
    def bands(self) -> Sequence[tuple[str, str]]:
        return [(key, band_words(key)) for key in BANDS]


def offered() -> QuerySet[StyleOffer]:
    """Everything that is shown, by style number."""
    return StyleOffer.objects.filter(shown=True)


def offer_of(code: str) -> StyleOffer:
    """The offer of a style; one that is not shown is not there."""
    rows = offered().select_related("style", "photo")
    return get_object_or_404(rows, style__code=code)


def photo_of(uuid: UUID) -> Photo:
    """A picture of a style that is shown; no other picture is there for the world."""
    rows = Photo.objects.filter(pk__in=offered().filter(photo__uuid=uuid).values("photo"))
    return get_object_or_404(rows)


def look(asked: Asked, *, customer: Customer, store: Store) -> Catalogue:
    """One page of the catalogue with this customer's prices (up to 4 queries)."""
    styles = _styles(customer, store)
    taken = [style for style in styles if asked.takes(style)]
    begin = (asked.page - 1) * ON_A_PAGE
    there = {style.category for style in styles}
    return Catalogue(
        asked=asked,
        styles=taken[begin : begin + ON_A_PAGE],
        found=len(taken),
        categories=[(key, str(word)) for key, word in Category.choices if key in there],
        metals=_metals(styles),
    )


def band_words(key: str) -> str:
    """A price band as it stands on its filter."""
    low, high = (f"¥{cents // 100:,}" for cents in BANDS[key])
    if BANDS[key][0] == 0:
        return _("up to %s") % high
    return _("%s and more") % low if BANDS[key][1] == measures.MOST_CENTS else f"{low} – {high}"


def _styles(customer: Customer, store: Store) -> list[Shown]:
    board: Board = prices.current(store=store)
    share = dealers.prices_for(customer)
    return [
        Shown(
            code=code,
            name=name,
            category=category,
            metals=[(metal, grade) for metal, grade, _mg in metals],
            from_cents=_from_cents(metals, board, share.labour_cents(style_id, labour_cents)),
            photo=photo,
        )
        for code, name, category, style_id, metals, labour_cents, photo in offered()
        .order_by("style__code")
        .values_list(*COLUMNS)
    ]


def _from_cents(
    metals: Sequence[tuple[str, int, int]], board: Board, labour_cents: int
) -> int | None:
    priced = [
        amounts.metal_cents(weight_mg=net_mg, cents_per_gram=row.cents_per_gram)
        for metal, grade, net_mg in metals
        if (row := board.get((metal, grade)))
    ]
    return min(priced) + labour_cents if priced else None


def _metals(styles: Sequence[Shown]) -> list[tuple[str, str]]:
    there = {
        measures.MetalClass(measures.Metal(metal), grade)
        for style in styles
        for metal, grade in style.metals
    }
    return [(f"{each.metal.value}-{each.grade}", each.label) for each in sorted(there)]
