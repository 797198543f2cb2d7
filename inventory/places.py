"""Stores and the places in them; the business day of a store."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.ground import changes
from inventory.ground.errors import RuleBroken
from inventory.models import Place, PlaceKind, Store, StoreKind


class StoreUnknown(RuleBroken):
    code = "store_unknown"
    status = 422
    sentence = _("There is no such store.")


class PlaceUnknown(RuleBroken):
    code = "place_unknown"
    status = 422
    sentence = _("There is no such place in this store.")


@transaction.atomic
def open_store(*, code: str, name: str, kind: StoreKind = StoreKind.SHOP, phone: str = "") -> Store:
    """A new store with the beginning of its chain."""
    store = Store.objects.create(code=code, name=name, kind=kind, phone=phone)
    changes.start_chain(store)
    return store


@transaction.atomic
def build_counter(*, store: Store, code: str, trays: int) -> Place:
    """A counter with a window and numbered trays: A, A-W, A-01, A-02 …"""
    counter = Place.objects.create(store=store, code=code, kind=PlaceKind.COUNTER)
    inside = [Place(store=store, parent=counter, code=f"{code}-W", kind=PlaceKind.WINDOW)]
    for number in range(1, trays + 1):
        tray = Place(store=store, parent=counter, code=f"{code}-{number:02d}", kind=PlaceKind.TRAY)
        inside.append(tray)
    Place.objects.bulk_create(inside)
    return counter


def find(*, store: Store, code: str) -> Place:
    """A place of this store by what is typed or scanned. Refused when there is none."""
    found = Place.objects.filter(store=store, code__iexact=code.strip()).select_related("parent")
    place = found.first()
    if place is None:
        raise PlaceUnknown
    return place


def find_store(code: str) -> Store:
    """A store by what is typed or scanned. Refused when there is none."""
    store = Store.objects.filter(code__iexact=code.strip()).first()
    if store is None:
        raise StoreUnknown(field="store")
    return store


def head_office() -> Store | None:
    """The store whose board and settings hold for every store."""
    return Store.objects.filter(kind=StoreKind.HEAD_OFFICE).first()


def office() -> Store:
    """Head office itself, in whose chain terms and programs of the house are noted. Refused where
    there is none."""
    found = head_office()
    if found is None:
        raise PlaceUnknown
    return found


def business_day(store: Store, at: datetime | None = None) -> date:
    """The store's own day: what happens before it starts still belongs to yesterday."""
    local = (at or timezone.now()).astimezone(ZoneInfo(store.time_zone))
    started = local.time() >= store.day_starts_at
    return local.date() if started else local.date() - timedelta(days=1)


def day_bounds(store: Store, day: date) -> tuple[datetime, datetime]:
    """From when to when a business day lasts."""
    zone = ZoneInfo(store.time_zone)
    begin = datetime.combine(day, store.day_starts_at, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), store.day_starts_at, tzinfo=zone)
    return begin, end


def join(*, store: Store, user: User) -> None:
    """From now on this person or program may see the store's rows."""
    store.people.add(user)
