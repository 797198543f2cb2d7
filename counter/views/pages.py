"""What the pages of the counter share."""

from typing import TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from counter.models import Shift
from counter.shifts import NoCounter, ShiftNeeded
from inventory.ground.errors import BadField
from inventory.models import Place, Store
from inventory.places import PlaceUnknown

F = TypeVar("F", bound=forms.Form)


def checked(form: F) -> F:
    """The form with clean values, or a refusal in the words of its first wrong field."""
    if form.is_valid():
        return form
    name, errors = next(iter(form.errors.items()))
    raise BadField(str(errors[0]), field="" if name == "__all__" else str(name))


def counter_here(request: HttpRequest) -> Place | None:
    """The counter this person stands at, if one is chosen."""
    return request.counter or None  # type: ignore[attr-defined]  # because: set by middleware


def counter_of(request: HttpRequest) -> Place:
    """The counter this person stands at. Refused until one is chosen."""
    counter = counter_here(request)
    if counter is None:
        raise NoCounter
    return Place.objects.select_related("store").get(pk=counter.pk)


def store_of(request: HttpRequest) -> Store:
    store: Store | None = request.store  # type: ignore[attr-defined]  # because: set by middleware
    if not store:
        raise PlaceUnknown
    return Store.objects.get(pk=store.pk)


def shift_of(request: HttpRequest) -> Shift:
    shift: Shift | None = request.shift  # type: ignore[attr-defined]  # because: set by middleware
    if not shift:
        raise ShiftNeeded
    return shift


def seen(address: str, *args: object) -> HttpResponse:
    """After an act, see its result: 303, so that going back does not send it again."""
    response = redirect(address, *args)
    response.status_code = 303
    return response
