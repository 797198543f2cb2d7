"""Any order of acts: what the protocol allows happens, the rest is refused, and the books agree.

The model is a dictionary for each trade-in: its state, and the bill it is for.
"""

from typing import Any, TypedDict

import pytest
from django.db import transaction
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

from appraisal import offers, old_pieces, reception, trade_ins
from appraisal.models import OldPiece, TradeIn, TradeInState
from appraisal.old_pieces import WeightDiffers
from counter import bills, books, old_gold, sales
from counter.models import Payment, Sale, SaleState
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import RuleBroken
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk, open_desk

MG = 10_000
OFF = st.sampled_from((0, 20, -20, 21, -30))  # how far a second weighing is off
EXAMPLES, STEPS = 10, 16


class Known(TypedDict):
    """What the model knows of one trade-in."""

    state: str
    bill: Sale | None


# act, the states in which it is allowed, the state it leads to
ACTS = {
    "consent": ({"received"}, "consented"),
    "weigh": ({"consented", "weighed"}, "weighed"),
    "sign_test": ({"weighed"}, "tested"),
    "offer": ({"tested", "offered", "accepted"}, "offered"),
    "accept": ({"offered"}, "accepted"),
    "settle": ({"accepted"}, "settled"),
    "decline": (
        {"received", "consented", "weighed", "tested", "offered", "accepted"},
        "declined",
    ),
    "give_back": ({"declined"}, "returned"),
}


class Protocol(RuleBasedStateMachine):
    """One desk, a few trade-ins at once; every rule may be tried at any time."""

    shop: Shop  # laid down by the test
    desk: Desk
    trade_ins: Bundle[int] = Bundle("trade_ins")

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()  # each run begins with the same shop
        self.known: dict[int, Known] = {}

    # --- acts

    @initialize(target=trade_ins, far=st.integers(0, 7), farther=st.integers(6, 7))
    def two_are_there(self, far: int, farther: int) -> Any:
        """One anywhere on its way, one accepted or paid: chance alone hardly ever gets so far."""
        return multiple(self._bring(far), self._bring(farther))

    def _bring(self, far: int) -> int:
        pk = self._receive()
        way: tuple[Any, ...] = (
            self.consent,
            lambda pk: self.weigh(pk=pk, off=0),
            self.test_and_decide,
            self.sign_test,
            self.offer,
            self.accept,
            self.settle,
        )
        for act in way[:far]:
            act(pk=pk)
        return pk

    @rule(target=trade_ins)
    def receive(self) -> int:
        return self._receive()

    def _receive(self) -> int:
        trade_in = self.desk.receive()
        self.known[trade_in.pk] = Known(state="received", bill=None)
        return trade_in.pk

    @rule(pk=trade_ins)
    def consent(self, pk: int) -> None:
        self._try(pk, "consent", lambda row: reception.consent(
            trade_in=row, drawn=SIGNED, by=self.desk.by))  # fmt: skip

    @rule(pk=trade_ins, off=OFF)
    def weigh(self, pk: int, off: int) -> None:
        """Another figure than before needs a second person: it may be another piece."""
        piece = self._piece(pk)
        before = old_pieces.gross_of(piece)
        switched = before is not None and abs(before.mg - MG - off) > old_pieces.REWEIGH_MG
        if switched and self.known[pk]["state"] in ACTS["weigh"][0]:
            with pytest.raises(ApprovalNeeded):
                self._weigh(piece, MG + off)
            return
        self._try(pk, "weigh", lambda _row: self._weigh(piece, MG + off))

    def _weigh(self, piece: OldPiece, mg: int) -> None:
        old_pieces.weigh(old_piece=piece, shown=self.desk.on_scale(mg), by=self.desk.by)

    @rule(pk=trade_ins)
    def test_and_decide(self, pk: int) -> None:
        piece = self._piece(pk)
        weighed = self.known[pk]["state"] == "weighed"
        try:
            self.desk.test(piece)
            self.desk.decide(piece)
        except RuleBroken:
            assert not weighed
        else:
            assert weighed

    @rule(pk=trade_ins)
    def sign_test(self, pk: int) -> None:
        decided = self._piece(pk).decisions.exists()
        self._try(pk, "sign_test", lambda row: trade_ins.confirm_test(
            trade_in=row, drawn=SIGNED, by=self.desk.by), also=decided)  # fmt: skip

    @rule(pk=trade_ins)
    def offer(self, pk: int) -> None:
        """Against a bill of its own; while it lies there as a tender, no other offer is made."""
        of = self.known[pk]
        sale = of["bill"] = of["bill"] or self.shop.bill(self.shop.piece())

        def act(row: TradeIn) -> None:
            linked = old_gold.link(sale=sale, trade_in=row, by=self.desk.by)
            basket = old_gold.basket_of(sale)
            offers.offer(trade_in=linked, basket=basket, by=self.desk.by)

        self._try(pk, "offer", act)

    @rule(pk=trade_ins)
    def accept(self, pk: int) -> None:
        def act(row: TradeIn) -> None:
            found = offers.newest(row)
            if found is None:
                raise trade_ins.TradeInMoved
            offers.accept(offer=found, drawn=SIGNED, by=self.desk.by)

        self._try(pk, "accept", act)

    @rule(pk=trade_ins)
    def settle(self, pk: int) -> None:
        """The bill takes the old gold, and is completed."""
        sale = self.known[pk]["bill"]
        if sale is not None:
            self._try(pk, "settle", lambda row: self._pay(row, sale))

    def _pay(self, row: TradeIn, sale: Sale) -> None:
        old_gold.put_down(sale=sale, trade_in=row, back_by=None, by=self.desk.by)
        self.shop.pay(sale)
        total = bills.total_cents(sale, bills.lines_of(sale))
        sales.complete(sale=sale, shown_cents=total, by=self.desk.by)

    @rule(pk=trade_ins)
    def spend_twice(self, pk: int) -> None:
        """What was paid with once pays for nothing else."""
        if self.known[pk]["state"] != "settled":
            return
        other = self.shop.bill(self.shop.piece())
        before = Payment.objects.filter(trade_in=pk).count()
        with pytest.raises(RuleBroken):
            self._pay(self._row(pk), other)
        assert Payment.objects.filter(trade_in=pk).count() == before

    @rule(pk=trade_ins)
    def void(self, pk: int) -> None:
        """The sale is taken back while the bag is open: the old piece is the customer's again."""
        of = self.known[pk]
        if of["state"] != "settled" or of["bill"] is None:
            return
        sale = Sale.objects.select_related("store", "counter").get(pk=of["bill"].pk)
        ask = sales.void_ask(sale)
        approvals.grant(ask=ask, store=sale.store, asked_by=self.desk.by, by=self.shop.chen)
        scanned = list(sale.lines.values_list("piece__number", flat=True))
        sales.void(sale=sale, scanned=scanned, reason="wrong size", by=self.desk.by)
        of["state"], of["bill"] = "accepted", None

    @rule(pk=trade_ins)
    def decline(self, pk: int) -> None:
        self._try(pk, "decline", lambda row: trade_ins.decline(trade_in=row, by=self.desk.by))

    @rule(pk=trade_ins, off=OFF)
    def give_back(self, pk: int, off: int) -> None:
        """Another piece than was received does not go back unnoticed."""
        piece = self._piece(pk)
        before = old_pieces.gross_of(piece)

        def act(row: TradeIn) -> None:
            mg = (before.mg if before else MG) + off
            weights = {piece.pk: self.desk.on_scale(mg)}
            old_pieces.give_back(trade_in=row, weights=weights, drawn=SIGNED, by=self.desk.by)

        switched = before is not None and abs(off) > old_pieces.REWEIGH_MG
        if switched and self.known[pk]["state"] == "declined":
            with pytest.raises(WeightDiffers):
                act(self._row(pk))
            return
        self._try(pk, "give_back", act)

    # --- what must hold after each of them

    @invariant()
    def states_agree(self) -> None:
        told = dict(TradeIn.objects.values_list("pk", "state"))
        assert told == {pk: of["state"] for pk, of in self.known.items()}

    @invariant()
    def what_went_back_lies_nowhere(self) -> None:
        rows = OldPiece.objects.values_list("trade_in__state", "place")
        assert all((place is None) == (state == "returned") for state, place in rows)

    @invariant()
    def it_pays_once(self) -> None:
        for pk, of in self.known.items():
            paid = Payment.objects.filter(trade_in=pk, sale__state=SaleState.COMPLETED)
            assert paid.filter(is_payout=False).count() == (of["state"] == "settled")

    def teardown(self) -> None:
        broken = list(books.verify(self.shop.s01, full=True))
        transaction.savepoint_rollback(self.point)
        assert broken == []

    # --- the model

    def _try(self, pk: int, act: str, does: Any, *, also: bool = True) -> None:
        """Does it and holds the outcome against the table."""
        allowed_in, leads_to = ACTS[act]
        allowed = self.known[pk]["state"] in allowed_in and also
        try:
            with transaction.atomic():
                does(self._row(pk))
        except RuleBroken as refusal:
            assert not allowed, f"{act} was refused: {refusal}"
        else:
            assert allowed, f"{act} was allowed in {self.known[pk]['state']}"
            self.known[pk]["state"] = leads_to

    def _row(self, pk: int) -> TradeIn:
        return TradeIn.objects.select_related("store", "counter").get(pk=pk)

    def _piece(self, pk: int) -> OldPiece:
        return OldPiece.objects.select_related("trade_in__store").get(trade_in=pk)


def test_no_order_of_acts_breaks_the_protocol(shop: Shop) -> None:
    Protocol.shop, Protocol.desk = shop, open_desk(shop)
    run_state_machine_as_test(
        Protocol,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a run is short as it is
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_table_knows_every_state_of_the_counter() -> None:
    told = {state for allowed, leads_to in ACTS.values() for state in {*allowed, leads_to}}
    elsewhere = {
        TradeInState.MELT_CONSENTED,
        TradeInState.MELTED,
        TradeInState.REWEIGHED,
        TradeInState.BAGGED,
    }
    assert told == set(TradeInState) - elsewhere
