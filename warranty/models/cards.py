from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models import Piece, Store, Written
from warranty.models.plans import Plan, PlanBenefit


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
    chain_later: ClassVar[Mapping[str, object]] = {"replaces_id": None}

    number = models.CharField(max_length=20, unique=True)
    piece = models.ForeignKey(Piece, models.PROTECT, related_name="cards")
    # more than one when a card was lost and replaced
    sale_line = models.ForeignKey("counter.SaleLine", models.PROTECT, related_name="cards")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
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
            ),
            models.UniqueConstraint(
                fields=["sale_line"],
                condition=Q(replaces__isnull=True),
                name="card_one_first_per_line",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CardEvent(Written):
    """A card that stopped being valid or came back: who, when, why."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="events")
    old = models.CharField(max_length=8, choices=CardState)
    new = models.CharField(max_length=8, choices=CardState)
    why = models.CharField(max_length=120, blank=True)


class CardOwner(Written):
    """转赠: who has the card now; the newest row holds. Without one it is the customer of the
    sale. Never shown on the public page."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="owners")
    customer = models.ForeignKey("counter.Customer", models.PROTECT, related_name="owned_cards")
    why = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]


class EntryKind(models.TextChoices):
    GRANT = "grant", _("granted")
    USE = "use", _("used")
    REVERSE = "reverse", _("reversed")


class BenefitEntry(Written):
    """The ledger of a card's benefits; what is left is a sum of these rows."""

    chain_later: ClassVar[Mapping[str, object]] = {
        "job_id": None,
        "reverses_id": None,
        "nth": None,
        "store_id": None,
        "on": None,
    }

    card = models.ForeignKey(Card, models.PROTECT, related_name="entries")
    benefit = models.ForeignKey(PlanBenefit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=EntryKind)
    uses = models.SmallIntegerField(null=True)  # granted without limit: empty
    valid_until = models.DateField(null=True)
    next_due = models.DateField(null=True)
    # of a use: which use of this benefit it is, reversed ones counted too, so that two stores that
    # write the same one at once collide; where, on which business day, for which job
    nth = models.SmallIntegerField(null=True)
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    on = models.DateField(null=True)
    job = models.ForeignKey(
        "warranty.TicketJob", models.PROTECT, null=True, related_name="benefit_entries"
    )
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["card", "benefit", "nth"],
                condition=Q(kind=EntryKind.USE),
                name="benefit_nth_use_once",
            ),
        ]


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
