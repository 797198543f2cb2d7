"""One customer as the counter sees them: membership and how it came, and what they bought."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q
from django.shortcuts import get_object_or_404

from counter import memberships
from counter.models import AccountClerkChange, Customer, LevelChange, NetworkOrder, Sale
from counter.showroom import accounts, queries
from inventory.ground import access

LAST = 20


@dataclass(frozen=True)
class CustomerSeen:
    """A customer; the changes of their level and of who follows them, and their sales and orders
    that this person may see, newest first."""

    customer: Customer
    levels: Sequence[LevelChange]
    sales: Sequence[Sale]
    orders: Sequence[NetworkOrder]
    clerks: Sequence[AccountClerkChange]


def customer_for(user: User, pk: int) -> Customer:
    """Somebody whose file a store of this person opened, or who bought or ordered there; else
    404."""
    bought = access.visible(Sale.objects.filter(customer=pk), user).values("customer")
    own = access.visible(Customer.objects.all(), user).values("pk")
    ordered = queries.orders_for(user).filter(customer=pk).values("customer")
    known = Q(pk__in=own) | Q(pk__in=bought) | Q(pk__in=ordered)
    rows = Customer.objects.select_related("account_clerk", "deputy", "store")
    return get_object_or_404(rows.filter(known), pk=pk)


def seen_by(user: User, pk: int) -> CustomerSeen:
    """All that the page shows (5 queries)."""
    customer = customer_for(user, pk)
    sold = access.visible(Sale.objects.filter(number__isnull=False, customer=customer), user)
    sales = sold.select_related("store").order_by("-completed_at", "-pk")[:LAST]
    ordered = queries.orders_for(user).filter(customer=customer).order_by("-pk")[:LAST]
    return CustomerSeen(
        customer=customer,
        levels=list(memberships.history(customer)),
        sales=list(sales),
        orders=list(ordered),
        clerks=list(accounts.history(customer)),
    )
