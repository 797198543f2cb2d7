from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from inventory.models.places import Store


class LedgerHead(models.Model):
    """The newest link of a store's chain; who holds this row's lock may write the next ones."""

    store = models.OneToOneField(Store, models.PROTECT, related_name="ledger_head")
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    # up to here the chain has been verified; `verify_books` goes on from there
    sealed_seq = models.BigIntegerField(default=0)
    sealed_hash = models.CharField(max_length=64, blank=True)
    # set when the books do not agree: writing stops for this store alone
    broken = models.TextField(blank=True)


class Change(models.Model):
    """One link: audit, hash chain, feed and outbox at once (`ground/changes.py`)."""

    append_only: ClassVar[bool] = True

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.CharField(max_length=40)
    piece = models.ForeignKey("inventory.Piece", models.PROTECT, null=True, related_name="changes")
    digest = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["store", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["store", "seq"], name="change_seq_once_per_store")
        ]

    def __str__(self) -> str:
        return f"{self.store_id}:{self.seq} {self.kind}"


class Written(models.Model):
    """A row that is written once, together with the `Change` whose digest covers it."""

    # guarded by triggers in the database against UPDATE and DELETE
    append_only: ClassVar[bool] = True
    # columns that may change later and are therefore outside the digest
    chain_exempt: ClassVar[frozenset[str]] = frozenset()
    # related rows that belong to this one and are covered by the same digest
    chain_parts: ClassVar[tuple[str, ...]] = ()
    # columns and parts that came with a later release, with what they are in every row from before
    # it: at this value they stay outside the digest, so that the books of that time still agree
    chain_later: ClassVar[Mapping[str, object]] = {}
    # of these, the columns that one release wrote into the digest at any value
    chain_spelled_out: ClassVar[frozenset[str]] = frozenset()

    change = models.OneToOneField(Change, models.PROTECT, related_name="%(app_label)s_%(class)s")

    class Meta:
        abstract = True


class DocumentCounter(models.Model):
    """The last number given to a kind of document in a store on a business day."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=1)
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "day"], name="document_counter_once")
        ]


class RequestKey(models.Model):
    """A keyed POST that was answered, kept for ever with its answer (`ground/keys.py`)."""

    principal = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    status = models.IntegerField(default=0)
    location = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="request_key_once")
        ]


class Approval(Written):
    """A second person's yes to one act on one document with these figures; used once."""

    append_only = False  # spent_at is set when the rule uses it
    chain_exempt = frozenset({"spent_at"})

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    action = models.CharField(max_length=40)
    document = models.CharField(max_length=40)
    figures = models.CharField(max_length=64)
    summary = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["document", "action"], name="approval_by_document")]
        constraints = [
            models.CheckConstraint(
                name="approval_by_another", condition=~Q(approved_by=models.F("asked_by"))
            )
        ]


class StoreSetting(Written):
    """A dated value of one setting of one store (`ground/settings_rows.py`)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="settings")
    key = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["store", "key", "valid_from"], name="setting_by_key")]
