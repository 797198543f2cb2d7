"""A customer's own orders in the network showroom; those of others are not there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from counter.models import Customer, NetworkOrder, OrderLine, ShowroomDraft
from inventory.ground import measures


def listed(customer: Customer) -> QuerySet[NetworkOrder]:
    """Newest first, with their lines (2 queries)."""
    lines = Prefetch("lines", OrderLine.objects.select_related("style"))
    return customer.orders.prefetch_related(lines).order_by("-pk")


def order_for(customer: Customer, number: str) -> NetworkOrder:
    """An order of this customer."""
    return get_object_or_404(customer.orders.select_related("customer"), number=number)


def order_of(draft: ShowroomDraft) -> NetworkOrder | None:
    """The order that a draft has become, as it is now."""
    return NetworkOrder.objects.filter(draft=draft).first()


def uuid_in(sent: Mapping[str, Any]) -> UUID:
    """The draft that was read back; without one there is nothing here."""
    try:
        return UUID(str(sent.get("draft", "")))
    except ValueError as unknown:
        raise Http404 from unknown


def figures_in(sent: Mapping[str, Any]) -> tuple[int, int]:
    """Edition and total, in cents, that stood on the summary; what is no number fits none."""
    edition, shown = (str(sent.get(name, "")) for name in ("edition", "shown"))
    return _number(edition, most=10**6), _number(shown, most=measures.MOST_CENTS * 10**3)


def _number(text: str, *, most: int) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_number else -1
