"""Head office's promises: the plans in force, a new version with the lines it would print."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inventory.ground import access
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest
from warranty import benefits, plan_form, plans
from warranty.benefits import Remainder
from warranty.models import Plan
from warranty.plan_form import PlanPaper


@require_GET
@access.page("set_plans", scope=Scope.HOUSE)
def plan_list(request: StaffRequest) -> HttpResponse:
    """What holds now, what will, and every version before."""
    told = {"plans": plans.published(on=timezone.localdate())}
    return render(request, "warranty/plans.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("set_plans", scope=Scope.HOUSE)
def set_plan(request: StaffRequest, plan_id: int | None = None) -> HttpResponse:
    """A plan from nothing, or the next version of one; the versions before stay."""
    paper = _paper(request, plan_id)
    if request.method == "POST" and paper.is_valid():
        try:
            put = plans.put(plan=paper.plan.instance, benefits=paper.benefits, by=request.user)
        except RuleBroken as refusal:
            paper.refuse(refusal, refusal.field)
        else:
            told = {"code": put.code, "n": put.version}
            messages.success(request, _("Plan %(code)s, version %(n)s, is published.") % told)
            return redirect("plans")
    return _page(request, paper)


# without a key: nothing is written, and the same plan may be looked at again and again
@require_POST
@access.page("set_plans", scope=Scope.HOUSE, keyed=False)
def preview_plan(request: StaffRequest, plan_id: int | None = None) -> HttpResponse:
    """The benefit lines of a card that is sold under the typed plan today."""
    paper, today = _paper(request, plan_id), timezone.localdate()
    lines = None
    if paper.is_valid():
        try:
            plans.check(paper.plan.instance, paper.benefits, today=today)
        except RuleBroken as refusal:
            paper.refuse(refusal, refusal.field)
        else:
            lines = benefits.at_sale(paper.benefits, day=today)
    return _page(request, paper, lines=lines)


def _paper(request: StaffRequest, plan_id: int | None) -> PlanPaper:
    before = get_object_or_404(Plan, pk=plan_id) if plan_id else None
    return plan_form.paper(request.POST if request.method == "POST" else None, before=before)


def _page(
    request: StaffRequest, paper: PlanPaper, *, lines: list[Remainder] | None = None
) -> HttpResponse:
    wrong = paper.plan.errors or any(row.is_promised and row.errors for row in paper.rows)
    told = {"paper": paper, "before": paper.before, "lines": lines}
    return render(request, "warranty/plans_edit.html", told, status=422 if wrong else 200)
