"""The terms every shop starts with: put when it is opened, and once more after an upgrade, because
a shop that an earlier release opened lacks what was not known then."""

from django.db import transaction

from appraisal import seed as old_gold_seed
from appraisal.models import WeightTolerance
from counter import return_seed
from inventory import places
from warranty import seed


@transaction.atomic
def put_terms() -> None:
    """Plans, price list, return windows and tolerances. What is there stays as it is."""
    seed.put_seed_plans()
    seed.put_seed_care_prices()
    return_seed.put_seed_windows()
    if not WeightTolerance.objects.exists():
        old_gold_seed.put_tolerances()


def put_missing_terms() -> bool:
    """After an upgrade; False where no house was opened yet, whose opening puts them."""
    if places.head_office() is None:
        return False
    put_terms()
    return True
