"""The oracle: do the books still agree? Reads only; knows no rule, only rows.

Each app adds its own invariants in its `books.py`; `manage.py verify_books` asks all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from inventory.ground import changes, statements
from inventory.models import Change, LedgerHead, Store

CHUNK = 2_000
# links that stand for a change of a row which has its own first link already, or for terms of the
# house, whose rows have none
NOTES = {
    "card_hidden",
    "card_shown",
    "care_price_set",
    "cash_case_again",
    # what became of a return; its row exists since it was opened
    "return_at_mall",
    "return_dropped",
    "return_settled",
    "cash_case_closed",
    "handover_abandoned",
    "handover_recount",
    "handover_started",
    "identity_forgotten",
    "identity_taken",
    "investigation_closed",
    "order_parcel_signed",
    "plan_set",
    "program_key_made",
    "program_key_revoked",
    "program_registered",
    "program_revoked",
    "return_window_ended",
    "return_window_set",
    "shift_closed",
    "shift_counted",
    "shift_set_aside",
    "stone_came",
    "stone_released",
    "stocktake_abandoned",
    "stocktake_approved",
    "stocktake_counted",
    "stocktake_opened",
    "stocktake_recount",
    "webhook_paused",
    "webhook_registered",
    "webhook_removed",
    "webhook_resumed",
    "webhook_secret_made",
    "webhook_secret_removed",
}

# What the hash of a link covers, as the database writes it: the list of `changes.link_hash` in
# JSON, four times as fast as rows that become objects. Where the database spells a sign in
# another way, `link_hash` itself has the last word.
TEXT_BEGINS = '["'
TEXTS = {
    "sqlite": """json_array(prev_hash, store_id, seq,
        replace(at, ' ', 'T') || iif(length(at) = 19, '.000000', '') || '+00:00',
        by_id, kind, number, piece_id, digest)""",
    # concat() would take twice as long for the whole
    "postgresql": """'["' || prev_hash || '",' || store_id || ',' || seq || ',"'
        || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00",'
        || by_id || ',' || to_json(kind) || ',' || to_json(number) || ','
        || coalesce(piece_id::text, 'null') || ',"' || digest || '"]'""",
}
LINKS = """
    SELECT seq, hash, {text} FROM inventory_change
    WHERE store_id = %s AND seq > %s AND seq <= %s ORDER BY seq
"""
# as many texts as a server can send before anybody reads them: it makes the next ones while these
# are hashed, for so many links without a pause
LINKS_AT_ONCE = 500
LINKS_IN_A_ROW = 20_000

# a statement for each model would cost half of a handover; most have nothing new since the seal.
# Which ones may have is asked by the ids of the new links alone: to plan as many joins takes longer
# than to look
PRESENT = """
    WITH links AS (
        SELECT MIN(id) AS first, MAX(id) AS last FROM inventory_change
        WHERE store_id = %(store)s AND seq > %(since)s AND seq <= %(until)s
    ) {each}
"""
PRESENT_IN = """
    SELECT {number} WHERE EXISTS (
        SELECT 1 FROM {table}
        WHERE change_id BETWEEN (SELECT first FROM links) AND (SELECT last FROM links))
"""
LONELY = """
    SELECT seq, kind, number FROM inventory_change link
    WHERE store_id = %(store)s AND seq > %(since)s AND seq <= %(until)s
      AND kind NOT IN ({notes}) {owners}
    ORDER BY seq LIMIT 100
"""
OWNED = "AND NOT EXISTS (SELECT 1 FROM {table} WHERE change_id = link.id)"


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
    last, previous = since, before_hash
    suspects: list[tuple[int, int, str]] = []
    for seq, found, text in _links_as_texts(head, since):
        is_joined = seq == last + 1 and text.startswith(previous, len(TEXT_BEGINS))
        if not is_joined or sha256(text.encode()).hexdigest() != found:
            suspects.append((seq, last, previous))
        last, previous = seq, found
    for seq, after, before in suspects:
        yield from _faults_of(head, seq, after=after, previous=before)
    if (head.seq, head.hash) != (last, previous) and last:
        found = f"says {head.seq}, found {last}"
        yield Broken("inventory_ledgerhead", head.store_id, found)


def verify_rows(head: LedgerHead, *, since: int = 0) -> Iterator[Broken]:
    """Every row that points at a link of this store up to its head: its content is what the link
    covers."""
    present = _models_with_rows(head, since)
    for model in present:
        yield from _verify_model(model, head, since)
    yield from _links_without_rows(head, since, present)


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


def _links_as_texts(head: LedgerHead, since: int) -> Iterator[tuple[int, str, str]]:
    """Number, hash and covered text of every link after `since`. The memory stays flat, and no
    transaction stays open over the whole history."""
    for after in range(since, head.seq, LINKS_IN_A_ROW):
        yield from _next_links(head, after, min(after + LINKS_IN_A_ROW, head.seq))


def _next_links(head: LedgerHead, since: int, last: int) -> Iterator[tuple[int, str, str]]:
    statement = LINKS.format(text=TEXTS[connection.vendor])
    asked: Callable[[], list[tuple[int, str, str]]] = list
    with statements.without_waiting():
        for after in range(since, last, LINKS_AT_ONCE):
            until = min(after + LINKS_AT_ONCE, last)
            coming = statements.ask_columns(statement, [head.store_id, after, until])
            yield from asked()
            asked = coming
        yield from asked()


def _faults_of(head: LedgerHead, seq: int, *, after: int, previous: str) -> Iterator[Broken]:
    """What is wrong with a link that is not the expected one; nothing when only its text was
    spelled in another way than `changes.link_hash` does it."""
    link = Change.objects.get(store=head.store_id, seq=seq)
    if seq != after + 1:
        yield Broken("inventory_change", seq, f"link {after + 1} is missing")
    if previous and link.prev_hash != previous:
        yield Broken("inventory_change", seq, "is not joined to the link before")
    if changes.link_hash(link) != link.hash:
        yield Broken("inventory_change", seq, f"was changed ({link.kind} {link.number})")


def _verify_model(model: type[Model], head: LedgerHead, since: int) -> Iterator[Broken]:
    rows = model._default_manager.filter(
        change__store=head.store_id, change__seq__gt=since, change__seq__lte=head.seq
    )
    full = rows.select_related("change").prefetch_related(*changes.part_paths(model))
    for row in full.order_by("pk").iterator(chunk_size=CHUNK):
        if not changes.is_covered(row, row.change):  # type: ignore[attr-defined]  # because: chained_models
            yield Broken(model._meta.db_table, row.pk, f"is not what {row.change} wrote")  # type: ignore[attr-defined]  # because: chained_models


def _models_with_rows(head: LedgerHead, since: int) -> list[type[Model]]:
    """Those that may have rows to be looked at: few of all, since the last seal."""
    models = chained_models()
    each = " UNION ALL ".join(
        PRESENT_IN.format(number=number, table=model._meta.db_table)
        for number, model in enumerate(models)
    )
    statement = PRESENT.format(each=each)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"store": head.store_id, "since": since, "until": head.seq})
        return [models[number] for (number,) in sorted(cursor.fetchall())]


def _links_without_rows(
    head: LedgerHead, since: int, present: Sequence[type[Model]]
) -> Iterator[Broken]:
    """A row that was deleted behind the system's back leaves its link alone. `present`: all models
    that have rows of these links."""
    told = {"store": head.store_id, "since": since, "until": head.seq}
    noted = {f"note{n}": kind for n, kind in enumerate(sorted(NOTES))}
    owners = " ".join(OWNED.format(table=model._meta.db_table) for model in present)
    statement = LONELY.format(notes=", ".join(f"%({name})s" for name in noted), owners=owners)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**told, **noted})
        for seq, kind, number in cursor.fetchall():
            yield Broken("inventory_change", seq, f"its row is gone ({kind} {number})")
