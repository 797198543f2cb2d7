"""VIP卡: a customer's level of membership, set at the counter with a second person's yes. The plan
with the same word is theirs from the next sale on; what was sold keeps its plan. Each change is
a row of its own: who, from what, to what, when."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills, customers
from counter.customers import CustomerNeeded
from counter.models import Customer, LevelChange, Sale
from inventory import places
from inventory.ground import access, approvals, changes
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Approval, Store
from warranty import plans


class LevelUnknown(BadField):
    """A word that no plan has would promise nothing."""

    code = "level_unknown"
    sentence = gettext_lazy("No plan of the house is for this level. Choose one of the list.")


def levels(store: Store) -> list[str]:
    """The levels that a plan in force today is for, in their order (1 query)."""
    return plans.member_levels(on=places.business_day(store))


def put(*, sale: Sale, level: str, by: User) -> Customer:
    """The customer of an open bill is a member of a level from now on, or with an empty one of none
    any more. Refused: to a role that does not sell, a bill without its customer, a level that no
    plan is for, and without a second person."""
    access.refuse_unless(by, "sell", store=sale.store)
    with changes.opened(store=sale.store, by=by) as book:
        sale = bills.lock_open(sale)
        if sale.customer_id is None:
            raise CustomerNeeded(field="phone")
        if level and level not in levels(sale.store):
            raise LevelUnknown(field="level")
        customer = _lock(sale.customer_id)
        if level != customer.level:
            asked = ask(customer=customer, store=sale.store, level=level)
            _put(customer, level, approval=approvals.spend(ask=asked, by=by), book=book)
    return customer


def decide(*, customer: Customer, level: str, by: User) -> Customer:
    """Head office says which level a customer is of, without a second person. Refused to a shop."""
    if not by.has_perm(access.ALL_STORES):
        raise NotAllowed
    with changes.opened(store=customer.store, by=by) as book:
        locked = _lock(customer.pk)
        if level != locked.level:
            _put(locked, level, approval=None, book=book)
    return locked


def history(customer: Customer) -> QuerySet[LevelChange]:
    """Who made this customer a member of what, and when; newest first (1 query)."""
    return customer.level_changes.select_related("store", "change__by", "approval__approved_by")


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


def _lock(customer_id: int) -> Customer:
    """Two tablets may change one customer at once: the second sees what the first has made."""
    customers.lock([customer_id])
    return Customer.objects.select_related("store").get(pk=customer_id)


def _put(customer: Customer, level: str, *, approval: Approval | None, book: Book) -> None:
    row = LevelChange(
        store=book.store, customer=customer, old=customer.level, new=level, approval=approval
    )
    Customer.objects.filter(pk=customer.pk).update(level=level)
    customer.level = level
    book.write([row], kind="level_changed", number=f"member-{customer.pk}")
