from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models import Category, Piece, Pricing, Store, Written


class HandOut(models.TextChoices):
    PRINTED = "printed", _("printed card")
    RECEIPT = "receipt", _("number and QR on the receipt")
    NOTHING = "nothing", _("nothing")


class Plan(models.Model):
    """Dated terms; a card keeps the row it was sold under. Empty columns mean any."""

    code = models.CharField(max_length=20)
    version = models.SmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    metal = models.CharField(max_length=2, choices=Metal, blank=True)
    category = models.CharField(max_length=10, choices=Category, blank=True)
    pricing = models.CharField(max_length=6, choices=Pricing, blank=True)
    with_main_stone = models.BooleanField(null=True, blank=True)
    hand_out = models.CharField(max_length=8, choices=HandOut, default=HandOut.PRINTED)
    # the more exact plan wins
    precedence = models.SmallIntegerField(default=0)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="plan_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class BenefitKind(models.TextChoices):
    CARE = "care", _("cleaning, repair and polish")
    RESIZE = "resize", _("resizing")
    INSPECTION = "inspection", _("prong inspection")
    REWEIGH = "reweigh", _("re-weighing and appraisal")
    TRADE_IN = "trade_in", _("trade-in")
    EXCHANGE = "exchange", _("exchange")


class PlanBenefit(models.Model):
    """One promise of a plan: until when, how often, in which words."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="benefits")
    kind = models.CharField(max_length=12, choices=BenefitKind)
    position = models.SmallIntegerField()
    months = models.SmallIntegerField(null=True, blank=True)  # empty: for life
    days = models.SmallIntegerField(null=True, blank=True)  # instead of months
    uses = models.SmallIntegerField(null=True, blank=True)  # empty: as often as you like
    every_months = models.SmallIntegerField(null=True, blank=True)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    terms_zh = models.CharField(max_length=160, blank=True)
    terms_en = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["plan", "position"]

    @property
    def title(self) -> str:
        return self.title_zh if _chinese() else self.title_en

    @property
    def terms(self) -> str:
        return self.terms_zh if _chinese() else self.terms_en


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


class CardState(models.TextChoices):
    VALID = "valid", _("valid")
    LOST = "lost", _("reported lost")
    REPLACED = "replaced", _("replaced")
    VOID = "void", _("void")
    CLOSED = "closed", _("closed")


class Card(Written):
    """保修卡: the promises about one sold piece. A printed paper is only a picture of this row."""

    append_only = False
    chain_exempt = frozenset({"state", "hides_purchase"})

    number = models.CharField(max_length=20, unique=True)
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="cards")
    sale_line = models.OneToOneField("counter.SaleLine", models.PROTECT, related_name="card")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="cards")
    store = models.ForeignKey(Store, models.PROTECT, related_name="cards")
    issued_on = models.DateField()
    state = models.CharField(max_length=8, choices=CardState, default=CardState.VALID)
    # the owner may hide day and store from the public page
    hides_purchase = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["store", "issued_on"], name="card_by_store")]
        constraints = [
            models.UniqueConstraint(
                fields=["piece"],
                condition=Q(state=CardState.VALID),
                name="card_one_valid_per_piece",
            )
        ]

    def __str__(self) -> str:
        return self.number


class CardEvent(Written):
    """A card that stopped being valid or came back: who, when, why."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="events")
    old = models.CharField(max_length=8, choices=CardState)
    new = models.CharField(max_length=8, choices=CardState)
    why = models.CharField(max_length=120, blank=True)


class EntryKind(models.TextChoices):
    GRANT = "grant", _("granted")
    USE = "use", _("used")
    REVERSE = "reverse", _("reversed")


class BenefitEntry(Written):
    """The ledger of a card's benefits; what is left is a sum of these rows."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="entries")
    benefit = models.ForeignKey(PlanBenefit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=EntryKind)
    uses = models.SmallIntegerField(null=True)  # granted without limit: empty
    valid_until = models.DateField(null=True)
    next_due = models.DateField(null=True)


class CardScan(models.Model):
    """How often a card was looked up on a day. No address, no person."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="scans")
    day = models.DateField()
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "day"], name="card_scan_once_a_day")]


class CardPrint(models.Model):
    """Each time a card went to paper; the second time on is a reprint."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="prints")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
