"""Dated terms: which plan a piece is sold under, and how head office publishes the next version."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from unicodedata import normalize

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import changes, statements
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Change, Piece, Stone, Store
from warranty.models import BenefitKind, HandOut, Plan, PlanBenefit

# unfair terms and forbidden words: trade.md 13.1, consumer law and GB 11887
UNLAWFUL = ("最终解释权", "概不退换", "售出不退", "千足金", "万足金", "国家级", "最低价")


PLAN_SET: Final = "plan_set"


class BadPlan(BadField):
    code = "bad_plan"


class PlanBackdated(BadField):
    """What was sold yesterday was sold under yesterday's terms."""

    code = "plan_backdated"
    sentence = gettext_lazy("A version begins today or later. What was sold keeps its terms.")


class UnlawfulPlan(RuleBroken):
    code = "unlawful_plan"
    status = 422

    def __init__(self, phrase: str) -> None:
        super().__init__(_("A promise must not contain the words %(phrase)s.") % {"phrase": phrase})


def check_words(benefits: Iterable[PlanBenefit]) -> None:
    """Refuses a promise in words that the law forbids, and names the phrase."""
    for benefit in benefits:
        for told in (benefit.title_zh, benefit.title_en, benefit.terms_zh, benefit.terms_en):
            # neither spaces nor signs between its letters make a phrase lawful
            plain = "".join(sign for sign in normalize("NFKC", told) if sign.isalnum())
            for phrase in UNLAWFUL:
                if phrase in plain:
                    raise UnlawfulPlan(phrase)


# the newest version of each plan last; the more exact plan is chosen below
BEGUN = "valid_from <= %s ORDER BY version, id"


@dataclass(frozen=True)
class Published:
    """A version of a plan, and whether it is "in_force", "coming" or "past"."""

    plan: Plan
    standing: str
    by: str  # who published it; empty for the terms that the shop started with


def for_pieces(rows: Sequence[Piece], *, day: date, level: str = "") -> list[Plan | None]:
    """The plan under which each of these pieces is sold on a day to a member of a level (empty:
    to anybody), None without one (2 queries)."""
    if not rows:
        return []
    asked = statements.ask(Plan, BEGUN, [day])
    stones = statements.ask_among(Stone, "piece_id", [piece.pk for piece in rows])
    in_force = _in_force(asked.rows(), day)
    in_force.sort(key=lambda plan: (-plan.precedence, plan.pk))
    with_main_stone = {stone.piece_id for stone in stones.rows() if stone.main}
    return [_pick(in_force, piece, piece.pk in with_main_stone, level) for piece in rows]


def member_levels(*, on: date) -> list[str]:
    """The levels of membership that a plan in force is for, sorted (1 query)."""
    begun = Plan.objects.filter(valid_from__lte=on).order_by("version")
    return sorted({plan.member_level for plan in _in_force(begun, on)} - {""})


def published(*, on: date) -> list[Published]:
    """Every version of every plan, what holds or will hold first, each with its benefits
    (3 queries)."""
    rows = list(Plan.objects.order_by("version").prefetch_related("benefits"))
    in_force = {plan.pk for plan in _in_force([row for row in rows if row.valid_from <= on], on)}
    links = Change.objects.filter(kind=PLAN_SET).select_related("by")
    publishers = {link.number: link.by.first_name or link.by.username for link in links}
    told = [
        Published(row, _standing(row, in_force, on), publishers.get(str(row), "")) for row in rows
    ]
    told.sort(key=lambda each: (each.standing == "past", each.plan.code, -each.plan.version))
    return told


def put(*, plan: Plan, benefits: Sequence[PlanBenefit], by: User) -> Plan:
    """The next version of a plan, with its promises in their order; the versions before stay as
    they were, and a card keeps the one it was sold under. Refused to a role without the right, and
    as in `check`."""
    if not by.has_perm("set_plans"):
        raise NotAllowed
    check(plan, benefits, today=timezone.localdate())
    # one after the other: two people would take the same number
    with changes.opened(store=_head_office(), by=by) as book:
        before = Plan.objects.filter(code=plan.code).aggregate(last=Max("version"))
        plan.version = (before["last"] or 0) + 1
        plan.save(force_insert=True)
        for benefit in benefits:
            benefit.plan = plan
        PlanBenefit.objects.bulk_create(benefits)
        book.note(plan, kind=PLAN_SET, number=str(plan))
    return plan


def check(plan: Plan, benefits: Sequence[PlanBenefit], *, today: date) -> None:
    """Refuses a version that begins before today or ends before it begins, promises that cannot be
    kept count of, a card without any promise, and words that the law forbids."""
    if plan.valid_from < today:
        raise PlanBackdated(field="valid_from")
    if plan.valid_to is not None and plan.valid_to < plan.valid_from:
        raise BadPlan(_("The version ends before it begins."), field="valid_to")
    if not benefits and plan.hand_out != HandOut.NOTHING:
        raise BadPlan(_("A card promises something. Choose at least one benefit."), field="kind")
    kinds = [benefit.kind for benefit in benefits]
    if len(set(kinds)) < len(kinds):
        raise BadPlan(_("Each kind of benefit stands once in a plan."), field="kind")
    for benefit in benefits:
        _check_terms(benefit, kinds)
    check_words(benefits)


def _check_terms(benefit: PlanBenefit, kinds: Sequence[str]) -> None:
    told = {"benefit": benefit.get_kind_display()}
    if not benefit.title_zh.strip() or not benefit.title_en.strip():
        raise BadPlan(_("%(benefit)s: write its title in both languages.") % told, field="title_zh")
    if benefit.months is not None and benefit.days is not None:
        raise BadPlan(_("%(benefit)s: months or days, not both.") % told, field="days")
    if benefit.is_yearly and benefit.uses is None:
        raise BadPlan(_("%(benefit)s: say how often in a year.") % told, field="uses")
    if benefit.most_sizes is not None and benefit.kind != BenefitKind.RESIZE:
        raise BadPlan(_("%(benefit)s: only resizing counts sizes.") % told, field="most_sizes")
    if benefit.needs_inspection and BenefitKind.INSPECTION not in kinds:
        raise BadPlan(
            _("%(benefit)s: there is no prong inspection in this plan that keeps it alive.") % told,
            field="needs_inspection",
        )


def _in_force(begun: Iterable[Plan], day: date) -> list[Plan]:
    """Of each plan its newest version; one that ended ends its plan, and the one before it does
    not come back. Pass the versions in their order."""
    newest = {plan.code: plan for plan in begun}.values()
    return [plan for plan in newest if plan.valid_to is None or plan.valid_to >= day]


def _standing(plan: Plan, in_force: Collection[int], on: date) -> str:
    if plan.valid_from > on:
        return "coming"
    return "in_force" if plan.pk in in_force else "past"


def _head_office() -> Store:
    office = places.head_office()
    if office is None:
        raise places.PlaceUnknown
    return office


def _pick(plans: Iterable[Plan], piece: Piece, has_main_stone: bool, level: str) -> Plan | None:
    return next((plan for plan in plans if _fits(plan, piece, has_main_stone, level)), None)


def _fits(plan: Plan, piece: Piece, has_main_stone: bool, level: str) -> bool:
    if plan.with_main_stone not in {None, has_main_stone}:
        return False
    wanted = (
        (plan.metal, piece.metal),
        (plan.category, piece.category),
        (plan.pricing, piece.pricing),
        (plan.member_level, level),
    )
    return all(not of_plan or of_plan == of_piece for of_plan, of_piece in wanted)
