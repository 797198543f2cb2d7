"""Stocktakes for head office's programs, and reads from whatever counts: a scanner, an RFID gate.

Who counts blind is told nothing that the books expect; head office's own programs may look.
"""

from ninja import Router

from inventory.api.stocktakes import exports, headers, lines, reads

router = Router()
router.add_router("", headers.router)
router.add_router("", lines.router)
router.add_router("", exports.router)
router.add_router("", reads.router)
