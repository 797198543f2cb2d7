"""Bills that old gold pays on: offered, signed for, put down, completed, taken back."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from appraisal import offers, rules
from appraisal.models import Offer, TradeIn, TradeInRule, TradeKind
from counter import (
    bills,
    books,
    customers,
    old_gold,
    sales,
)
from counter.models import Customer, Sale, Tender, Tendered
from inventory.ground import approvals, nobody
from tests.old_gold import SIGNED, Desk

# 10.00 g less 8 % is 9.20 g × ¥1,100.00, less 10.00 g × ¥28.00
RING_CENTS = 984_000
# 8.72 g × ¥1,177.00 + 8.72 g × ¥38.00
NECKLACE_CENTS = 1_059_480


def cash() -> Tender:
    return Tender.objects.get(code="cash")


def transfer() -> Tender:
    return Tender.objects.get(code="transfer")


def customer(desk: Desk, phone: str = "13800000001") -> Customer:
    return customers.find_or_make(phone=phone, name="周女士", store=desk.shop.s01, by=desk.by)


def put_rule(**columns: Any) -> TradeInRule:
    """A rule that goes before those of the house."""
    told: dict[str, Any] = {
        "code": "TEST",
        "name": "本店规则",
        "kind": TradeKind.SWAP,
        "metal": "Au",
        "fineness_min": 9_900,
        "price_base": "exchange",
        "precedence": 9,
        "source": "test",
        "valid_from": timezone.now() - timedelta(days=1),
    }
    return rules.put(rule=TradeInRule(**told | columns), by=nobody.system())


def offered(desk: Desk, sale: Sale, *, mg: int = 10_000, **facts: Any) -> Offer:
    """An offer against the goods of a bill, linked to it."""
    trade_in = desk.tested(mg=mg, **facts)
    old_gold.link(sale=sale, trade_in=trade_in, by=desk.by)
    return offers.offer(trade_in=trade_in, basket=old_gold.basket_of(sale), by=desk.by)


def accepted(desk: Desk, sale: Sale, *, mg: int = 10_000, **facts: Any) -> TradeIn:
    offer = offered(desk, sale, mg=mg, **facts)
    return offers.accept(offer=offer, drawn=SIGNED, by=desk.by)


def put_down(desk: Desk, sale: Sale, trade_in: TradeIn, back_by: Tender | None = None) -> Tendered:
    return old_gold.put_down(sale=sale, trade_in=trade_in, back_by=back_by, by=desk.by)


def total(sale: Sale) -> int:
    return bills.total_cents(sale, bills.lines_of(sale))


def complete(desk: Desk, sale: Sale) -> Sale:
    return sales.complete(sale=sale, shown_cents=total(sale), by=desk.by)


def swapped(desk: Desk) -> tuple[Sale, TradeIn]:
    """A necklace, paid with an old ring and the rest in cash."""
    sale = desk.shop.bill(desk.shop.piece())
    trade_in = accepted(desk, sale)
    put_down(desk, sale, trade_in)
    desk.shop.pay(sale)
    return complete(desk, sale), trade_in


def void(desk: Desk, sale: Sale) -> None:
    ask = sales.void_ask(sale)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    sales.void(sale=sale, scanned=scanned, reason="wrong size", by=desk.by)


def is_clean(desk: Desk) -> bool:
    return not list(books.verify(desk.shop.s01, full=True))


def fill_drawer(desk: Desk, cents: int = 100_000_000) -> None:
    """So much cash lies in every drawer of the store from its first shift on."""
    desk.put("cash_float_cents", str(cents))


def buy_back(desk: Desk, mg: int = 10_000) -> TradeIn:
    """An accepted offer to buy old gold for money, by the manager; there is cash enough."""
    fill_drawer(desk)
    desk.put("buy_back", "yes")
    desk.put("identity_buy_back_cents", "100000000")
    desk.by = desk.shop.wang
    return desk.accepted(kind=TradeKind.BUY_BACK, basket=(), mg=mg)
