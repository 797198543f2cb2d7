import pytest

from tests.cast import Shop
from tests.old_gold import Desk, open_desk


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return open_desk(shop)
