"""The terms a shop starts with: the published promises of the house, as dated rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from inventory.ground.measures import Metal
from inventory.models import Category
from warranty import plans
from warranty.models import BenefitKind, HandOut, Plan, PlanBenefit

VALID_FROM = date(2020, 1, 1)
SOURCE = "published promises of the house: after-sale service and old for new"


@dataclass(frozen=True)
class Family:
    """Pieces that are sold under the same promises, and what the customer takes home."""

    code: str
    hand_out: HandOut
    precedence: int
    metal: str = ""
    set_with_stone: bool = False


@dataclass(frozen=True)
class Promise:
    """One benefit; the columns are those of `PlanBenefit`."""

    kind: BenefitKind
    title: tuple[str, str]
    terms: tuple[str, str]
    months: int | None = None
    days: int | None = None
    uses: int | None = None
    every_months: int | None = None
    for_rings: bool = False
    for_set_pieces: bool = False


# the more exact family wins: a silver ring with a stone is silver first
FAMILIES = (
    Family("plain", HandOut.PRINTED, precedence=0),
    Family("set", HandOut.PRINTED, precedence=20, set_with_stone=True),
    Family("silver", HandOut.RECEIPT, precedence=40, metal=Metal.SILVER),
    Family("silver-set", HandOut.RECEIPT, precedence=60, metal=Metal.SILVER, set_with_stone=True),
)
RING_PRECEDENCE = 10

# in the order in which a customer reads them; title and terms fit on one line of the small card
PROMISES = (
    Promise(
        BenefitKind.CARE,
        title=("免费清洗、维修、抛光", "Free clean, repair, polish"),
        terms=("之后只收成本费", "afterwards at cost"),
        months=12,
    ),
    Promise(
        BenefitKind.RESIZE,
        title=("免费改手寸", "Free resizing"),
        terms=("一次，最多改两号", "once, up to two sizes"),
        uses=1,
        for_rings=True,
    ),
    Promise(
        BenefitKind.INSPECTION,
        title=("镶口检查", "Prong inspection"),
        terms=("每 6 个月一次，保持镶石保障", "6-monthly, keeps stone guarantee"),
        every_months=6,
        for_set_pieces=True,
    ),
    Promise(
        BenefitKind.REWEIGH,
        title=("复称与评估", "Re-weighing, appraisal"),
        terms=("任何门店，随时免费", "free in any of our shops"),
    ),
    Promise(
        BenefitKind.TRADE_IN,
        title=("以旧换新", "Trade-in, old for new"),
        terms=("凭发票按原价抵换，收适当加工费", "original price with invoice; labour fee"),
    ),
    Promise(
        BenefitKind.EXCHANGE,
        title=("十天等价兑换", "Ten-day equal exchange"),
        terms=("未佩戴", "unworn"),
        days=10,
    ),
)


@transaction.atomic
def put_seed_plans() -> None:
    """The plans every shop starts with, once: a second call changes nothing. Refused when a
    promise holds words that the law forbids."""
    known = set(Plan.objects.values_list("code", flat=True))
    new = [plan for plan in _plans() if plan.code not in known]
    Plan.objects.bulk_create(new)
    benefits = [benefit for plan in new for benefit in _benefits(plan)]
    plans.check_words(benefits)
    PlanBenefit.objects.bulk_create(benefits)


def _plans() -> Iterator[Plan]:
    """Each family for rings and for everything else."""
    for family in FAMILIES:
        for category, suffix in (("", ""), (Category.RING, "-ring")):
            yield Plan(
                code=family.code + suffix,
                valid_from=VALID_FROM,
                metal=family.metal,
                category=category,
                with_main_stone=True if family.set_with_stone else None,
                hand_out=family.hand_out,
                precedence=family.precedence + (RING_PRECEDENCE if category else 0),
                source=SOURCE,
            )


def _benefits(plan: Plan) -> list[PlanBenefit]:
    fitting = [
        promise
        for promise in PROMISES
        if (plan.category == Category.RING or not promise.for_rings)
        and (plan.with_main_stone or not promise.for_set_pieces)
    ]
    return [_benefit(plan, promise, position) for position, promise in enumerate(fitting, start=1)]


def _benefit(plan: Plan, promise: Promise, position: int) -> PlanBenefit:
    return PlanBenefit(
        plan=plan,
        kind=promise.kind,
        position=position,
        months=promise.months,
        days=promise.days,
        uses=promise.uses,
        every_months=promise.every_months,
        title_zh=promise.title[0],
        title_en=promise.title[1],
        terms_zh=promise.terms[0],
        terms_en=promise.terms[1],
    )
