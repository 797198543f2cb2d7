"""Dated terms: which plan a piece is sold under."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from inventory.ground import statements
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, Stone
from warranty.models import Plan, PlanBenefit

# unfair terms and forbidden words: trade.md 13.1, consumer law and GB 11887
UNLAWFUL = ("最终解释权", "概不退换", "售出不退", "千足金", "万足金", "国家级", "最低价")


class UnlawfulPlan(RuleBroken):
    code = "unlawful_plan"
    status = 422

    def __init__(self, phrase: str) -> None:
        super().__init__(_("A promise must not contain the words %(phrase)s.") % {"phrase": phrase})


def check_words(benefits: Iterable[PlanBenefit]) -> None:
    """Refuses a promise in words that the law forbids, and names the phrase."""
    for benefit in benefits:
        told = " ".join([benefit.title_zh, benefit.title_en, benefit.terms_zh, benefit.terms_en])
        for phrase in UNLAWFUL:
            if phrase in told:
                raise UnlawfulPlan(phrase)


# the most exact plan first
IN_FORCE = """
    valid_from <= %s AND (valid_to IS NULL OR valid_to >= %s)
    ORDER BY precedence DESC, version DESC, id
"""


def for_pieces(rows: Sequence[Piece], *, day: date) -> list[Plan | None]:
    """The plan under which each of these pieces is sold on a day, None without one (2 queries)."""
    in_force = statements.read(Plan, IN_FORCE, [day, day])
    stones = statements.read_among(Stone, "piece_id", [piece.pk for piece in rows])
    with_main_stone = {stone.piece_id for stone in stones if stone.main}
    return [_pick(in_force, piece, piece.pk in with_main_stone) for piece in rows]


def _pick(plans: Iterable[Plan], piece: Piece, has_main_stone: bool) -> Plan | None:
    return next((plan for plan in plans if _fits(plan, piece, has_main_stone)), None)


def _fits(plan: Plan, piece: Piece, has_main_stone: bool) -> bool:
    if plan.with_main_stone not in {None, has_main_stone}:
        return False
    wanted = (
        (plan.metal, piece.metal),
        (plan.category, piece.category),
        (plan.pricing, piece.pricing),
    )
    return all(not of_plan or of_plan == of_piece for of_plan, of_piece in wanted)
