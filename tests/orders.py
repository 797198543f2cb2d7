"""Orders from the second check on: with stones, in the workshop, arrived, on the bill."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from counter import acknowledgements, bills, customers, sales
from counter.models import (
    NetworkOrder,
    OrderArrival,
    OrderedPiece,
    OrderState,
    Sale,
    StoneSource,
)
from counter.showroom import allotments, dealers, hand_overs, materials, production
from counter.showroom.allotments import StoneFacts
from counter.showroom.materials import Amount, Brought
from counter.showroom.wishes import Wish
from inventory.certificates import Report
from inventory.ground import approvals, photos
from inventory.ground.signatures import Drawn
from inventory.models import Piece, Stone
from tests.cast import Shop
from tests.showroom import DIAMOND_RING, Showroom, open_showroom

NAME = Drawn([[10, 10, 20, 20, 30, 30, 40, 40, 50, 50, 60, 60]])
# how a stone looks that the diamond ring of the showroom asks for
FITTING = StoneFacts(500, "diamond", "F", "VS1", "EX", "NGTC 7000000001")


def at_every_stage(shop: Shop) -> dict[str, str]:
    """To be checked again, waiting for a stone, in the workshop, and here; and a dealer."""
    workshop = Workshop(open_showroom(shop))
    ring = workshop.order(workshop.showroom.wish(DIAMOND_RING))
    dealer = customers.find_or_make(phone="13900000001", name="周大", store=shop.s01, by=shop.lin)
    dealers.put_terms(customer=dealer, level="A", credit_cents=0, by=shop.head)
    return {
        "to_check": workshop.showroom.at(OrderState.TRANSFERRED).number,
        "lacks_stone": allotments.begin(order=ring, by=shop.lin).number,
        "in_work": workshop.making().number,
        "is_here": workshop.arrived().number,
        "dealer": str(dealer.pk),
    }


@dataclass
class Workshop:
    """`workshop.arrived()`: two bands that lie in A-01 for their customer."""

    showroom: Showroom

    @property
    def shop(self) -> Shop:
        return self.showroom.shop

    @property
    def by(self) -> Any:
        return self.shop.lin

    def order(self, wish: Wish | None = None) -> NetworkOrder:
        return self.showroom.at(OrderState.CONFIRMED, wish)

    def making(self, wish: Wish | None = None) -> NetworkOrder:
        order = self.order(wish)
        production.start(order=order, by=self.by)
        return self.again(order)

    def arrived(self, wish: Wish | None = None, *, tell: bool = True) -> NetworkOrder:
        order = self.making(wish)
        for ordered in self.pieces(order):
            self.arrive(ordered)
        if tell:
            hand_overs.tell(order=self.again(order), by=self.by)
        return self.again(order)

    def arrive(self, ordered: OrderedPiece, **facts: Any) -> OrderArrival:
        """Exactly as heavy as estimated, with its report, unless it is said otherwise."""
        line = ordered.line
        row = ordered.stones.filter(released_at=None).first()
        net = facts.pop("net_mg", line.net_mg)
        report = facts.pop("report", Report("NGTC", f"8{ordered.pk:09d}"))
        told = {
            "ordered": ordered,
            "net_mg": net,
            "gross_mg": net + (row.weight_mct // 5 if row else 0),
            "place": self.shop.tray(),
            "is_typed": False,
            "differs": "",
            "by": self.by,
            "made": production.AsMade(report=report),
        }
        return production.arrive(**{**told, **facts})

    def stone(self, **facts: Any) -> Piece:
        """A diamond in stock as the ring of the showroom asks for."""
        piece = self.shop.ring()
        told = {"weight_mct": 500, "color": "F", "clarity": "VS1", "cut": "EX", **facts}
        Stone.objects.filter(piece=piece).update(**told)
        Piece.objects.filter(pk=piece.pk).update(gross_mg=piece.net_mg + told["weight_mct"] // 5)
        return self.shop_piece(piece)

    def allot(self, ordered: OrderedPiece, **facts: Any) -> Any:
        """From stock, unless it is said otherwise."""
        told = {"source": StoneSource.STOCK, "by": self.by, **facts}
        if told["source"] == StoneSource.STOCK and "stone" not in told:
            told["stone"] = self.stone()
        return allotments.allot(ordered=ordered, **told)

    def bring(self, order: NetworkOrder, amount: Amount, kind: str = "stone") -> Any:
        """The customer leaves something with us, photographed and signed for."""
        return materials.receive(
            order=order,
            brought=Brought(kind=kind, words="祖母的钻石", amount=amount),
            photos=[self.photo()],
            signature=NAME,
            by=self.by,
        )

    def photo(self) -> Any:
        file = BytesIO()
        Image.new("RGB", (640, 480), "white").save(file, "JPEG")
        file.seek(0)
        return photos.keep(file=file, store=self.shop.s01, by=self.by)

    def bill(self, order: NetworkOrder) -> Sale:
        return hand_overs.open_bill(order=self.again(order), counter=self.shop.a, by=self.by)

    def pay(self, sale: Sale) -> Sale:
        """Everything is paid, and the bill done."""
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        total = bills.total_cents(sale, bills.lines_of(sale))
        if total > bills.tendered_cents(sale):
            self.shop.pay(sale, "wechat", number=f"WX{sale.pk:010d}")
        return sales.complete(sale=sale, shown_cents=total, by=self.by)

    def void(self, sale: Sale) -> None:
        sale = Sale.objects.select_related("store", "counter").get(pk=sale.pk)
        ask = sales.void_ask(sale)
        approvals.grant(ask=ask, store=self.shop.s01, asked_by=self.by, by=self.shop.chen)
        scanned = list(sale.lines.values_list("piece__number", flat=True))
        sales.void(sale=sale, scanned=scanned, reason="wrong", by=self.by)

    def pieces(self, order: NetworkOrder) -> list[OrderedPiece]:
        return list(production.with_line(order))

    def states(self, order: NetworkOrder) -> list[str]:
        return [each.state for each in self.pieces(order)]

    def again(self, order: NetworkOrder) -> NetworkOrder:
        return NetworkOrder.objects.select_related("queue", "store", "customer").get(pk=order.pk)

    def shop_piece(self, piece: Piece) -> Piece:
        return Piece.objects.select_related("store", "place", "style").get(pk=piece.pk)
