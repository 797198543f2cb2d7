"""Head office's rules for old gold: what holds, what held, and a new version with its example."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal import posters, previews, rules
from appraisal.facts import USUAL_ORDER, NewLine, OldFacts
from appraisal.models import TradeInRule
from appraisal.previews import Preview
from appraisal.rule_form import ExampleForm, RuleForm, every_base, numbered, refuse
from inventory.ground import access, printing
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.ground.house import house_name
from inventory.views.pages import StaffRequest, store_of

SOON = timedelta(minutes=1)


@require_GET
@access.page("set_trade_in_rules", scope=Scope.HOUSE)
def rule_list(request: StaffRequest) -> HttpResponse:
    """What holds now, what will, and every version before."""
    told = {"rules": rules.published(at=timezone.now())}
    return render(request, "appraisal/rules.html", told)


@require_GET
@access.page("see_trade_ins")
def rules_poster(request: StaffRequest) -> HttpResponse:
    """What holds in the store today, on paper for its customers."""
    poster = posters.poster_of(store_of(request))
    told = {"house_name": house_name(), "poster": poster}
    pdf = printing.render_pdf("appraisal/print_rules_poster.html", told)
    return printing.pdf_response(pdf, name=f"rules-{poster.day}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("set_trade_in_rules", scope=Scope.HOUSE)
def set_rule(request: StaffRequest, rule_id: int | None = None) -> HttpResponse:
    """A rule from nothing, or the next version of one; the versions before stay."""
    form = _form(request, rule_id)
    if request.method == "POST" and form.is_valid():
        try:
            put = rules.put(rule=form.instance, by=request.user)
        except RuleBroken as refusal:
            refuse(form, refusal, refusal.field)
        else:
            told = {"code": put.code, "n": put.version}
            messages.success(request, _("Rule %(code)s, version %(n)s, is published.") % told)
            return redirect("trade_in_rules")
    return _page(request, form, ExampleForm(initial=ExampleForm.START))


# without a key: nothing is written, and the same rule may be looked at again and again
@require_POST
@access.page("set_trade_in_rules", scope=Scope.HOUSE, keyed=False)
def preview_rule(request: StaffRequest, rule_id: int | None = None) -> HttpResponse:
    """What the typed rule makes of the typed example."""
    form, example = _form(request, rule_id), ExampleForm(request.POST)
    preview = None
    if form.is_valid() and example.is_valid():
        try:
            rules.check(form.instance)
        except RuleBroken as refusal:
            refuse(form, refusal, refusal.field)
        else:
            preview = _preview(form, example)
    return _page(request, form, example, preview=preview)


def _form(request: StaffRequest, rule_id: int | None) -> RuleForm:
    before = get_object_or_404(TradeInRule, pk=rule_id) if rule_id else None
    start: dict[str, Any] = {"valid_from": timezone.localtime(timezone.now() + SOON)}
    if before is None:
        start |= numbered(USUAL_ORDER) | {"fineness_max": 10_000, "max_share_bp": 10_000}
    return RuleForm(request.POST or None, before=before, initial=start)


def _preview(form: RuleForm, example: ExampleForm) -> Preview:
    typed = example.cleaned_data
    new = NewLine(
        kinds=tuple(typed["new_kind"]),
        net_mg=int(typed["new_grams"] * 1000),
        total_cents=typed["new_yuan"],
        is_fixed="fixed" in typed["new_kind"],
    )
    facts = OldFacts(
        metal=form.instance.metal,
        fineness=typed["example_fineness"],
        gross_mg=int(typed["grams"] * 1000),
        melted_mg=int(typed["grams"] * 1000) if form.instance.needs_melt else None,
        board=every_base(typed["board"]),
        old_price_cents=typed["paid"],
    )
    return previews.preview(rule=form.instance, facts=facts, basket=[new])


def _page(
    request: StaffRequest, form: RuleForm, example: ExampleForm, *, preview: Preview | None = None
) -> HttpResponse:
    told = {"form": form, "example": example, "preview": preview, "before": form.before}
    status = 422 if form.errors or example.errors else 200
    return render(request, "appraisal/rules_edit.html", told, status=status)
