"""Customer and clerks act on orders in any sequence, and the server dies in between: an order is
always in exactly one place, what is refused or cut off leaves nothing behind, and the books agree.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from counter import books
from counter.models import (
    ConsentHow,
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderParcel,
    OrderState,
    OrderStep,
    Sale,
    SaleState,
    StoneAllotment,
)
from counter.showroom import (
    allotments,
    endings,
    hand_overs,
    orders,
    production,
    reviews,
    steps,
)
from counter.showroom import books as ordered_books
from counter.showroom.wishes import LineWish
from inventory.ground import nobody
from inventory.ground.errors import RuleBroken
from inventory.models import Hold, LedgerHead, Piece
from tests.orders import Workshop
from tests.showroom import BAND, DIAMOND_RING

S = OrderState
EXAMPLES, STEPS = 6, 12
HOME = {"delivery": "ship", "recipient": "何女士", "address": "上海市南京路1号"}
WISHES: tuple[tuple[LineWish, dict[str, str]], ...] = ((BAND, {}), (BAND, HOME), (DIAMOND_RING, {}))
# the straight way, as far as an order may have come when the acts begin
WAY = (
    "agree",
    "pass_on",
    "check",
    "begin",
    "allot",
    "start",
    "arrive",
    "arrive",
    "tell",
    "sell",
    "ship",
    "sign",
)
# whoever acts in a state in which this is not listed is refused
ALLOWED: dict[str, frozenset[str]] = {
    "agree": frozenset({S.PLACED}),
    "pass_on": frozenset({S.REVIEWING}),
    "check": frozenset({S.TRANSFERRED}),
    "send_back": frozenset({S.TRANSFERRED}),
    "begin": frozenset({S.CONFIRMED}),
    "allot": frozenset({S.ALLOTTING}),
    "start": frozenset({S.CONFIRMED, S.ALLOTTING}),
    "arrive": frozenset({S.IN_PRODUCTION}),
    "tell": frozenset({S.IN_PRODUCTION, S.ARRIVED}),
    "sell": frozenset({S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED}),
    "void": frozenset({S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED, S.HANDED_OVER}),
    "ship": frozenset({S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED}),
    "sign": frozenset({S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED, S.SHIPPED}),
    "cancel": endings.BY_CUSTOMER,
    "give_up": frozenset(old for old, new in steps.MOVES.items() if S.CANCELLED in new),
    "refuse": frozenset(old for old, new in steps.MOVES.items() if S.REFUSED in new),
}


class ServerDied(Exception):
    pass


class Nothing(RuleBroken):
    """There is nothing to act on."""


@contextmanager
def dying(after: int | None) -> Iterator[None]:
    """The server dies at the so many-th statement that writes; None: it lives."""
    left = [after]

    def execute(run: Callable[..., Any], sql: str, *told: Any) -> Any:
        if left[0] is not None and sql.lstrip()[:6] in {"INSERT", "UPDATE", "DELETE"}:
            if left[0] == 0:
                raise ServerDied
            left[0] -= 1
        return run(sql, *told)

    with connection.execute_wrapper(execute):
        yield


class Orders(RuleBasedStateMachine):
    """One customer, a few orders at once; anybody may try anything at any time."""

    workshop: Workshop  # laid down by the test
    stone: Piece
    orders: Bundle[int] = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()  # each run begins with the same shop
        self.known: dict[int, str] = {}
        self.is_done = True

    @initialize(target=orders, far=st.integers(0, 8), farther=st.integers(6, len(WAY)))
    def two_are_there(self, far: int, farther: int) -> Any:
        """One anywhere on its way, one made or sold: chance alone hardly ever gets so far."""
        return multiple(self._come(0, far), self._come(farther % 3, farther))

    @rule(pk=orders, act=st.sampled_from(sorted(ALLOWED)))
    def act(self, pk: int, act: str) -> None:
        self._try(pk, act)

    @rule(pk=orders)
    def go_on(self, pk: int) -> None:
        """The act that comes next on the straight way."""
        for act in WAY:
            if self.known[pk] in ALLOWED[act] and self._try(pk, act):
                return

    @rule(pk=orders, act=st.sampled_from(sorted(ALLOWED)), after=st.integers(0, 9))
    def die(self, pk: int, act: str, after: int) -> None:
        self._try(pk, act, after=after)

    @invariant()
    def each_is_in_one_place(self) -> None:
        for order in NetworkOrder.objects.filter(pk__in=self.known):
            last = OrderStep.objects.filter(order=order).last()
            assert last is not None
            assert (order.state, order.queue_id) == (last.new, last.queue_id)
            assert order.state == self.known[order.pk]

    @invariant()
    def the_books_of_orders_agree(self) -> None:
        """Asked when something was done: that the rest leaves nothing behind is known by then."""
        if self.is_done:
            self.is_done = False
            for store in (orders.showroom(), self.workshop.shop.s01):
                assert list(map(str, ordered_books.verify(store))) == []

    def teardown(self) -> None:
        found = [str(each) for each in books.verify(self.workshop.shop.s01, full=True)]
        transaction.savepoint_rollback(self.point)
        assert found == []

    # --- the model

    def _come(self, wish: int, far: int) -> int:
        line, terms = WISHES[wish]
        placed = self.workshop.showroom.wish(line, **terms)
        order = self.workshop.showroom.placed(placed, how=None)
        self.known[order.pk] = order.state
        for act in WAY[:far]:
            self._try(order.pk, act)
        return order.pk

    def _try(self, pk: int, act: str, *, after: int | None = None) -> bool:
        """Does it and holds the outcome against the table; False: it was refused or cut off."""
        before, seen = self.known[pk], self._seen()
        try:
            with dying(after):
                getattr(self, f"_{act}")(self.workshop.again(NetworkOrder(pk=pk)))
        except (RuleBroken, ServerDied):
            assert self._seen() == seen, f"{act} left something behind in {before}"
            return False
        now = NetworkOrder.objects.get(pk=pk).state
        assert before in ALLOWED[act], f"{act} was allowed in {before}"
        assert now == before or self._reaches(before, now), f"{act}: {before} became {now}"
        self.known[pk], self.is_done = now, True
        return True

    def _reaches(self, old: str, new: str) -> bool:
        """A sale of what nobody was told of goes through all states in between."""
        onward = steps.MOVES[old]
        return new in onward or any(new in steps.MOVES[state] for state in onward)

    def _seen(self) -> Any:
        """Everything that an act on an order writes."""
        return (
            list(NetworkOrder.objects.order_by("pk").values()),
            list(OrderedPiece.objects.order_by("pk").values_list("pk", "state", "piece", "parcel")),
            list(Hold.objects.order_by("pk").values()),
            list(StoneAllotment.objects.values_list("pk", "released_at")),
            list(LedgerHead.objects.order_by("pk").values_list("store", "seq", "hash")),
            list(Sale.objects.order_by("pk").values_list("pk", "state")),
        )

    # --- the customer

    def _agree(self, order: NetworkOrder) -> None:
        orders.confirm_by_customer(order=order, how=ConsentHow.LINK, by=nobody.customer())

    def _cancel(self, order: NetworkOrder) -> None:
        endings.cancel(order=order, reason="changed_mind", remark="", by=nobody.customer())

    # --- the clerks

    def _pass_on(self, order: NetworkOrder) -> None:
        self.workshop.showroom.passed_on(order)

    def _check(self, order: NetworkOrder) -> None:
        reviews.confirm(order=order, by=self.workshop.by)

    def _send_back(self, order: NetworkOrder) -> None:
        reviews.send_back(order=order, remark="手寸不清", by=self.workshop.by)

    def _begin(self, order: NetworkOrder) -> None:
        allotments.begin(order=order, by=self.workshop.by)

    def _allot(self, order: NetworkOrder) -> None:
        self.workshop.allot(self._first(order, OrderedState.WAITING), stone=self.stone)

    def _start(self, order: NetworkOrder) -> None:
        production.start(order=order, by=self.workshop.by)

    def _arrive(self, order: NetworkOrder) -> None:
        self.workshop.arrive(self._first(order, OrderedState.IN_PRODUCTION))

    def _tell(self, order: NetworkOrder) -> None:
        hand_overs.tell(order=order, by=self.workshop.by)

    def _sell(self, order: NetworkOrder) -> None:
        """Bill, money and completion are one act here: a bill that is begun is no state of ours."""
        with transaction.atomic():
            self.workshop.pay(self.workshop.bill(order))

    def _void(self, order: NetworkOrder) -> None:
        sold = Sale.objects.filter(
            state=SaleState.COMPLETED, lines__piece__ordered__line__order=order
        )
        if not sold:
            raise Nothing
        with transaction.atomic():
            self.workshop.void(sold.order_by("-pk")[0])

    def _ship(self, order: NetworkOrder) -> None:
        tracking = f"SF{OrderParcel.objects.count()}"
        hand_overs.ship(order=order, carrier="顺丰", tracking=tracking, by=self.workshop.by)

    def _sign(self, order: NetworkOrder) -> None:
        parcel = OrderParcel.objects.filter(order=order, signed_at=None).first()
        if parcel is None:
            raise Nothing
        hand_overs.sign_for(parcel=parcel, name="何女士", by=self.workshop.by)

    def _give_up(self, order: NetworkOrder) -> None:
        self._end(order, endings.cancel, "we_are_late")

    def _refuse(self, order: NetworkOrder) -> None:
        self._end(order, endings.refuse, "not_makeable")

    def _end(self, order: NetworkOrder, how: Any, reason: str) -> None:
        shop = self.workshop.shop
        by = shop.gao if order.queue_id == order.store_id else shop.chen
        how(order=order, reason=reason, remark="", by=by)

    def _first(self, order: NetworkOrder, state: str) -> OrderedPiece:
        found = [each for each in self.workshop.pieces(order) if each.state == state]
        if not found:
            raise Nothing
        return found[0]


def test_no_sequence_of_acts_breaks_an_order(workshop: Workshop) -> None:
    Orders.workshop, Orders.stone = workshop, workshop.stone()
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a run is short as it is
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_table_of_acts_knows_every_state() -> None:
    assert {state for states in ALLOWED.values() for state in states} == {
        state for state, onward in steps.MOVES.items() if onward
    }
