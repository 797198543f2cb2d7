"""A count is given up."""

import pytest

from counter import handovers
from inventory.models import Place
from tests.cast import Shop
from tests.counters import change

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


def test_a_count_that_is_given_up_hides_nothing_any_more(shop: Shop) -> None:
    sheet = change(shop)
    assert Place.objects.filter(counted_in=sheet.number).count() == 18
    with pytest.raises(handovers.HandoverOpen):
        change(shop)
    handovers.abandon(handover=sheet, reason="fire alarm", by=shop.lin)
    assert not Place.objects.exclude(counted_in="").exists()
    change(shop)
