"""The business days of a store: their report, their day files, their close."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter import day_files, days, near_limits, reconciliation
from counter.day_files import Brought, Report
from counter.day_forms import CloseDayForm, DayFileForm, ExplainForm
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.models import Store
from inventory.views.pages import StaffRequest, rights, store_of

MOST_BODY = 12 * 1024 * access.KILOBYTE  # a file of 10 MB and what a browser puts around it
MOST_SHOWN = 100  # differences on the page; the counts above them are of all


@require_GET
@access.page("import_statements")
def day_list(request: StaffRequest) -> HttpResponse:
    """The last thirty days of the store, newest first."""
    told = {
        "days": days.days_of(store_of(request)),
        "may": rights(request.user, "see_near_limits"),
    }
    return render(request, "counter/days.html", told)


@require_GET
@access.page("see_near_limits")
def near_limit_list(request: StaffRequest) -> HttpResponse:
    """What stayed just below a limit without a name; the manager looks at it, no counter does."""
    told = {"days": near_limits.listed(store_of(request))}
    return render(request, "counter/near_limits.html", told)


@require_GET
@access.page("import_statements")
def day_page(request: StaffRequest, day: date) -> HttpResponse:
    return _show(request, store=store_of(request), day=day)


# without a key, and so outside its transaction: reading thousands of rows would keep every till
# waiting; the same file sent twice is one file anyway
@require_POST
@access.page("import_statements", keyed=False, max_body=MOST_BODY)
def import_day_file(request: StaffRequest, day: date) -> HttpResponse:
    """A day file is checked row by row, and goes into the books as a whole or not at all."""
    store = store_of(request)
    layouts = {layout.code: layout for layout in day_files.layouts()}
    form = DayFileForm(request.POST, request.FILES, layouts=list(layouts.values()))
    if not form.is_valid():
        return _show(request, store=store, day=day, form=form, status=422)
    file, layout = form.cleaned_data["file"], layouts[form.cleaned_data["layout"]]
    report = day_files.check(
        store=store, day=day, layout=layout, content=file.read(), by=request.user
    )
    if report.wrong:
        return _show(request, store=store, day=day, form=form, report=report, status=422)
    brought = day_files.bring_in(
        store=store, day=day, layout=layout, report=report, name=file.name, by=request.user
    )
    messages.success(request, _told(brought))
    return seen("day", day)


@require_POST
@access.page("close_day")
def explain_counter(request: StaffRequest, day: date, code: str) -> HttpResponse:
    typed = checked(ExplainForm(request.POST)).cleaned_data
    days.explain(
        store=store_of(request),
        day=day,
        counter=code,
        explanation=typed["explanation"],
        by=request.user,
    )
    return seen("day", day)


@require_POST
@access.page("close_day")
def close_day(request: StaffRequest, day: date) -> HttpResponse:
    typed = checked(CloseDayForm(request.POST)).cleaned_data
    days.close(
        store=store_of(request),
        day=day,
        deposited_cents=typed["deposited"],
        reason=typed["reason"],
        by=request.user,
    )
    messages.success(request, _("The day %s is closed.") % day.isoformat())
    return seen("day", day)


def _show(
    request: StaffRequest,
    *,
    store: Store,
    day: date,
    form: DayFileForm | None = None,
    report: Report | None = None,
    status: int = 200,
) -> HttpResponse:
    page = days.day_of(store=store, day=day)
    compared = reconciliation.of_day(store=store, day=day)
    told = {
        "store": store,
        "page": page,
        "report": page.report,
        "compared": compared,
        "shown": compared.differences[:MOST_SHOWN],
        "hidden": len(compared.differences[MOST_SHOWN:]),
        "files": day_files.files_of(store=store, day=day),
        "file_form": form or DayFileForm(layouts=day_files.layouts()),
        "file_report": report,
        "wrong_rows": report.wrong[:MOST_SHOWN] if report else (),
        "close_form": CloseDayForm(),
        "may": rights(request.user, "close_day", "see_sales", "see_handovers", "see_returns"),
    }
    return render(request, "counter/day.html", told, status=status)


def _told(brought: Brought) -> str:
    told = {"name": brought.file.name, "rows": brought.file.rows, "new": brought.new}
    if brought.again:
        return _("%(name)s is in the books already; it is not done twice.") % told
    return _("%(name)s: %(rows)d rows, %(new)d of them new.") % told
