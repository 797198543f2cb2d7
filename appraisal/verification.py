"""May this scale settle this weight? Its class and verification say so, not the digits it shows."""

from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.models import Scale, ScaleClass, WeightTolerance
from inventory.ground import measures
from inventory.ground.errors import RuleBroken

# permissible error when new, in halves of e, up to so many e: OIML R 76 table 6; in service it is
# twice that (JJG 1036-2008 5.5.5)
ERRORS: Final[dict[str, tuple[int, int]]] = {
    ScaleClass.SPECIAL: (50_000, 200_000),
    ScaleClass.HIGH: (5_000, 20_000),
    ScaleClass.MEDIUM: (500, 2_000),
}


class ScaleUnfit(RuleBroken):
    """The scale is overdue, overloaded, underloaded or too coarse for this load."""

    code = "scale_unfit"
    status = 422


class NoTolerance(RuleBroken):
    code = "no_tolerance"
    sentence = gettext_lazy("There is no weighing tolerance for this metal. Ask head office.")


def error_mg(scale: Scale, *, load_mg: int, in_service: bool) -> int:
    """What a verified scale may be wrong by at a load, in milligrams, rounded up."""
    first, second = ERRORS[scale.accuracy]
    intervals = -(-load_mg // scale.e_mg)
    halves = 1 if intervals <= first else 2 if intervals <= second else 3
    return halves * scale.e_mg if in_service else -(-halves * scale.e_mg // 2)


def check(*, scale: Scale, load_mg: int, tolerance_mg: int, on: date, in_service: bool) -> None:
    """Refuses a scale that cannot settle this load, with the reason in the sentence.

    `tolerance_mg`: what the goods may be short; the scale's error must not exceed it (Order 66,
    art. 3). Whether the error of a new scale or of one in service counts is a setting.
    """
    if on > scale.verified_until:
        told: dict[str, object] = {"scale": scale.name, "day": f"{scale.verified_until:%Y-%m-%d}"}
        raise ScaleUnfit(
            _("%(scale)s: the verification ended on %(day)s.") % told, reason="overdue"
        )
    if load_mg > scale.max_mg:
        told = {"scale": scale.name, "most": measures.grams(scale.max_mg)}
        raise ScaleUnfit(_("%(scale)s weighs up to %(most)s g.") % told, reason="overload")
    if load_mg < scale.min_mg:
        told = {"scale": scale.name, "least": measures.grams(scale.min_mg, places=3)}
        raise ScaleUnfit(_("%(scale)s is verified from %(least)s g on.") % told, reason="underload")
    error = error_mg(scale, load_mg=load_mg, in_service=in_service)
    if error > tolerance_mg:
        told = {
            "scale": scale.name,
            "error": measures.grams(error, places=3),
            "tolerance": measures.grams(tolerance_mg, places=3),
        }
        raise ScaleUnfit(
            _(
                "%(scale)s may be wrong by %(error)s g at this load; the goods allow"
                " %(tolerance)s g."
            )
            % told,
            reason="coarse",
        )


def tolerance(*, metal: str, label_mg: int, on: date) -> WeightTolerance:
    """The edition in force for a metal and a weight on a day. Refused when there is none."""
    rows = WeightTolerance.objects.filter(metal=metal, valid_from__lte=on, up_to_mg__gte=label_mg)
    in_force = [row for row in rows if row.valid_to is None or row.valid_to >= on]
    if not in_force:
        raise NoTolerance
    # the strictest edition holds where several do
    return min(in_force, key=lambda row: (row.below_mg, row.above_mg is None, row.above_mg or 0))


def agrees(*, row: WeightTolerance, label_mg: int, mg: int) -> str:
    """ "short", "over" or "pass": a scale's weight against the label by an edition's row."""
    difference = mg - label_mg
    if difference < -row.below_mg:
        return "short"
    return "over" if row.above_mg is not None and difference > row.above_mg else "pass"
