from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.ground import access
from inventory.models import Approval, Store, Written

USER = settings.AUTH_USER_MODEL


class Role(models.TextChoices):
    CLERK = "clerk", _("clerk")
    CASHIER = "cashier", _("cashier")
    CHIEF = "chief", _("counter chief")
    MANAGER = "manager", _("store manager")
    SHOWROOM = "showroom", _("network-showroom clerk")
    HEAD = "head", _("head office")


class Clerk(models.Model):
    """Somebody who works here: one-to-one with Django's user, with a role, a store and a PIN."""

    user = models.OneToOneField(USER, models.CASCADE, related_name="clerk")
    role = models.CharField(max_length=10, choices=Role)
    store = models.ForeignKey(Store, models.PROTECT, related_name="clerks")
    pin = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["store", "pk"]

    def __str__(self) -> str:
        return self.user.first_name or self.user.username


class PinTry(models.Model):
    """Evidence: every PIN that was looked at, written before the answer and never rolled back."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="pin_tries")
    at = models.DateTimeField()
    right = models.BooleanField()
    purpose = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="pin_try_newest")]


class ApiClient(models.Model):
    """A program of head office or of a partner; its stores are those of its user."""

    user = models.OneToOneField(USER, models.PROTECT, related_name="api_client")
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def sees_all_stores(self) -> bool:
        return access.ALL_STORES in self.scopes


class ApiKey(models.Model):
    """One live secret of a client, kept as a hash; two may live at once while they are rotated."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class CustomerKind(models.TextChoices):
    CONSUMER = "consumer", _("customer")
    DEALER = "dealer", _("dealer")


class Customer(models.Model):
    """A file that belongs to the shop. The telephone number is shown masked."""

    phone = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60, blank=True)
    # VIP卡: which promises the pieces are sold under from now on; in the words of the plans
    level = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=8, choices=CustomerKind, default=CustomerKind.CONSUMER)
    # 跟单员: the one person who follows all orders of this customer, and who stands in
    account_clerk = models.ForeignKey(USER, models.PROTECT, null=True, related_name="accounts")
    deputy = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=30, blank=True)
    habits = models.CharField(max_length=200, blank=True)  # what is liked where they live
    notes = models.CharField(max_length=300, blank=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="customer_deputy_is_another",
                condition=Q(deputy__isnull=True) | ~Q(deputy=models.F("account_clerk")),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.masked_phone

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}"


class LevelChange(Written):
    """VIP卡: a customer became a member of another level, or of none; at the counter with a second
    person's yes, at head office without."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="level_changes")
    old = models.CharField(max_length=12, blank=True)
    new = models.CharField(max_length=12, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="level_change_changes", condition=~Q(old=models.F("new")))
        ]


class AccountClerkChange(Written):
    """跟单员变更: from whom to whom a customer's orders went, and why; the history stays."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="clerk_changes")
    old = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    new = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    deputy = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
