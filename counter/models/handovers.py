from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from counter.models.sales import Tender
from counter.models.shifts import Shift
from inventory.ground.measures import Metal, MetalClass, class_of
from inventory.models import Approval, CountDepth, Piece, Place, Store, Written

USER = settings.AUTH_USER_MODEL


class HandoverKind(models.TextChoices):
    CHANGE = "change", _("change of shift")
    CLOSE = "close", _("closing")
    OPEN = "open", _("opening")
    SPOT = "spot", _("spot count")  # one tray, nobody's shift ends


class HandoverState(models.TextChoices):
    COUNTING = "counting", _("counting")
    DIFFERING = "differing", _("differing")
    AGREED = "agreed", _("agreed")
    SIGNED = "signed", _("signed")
    ABANDONED = "abandoned", _("abandoned")


OPEN_STATES = [HandoverState.COUNTING, HandoverState.DIFFERING, HandoverState.AGREED]


class Handover(models.Model):
    """库存交接表: goods, money and keys of one counter, counted blind and signed by two people."""

    chain_parts = ("trays", "items", "money")

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="handovers")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="handovers")
    kind = models.CharField(max_length=8, choices=HandoverKind)
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.COUNTING)
    # whose shift answers for what is missing; none where a closed counter is opened
    shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="handovers")
    # the shift that begins with the counted figures
    next_shift = models.ForeignKey(Shift, models.PROTECT, null=True, related_name="opened_with")
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="next_sheets")
    business_day = models.DateField()
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    # 交班人 and 接班人; at closing and opening one of the two is the witness
    outgoing = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    incoming = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=200, blank=True)  # condition, open tasks
    abandoned_reason = models.CharField(max_length=120, blank=True)
    # the first of the two PINs; it holds only while the figures stay what they were
    first_signed_as = models.CharField(max_length=8, blank=True)
    first_signed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    first_signed_at = models.DateTimeField(null=True)
    first_reason = models.CharField(max_length=120, blank=True)
    first_figures = models.CharField(max_length=64, blank=True)
    # the store's chain as it stood at the signature: nothing before it can be changed unseen
    sealed_seq = models.BigIntegerField(null=True)
    sealed_hash = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    change = models.OneToOneField(
        "inventory.Change", models.PROTECT, null=True, related_name="counter_handover"
    )

    class Meta:
        indexes = [
            models.Index(fields=["counter", "-sealed_seq"], name="handover_newest"),
            models.Index(fields=["store", "business_day"], name="handover_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=OPEN_STATES),
                name="handover_one_open",
            ),
            models.CheckConstraint(
                name="handover_signed_whole",
                condition=Q(state=HandoverState.SIGNED, signed_at__isnull=False)
                & Q(sealed_seq__isnull=False, change__isnull=False)
                | ~Q(state=HandoverState.SIGNED) & Q(signed_at__isnull=True, change__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def moves_shift(self) -> bool:
        """A spot count leaves the shift as it is."""
        return self.kind != HandoverKind.SPOT


class TrayState(models.TextChoices):
    WAITING = "waiting", _("not counted")
    COUNTING = "counting", _("being counted")
    RECOUNT = "recount", _("a second person counts")
    DIFFERS = "differs", _("differs")
    AGREED = "agreed", _("agrees")
    ACCEPTED = "accepted", _("difference accepted")


class TrayCount(models.Model):
    """One place of a counter on a sheet: its state, its weight, its seal."""

    chain_parts = ("lines",)
    RESULTS: ClassVar = frozenset({TrayState.DIFFERS, TrayState.AGREED, TrayState.ACCEPTED})

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="trays")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    depth = models.CharField(max_length=6, choices=CountDepth, blank=True)
    state = models.CharField(max_length=8, choices=TrayState, default=TrayState.WAITING)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")  # who counts now
    first_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    seq = models.BigIntegerField(null=True)  # the ledger when the figures below were compared
    gross_mg = models.BigIntegerField(null=True)  # tray with goods, on the scale
    tare_mg = models.BigIntegerField(null=True)  # the empty tray
    weighed_seq = models.BigIntegerField(null=True)
    gap_mg = models.BigIntegerField(null=True)  # scale less tare less Σ gross of the tags
    by_seal = models.BooleanField(default=False)  # taken over under an unbroken seal
    seal_number = models.CharField(max_length=30, blank=True)  # put on now
    kept_in = models.CharField(max_length=12, blank=True)  # code of the safe overnight
    no_label = models.SmallIntegerField(default=0)
    strays = models.SmallIntegerField(default=0)  # pieces of other counters, put aside
    reason = models.CharField(max_length=120, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["handover", "place__code"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "place"], name="tray_once_per_handover")
        ]

    @property
    def is_shown(self) -> bool:
        """Whether the expected figures may be seen: only once the tray has been handed in."""
        return self.state in self.RESULTS


class HandoverLine(models.Model):
    """Pieces and grams of one metal class in one place; expected = opening + in − out."""

    tray = models.ForeignKey(TrayCount, models.CASCADE, related_name="lines")
    metal = models.CharField(max_length=2, choices=Metal)
    grade = models.IntegerField()
    opening_pieces = models.IntegerField(default=0)
    opening_mg = models.BigIntegerField(default=0)
    in_pieces = models.IntegerField(default=0)
    in_mg = models.BigIntegerField(default=0)
    out_pieces = models.IntegerField(default=0)
    out_mg = models.BigIntegerField(default=0)
    # why, by the reason of the movement: {"sold": [-1, -8720]}
    moves = models.JSONField(default=dict)
    expected_pieces = models.IntegerField(default=0)
    expected_mg = models.BigIntegerField(default=0)
    counted_pieces = models.IntegerField(default=0)
    tag_mg = models.BigIntegerField(null=True)  # 签重合计; none where nothing was scanned
    scale_mg = models.BigIntegerField(null=True)  # 秤重
    # movements between the comparison and the signature
    after_pieces = models.IntegerField(default=0)
    after_mg = models.BigIntegerField(default=0)
    closing_pieces = models.IntegerField(default=0)
    closing_mg = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["tray", "metal", "-grade"]
        constraints = [
            models.UniqueConstraint(fields=["tray", "metal", "grade"], name="line_once_per_class"),
            models.CheckConstraint(
                name="line_expectation_adds_up",
                condition=Q(
                    expected_pieces=F("opening_pieces") + F("in_pieces") - F("out_pieces"),
                    expected_mg=F("opening_mg") + F("in_mg") - F("out_mg"),
                ),
            ),
            models.CheckConstraint(name="line_counts_pieces", condition=Q(counted_pieces__gte=0)),
        ]

    @property
    def metal_class(self) -> MetalClass:
        return class_of(metal=self.metal, fineness=self.grade)

    @property
    def differs(self) -> bool:
        """Whether hands and books found different pieces or different grams of tags."""
        if self.counted_pieces != self.expected_pieces:
            return True
        return self.tag_mg is not None and self.tag_mg != self.expected_mg


class HandoverMoney(models.Model):
    """One tender on a sheet: cash by denomination, or the number and sum of its vouchers."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="money")
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="+")
    attempts = models.SmallIntegerField(default=0)
    opening_cents = models.BigIntegerField(default=0)  # cash left by the sheet before
    expected_cents = models.BigIntegerField(default=0)
    expected_vouchers = models.IntegerField(default=0)
    counted_cents = models.BigIntegerField(null=True)
    counted_vouchers = models.IntegerField(null=True)
    # cents of a note or coin to how many of them: {"10000": 12}
    denominations = models.JSONField(default=dict)
    taken_cents = models.BigIntegerField(default=0)  # to the safe or the bank; the rest stays
    seq = models.BigIntegerField(null=True)
    after_cents = models.BigIntegerField(default=0)  # between the comparison and the signature
    reason = models.CharField(max_length=120, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["handover", "tender"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "tender"], name="money_once_per_handover")
        ]

    @property
    def differs(self) -> bool:
        return (self.counted_cents, self.counted_vouchers) != (
            self.expected_cents,
            None if self.tender.is_cash else self.expected_vouchers,
        )

    @property
    def is_shown(self) -> bool:
        """Whether the expected money may be seen: once it agrees, or was counted twice."""
        return self.counted_cents is not None and (not self.differs or self.attempts > 1)


class SignedAs(models.TextChoices):
    OUTGOING = "outgoing", _("outgoing")
    INCOMING = "incoming", _("incoming")
    WITNESS = "witness", _("witness")
    MANAGER = "manager", _("manager, for somebody who is not there")


class Signature(Written):
    """One person's PIN under a sheet; `later`: after the sheet itself was closed."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="signatures")
    signed_as = models.CharField(max_length=8, choices=SignedAs)
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    later = models.BooleanField(default=False)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["handover", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "user"], name="signature_once_per_person"),
            models.UniqueConstraint(
                fields=["handover", "signed_as"], name="signature_once_per_role"
            ),
        ]


class Outcome(models.TextChoices):
    FOUND = "found", _("found")
    EXPLAINED = "explained", _("explained")
    WRITTEN_OFF = "written_off", _("written off")
    COMPENSATED = "compensated", _("compensated")


class Investigation(Written):
    """A signed difference that stays open until somebody writes down what became of it."""

    append_only = False
    chain_exempt = frozenset({"closed_at", "closed_by_id", "outcome", "note"})

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="investigations")
    store = models.ForeignKey(Store, models.PROTECT, related_name="investigations")
    part = models.CharField(max_length=24)  # place, tender or item
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="investigations")
    pieces = models.IntegerField(default=0)  # below zero: missing
    cents = models.BigIntegerField(default=0)
    mg = models.BigIntegerField(default=0)
    what = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["store", "closed_at"], name="investigation_open")]
