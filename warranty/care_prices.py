"""The price list of the service desk: what work costs once no promise bears it, "at cost", and how
long the work itself is guaranteed. Rows are dated; a price of last month can still be explained."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import amounts, changes, measures
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from warranty.models import CarePrice, Per

LONGEST_WARRANTY: Final = 3_650  # days


class NoCarePrice(RuleBroken):
    """The list has no row for this work; the price is quoted by hand."""

    code = "no_care_price"
    status = 422


class BadCarePrice(BadField):
    code = "bad_care_price"


class CarePriceBackdated(BadField):
    """A ticket of yesterday was quoted by yesterday's list."""

    code = "care_price_backdated"
    sentence = gettext_lazy("A price begins today or later. What was quoted stays as it was.")


@dataclass(frozen=True)
class Listed:
    """A row of the list, and whether it is "in_force", "coming" or "past"."""

    row: CarePrice
    standing: str


def listed(*, on: date) -> list[Listed]:
    """Every row of the list by kind, what holds or will hold first (1 query)."""
    rows = list(CarePrice.objects.all())
    told = [Listed(row, _standing(row, rows, on)) for row in rows]
    told.sort(key=lambda each: (each.standing == "past", each.row.kind, -each.row.pk))
    return told


def put(*, row: CarePrice, by: User) -> CarePrice:
    """A price from a day on; the ones before stay, so that they can be explained. Refused to a role
    without the right, before today, and for a warranty or an end that cannot be."""
    if not by.has_perm("set_plans"):
        raise NotAllowed
    if row.valid_from < timezone.localdate():
        raise CarePriceBackdated(field="valid_from")
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise BadCarePrice(_("The price ends before it begins."), field="valid_to")
    if not 0 <= row.cents <= measures.MOST_CENTS:
        raise BadCarePrice(_("Type an amount."), field="cents")
    if not 0 <= row.warranty_days <= LONGEST_WARRANTY:
        raise BadCarePrice(_("Type the days from 0 to 3650."), field="warranty_days")
    office = places.head_office()
    if office is None:
        raise places.PlaceUnknown
    with changes.opened(store=office, by=by) as book:
        row.save(force_insert=True)
        book.note(row, kind="care_price_set", number=f"{row.kind} {row.pk}")
    return row


def row_for(*, kind: str, metal: str, category: str, on: date) -> CarePrice | None:
    """The row in force on a day for a kind of work; the more exact one wins (1 query)."""
    rows = CarePrice.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        Q(metal="") | Q(metal=metal),
        Q(category="") | Q(category=category),
        kind=kind,
        valid_from__lte=on,
    )
    exact = sorted(rows, key=lambda row: (bool(row.metal), bool(row.category), *_age(row)))
    return exact[-1] if exact else None


def cents_for(row: CarePrice, *, mg: int = 0, units: int = 1) -> int:
    """What a row asks, in cents: for a job, for milligrams of metal added, or for so many sizes or
    stones. Grams are charged to the milligram, rounded half up."""
    if row.per == Per.GRAM:
        return amounts.metal_cents(weight_mg=mg, cents_per_gram=row.cents)
    return row.cents if row.per == Per.JOB else row.cents * units


def instead(*, kind: str, metal: str, category: str, on: date) -> str:
    """What work costs that no promise bears, as a sentence; empty where the list says nothing."""
    row = row_for(kind=kind, metal=metal, category=category, on=on)
    if row is None:
        return ""
    told = {"price": measures.yuan(row.cents), "per": row.get_per_display()}
    return _("It costs %(price)s for %(per)s instead.") % told


def guaranteed_until(*, kind: str, metal: str, category: str, done: date) -> date | None:
    """The last day on which work done on a day is done again at no price; None without one."""
    row = row_for(kind=kind, metal=metal, category=category, on=done)
    return done + timedelta(days=row.warranty_days) if row and row.warranty_days else None


def _standing(row: CarePrice, rows: list[CarePrice], on: date) -> str:
    if row.valid_from > on:
        return "coming"
    if row.valid_to is not None and row.valid_to < on:
        return "past"
    same = [each for each in rows if _scope(each) == _scope(row) and _holds(each, on)]
    return "in_force" if row == max(same, key=_age) else "past"


def _scope(row: CarePrice) -> tuple[str, str, str]:
    return row.kind, row.metal, row.category


def _holds(row: CarePrice, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or row.valid_to >= on)


def _age(row: CarePrice) -> tuple[date, int]:
    """The newest row of the same work wins, the one typed last on the same day."""
    return row.valid_from, row.pk
