"""A piece of an open bill on the scale, before the customer's eyes."""

from django.contrib.auth.models import User
from django.db import transaction

from appraisal import checks
from appraisal.checks import Result
from appraisal.models import WeighedFor
from appraisal.weighings import Shown
from counter import bills, settled_weights
from counter.models import SaleLine, Tendered
from inventory import pricing
from inventory.ground import settings_rows
from inventory.models import Store


@transaction.atomic
def weigh(*, line: SaleLine, shown: Shown, by: User) -> tuple[Result, SaleLine]:
    """Holds a piece of an open bill against its label; returns the finding, and the line with the
    weight that counts. Where the store settles on readings that is what the scale showed, less the
    stones as on the label: for a piece by weight whose label is right within the tolerance.

    A typed weight settles nothing, and neither does a reading beyond the tolerance: then the label
    is in doubt, or another piece lies on the scale. Refused as `checks.check` does, and where
    readings settle while money lies on the bill: its total has been told.
    """
    store = line.sale.store
    settles = pricing.needs_board(line.piece) and settles_on_reading(store)
    if settles and Tendered.objects.filter(sale=line.sale).exists():
        raise bills.MoneyOnBill
    result = checks.check(
        store=store,
        shown=shown,
        by=by,
        piece=line.piece,
        purpose=WeighedFor.SALE,
        document=str(line.sale.uuid),
    )
    locked = bills.lock_line(line)
    if settles and result.verdict == "pass" and not result.weighing.is_typed:
        net_mg = result.weighing.mg - settled_weights.stones_mg(locked)
        bills.put_weight(line=locked, net_mg=net_mg)
    return result, locked


def settles_on_reading(store: Store) -> bool:
    """Whether a piece that is weighed for the customer is paid by the scale and not by its
    label."""
    return settings_rows.value(store, "settle_on_reading") == "yes"
