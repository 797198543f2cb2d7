"""How templates show a piece: {% load pieces %}."""

from datetime import datetime

from django import template
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory import counted, papers
from inventory.models import Place, State, Stone

register = template.Library()

register.filter("size", papers.size_text)
register.filter("being_counted", counted.words)

# a state is an icon and a word; the ground behind them only repeats it
ICONS: dict[str, str] = {
    State.RECEIVED: "inbox-arrow-down",
    State.ON_SALE: "check-circle",
    State.HELD: "clock",
    State.SOLD: "shopping-bag",
    State.RETURNED: "arrow-uturn-left",
    State.IN_SERVICE: "wrench-screwdriver",
    State.IN_TRANSIT: "truck",
    State.MISSING: "exclamation-triangle",
    State.WRITTEN_OFF: "archive-box-x-mark",
}
GROUNDS: dict[str, str] = {
    State.ON_SALE: "ok",
    State.HELD: "warn",
    State.RETURNED: "warn",
    State.MISSING: "bad",
}
# what lists of pieces call their stones; other stones keep the word of the list
STONES: dict[str, str | Promise] = {"diamond": _("diamond")}


@register.filter
def state_icon(state: str) -> str:
    return ICONS[state]


@register.filter
def state_ground(state: str) -> str:
    return GROUNDS.get(state, "")


@register.filter
def stone(row: Stone) -> str:
    """A stone with its kind: "diamond 0.30 ct · D · VS2 · EX"."""
    return f"{STONES.get(row.kind, row.kind)} {papers.stone_text(row)}"


@register.filter
def told_to(place: Place | None, user: User) -> str:
    """Where one piece is, for somebody who may be counting there; a dash where it is nowhere.
    Pass the place with `parent`."""
    if place is None:
        return "—"
    return counted.words(place) if place.is_counted and counted.is_blind(user) else str(place)


@register.filter
def who(user: User) -> str:
    """How a person is called in the shop."""
    return user.first_name or user.username


@register.filter
def moment(at: datetime) -> str:
    """Shop time, with the year when it is not this one."""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localtime().year
    return date_format(local, "m-d H:i" if this_year else "Y-m-d H:i")
