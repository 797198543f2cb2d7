from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models import Approval, Category, DrawnSignature, Photo, Piece, Place, Store, Written
from warranty.models.cards import Card
from warranty.models.plans import Institution, JobKind, PlanBenefit

USER = settings.AUTH_USER_MODEL


class TicketState(models.TextChoices):
    RECEIVED = "received", _("taken in")
    QUOTED = "quoted", _("quoted")
    APPROVED = "approved", _("approved")
    AT_BENCH = "at_bench", _("at the bench")
    SENT_OUT = "sent_out", _("sent to a workshop")
    DONE = "done", _("work done")
    CHECKED = "checked", _("checked, ready")
    COLLECTED = "collected", _("collected")
    UNREPAIRED = "unrepaired", _("not repaired")
    RETURNED = "returned", _("given back unrepaired")


class IdentifiedBy(models.TextChoices):
    """By which mark the piece was known to be the card's, once for each visit."""

    WEIGHT = "weight", _("its weight")
    CERTIFICATE = "certificate", _("its certificate")


class Ticket(Written):
    """维修单: one thing of a customer's in our hands, what is to be done to it and until when.

    `piece` when it is ours, else the words that describe it. Weights and stones are rows of
    `TicketWeight`, work is rows of `TicketJob`.
    """

    append_only = False
    chain_exempt = frozenset(
        {
            "state",
            "stage_at",
            "place_id",
            "promised_on",
            "customer_id",
            "identified_by",
            "loose_stones",  # the customer signs them, and the signature is in the chain
        }
    )

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="tickets")
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=TicketState, default=TicketState.RECEIVED)
    stage_at = models.DateTimeField()  # since when it is in this state
    # where the envelope lies; empty once it left the house
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="tickets")
    customer = models.ForeignKey(
        "counter.Customer", models.PROTECT, null=True, related_name="tickets"
    )
    second_contact = models.CharField(max_length=60, blank=True)
    card = models.ForeignKey(Card, models.PROTECT, null=True, related_name="tickets")
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="tickets")
    category = models.CharField(max_length=10, choices=Category)
    item = models.CharField(max_length=80)  # what it is, by its looks when it is not tested
    metal = models.CharField(max_length=2, choices=Metal, blank=True)  # by its looks
    mark = models.CharField(max_length=20, blank=True)  # as stamped, or "illegible"
    identified_by = models.CharField(max_length=11, choices=IdentifiedBy, blank=True)
    condition = models.CharField(max_length=200, blank=True)  # damage that was there already
    # loose stones marked on the first picture: [[x, y], …] in thousandths of width and height
    loose_stones = models.JSONField(default=list)
    accessories = models.CharField(max_length=120, blank=True)
    declared = models.CharField(max_length=80, blank=True)  # the value in the customer's own words
    promised_on = models.DateField(null=True)
    is_quick = models.BooleanField(default=False)  # while the customer waits
    is_rush = models.BooleanField(default=False)
    estimate_only = models.BooleanField(default=False)
    redo_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="redone")
    # 取件凭证号: on the customer's claim check, and the key of the private link
    claim_check = models.CharField(max_length=22, unique=True)
    business_day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["store", "state"], name="ticket_by_state"),
            models.Index(fields=["store", "business_day"], name="ticket_by_day"),
        ]
        constraints = [
            # one thing lies in one envelope
            models.UniqueConstraint(
                fields=["piece"],
                condition=~Q(state__in=["collected", "returned"]) & Q(piece__isnull=False),
                name="ticket_one_open_per_piece",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Basis(models.TextChoices):
    """Who bears the cost of a job."""

    BENEFIT = "benefit", _("benefit of the card")
    WARRANTY = "warranty", _("our warranty")
    PAID = "paid", _("paid by the customer")
    GOODWILL = "goodwill", _("goodwill")


class JobState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    DROPPED = "dropped", _("not done")


class TicketJob(Written):
    """One task of a ticket: who bears its cost, and what it added to the metal or took from it."""

    append_only = False
    chain_exempt = frozenset({"state", "added_mg", "removed_mg", "done_by_id", "warranty_until"})

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="jobs")
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=12, choices=JobKind)
    words = models.CharField(max_length=120, blank=True)
    basis = models.CharField(max_length=8, choices=Basis)
    benefit = models.ForeignKey(PlanBenefit, models.PROTECT, null=True, related_name="+")
    size_from = models.CharField(max_length=10, blank=True)
    size_to = models.CharField(max_length=10, blank=True)
    redo_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="redone")
    # an appraisal by a listed institution: the referral slip
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.OPEN)
    added_mg = models.BigIntegerField(default=0)
    removed_mg = models.BigIntegerField(default=0)
    done_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    warranty_until = models.DateField(null=True)

    class Meta:
        ordering = ["ticket", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="job_position_once"),
            models.CheckConstraint(
                name="job_metal_bounds", condition=Q(added_mg__gte=0, removed_mg__gte=0)
            ),
            models.CheckConstraint(
                name="job_benefit_named",
                condition=~Q(basis=Basis.BENEFIT) | Q(benefit__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words or self.get_kind_display()


class TicketStep(Written):
    """One move of a ticket: from which state to which, who, where it lies then, what was said."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="steps")
    old = models.CharField(max_length=10, choices=TicketState, blank=True)
    new = models.CharField(max_length=10, choices=TicketState)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    workshop = models.CharField(max_length=60, blank=True)
    back_on = models.DateField(null=True)  # expected from the workshop
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]


class WeighedAt(models.TextChoices):
    """When the thing of a ticket was on the scale."""

    IN = "in", _("taken in")
    TO_WORKSHOP = "to_workshop", _("to the workshop")
    FROM_WORKSHOP = "from_workshop", _("from the workshop")
    OUT = "out", _("given back")


class TicketWeight(Written):
    """Grams and stones of the thing at one moment; the newest row of a moment holds."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="weights")
    moment = models.CharField(max_length=14, choices=WeighedAt)
    mg = models.BigIntegerField()  # gross, stones included
    step_mg = models.SmallIntegerField(default=10)  # the smallest step of the scale's figure
    is_typed = models.BooleanField(default=False)
    stones = models.SmallIntegerField(default=0)
    # a difference beyond the tolerance: what it comes from, in words that were signed
    explanation = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="ticket_weight_bounds", condition=Q(mg__gt=0, stones__gte=0, step_mg__gt=0)
            )
        ]


class PhotoOf(models.TextChoices):
    INTAKE = "intake", _("taken in")
    DONE = "done", _("work done")


class TicketPhoto(Written):
    """A picture of the thing: before the customer left, or when the work was done."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")
    of = models.CharField(max_length=8, choices=PhotoOf)

    class Meta:
        ordering = ["pk"]


class Quote(Written):
    """What the paid jobs of a ticket cost; a new price is a new version, never an edit."""

    chain_parts = ("lines",)

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="quotes")
    version = models.SmallIntegerField()
    total_cents = models.BigIntegerField()
    valid_until = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["ticket", "version"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "version"], name="quote_version_once"),
            models.CheckConstraint(name="quote_not_below_zero", condition=Q(total_cents__gte=0)),
        ]


class QuoteLine(models.Model):
    """A job of a quote with its price."""

    chain_exempt = frozenset({"quote_id"})  # it is covered as a part of its quote

    quote = models.ForeignKey(Quote, models.PROTECT, related_name="lines")
    job = models.ForeignKey(TicketJob, models.PROTECT, related_name="+")
    cents = models.BigIntegerField()

    class Meta:
        ordering = ["quote", "pk"]


class AnsweredBy(models.TextChoices):
    TABLET = "tablet", _("signed on the tablet")
    LINK = "link", _("by the private link")


class QuoteAnswer(Written):
    """The customer's own act: yes or no to one version."""

    quote = models.OneToOneField(Quote, models.PROTECT, related_name="answer")
    approved = models.BooleanField()
    how = models.CharField(max_length=6, choices=AnsweredBy)
    signature = models.ForeignKey(DrawnSignature, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()


class ContactAttempt(Written):
    """Somebody tried to reach the owner of a thing that waits."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="contacts")
    how = models.CharField(max_length=20)
    result = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]


class AppraisalResult(Written):
    """What a listed institution found, and what it cost the customer."""

    job = models.OneToOneField(TicketJob, models.PROTECT, related_name="appraisal")
    report = models.CharField(max_length=40)
    result = models.CharField(max_length=200)
    cents = models.BigIntegerField(default=0)
    at = models.DateTimeField()
