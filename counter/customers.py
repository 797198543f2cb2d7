"""The customer's file: found or made in seconds by telephone number."""

import re

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from counter.models import Customer
from inventory.ground import codes
from inventory.ground.errors import BadField
from inventory.models import Store

PHONE = re.compile(r"\+?[0-9]{6,15}")


class BadPhone(BadField):
    code = "bad_phone"
    sentence = _("A telephone number has 6 to 15 digits.")


@transaction.atomic
def find_or_make(*, phone: str, name: str, store: Store, by: User) -> Customer:
    """The customer with this number, or a new file. A name is kept only for a new file."""
    plain = normal_phone(phone)
    named = codes.one_line(name)[:60]
    customer, _made = Customer.objects.get_or_create(
        phone=plain, defaults={"name": named, "store": store, "created_by": by}
    )
    return customer


def normal_phone(text: str) -> str:
    """Digits as they are kept; spaces and hyphens are dropped. Refused when it is no number."""
    plain = re.sub(r"[\s-]", "", codes.half_width(text))
    if not PHONE.fullmatch(plain):
        raise BadPhone(field="phone")
    return plain
