"""The customer's file: found or made in seconds by telephone number."""

import re
from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from appraisal.models import Identity
from counter.models import Customer
from inventory.ground import codes, statements
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Store

LEVEL = "SELECT level FROM counter_customer WHERE id = %s"
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


def level_of(customer_id: int | None) -> str:
    """The membership of a customer, empty for whoever has none or is nobody (1 query)."""
    if customer_id is None:
        return ""
    ((level,),) = statements.fetch(LEVEL, [customer_id])
    return str(level)


def of_one_person(customer_id: int | None) -> list[int]:
    """The customers' files that belong to one person, in any store: an identity paper that was
    shown for one of them was shown for another. Nobody named: nobody (1 query for a person with
    one file)."""
    return [] if customer_id is None else sorted(of_the_same_people({customer_id}))


def of_the_same_people(files: Collection[int]) -> set[int]:
    """These customers' files with all others of the same people. A telephone number has one file;
    who shows a passport for one file, and it and an identity card for another, is one person."""
    known: set[int] = set(files)
    unseen = known
    while unseen:
        papers = identities_of(unseen).values("blind_index")
        same = Identity.objects.filter(blind_index__in=papers)
        pairs = same.values_list("customer", "trade_in__customer")
        unseen = {one for pair in pairs for one in pair if one} - known
        known = known | unseen
    return known


def lock(files: Collection[int]) -> None:
    """These files, locked to the end of the transaction. What a customer has left, and what was
    paid in cash, is asked in every store, so these rows are waited for across two heads: whoever
    needs several takes them here, at once and in the order of their ids, before anything else
    waits for one (1 query; none for nobody). Rows that point at a file are written meanwhile."""
    if files:
        rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=files)
        list(rows.order_by("pk").values_list("pk"))


def identities_of(people: Collection[int]) -> QuerySet[Identity]:
    """The papers that were shown for these files, with old gold or without."""
    return Identity.objects.filter(Q(customer__in=people) | Q(trade_in__customer__in=people))


def normal_phone(text: str) -> str:
    """Digits as they are kept; spaces and hyphens are dropped. Refused when it is no number."""
    plain = re.sub(r"[\s-]", "", codes.half_width(text))
    if not PHONE.fullmatch(plain):
        raise BadPhone(field="phone")
    return plain
