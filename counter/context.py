"""What every staff page shows around its content."""

from typing import Any, Final

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal import queries
from counter.showroom import switches
from inventory.ground import statements
from inventory.ground.house import house_name
from inventory.models import Store

OF_GOODS = ("/pieces/", "/transfers/", "/shipments/", "/stock/", "/supplies/")
# shifts, counts and the close of the day begin on the page of today
OF_TODAY = ("/today/", "/shifts/", "/handovers/", "/investigations/", "/day/")

# what stands in the strip only where it is done, both asked at once: it is asked on every page
ONLY_WHERE: Final = ("trade_ins", "orders")
DONE_HERE: Final = f"SELECT EXISTS ({queries.RULE_IN_FORCE}), EXISTS ({switches.WORKED})"


def staff(request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"house_name": house_name()}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return told
    tabs = [
        ("today", _("Today"), "see_board", OF_TODAY),
        ("sell_home", _("Sell"), "sell", ("/sell/", "/sales/", "/returns/")),
        ("pieces", _("Pieces"), "see_pieces", OF_GOODS),
        ("trade_ins", _("Trade-ins"), "see_trade_ins", ("/trade-ins/", "/scrap-bags/")),
        ("orders", _("Orders"), "see_orders", ("/orders/", "/guests/", "/dealers/", "/customers/")),
        ("tickets", _("Service"), "see_tickets", ("/tickets/",)),
        ("stocktakes", _("Stocktakes"), "see_stocktakes", ("/stocktakes/",)),
        ("cards", _("Cards"), "see_cards", ("/cards/",)),
        ("prices", _("Metal prices"), "see_board", ("/prices/",)),
        ("head_office", _house_tab(user), "see_reports", ("/head-office/",)),
    ]
    hidden = set(ONLY_WHERE) - _done_at(getattr(request, "store", None))
    told["nav"] = [
        {"url": reverse(name), "label": label, "current": request.path.startswith(begins)}
        for name, label, permission, begins in tabs
        if user.has_perm(permission) and name not in hidden
    ]
    return told


def _house_tab(user: User) -> str:
    """A manager reads the reports of the own store there, and keeps nothing for the house."""
    return _("Head office") if user.has_perm("keep_programs") else _("Reports")


def _done_at(store: Store | None) -> set[str]:
    """Which of `ONLY_WHERE` a store does (1 query)."""
    if store is None:
        return set()
    (done,) = statements.fetch(DONE_HERE, [*queries.old_gold_asked(store), *switches.asked(store)])
    return {name for name, is_done in zip(ONLY_WHERE, done, strict=True) if is_done}
