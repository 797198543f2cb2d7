from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.models.trade_ins import TradeIn
from inventory.models import Store, Written


class IdentityKind(models.TextChoices):
    CITIZEN = "citizen", _("resident identity card")
    PASSPORT = "passport", _("passport")
    PERMIT = "permit", _("residence or travel permit")


class Identity(models.Model):
    """Who sold old gold to the shop, or bought without any and had to be known. Encrypted at rest,
    masked on screen, every reveal logged.

    Deleted when its time is over; what stays is the masked number.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    trade_in = models.OneToOneField(TradeIn, models.PROTECT, null=True, related_name="identity")
    # of a customer who brought no old gold
    customer = models.ForeignKey(
        "counter.Customer", models.PROTECT, null=True, related_name="identities"
    )
    kind = models.CharField(max_length=8, choices=IdentityKind)
    masked = models.CharField(max_length=40)
    # an HMAC of kind and number: finds the same person without knowing the number
    blind_index = models.CharField(max_length=64, db_index=True)
    sealed = models.BinaryField(null=True)  # name, number, address, encrypted
    sealed_photo = models.BinaryField(null=True)
    valid_until = models.DateField()
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    keep_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_of_one",
                condition=Q(trade_in__isnull=False, customer__isnull=True)
                | Q(trade_in__isnull=True, customer__isnull=False),
            )
        ]


class IdentityReveal(Written):
    """Somebody looked at what is behind the mask, and said why."""

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="reveals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=120)
