from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from counter.models.handovers import Handover
from counter.models.sales import Tender
from inventory.models import Place, Store, Written

USER = settings.AUTH_USER_MODEL


class DayState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class DayClose(models.Model):
    """日结: one business day of a store. Its row begins with the first explanation; at closing the
    report is frozen, and one link of the chain covers it with the counters and the deposit."""

    chain_parts = ("counters",)

    store = models.ForeignKey(Store, models.PROTECT, related_name="days")
    business_day = models.DateField()
    state = models.CharField(max_length=6, choices=DayState, default=DayState.OPEN)
    report = models.JSONField(default=dict)  # the figures of the day as they were closed
    deposit_expected_cents = models.BigIntegerField(default=0)  # cash taken by the signed sheets
    deposited_cents = models.BigIntegerField(null=True)
    deposit_reason = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    change = models.OneToOneField(
        "inventory.Change", models.PROTECT, null=True, related_name="counter_dayclose"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "business_day"], name="day_once_per_store"),
            models.CheckConstraint(
                name="day_closed_whole",
                condition=Q(
                    state=DayState.CLOSED,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    deposited_cents__gte=0,
                    change__isnull=False,
                )
                | Q(state=DayState.OPEN, closed_at__isnull=True, change__isnull=True),
            ),
            models.CheckConstraint(
                name="day_deposit_explained",
                condition=Q(deposited_cents__isnull=True)
                | Q(deposited_cents=models.F("deposit_expected_cents"))
                | ~Q(deposit_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_day}"

    @property
    def is_closed(self) -> bool:
        return self.state == DayState.CLOSED


class DayCounter(models.Model):
    """One counter of a day: handed over by a signed sheet, or explained by the manager."""

    day = models.ForeignKey(DayClose, models.CASCADE, related_name="counters")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, related_name="+")
    explanation = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "counter"]
        constraints = [
            models.UniqueConstraint(fields=["day", "counter"], name="day_counter_once"),
            models.CheckConstraint(
                name="day_counter_answered",
                condition=Q(handover__isnull=False)
                | ~Q(explanation="") & Q(by__isnull=False, at__isnull=False),
            ),
        ]


class DayFileLayout(models.Model):
    """How the day file of a wallet or an acquirer is written; a row, so that a new bank needs no
    code. Several headings or words of one meaning stand in one field, the preferred one first,
    divided by a bar: 订单金额|总金额."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=30)
    name_en = models.CharField(max_length=40)
    # none: the file holds payments of several tenders
    tender = models.ForeignKey(Tender, models.PROTECT, null=True, blank=True, related_name="+")
    encodings = models.CharField(max_length=60, default="utf-8|gb18030")
    prefix = models.CharField(max_length=2, blank=True)  # before every cell, not part of it
    comment = models.CharField(max_length=4, blank=True)  # lines that begin so say nothing
    summary = models.CharField(max_length=60, blank=True)  # what follows such a line are sums
    number_headings = models.CharField(max_length=120)
    provider_headings = models.CharField(max_length=120, blank=True)
    refund_number_headings = models.CharField(max_length=120, blank=True)
    amount_headings = models.CharField(max_length=120)
    # empty: refunds stand in the column of the amounts, with or without a minus sign
    refund_headings = models.CharField(max_length=120, blank=True)
    date_headings = models.CharField(max_length=120, blank=True)  # where day and time are apart
    time_headings = models.CharField(max_length=120)
    kind_headings = models.CharField(max_length=120)
    paid_words = models.CharField(max_length=200)
    refund_words = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class DayFile(Written):
    """A day file that was brought in, with its lines. The file itself is not kept: its other
    columns may hold card numbers."""

    chain_parts = ("lines",)

    store = models.ForeignKey(Store, models.PROTECT, related_name="day_files")
    layout = models.ForeignKey(DayFileLayout, models.PROTECT, related_name="files")
    business_day = models.DateField()  # the day it was brought in for
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField()  # in the file; those that an earlier file held have no line here

    class Meta:
        indexes = [models.Index(fields=["store", "business_day"], name="day_file_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["store", "sha256"], name="day_file_once_per_store")
        ]

    def __str__(self) -> str:
        return self.name


class LineKind(models.TextChoices):
    PAID = "paid", _("paid")
    REFUND = "refund", _("refund")


class DayFileLine(models.Model):
    """One payment or refund as the wallet or the acquirer has it; covered by its file's link."""

    append_only: ClassVar[bool] = True
    # the file whose digest covers this line has no key yet when the digest is made
    chain_exempt = frozenset({"file_id"})

    file = models.ForeignKey(DayFile, models.PROTECT, related_name="lines")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    row = models.IntegerField()  # as a spreadsheet counts it
    kind = models.CharField(max_length=6, choices=LineKind)
    number = models.CharField(max_length=64)  # 商户订单号
    provider_number = models.CharField(max_length=64, blank=True)  # what the customer's bill shows
    refund_number = models.CharField(max_length=64, blank=True)
    amount_cents = models.BigIntegerField()  # below zero for a refund
    at = models.DateTimeField()
    business_day = models.DateField()

    class Meta:
        ordering = ["file", "row"]
        indexes = [
            models.Index(fields=["store", "business_day"], name="file_line_by_day"),
            models.Index(fields=["store", "provider_number"], name="file_line_by_provider"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number", "kind", "refund_number"], name="file_line_once"
            ),
            models.CheckConstraint(
                name="file_line_signed",
                condition=Q(kind=LineKind.PAID, amount_cents__gt=0)
                | Q(kind=LineKind.REFUND, amount_cents__lt=0),
            ),
        ]
