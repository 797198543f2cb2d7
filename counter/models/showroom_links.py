import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from counter.models.orders import NetworkOrder
from counter.models.people import Customer
from inventory.models import Store, Written

USER = settings.AUTH_USER_MODEL


class ShowroomLink(Written):
    """邀请: the personal link that leads one customer into the network showroom. Its secret is told
    once, in the message to the customer, and kept as a hash."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="showroom_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"link {self.pk}"


class ShowroomLinkEnd(Written):
    """From this moment on a link leads nowhere, and whoever came by it is signed out."""

    link = models.OneToOneField(ShowroomLink, models.PROTECT, related_name="end")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")


class ShowroomCode(models.Model):
    """Six digits for one entry by a link. Evidence: each try is counted before it is answered."""

    link = models.ForeignKey(ShowroomLink, models.PROTECT, related_name="codes")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["link", "-made_at"], name="showroom_code_newest")]


class ShowroomDraft(models.Model):
    """What a customer has begun to order and not sent: it outlives the session. A draft becomes an
    order once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="drafts")
    name = models.CharField(max_length=40, blank=True)
    # as `wishes.Wish.as_content()` gives it; without lines nothing is ordered yet
    content = models.JSONField(default=dict)
    edition = models.IntegerField(default=1)  # one more with each change
    sent_at = models.DateTimeField(null=True)
    order = models.OneToOneField(NetworkOrder, models.PROTECT, null=True, related_name="draft")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "name"],
                condition=Q(sent_at__isnull=True),
                name="showroom_draft_open_once",
            ),
            models.CheckConstraint(
                name="showroom_draft_sent_whole",
                condition=Q(order__isnull=True, sent_at__isnull=True) | Q(sent_at__isnull=False),
            ),
        ]
