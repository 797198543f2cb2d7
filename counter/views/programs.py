"""Head office keeps the programs that read our books; no role of a store opens these pages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from counter import api_clients, programs
from counter.program_forms import ProgramForm
from counter.views.pages import seen
from inventory.ground import access
from inventory.ground.access import Scope
from inventory.ground.errors import RuleBroken
from inventory.views.pages import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def program_list(request: StaffRequest) -> HttpResponse:
    """Every program, and the form for the next one."""
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        told = {name: typed[name] for name in ("name", "scopes", "stores")}
        try:
            client = programs.register(**told, expires_at=typed["expires_on"], by=request.user)
        except RuleBroken as refusal:
            form.add_error(refusal.field or None, ValidationError(str(refusal)))
        else:
            messages.success(request, _("%s is registered. Make its key now.") % client.name)
            return seen("program", client.pk)
    told = {"form": form, "programs": programs.listed()}
    return render(
        request, "counter/head_office/programs.html", told, status=422 if form.errors else 200
    )


@require_GET
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def program(request: StaffRequest, client_id: int) -> HttpResponse:
    """One program: what it may do, its keys, what it pulled, what was done to it."""
    return _shown(request, client_id)


# no key: the secret that is shown is kept in no answer
@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE, keyed=False)
def make_program_key(request: StaffRequest, client_id: int) -> HttpResponse:
    """A new key, shown this once on the page of its program."""
    key = programs.make_key(client=programs.client_for(client_id), by=request.user)
    return _shown(request, client_id, key=key)


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def revoke_program_key(request: StaffRequest, key_id: int) -> HttpResponse:
    """The key opens nothing from now on."""
    key = programs.key_for(key_id)
    programs.revoke_key(key=key, by=request.user)
    messages.success(request, _("The key opens nothing from now on."))
    return seen("program", key.client_id)


@require_POST
@access.page(programs.RIGHT, scope=Scope.HOUSE)
def revoke_program(request: StaffRequest, client_id: int) -> HttpResponse:
    """No key of the program opens anything from now on."""
    programs.revoke(client=programs.client_for(client_id), by=request.user)
    messages.success(request, _("The program is shut out from now on."))
    return seen("programs")


def _shown(request: StaffRequest, client_id: int, *, key: str = "") -> HttpResponse:
    client = programs.client_for(client_id)
    told = {
        "client": client,
        "key": key,
        "keys": client.keys.order_by("-pk"),
        "live_keys": client.keys.filter(revoked_at=None).count(),
        "most_keys": api_clients.LIVE_KEYS,
        "stores": client.user.stores.order_by("code"),
        "may": programs.words_of(client),
        "notes": programs.notes_of(client),
        "pulls": programs.pulls_of(client),
    }
    return render(request, "counter/head_office/program.html", told)
