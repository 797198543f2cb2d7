"""The oracle: do the books still agree? Reads only; knows no rule, only rows.

Each app adds its own invariants in its `books.py`; `manage.py verify_books` asks all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, Model, OuterRef
from django.utils import timezone

from inventory.ground import changes
from inventory.models import Change, LedgerHead, Store

CHUNK = 2_000
# links that stand for a change of a row which has its own first link already
NOTES = {
    "card_hidden",
    "card_shown",
    "handover_abandoned",
    "handover_recount",
    "handover_started",
    "investigation_closed",
    "shift_closed",
    "shift_counted",
    "shift_set_aside",
}


@dataclass(frozen=True)
class Broken:
    """One broken invariant: where, and what is wrong there."""

    table: str
    row: object
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}"


def verify_chain(head: LedgerHead, *, since: int = 0, before_hash: str = "") -> Iterator[Broken]:
    """Every link after `since` up to the head as it was read: no gap, each hash right and joined
    to the one before, the last one is the head's. What is written meanwhile is not looked at."""
    expected_seq, previous = since, before_hash
    rows = Change.objects.filter(store=head.store_id, seq__gt=since, seq__lte=head.seq)
    rows = rows.order_by("seq")
    for link in rows.iterator(chunk_size=CHUNK):
        expected_seq += 1
        if link.seq != expected_seq:
            yield Broken("inventory_change", link.seq, f"link {expected_seq} is missing")
            expected_seq = link.seq
        if previous and link.prev_hash != previous:
            yield Broken("inventory_change", link.seq, "is not joined to the link before")
        if changes.link_hash(link) != link.hash:
            yield Broken("inventory_change", link.seq, f"was changed ({link.kind} {link.number})")
        previous = link.hash
    if (head.seq, head.hash) != (expected_seq, previous) and expected_seq:
        found = f"says {head.seq}, found {expected_seq}"
        yield Broken("inventory_ledgerhead", head.store_id, found)


def verify_rows(head: LedgerHead, *, since: int = 0) -> Iterator[Broken]:
    """Every row that points at a link of this store up to its head: its content is what the link
    covers."""
    for model in chained_models():
        yield from _verify_model(model, head, since)
    yield from _links_without_rows(head, since)


def chained_models() -> list[type[Model]]:
    """All models whose rows point at a `Change`."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "change" for field in model._meta.concrete_fields)
    ]


def verify_triggers() -> Iterator[Broken]:
    for name in changes.missing_triggers():
        yield Broken("trigger", name, "is missing")


def seal(store: Store) -> list[Broken]:
    """Verifies a store since its last seal and sets the seal, or stops its writing when something
    is broken; returns what is."""
    head = LedgerHead.objects.get(store=store)
    found = [
        *verify_triggers(),
        *verify_chain(head, since=head.sealed_seq, before_hash=head.sealed_hash),
        *verify_rows(head, since=head.sealed_seq),
    ]
    if found:
        stop_writing(store, found)
    else:
        LedgerHead.objects.filter(pk=head.pk, sealed_seq__lte=head.seq).update(
            sealed_seq=head.seq, sealed_hash=head.hash
        )
    return found


def stop_writing(store: Store, found: Sequence[Broken]) -> None:
    """From now on this store may read and count, but not write."""
    told = f"{timezone.now():%Y-%m-%d %H:%M} {found[0]}"
    LedgerHead.objects.filter(store=store).update(broken=told)


def let_write_again(store: Store) -> None:
    """After somebody has mended the books and the whole proof was clean."""
    LedgerHead.objects.filter(store=store).update(broken="")


def query(what: str, statement: str, params: Sequence[Any] = ()) -> Iterator[Broken]:
    """One invariant in SQL: each row it finds is broken, as (table, row, detail)."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for table, row, detail in cursor.fetchall():
            yield Broken(table, row, f"{what} ({detail})" if detail is not None else what)


def _verify_model(model: type[Model], head: LedgerHead, since: int) -> Iterator[Broken]:
    rows = model._default_manager.filter(
        change__store=head.store_id, change__seq__gt=since, change__seq__lte=head.seq
    )
    full = rows.select_related("change").prefetch_related(*changes.part_paths(model))
    for row in full.order_by("pk").iterator(chunk_size=CHUNK):
        if changes.digest(row) != row.change.digest:  # type: ignore[attr-defined]  # because: chained_models
            yield Broken(model._meta.db_table, row.pk, f"is not what {row.change} wrote")  # type: ignore[attr-defined]  # because: chained_models


def _links_without_rows(head: LedgerHead, since: int) -> Iterator[Broken]:
    """A row that was deleted behind the system's back leaves its link alone."""
    links = Change.objects.filter(store=head.store_id, seq__gt=since, seq__lte=head.seq)
    lonely = links.exclude(kind__in=NOTES)
    for model in chained_models():
        rows = model._default_manager.filter(change=OuterRef("pk"))
        lonely = lonely.exclude(Exists(rows))
    for link in lonely.order_by("seq")[:100]:
        yield Broken("inventory_change", link.seq, f"its row is gone ({link.kind} {link.number})")
