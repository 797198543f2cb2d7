from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.ground.measures import Metal
from inventory.models.ledger import Approval
from inventory.models.pieces import Category, Movement, Piece, State
from inventory.models.places import Place, Store

USER = settings.AUTH_USER_MODEL


class StocktakeKind(models.TextChoices):
    MONTHLY = "monthly", _("monthly count")
    CYCLE = "cycle", _("rotating count")
    SPOT = "spot", pgettext_lazy("stocktake", "spot count")


class StocktakeState(models.TextChoices):
    OPEN = "open", pgettext_lazy("stocktake", "opened")
    COUNTING = "counting", pgettext_lazy("stocktake", "counting")
    RECONCILING = "reconciling", pgettext_lazy("stocktake", "reconciling")
    APPROVED = "approved", pgettext_lazy("stocktake", "approved")
    PUBLISHED = "published", pgettext_lazy("stocktake", "published")
    ABANDONED = "abandoned", pgettext_lazy("stocktake", "abandoned")


# what may still be counted, recounted or settled
RUNNING_STOCKTAKES = (
    StocktakeState.OPEN,
    StocktakeState.COUNTING,
    StocktakeState.RECONCILING,
)
# what nobody changes any more, and what is sealed when it is published
SETTLED_STOCKTAKES = (StocktakeState.APPROVED, StocktakeState.PUBLISHED)


class Stocktake(models.Model):
    """盘点: pieces and supplies of named places against the books as they stood at one moment."""

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="stocktakes")
    kind = models.CharField(max_length=8, choices=StocktakeKind)
    month = models.CharField(max_length=7, blank=True)  # "2026-11" of a monthly count
    category = models.CharField(max_length=10, choices=Category, blank=True)  # empty: every one
    state = models.CharField(max_length=12, choices=StocktakeState, default=StocktakeState.OPEN)
    business_day = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    opened_seq = models.BigIntegerField()  # the store's chain when the expectation was frozen
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    abandoned_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["store", "state"], name="stocktake_by_state"),
            models.Index(fields=["month", "store"], name="stocktake_by_month"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "month"],
                condition=Q(kind=StocktakeKind.MONTHLY) & ~Q(state=StocktakeState.ABANDONED),
                name="stocktake_once_a_month",
            ),
            models.CheckConstraint(
                name="stocktake_monthly_has_month",
                condition=Q(kind=StocktakeKind.MONTHLY, category="") & ~Q(month="")
                | ~Q(kind=StocktakeKind.MONTHLY) & Q(month=""),
            ),
            models.CheckConstraint(
                name="stocktake_approved_whole",
                condition=Q(state__in=SETTLED_STOCKTAKES, approved_at__isnull=False)
                & Q(approved_by__isnull=False, approval__isnull=False)
                | ~Q(state__in=SETTLED_STOCKTAKES) & Q(approved_at__isnull=True),
            ),
            models.CheckConstraint(
                name="stocktake_published_whole",
                condition=Q(state=StocktakeState.PUBLISHED, published_at__isnull=False)
                & Q(published_by__isnull=False)
                | ~Q(state=StocktakeState.PUBLISHED) & Q(published_at__isnull=True),
            ),
            models.CheckConstraint(
                name="stocktake_abandoned_with_reason",
                condition=Q(state=StocktakeState.ABANDONED) & ~Q(abandoned_reason="")
                | ~Q(state=StocktakeState.ABANDONED) & Q(abandoned_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_running(self) -> bool:
        """Whether anything of it may still be counted or settled."""
        return self.state in RUNNING_STOCKTAKES


class SpotState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("stocktake", "not counted")
    COUNTING = "counting", pgettext_lazy("stocktake", "being counted")
    HANDED_IN = "handed_in", pgettext_lazy("stocktake", "handed in")


class StocktakePlace(models.Model):
    """One place of the scope: who counts it, in which round, and what the scale said."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="places")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=SpotState, default=SpotState.WAITING)
    # from now on another stocktake may count the place
    is_over = models.BooleanField(default=False)
    round = models.SmallIntegerField(default=1)  # 2 and more: counted once more
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    # who counted the round before: another person recounts
    first_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField(null=True)  # the store's chain when it was handed in
    gross_mg = models.BigIntegerField(null=True)  # tray with goods, on the scale
    tare_mg = models.BigIntegerField(null=True)  # the empty tray
    weighed_seq = models.BigIntegerField(null=True)
    # scale less tare less the gross weights of the labels that were found
    gap_mg = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["stocktake", "place__code"]
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "place"], name="stocktake_place_once"),
            models.UniqueConstraint(
                fields=["place"], condition=Q(is_over=False), name="stocktake_place_in_one"
            ),
            models.CheckConstraint(
                name="stocktake_place_handed_in_whole",
                condition=Q(
                    state=SpotState.HANDED_IN,
                    by__isnull=False,
                    handed_in_at__isnull=False,
                    seq__isnull=False,
                )
                | ~Q(state=SpotState.HANDED_IN) & Q(handed_in_at__isnull=True, seq__isnull=True),
            ),
            models.CheckConstraint(
                name="stocktake_place_counted_by_somebody",
                condition=~Q(state=SpotState.COUNTING) | Q(by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.place)

    @property
    def is_shown(self) -> bool:
        """Whether what the books say of it may be seen."""
        return self.state == SpotState.HANDED_IN


class LineResult(models.TextChoices):
    """What became of an expected piece; each has exactly one."""

    NOT_COUNTED = "not_counted", pgettext_lazy("stocktake", "not counted")
    FOUND = "found", pgettext_lazy("stocktake", "found")
    FOUND_ELSEWHERE = "found_elsewhere", _("found in another place")
    MISSING = "missing", pgettext_lazy("stocktake", "missing")
    MOVED = "moved", _("left during the count")
    EXCLUDED = "excluded", _("not to be counted")


class Excluded(models.TextChoices):
    """Why a piece of the scope is not counted in it."""

    IN_SERVICE = "in_service", _("in service")
    IN_TRANSIT = "in_transit", _("in transit")
    ELSEWHERE = "elsewhere", _("elsewhere")


class StocktakeLine(models.Model):
    """账存: one piece that the books have in one place, as it was when the stocktake was opened, or
    when it came in during the count."""

    # a million lines or reads come in at once, by statements that take these keys from rows they
    # have just read: the database does not look each one up again
    store = models.ForeignKey(
        Store, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    stocktake = models.ForeignKey(Stocktake, models.PROTECT, db_index=False, related_name="lines")
    piece = models.ForeignKey(Piece, models.PROTECT, db_index=False, related_name="+")
    place = models.ForeignKey(
        Place, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    number = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=10, choices=Category)
    metal = models.CharField(max_length=2, choices=Metal)
    grade = models.IntegerField()  # the legal grade, in which grams are added
    fineness = models.IntegerField()  # the declared content, else the legal grade
    net_mg = models.BigIntegerField()
    gross_mg = models.BigIntegerField()
    cost_cents = models.BigIntegerField(null=True)
    retail_cents = models.BigIntegerField(null=True)  # none where the board has no price
    state = models.CharField(max_length=12, choices=State)
    excluded = models.CharField(max_length=10, choices=Excluded, blank=True)
    # the movement with which it came in, and the one with which it left, during the count
    came_by = models.ForeignKey(
        Movement, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    gone_by = models.ForeignKey(
        Movement, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    result = models.CharField(max_length=15, choices=LineResult, default=LineResult.NOT_COUNTED)

    class Meta:
        ordering = ["stocktake", "pk"]
        indexes = [
            models.Index(fields=["stocktake", "id"], name="stocktake_line_in_order"),
            models.Index(fields=["stocktake", "place"], name="stocktake_line_by_place"),
            models.Index(fields=["stocktake", "result", "id"], name="stocktake_line_by_result"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "stocktake", "piece", "place"], name="stocktake_line_once"
            ),
            models.CheckConstraint(
                name="stocktake_line_excluded_is_not_counted",
                condition=Q(excluded="") & ~Q(result=LineResult.EXCLUDED)
                | ~Q(excluded="") & Q(result=LineResult.EXCLUDED),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Means(models.TextChoices):
    """方式: what read a code."""

    SCANNER = "scanner", _("scanner")
    CAMERA = "camera", _("camera")
    TYPED = "typed", _("typed")
    RFID = "rfid", _("RFID")
    FILE = "file", _("file")


class StocktakeRead(models.Model):
    """One code as somebody or something read it. Never changed and never taken away: a read that
    was wrong is answered by a recount."""

    append_only: ClassVar[bool] = True

    store = models.ForeignKey(
        Store, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    stocktake = models.ForeignKey(
        Stocktake, models.PROTECT, db_index=False, db_constraint=False, related_name="reads"
    )
    # none: an RFID reader that says what is here and not in which tray
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    round = models.SmallIntegerField()
    code = models.CharField(max_length=100)  # as it was read
    # the number of our piece, else the code without case and spaces; unreadable: "?" and the code
    key = models.CharField(max_length=101)
    piece = models.ForeignKey(
        Piece, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    means = models.CharField(max_length=7, choices=Means)
    read_at = models.DateTimeField()  # by the clock of whoever read it
    at = models.DateTimeField()  # when it came in, the same for all that came together
    by = models.ForeignKey(
        USER, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "stocktake", "place", "round", "key"],
                condition=Q(place__isnull=False),
                name="stocktake_read_once",
            ),
            models.UniqueConstraint(
                fields=["store", "stocktake", "key"],
                condition=Q(place__isnull=True),
                name="stocktake_read_once_anywhere",
            ),
        ]

    def __str__(self) -> str:
        return self.key
