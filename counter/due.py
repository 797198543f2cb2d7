"""What is due now: nothing depends on it being done in time; run twice, it does nothing twice."""

from counter import books
from inventory import holds
from inventory.ground import books as ground
from inventory.ground.nobody import system
from inventory.models import Store


def run() -> list[str]:
    """Ends holds past their time and seals the chains; returns what was done, in words."""
    done = []
    if lapsed := holds.lapse_due(by=system()):
        done.append(f"{lapsed} holds lapsed")
    for store in Store.objects.select_related("ledger_head"):
        if store.ledger_head.seq > store.ledger_head.sealed_seq:
            broken = ground.seal(store)
            done.append(f"{store.code} {'BROKEN' if broken else 'sealed'}")
    return done


def verify_all() -> list[str]:
    """Everything from the first link on; a store that fails stops writing."""
    done = []
    for store in Store.objects.select_related("ledger_head"):
        broken = list(books.verify(store, full=True))
        if broken:
            ground.stop_writing(store, broken)
            done.append(f"{store.code} {len(broken)} broken")
    return done
