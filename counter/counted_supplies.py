"""辅料、赠品 on the sheet: what goes by the piece and lies at a counter is counted like its keys.
The books say how many must be there only once a number was handed in. What goes by the gram, and
heaps of thousands, are counted at a stocktake.
"""

from typing import Final

from counter.models import Handover, HandoverItem, ItemKind
from inventory import supplies
from inventory.models import Place

MOST_NAME: Final = 40
MOST_COUNTED: Final = 9_999  # what can be handed in as a number


def lay_out(handover: Handover) -> list[HandoverItem]:
    """A line for each supply that lies at the counter when its count begins."""
    return [
        HandoverItem(
            handover=handover,
            kind=ItemKind.SUPPLY,
            name=item.name[:MOST_NAME],
            expected=expected,
            supply=item,
        )
        for item, expected in supplies.lying_at(handover.counter).items()
        if expected <= MOST_COUNTED
    ]


def compare(item: HandoverItem, counter: Place) -> None:
    """What the books say of this line at this moment: a gift may have left since the count began.
    Other lines of a sheet are left as they are."""
    if item.supply_id is not None:
        lying = supplies.lying_at(counter, items=[item.supply_id])
        item.expected = min(sum(lying.values()), MOST_COUNTED)
