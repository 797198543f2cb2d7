"""B3: fifty clients want one piece, five thousand pieces, or the answer to one request."""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from counter import bills
from counter.models import Payment, Sale
from inventory.models import Hold, Piece, State
from tests.bench import stencils
from tests.bench.crowds import Crowd, Turn
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.operations.b2_complete_sale import completion
from tests.bench.servers import Answer, all_at_once, request

WORST_MOST = 3.0
UNEVEN_MOST = 2.0
LINES_A_BILL = 40


class Fight(Operation):
    """A crowd whose members put pieces on bills of their own. The floor writes the same rows."""

    each = False

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        shop = ground.shop
        self.bills: dict[int, Sale] = {}
        self.lines: Counter[int] = Counter()
        clients = ground.scale.clients
        self.raw_bills = [bills.begin(counter=shop.a, by=shop.lin).pk for _ in range(clients)]
        self.bill_of = {row.pk: str(row.uuid) for row in Sale.objects.filter(pk__in=self.raw_bills)}
        ground.accept_written()
        self.crowd = Crowd(clients, ours=self._add, floor=self._add_raw)
        self.turns: dict[bool, list[Turn]] = {False: [], True: []}
        self.wanted: list[int] = []

    def _race(self, *, raw_queue: bool, count: int) -> Turn:
        goods = self.ground.more_stock(count)
        self.wanted += [piece.pk for piece in goods]
        turn = self.crowd.race(goods, raw_queue=raw_queue, each=self.each)
        if turn.wins != count:
            raise WrongAnswer(f"{turn.wins} winners of {count} pieces")
        self.turns[raw_queue].append(turn)
        return turn

    def _add(self, place: int, piece: Piece) -> bool:
        """In a child: on to a bill of its own, a new one when it is full."""
        shop = self.ground.shop
        if place not in self.bills or self.lines[place] >= LINES_A_BILL:
            self.bills[place] = bills.begin(counter=shop.a, by=shop.lin)
            self.lines[place] = 0
        bills.add_piece(sale=self.bills[place], piece=piece, by=shop.lin)
        self.lines[place] += 1
        return True

    def _add_raw(self, database: Any, place: int, piece: Piece) -> bool:
        """In a child: the rows that `bills.add_piece` writes, on one connection."""
        shop, bill = self.ground.shop, self.raw_bills[place]
        row = _Held(piece, bill, self.bill_of[bill], shop.s01.pk, shop.a.pk, shop.lin.pk)
        return row.write(_Cursor(database.cursor()))

    def check(self) -> None:
        held = Piece.objects.filter(pk__in=self.wanted, state=State.HELD).count()
        holds = Hold.objects.filter(piece__in=self.wanted, ended_at__isnull=True).count()
        if (held, holds) != (len(self.wanted), len(self.wanted)):
            raise WrongAnswer(f"{held} of {len(self.wanted)} pieces held by {holds} bills")
        self.wanted = []
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        self.crowd.close()
        errors = sum(turn.lock_errors for turn in self.turns[False])
        self.extra["lock_errors"] = errors
        if errors:
            yield f"{errors} lock errors"


class OnePiece(Fight):
    """The longest of fifty waits, the winner's or that of a clean refusal."""

    id = "B3a"
    name = "50 clients, one piece, worst wait"
    target = WORST_MOST
    stretch = 2.0
    each = True

    def ours(self) -> Sample:
        turn = self._race(raw_queue=False, count=1)
        refused = sum(each.refusals for each in turn.told)
        if refused != len(turn.told) - 1:
            raise WrongAnswer(f"{refused} clean refusals for {len(turn.told)} clients")
        return turn.worst

    def floor(self) -> Sample:
        return self._race(raw_queue=True, count=1).worst

    def finish(self, measured: Measured) -> Iterator[str]:
        self.extra["winners"] = max(turn.wins for turn in self.turns[False])
        yield from super().finish(measured)


class ManyPieces(Fight):
    """Pieces a second, shared among all."""

    id = "B3b"
    name = "50 clients, many pieces"
    better = "higher"
    target = 0.25
    stretch = 0.4

    def ours(self) -> Sample:
        return self._race(raw_queue=False, count=self.ground.scale.contended).sample

    def floor(self) -> Sample:
        return self._race(raw_queue=True, count=self.ground.scale.contended).sample

    def finish(self, measured: Measured) -> Iterator[str]:
        yield from super().finish(measured)
        wins: Counter[int] = Counter()
        for turn in self.turns[False]:
            for place, told in enumerate(turn.told):
                wins[place] += told.wins
        fairness = max(wins.values()) / max(min(wins.values()), 1)
        worst = measured.ours.worst_us / measured.floor.worst_us
        self.extra |= {"fairness": round(fairness, 2), "worst_to_floor": round(worst, 2)}
        if fairness > UNEVEN_MOST:
            yield f"fairness 1 : {fairness:.1f}, more than 1 : {UNEVEN_MOST:.0f}"
        if worst > WORST_MOST:
            yield f"the worst wait is {worst:.1f} times the floor's, more than {WORST_MOST:.0f}"


class OneKey(Operation):
    """One completion sent by fifty clients with one key, over HTTP. Floor: as many requests for a
    constant at once; the ratio judges nothing, the one sale and the equal answers do."""

    id = "B3c"
    name = "50 clients, one request key (HTTP)"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.cookie = ground.session(ground.shop.lin)
        self.total = ground.total_cents()
        self.wires = [ground.server.connect() for _ in range(ground.scale.clients)]
        self.done: list[tuple[Sale, list[Answer]]] = []

    def ours(self) -> Sample:
        (row,) = self.ground.open_bills(1)
        asked = completion(row, self.total, self.cookie, secrets.token_urlsafe(18))
        sample, answers = all_at_once(self.wires, [asked] * len(self.wires))
        self.done.append((row, answers))
        return sample

    def floor(self) -> Sample:
        asked = [request("GET", "/bench/plain/")] * len(self.wires)
        return all_at_once(self.wires, asked)[0]

    def check(self) -> None:
        for sale, answers in self.done:
            told = {answer.status for answer in answers}
            places = {answer.header("Location") for answer in answers if answer.status == 303}
            paid = Payment.objects.filter(sale=sale).count()
            if not told <= {303, 409} or len(places) != 1 or paid != 2:
                raise WrongAnswer(f"answers {sorted(told)}, {len(places)} sales, {paid} payments")
        self.done = []
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        for wire in self.wires:
            wire.socket.close()
        self.extra["winners"] = 1
        yield from ()


class _Cursor:
    """One spelling of marks for both drivers."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def run(self, sql: str, *params: object) -> Any:
        if connection.vendor == "sqlite":
            sql = sql.replace("%s", "?").replace(" FOR UPDATE", "")
        return self.cursor.execute(sql, params) or self.cursor


class _Held:
    """A silver charm that goes on a bill: seven statements and the link of its movement."""

    def __init__(
        self, piece: Piece, sale_id: int, bill: str, store_id: int, counter_id: int, user_id: int
    ) -> None:
        self.piece, self.sale_id, self.store_id = piece, sale_id, store_id
        self.counter_id, self.user_id = counter_id, user_id
        self.bill = bill.replace("-", "") if connection.vendor == "sqlite" else bill
        now = datetime.now(UTC)
        self.moment = now.isoformat(timespec="microseconds")
        adapt = connection.ops.adapt_datetimefield_value
        self.at, self.until = adapt(now), adapt(now + timedelta(minutes=15))

    def write(self, cursor: _Cursor) -> bool:
        cursor.run("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        head = cursor.run(
            "SELECT seq, hash FROM inventory_ledgerhead WHERE store_id = %s FOR UPDATE",
            self.store_id,
        ).fetchone()
        found = cursor.run(
            "UPDATE inventory_piece SET state = 'held', updated_at = %s"
            " WHERE id = %s AND state = 'on_sale'",
            self.at,
            self.piece.pk,
        )
        is_ours = found.rowcount == 1
        if is_ours:
            self._write_rows(cursor, *head)
        cursor.run("COMMIT")
        return bool(is_ours)

    def _write_rows(self, cursor: _Cursor, seq: int, before: str) -> None:
        piece, place = self.piece, self.piece.place_id
        content = {
            "piece_id": piece.pk, "old": "on_sale", "new": "held", "from_place_id": place,
            "to_place_id": place, "reason": "held", "net_mg": piece.net_mg,
            "at_counter_id": self.counter_id, "transfer_id": None,
        }  # fmt: skip
        digest = stencils.sha256(content)
        told = [self.store_id, seq + 1, self.moment, self.user_id, "piece_held", piece.number]
        new = stencils.sha256([before, *told, piece.pk, digest])
        told[2] = self.at
        (change_id,) = cursor.run(
            "INSERT INTO inventory_change (store_id, seq, at, by_id, kind, number, piece_id,"
            " digest, prev_hash, hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " RETURNING id",
            *told, piece.pk, digest, before, new,
        ).fetchone()  # fmt: skip
        cursor.run(
            "INSERT INTO inventory_movement (change_id, piece_id, old, new, from_place_id,"
            " to_place_id, reason, net_mg, at_counter_id)"
            " VALUES (%s, %s, 'on_sale', 'held', %s, %s, 'held', %s, %s)",
            change_id, piece.pk, place, place, piece.net_mg, self.counter_id,
        )  # fmt: skip
        cursor.run(
            "INSERT INTO inventory_hold (piece_id, bill, counter_id, by_id, until)"
            " VALUES (%s, %s, %s, %s, %s)",
            piece.pk, self.bill, self.counter_id, self.user_id, self.until,
        )  # fmt: skip
        (line_id,) = cursor.run(
            "INSERT INTO counter_saleline (sale_id, position, state, piece_id, net_mg,"
            " metal_cents, labour_cents, fixed_cents, reduced_cents, total_cents,"
            " acknowledged_how)"
            " VALUES (%s, 1, 'open', %s, %s, 0, 0, %s, 0, %s, '') RETURNING id",
            self.sale_id, piece.pk, piece.net_mg, piece.price_cents, piece.price_cents,
        ).fetchone()  # fmt: skip
        cursor.run(
            "INSERT INTO counter_lineseller (line_id, user_id, share_bp) VALUES (%s, %s, 10000)",
            line_id,
            self.user_id,
        )
        cursor.run(
            "UPDATE inventory_ledgerhead SET seq = %s, hash = %s WHERE store_id = %s",
            seq + 1,
            new,
            self.store_id,
        )
