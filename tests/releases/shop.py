"""What a recorded shop has done: sold, taken old gold, voided, handed over."""

from counter.models import CountItem, ItemKind
from tests import sheets
from tests.cast import open_shop
from tests.old_gold import open_desk
from tests.old_gold_bills import swapped, void


def trade() -> None:
    """A sale of two pieces, old gold that paid and one that was taken back, and a signed sheet with
    keys on it."""
    shop = open_shop()
    CountItem.objects.create(store=shop.s01, kind=ItemKind.KEY, name="柜台钥匙", expected=3)
    shop.sell(shop.ring(), shop.piece())
    desk = open_desk(shop)
    swapped(desk)
    void(desk, swapped(desk)[0])
    sheets.signed(shop)
