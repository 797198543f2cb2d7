"""The demo's supplies: gifts and boxes at the counter and in the safe, silver chain by the gram."""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User

from inventory import places, supplies
from inventory.ground.measures import Metal
from inventory.models import CountedIn, Place, SupplyItem

NOTE: Final = "GH-2026-118"
CHAIN_MG: Final = 86_420
# code, name, cost and value of one as a gift in cents, how many lie at the counter and in the safe
BY_PIECE: Final = (
    ("BEAD", "银转运珠", 3_100, 9_800, 40, 160),
    ("CORD", "红绳", 150, 1_000, 60, 240),
    ("BOX", "首饰礼盒", 680, 2_000, 30, 120),
    ("CLOTH", "擦银布", 90, 500, 50, 200),
)


def load(*, counter: Place, people: Mapping[str, User]) -> None:
    """What the house lists, and what lies at this counter and in the safe of its store."""
    safe = places.find(store=counter.store, code="SAFE")
    for code, name, cost, value, here, there in BY_PIECE:
        item = SupplyItem.objects.create(code=code, name=name, cost_cents=cost, value_cents=value)
        for place, many in ((counter, here), (safe, there)):
            supplies.receive(item=item, place=place, quantity=many, number=NOTE, by=people["chen"])
    chain = SupplyItem.objects.create(
        code="CHAIN",
        name="银链条",
        counted_in=CountedIn.GRAMS,
        metal=Metal.SILVER,
        fineness=9_250,
        cost_cents=900,
    )
    supplies.receive(item=chain, place=counter, quantity=CHAIN_MG, number=NOTE, by=people["chen"])
