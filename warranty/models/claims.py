from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models import Piece, Store, Written
from warranty.models.cards import Card
from warranty.models.tickets import Ticket

USER = settings.AUTH_USER_MODEL


class Fault(models.TextChoices):
    """Why a piece comes back: trade.md 4.3."""

    FINENESS = "fineness", _("fineness")
    WEIGHT = "weight", _("weighs less than its label")
    CRACK = "crack", _("crack or sand hole")
    PLATING = "plating", _("plating")
    CLASP = "clasp", _("clasp")
    STONE = "stone", _("stone loose or lost")
    WRONG_SIZE = "wrong_size", _("wrong size")
    WRONG_STYLE = "wrong_style", _("wrong style")
    NOT_AS_ORDERED = "not_as_ordered", _("not as described or ordered")
    CHANGED_MIND = "changed_mind", _("changed mind")
    GIFT_REFUSED = "gift_refused", _("gift refused")
    PRICE_FELL = "price_fell", _("the price fell")
    LATE = "late", _("late delivery")
    TRANSPORT = "transport", _("damaged in transport")
    PROMISE = "promise", _("a promise was not kept")
    GOODWILL = "goodwill", _("goodwill of the house")


QUALITY = frozenset(
    {Fault.FINENESS, Fault.WEIGHT, Fault.CRACK, Fault.PLATING, Fault.CLASP, Fault.STONE}
)


class Cause(models.TextChoices):
    """What the inspection found."""

    MAKING = "making", _("fault of making")
    MATERIAL = "material", _("fault of material")
    WEAR = "wear", _("wear")
    DAMAGE = "damage", _("damage")
    FOREIGN_WORK = "foreign_work", _("somebody else's work")
    UNCLEAR = "unclear", _("not clear")


class Outcome(models.TextChoices):
    REPAIR = "repair", _("repair")
    EXCHANGE = "exchange", _("exchange")
    REFUND = "refund", _("money back")
    REFUSED = "refused", _("refused")


class Claim(Written):
    """A fault that was reported and what the shop decided; statistics by style and supplier come
    from these rows."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="claims")
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="claims")
    card = models.ForeignKey(Card, models.PROTECT, null=True, related_name="claims")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="claims")
    document = models.CharField(max_length=24, blank=True)  # the return, when there is one
    fault = models.CharField(max_length=14, choices=Fault)
    words = models.CharField(max_length=200, blank=True)  # the customer's own
    cause = models.CharField(max_length=12, choices=Cause)
    outcome = models.CharField(max_length=8, choices=Outcome)
    is_goodwill = models.BooleanField(default=False)
    goodwill_cents = models.BigIntegerField(default=0)  # what the house bears
    reason = models.CharField(max_length=200, blank=True)  # of a refusal, as it was told
    business_day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["store", "business_day"], name="claim_by_day")]
