"""Head office says who is told of events; no role of a store opens these pages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import deliveries, programs, webhooks
from counter.models import DeliveryState
from counter.program_forms import WebhookForm
from counter.views.pages import seen
from inventory.ground import access
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest

ROWS = 50
ACTS = {"pause": webhooks.pause, "resume": webhooks.resume, "remove": webhooks.remove}


@require_http_methods(["GET", "HEAD", "POST"])
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def webhook_list(request: StaffRequest) -> HttpResponse:
    """Every endpoint with what waits and what was set aside, and the form for the next one."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = webhooks.register(**form.cleaned_data, by=request.user)
        except RuleBroken as refusal:
            form.add_error(refusal.field or None, ValidationError(str(refusal)))
        else:
            messages.success(request, _("%s is registered. Make its secret now.") % row.name)
            return seen("webhook", row.pk)
    told = {"form": form, "webhooks": webhooks.listed()}
    return render(
        request, "counter/head_office/webhooks.html", told, status=422 if form.errors else 200
    )


@require_GET
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """One endpoint: its secrets, its deliveries of one state or all, what was done to it."""
    return _shown(request, webhook_id)


# no key: the secret that is shown is kept in no answer
@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE, keyed=False)
def make_webhook_secret(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """A new secret, shown this once on the page of its endpoint."""
    row = webhooks.webhook_for(webhook_id)
    return _shown(request, webhook_id, secret=webhooks.make_secret(webhook=row, by=request.user))


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def remove_webhook_secret(request: StaffRequest, webhook_id: int, secret_id: int) -> HttpResponse:
    """The other secret signs alone from now on."""
    row = webhooks.webhook_for(webhook_id)
    webhooks.remove_secret(webhook=row, secret_id=secret_id, by=request.user)
    messages.success(request, _("The secret signs nothing from now on."))
    return seen("webhook", webhook_id)


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def move_webhook(request: StaffRequest, webhook_id: int, act: str) -> HttpResponse:
    """It is paused, goes on, or is told nothing any more."""
    ACTS[act](webhook=webhooks.webhook_for(webhook_id), by=request.user)
    messages.success(request, str(SAID[act]()))
    return seen("webhooks") if act == "remove" else seen("webhook", webhook_id)


SAID = {
    "pause": lambda: _("Nothing is sent until it goes on. What happens meanwhile is sent then."),
    "resume": lambda: _("It goes on where it stopped."),
    "remove": lambda: _("The endpoint is told nothing any more."),
}


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def replay_delivery(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """One event that was set aside goes out again."""
    row = deliveries.delivery_for(delivery_id)
    deliveries.replay(delivery=row, by=request.user)
    messages.success(request, _("It is sent again within a minute."))
    return seen("webhook", row.webhook_id)


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def replay_deliveries(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """All events of an endpoint that were set aside go out again."""
    count = deliveries.replay_all(webhook=webhooks.webhook_for(webhook_id), by=request.user)
    told = ngettext(
        "%(count)s event is sent again within a minute.",
        "%(count)s events are sent again within a minute.",
        count,
    )
    messages.success(request, told % {"count": count})
    return seen("webhook", webhook_id)


def _shown(request: StaffRequest, webhook_id: int, *, secret: str = "") -> HttpResponse:
    row = webhooks.webhook_for(webhook_id)
    asked = request.GET.get("state", "")
    state = asked if asked in DeliveryState.values else ""
    told = {
        "webhook": row,
        "secret": secret,
        "secrets": row.secrets.all(),
        "most_secrets": webhooks.LIVE_SECRETS,
        "stores": webhooks.stores_of(row),
        "events": webhooks.words_of(row),
        "state": state,
        "states": DeliveryState.choices,
        "rows": deliveries.listed(row, state=state)[:ROWS],
        "dead": deliveries.listed(row, state=DeliveryState.DEAD).count(),
        "notes": webhooks.notes_of(row),
    }
    return render(request, "counter/head_office/webhook.html", told)
