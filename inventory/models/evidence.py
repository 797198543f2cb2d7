import uuid

from django.conf import settings
from django.db import models

from inventory.models.ledger import Written
from inventory.models.places import Store


class Photo(Written):
    """A picture taken at the counter, kept in three sizes; the row proves when and which."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)  # of the largest size as it is kept
    width = models.IntegerField()
    height = models.IntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


class DrawnSignature(Written):
    """A customer's signature under the exact text that was shown, drawn or given on paper."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    document = models.CharField(max_length=40)
    point = models.CharField(max_length=20)  # to what: consent, offer, return …
    text = models.TextField()
    language = models.CharField(max_length=10)
    # strokes on a pad of 1,000 by 400: [[x, y, x, y, …], …]; empty: signed on the printed paper
    strokes = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["document"], name="drawn_by_document")]
