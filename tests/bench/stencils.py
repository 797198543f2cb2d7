"""A history in a minute: rows that the rules wrote once, stamped many thousand times.

Each copy has its own ids, numbers and links; digests and hashes are computed as `changes` does it,
so `verify_books --full` is as content with the copies as with what they were copied from.
"""

import hashlib
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from counter.models import LineSeller, Payment, Sale, Tendered
from inventory.ground import changes, codes
from inventory.models import (
    Certificate,
    Change,
    Cost,
    DocumentCounter,
    Hold,
    LedgerHead,
    Movement,
    Piece,
    Stone,
    Store,
)
from tests.bench.measuring import SEED
from warranty.models import BenefitEntry, Card

CHUNK = 2_000  # copies that are in memory at once
SALES_A_DAY = 5_000
FIRST_PIECE = 500_000_000
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

Row = dict[str, Any]
_turn = itertools.count()
_dice = random.Random(SEED)  # noqa: S311  because: the cards of a benchmark are no secret


class Stencil:
    """Some rows that belong together; `stamp` makes copies of all of them."""

    def __init__(self, rows: Sequence[Model]) -> None:
        self.rows = [_Cut(row) for row in rows]
        self.counts: dict[type[Model], int] = defaultdict(int)
        index = {}
        for cut in self.rows:
            index[cut.model, cut.old_id] = cut.index = self.counts[cut.model]
            self.counts[cut.model] += 1
        for cut in self.rows:
            cut.find_keys(index)
        self.links = sorted((cut for cut in self.rows if cut.link), key=lambda cut: cut.seq)
        self.parts = _parts_by_owner(self.rows)

    def stamp(self, store: Store, copies: int, *, fresh: Callable[[], "Fresh"]) -> None:
        """So many copies, each with the fresh values of one call of `fresh`."""
        for first in range(0, copies, CHUNK):
            self._stamp(store, min(CHUNK, copies - first), fresh)

    @transaction.atomic
    def _stamp(self, store: Store, copies: int, fresh: Callable[[], "Fresh"]) -> None:
        head = LedgerHead.objects.select_for_update().get(store=store)
        tables: dict[type[Model], list[list[Any]]] = defaultdict(list)
        base = {model: _last_id(model) + 1 for model in self.counts}
        link_id = _last_id(Change) + 1
        for copy in range(copies):
            ids = {model: base[model] + copy * n for model, n in self.counts.items()}
            new = fresh()
            copies_of = {id(cut): cut.copied(ids, new) for cut in self.rows}
            for cut in self.links:
                link = cut.linked(head, self._whole(cut, copies_of), ids, new)
                tables[Change].append([link_id, *link])
                copies_of[id(cut)].columns[cut.link_place] = link_id
                link_id += 1
            for cut in self.rows:
                tables[cut.model].append(copies_of[id(cut)].columns)
        for model, rows in tables.items():
            insert(model, rows)
        LedgerHead.objects.filter(pk=head.pk).update(seq=head.seq, hash=head.hash)

    def _whole(self, cut: "_Cut", copies: Mapping[int, "_Copy"]) -> Row:
        """The content of a row with its parts, as its digest covers it."""
        whole = copies[id(cut)].content
        for part, cuts in self.parts.get(id(cut), {}).items():
            whole[part] = [self._whole(each, copies) for each in cuts]
        return whole


class Fresh:
    """What is different in a copy: values by the value that stands in the stencil."""

    def __init__(self, values: Mapping[object, object]) -> None:
        self.values = values


class _Cut:
    """One row of a stencil: what all copies share is prepared once, the rest is put in."""

    def __init__(self, row: Model) -> None:
        self.model = type(row)
        self.fields = list(row._meta.concrete_fields)
        self.row: Row = {field.attname: getattr(row, field.attname) for field in self.fields}
        self.old_id = row.pk
        self.index = 0
        self.link: Change | None = getattr(row, "change", None)
        self.seq = self.link.seq if self.link else 0
        self.link_place = (
            [field.attname for field in self.fields].index("change_id") if self.link else -1
        )
        if self.link:
            at = timezone.localtime(self.link.at, UTC)
            self.told_at = at.isoformat(timespec="microseconds")
            self.kept_at = connection.ops.adapt_datetimefield_value(self.link.at)
        self.exempt = {"id", "change_id", *getattr(row, "chain_exempt", ())}
        self.part_names: tuple[str, ...] = getattr(row, "chain_parts", ())
        self.columns = [
            field.get_db_prep_save(self.row[field.attname], connection) for field in self.fields
        ]
        self.content = {
            name: value
            for name, value in changes.content(row).items()
            if name not in self.part_names
        }
        # place among the columns, name in the content or "", and whose id, or which fresh value
        self.keys: list[tuple[int, str, type[Model], int]] = []
        self.fresh: list[tuple[int, str, Any, object]] | None = None
        self.piece_index: int | None = None

    def find_keys(self, index: Mapping[tuple[type[Model], int], int]) -> None:
        """Which columns point at rows of the same stencil, its own id among them."""
        for place, field in enumerate(self.fields):
            model: Any = self.model if field.primary_key else field.related_model
            found = index.get((model, self.row[field.attname]))
            if found is not None:
                self.keys.append((place, self._told(field.attname), model, found))
                if field.attname == "piece_id":
                    self.piece_index = found

    def copied(self, ids: Mapping[type[Model], int], new: Fresh) -> "_Copy":
        if self.fresh is None:
            self.fresh = [
                (place, self._told(field.attname), field, self.row[field.attname])
                for place, field in enumerate(self.fields)
                if self.row[field.attname] in new.values
            ]
        columns, content = self.columns.copy(), self.content.copy()
        for place, name, model, index in self.keys:
            columns[place] = key = ids[model] + index
            if name:
                content[name] = key
        for place, name, field, old in self.fresh:
            value = new.values[old]
            columns[place] = field.get_db_prep_save(value, connection)
            if name:
                content[name] = str(value)  # a number, a day or a UUID
        return _Copy(columns, content)

    def linked(
        self, head: LedgerHead, whole: Row, ids: Mapping[type[Model], int], new: Fresh
    ) -> list[Any]:
        """The columns of the next link, without its id; `head` moves on to it."""
        assert self.link is not None
        link = self.link
        piece_id = None if self.piece_index is None else ids[Piece] + self.piece_index
        number = new.values.get(link.number, link.number)
        before, digest = head.hash, sha256(whole)
        head.seq += 1
        told = [before, head.store_id, head.seq, self.told_at, link.by_id, link.kind, number]
        head.hash = sha256([*told, piece_id, digest])
        columns = [head.store_id, head.seq, self.kept_at, link.by_id, link.kind, number]
        return [*columns, piece_id, digest, before, head.hash]

    def _told(self, name: str) -> str:
        """The name under which a digest covers a column, empty when it does not."""
        return "" if name in self.exempt else name


@dataclass
class _Copy:
    """The columns of one new row, and what a digest covers of them."""

    columns: list[Any]
    content: Row


def sale_stencil(sale: Sale) -> Stencil:
    """A bill, open or completed, with its pieces and all that hangs on both."""
    lines = list(sale.lines.order_by("pk"))
    goods = Piece.objects.filter(pk__in=[line.piece_id for line in lines]).order_by("pk")
    cards = Card.objects.filter(sale_line__in=lines).select_related("change").order_by("pk")
    entries = BenefitEntry.objects.filter(card__in=cards).select_related("change").order_by("pk")
    return Stencil(
        [
            *_with_goods(list(goods)),
            *Hold.objects.filter(bill=sale.uuid).order_by("pk"),
            sale,
            *lines,
            *LineSeller.objects.filter(line__in=lines).order_by("pk"),
            *Tendered.objects.filter(sale=sale).order_by("pk"),
            *Payment.objects.filter(sale=sale).select_related("change").order_by("pk"),
            *cards,
            *entries,
        ]
    )


def piece_stencil(piece: Piece) -> Stencil:
    return Stencil(_with_goods([piece]))


def _with_goods(goods: Sequence[Piece]) -> list[Model]:
    belongings = (Cost, Stone, Certificate)
    rows = [row for model in belongings for row in model._default_manager.filter(piece__in=goods)]
    steps = Movement.objects.filter(piece__in=goods).select_related("change").order_by("pk")
    return [*goods, *rows, *steps]


def fresh_sale(
    sale: Sale, *, days: Iterator[tuple[date, str]] | None = None
) -> Callable[[], Fresh]:
    """Numbers for copies of a bill; of a completed one also day and number out of `days`."""
    lines = list(sale.lines.select_related("piece"))
    reports = Certificate.objects.filter(piece__in=[line.piece_id for line in lines])
    cards = list(Card.objects.filter(sale_line__in=lines))
    merchant = [row.merchant_number for row in sale.tendered.all() if row.merchant_number]

    def fresh() -> Fresh:
        turn = next(_turn)
        values: dict[object, object] = {sale.uuid: UUID(int=SEED * 10**12 + turn)}
        for line in lines:
            values[line.piece.number] = _piece_number()
        for report in reports:
            values[report.number] = f"9{turn:011d}{report.pk % 10}"
        for card in cards:
            values[card.number] = codes.card_number(f"{_dice.randrange(10**18):018d}")
        for number in merchant:
            values[number] = f"4200{turn:024d}"
        if days is not None:
            values[sale.business_day], values[sale.number] = next(days)
        return Fresh(values)

    return fresh


def fresh_piece(piece: Piece) -> Callable[[], Fresh]:
    """Numbers for copies of a piece."""
    reports = list(Certificate.objects.filter(piece=piece))

    def fresh() -> Fresh:
        number = _piece_number()
        values: dict[object, object] = {piece.number: number}
        for report in reports:
            values[report.number] = f"8{number}{report.pk % 10}"
        return Fresh(values)

    return fresh


def past_days(store: Store, *, before: int, until: date) -> Iterator[tuple[date, str]]:
    """Business day and number of one past sale after the other, the newest day first; `before`:
    how many have theirs already."""
    for n in itertools.count(before):
        day = until - timedelta(days=1 + n // SALES_A_DAY)
        yield day, f"{store.code}-S{day:%y%m%d}-{n % SALES_A_DAY + 1:04d}"


def count_numbers(store: Store, *, sales: int, until: date) -> None:
    """The counters of documents as they stand after so many past sales."""
    for first in range(0, sales, SALES_A_DAY):
        day = until - timedelta(days=1 + first // SALES_A_DAY)
        last = min(sales - first, SALES_A_DAY)
        DocumentCounter.objects.update_or_create(
            store=store, kind="S", day=day, defaults={"last": last}
        )


def insert(model: type[Model], rows: Sequence[Sequence[Any]]) -> None:
    """New rows with all columns and their ids, as fast as the database takes them."""
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  because: names of our own tables
            return
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _parts_by_owner(cuts: Sequence[_Cut]) -> dict[int, dict[str, list[_Cut]]]:
    """The rows that belong to a row, in the order in which its digest lists them; parts that came
    with a later release only where there are any."""
    found: dict[int, dict[str, list[_Cut]]] = {}
    for cut in cuts:
        for part in cut.part_names:
            relation: Any = cut.model._meta.get_field(part)
            key = relation.field.attname
            mine = [
                each
                for each in cuts
                if each.model is relation.related_model and each.row[key] == cut.old_id
            ]
            if mine or part not in getattr(cut.model, "chain_later", {}):
                found.setdefault(id(cut), {})[part] = mine
    return found


def _piece_number() -> str:
    return codes.piece_number(f"{FIRST_PIECE + next(_turn)}")


def _last_id(model: type[Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return last or 0


def sha256(value: object) -> str:
    return hashlib.sha256(encode(value).encode()).hexdigest()
