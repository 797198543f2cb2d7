"""Signing in, changing the clerk by PIN, the second person, the language."""

from typing import Any

from django.contrib import auth
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from counter import approving, clerks
from counter.forms import ApprovalForm, SignInForm, SwitchForm
from counter.middleware import COUNTER_IN_SESSION
from counter.views.pages import checked
from inventory.ground import access
from inventory.ground.access import Scope
from inventory.views.pages import StaffRequest, store_of

ROLE_BACKEND = "counter.clerks.RoleBackend"


@access.public()
def home(request: HttpRequest) -> HttpResponse:
    return redirect("today" if request.user.is_authenticated else "sign_in")


@access.public()
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = auth.authenticate(request, **form.cleaned_data)
        if user is not None:
            auth.login(request, user)
            clerks.forgive_pins(user)
            return redirect(_next(request))
        form.add_error(None, _("User name and password do not match."))
    status = 422 if form.errors else 200
    return render(
        request, "counter/sign_in.html", {"form": form, "next": _next(request)}, status=status
    )


def locked_out(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Five wrong passwords from one address for one name: wait five minutes."""
    form = SignInForm(request.POST)
    form.is_valid()
    form.add_error(None, _("Too many wrong passwords. Wait five minutes and try again."))
    return render(request, "counter/sign_in.html", {"form": form}, status=429)


@require_POST
@access.page(scope=Scope.OWN, keyed=False)
def sign_out(request: StaffRequest) -> HttpResponse:
    auth.logout(request)
    response = redirect("sign_in")
    # the next person at this tablet finds nothing of the last one; the language stays
    response["Clear-Site-Data"] = '"storage"'
    return response


@access.page(scope=Scope.OWN, keyed=False)
def switch_clerk(request: StaffRequest) -> HttpResponse:
    """Another clerk of the store takes the tablet: tap the name, six digits. Bills stay open."""
    store = store_of(request)
    if request.method == "POST":
        typed = checked(SwitchForm(request.POST)).cleaned_data
        rows = clerks.of_store(store)
        clerk = get_object_or_404(rows, user__username=typed["username"])
        clerks.check_pin(user=clerk.user, pin=typed["pin"], purpose="switch")
        counter = request.session.get(COUNTER_IN_SESSION)
        auth.login(request, clerk.user, backend=ROLE_BACKEND)
        request.session[COUNTER_IN_SESSION] = counter
        return redirect(_next(request))
    told = {"clerks": clerks.of_store(store), "next": _next(request)}
    return render(request, "counter/switch_clerk.html", told)


@require_POST
@access.page(scope=Scope.OWN, keyed=False)
def approve(request: StaffRequest) -> HttpResponse:
    """A second person types the PIN: checked first, in a request of its own; then the asker's
    request may be sent again as it was."""
    form = checked(ApprovalForm(request.POST))
    ask = approving.read(form.cleaned_data["ask"])
    approver = get_object_or_404(User, username=form.cleaned_data["approver"], is_active=True)
    approving.agree(
        ask=ask,
        asked_by=request.user,
        approver=approver,
        pin=form.cleaned_data["pin"],
    )
    again = approving.again(request.POST)
    told = {"ask": ask, "approver_name": approver.first_name, "again": again}
    fragment = request.headers.get("HX-Request")
    return render(request, f"counter/{'_' if fragment else ''}approved.html", told)


@access.public()
def set_language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept in a cookie; Django's own view, which checks where it leads."""
    return django_set_language(request)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return "/today/"
