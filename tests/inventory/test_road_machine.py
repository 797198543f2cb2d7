"""Whatever two stores send, receive, recall, lose and find, in any order: no piece and no gram is
made or lost, every piece is in one book, and both books agree.

The model knows of each piece where it is; what the shop says is compared with it after each act.
"""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from counter.books import verify
from inventory import queries, shipment_arrivals, shipment_outcomes, shipments
from inventory.ground import approvals
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, Place, Shipment, State, Store
from inventory.shipment_arrivals import Found
from tests import shipments as parcels
from tests.cast import Shop

EXAMPLES, STEPS = 6, 14
PIECES = 6
SOME = st.sets(st.integers(0, PIECES - 1), min_size=1, max_size=3)
ANY = st.integers(0, 50)


class Road(RuleBasedStateMachine):
    """Six pieces, two stores, and the road between them."""

    shop: Shop  # laid down by the test
    people: dict[str, tuple[User, User, Place]]  # by store: two people, and a tray
    rows: list[Piece]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()  # each run begins with the same pieces
        self.at = dict.fromkeys((row.number for row in self.rows), "S01")
        self.road: dict[str, tuple[str, str, set[str]]] = {}  # shipment: from, to, on the road
        self.lost: dict[str, tuple[str, str, set[str]]] = {}  # the same of what is lost

    def store(self, code: str) -> Store:
        return Store.objects.get(code=code)

    def shipment(self, number: str) -> Shipment:
        rows = Shipment.objects.select_related("store", "to_store")
        return rows.get(number=number)

    def pieces(self, numbers: set[str]) -> list[Piece]:
        return list(Piece.objects.filter(number__in=numbers))

    # --- acts

    @rule(which=SOME, back=st.booleans())
    def send(self, which: set[int], back: bool) -> None:
        start, end = ("S02", "S01") if back else ("S01", "S02")
        numbers = {self.rows[index].number for index in which}
        first, second, _tray = self.people[start]
        try:
            sent = shipments.send(
                rows=self.pieces(numbers),
                store=self.store(start),
                to=self.store(end),
                way=parcels.CARRIER,
                handed_by=second,
                sender=first,
            )
        except RuleBroken:
            assert any(self.at[number] != start for number in numbers)
        else:
            assert all(self.at[number] == start for number in numbers)
            self.road[sent.number] = (start, end, set(numbers))
            self.at |= dict.fromkeys(numbers, "road")

    @precondition(lambda self: self.road)
    @rule(index=ANY, which=SOME)
    def receive(self, index: int, which: set[int]) -> None:
        number = sorted(self.road)[index % len(self.road)]
        start, end, inside = self.road[number]
        _start, _end, lost = self.lost.get(number, (start, end, set()))
        found = {self.rows[each].number for each in which}
        by, _second, tray = self.people[end]
        waiting = inside | lost
        on_slip = self.shipment(number).lines.values_list("piece__number", flat=True)
        may = bool(found and waiting) and not (found & set(on_slip)) - waiting
        rows = [Found(piece) for piece in self.pieces(found)]
        try:
            shipment_arrivals.receive(
                shipment=self.shipment(number), found=rows, to=tray, receiver=by, by=by
            )
        except RuleBroken:
            assert not may
        else:
            assert may
            came = found & waiting  # the others are too many: they stay where they are
            self._leave_road(number, came)
            self.at |= dict.fromkeys(came, end)

    @precondition(lambda self: self.road)
    @rule(index=ANY)
    def recall(self, index: int) -> None:
        number = sorted(self.road)[index % len(self.road)]
        start, _end, inside = self.road[number]
        sent = self.shipment(number)
        first, second, _tray = self.people[start]
        is_whole = sent.state == "sent"
        ask = shipments.recall_ask(sent)
        approvals.grant(ask=ask, store=sent.store, asked_by=first, by=second)
        try:
            shipments.recall(shipment=sent, by=first)
        except RuleBroken:
            assert not is_whole
        else:
            assert is_whole
            whole = set(inside)
            self._leave_road(number, whole)
            self.at |= dict.fromkeys(whole, start)

    @precondition(lambda self: self.road)
    @rule(index=ANY, outcome=st.sampled_from(("back", "lost", "written_off")))
    def settle(self, index: int, outcome: str) -> None:
        number = sorted(self.road)[index % len(self.road)]
        start, end, inside = self.road[number]
        if not inside:
            return
        told = sorted(inside)[index % len(inside)]
        line = self.shipment(number).lines.get(piece__number=told)
        parcels.agree(self.shop, line, outcome, asked_by=self.shop.head)
        try:
            shipment_outcomes.settle(line=line, outcome=outcome, remark="说明", by=self.shop.head)
        except RuleBroken:
            assert outcome == "written_off"
            return
        self._leave_road(number, {told})
        if outcome == "lost":
            self.lost.setdefault(number, (start, end, set()))[2].add(told)
        self.at[told] = start if outcome == "back" else "lost"

    @precondition(lambda self: any(told[2] for told in self.lost.values()))
    @rule(index=ANY)
    def find_again(self, index: int) -> None:
        number = sorted(key for key, told in self.lost.items() if told[2])[0]
        start, _end, inside = self.lost[number]
        told = sorted(inside)[index % len(inside)]
        line = self.shipment(number).lines.get(piece__number=told)
        shipment_outcomes.settle(line=line, outcome="back", remark="找到", by=self.shop.head)
        inside.discard(told)
        self.at[told] = start

    def _leave_road(self, number: str, numbers: set[str]) -> None:
        for where in (self.road, self.lost):
            if number in where:
                where[number][2].difference_update(numbers)
        if not self.road[number][2]:
            del self.road[number]

    # --- what holds after each act

    @invariant()
    def every_piece_is_where_the_model_says(self) -> None:
        rows = Piece.objects.filter(number__in=self.at).select_related("store", "place")
        told = {row.number: _where(row) for row in rows}
        assert told == self.at
        assert all(row.place is not None and row.place.store_id == row.store_id for row in rows)

    @invariant()
    def no_gram_is_made_or_lost(self) -> None:
        now = queries.tally(Piece.objects.filter(number__in=self.at))
        assert now.line == "6 pieces · Fine gold 52.32 g"

    @invariant()
    def an_open_parcel_holds_what_is_on_the_road(self) -> None:
        rows = Shipment.objects.filter(closed_at__isnull=True).prefetch_related("lines__piece")
        told = {
            row.number: {line.piece.number for line in row.lines.all() if line.state == "road"}
            for row in rows
        }
        assert told == {number: inside for number, (_a, _b, inside) in self.road.items()}

    def teardown(self) -> None:
        stores = Store.objects.filter(code__in=("S01", "S02")).select_related("ledger_head")
        try:
            assert [str(each) for store in stores for each in verify(store, full=True)] == []
        finally:
            transaction.savepoint_rollback(self.point)


def _where(piece: Piece) -> str:
    if piece.state == State.IN_TRANSIT:
        return "road"
    return "lost" if piece.state == State.MISSING else piece.store.code


@pytest.mark.django_db
def test_nothing_is_made_or_lost_between_two_stores(shop: Shop) -> None:
    Road.shop = shop
    Road.rows = [shop.piece() for _each in range(PIECES)]
    fang = parcels.hire_fang(shop)
    Road.people = {
        "S01": (shop.lin, shop.zhao, shop.tray("A-02")),
        "S02": (shop.sun, fang, shop.tray("A-01", shop.s02)),
    }
    run_state_machine_as_test(
        Road,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a run is short as it is
            suppress_health_check=list(HealthCheck),
        ),
    )
