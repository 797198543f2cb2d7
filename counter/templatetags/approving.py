"""For the form in which a second person agrees: {% load approving %}."""

from typing import Any

from django import template

from counter import approving as approved
from counter import clerks
from counter.models import Clerk
from inventory.ground.approvals import Ask

register = template.Library()

register.filter("sealed", approved.seal)


@register.simple_tag(takes_context=True)
def approvers(context: dict[str, Any], ask: Ask) -> list[Clerk]:
    """The people of the document's store who may agree, without the one who asks."""
    return clerks.who_may(ask.permission, store=ask.store, but=context["request"].user)
