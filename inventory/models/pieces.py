from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inventory.ground.measures import Metal
from inventory.models.ledger import Written
from inventory.models.places import Place, Store


class Category(models.TextChoices):
    RING = "ring", _("ring")
    NECKLACE = "necklace", _("necklace")
    PENDANT = "pendant", _("pendant")
    BRACELET = "bracelet", _("bracelet")
    BANGLE = "bangle", _("bangle")
    EARRINGS = "earrings", _("earrings")
    OTHER = "other", _("other")


class Pricing(models.TextChoices):
    WEIGHT = "weight", _("by weight")
    FIXED = "fixed", _("fixed price")


class LabourKind(models.TextChoices):
    PER_GRAM = "per_gram", _("per gram")
    PER_PIECE = "per_piece", _("per piece")
    PERCENT = "percent", _("percent of the metal")


class State(models.TextChoices):
    RECEIVED = "received", _("received")
    ON_SALE = "on_sale", _("on sale")
    HELD = "held", _("held")
    SOLD = "sold", _("sold")
    RETURNED = "returned", _("returned, to be checked")
    IN_SERVICE = "in_service", _("in service")
    IN_TRANSIT = "in_transit", _("in transit")
    MISSING = "missing", _("missing")
    WRITTEN_OFF = "written_off", _("written off")


GONE = (State.SOLD, State.WRITTEN_OFF)


class Reason(models.TextChoices):
    # not the state's word: 进货 is how a piece came, 待上柜 what it waits for
    RECEIVED = "received", pgettext_lazy("movement", "received")
    PUT_ON_SALE = "put_on_sale", _("put on sale")
    HELD = "held", _("held for a bill")
    RELEASED = "released", _("released")
    LAPSED = "lapsed", _("hold lapsed")
    SOLD = "sold", _("sold")
    VOIDED = "voided", _("sale voided")
    BACK = "back", _("returned by the customer")
    CHECKED = "checked", _("checked after a return")
    SERVICE_IN = "service_in", _("taken in for service")
    SERVICE_OUT = "service_out", _("given back after service")
    MOVED = "moved", _("moved")
    LENT = "lent", _("lent, back today")
    FORGOTTEN = "forgotten", _("moved earlier, entered at a count")
    MISSING = "missing", _("missing at a count")
    FOUND = "found", _("found again")
    LOST = "lost", _("written off as lost")
    TO_SUPPLIER = "to_supplier", _("back to the supplier")
    SET = "set", _("set into an ordered piece")
    SENT = "sent", _("sent to another store")
    DELIVERED = "delivered", _("handed over at the other store")
    ARRIVED = "arrived", _("arrived from another store")
    RECALLED = "recalled", _("did not go to the other store")
    ASTRAY = "astray", _("lost on the road")


class Style(models.Model):
    """款号: the design; many pieces, one style."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=10, choices=Category)
    # 不检测不上柜: no piece of this style goes on sale without a laboratory's report
    report_required = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Piece(models.Model):
    """One physical thing with one number, one tag and one place."""

    number = models.CharField(max_length=10, unique=True)
    barcode = models.CharField(max_length=60, unique=True, null=True, blank=True)
    epc = models.CharField(max_length=48, unique=True, null=True, blank=True)
    style = models.ForeignKey(Style, models.PROTECT, related_name="pieces")
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=10, choices=Category)
    store = models.ForeignKey(Store, models.PROTECT, related_name="pieces")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="pieces")
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)

    metal = models.CharField(max_length=2, choices=Metal)
    # three fields, because the law knows three things: GB 11887
    grade = models.IntegerField()  # the legal grade, tenths of a permille
    content = models.IntegerField(null=True)  # a higher content that is declared beside the name
    mark = models.CharField(max_length=20, blank=True)  # what is stamped
    gross_mg = models.BigIntegerField()
    net_mg = models.BigIntegerField()
    units = models.SmallIntegerField(default=1)  # a pair of earrings is one piece of two units
    ring_size = models.CharField(max_length=10, blank=True)
    # 定制: made for one customer; whoever orders it cannot give it back for no reason
    made_to_order = models.BooleanField(default=False, db_default=False)

    pricing = models.CharField(max_length=6, choices=Pricing)
    labour_kind = models.CharField(max_length=10, choices=LabourKind, blank=True)
    labour_value = models.BigIntegerField(default=0)  # cents, or basis points for a percentage
    price_cents = models.BigIntegerField(null=True)  # the tag's price of a fixed-price piece
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["store", "state"], name="piece_by_state"),
            models.Index(fields=["place", "state"], name="piece_by_place"),
            models.Index(fields=["store", "updated_at"], name="piece_by_update"),
        ]
        constraints = [
            models.CheckConstraint(
                name="piece_net_within_gross", condition=Q(net_mg__gt=0, net_mg__lte=F("gross_mg"))
            ),
            models.CheckConstraint(
                name="piece_fineness_lawful",
                condition=Q(grade__gt=0, grade__lte=9900)
                & (Q(content__isnull=True) | Q(content__gte=F("grade"), content__lte=9999)),
            ),
            models.CheckConstraint(
                name="piece_fixed_has_price",
                condition=Q(pricing=Pricing.WEIGHT, price_cents__isnull=True)
                | Q(pricing=Pricing.FIXED, price_cents__gt=0),
            ),
            models.CheckConstraint(
                name="piece_in_one_place",
                condition=Q(state__in=GONE, place__isnull=True)
                | (~Q(state__in=GONE) & Q(place__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def fineness(self) -> int:
        """What the board prices: the declared content, else the legal grade."""
        return self.content or self.grade


class Cost(models.Model):
    """What a piece cost. A table of its own, so that a clerk's page cannot load it by accident."""

    piece = models.OneToOneField(Piece, models.PROTECT, related_name="cost")
    cents = models.BigIntegerField()
    supplier = models.CharField(max_length=30, blank=True)


class Stone(models.Model):
    """A main stone with its grades in the laboratory's own words, or side stones as a count."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="stones")
    main = models.BooleanField(default=True)
    kind = models.CharField(max_length=20)
    count = models.SmallIntegerField(default=1)
    weight_mct = models.BigIntegerField()
    color = models.CharField(max_length=10, blank=True)
    clarity = models.CharField(max_length=10, blank=True)
    cut = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["-main", "pk"]
        constraints = [models.CheckConstraint(name="stone_weighs", condition=Q(weight_mct__gt=0))]


class Certificate(models.Model):
    """A laboratory's report. It belongs to one piece and never to two."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="certificates")
    lab = models.CharField(max_length=12)
    number = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "number"], name="certificate_on_one_piece")
        ]

    def __str__(self) -> str:
        return f"{self.lab} {self.number}"


class Transfer(Written):
    """柜位转货单: pieces that went from one place of a store to another."""

    number = models.CharField(max_length=24, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, related_name="transfers")
    to_place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lent = models.BooleanField(default=False)  # back today, listed on both counters until then
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class Movement(Written):
    """Every step of a piece: from where to where, from which state to which, and why."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="movements")
    old = models.CharField(max_length=12, choices=State, blank=True)
    new = models.CharField(max_length=12, choices=State)
    from_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    to_place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    net_mg = models.BigIntegerField()
    # the counter where it happened, when that is not the counter of the tray
    at_counter = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    transfer = models.ForeignKey(Transfer, models.PROTECT, null=True, related_name="movements")

    class Meta:
        indexes = [
            # a count asks for what is lent, and must not read all that ever moved
            models.Index(fields=["piece"], condition=Q(reason=Reason.LENT), name="movement_lent")
        ]


class Hold(models.Model):
    """A piece set aside for an open bill until a moment; judged when it is used."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="holds")
    bill = models.UUIDField()
    counter = models.ForeignKey(Place, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["bill"], name="hold_by_bill")]
        constraints = [
            models.UniqueConstraint(
                fields=["piece"], condition=Q(ended_at__isnull=True), name="hold_one_per_piece"
            )
        ]


class PieceUpload(models.Model):
    """A file of pieces that was checked and waits for the second tap."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True)
