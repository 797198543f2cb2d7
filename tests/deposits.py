"""Orders and pieces that money is paid for before the goods."""

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Any

from counter import (
    acknowledgements,
    bills,
    customers,
    deposit_lines,
    deposit_refunds,
    deposits,
    sales,
)
from counter.books import verify
from counter.deposit_lines import Terms
from counter.models import (
    Afterwards,
    Customer,
    Deposit,
    DepositKind,
    NetworkOrder,
    OrderLine,
    OrderState,
    PriceMode,
    Sale,
    Tender,
)
from counter.showroom import price_locks
from inventory import places
from inventory.ground import approvals, changes, numbers
from inventory.models import Piece, Store, Style
from tests.cast import Shop

ORDER_CENTS = 1_200_000
ORDERS = ("counter_networkorder", "counter_order")


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Kept, and to be paid back; a price is locked too."""
    owing = Owing(shop)
    told: dict[str, Any] = {"phone": "13800000011", "kind": DepositKind.EARNEST}
    kept = owing.take(100_000, piece=shop.ring(), **told)
    back = owing.take(50_000, piece=shop.ring(), phone="13800000012")
    deposits.withdraw(deposit=back, how=deposits.EndedBy.CUSTOMER, by=shop.lin)
    order = owing.order()
    owing.take(300_000, order=order)
    price_locks.lock(order=order, until=owing.today, by=shop.lin)
    return {"reserved": str(kept.uuid), "due_back": str(back.uuid)}


@dataclass
class Owing:
    """A shop that keeps money of its customers."""

    shop: Shop

    def customer(self, phone: str = "13800000001") -> Customer:
        shop = self.shop
        return customers.find_or_make(phone=phone, name="李", store=shop.s01, by=shop.lin)

    def order(self, who: Customer | None = None, **facts: Any) -> NetworkOrder:
        """¥12,000.00 of a fine-gold necklace of 8.720 g, in the queue of S01."""
        shop = self.shop
        n01 = Store.objects.get(code="N01")
        with changes.opened(store=n01, by=shop.gao) as book:
            day = places.business_day(n01, book.at)
            order = NetworkOrder(
                number=numbers.issue(store=n01, kind=numbers.Kind.ORDER, day=day),
                store=n01,
                queue=shop.s01,
                customer=who or self.customer(),
                channel="counter",
                link=token_urlsafe(16),
                state_since=book.at,
                business_day=day,
                at=book.at,
                by=shop.gao,
                **{
                    "state": OrderState.CONFIRMED,
                    "total_cents": ORDER_CENTS,
                    "price_mode": PriceMode.LOCKED,
                    **facts,
                },
            )
            book.write([order], kind="order_placed")
        style, _made = Style.objects.get_or_create(
            code="ORD", defaults={"name": "足金项链", "category": "necklace"}
        )
        OrderLine.objects.create(
            order=order,
            position=1,
            style=style,
            pieces=1,
            metal="Au",
            grade=9900,
            net_mg=8_720,
            labour_cents=33_136,
            unit_cents=ORDER_CENTS,
        )
        return order

    def arrive(self, order: NetworkOrder, **facts: Any) -> Piece:
        """The piece that was made for an order, whose customer was told."""
        NetworkOrder.objects.filter(pk=order.pk).update(state=OrderState.NOTIFIED)
        line = order.lines.get()
        piece = self.shop.piece(made_to_order=True, **facts)
        line.ordered.create(serial=line.ordered.count() + 1, state="arrived", piece=piece)
        return piece

    def agrees(self) -> bool:
        """Whether the books of all stores agree, but for the steps of an order that is made by
        hand here."""
        stores = Store.objects.select_related("ledger_head")
        found = [each for store in stores for each in verify(store, full=True)]
        return not [each for each in found if not each.table.startswith(ORDERS)]

    def terms(
        self, kind: DepositKind = DepositKind.RETURNABLE, afterwards: Afterwards | None = None
    ) -> Terms:
        either = Afterwards.LOST if kind == DepositKind.EARNEST else Afterwards.BACK
        return Terms(kind, self.today + timedelta(days=30), afterwards or either)

    @property
    def today(self) -> date:
        return places.business_day(self.shop.s01)

    def bill(self, who: Customer, *rows: Piece) -> Sale:
        """An open bill of a customer."""
        sale = bills.begin(counter=self.shop.a, by=self.shop.lin)
        bills.name_customer(sale=sale, customer=who)
        sale.refresh_from_db()
        for piece in rows:
            bills.add_piece(sale=sale, piece=piece, by=self.shop.lin)
        return sale

    def take(
        self,
        cents: int,
        *,
        order: NetworkOrder | None = None,
        piece: Piece | None = None,
        tender: str = "cash",
        phone: str = "13800000001",
        **terms: Any,
    ) -> Deposit:
        """Paid for an order, or for a piece that is set aside."""
        who = order.customer if order else self.customer(phone)
        sale, shop = self.bill(who), self.shop
        deposit_lines.add_line(
            sale=sale, cents=cents, terms=self.terms(**terms), order=order, piece=piece, by=shop.lin
        )
        self.complete(sale, tender)
        return sale.deposits_taken.get()

    def complete(self, sale: Sale, tender: str = "cash") -> Sale:
        """The rest is paid, and the bill done."""
        shop = self.shop
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        total = bills.total_cents(sale, bills.lines_of(sale))
        if total > bills.tendered_cents(sale):
            number = "" if tender in {"cash", "transfer"} else f"WX{sale.pk:010d}"
            shop.pay(sale, tender, number=number)
        return sales.complete(sale=sale, shown_cents=total, by=shop.lin)

    def void(self, sale: Sale) -> None:
        shop = self.shop
        sale = Sale.objects.select_related("store", "counter").get(pk=sale.pk)
        ask = sales.void_ask(sale)
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
        scanned = list(sale.lines.values_list("piece__number", flat=True))
        sales.void(sale=sale, scanned=scanned, reason="wrong", by=shop.lin)

    def pay_back(self, deposit: Deposit, *, mall_number: str = "") -> Deposit:
        """Paid back with the chief's yes; what is double in cash."""
        shop = self.shop
        deposit = Deposit.objects.select_related("store", "sale", "customer").get(pk=deposit.pk)
        cash = Tender.objects.get(code="cash")
        ask = deposit_refunds.ask(deposit, deposit_refunds.reckon(deposit), tender=cash)
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
        return deposit_refunds.pay_back(
            deposit=deposit, counter=shop.a, tender=cash, mall_number=mall_number, by=shop.lin
        )
