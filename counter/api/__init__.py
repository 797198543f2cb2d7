"""One API: the routers of the books with their authentication and their refusals."""

from appraisal.api import router as appraisal_router
from counter.api import deposits, handovers, payments, returns, sales, showroom
from counter.api.house import HouseApi
from inventory.api import router as inventory_router
from warranty.api import router as warranty_router
from warranty.ticket_api import router as ticket_router

api = HouseApi()
api.add_router("", inventory_router)
api.add_router("", warranty_router)
api.add_router("", ticket_router)
api.add_router("", appraisal_router)
api.add_router("", sales.router)
api.add_router("", payments.router)
api.add_router("", returns.router)
api.add_router("", deposits.router)
api.add_router("", handovers.router)
api.add_router("", showroom.router)
