"""The first day of a shop: its places, its first two people, and one answer about its kind."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from appraisal import analyser_layouts
from counter import clerks, day_file_layouts, seeds, tenders
from counter.models import Clerk, Role
from inventory import places
from inventory.ground import settings_rows
from inventory.models import Place, PlaceKind, Store, StoreKind

HEAD_OFFICE = ("HQ", "总部")


@dataclass(frozen=True)
class Entrance:
    """What a new person needs to come in; told this once."""

    username: str
    password: str
    pin: str


@transaction.atomic
def open_shop(
    *, code: str, name: str, counters: Mapping[str, int], bundle: str, manager: str, head: str
) -> list[Entrance]:
    """A store with its counters (code to number of trays) and a safe, its manager, and with the
    first store head office and its first person. `bundle` is small, mall or chain. Refused: a
    bundle that does not exist; a code or a user name that is taken raises from the database."""
    entrances = []
    office = places.head_office()
    if office is None:
        office = places.open_store(
            code=HEAD_OFFICE[0], name=HEAD_OFFICE[1], kind=StoreKind.HEAD_OFFICE
        )
        entrances.append(_let_in(username=head, role=Role.HEAD, store=office))
        seeds.put_terms()
        tenders.put_seed_tenders()
        day_file_layouts.put_seed_layouts()
        analyser_layouts.put_seed_layouts()
    store = places.open_store(code=code, name=name)
    for counter, trays in counters.items():
        places.build_counter(store=store, code=counter, trays=trays)
    Place.objects.create(store=store, code="SAFE", kind=PlaceKind.SAFE)
    entrances.append(_let_in(username=manager, role=Role.MANAGER, store=store))
    settings_rows.put(store=store, key="bundle", new=bundle, by=User.objects.get(username=manager))
    return entrances


def new_pin(clerk: Clerk) -> str:
    """A fresh PIN for somebody who has forgotten theirs; told this once."""
    pin = _any_pin()
    clerks.set_pin(clerk=clerk, pin=pin)
    return pin


def _let_in(*, username: str, role: Role, store: Store) -> Entrance:
    entrance = Entrance(username, secrets.token_urlsafe(9), _any_pin())
    clerks.hire(
        username=username,
        name=username,
        role=role,
        store=store,
        password=entrance.password,
        pin=entrance.pin,
    )
    return entrance


def _any_pin() -> str:
    pin = f"{secrets.randbelow(10**6):06d}"
    return pin if len(set(pin)) > 1 else _any_pin()
