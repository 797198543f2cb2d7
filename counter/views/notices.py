"""The outbox: what customers were told, what waits, and what could not be handed on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from counter.views.pages import seen
from inventory.ground import access, notices
from inventory.models import NoticeState
from inventory.views.pages import StaffRequest

ROWS = 50


@require_GET
@access.page("see_notices")
def notice_list(request: StaffRequest) -> HttpResponse:
    """Messages of the person's stores, of one state or all, newest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in NoticeState.values else ""
    rows = notices.listed(request.user, state=state)[:ROWS]
    told = {"rows": rows, "state": state, "states": NoticeState.choices}
    return render(request, "counter/notices.html", told)


@require_POST
@access.page("see_notices")
def retry_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """It goes out with the next round."""
    notices.retry(notice=notices.notice_for(request.user, notice_id), by=request.user)
    messages.success(request, _("It is sent again within a minute."))
    return seen("notices")


@require_POST
@access.page("see_notices")
def drop_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Nobody is told this way."""
    notices.drop(notice=notices.notice_for(request.user, notice_id), by=request.user)
    messages.success(request, _("Given up."))
    return seen("notices")
