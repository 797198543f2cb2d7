"""A desk where old gold is taken: rules, a verified scale, an analyser, and the usual ring."""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone, translation
from PIL import Image

from appraisal import assays, decisions, offers, old_pieces, reception, seed, trade_ins
from appraisal.facts import NewLine
from appraisal.models import (
    Instrument,
    Method,
    Offer,
    OldPiece,
    Scale,
    ScaleReading,
    TradeIn,
    TradeKind,
)
from appraisal.reception import Brought
from appraisal.weighings import Shown
from counter import old_gold as counter_old_gold
from inventory.ground import photos, settings_rows
from inventory.ground.signatures import Drawn
from inventory.models import Category, Photo
from tests.cast import Shop

SIGNED = Drawn([[100, 200, 180, 120, 260, 220, 340, 140, 420, 230, 500, 150, 580, 210]])
NECKLACE = NewLine(
    kinds=("weight", "fine_gold"), net_mg=8_720, total_cents=1_800_000, labour_cents=33_136
)


def picture() -> io.BytesIO:
    """A photograph of a ring, or at least of something yellow."""
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "gold").save(file, "JPEG")
    file.seek(0)
    return file


@dataclass
class Desk:
    """The counter A of S01 with what a trade-in needs; `desk.ring()` is one on the counter."""

    shop: Shop
    scale: Scale
    xrf: Instrument
    by: User

    def photo(self) -> Photo:
        return photos.keep(file=picture(), store=self.shop.s01, by=self.by)

    def put(self, key: str, new: str) -> None:
        settings_rows.put(store=self.shop.s01, key=key, new=new, by=self.shop.wang)

    def ring(self, **facts: Any) -> Brought:
        """A plain fine-gold ring of another brand, without a receipt."""
        told: dict[str, Any] = {
            "category": Category.RING,
            "description": "素圈戒指",
            "metal": "Au",
            "mark": "足金",
            "photos": [self.photo()],
        }
        return Brought(**told | facts)

    def receive(self, *brought: Brought, kind: str = TradeKind.SWAP, **facts: Any) -> TradeIn:
        told: dict[str, Any] = {"source": "本人购买，票据已失", "by": self.by} | facts
        return reception.receive(
            counter=self.shop.a, kind=kind, brought=brought or [self.ring()], **told
        )

    def on_scale(self, mg: int, *, by: User | None = None, scale: Scale | None = None) -> Shown:
        """A stable reading that was shown to somebody a moment ago."""
        of = scale or self.scale
        line = f"S S {mg / 1000:10.2f} g"
        reading = ScaleReading.objects.create(
            scale=of, by=by or self.by, at=timezone.now(), mg=mg, line=line, serial=of.serial
        )
        return Shown(reading=reading)

    def consented(self, *brought: Brought, **facts: Any) -> TradeIn:
        trade_in = self.receive(*brought, **facts)
        return reception.consent(trade_in=trade_in, drawn=SIGNED, by=self.by)

    def tested(self, *brought: Brought, mg: int = 10_000, **facts: Any) -> TradeIn:
        """Every piece weighed, read three times at 999 ‰, decided; signed by the customer."""
        trade_in = self.consented(*brought, **facts)
        for piece in trade_ins.pieces_of(trade_in):
            old_pieces.weigh(old_piece=piece, shown=self.on_scale(mg), by=self.by)
            self.test(piece)
            self.decide(piece)
        return trade_ins.confirm_test(trade_in=trade_in, drawn=SIGNED, by=self.by)

    def test(self, piece: OldPiece, *readings: int, **facts: Any) -> Any:
        told: dict[str, Any] = {"method": Method.XRF, "metal": "Au", "instrument": self.xrf}
        return assays.record(
            old_piece=piece,
            readings=readings or (9_990, 9_992, 9_991),
            by=self.by,
            **told | facts,
        )

    def decide(self, piece: OldPiece, **facts: Any) -> Any:
        told: dict[str, Any] = {
            "own_brand": False,
            "stones": 0,
            "stones_tested": True,
            "stones_mg": 0,
            "dirt_mg": 0,
            "metal": "Au",
            "fineness": 9_990,
            "rests_on": [],
            "by": self.by,
        }
        return decisions.decide(old_piece=piece, **told | facts)

    def offered(self, *brought: Brought, basket: Any = (NECKLACE,), **facts: Any) -> Offer:
        trade_in = self.tested(*brought, **facts)
        return offers.offer(trade_in=trade_in, basket=list(basket), by=self.by)

    def accepted(self, *brought: Brought, **facts: Any) -> TradeIn:
        offer = self.offered(*brought, **facts)
        return offers.accept(offer=offer, drawn=SIGNED, by=self.by)


def open_desk(shop: Shop) -> Desk:
    seed.put_tolerances()
    seed.put_rules()
    today = date.today()  # noqa: DTZ011  because: any day around now will do
    scale = Scale.objects.create(
        store=shop.s01,
        code="A1",
        name="电子秤",
        accuracy="II",
        e_mg=10,
        d_mg=10,
        max_mg=200_000,
        min_mg=200,
        verified_on=today - timedelta(days=100),
        verified_until=today + timedelta(days=200),
        certificate="JJG-2026-0017",
        serial="B525073136",
    )
    xrf = Instrument.objects.create(
        store=shop.s01,
        code="X1",
        name="XRF",
        method=Method.XRF,
        elements=["Au", "Ag", "Cu", "Zn", "Ni", "Pt", "Pd", "W", "Re", "Ir", "Os", "Ge"],
        guard=30,
    )
    return Desk(shop=shop, scale=scale, xrf=xrf, by=shop.lin)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """The numbers of trade-ins that wait at each screen, by the name of their state; the customers
    signed in Chinese."""
    with translation.override("zh-hans"):
        return _at_every_stage(shop)


def _at_every_stage(shop: Shop) -> dict[str, str]:
    desk = open_desk(shop)
    bill = shop.bill(shop.piece(), shop.piece())
    basket = counter_old_gold.basket_of(bill)
    weighed = desk.consented(desk.ring(), desk.ring(description="旧项链", category="necklace"))
    for piece in trade_ins.pieces_of(weighed):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
        desk.test(piece)
    offered, accepted = desk.tested(), desk.tested()
    counter_old_gold.link(sale=bill, trade_in=offered, by=desk.by)
    offers.offer(trade_in=offered, basket=basket, by=desk.by)
    offer = offers.offer(trade_in=accepted, basket=basket, by=desk.by)
    return {
        "received": desk.receive().number,
        "consented": desk.consented().number,
        "weighed": weighed.number,
        "offered": offered.number,
        "accepted": offers.accept(offer=offer, drawn=SIGNED, by=desk.by).number,
        "declined": trade_ins.decline(trade_in=desk.tested(), by=desk.by).number,
    }
