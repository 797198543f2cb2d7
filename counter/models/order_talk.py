from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from counter.models.orders import NetworkOrder
from inventory.models import DrawnSignature, Written

USER = settings.AUTH_USER_MODEL


class OrderVersion(Written):
    """What was ordered, whole: the first as it was placed, every later one as it was proposed."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="versions")
    version = models.SmallIntegerField()
    content = models.JSONField()  # a wish in the shape of `wishes.Wish.as_content()`
    total_cents = models.BigIntegerField()
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["order", "version"]
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="order_version_once")
        ]


class ConsentHow(models.TextChoices):
    LINK = "link", _("by the private link")
    PROGRAM = "program", _("in the brand's shop")
    TABLET = "tablet", _("signed on the tablet")
    TELEPHONE = "telephone", _("read back by telephone")


class VersionAnswer(Written):
    """The customer's yes or no to one version, the first as well as a change."""

    version = models.OneToOneField(OrderVersion, models.PROTECT, related_name="answer")
    agreed = models.BooleanField()
    how = models.CharField(max_length=9, choices=ConsentHow)
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")


class OrderQuestion(Written):
    """Something the shop must know before it goes on; the order waits for the customer."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="questions")
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class OrderReply(Written):
    """What the customer said to a question, by the link or noted by a clerk."""

    question = models.OneToOneField(OrderQuestion, models.PROTECT, related_name="reply")
    text = models.CharField(max_length=200)
    how = models.CharField(max_length=9, choices=ConsentHow)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")


class OrderContact(Written):
    """沟通记录: somebody spoke with the customer about this order, or tried to."""

    order = models.ForeignKey(NetworkOrder, models.PROTECT, related_name="contacts")
    how = models.CharField(max_length=20)
    result = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
