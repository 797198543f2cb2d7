"""The old pieces of a trade-in as they lie on the counter: pictures, weights, tests, decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal import assays, decisions, proofs, weighings
from appraisal.assays import MEASURES_FINENESS
from appraisal.models import (
    Assay,
    Decision,
    Method,
    OldPiece,
    TradeIn,
    Verdict,
    WeighedFor,
    Weighing,
)
from appraisal.offer_words import grams
from inventory.ground import measures
from inventory.models import Photo

VERDICT_GROUNDS = {
    Verdict.PASS: "ok",
    Verdict.CONDITIONAL_PASS: "warn",
    Verdict.CONDITIONAL_FAIL: "warn",
    Verdict.REFER: "warn",
    Verdict.FAIL: "bad",
}


@dataclass(frozen=True)
class Test:
    """One test as the desk reads it."""

    row: Assay

    @property
    def figures(self) -> str:
        """All readings: "999‰ · 999.2‰", or a density in g/cm³."""
        if self.row.method in MEASURES_FINENESS:
            return " · ".join(measures.permille(reading) for reading in self.row.readings)
        if self.row.method == Method.DENSITY:
            return " · ".join(f"{reading / 1000:.2f} g/cm³" for reading in self.row.readings)
        return ""

    @property
    def warnings(self) -> list[str]:
        return [str(assays.WARNINGS[word]) for word in self.row.warnings]

    @property
    def ground(self) -> str:
        return VERDICT_GROUNDS.get(Verdict(self.row.verdict), "")


@dataclass(frozen=True)
class DeskPiece:
    """One old piece with all that was done to it."""

    piece: OldPiece
    photos: Sequence[Photo]
    gross: Weighing | None
    melted: Weighing | None
    tests: Sequence[Test]
    decision: Decision | None
    shown: int | None  # tenths of a permille that the tests or our own record support

    @property
    def weighing(self) -> Weighing | None:
        """The weight that counts."""
        return self.melted or self.gross

    @property
    def reading(self) -> str:
        """The weight with the decimals of its scale."""
        row = self.weighing
        return "" if row is None else grams(row.mg, step_mg=weighings.step_mg(row))

    @property
    def acts(self) -> list[tuple[str | Promise, bool]]:
        """The three acts before any price, and whether each is done."""
        return [
            (_("weighed"), self.gross is not None),
            (_("brand confirmed"), self.is_decided),
            (_("stones counted and tested"), self.is_decided),
        ]

    @property
    def is_decided(self) -> bool:
        """Whether there is a decision that the tests still support."""
        return self.decision is not None and self.decision.fineness <= (self.shown or 0)

    @property
    def taken_for(self) -> str:
        """Metal and fineness that were decided: 足金 999‰."""
        if self.decision is None:
            return ""
        return measures.declared_name(self.decision.metal, self.decision.fineness)

    @property
    def grade(self) -> str:
        """The name of the decided grade alone: 足金."""
        if self.decision is None:
            return ""
        return measures.class_of(metal=self.decision.metal, fineness=self.decision.fineness).label

    @property
    def supported(self) -> str:
        """The fineness that may be decided, as a field holds it: "999"."""
        told = self.decision.fineness if self.decision and self.is_decided else self.shown
        return measures.permille(told).removesuffix("‰") if told else ""

    @property
    def is_referred(self) -> bool:
        """Whether only melting, fire assay or the same method anew may prove it."""
        return proofs.is_referred(self.piece)

    @property
    def warned(self) -> bool:
        """Whether a test says more than that it sees the surface only."""
        return any(set(test.row.warnings) - {"surface"} for test in self.tests)

    @property
    def passed(self) -> bool:
        """Whether the newest test found what a legal grade asks for."""
        return bool(self.tests) and self.tests[-1].row.verdict == Verdict.PASS


def on_desk(trade_in: TradeIn) -> list[DeskPiece]:
    """All pieces of a trade-in in their order (about 7 queries)."""
    rows = OldPiece.objects.filter(trade_in=trade_in).order_by("position")
    along = rows.select_related("piece", "trade_in__store").prefetch_related(
        "photos__photo",
        "weighings__scale",
        "weighings__change__by",
        "assays__instrument",
        "assays__by",
        "decisions__change__by",
    )
    return [_on_desk(piece) for piece in along]


def _on_desk(piece: OldPiece) -> DeskPiece:
    weights = {row.purpose: row for row in piece.weighings.all()}  # the newest of each stays
    decision = list(piece.decisions.all())[-1:]
    return DeskPiece(
        piece=piece,
        photos=[row.photo for row in piece.photos.all()],
        gross=weights.get(WeighedFor.GROSS),
        melted=weights.get(WeighedFor.FINAL),
        tests=[Test(row) for row in piece.assays.all()],
        decision=decision[0] if decision else None,
        shown=decisions.supported(piece, metal=decision[0].metal if decision else piece.metal),
    )
