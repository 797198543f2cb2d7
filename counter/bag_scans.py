"""Sealed bags of a count: scanned one by one like pieces, by the number on the label or the seal,
whatever the books say of them. What is taken back stays written with its time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from appraisal import scrap
from appraisal.models import BagMove, ScrapBag
from counter import counted_old_gold, handovers
from counter.counted_old_gold import STRAY, Key
from counter.models import BagRead, Handover, HandoverItem
from inventory.ground import access, codes
from inventory.ground.errors import NotAllowed, RuleBroken


class BagUnknown(RuleBroken):
    code = "bag_unknown"
    status = 422
    sentence = gettext_lazy("No bag of this store has this number or seal.")


class BagCounted(RuleBroken):
    """The same bag twice in one count; the sound is enough."""

    code = "bag_counted"
    tone = "scan-already"
    sentence = gettext_lazy("This bag is counted already.")


class NoBagScanned(RuleBroken):
    code = "no_bag_scanned"
    status = 422
    sentence = gettext_lazy("Scan the bag first.")


def scan(*, handover: Handover, text: str, by: User) -> BagRead:
    """One bag in the hand, by its number or its seal. Refused: to a role that does not count, on a
    sheet that is over, an unknown bag, one that this count has seen already."""
    bag = _find(text, by)
    with _to_count(handover, by) as found:
        if standing(found).filter(bag=bag).exists():
            raise BagCounted
        return BagRead.objects.create(handover=found, bag=bag, by=by, at=timezone.now())


def undo(*, handover: Handover, by: User) -> BagRead:
    """Takes the last bag back. Refused like a scan, and where nothing was scanned."""
    with _to_count(handover, by) as found:
        read = standing(found).last()
        if read is None:
            raise NoBagScanned
        read.undone_at = timezone.now()
        read.save(update_fields=["undone_at"])
    return read


def hand_in(*, handover: Handover, remark: str, by: User) -> list[HandoverItem]:
    """Every bag of the counter was scanned: each class is held against the books, and so is what
    belongs elsewhere. What differs is counted once more, and then needs a remark."""
    with _to_count(handover, by) as found:
        seen = _seen(found)
        lines = {counted_old_gold.key_of(item): item for item in counted_old_gold.bag_lines(found)}
        # a bag of another class may have come since the count began
        wanted = {key for key in counted_old_gold.lying_at(found.counter) if key[1] is not None}
        for key in sorted((wanted | seen.keys()) - lines.keys(), key=str):
            lines[key] = counted_old_gold.line_of(found, key)
            lines[key].save()
        return [
            handovers.settle_item(item=item, counted=seen[key], remark=remark, by=by)
            for key, item in lines.items()
        ]


@contextmanager
def _to_count(handover: Handover, by: User) -> Iterator[Handover]:
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    with transaction.atomic():
        yield handovers.lock(handover)


def standing(handover: Handover) -> QuerySet[BagRead]:
    """The bags that were scanned and not taken back, in their order."""
    rows = BagRead.objects.filter(handover=handover, undone_at=None)
    return rows.select_related("bag").order_by("pk")


def _seen(handover: Handover) -> Counter[Key]:
    """How many bags of each class were scanned that lie here by the books, and under `STRAY` how
    many do not. A bag that left after it was scanned left the count with its own movement."""
    lying = set(scrap.lying_at(handover.counter).values_list("pk", flat=True))
    found: Counter[Key] = Counter()
    for read in standing(handover):
        if read.bag_id in lying:
            found[read.bag.metal, read.bag.grade] += 1
        elif not BagMove.objects.filter(bag=read.bag_id, at__gt=read.at).exists():
            found[STRAY] += 1
    return found


def _find(text: str, by: User) -> ScrapBag:
    plain = codes.half_width(text).strip().upper()
    rows = access.visible(ScrapBag.objects.all(), by, store="origin")
    bag = rows.filter(Q(number=plain) | Q(seal=plain)).first()
    if bag is None:
        raise BagUnknown(field="code")
    return bag
