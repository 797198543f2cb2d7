"""复称: a piece is weighed again, free of charge, against what its label says."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from appraisal import verification, weighings
from appraisal.models import WeighedFor, Weighing, WeightTolerance
from appraisal.weighings import Shown
from inventory import places
from inventory.ground import access, changes
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, State, Store


class LabelNeeded(RuleBroken):
    code = "label_needed"
    status = 422
    sentence = _("Type the grams that the label says, and choose the metal.")


@dataclass(frozen=True)
class Label:
    """What a piece says about itself: milligrams with its stones, and its metal."""

    mg: int
    metal: str

    @classmethod
    def of(cls, piece: Piece) -> "Label":
        """A scale sees the stones too, so the gross weight is what it is held against."""
        return cls(piece.gross_mg, piece.metal)


@dataclass(frozen=True)
class Result:
    """A weight beside its label, by the edition that was in force on that day."""

    weighing: Weighing
    row: WeightTolerance

    @property
    def label_mg(self) -> int:
        return self.weighing.label_mg or 0

    @property
    def difference_mg(self) -> int:
        """The scale's weight less the label's."""
        return self.weighing.mg - self.label_mg

    @property
    def verdict(self) -> str:
        """pass, short or over."""
        return verification.agrees(row=self.row, label_mg=self.label_mg, mg=self.weighing.mg)


@transaction.atomic
def check(
    *,
    store: Store,
    shown: Shown,
    by: User,
    piece: Piece | None = None,
    label: Label | None = None,
    purpose: str = "",
    document: str = "",
) -> Result:
    """Weighs a piece against its label; a piece of ours brings its own.

    `purpose` is told where it is not plain: for a customer, or one of the shop's own stock.
    Refused: people without the right, no label, a label of a metal or weight without a lawful
    tolerance, and everything that `weighings.record` refuses.
    """
    access.refuse_unless(by, "weigh", store=store)
    held = Label.of(piece) if piece is not None else label
    if held is None or not held.metal:
        raise LabelNeeded(field="label")
    with changes.opened(store=store, by=by) as book:
        day = places.business_day(store, book.at)
        row = verification.tolerance(metal=held.metal, label_mg=held.mg, on=day)
        weighing = weighings.record(
            shown=shown,
            purpose=purpose or _purpose(piece),
            metal=held.metal,
            document=document,
            store=store,
            book=book,
            piece=piece,
            label_mg=held.mg,
        )
    return Result(weighing, row)


def result_of(weighing: Weighing) -> Result:
    """A weight that was held against a label, as it was judged; pass it with `change`, `store`."""
    day = places.business_day(weighing.store, weighing.change.at)
    label_mg = weighing.label_mg or 0
    row = verification.tolerance(metal=weighing.metal, label_mg=label_mg, on=day)
    return Result(weighing, row)


def _purpose(piece: Piece | None) -> str:
    ours = piece is not None and piece.state != State.SOLD
    return WeighedFor.PIECE if ours else WeighedFor.CHECK
