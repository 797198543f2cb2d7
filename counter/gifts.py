"""赠品: gifts that go with a piece, of a promotion or for a member. They cost nothing on the bill;
their value is printed, because they come back with the piece or are charged (trade.md 4.7)."""

from collections.abc import Collection
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills
from counter.models import Gift, GiftKind, SaleLine
from inventory.ground import measures
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from warranty.models import QUALITY

MOST: Final = 5


class GiftTooDear(BadField):
    code = "gift_too_dear"


class TooManyGifts(RuleBroken):
    code = "too_many_gifts"
    status = 422
    sentence = gettext_lazy("Up to five gifts go with one piece.")


@transaction.atomic
def give(*, line: SaleLine, kind: str, words: str, value_cents: int, by: User) -> Gift:
    """A gift worth so many cents goes with a piece on an open bill. Refused: to a role that does
    not sell, without words or value, and worth more than the piece costs."""
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(line)
    told = words.strip()[:60]
    if not told:
        raise BadField(_("Say what the gift is."), field="words")
    if value_cents <= 0:
        raise BadField(_("Say what the gift is worth; the slip prints it."), field="value")
    if value_cents > line.total_cents:
        most = {"most": measures.yuan(line.total_cents)}
        raise GiftTooDear(
            _("A gift is not worth more than its piece, %(most)s.") % most, field="value"
        )
    if line.gifts.count() >= MOST:
        raise TooManyGifts
    return Gift.objects.create(
        line=line, kind=GiftKind(kind), words=told, value_cents=value_cents, by=by
    )


@transaction.atomic
def take_away(*, gift: Gift, by: User) -> None:
    """The gift stays in the shop. Refused to a role that does not sell, and after completion."""
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(gift.line)
    line.gifts.filter(pk=gift.pk).delete()


def charged_cents(line: SaleLine, *, fault: str, back: Collection[int]) -> int:
    """What is charged for gifts of a piece that comes back, in cents: their value, but for those
    that came `back`. For a fault of ours the customer keeps them."""
    if fault in QUALITY:
        return 0
    return sum(gift.value_cents for gift in line.gifts.all() if gift.pk not in back)
