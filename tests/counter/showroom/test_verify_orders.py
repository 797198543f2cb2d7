"""What is changed behind the back of an order is found and named."""

import pytest
from django.db import connection

from counter import books
from counter.models import OrderedPiece, OrderState
from counter.showroom import allotments, hand_overs
from counter.showroom.materials import Amount
from inventory.ground import changes
from tests.conftest import unprotect
from tests.orders import Workshop
from tests.showroom import DIAMOND_RING

S = OrderState
SHIPPED = {"delivery": "ship", "recipient": "何女士", "address": "上海市南京路1号"}


@pytest.fixture
def busy(workshop: Workshop) -> Workshop:
    """One order that is allotting a stone, one of which a part is here, one sent away, and one that
    has ended."""
    ring = allotments.begin(
        order=workshop.order(workshop.showroom.wish(DIAMOND_RING)), by=workshop.by
    )
    workshop.allot(workshop.pieces(ring)[0])
    workshop.bring(ring, Amount(count=2, mct=300))
    workshop.arrive(workshop.pieces(workshop.making())[0])
    sent = workshop.arrived(workshop.showroom.wish(**SHIPPED))
    workshop.pay(workshop.bill(sent))
    hand_overs.ship(order=workshop.again(sent), carrier="顺丰", tracking="SF1", by=workshop.by)
    workshop.pay(workshop.bill(workshop.arrived()))
    return workshop


def broken(workshop: Workshop) -> list[str]:
    return [str(each) for each in books.verify(workshop.shop.s01)]


def test_it_agrees_while_orders_go_on(busy: Workshop) -> None:
    assert broken(busy) == []
    assert OrderedPiece.objects.count() == 7


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE counter_networkorder SET state = 'confirmed' WHERE state = 'allotting'",
         "is not in the state that its last step"),
        ("UPDATE counter_networkorder SET queue_id = store_id WHERE state = 'allotting'",
         "is not in the queue that its last step"),
        ("UPDATE counter_orderstep SET old = 'placed' WHERE new = 'shipped'",
         "does not follow from the one before"),
        ("UPDATE counter_networkorder SET due_at = state_since WHERE state = 'handed_over'",
         "is over and has a clock"),
        ("UPDATE counter_orderline SET pieces = 3 WHERE pieces = 2", "has not as many pieces"),
        ("UPDATE counter_orderedpiece SET state = 'in_production' WHERE state = 'waiting'",
         "has a piece that is not as far"),
        ("UPDATE counter_orderedpiece SET piece_id = NULL, state = 'waiting' "
         "WHERE state = 'arrived'", "is not the piece that arrived"),
        ("UPDATE counter_saleline SET state = 'voided'", "is sold and not handed over"),
        ("UPDATE counter_orderedpiece SET state = 'arrived' WHERE state = 'handed_over'",
         "is sold and not handed over"),
        ("UPDATE counter_stoneallotment SET released_at = NULL, stone_id = "
         "(SELECT MIN(piece_id) FROM counter_orderedpiece)", "names a stone that is not kept"),
        ("UPDATE inventory_hold SET ended_at = until WHERE ended_at IS NULL",
         "names a stone that is not kept"),
        ("UPDATE inventory_hold SET bill = '00000000000000000000000000000000' "
         "WHERE ended_at IS NULL", "held for another"),
        ("UPDATE counter_orderparcel SET signed_at = at", "does not hold the pieces"),
        ("UPDATE counter_customersmaterial SET order_id = "
         "(SELECT id FROM counter_networkorder WHERE state = 'handed_over')",
         "is not accounted for"),
        ("UPDATE counter_orderline SET engraving = '别的'", "is not what the version that counts"),
        ("UPDATE counter_networkorder SET address = '别处'", "is not what the version that counts"),
    ],
)  # fmt: skip
def test_it_names_a_row_that_was_changed(busy: Workshop, statement: str, named: str) -> None:
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    changes.protect()
    stores = (busy.shop.s01, busy.showroom.customer.orders.all()[0].store)
    found = [str(each) for store in stores for each in books.verify(store)]
    assert any(named in line for line in found), found


def test_it_names_a_gap_in_the_numbers(busy: Workshop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_documentcounter SET last = 99 WHERE kind = 'O'")
    store = busy.showroom.customer.orders.all()[0].store
    assert any("numbers of orders have a gap" in str(each) for each in books.verify(store))
