"""Which links of the chains the outside is told of, and in which words of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter.models import Delivery
from inventory.ground import answers

API: Final = "/api/v1"


@dataclass(frozen=True)
class Event:
    """An event as the contract calls it, where its document is read, and what it says."""

    name: str
    path: str
    words: Promise


# by the kind of the link; a new event is one line
BY_KIND: Final[Mapping[str, Event]] = {
    "sale_completed": Event("sale.completed", "sales", _("a sale is completed")),
    "card_issued": Event("card.issued", "cards", _("a warranty card is issued")),
    "order_step": Event(
        "order.step_changed", "showroom/orders", _("an order of the network showroom moved on")
    ),
    "stocktake_published": Event(
        "stocktake.published", "stocktakes", _("a stocktake is published")
    ),
}
BY_NAME: Final[Mapping[str, Event]] = {event.name: event for event in BY_KIND.values()}


def payload(row: Delivery) -> str:
    """What is sent, the same at each try: where to look, and nothing about anybody. `row` with its
    store."""
    told: dict[str, Any] = {
        "type": row.event,
        "timestamp": _moment(row),
        "data": {
            "store": row.store.code,
            "number": row.number,
            "seq": row.seq,
            "url": f"{settings.PUBLIC_URL}{API}/{BY_NAME[row.event].path}/{row.number}",
        },
    }
    return orjson.dumps(told).decode()


def _moment(row: Delivery) -> str:
    at: datetime = row.at
    return answers.moment(at, row.store.time_zone)
