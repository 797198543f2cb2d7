"""The terms a shop starts with: the published promises of the house, as dated rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from inventory.ground.measures import Metal
from inventory.models import Category
from warranty import plans
from warranty.models import BenefitKind, CarePrice, HandOut, JobKind, Per, Plan, PlanBenefit

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
    most_sizes: int | None = None
    needs_inspection: bool = False
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
# what is compared with the terms of an older release
TERMS = (
    "kind",
    "months",
    "days",
    "uses",
    "is_yearly",
    "every_months",
    "most_sizes",
    "needs_inspection",
    "title_zh",
    "title_en",
    "terms_zh",
    "terms_en",
)

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
        most_sizes=2,
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
    Promise(
        BenefitKind.STONES,
        title=("镶石保障", "Stone guarantee"),
        terms=("镶口检查未逾期", "while inspections are not overdue"),
        needs_inspection=True,
        for_set_pieces=True,
    ),
)


@dataclass(frozen=True)
class Care:
    """Rows of the price list; the columns are those of `CarePrice`."""

    kind: JobKind
    cents: int
    warranty_days: int
    metal: str = ""
    per: Per = Per.JOB


# days of the work's own warranty: trade.md 9, 30 for sizing, polish and rhodium, 90 for prong,
# solder, chain, clasp and stone, none for engraving. No published list names amounts: these are a
# start in round figures, which head office replaces by its own.
CARE_SOURCE = "warranty days as usual in the trade; amounts to be set by head office"
CARE = (
    Care(JobKind.CLEANING, 2_000, 0),
    Care(JobKind.SHAPING, 5_000, 30),
    Care(JobKind.POLISH, 5_000, 30),
    Care(JobKind.REPLATING, 12_000, 30),
    Care(JobKind.RESIZE, 6_000, 30, per=Per.SIZE),
    Care(JobKind.RESIZE, 12_000, 30, metal=Metal.PLATINUM, per=Per.SIZE),
    Care(JobKind.SOLDER, 8_000, 90),
    Care(JobKind.SETTING, 10_000, 90, per=Per.STONE),
    Care(JobKind.CLASP, 8_000, 90),
    Care(JobKind.STRINGING, 5_000, 90),
    Care(JobKind.ENGRAVING, 10_000, 0),
    Care(JobKind.INSPECTION, 2_000, 90),
    Care(JobKind.REWEIGH, 0, 0),
    # the making alone: metal and stones are in the quote, which goes before any work
    Care(JobKind.MATCHING, 30_000, 90),
)


@transaction.atomic
def put_seed_plans() -> None:
    """The plans every shop starts with, once: a second call changes nothing. A shop that started
    with older terms, and has published none of its own since, gets the present ones as the next
    version from today on; its cards keep the version they were sold under. What the shop has ended
    stays ended, and beside plans of its own it gets no family that it did not know. Refused when a
    promise holds words that the law forbids."""
    has_own = Plan.objects.exclude(source=SOURCE).exists()
    puttable = (_next(plan, has_own=has_own) for plan in _plans())
    new = [plan for plan in puttable if plan is not None]
    benefits = [benefit for plan in new for benefit in _benefits(plan)]
    plans.check_words(benefits)
    Plan.objects.bulk_create(new)
    PlanBenefit.objects.bulk_create(benefits)


@transaction.atomic
def put_seed_care_prices() -> None:
    """The price list every shop starts with. Safe to repeat: where a kind of work has a row
    already, nothing is changed for it."""
    known = set(CarePrice.objects.values_list("kind", flat=True).order_by())
    CarePrice.objects.bulk_create(
        CarePrice(
            kind=care.kind,
            metal=care.metal,
            cents=care.cents,
            per=care.per,
            warranty_days=care.warranty_days,
            valid_from=VALID_FROM,
            source=CARE_SOURCE,
        )
        for care in CARE
        if care.kind not in known
    )


def _next(plan: Plan, *, has_own: bool) -> Plan | None:
    """The plan as it is to be put: the first version, the one after older terms of ours, or none
    when there is nothing to put."""
    known = Plan.objects.filter(code=plan.code).order_by("-version").first()
    if known is None:
        return None if has_own else plan
    if known.source != SOURCE or known.valid_to is not None:
        return None
    if _terms(known.benefits.all()) == _terms(_benefits(plan)):
        return None
    plan.version, plan.valid_from = known.version + 1, timezone.localdate()
    return plan


def _terms(benefits: Iterable[PlanBenefit]) -> list[tuple[object, ...]]:
    return [tuple(getattr(row, name) for name in TERMS) for row in benefits]


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
        most_sizes=promise.most_sizes,
        needs_inspection=promise.needs_inspection,
        title_zh=promise.title[0],
        title_en=promise.title[1],
        terms_zh=promise.terms[0],
        terms_en=promise.terms[1],
    )
