"""What the work on a ticket uses up of the supplies: a cord, a clasp, chain by the gram."""

from django.contrib.auth.models import User

from inventory import places, supplies
from inventory.ground import access
from inventory.models import Place, SupplyEntry, SupplyItem
from warranty import tickets
from warranty.models import Ticket


def use(*, ticket: Ticket, item: SupplyItem, place: Place, quantity: int, by: User) -> SupplyEntry:
    """So many pieces or milligrams that lie in a place go into the work. Refused: to a role that
    does not serve or keep supplies, once the piece was given back, from a place of another store,
    and as in `supplies.use`."""
    access.refuse_unless(by, "keep_supplies", store=place.store)
    if place.store_id != ticket.store_id:
        raise places.PlaceUnknown(field="place")
    with tickets.opened(ticket, by=by) as (locked, book):
        number = locked.number
        return supplies.use(item=item, place=place, quantity=quantity, number=number, book=book)
