"""What every staff page shows around its content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def staff(request: HttpRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"house_name": house_name()}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return told
    tabs = [
        ("today", _("Today"), "see_board", ("/today/",)),
        ("sell_home", _("Sell"), "sell", ("/sell/", "/sales/")),
        ("pieces", _("Pieces"), "see_pieces", ("/pieces/", "/transfers/")),
        ("cards", _("Cards"), "see_cards", ("/cards/",)),
        ("prices", _("Metal prices"), "see_board", ("/prices/",)),
    ]
    told["nav"] = [
        {"url": reverse(name), "label": label, "current": request.path.startswith(begins)}
        for name, label, permission, begins in tabs
        if user.has_perm(permission)
    ]
    return told


def house_name() -> str:
    """The brand, in the language of the page."""
    language = get_language() or "en"
    return settings.HOUSE_NAME.get(language, settings.HOUSE_NAME["en"])
