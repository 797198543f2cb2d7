"""Customers with store credit: earned with old gold, spent on goods, paid out in money."""

from typing import Any

from django.utils import translation

from appraisal import identities
from appraisal.identities import Paper
from appraisal.models import Instrument, Scale
from counter import bills, cash_at_hand, credit_payouts
from counter.models import Customer, Sale
from tests.cast import Shop
from tests.old_gold import Desk, open_desk
from tests.old_gold_bills import (
    NECKLACE_CENTS,
    accepted,
    cash,
    complete,
    customer,
    put_down,
    put_rule,
)

# 20 g × ¥1,100.00 − the necklace
CREDIT = 2_200_000 - NECKLACE_CENTS
# the same at the buy-back price of that day: 936 of 1,100, half up
IN_MONEY = 970_479


def somebody(shop: Shop) -> dict[str, str]:
    """A customer with store credit, some of which was spent and paid out, by the name of the
    screens; `old_gold.at_every_stage` has opened the desk."""
    scale = Scale.objects.get(store=shop.s01, code="A1")
    xrf = Instrument.objects.get(store=shop.s01, code="X1")
    with translation.override("zh-hans"):
        desk = give_credit(Desk(shop=shop, scale=scale, xrf=xrf, by=shop.lin))
        who = holder(desk, "13800000007")
        spend(desk, who, 9_800)
        pay_out(desk, who, 10_000)
    return {"creditor": str(who.pk)}


def credit_desk(shop: Shop) -> Desk:
    return give_credit(open_desk(shop))


def give_credit(desk: Desk) -> Desk:
    """A desk whose surplus becomes credit, a drawer with ¥20,000.00, and nobody who must agree."""
    put_rule(surplus="credit")
    desk.put("credit_out_alone_cents", "100000000")
    desk.put("cash_float_cents", "2000000")
    return desk


def show_paper(desk: Desk, who: Customer, number: str = "E12345678") -> None:
    paper = Paper(kind="passport", number=number, name="周小梅", valid_until=identities.FOR_LIFE)
    identities.take_of_customer(customer_id=who.pk, store=desk.shop.s01, paper=paper, by=desk.by)


def earned(desk: Desk, who: Customer) -> Sale:
    """A necklace for a ring of 20 g: the rest is this customer's credit."""
    sale = desk.shop.bill(desk.shop.piece())
    bills.name_customer(sale=sale, customer=who)
    put_down(desk, sale, accepted(desk, sale, mg=20_000, customer_id=who.pk))
    return complete(desk, sale)


def holder(desk: Desk, phone: str = "13800000001", number: str = "E12345678") -> Customer:
    """A customer whose paper was seen, with credit from a ring of 20 g."""
    found = customer(desk, phone)
    show_paper(desk, found, number)
    earned(desk, found)
    return found


def spend(desk: Desk, who: Customer, cents: int) -> Sale:
    """Silver goods at this price, paid with credit."""
    sale = desk.shop.bill(desk.shop.charm(price_cents=cents))
    desk.put("acknowledge_silver_from_cents", "100000000")
    bills.name_customer(sale=sale, customer=who)
    sale.refresh_from_db()
    desk.shop.pay(sale, "credit", cents=cents)
    return complete(desk, sale)


def pay_out(desk: Desk, who: Customer, cents: int, **facts: Any) -> Sale:
    told: dict[str, Any] = {"counter": desk.shop.a, "tender": cash(), "by": desk.shop.wang}
    return credit_payouts.pay_out(customer=who, cents=cents, **told | facts)


def drawer(desk: Desk) -> int:
    """What the drawer of counter A must hold, in cents."""
    return cash_at_hand.holds_cents(desk.shop.a, cash())
