"""What the tests of the workshop stand on."""

import pytest

from tests.orders import Workshop
from tests.showroom import Showroom


@pytest.fixture
def workshop(showroom: Showroom) -> Workshop:
    return Workshop(showroom)
