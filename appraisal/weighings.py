"""A weight that counts: read from a verified scale and stable, or typed and labelled so."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import verification
from appraisal.models import OldPiece, Scale, ScaleReading, WeighedFor, Weighing
from inventory import places
from inventory.ground import approvals, measures, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import MOST_MG
from inventory.models import Piece, Store

FRESH: Final = timedelta(seconds=30)  # between the stable value and the clerk's tap
# between the tap that takes a weight into a form of several, and the form: thirty pieces on the
# scale one after the other, and the customer's signature
TAKEN: Final = timedelta(minutes=15)


class NothingWeighed(RuleBroken):
    code = "nothing_weighed"
    status = 422
    sentence = gettext_lazy("Put it on the scale, or type what the scale shows.")


class ReadingGone(RuleBroken):
    """The reading is old, was used, or was shown to somebody else."""

    code = "reading_gone"
    status = 409
    sentence = gettext_lazy("This reading cannot be used any more. Weigh it again.")

    def __init__(self, *, of: str = "", **told: Any) -> None:
        named = _("%(what)s: this reading cannot be used any more. Weigh it again.") % {"what": of}
        super().__init__(named if of else "", **told)


class TypedRefused(RuleBroken):
    code = "typed_refused"
    status = 422
    sentence = gettext_lazy("Weights are read from the scale here; they cannot be typed.")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the scale shows: a reading that was kept, or milligrams that were typed."""

    reading: ScaleReading | None = None
    typed_mg: int | None = None
    scale: Scale | None = None  # the scale that was read by eye, when it is known
    # of its fields, where a form weighs several things: "17-"
    prefix: str = field(default="", compare=False)

    @property
    def mg(self) -> int:
        """Refused when there is neither."""
        if self.reading is not None:
            return self.reading.mg
        if self.typed_mg is None or not 0 < self.typed_mg <= MOST_MG:
            raise NothingWeighed(field=f"{self.prefix}grams")
        return self.typed_mg


def record(
    *,
    shown: Shown,
    purpose: str,
    metal: str,
    document: str,
    store: Store,
    book: Book,
    old_piece: OldPiece | None = None,
    piece: Piece | None = None,
    label_mg: int | None = None,
) -> Weighing:
    """A settled weight in milligrams, written once.

    Refused: no value, a reading that is older than half a minute, or was taken into its field of a
    form more than 15 minutes ago, or into another field; one that was used or belongs to somebody
    else, a scale that may not settle this load of this metal, a typed weight where the store wants
    them read, or approved by a second person.
    """
    mg = shown.mg
    scale = shown.reading.scale if shown.reading else shown.scale
    if shown.reading is not None:
        of = old_piece if shown.prefix else None
        _check_reading(shown, store=store, by=book.by, at=book.at, of=of)
    if scale is not None:
        check_scale(scale=scale, metal=metal, mg=mg, store=store, book=book)
    approval = None
    if shown.reading is None:
        rule = settings_rows.value(store, "typed_weight")
        if rule == "refuse":
            raise TypedRefused(field="grams")
        if rule == "approve":
            ask = typed_ask(store=store, document=document, purpose=purpose, mg=mg)
            approval = approvals.spend(ask=ask, by=book.by)
    row = Weighing(
        store=store,
        purpose=purpose,
        metal=metal,
        mg=mg,
        reading=shown.reading,
        scale=scale,
        is_typed=shown.reading is None,
        approval=approval,
        document=document,
        old_piece=old_piece,
        piece=piece,
        label_mg=label_mg,
    )
    book.write([row], kind="weighed", number=document)
    return row


def check_scale(*, scale: Scale, metal: str, mg: int, store: Store, book: Book) -> None:
    """Refuses a scale that may not settle so many milligrams of a metal today."""
    day = places.business_day(store, book.at)
    row = verification.tolerance(metal=metal, label_mg=mg, on=day)
    in_service = settings_rows.value(store, "scale_error") == "in_service"
    verification.check(
        scale=scale, load_mg=mg, tolerance_mg=row.below_mg, on=day, in_service=in_service
    )


def typed_ask(*, store: Store, document: str, purpose: str, mg: int) -> Ask:
    """What the second person agrees to when a weight is typed instead of read."""
    told = {"grams": measures.grams(mg), "what": WeighedFor(purpose).label}
    return Ask(
        action="typed_weight",
        store=store.code,
        document=document,
        figures={"mg": mg, "purpose": purpose},
        summary=_("Typed weight %(grams)s g: %(what)s") % told,
        permission="agree_trade_in",
    )


def find_reading(*, pk: int, by: User, store: Store) -> ScaleReading | None:
    """A reading that was shown to this person at a scale of this store."""
    rows = ScaleReading.objects.select_related("scale")
    return rows.filter(pk=pk, by=by, scale__store=store).first()


def decimals(scale: Scale | None) -> int:
    """What a scale shows behind the point; 0.01 g where none is known."""
    return 3 if scale is not None and scale.d_mg < 10 else 2


def step_mg(weighing: Weighing) -> int:
    """The smallest step of the figure: 10 is 0.01 g."""
    return 1 if decimals(weighing.scale) == 3 else 10


def read_mg(shown: Shown, *, store: Store, by: User) -> int:
    """Milligrams that count something and settle nothing, such as a tray on the scale. Refused:
    no value, and a reading that is old, was used or belongs to somebody else."""
    if shown.reading is not None:
        _check_reading(shown, store=store, by=by, at=timezone.now())
    return shown.mg


def take(*, reading: ScaleReading, into: str, by: User) -> ScaleReading:
    """The weight of one of several things goes over into its field of a form, which is sent when
    all of them have been on the scale: now it is judged whether it is fresh. `into`: what stands
    before the names of that field. Refused like `record`, and when it was taken already."""
    now = timezone.now()
    _check_reading(Shown(reading=reading), store=reading.scale.store, by=by, at=now)
    # two fields may want one reading: the second finds it taken
    rows = ScaleReading.objects.filter(pk=reading.pk, taken_at=None)
    if rows.update(taken_at=now, taken_for=into) != 1:
        raise ReadingGone(field=f"{into}grams")
    reading.taken_at, reading.taken_for = now, into
    return reading


def _check_reading(
    shown: Shown, *, store: Store, by: User, at: datetime, of: OldPiece | None = None
) -> None:
    reading = shown.reading
    if reading is None:
        return
    since, most = (reading.taken_at, TAKEN) if reading.taken_at else (reading.at, FRESH)
    gone = (
        reading.by_id != by.pk
        or reading.scale.store_id != store.pk
        or (reading.taken_at is not None and reading.taken_for != shown.prefix)
        or not timedelta(0) <= at - since + timedelta(seconds=1) <= most
        or Weighing.objects.filter(reading=reading).exists()
    )
    if gone:
        name = f"{of.position} · {of.description}" if of else ""
        raise ReadingGone(of=name, field=f"{shown.prefix}grams")
