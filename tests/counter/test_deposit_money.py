"""Any order of acts: not a cent of a deposit is made or lost on the way."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter import deposits, store_credit
from counter.books import verify
from counter.deposits import EndedBy
from counter.models import (
    Afterwards,
    Deposit,
    DepositEntry,
    DepositKind,
    Payment,
    Sale,
)
from inventory.ground.errors import RuleBroken
from tests.cast import Shop
from tests.deposits import Owing

ACTS = ("take", "take_earnest", "use", "undo_use", "withdraw", "fail", "lapse", "back", "void")


class Desk:
    """One customer, one ring that is worth ¥7,572.00, and whatever happens next."""

    def __init__(self, shop: Shop) -> None:
        self.owing, self.ring = Owing(shop), shop.ring()
        self.who = self.owing.customer()
        self.used: list[Sale] = []
        shop.sell(shop.ring(), shop.ring())  # cash in the drawer

    @property
    def newest(self) -> Deposit:
        found = Deposit.objects.select_related("sale__store", "store").last()
        if found is None:
            raise RuleBroken
        return found

    def take(self, kind: DepositKind = DepositKind.RETURNABLE) -> None:
        after = Afterwards.CREDIT if kind == DepositKind.RETURNABLE else Afterwards.LOST
        self.owing.take(300_000, piece=self.ring, kind=kind, afterwards=after)

    def take_earnest(self) -> None:
        self.take(DepositKind.EARNEST)

    def use(self) -> None:
        sale = self.owing.bill(self.who, self.ring)
        deposits.put_down(sale=sale, deposit=self.newest, by=self.owing.shop.lin)
        self.used.append(self.owing.complete(sale))

    def undo_use(self) -> None:
        if self.used:
            self.owing.void(self.used.pop())

    def withdraw(self, how: EndedBy = EndedBy.CUSTOMER) -> None:
        deposits.withdraw(deposit=self.newest, how=how, by=self.owing.shop.lin)

    def fail(self) -> None:
        self.withdraw(EndedBy.SHOP)

    def lapse(self) -> None:
        row = Deposit.objects.filter(pk=self.newest.pk)
        agreed, past = self.newest.until, timezone.now() - timedelta(minutes=1)
        row.update(until=past)
        deposits.lapse(deposit=self.newest, by=self.owing.shop.lin)
        row.update(until=agreed)

    def back(self) -> None:
        self.owing.pay_back(self.newest)

    def void(self) -> None:
        self.owing.void(self.newest.sale)

    def check(self) -> None:
        """What came in for deposits is what is owed, what bought goods, what went out, what became
        credit, and what was lost, less what the shop added."""
        shop = self.owing.shop
        rows = Payment.objects.filter(sale__in=Deposit.objects.values("sale"))
        money = rows.aggregate(sum=Sum("amount_cents", default=0))["sum"]
        extra = Payment.objects.filter(deposit__isnull=False, is_payout=True)
        money += extra.aggregate(sum=Sum("amount_cents", default=0))["sum"]
        by_reason = dict(
            DepositEntry.objects.order_by().values_list("reason").annotate(Sum("cents"))
        )
        owed = sum(by_reason.values())
        bought = sum(
            row.amount_cents
            for row in Payment.objects.filter(tender__kind="deposit", is_payout=False)
            if not row.sale.payments.filter(is_payout=True, deposit=row.deposit_id).exists()
        )
        lost = -by_reason.get("forfeited", 0) - by_reason.get("doubled", 0)
        assert money == owed + bought + store_credit.balance(self.who) + lost
        assert list(verify(shop.s01, full=True)) == []


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=9))
def test_no_order_of_acts_makes_or_loses_money(shop: Shop, acts: list[str]) -> None:
    with transaction.atomic():
        desk = Desk(shop)
        for act in ["take", *acts]:
            try:
                with transaction.atomic():
                    getattr(desk, act)()
            except RuleBroken:
                continue
        desk.check()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "acts",
    [
        ("take", "use", "undo_use", "use", "undo_use", "withdraw", "back", "back"),
        ("take_earnest", "fail", "back", "take", "lapse", "take", "void"),
    ],
)
def test_these_orders_hold(shop: Shop, acts: tuple[str, ...]) -> None:
    """Every act happens, and none is refused but the second pay-out."""
    desk = Desk(shop)
    for act in acts:
        try:
            with transaction.atomic():
                getattr(desk, act)()
        except RuleBroken:
            assert (act, desk.newest.state) == ("back", "paid_back")
    desk.check()
