from django.conf import settings
from django.db import models
from django.db.models import Q

from inventory.models import Place, Store, Written

USER = settings.AUTH_USER_MODEL


class Shift(Written):
    """A stretch of work at one counter; its sales and payments belong to it. Not a day."""

    append_only = False
    chain_exempt = frozenset({"closed_at", "closed_by_id", "set_aside_at", "counted"})

    counter = models.ForeignKey(Place, models.PROTECT, related_name="shifts")
    store = models.ForeignKey(Store, models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # False: opened in one tap with the book's figures; a signed sheet makes it True
    counted = models.BooleanField(default=False)
    # left open overnight: another shift sells, this one still answers for its goods
    set_aside_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(closed_at__isnull=True, set_aside_at__isnull=True),
                name="shift_one_open",
            ),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(closed_at__isnull=True, set_aside_at__isnull=False),
                name="shift_one_set_aside",
            ),
        ]
