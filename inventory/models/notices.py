import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.models.places import Store


class NoticeState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", pgettext_lazy("notice", "sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("given up")


# what leads into a customer's own pages: read by nobody here, and forgotten when it is sent
SECRET_NOTICES = frozenset({"showroom_link", "showroom_code"})


class Notice(models.Model):
    """A message to somebody outside, from the moment it is due until it was handed on or given up.
    The rule that causes it writes it in its own transaction; sending comes after."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey(Store, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20)  # ready, care_due, quote …
    document = models.CharField(max_length=40)
    address = models.CharField(max_length=60)  # telephone number as it was when it was written
    text = models.CharField(max_length=500)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=8, choices=NoticeState, default=NoticeState.WAITING)
    tries = models.SmallIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True)  # why the last try failed
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "due_at"], name="notice_by_due")]
        constraints = [
            # the same message about the same document goes out once
            models.UniqueConstraint(
                fields=["kind", "document", "address"], name="notice_once_per_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}"

    @property
    def is_secret(self) -> bool:
        return self.kind in SECRET_NOTICES
