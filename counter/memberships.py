"""VIP卡: a customer's level of membership, set at the counter with a second person's yes. The plan
with the same word is theirs from the next sale on; what was sold keeps its plan."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills
from counter.customers import CustomerNeeded
from counter.models import Customer, Sale
from inventory import places
from inventory.ground import access, approvals
from inventory.ground.approvals import Ask
from inventory.ground.errors import BadField
from inventory.models import Store
from warranty import plans


class LevelUnknown(BadField):
    """A word that no plan has would promise nothing."""

    code = "level_unknown"
    sentence = gettext_lazy("No plan of the house is for this level. Choose one of the list.")


def levels(store: Store) -> list[str]:
    """The levels that a plan in force today is for, in their order (1 query)."""
    return plans.member_levels(on=places.business_day(store))


@transaction.atomic
def put(*, sale: Sale, level: str, by: User) -> Customer:
    """The customer of an open bill is a member of a level from now on, or with an empty one of none
    any more. Refused: to a role that does not sell, a bill without its customer, a level that no
    plan is for, and without a second person."""
    access.refuse_unless(by, "sell", store=sale.store)
    sale = bills.lock_open(sale)
    customer = sale.customer
    if customer is None:
        raise CustomerNeeded(field="phone")
    if level and level not in levels(sale.store):
        raise LevelUnknown(field="level")
    if level != customer.level:
        approvals.spend(ask=ask(customer=customer, store=sale.store, level=level), by=by)
        Customer.objects.filter(pk=customer.pk).update(level=level)
        customer.level = level
    return customer


def ask(*, customer: Customer, store: Store, level: str) -> Ask:
    """What the second person agrees to: this customer, from this level to that."""
    told = {"who": customer.masked_phone, "level": level or _("no member")}
    return Ask(
        action="set_level",
        store=store.code,
        document=f"member-{customer.pk}",
        figures={"customer": customer.pk, "from": customer.level, "to": level},
        summary=_("Membership of %(who)s: %(level)s") % told,
        permission="agree_level",
    )
