"""Bringing in a list of pieces: choose a file, read what would become of it, write it whole."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inventory import uploads
from inventory.forms.imports import ImportForm
from inventory.ground import access, measures
from inventory.imports import Report
from inventory.views.pages import StaffRequest

MOST_BODY = 12 * 1024 * access.KILOBYTE  # a file of 10 MB and what a browser puts around it
ROWS = 200


# without a key, and so outside its transaction: checking thousands of rows would keep every till
# waiting; the same file sent twice is one upload anyway
@require_http_methods(["GET", "HEAD", "POST"])
@access.page("import_pieces", keyed=False, max_body=MOST_BODY)
def import_pieces(request: StaffRequest) -> HttpResponse:
    """Choose a file; it is checked and kept until somebody writes it into the books."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*sent, user=request.user, initial={"store": request.store})
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "inventory/import_pieces.html", {"form": form}, status=status)
    file = form.cleaned_data["file"]
    kept = uploads.keep(
        store=form.cleaned_data["store"], content=file.read(), name=file.name, by=request.user
    )
    return _seen(kept.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.page("import_pieces")
def import_report(request: StaffRequest, upload_id: int) -> HttpResponse:
    """What would become of the file, the wrong rows first; a POST writes it into the books."""
    upload = uploads.upload_for(request.user, upload_id)
    if request.method == "POST":
        messages.success(request, _told(uploads.confirm(upload=upload, by=request.user)))
        return _seen(upload.pk)
    report = uploads.check(upload=upload, by=request.user)
    rows = Paginator(report.told, ROWS).get_page(request.GET.get("page"))
    told = {"upload": upload, "report": report, "rows": rows}
    return render(request, "inventory/import_report.html", told)


def _told(report: Report) -> str:
    told = {"pieces": measures.count(report.new), "n": measures.count(report.waiting)}
    if report.waiting:
        return _("%(pieces)s are in the books; %(n)s wait for a laboratory report.") % told
    return _("%(pieces)s are in the books.") % told


def _seen(upload_id: int) -> HttpResponse:
    """After an act, see its result: 303, so that going back does not send it again."""
    response = redirect("import_report", upload_id)
    response.status_code = 303
    return response
