"""Real threads and real commits: one piece, one parcel, two stores at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from counter import acknowledgements, bills, sales
from inventory import shipments
from inventory.models import Piece, Shipment, State
from tests import shipments as parcels
from tests.cast import Shop
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
THREADS = 8


def test_a_parcel_is_received_once_by_eight_tablets(trading_shop: Shop) -> None:
    shop = trading_shop
    ring = shop.ring()
    sent = parcels.send(shop, ring)

    def receive(_index: int) -> str:
        return patiently(partial(parcels.receive, shop, sent, ring)) or "received"

    got = at_once(receive, THREADS)
    assert got == {"received": 1, "already_received": THREADS - 1}
    assert books_agree()


def test_a_piece_is_sold_or_sent_and_never_both(trading_shop: Shop) -> None:
    shop = trading_shop
    rings = [shop.ring() for _each in range(4)]
    open_bills = [shop.bill() for _each in rings]

    def act(index: int) -> str:
        ring, sale = rings[index // 2], open_bills[index // 2]
        if index % 2:
            return patiently(partial(parcels.send, shop, ring)) or "sent"
        steps: list[Callable[[], object]] = [
            partial(bills.add_piece, sale=sale, piece=ring, by=shop.lin),
            partial(acknowledgements.give, sale=sale, how=acknowledgements.How.TAP),
            partial(shop.pay, sale),
            partial(sales.complete, sale=sale, shown_cents=757_200, by=shop.lin),
        ]
        for step in steps:
            if refused := patiently(step):
                return refused
        return "sold"

    got = at_once(act, THREADS)
    states = list(Piece.objects.values_list("state", flat=True))
    assert got["sold"] + got["sent"] == len(rings), got
    assert states.count(State.SOLD) == got["sold"]
    assert states.count(State.IN_TRANSIT) == got["sent"]
    assert books_agree()


def test_parcels_in_opposite_directions_never_wait_for_each_other(trading_shop: Shop) -> None:
    shop = trading_shop
    fang = parcels.hire_fang(shop)
    there = [shop.piece() for _each in range(THREADS // 2)]
    here = [shop.piece(store=shop.s02) for _each in range(THREADS // 2)]
    out = [parcels.send(shop, row) for row in there]
    told: dict[str, Any] = {"way": parcels.CARRIER, "handed_by": fang, "sender": shop.sun}
    back = [shipments.send(rows=[row], store=shop.s02, to=shop.s01, **told) for row in here]
    ours = {"to": shop.tray("A-02"), "receiver": shop.lin, "by": shop.lin}

    def receive(index: int) -> str:
        at = index // 2
        if index % 2:
            return patiently(partial(parcels.receive, shop, out[at], there[at]))
        return patiently(partial(parcels.receive, shop, back[at], here[at], **ours))

    assert at_once(receive, THREADS) == {"": THREADS}
    assert set(Shipment.objects.values_list("state", flat=True)) == {"received"}
    assert books_agree()


def test_a_parcel_is_recalled_or_received_and_never_both(trading_shop: Shop) -> None:
    shop = trading_shop
    ring = shop.ring()
    sent = parcels.send(shop, ring)

    def act(index: int) -> str:
        if index % 2:
            return patiently(partial(parcels.receive, shop, sent, ring)) or "received"
        return patiently(partial(parcels.recall, shop, sent)) or "recalled"

    got = at_once(act, 2)
    assert got["received"] + got["recalled"] == 1, got
    assert books_agree()
