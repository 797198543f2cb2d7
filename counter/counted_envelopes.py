"""维修袋 on the sheet: the envelopes of the service desk at a counter are counted like its old
gold, as things. The books say how many must be there only once a number was handed in."""

from django.utils.translation import gettext as _

from counter.models import Handover, HandoverItem, ItemKind
from inventory.models import Place
from warranty import tickets
from warranty.models import Ticket, TicketState

# at a workshop outside nobody at the counter can count it
OUTSIDE = TicketState.SENT_OUT


def lying_at(counter: Place) -> int:
    """How many envelopes lie at a counter or in its trays; bench and safe answer for their own
    (1 query)."""
    rows = Ticket.objects.filter(state__in=tickets.IN_HAND).exclude(state=OUTSIDE)
    here = rows.filter(place=counter) | rows.filter(place__parent=counter)
    return here.count()


def lay_out(handover: Handover) -> list[HandoverItem]:
    """A line where envelopes lie at the counter when its count begins."""
    expected = lying_at(handover.counter)
    if not expected:
        return []
    return [
        HandoverItem(
            handover=handover,
            kind=ItemKind.TICKET,
            name=_("Repair envelopes"),
            expected=expected,
        )
    ]


def compare(item: HandoverItem, counter: Place) -> None:
    """What the books say of this line at this moment: somebody may have fetched a thing since the
    count began. Other lines of a sheet are left as they are."""
    if item.kind == ItemKind.TICKET:
        item.expected = lying_at(counter)
