"""An order in the words of its board."""

from datetime import timedelta

from django import template
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from counter import order_steps
from counter.models import OrderLine
from counter.order_steps import NextAct
from counter.showroom.queries import BoardOrder
from inventory.ground import measures, nobody
from inventory.templatetags.pieces import STONES

register = template.Library()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@register.filter
def metal_of(line: OrderLine) -> str:
    """18K金, Pt950."""
    return measures.grade_name(line.metal, line.grade)


@register.filter
def wishes_of(line: OrderLine) -> str:
    """What was chosen beside style and metal; stamp and engraving are two things."""
    told = [line.size_spec, line.finish]
    if line.ring_size:
        told.append(_("size %s") % line.ring_size)
    if line.stone_mct:
        grades = (line.stone_color, line.stone_clarity, line.stone_cut)
        kind = str(STONES.get(line.stone_kind, line.stone_kind))
        stone = [measures.carats(line.stone_mct), kind, *grades]
        told.append(" ".join(each for each in stone if each))
    if line.mark:
        told.append(_("stamp %s") % line.mark)
    if line.engraving:
        told.append(_("engraving %s") % line.engraving)
    return " · ".join(each for each in told if each)


@register.filter
def pace(row: BoardOrder) -> str:
    """How long it is in this state, beside how long it may be: 26 / 24 hours."""
    allowed = row.allowed or timedelta()
    unit, words = (DAY, _("days")) if max(row.since, allowed) >= 3 * DAY else (HOUR, _("hours"))
    since = f"{row.since // unit}"
    return f"{since} / {allowed // unit} {words}" if row.allowed else f"{since} {words}"


@register.filter
def next_act(row: BoardOrder) -> NextAct | None:
    return order_steps.next_act(row.order, waits=row.waits)


@register.filter
def who(user: User) -> str:
    """A person by name, the customer, or the system."""
    if nobody.is_customer(user):
        return _("customer")
    return user.first_name or _("system")
