"""What a sheet lists besides goods and money, counted as it lies there."""

from django.contrib.auth.models import User

from appraisal import scrap
from counter import bag_scans, counted_old_gold, handovers
from counter.models import Handover


def count(sheet: Handover, *, by: User) -> None:
    """Every bag scanned, every other number typed."""
    for bag in scrap.lying_at(sheet.counter):
        bag_scans.scan(handover=sheet, text=bag.number, by=by)
    bag_scans.hand_in(handover=sheet, remark="", by=by)
    for item in sheet.items.filter(counted=None):
        if not counted_old_gold.is_scanned(item):
            handovers.check_item(item=item, counted=item.expected, remark="", by=by)
