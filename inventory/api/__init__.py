"""The API's part of the book of pieces."""

from ninja import Router

from inventory.api import changes, pieces, places, prices, stocktakes, transfers

router = Router()
router.add_router("", places.router)
router.add_router("", pieces.router)
router.add_router("", prices.router)
router.add_router("", transfers.router)
router.add_router("", stocktakes.router)
router.add_router("", changes.router)
