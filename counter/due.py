"""What is due now: nothing depends on it being done in time; run twice, it does nothing twice."""

from datetime import date

from django.utils import timezone

from appraisal import identities
from counter import books, customers, deliveries, fan_out
from counter.models import CashCase
from counter.showroom import price_locks, unconfirmed
from inventory import holds, insurance_lists, stocktake_files
from inventory.ground import books as ground
from inventory.ground import notices
from inventory.ground.nobody import system
from inventory.models import Store
from warranty import care_notices

# 银发〔2025〕124号: what belongs to large cash is kept for ten years after the deal
CASH_YEARS = 10


def run() -> list[str]:
    """Ends holds and price locks past their time, forgets identities and deliveries whose time is
    over, seals the chains, looks after orders that nobody confirmed, hands on messages, writes the
    insurance lists of the day and the files of stocktakes that have none; returns what was done, in
    words."""
    done = _end_what_is_past()
    kept = customers_of_large_cash(timezone.localdate())
    if forgotten := identities.forget_due(by=system(), kept_customers=kept):
        done.append(f"{forgotten} identities forgotten")
    for store in Store.objects.select_related("ledger_head"):
        if store.ledger_head.seq > store.ledger_head.sealed_seq:
            broken = ground.seal(store)
            done.append(f"{store.code} {'BROKEN' if broken else 'sealed'}")
    if queued := sum(care_notices.queue_due(store) for store in Store.objects.all()):
        done.append(f"{queued} inspections announced")
    done += unconfirmed.look_after(at=timezone.now())
    if sent := notices.send_due():
        done.append(f"{sent} notices sent")
    if old := deliveries.forget_old():
        done.append(f"{old} old deliveries forgotten")
    return done + insurance_lists.write_due() + stocktake_files.write_due()


def _end_what_is_past() -> list[str]:
    done = []
    if lapsed := holds.lapse_due(by=system()):
        done.append(f"{lapsed} holds lapsed")
    if expired := price_locks.expire_due(at=timezone.now()):
        done.append(f"{expired} price locks expired")
    return done


def tell_outside() -> list[str]:
    """What happened, to the endpoints of head office: after everything else, or beside it, since
    receivers take their time."""
    fan_out.run()
    sent = deliveries.send_due()
    return [f"{sent} events delivered"] if sent else []


def customers_of_large_cash(today: date) -> set[int]:
    """The files of everybody whose cash reached the limit within ten years, in whatever store and
    under whatever telephone number: their identity is kept as long."""
    since = identities.months_after(today, -12 * CASH_YEARS)
    cases = CashCase.objects.filter(is_hint=False, business_day__gte=since)
    return customers.of_the_same_people(set(cases.values_list("customer", flat=True)))


def verify_all() -> list[str]:
    """Everything from the first link on; a store that fails stops writing."""
    done = []
    for store in Store.objects.select_related("ledger_head"):
        broken = list(books.verify(store, full=True))
        if broken:
            ground.stop_writing(store, broken)
            done.append(f"{store.code} {len(broken)} broken")
    return done
