"""Shops that have traded, for whoever reads long lists of what was done."""

from tests import scrap_bags, sheets, shipments, stocktakes
from tests.cast import Shop
from tests.deposits import Owing
from tests.old_gold import open_desk
from tests.returns import open_return_desk
from tests.service_desk import open_service_desk
from tests.showroom import open_showroom


def something_of_everything(shop: Shop, times: int = 2) -> None:
    """Every kind of row that a program may read, so many times."""
    desk = open_desk(shop)
    service_desk = open_service_desk(shop)
    return_desk = open_return_desk(shop)
    showroom, owing = open_showroom(shop), Owing(shop)
    for each in range(times):
        scrap_bags.sealed(desk, f"F-{each}")
        service_desk.free_cleaning(service_desk.sold_ring())
        shop.sell(shop.piece(), shop.ring())
        return_desk.refund(return_desk.take(return_desk.sold(shop.ring())))
        shop.charm()
        showroom.placed()
        owing.take(1_000, piece=shop.charm())
        tray = shop.tray(f"B-0{each + 1}")
        stocktakes.published(
            shop, tray.code, missing=[shop.charm(place=tray), shop.ring(place=tray)]
        )
        shipments.send(shop, shop.charm(place=tray))
        sheets.signed(shop, lacking=[shop.ring()], short_cents=1_000)


def sales_and_sheets(shop: Shop) -> None:
    """Three of each in one store, and a piece in the other."""
    for _each in range(3):
        shop.piece()
        shop.sell(shop.charm())
        sheets.signed(shop)
    shop.piece(store=shop.s02)
