from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counter.models.people import Customer
from counter.models.sales import Sale
from inventory.models import Store, Written

USER = settings.AUTH_USER_MODEL


class CreditReason(models.TextChoices):
    SURPLUS = "surplus", _("old gold was worth more")
    SPENT = "spent", _("spent on a bill")
    PAID_OUT = "paid_out", _("paid out in money")
    GIVEN_BACK = "given_back", _("the bill was taken back")
    RETURNED = "returned", _("a piece was returned")
    SERVICE = "service", _("more was paid than the work came to")
    DEPOSIT = "deposit", _("what is left of a deposit")


class CreditEntry(Written):
    """换货余额: store credit of a customer, the sum of these rows. It is never sold in advance."""

    chain_later: ClassVar[Mapping[str, object]] = {"ticket_id": None, "deposit_id": None}

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit")
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=10, choices=CreditReason)
    trade_in = models.ForeignKey(
        "appraisal.TradeIn", models.PROTECT, null=True, related_name="credit"
    )
    # what was paid on account of work that was not done
    ticket = models.ForeignKey("warranty.Ticket", models.PROTECT, null=True, related_name="credit")
    # what of a deposit bought nothing
    deposit = models.ForeignKey("counter.Deposit", models.PROTECT, null=True, related_name="credit")
    sale = models.ForeignKey(Sale, models.PROTECT, null=True, related_name="credit")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="credit_not_zero", condition=~Q(cents=0)),
        ]


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    REPORTED = "reported", _("reported")
    EXPLAINED = "explained", _("needs no report")


class CashCase(Written):
    """Cash of one customer on one business day over all stores that reached the limit, or stayed
    just below it. Nobody at a counter sees this row."""

    append_only = False
    chain_exempt = frozenset(
        {"state", "in_cents", "out_cents", "closed_at", "closed_by_id", "note", "is_hint"}
    )

    store = models.ForeignKey(Store, models.PROTECT, related_name="cash_cases")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cash_cases")
    business_day = models.DateField()
    in_cents = models.BigIntegerField()
    out_cents = models.BigIntegerField()
    is_hint = models.BooleanField(default=False)  # just below the limit
    due_on = models.DateField()
    state = models.CharField(max_length=9, choices=CaseState, default=CaseState.OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "business_day"], name="cash_case_once_a_day"
            )
        ]


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a Saturday that is worked."""

    day = models.DateField(unique=True)
    is_worked = models.BooleanField()
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["day"]
