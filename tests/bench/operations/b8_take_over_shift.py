"""B8: open the till, count the counter blind, hand it over, and prove the chain."""

import hashlib
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from counter import counting, custody, drawers, handovers, sheets, shifts, signatures
from counter.models import (
    CountRead,
    Handover,
    HandoverKind,
    HandoverState,
    Shift,
    SignedAs,
    TrayCount,
    TrayState,
)
from inventory.ground import books
from inventory.ground.measures import Tally
from inventory.models import Change, LedgerHead, Piece, Place
from tests.bench import stencils
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.replays import raw, recorded, replayed
from tests.counters import in_notes

SHEET_US = 150_000
TURNS = 5
CHAIN_PER_S = 300_000

# one statement for each list of a sheet
LISTS = (
    "SELECT * FROM counter_traycount WHERE handover_id = {sheet}",
    "SELECT line.* FROM counter_handoverline line JOIN counter_traycount tray"
    " ON tray.id = line.tray_id WHERE tray.handover_id = {sheet}",
    "SELECT * FROM counter_handovermoney WHERE handover_id = {sheet}",
    "SELECT * FROM counter_handoveritem WHERE handover_id = {sheet}",
    "SELECT * FROM counter_signature WHERE handover_id = {sheet}",
    "SELECT seq FROM inventory_ledgerhead WHERE store_id = {store}",
)
COUNTED = """
    SELECT read.tray_id, piece.metal, piece.grade, COUNT(*), SUM(piece.net_mg)
    FROM counter_countread read JOIN inventory_piece piece ON piece.id = read.piece_id
    WHERE read.handover_id = {sheet} AND read.undone_at IS NULL
    GROUP BY read.tray_id, piece.metal, piece.grade
"""
LYING = """
    SELECT place_id, metal, grade, COUNT(*), SUM(net_mg) FROM inventory_piece
    WHERE place_id IN ({places}) AND state IN ('received', 'on_sale', 'held', 'returned')
    GROUP BY place_id, metal, grade
"""


class Count:
    """A sheet of counter A under the hands of who is on duty, everything scanned already."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.shop = ground.shop
        self.sheet = self._begin()

    def _begin(self) -> Handover:
        running = shifts.running_at(self.shop.a)
        assert running is not None
        self.outgoing: User = running.opened_by
        self.incoming = self.shop.zhao if self.outgoing == self.shop.lin else self.shop.lin
        sheet = handovers.start(
            counter=self.shop.a,
            kind=HandoverKind.CHANGE,
            incoming=self.incoming,
            by=self.outgoing,
        )
        for tray in sheet.trays.select_related("place"):
            counting.open_tray(tray=tray, by=self.outgoing)
            self._scan(sheet, tray)
        return sheet

    def _scan(self, sheet: Handover, tray: TrayCount) -> None:
        """As many scans leave the same rows, one by one."""
        seq, now = custody.head_seq(self.shop.s01), timezone.now()
        lying = Piece.objects.filter(place=tray.place_id, state__in=custody.PRESENT)
        CountRead.objects.bulk_create(
            CountRead(
                handover=sheet, tray=tray, piece=piece, by=self.outgoing, at=now, seq=seq, attempt=1
            )
            for piece in lying.order_by("pk")
        )

    def trays(self) -> list[TrayCount]:
        """Those that have not been handed in, the fullest among them."""
        rows = self.sheet.trays.filter(state=TrayState.COUNTING)
        full = rows.select_related("place", "handover__store", "handover__counter")
        return list(full.order_by("pk"))

    def hand_in(self, tray: TrayCount) -> None:
        counting.hand_in(tray=tray, by=self.outgoing)

    def settle(self) -> None:
        """All but the second signature."""
        for tray in self.trays():
            self.hand_in(tray)
        since = custody.begins_after(self.sheet)
        paid = custody.paid(self.sheet.counter, since=since)
        for row in self.sheet.money.select_related("tender", "handover__store"):
            cents, slips = paid.get(row.tender_id, (0, 0))
            if row.tender.is_cash:
                left = custody.cash_left(self.sheet, row.tender)
                notes = in_notes((left or 0) + cents)
                drawers.count_money(money=row, denominations=notes, by=self.outgoing)
            else:
                drawers.count_money(money=row, cents=cents, vouchers=slips, by=self.outgoing)
        signatures.sign(handover=self.sheet, as_=SignedAs.OUTGOING, user=self.outgoing)

    def sign(self) -> Handover:
        return signatures.sign(handover=self.sheet, as_=SignedAs.INCOMING, user=self.incoming)

    def abandon(self) -> None:
        handovers.abandon(handover=self.sheet, reason="measured", by=self.outgoing)

    def sums(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """What lies at the counter, summed from the rows of the books."""
        places = Place.objects.filter(parent=self.shop.a).values_list("pk", flat=True)
        with raw() as database:
            sql = LYING.format(places=", ".join(map(str, places)))
            rows = database.cursor().execute(sql).fetchall()
        found: dict[tuple[Any, ...], tuple[int, int]] = {}
        for _place, metal, grade, pieces, mg in rows:
            before = found.get((metal, grade), (0, 0))
            found[metal, grade] = before[0] + pieces, before[1] + int(mg)
        return found


class CountSheet(Operation):
    """The sheet with everything scanned and nothing handed in. Floor: one statement a list."""

    id = "B8a"
    name = "count sheet of the whole counter"
    target = 3.0
    stretch = 2.0
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        _take_over_once(ground)
        self.count = Count(ground)
        self.seen: list[Tally] = []

    def ours(self) -> Sample:
        return timed([self._read] * TURNS)

    def _read(self) -> None:
        sheet = sheets.handover_for(self.count.outgoing, self.count.sheet.number)
        self.seen.append(sheets.sheet_of(sheet).tally)

    def floor(self) -> Sample:
        told = {"sheet": self.count.sheet.pk, "store": self.ground.shop.s01.pk}
        statements = [sql.format(**told) for sql in (*LISTS, COUNTED)]
        with raw() as database:
            return timed([lambda: _fetch(database, statements)] * TURNS)

    def check(self) -> None:
        wanted = self.count.sums()
        for tally in self.seen:
            found = {
                (of.metal_class.metal, of.metal_class.grade): (of.pieces, of.mg)
                for of in tally.classes
            }
            if found != wanted:
                raise WrongAnswer(f"the sheet says {found}, the books say {wanted}")
        self.seen = []

    def finish(self, measured: Measured) -> Iterator[str]:
        self.count.abandon()
        self.ground.accept_written()
        if measured.ours.p95_us > SHEET_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {SHEET_US / 1000:.0f}"


class HandIn(Operation):
    """A tray is compared with the books. Floor: what lies in it, and the same rows."""

    id = "B8b"
    name = "hand in a tray"
    target = 3.0
    stretch = 2.0
    k_limit = 0.05
    grows = True

    def ours(self) -> Sample:
        count = Count(self.ground)
        trays = count.trays()[:TURNS]
        sample = timed([lambda tray=tray: count.hand_in(tray) for tray in trays])  # type: ignore[misc]  # because: mypy cannot infer a lambda with a default
        return self._end(count, sample)

    def floor(self) -> Sample:
        count = Count(self.ground)
        trays = count.trays()[:TURNS]
        sample = replayed(
            (recorded(lambda tray=tray: count.hand_in(tray)) for tray in trays),  # type: ignore[misc]  # because: as above
            reads=[
                [COUNTED.format(sheet=count.sheet.pk), LYING.format(places=tray.place_id)]
                for tray in trays
            ],
        )
        return self._end(count, sample)

    def _end(self, count: Count, sample: Sample) -> Sample:
        agreed = count.sheet.trays.filter(state=TrayState.AGREED).count()
        if agreed != len(sample.times_us):
            raise WrongAnswer(f"{agreed} of {len(sample.times_us)} trays agree")
        count.abandon()
        return sample

    def check(self) -> None:
        self.ground.check_written()


class TakeOver(Operation):
    """The second signature: shift, custody, seal and the proof of the books since the last seal.
    Floor: the lists of the sheet, what lies at the counter, and the same rows."""

    id = "B8c"
    name = "take over the shift, second PIN"
    target = 3.0
    stretch = 2.0
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.sheets: list[Handover] = []

    def ours(self) -> Sample:
        count = self._settled()
        return timed([count.sign])

    def floor(self) -> Sample:
        count = self._settled()
        places = ", ".join(str(place.pk) for place in handovers.places_of(self.ground.shop.a))
        reads = [sql.format(sheet=count.sheet.pk, store=self.ground.shop.s01.pk) for sql in LISTS]
        act = recorded(
            lambda: signatures.sign(
                handover=Handover.objects.select_related("store", "counter").get(pk=count.sheet.pk),
                as_=SignedAs.INCOMING,
                user=count.incoming,
            )
        )
        return replayed(iter([act]), reads=[[*reads, LYING.format(places=places)]])

    def _settled(self) -> Count:
        count = Count(self.ground)
        count.settle()
        self.sheets.append(count.sheet)
        return count

    def check(self) -> None:
        ids = [sheet.pk for sheet in self.sheets]
        signed = Handover.objects.filter(pk__in=ids, state=HandoverState.SIGNED).count()
        if signed != len(ids):
            raise WrongAnswer(f"{signed} of {len(ids)} sheets are signed")
        self.sheets = []
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        self.ground.check_books()
        if measured.ours.p95_us > SHEET_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {SHEET_US / 1000:.0f}"


class OpenShift(Operation):
    """One tap in the morning. Floor: the same rows."""

    id = "B8d"
    name = "open a shift"
    target = 3.0
    stretch = 2.0
    k_limit = 0.05
    grows = True

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.counter = Place.objects.select_related("store").get(store=ground.shop.s01, code="C")

    def ours(self) -> Sample:
        return timed(self._openings())

    def _openings(self) -> Iterator[Any]:
        for _turn in range(TURNS):
            yield self._open
            self._close()

    def floor(self) -> Sample:
        return replayed(self._recordings())

    def _recordings(self) -> Iterator[Any]:
        for _turn in range(TURNS):
            yield recorded(self._open)
            self._close()

    def _open(self) -> Shift:
        return shifts.open_at(counter=self.counter, by=self.ground.shop.lin)

    def _close(self) -> None:
        running = shifts.running_at(self.counter)
        if running is None:
            raise WrongAnswer("no shift was opened")
        self.ground.shop.close_shift(running)

    def check(self) -> None:
        self.ground.check_written()


class Chain(Operation):
    """Links a second since the last seal. Floor: SHA-256 of the text of one link as often,
    no database."""

    id = "B8e"
    name = "verify the chain since its seal"
    better = "higher"
    target = 0.15

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.head = LedgerHead.objects.get(store=ground.shop.s01)
        self.links = min(ground.scale.links, self.head.seq - 1)
        self.since = self.head.seq - self.links
        self.before = ground.link(self.since)
        self.text = _covered(self.before).encode()
        self.found: list[books.Broken] = []

    def ours(self) -> Sample:
        return self._rate(timed([self._verify]))

    def floor(self) -> Sample:
        return self._rate(timed([self._hash]))

    def _rate(self, sample: Sample) -> Sample:
        """Each link counts as one act."""
        return Sample([round(sample.seconds * 1e6 / self.links)] * self.links, sample.seconds)

    def _verify(self) -> None:
        before = self.before.hash
        self.found = list(books.verify_chain(self.head, since=self.since, before_hash=before))

    def _hash(self) -> None:
        text, sha256 = self.text, hashlib.sha256
        for _link in range(self.links):
            sha256(text).hexdigest()

    def check(self) -> None:
        if self.found:
            raise WrongAnswer(str(self.found[0]))
        if hashlib.sha256(self.text).hexdigest() != self.before.hash:
            raise WrongAnswer("the floor hashes another text than that of a link")
        wrong = books.verify_chain(self.head, since=self.since, before_hash="0" * 64)
        if not list(wrong):
            raise WrongAnswer("a chain that is cut passes for whole")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.extra["links"] = self.links
        if measured.ours.per_s < CHAIN_PER_S:
            yield f"{measured.ours.per_s:,} links a second, fewer than {CHAIN_PER_S:,}"


def _covered(link: Change) -> str:
    """What the hash of a link covers."""
    at = timezone.localtime(link.at, UTC).isoformat(timespec="microseconds")
    told = [link.prev_hash, link.store_id, link.seq, at, link.by_id, link.kind, link.number]
    return stencils.encode([*told, link.piece_id, link.digest])


def _take_over_once(ground: Ground) -> None:
    """From here on a sheet begins at the seal of one before, as on any day but a shop's first."""
    count = Count(ground)
    count.settle()
    count.sign()
    ground.accept_written()


def _fetch(database: Any, statements: list[str]) -> None:
    cursor = database.cursor()
    for sql in statements:
        cursor.execute(sql).fetchall()
