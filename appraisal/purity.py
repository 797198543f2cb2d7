"""预估与实得: what was decided at the counter against what the refiner found.

A bar tells one truth about everything that was melted into it. So each old piece carries the
deviation of its bar, weighed by its metal, and whoever sends much to bars that disappoint stands
out: a store, an instrument, a clerk. Metals are never mixed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from appraisal import contents
from appraisal.contents import Content
from appraisal.models import Assay, Melt, OldPiece, RefinerAssay
from inventory.ground import measures
from inventory.ground.amounts import WHOLE_BP, half_up

NEWEST: Final = 100  # bars that are looked at


@dataclass
class Purity:
    """Metal that was predicted by one store, instrument or clerk, and what came of it.

    `promised` and `off` are sums of grams times fineness; the properties are in tenths of a
    permille.
    """

    metal: str
    name: str
    metal_mg: int = 0
    promised: int = 0
    off: int = 0

    def add(self, *, metal_mg: int, predicted: int, real: int, of_bar: int) -> None:
        """Old gold decided at `predicted`, in a bar of which the refiner found `real` where
        `of_bar` was predicted."""
        self.metal_mg += metal_mg
        self.promised += metal_mg * predicted
        self.off += metal_mg * (real - of_bar)

    @property
    def predicted(self) -> int:
        return half_up(dividend=self.promised, divisor=self.metal_mg)

    @property
    def deviation(self) -> int:
        """Below zero: the refiner found less than was paid for."""
        return half_up(dividend=self.off, divisor=self.metal_mg)

    @property
    def deviation_text(self) -> str:
        """In permille with its sign."""
        sign = "−" if self.deviation < 0 else "+" if self.deviation else ""
        return f"{sign}{measures.permille(abs(self.deviation))}"

    @property
    def real(self) -> int:
        return self.predicted + self.deviation

    @property
    def metal_name(self) -> str:
        return str(measures.Metal(self.metal).label)


@dataclass(frozen=True)
class Weighed:
    """One melted old piece with the bar it went into."""

    content: Content
    of_bar: int
    real: int
    instrument: str


@dataclass(frozen=True)
class Comparison:
    """The same bars three times over; each list by metal and name."""

    by_store: list[Purity]
    by_instrument: list[Purity]
    by_clerk: list[Purity]


def compared() -> Comparison:
    """The newest bars with a refiner's paper, of all stores."""
    rows = [row for bar in _assayed() for row in _pieces_of(bar)]
    return Comparison(
        by_store=_grouped(rows, lambda row: str(row.content.piece.trade_in.store)),
        by_instrument=_grouped(rows, lambda row: row.instrument),
        by_clerk=_grouped(rows, _name),
    )


def predicted_fineness(bar: Melt) -> int:
    """What the bar should be, in tenths of a permille: the fine metal that was decided over the
    metal that went in."""
    inside_mg = contents.metal_mg(bar.bags.all())
    return half_up(dividend=bar.predicted_mg * WHOLE_BP, divisor=inside_mg)


def _assayed() -> Iterable[RefinerAssay]:
    return RefinerAssay.objects.select_related("melt").order_by("-pk")[:NEWEST]


def _pieces_of(found: RefinerAssay) -> list[Weighed]:
    rows = OldPiece.objects.filter(bag__melt=found.melt).select_related("trade_in__store")
    of_bar = predicted_fineness(found.melt)
    return [
        Weighed(contents.of_piece(piece), of_bar, found.fineness, _instrument(piece))
        for piece in rows
    ]


def _instrument(piece: OldPiece) -> str:
    """The instrument whose reading is the newest; else how it was tested."""
    found = Assay.objects.filter(old_piece=piece, metal__gt="").order_by("-pk")
    newest = found.select_related("instrument").first()
    if newest is None:
        return ""
    return str(newest.instrument or newest.get_method_display())


def _name(row: Weighed) -> str:
    by = row.content.decision.change.by
    return by.first_name or by.username


def _grouped(rows: Iterable[Weighed], name: Callable[[Weighed], str]) -> list[Purity]:
    sums: dict[tuple[str, str], Purity] = {}
    for row in rows:
        of = row.content
        key = of.decision.metal, name(row) or "—"
        found = sums.setdefault(key, Purity(*key))
        found.add(
            metal_mg=of.metal_mg,
            predicted=of.decision.fineness,
            real=row.real,
            of_bar=row.of_bar,
        )
    return [sums[key] for key in sorted(sums)]
