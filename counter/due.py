"""What is due now: nothing depends on it being done in time; run twice, it does nothing twice."""

from datetime import date

from django.utils import timezone

from appraisal import identities
from counter import books
from counter.models import CashCase
from inventory import holds
from inventory.ground import books as ground
from inventory.ground.nobody import system
from inventory.models import Store

# 银发〔2025〕124号: what belongs to large cash is kept for ten years after the deal
CASH_YEARS = 10


def run() -> list[str]:
    """Ends holds past their time, forgets identities whose time is over and seals the chains;
    returns what was done, in words."""
    done = []
    if lapsed := holds.lapse_due(by=system()):
        done.append(f"{lapsed} holds lapsed")
    kept = customers_of_large_cash(timezone.localdate())
    if forgotten := identities.forget_due(by=system(), kept_customers=kept):
        done.append(f"{forgotten} identities forgotten")
    for store in Store.objects.select_related("ledger_head"):
        if store.ledger_head.seq > store.ledger_head.sealed_seq:
            broken = ground.seal(store)
            done.append(f"{store.code} {'BROKEN' if broken else 'sealed'}")
    return done


def customers_of_large_cash(today: date) -> set[int]:
    """Whose cash reached the limit within ten years: their identity is kept as long (1 query)."""
    since = identities.months_after(today, -12 * CASH_YEARS)
    cases = CashCase.objects.filter(is_hint=False, business_day__gte=since)
    return set(cases.values_list("customer", flat=True))


def verify_all() -> list[str]:
    """Everything from the first link on; a store that fails stops writing."""
    done = []
    for store in Store.objects.select_related("ledger_head"):
        broken = list(books.verify(store, full=True))
        if broken:
            ground.stop_writing(store, broken)
            done.append(f"{store.code} {len(broken)} broken")
    return done
