"""A parcel of the demo shop on its way to the other store, so that somebody there can open it."""

from collections.abc import Mapping

from django.contrib.auth.models import User

from inventory import shipments
from inventory.models import Piece, State, Store
from inventory.shipments import Way

PIECES = 3


def load(*, store: Store, to: Store, people: Mapping[str, User]) -> None:
    """The last pieces by their numbers: no other page of the demo shop counts on them."""
    rows = Piece.objects.filter(store=store, state=State.ON_SALE).order_by("-number")[:PIECES]
    shipments.send(
        rows=list(rows),
        store=store,
        to=to,
        way=Way(carrier="顺丰", parcels="F-30871"),
        handed_by=people["chen"],
        sender=people["zhao"],
    )
