"""The chain: audit, feed and proof at once. Nothing in the shop happens outside it.

    with changes.opened(store=store, by=user) as book:
        book.write(movements, kind="piece_sold", number=sale.number)

`opened` is the transaction and the lock: the store's head stays locked until commit, so the order
of `seq` is the order of commits, and a reader of the feed never misses a row.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.ground import statements
from inventory.ground.errors import RuleBroken
from inventory.models import Change, LedgerHead, Store, Written

W = TypeVar("W", bound=Written)

AT_HAND = "_parts_at_hand"
# an encoder that is made once costs half as much as `json.dumps` for each row
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class BooksBroken(RuleBroken):
    """The books of this store do not agree; it may read and count, but not write."""

    code = "books_broken"
    status = 503
    sentence = _("The books of this store do not agree. Nothing was saved; call head office.")


class Book:
    """One store's chain, held open by one writer until the transaction ends."""

    def __init__(self, *, head: LedgerHead, store: Store, by: User) -> None:
        self.head = head
        self.store = store
        self.by = by
        self.at = timezone.now()

    def write(self, rows: Sequence[W], *, kind: str, number: str = "") -> list[W]:
        """New rows of one model, each with its link. `number` of the document they belong to,
        else each row's own `number` or that of its piece."""
        links = [self._link(row, kind=kind, number=number) for row in rows]
        statements.insert_linked(links, rows)
        return list(rows)

    def note(self, row: Model, *, kind: str, number: str) -> Change:
        """The link of a row that exists already, such as an open sale that is completed now;
        the caller saves `row.change`."""
        link = self._link(row, kind=kind, number=number)
        statements.insert([link])
        statements.hear()  # whoever saves it needs its id
        return link

    def _link(self, row: Model, *, kind: str, number: str) -> Change:
        piece_id = getattr(row, "piece_id", None)
        link = Change(
            store_id=self.store.pk,
            seq=self.head.seq + 1,
            at=self.at,
            by_id=self.by.pk,
            kind=kind,
            number=number or _number_of(row),
            piece_id=piece_id,
            digest=digest(row),
            prev_hash=self.head.hash,
        )
        link.hash = link_hash(link)
        self.head.seq, self.head.hash = link.seq, link.hash
        return link


@contextmanager
def opened(*, store: Store, by: User) -> Iterator[Book]:
    """A transaction with the store's head locked. Refused when the store's books are broken."""
    with transaction.atomic():
        # who waits here gets the next number; nobody reads a head that may still be rolled back
        (head,) = statements.read(LedgerHead, "store_id = %s", [store.pk], lock=True)
        if head.broken:
            raise BooksBroken
        before = head.seq
        book = Book(head=head, store=store, by=by)
        yield book
        if head.seq != before:
            statements.put(LedgerHead, "id = %s", [head.pk], seq=head.seq, hash=head.hash)


def start_chain(store: Store) -> LedgerHead:
    """The head of a new store; its first link points at the store's code."""
    genesis = hashlib.sha256(f"store {store.code}".encode()).hexdigest()
    return LedgerHead.objects.create(store=store, hash=genesis)


def link_hash(link: Change) -> str:
    """Covers every column of a link and the hash of the one before."""
    return _sha256(
        [
            link.prev_hash,
            link.store_id,
            link.seq,
            _plain(link.at),
            link.by_id,
            link.kind,
            link.number,
            link.piece_id,
            link.digest,
        ]
    )


def digest(row: Model, *, spelled_out: bool = False) -> str:
    """SHA-256 over all columns of a row and of the rows that belong to it, but not over its own
    key, its link, and the columns named in `chain_exempt`. `spelled_out`: see `content`."""
    return _sha256(content(row, spelled_out=spelled_out))


def content(row: Model, *, spelled_out: bool = False) -> dict[str, Any]:
    """What the digest of a row covers, as plain values by column name. A column or part of
    `chain_later` counts only where it says more than a row from before it could; `spelled_out`: the
    columns of `chain_spelled_out` count all the same."""
    plain = {name: _plain(getattr(row, name)) for name in _covered(type(row))}
    at_hand = vars(row).get(AT_HAND, {})
    for part in getattr(row, "chain_parts", ()):
        parts = at_hand[part] if part in at_hand else parts_of(row, part)
        plain[part] = [content(each, spelled_out=spelled_out) for each in parts]
    kept = getattr(row, "chain_spelled_out", ()) if spelled_out else ()
    for name, before in getattr(row, "chain_later", {}).items():
        if plain[name] == before and name not in kept:
            del plain[name]
    return plain


def parts_of(row: Model, part: str) -> Iterable[Model]:
    """The rows that belong to a row, with all that belongs to them: one query for each kind of
    part, however many there are."""
    rows: QuerySet[Model] = getattr(row, part).all()
    if part in getattr(row, "_prefetched_objects_cache", {}):
        return rows
    return rows.prefetch_related(*part_paths(rows.model))


def is_covered(row: Model, link: Change) -> bool:
    """Whether a row is what its link says, in the spelling of any release."""
    return link.digest == digest(row) or link.digest == digest(row, spelled_out=True)


@cache
def _covered(model: type[Model]) -> list[str]:
    exempt = {"id", "change_id", *getattr(model, "chain_exempt", ())}
    names = [field.attname for field in model._meta.concrete_fields]
    return [name for name in names if name not in exempt]


def lay_out(row: Model, **parts: Sequence[Model]) -> None:
    """Parts that were read already, all of them and in their order: the digest of this row asks
    the database for them no more."""
    vars(row)[AT_HAND] = parts


def _plain(value: object) -> object:
    if type(value) in statements.PLAIN_VALUES:
        return value
    if isinstance(value, datetime):
        # one spelling for both databases, whatever zone the value came in
        return timezone.localtime(value, UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    return value


def _sha256(value: object) -> str:
    return hashlib.sha256(_encode(value).encode()).hexdigest()


def _number_of(row: Model) -> str:
    if own := getattr(row, "number", ""):
        return str(own)
    belongs_to = getattr(row, "piece", None) or getattr(row, "card", None)
    return str(belongs_to.number) if belongs_to is not None else str(row)[:40]


# --- append-only is the database's word -----------------------------------------------------


def append_only_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if getattr(model, "append_only", False)]


def protect(using: str = "default") -> None:
    """Puts the triggers on every append-only table that lacks them; safe to repeat."""
    lacking = _missing(using)
    with connections[using].cursor() as cursor:
        for statement in lacking.values():
            cursor.execute(statement)


def protected_tables() -> set[str]:
    return {model._meta.db_table for model in append_only_models()}


def missing_triggers(using: str = "default") -> list[str]:
    """Names of triggers that should stand on a table and do not; a table that a migration has yet
    to make lacks none."""
    return sorted(_missing(using))


def _missing(using: str) -> dict[str, str]:
    """The same, with the statement that puts each there."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    wanted: dict[str, str] = {}
    for table in protected_tables() & present:
        wanted |= _triggers(connection.vendor, table)
    return {name: statement for name, statement in wanted.items() if name not in there}


def _triggers(vendor: str, table: str) -> dict[str, str]:
    """Trigger name to the statement that puts it there unless it stands already."""
    if vendor == "sqlite":
        return {
            f"{table}_no_{act}": f"""CREATE TRIGGER IF NOT EXISTS "{table}_no_{act}"
                BEFORE {act} ON "{table}"
                BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"""
            for act in ("update", "delete")
        }
    function = f"""CREATE OR REPLACE FUNCTION {table}_written_once() RETURNS trigger AS
        $$ BEGIN RAISE EXCEPTION '{table} is written once'; END $$ LANGUAGE plpgsql;"""
    return {
        f"{table}_no_{act}": f"""{function} CREATE OR REPLACE TRIGGER "{table}_no_{act}"
            BEFORE {act} ON "{table}" {each} EXECUTE FUNCTION {table}_written_once()"""
        for act, each in (
            ("update", "FOR EACH ROW"),
            ("delete", "FOR EACH ROW"),
            ("truncate", "FOR EACH STATEMENT"),
        )
    }


def protect_after_migrate(using: str, **_kwargs: object) -> None:
    protect(using)


def part_paths(model: type[Model], prefix: str = "") -> Iterator[str]:
    for part in getattr(model, "chain_parts", ()):
        yield prefix + part
        related = model._meta.get_field(part).related_model
        if isinstance(related, type):
            yield from part_paths(related, f"{prefix}{part}__")
