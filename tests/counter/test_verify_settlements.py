"""What the books find when old gold and its money do not agree."""

from appraisal.models import Offer, TradeIn, TradeInState
from counter import (
    bills,
    old_gold,
    old_gold_books,
)
from counter.models import SaleLine
from inventory.ground import changes
from tests.conftest import unprotect
from tests.old_gold import Desk
from tests.old_gold_bills import (
    buy_back,
    cash,
    swapped,
)


def broken(desk: Desk) -> set[str]:
    """What the books say is wrong with old gold, without the figures in brackets."""
    return {each.what.split(" (")[0] for each in old_gold_books.verify(desk.shop.s01)}


def forge(offer: Offer, **columns: int) -> None:
    """Somebody changes an offer behind the system's back."""
    unprotect("default")
    Offer.objects.filter(pk=offer.pk).update(**columns)
    changes.protect()


def test_the_books_find_a_settlement_without_its_money(desk: Desk) -> None:
    _sale, trade_in = swapped(desk)
    assert broken(desk) == set()
    TradeIn.objects.filter(pk=trade_in.pk).update(state=TradeInState.ACCEPTED)
    assert broken(desk) == {"is settled without its payment, or the reverse"}


def test_the_books_find_a_bill_without_goods_that_buys_nothing(desk: Desk) -> None:
    sale, _trade_in = swapped(desk)
    SaleLine.objects.filter(sale=sale).update(sale=bills.begin(counter=desk.shop.a, by=desk.by))
    assert broken(desk) == {"has no lines and pays nothing out"}


def test_the_books_find_old_gold_paid_at_another_figure(desk: Desk) -> None:
    swapped(desk)
    offer = Offer.objects.get()
    forge(offer, pays_cents=offer.pays_cents - 1)
    assert broken(desk) == {"is not what was offered"}
    forge(offer, credit_cents=1, pays_cents=offer.pays_cents)
    assert broken(desk) == {"store credit is not the surplus of its offer"}


def test_the_books_find_a_payout_that_is_not_the_offers(desk: Desk) -> None:
    old_gold.buy_back(trade_in=buy_back(desk), tender=cash(), by=desk.by)
    assert broken(desk) == set()
    offer = Offer.objects.get()
    forge(offer, pays_cents=offer.pays_cents - 1)
    assert broken(desk) == {"is not what was offered", "is not what was to go out"}
