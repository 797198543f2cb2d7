"""What the pages of the counter share."""

from typing import TypeVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from counter.models import Shift
from counter.shifts import NoCounter
from inventory.ground.errors import BadField
from inventory.models import Place
from inventory.views.pages import StaffRequest

F = TypeVar("F", bound=forms.Form)


def checked(form: F) -> F:
    """The form with clean values, or a refusal in the words of its first wrong field."""
    if form.is_valid():
        return form
    name, errors = next(iter(form.errors.items()))
    raise BadField(str(errors[0]), field="" if name == "__all__" else str(name))


class CounterRequest(StaffRequest):
    """A staff request with the shift that is open where this person stands."""

    shift: Shift | None


def counter_here(request: StaffRequest) -> Place | None:
    """The counter this person stands at, if one is chosen."""
    return request.counter or None  # the middleware's own nothing is not None


def counter_of(request: StaffRequest) -> Place:
    """The counter this person stands at. Refused until one is chosen."""
    counter = counter_here(request)
    if counter is None:
        raise NoCounter
    return Place.objects.select_related("store").get(pk=counter.pk)


def seen(address: str, *args: object) -> HttpResponse:
    """After an act, see its result: 303, so that going back does not send it again."""
    response = redirect(address, *args)
    response.status_code = 303
    return response


def leave(request: StaffRequest, address: str) -> HttpResponse:
    """The whole page anew; a form that was sent into a part of it is told to open it as a whole."""
    if request.htmx and request.htmx.target == "counting":
        return HttpResponseClientRedirect(address)
    return seen(address)
