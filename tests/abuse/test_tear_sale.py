"""A sale is whole or not at all, wherever it breaks off."""

from itertools import count

import pytest
from django.db import OperationalError

from counter import payments, sales
from counter.books import verify
from counter.models import Payment, Sale, SaleState
from inventory.models import Change, Piece, State
from tests.cast import Shop
from tests.counter.test_refuse_count import killed_at
from warranty.models import Card


def remains(sale: Sale) -> tuple[object, ...]:
    """All that a torn sale could leave."""
    fresh = Sale.objects.get(pk=sale.pk)
    states = set(Piece.objects.filter(sale_lines__sale=sale).values_list("state", flat=True))
    return (
        fresh.state, fresh.number, states, Payment.objects.count(), Card.objects.count(),
        Change.objects.count(),
    )  # fmt: skip


def test_a_sale_that_breaks_off_anywhere_leaves_nothing(trading_shop: Shop) -> None:
    """With real commits: what one statement has left behind is seen by everybody."""
    shop = trading_shop
    sale = shop.bill(shop.charm(), shop.charm())
    shop.pay(sale)
    before = remains(sale)
    assert before[:3] == (SaleState.OPEN, None, {State.HELD})
    for statement in count():
        try:
            with killed_at(statement):
                sales.complete(sale=sale, shown_cents=19_600, by=shop.lin)
        except OperationalError:
            assert remains(sale) == before, f"torn at statement {statement}"
        else:
            break
    assert statement > 15, "a sale writes more than this"
    assert remains(sale)[0] == SaleState.COMPLETED
    assert list(verify(shop.s01, full=True)) == []


@pytest.mark.parametrize("short_cents", [1, 9_800])
def test_a_sale_that_is_refused_at_its_last_step_leaves_nothing(
    shop: Shop, short_cents: int
) -> None:
    sale = shop.bill(shop.charm(), shop.charm())
    shop.pay(sale, cents=19_600 - short_cents)
    before = remains(sale)
    with pytest.raises(payments.PaymentShort):
        sales.complete(sale=sale, shown_cents=19_600, by=shop.lin)
    assert remains(sale) == before
