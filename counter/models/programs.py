"""Programs outside: what they pulled, where they want to be told, and what they were told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counter.models.people import ApiClient
from inventory.models import Store

USER = settings.AUTH_USER_MODEL


class Pull(models.Model):
    """Who pulled what and when: a row for each list or stocktake that a program read in a minute,
    with how often and how much."""

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="pulls")
    minute = models.DateTimeField()
    what = models.CharField(max_length=60)  # the address without its number, such as "sales"
    document = models.CharField(max_length=40, blank=True)  # the number of a stocktake
    status = models.SmallIntegerField()
    requests = models.IntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        ordering = ["-minute", "what", "document", "status"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "minute", "what", "document", "status"],
                name="pull_once_per_minute",
            ),
            models.CheckConstraint(name="pull_bounds", condition=Q(requests__gt=0, bytes__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.document}".strip()


class WebhookState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("webhook", "active")
    PAUSED = "paused", pgettext_lazy("webhook", "paused")
    GONE = "gone", _("said it is gone")  # it answered 410
    REMOVED = "removed", pgettext_lazy("webhook", "removed")


class Webhook(models.Model):
    """An address that wants to be told of some kinds of events, of some stores or of all."""

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    all_stores = models.BooleanField(default=False)  # also those that open later
    state = models.CharField(max_length=8, choices=WebhookState, default=WebhookState.ACTIVE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # nobody answered: it is left alone until then, so that it holds up no other
    rests_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # the last time something was taken

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class WebhookSecret(models.Model):
    """What messages to an endpoint are signed with; two while it is exchanged. Told once, and
    kept sealed, because signing needs it as it is."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="secrets")
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class WebhookCursor(models.Model):
    """Up to where the chain of a store was looked through for one endpoint."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="cursors")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "store"], name="webhook_cursor_once")
        ]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", pgettext_lazy("webhook", "delivered")
    DEAD = "dead", _("set aside")


class Delivery(models.Model):
    """One event on its way to one endpoint, until it was taken or set aside."""

    # the same over all tries: whoever receives it twice knows that it is one message
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    seq = models.BigIntegerField()  # of the link in the store's chain
    event = models.CharField(max_length=40)
    number = models.CharField(max_length=40)  # of the document
    at = models.DateTimeField()  # when it happened
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True)  # that the last try was answered with
    answer = models.CharField(max_length=200, blank=True)  # how it began, or why there was none

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["webhook", "due_at"],
                name="delivery_by_due",
                condition=Q(state="waiting"),
            ),
            # whether an earlier event of the same document still waits
            models.Index(
                fields=["webhook", "number", "seq"],
                name="delivery_by_document",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["webhook", "state", "-id"], name="delivery_newest"),
            models.Index(
                fields=["tried_at"],
                name="delivery_by_age",
                condition=Q(state="delivered"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "store", "seq"], name="delivery_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.number}"
