"""Dated terms: which plan a piece is sold under."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from inventory.ground.errors import RuleBroken
from inventory.models import Piece
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


def in_force(day: date) -> list[Plan]:
    """All plans of a day, the most exact first, with their benefits (2 queries)."""
    dated = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    rows = Plan.objects.filter(dated, valid_from__lte=day).order_by("-precedence", "-version", "pk")
    return list(rows.prefetch_related(models.Prefetch("benefits")))


def pick(plans: Iterable[Plan], piece: Piece) -> Plan | None:
    """The first plan that fits the piece; pass pieces with `stones` at hand."""
    return next((plan for plan in plans if _fits(plan, piece)), None)


def _fits(plan: Plan, piece: Piece) -> bool:
    if plan.with_main_stone is not None and plan.with_main_stone != _has_main_stone(piece):
        return False
    wanted = (
        (plan.metal, piece.metal),
        (plan.category, piece.category),
        (plan.pricing, piece.pricing),
    )
    return all(not of_plan or of_plan == of_piece for of_plan, of_piece in wanted)


def _has_main_stone(piece: Piece) -> bool:
    return any(stone.main for stone in piece.stones.all())
