"""The demo's old gold: a desk that takes it in, and one trade-in in every state of its life."""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User

from appraisal import (
    assays,
    decisions,
    offers,
    old_pieces,
    reception,
    scrap,
    seed,
    trade_ins,
)
from appraisal.models import (
    Instrument,
    Method,
    OldPiece,
    Scale,
    TradeIn,
    TradeKind,
)
from appraisal.reception import Brought
from appraisal.weighings import Shown
from counter import acknowledgements, bills, old_gold, sales
from counter.demo_props import SIGNED, on_scale, picture
from counter.models import Sale, Tender
from inventory.ground import measures
from inventory.models import Category, Piece, Place, Pricing, State, Store

READINGS: Final = (9_990, 9_992, 9_991)
SOURCE: Final = "本人购买，票据已失"

# what was brought, and how heavy it is
RING: Final = ("素圈戒指", Category.RING, 5_120)
CHAIN: Final = ("足金项链，搭扣旧", Category.NECKLACE, 9_860)
BANGLE: Final = ("光面手镯", Category.BANGLE, 10_040)
EARRINGS: Final = ("耳钉一对", Category.EARRINGS, 3_210)
PENDANT: Final = ("平安扣吊坠", Category.PENDANT, 4_080)
BRACELET: Final = ("手链，断一节", Category.BRACELET, 7_350)

Thing = tuple[str, Category, int]


def set_up(store: Store) -> None:
    """The rules of the house, and an analyser; tolerances and balance are there."""
    seed.put_rules()
    Instrument.objects.get_or_create(
        store=store,
        code="X1",
        defaults={
            "name": "X 射线荧光光谱仪",
            "method": Method.XRF,
            "model": "EDX",
            "curve": "Au-2026",
            "elements": ["Au", "Ag", "Cu", "Zn", "Ni", "Pt", "Pd", "Ir", "Os", "Re", "W", "Ge"],
            "guard": 30,
        },
    )


def load(*, counter: Place, people: Mapping[str, User]) -> None:
    """This morning's trade-ins: received, consented, weighed, tested, offered, accepted, settled
    and in its bag, declined, and given back."""
    set_up(counter.store)
    desk = Desk(counter, by=people["lin"])
    desk.receive(RING)
    desk.consented(CHAIN)
    desk.weighed(EARRINGS)
    desk.tested(PENDANT)
    desk.offered(BRACELET)
    desk.accepted(CHAIN)
    desk.settled(BANGLE)
    desk.bagged(BANGLE, seal="F0000417")
    desk.declined(RING)
    desk.returned(PENDANT)


class Desk:
    """Somebody at a counter who takes old gold in; each verb goes as far as its name."""

    def __init__(self, counter: Place, *, by: User) -> None:
        self.counter, self.by = counter, by
        self.scale = Scale.objects.get(store=counter.store, active=True)
        self.analyser = Instrument.objects.get(store=counter.store, code="X1")

    def receive(self, thing: Thing) -> TradeIn:
        description, category, _mg = thing
        brought = Brought(
            category=category,
            description=description,
            metal="Au",
            mark="足金",
            photos=[picture(self.counter.store, category, by=self.by)],
        )
        return reception.receive(
            counter=self.counter, kind=TradeKind.SWAP, source=SOURCE, brought=[brought], by=self.by
        )

    def consented(self, thing: Thing) -> TradeIn:
        return reception.consent(trade_in=self.receive(thing), drawn=SIGNED, by=self.by)

    def weighed(self, thing: Thing) -> TradeIn:
        trade_in = self.consented(thing)
        old_pieces.weigh(old_piece=_piece(trade_in), shown=self._scale(thing[2]), by=self.by)
        return trade_in

    def tested(self, thing: Thing) -> TradeIn:
        trade_in = self.weighed(thing)
        piece = _piece(trade_in)
        read = assays.record(
            old_piece=piece,
            method=Method.XRF,
            metal="Au",
            readings=READINGS,
            instrument=self.analyser,
            elements={"Ag": 5, "Cu": 4},
            by=self.by,
        )
        decisions.decide(
            old_piece=piece,
            own_brand=False,
            stones=0,
            stones_tested=False,
            stones_mg=0,
            dirt_mg=0,
            metal="Au",
            fineness=9_990,
            rests_on=[read],
            by=self.by,
        )
        return trade_ins.confirm_test(trade_in=trade_in, drawn=SIGNED, by=self.by)

    def offered(self, thing: Thing) -> tuple[TradeIn, Sale]:
        """Against a necklace of the counter that is worth more than the old piece."""
        trade_in = self.tested(thing)
        sale = bills.begin(counter=self.counter, by=self.by)
        bills.add_piece(sale=sale, piece=_heavier(self.counter, thing[2]), by=self.by)
        trade_in = old_gold.link(sale=sale, trade_in=trade_in, by=self.by)
        offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=self.by)
        return trade_in, sale

    def accepted(self, thing: Thing) -> tuple[TradeIn, Sale]:
        trade_in, sale = self.offered(thing)
        offer = trade_in.offers.get()
        return offers.accept(offer=offer, drawn=SIGNED, by=self.by), sale

    def settled(self, thing: Thing) -> TradeIn:
        """The old piece pays, the rest is paid in cash."""
        trade_in, sale = self.accepted(thing)
        old_gold.put_down(sale=sale, trade_in=trade_in, back_by=None, by=self.by)
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        total = bills.total_cents(sale, bills.lines_of(sale))
        bills.put_down(
            sale=sale,
            tender=Tender.objects.get(code="cash"),
            given_cents=total - bills.tendered_cents(sale),
            merchant_number="",
            by=self.by,
        )
        sales.complete(sale=sale, shown_cents=total, by=self.by)
        return trade_in

    def bagged(self, thing: Thing, *, seal: str) -> TradeIn:
        trade_in = self.settled(thing)
        scrap.seal_bag(
            trade_in=trade_in,
            of=measures.class_of(metal="Au", fineness=9_990),
            seal=seal,
            shown=self._scale(thing[2] + 2_300),  # the bag itself
            customer_watched=True,
            by=self.by,
        )
        return trade_in

    def declined(self, thing: Thing) -> TradeIn:
        trade_in, sale = self.offered(thing)
        bills.give_up(sale=sale, by=self.by)
        return trade_ins.decline(trade_in=trade_in, reason="顾客再考虑", by=self.by)

    def returned(self, thing: Thing) -> TradeIn:
        trade_in = self.declined(thing)
        weights = {_piece(trade_in).pk: self._scale(thing[2])}
        return old_pieces.give_back(trade_in=trade_in, weights=weights, drawn=SIGNED, by=self.by)

    def _scale(self, mg: int) -> Shown:
        return on_scale(self.scale, mg, by=self.by)


def _piece(trade_in: TradeIn) -> OldPiece:
    (piece,) = trade_ins.pieces_of(trade_in)
    return piece


def _heavier(counter: Place, mg: int) -> Piece:
    """Goods by weight of this counter whose metal outweighs the old piece."""
    lying = Piece.objects.filter(place__parent=counter, state=State.ON_SALE)
    free = lying.exclude(holds__ended_at__isnull=True, holds__isnull=False)
    heavier = free.filter(metal="Au", pricing=Pricing.WEIGHT, net_mg__gt=mg)
    return heavier.order_by("net_mg", "number")[0]
