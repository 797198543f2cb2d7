"""What several tests of the counter stand on."""

from collections.abc import Iterator
from typing import Any

import pytest

from counter import books
from inventory.models import Piece
from tests.cast import KeyedClient, Shop
from tests.count_pages import CANARY_MG
from tests.counters import never_alone
from tests.receivers import Receiver, receiving


@pytest.fixture
def books_agree_afterwards(shop: Shop) -> Iterator[None]:
    yield
    assert [str(each) for each in books.verify(shop.s01, full=True)] == []


@pytest.fixture
def two_people(shop: Shop) -> None:
    """In this store a second person is always there."""
    never_alone(shop)


@pytest.fixture
def goods(shop: Shop) -> list[Piece]:
    """Two necklaces in A-01, a ring in A-02; everything else is empty."""
    return [
        shop.piece(gross_mg=CANARY_MG, net_mg=CANARY_MG),
        shop.piece(),
        shop.ring(place=shop.tray("A-02")),
    ]


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    return shop.client()


@pytest.fixture
def on_this_machine(settings: Any) -> None:
    settings.CALLS_TO_LOOPBACK = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made
