"""Settled old gold, its bags, and their way to head office."""

from typing import Any

from django.utils import translation

from appraisal import bag_journeys, contents, melts, offers, old_pieces, scrap, trade_ins
from appraisal.models import Instrument, Melt, OldPiece, Scale, ScrapBag, TradeIn
from appraisal.reception import Brought
from appraisal.weighings import Shown
from counter import bills, old_gold, sales
from counter.models import Sale
from inventory import prices
from inventory.ground import approvals, settings_rows
from inventory.ground.measures import MetalClass
from inventory.models import Place, PlaceKind
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk

BAG_MG = 1_500  # an empty bag


PLATINUM = {"metal": "Pt", "mark": "Pt950", "description": "铂金戒指"}


def settled(desk: Desk, *brought: Brought, stones_mg: int = 0, **facts: Any) -> TradeIn:
    """Weighed at 10 g a piece, tested, accepted and paid onto a bill of new necklaces."""
    trade_in = desk.consented(*brought, **facts)
    for piece in trade_ins.pieces_of(trade_in):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
        fineness = 9_500 if piece.metal == "Pt" else 9_990
        read = fineness + (100 if piece.metal == "Pt" else 0)  # beyond the guard band
        desk.test(piece, read, read, read, metal=piece.metal)
        desk.decide(
            piece,
            metal=piece.metal,
            fineness=fineness,
            stones=1 if stones_mg else 0,
            stones_mg=stones_mg,
        )
    trade_ins.confirm_test(trade_in=trade_in, drawn=SIGNED, by=desk.by)
    swapped(desk, trade_in)
    trade_in.refresh_from_db()
    return trade_in


def swapped(desk: Desk, trade_in: TradeIn) -> Sale:
    """A bill that the old gold pays, and cash for the rest."""
    sale = desk.shop.bill(*(desk.shop.piece() for _each in trade_ins.pieces_of(trade_in)))
    old_gold.link(sale=sale, trade_in=trade_in, by=desk.by)
    basket = old_gold.basket_of(sale)
    offer = offers.offer(trade_in=trade_in, basket=basket, by=desk.by)
    offers.accept(offer=offer, drawn=SIGNED, by=desk.by)
    old_gold.put_down(sale=sale, trade_in=trade_in, back_by=None, by=desk.by)
    desk.shop.pay(sale)
    total_cents = bills.total_cents(sale, bills.lines_of(sale))
    return sales.complete(sale=sale, shown_cents=total_cents, by=desk.by)


def of_two_metals(desk: Desk) -> TradeIn:
    """A gold ring and two of platinum, settled: two metal classes."""
    quote = prices.Quote("Pt", 9_500, "exchange", 30_000)
    prices.put_up(store=desk.shop.hq, quotes=[quote], by=desk.shop.head)
    return settled(desk, desk.ring(), desk.ring(**PLATINUM), desk.ring(**PLATINUM))


def first_class(trade_in: TradeIn) -> MetalClass:
    return contents.to_bag(trade_in)[0].metal_class


def seal(
    desk: Desk,
    trade_in: TradeIn,
    number: str = "F-0001",
    *,
    of: MetalClass | None = None,
    shown: Shown | None = None,
) -> ScrapBag:
    """The next metal class, in a bag that Zhao watched."""
    of = of or first_class(trade_in)
    inside = [each for each in contents.unbagged(trade_in) if each.metal_class == of]
    gross_mg = sum(each.mg for each in inside) + BAG_MG
    ask = scrap.seal_ask(trade_in, of, number)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.zhao)
    return scrap.seal_bag(
        trade_in=trade_in,
        of=of,
        seal=number,
        shown=shown or desk.on_scale(gross_mg),
        customer_watched=False,
        by=desk.by,
    )


def sealed(desk: Desk, number: str = "F-0001", **facts: Any) -> ScrapBag:
    """A ring of 10 g in a sealed bag."""
    return seal(desk, settled(desk, **facts), number)


def safe_at_head_office(desk: Desk) -> Place:
    hq = desk.shop.hq
    place, _made = Place.objects.get_or_create(
        store=hq, code="SAFE", defaults={"kind": PlaceKind.SAFE, "name": "总部金库"}
    )
    return place


def typed(mg: int) -> Shown:
    return Shown(typed_mg=mg)


def arrived(desk: Desk, *bags: ScrapBag) -> list[ScrapBag]:
    """Sent, and taken in at head office with the weight they had."""
    safe_at_head_office(desk)
    free_typing(desk)
    bag_journeys.send(bags=bags, by=desk.shop.chen)
    for bag in bags:
        bag_journeys.receive(bag=bag, shown=typed(bag.gross_mg), by=desk.shop.head)
        bag.refresh_from_db()
    return list(bags)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Numbers of bags that wait for a hand, and of trade-ins on their way to the furnace, by their
    names; `old_gold.at_every_stage` has opened the desk, and the customers signed in Chinese."""
    scale = Scale.objects.get(store=shop.s01, code="A1")
    xrf = Instrument.objects.get(store=shop.s01, code="X1")
    desk = Desk(shop=shop, scale=scale, xrf=xrf, by=shop.lin)
    with translation.override("zh-hans"):
        return _at_every_stage(desk)


def _at_every_stage(desk: Desk) -> dict[str, str]:
    desk.put("melting", "yes")
    safe_at_head_office(desk)
    bar = melted(desk, sealed(desk, "F-1001"))
    melts.enter_assay(melt=bar, refiner="长城精炼", paper="R-1", fineness=9_985, by=desk.shop.head)
    settings_rows.put(store=desk.shop.s01, key="reweigh_share_bp", new="10000", by=desk.shop.wang)
    kept, sent = sealed(desk, "F-1002"), sealed(desk, "F-1003")
    bag_journeys.send(bags=[sent], by=desk.shop.chen)
    referred, melting = desk.consented(), desk.tested()
    (piece,) = trade_ins.pieces_of(referred)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
    desk.test(piece, 9_990, 9_990, 9_990, elements={"Re": 120})
    trade_ins.consent_to_melt(trade_in=melting, drawn=SIGNED, by=desk.by)
    return {
        "sealed_bag": kept.number,
        "sent_bag": sent.number,
        "sampled": scrap.trade_in_of(kept).number,
        "referred": referred.number,
        "melting": melting.number,
        "to_bag": settled(desk).number,
    }


def free_typing(desk: Desk) -> None:
    """Head office types what its scale shows."""
    settings_rows.put(store=desk.shop.hq, key="typed_weight", new="allow", by=desk.shop.head)


def melted(desk: Desk, *bags: ScrapBag, out_mg: int | None = None) -> Melt:
    inside = sum(bag.mg for bag in bags)
    return melts.melt(bags=arrived(desk, *bags), out_mg=out_mg or inside, by=desk.shop.head)


def places_of(bag: ScrapBag) -> set[str]:
    """Where the old pieces of a bag lie."""
    rows = OldPiece.objects.filter(bag=bag).values_list("place__code", flat=True)
    return {code or "" for code in rows}
