"""Asking a scale what it shows. A port is slow: it is never opened inside a transaction.

The serial number is asked first: it binds the reading to the certificate, and whatever an earlier
question left in the line is over once that answer has come. Then `S`, the only question whose
answer may settle; a scale that sends all the time is listened to.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import scale_lines, scale_ports
from appraisal.models import Protocol, Scale, ScaleReading, Weighing
from appraisal.scale_lines import Reading, Status
from appraisal.scale_ports import (
    ScaleCutOff,
    ScaleInUse,
    ScaleMoving,
    ScaleSilent,
    Talk,
    Unreadable,
)
from inventory.ground import access, outside
from inventory.ground.errors import RuleBroken

PATIENCE_S: Final = 3.0  # how long a load may move before the screen hears of it
SAME: Final = timedelta(seconds=10)  # the same value shown again is the same evidence


class NotConnected(RuleBroken):
    code = "scale_not_connected"
    status = 422
    sentence = gettext_lazy("This scale is read by eye. Type what it shows.")


class ScaleOverloaded(RuleBroken):
    code = "scale_overloaded"
    status = 422
    sentence = gettext_lazy("There is too much on the scale. Take it off.")


class ScaleUnderloaded(RuleBroken):
    code = "scale_underloaded"
    status = 422
    sentence = gettext_lazy("The scale shows less than nothing. Empty it and set it to zero.")


class OtherUnit(RuleBroken):
    code = "scale_other_unit"
    status = 422
    sentence = gettext_lazy("The scale does not show grams. Set it to g.")


class ScaleFault(RuleBroken):
    code = "scale_fault"
    status = 422
    sentence = gettext_lazy("The scale reports a fault. Weigh on another one.")


class OtherScale(RuleBroken):
    """Another balance stands at this connection than the one whose certificate is known."""

    code = "other_scale"
    status = 422


class NothingThere(RuleBroken):
    code = "scale_empty"
    status = 422
    sentence = gettext_lazy("There is nothing on the scale.")


SAYS_NO: Final[dict[Status, type[RuleBroken]]] = {
    Status.BUSY: ScaleMoving,
    Status.OVERLOAD: ScaleOverloaded,
    Status.UNDERLOAD: ScaleUnderloaded,
    Status.FAULT: ScaleFault,
    Status.OTHER_UNIT: OtherUnit,
    Status.UNREADABLE: Unreadable,
}
# what a scale answers instead of a weight; whoever looks at it is told, and nothing is refused
ANSWERS: Final[tuple[type[RuleBroken], ...]] = (
    *SAYS_NO.values(), ScaleSilent, ScaleCutOff, ScaleInUse, NothingThere, NotConnected, OtherScale
)  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """A line of a scale, what it means, and the serial number that came with it."""

    line: str
    reading: Reading
    serial: str = ""


@dataclass(frozen=True)
class Readout:
    """What the screen shows of a scale now: a stable value that was kept, or why there is none."""

    scale: Scale
    reading: ScaleReading | None = None
    refusal: RuleBroken | None = None

    @property
    def state(self) -> str:
        """stable, taken, moving, empty or refused; before anybody has looked: waiting."""
        if self.reading is not None:
            return "stable" if self.reading.taken_at is None else "taken"
        named = {ScaleMoving: "moving", NothingThere: "empty"}
        return named.get(type(self.refusal), "refused") if self.refusal else "waiting"


def look(*, scale: Scale, by: User) -> Readout:
    """For the live read-out: that a scale shows no weight is an answer and no refusal."""
    try:
        return Readout(scale, reading=read_stable(scale=scale, by=by))
    except ANSWERS as refusal:
        return Readout(scale, refusal=refusal)


def read_stable(*, scale: Scale, by: User, patience_s: float = PATIENCE_S) -> ScaleReading:
    """The stable value that the scale shows now, in milligrams, kept as evidence.

    Refused: people without the right or of another store, no connection, no answer, an answer that
    breaks off, overload, underload, a fault, another unit than grams, a load that still moves after
    `patience_s` seconds, nothing on the scale, another serial number than the certificate's.
    RuntimeError inside a transaction, where slow work would keep others from writing.
    """
    access.refuse_unless(by, "weigh", store=scale.store)
    heard = ask(scale=scale, patience_s=patience_s)
    if scale.serial and heard.serial and heard.serial != scale.serial:
        told = {"scale": scale.name, "serial": scale.serial, "other": heard.serial}
        raise OtherScale(
            _("%(scale)s has the serial number %(serial)s; this one says %(other)s.") % told
        )
    return _keep(scale=scale, by=by, heard=heard, mg=_settled_mg(heard.reading))


def ask(*, scale: Scale, patience_s: float = PATIENCE_S) -> Heard:
    """The line that says whether there is a weight. Refused when none comes in time."""
    if not scale.connection:
        raise NotConnected
    outside.refuse_in_transaction("a scale is read")
    with scale_ports.talk(scale.connection, patience_s=patience_s) as line:
        return _listen(line) if scale.protocol == Protocol.CONTINUOUS else _ask_sics(line)


def _ask_sics(line: Talk) -> Heard:
    """I4, whose answer ends whatever was asked before, then S, which waits for a stable value."""
    line.say(b"I4")
    answer = line.hear()
    while not answer.startswith("I4") and not scale_lines.is_error(answer):
        answer = line.hear()
    line.say(b"S")
    told = line.hear()
    return Heard(told, scale_lines.read_sics(told), scale_lines.read_serial(answer))


def _listen(line: Talk) -> Heard:
    """The first line that does not move; the one that was under way when we came is cut."""
    line.hear()
    while True:
        told = line.hear()
        reading = scale_lines.read_continuous(told)
        if reading.stable is not False or reading.status != Status.OK:
            return Heard(told, reading)


def _settled_mg(reading: Reading) -> int:
    """Milligrams above nothing, or the refusal that the line stands for."""
    if reading.status in SAYS_NO:
        raise SAYS_NO[reading.status]
    if reading.stable is None:
        raise Unreadable  # it does not say whether it stands still: then nobody knows
    if not reading.stable:
        raise ScaleMoving
    if reading.value is not None and reading.value <= 0:
        raise ScaleUnderloaded if reading.value else NothingThere
    if reading.mg is None:
        raise Unreadable  # finer than a milligram: no scale of a shop
    return reading.mg


@transaction.atomic
def _keep(*, scale: Scale, by: User, heard: Heard, mg: int) -> ScaleReading:
    """Evidence. What is shown again and again is one row, so long as nobody has used it."""
    now = timezone.now()
    recent = ScaleReading.objects.filter(scale=scale, by=by, at__gt=now - SAME)
    last = recent.order_by("pk").last()
    if last is not None and (last.mg, last.serial) == (mg, heard.serial) and _is_unused(last):
        return last
    return ScaleReading.objects.create(
        scale=scale, by=by, at=now, mg=mg, line=heard.line, serial=heard.serial
    )


def _is_unused(reading: ScaleReading) -> bool:
    # what was taken into a form belongs to one thing, though it is not settled yet
    return reading.taken_at is None and not Weighing.objects.filter(reading=reading).exists()
