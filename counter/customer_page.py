"""One customer as the counter sees them: membership and how it came, and what they bought."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.shortcuts import get_object_or_404

from counter import memberships
from counter.models import Customer, LevelChange, Sale
from inventory.ground import access

LAST = 20


@dataclass(frozen=True)
class CustomerSeen:
    """A customer; the changes of their level and their sales that this person may see, newest
    first."""

    customer: Customer
    levels: Sequence[LevelChange]
    sales: Sequence[Sale]


def customer_for(user: User, pk: int) -> Customer:
    """Somebody whose file a store of this person opened, or who is on a bill there; else 404."""
    bought = access.visible(Sale.objects.filter(customer=pk), user).values("customer")
    own = access.visible(Customer.objects.all(), user).values("pk")
    return get_object_or_404(Customer.objects.filter(Q(pk__in=own) | Q(pk__in=bought)), pk=pk)


def seen_by(user: User, pk: int) -> CustomerSeen:
    """All that the page shows (3 queries)."""
    customer = customer_for(user, pk)
    sold = access.visible(Sale.objects.filter(number__isnull=False, customer=customer), user)
    sales = sold.select_related("store").order_by("-completed_at", "-pk")[:LAST]
    return CustomerSeen(customer, list(memberships.history(customer)), list(sales))
