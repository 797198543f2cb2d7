from django.db import models
from django.db.models import F, Q

from inventory.models import Photo, Style


class StyleOffer(models.Model):
    """What a style can be in the network showroom: the order form offers this and nothing else."""

    style = models.OneToOneField(Style, models.PROTECT, related_name="offer")
    shown = models.BooleanField(default=True)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=200, blank=True)
    # what one piece weighs in each metal: [["Au", 7500, net_mg], …]
    metals = models.JSONField(default=list)
    sizes = models.JSONField(default=list)  # 规格: ["2.5 mm", …], empty: none to choose
    # Chinese ring sizes from and to, in quarters (17.25 → 69); null: no ring
    ring_from = models.SmallIntegerField(null=True)
    ring_to = models.SmallIntegerField(null=True)
    finishes = models.JSONField(default=list)
    engraving_most = models.SmallIntegerField(default=0)  # letters, one 汉字 counts two; 0: none
    # main stone: {"kinds": […], "from_mct": n, "to_mct": n, "colors": […], "clarities": […],
    # "cuts": […], "labs": […]}; empty: no main stone
    stone = models.JSONField(default=dict)
    takes_customer_stone = models.BooleanField(default=False)
    labour_cents = models.BigIntegerField()  # of one piece
    stone_cents_per_ct = models.BigIntegerField(default=0)  # a first figure; the review settles it
    days = models.SmallIntegerField(default=21)  # from confirmation to arrival
    most_pieces = models.SmallIntegerField(default=20)

    class Meta:
        ordering = ["style__code"]
        constraints = [
            models.CheckConstraint(
                name="offer_bounds",
                condition=Q(labour_cents__gte=0, days__gt=0, most_pieces__gt=0),
            ),
            models.CheckConstraint(
                name="offer_ring_sizes",
                condition=Q(ring_from__isnull=True, ring_to__isnull=True)
                | Q(ring_from__isnull=False, ring_to__gte=F("ring_from")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.style)
