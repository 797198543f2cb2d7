"""The customer's file: found or made in seconds by telephone number."""

import re
from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from appraisal.models import Identity
from counter.models import Customer
from inventory.ground import codes
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Store

PHONE = re.compile(r"\+?[0-9]{6,15}")


class BadPhone(BadField):
    code = "bad_phone"
    sentence = _("A telephone number has 6 to 15 digits.")


class CustomerNeeded(RuleBroken):
    code = "customer_needed"
    sentence = _("Add the customer to the bill first.")


@transaction.atomic
def find_or_make(*, phone: str, name: str, store: Store, by: User) -> Customer:
    """The customer with this number, or a new file. A name is kept only for a new file."""
    plain = normal_phone(phone)
    named = codes.one_line(name)[:60]
    customer, _made = Customer.objects.get_or_create(
        phone=plain, defaults={"name": named, "store": store, "created_by": by}
    )
    return customer


def of_one_person(customer_id: int | None) -> list[int]:
    """The customers' files that belong to one person: the same identity paper was shown for them.
    Nobody named: nobody (1 query)."""
    if customer_id is None:
        return []
    own = identities_of([customer_id]).values("blind_index")
    same = Identity.objects.filter(blind_index__in=own)
    others = same.values_list("customer", "trade_in__customer")
    return sorted({customer_id, *(one for pair in others for one in pair if one)})


def identities_of(people: Collection[int]) -> QuerySet[Identity]:
    """The papers that were shown for these files, with old gold or without."""
    return Identity.objects.filter(Q(customer__in=people) | Q(trade_in__customer__in=people))


def normal_phone(text: str) -> str:
    """Digits as they are kept; spaces and hyphens are dropped. Refused when it is no number."""
    plain = re.sub(r"[\s-]", "", codes.half_width(text))
    if not PHONE.fullmatch(plain):
        raise BadPhone(field="phone")
    return plain
