"""What is paid before the goods is owed until it is credited, paid back, or lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from counter import (
    bills,
    day_reports,
    deposit_lines,
    deposits,
    refund_shares,
    reserved_pieces,
    store_credit,
)
from counter.deposits import EndedBy
from counter.models import (
    Afterwards,
    Deposit,
    DepositKind,
    DepositState,
    NetworkOrder,
    OrderState,
    Payment,
)
from inventory import holds
from inventory.ground import changes
from inventory.ground.errors import RuleBroken
from inventory.models import State
from tests.cast import Shop
from tests.deposits import ORDER_CENTS, Owing

EARNEST = DepositKind.EARNEST


@pytest.fixture
def owing(shop: Shop) -> Owing:
    return Owing(shop)


def end(owing: Owing, deposit: Deposit, how: EndedBy) -> Deposit:
    """The order of a deposit is over."""
    with changes.opened(store=owing.shop.s01, by=owing.shop.lin) as book:
        order = deposit.order
        assert order is not None
        NetworkOrder.objects.filter(pk=order.pk).update(
            state=OrderState.HANDED_OVER if how == EndedBy.FULFILLED else OrderState.CANCELLED
        )
        deposits.on_order_ended(order=order, how=how, book=book)
    deposit.refresh_from_db()
    return deposit


def out_cents(deposit: Deposit) -> int:
    """What went out in money for it."""
    rows = Payment.objects.filter(deposit=deposit, amount_cents__lt=0)
    return -sum(row.amount_cents for row in rows)


def test_a_deposit_is_owed_and_no_turnover(owing: Owing) -> None:
    deposit = owing.take(300_000, order=owing.order())
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.OPEN, 300_000)
    assert deposit.earnest_cents == 0
    report = day_reports.report_of(store=owing.shop.s01, day=owing.today)
    assert (report.sales, report.sold_cents, report.deposit_cents) == (0, 0, 300_000)
    assert report.total_cents == report.paid_cents == 300_000
    assert day_reports.of_plain(day_reports.to_plain(report)) == report
    assert owing.agrees()


@pytest.mark.parametrize(
    ("kind", "how", "back"),
    [
        (DepositKind.RETURNABLE, EndedBy.CUSTOMER, 300_000),
        (EARNEST, EndedBy.CUSTOMER, 60_000),
        (EARNEST, EndedBy.SHOP, 540_000),
        (EARNEST, EndedBy.FULFILLED, 300_000),
    ],
)
def test_who_withdraws_decides_how_much_goes_back(
    owing: Owing, kind: DepositKind, how: EndedBy, back: int
) -> None:
    """Price ¥12,000.00, paid ¥3,000.00: ¥2,400.00 of earnest money, ¥600.00 in advance."""
    owing.shop.sell(owing.shop.ring())  # cash in the drawer
    deposit = end(owing, owing.take(300_000, order=owing.order(), kind=kind), how)
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.DUE_BACK, back)
    deposit = owing.pay_back(deposit)
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.PAID_BACK, 0)
    assert out_cents(deposit) == back
    report = day_reports.report_of(store=owing.shop.s01, day=owing.today)
    assert report.total_cents == report.paid_cents
    assert owing.agrees()
    with pytest.raises(deposits.DepositMoved):
        owing.pay_back(deposit)


def test_earnest_money_within_the_share_is_lost_whole(owing: Owing) -> None:
    deposit = end(owing, owing.take(240_000, order=owing.order(), kind=EARNEST), EndedBy.CUSTOMER)
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.LOST, 0)
    assert owing.agrees()


def test_it_goes_back_by_the_tender_it_came_by(owing: Owing) -> None:
    deposit = end(
        owing, owing.take(300_000, order=owing.order(), tender="wechat"), EndedBy.CUSTOMER
    )
    owing.pay_back(deposit)
    (back,) = Payment.objects.filter(deposit=deposit)
    assert (back.tender.code, back.amount_cents, back.reverses) == (
        "wechat",
        -300_000,
        deposit.sale.payments.get(reverses=None),
    )


def test_a_deposit_pays_at_the_hand_over_and_its_rest_is_credit(owing: Owing) -> None:
    """A void of the hand-over keeps it again; the void of its own bill is refused meanwhile."""
    order = owing.order()
    deposit = owing.take(ORDER_CENTS, order=order)
    sale = owing.bill(order.customer, owing.arrive(order))
    assert deposits.ready_for(sale) == [deposit]
    deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)
    total = bills.total_cents(sale, bills.lines_of(sale))
    assert deposits.ready_for(sale) == []
    owing.complete(sale)
    deposit.refresh_from_db()
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.USED, 0)
    assert store_credit.balance(order.customer) == ORDER_CENTS - total
    assert owing.agrees()
    with pytest.raises(deposits.DepositUsed):
        owing.void(deposit.sale)
    owing.void(sale)
    deposit.refresh_from_db()
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.OPEN, ORDER_CENTS)
    assert store_credit.balance(order.customer) == 0
    assert owing.agrees()
    owing.void(deposit.sale)
    deposit.refresh_from_db()
    assert (deposit.state, deposits.balance(deposit)) == (DepositState.VOIDED, 0)
    assert owing.agrees()


def test_a_deposit_lies_on_one_bill(owing: Owing) -> None:
    order = owing.order()
    deposit, piece = owing.take(100_000, order=order), owing.arrive(order)
    sale = owing.bill(order.customer, piece)
    deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)
    with pytest.raises(deposits.DepositOnBill):
        deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)
    with pytest.raises(deposits.DepositOnBill):
        end(owing, deposit, EndedBy.CUSTOMER)


def other_customer(owing: Owing, deposit: Deposit) -> None:
    sale = owing.bill(owing.customer("13800000002"), owing.shop.charm())
    deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)


def other_goods(owing: Owing, deposit: Deposit) -> None:
    sale = owing.bill(deposit.customer, owing.shop.charm())
    deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)


def too_high(owing: Owing, deposit: Deposit) -> None:
    owing.take(ORDER_CENTS, order=deposit.order)


def nothing(owing: Owing, deposit: Deposit) -> None:
    owing.take(0, order=deposit.order)


def below_zero(owing: Owing, deposit: Deposit) -> None:
    owing.take(-1, order=deposit.order)


def over(owing: Owing, deposit: Deposit) -> None:
    NetworkOrder.objects.update(state=OrderState.CANCELLED)
    owing.take(100, order=deposit.order)


def somebody_elses_order(owing: Owing, deposit: Deposit) -> None:
    deposit_lines.add_line(
        sale=owing.bill(owing.customer("13800000002")),
        cents=100,
        terms=owing.terms(),
        order=deposit.order,
        by=owing.shop.lin,
    )


def lost_deposit(owing: Owing, deposit: Deposit) -> None:
    owing.take(100, order=deposit.order, afterwards=Afterwards.LOST)


def by_credit(owing: Owing, deposit: Deposit) -> None:
    """The clerk would turn store credit into money."""
    end_it = owing.take(9_800, piece=owing.shop.charm(), afterwards=Afterwards.CREDIT)
    Deposit.objects.filter(pk=end_it.pk).update(until=timezone.now() - timedelta(days=1))
    deposits.lapse(deposit=end_it, by=owing.shop.lin)
    assert store_credit.balance(deposit.customer) == 9_800
    sale = owing.bill(deposit.customer)
    deposit_lines.add_line(
        sale=sale, cents=9_800, terms=owing.terms(), order=deposit.order, by=owing.shop.lin
    )
    owing.complete(sale, "credit")


def not_ended(owing: Owing, deposit: Deposit) -> None:
    owing.pay_back(deposit)


def no_choice(owing: Owing, deposit: Deposit) -> None:
    owing.shop.pay(owing.bill(deposit.customer, owing.shop.charm()), "deposit", cents=100)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (other_customer, "deposit_for_other"),
        (other_goods, "deposit_for_other_goods"),
        (too_high, "deposit_too_high"),
        (nothing, "deposit_nothing"),
        (below_zero, "deposit_nothing"),
        (over, "deposit_order_over"),
        (somebody_elses_order, "deposit_for_other"),
        (lost_deposit, "bad_deposit_afterwards"),
        (by_credit, "deposit_needs_money"),
        (not_ended, "deposit_moved"),
        (no_choice, "deposit_needs_choice"),
    ],
)
def test_it_is_refused(owing: Owing, act: Callable[[Owing, Deposit], Any], code: str) -> None:
    deposit = owing.take(100_000, order=owing.order())
    with pytest.raises(RuleBroken) as refusal, transaction.atomic():
        act(owing, deposit)
    assert refusal.value.code == code
    deposit.refresh_from_db()
    assert deposits.balance(deposit) == 100_000


def test_a_reserved_piece_is_sold_to_its_customer_only(owing: Owing) -> None:
    shop, piece = owing.shop, owing.shop.ring()
    deposit = owing.take(100_000, piece=piece, kind=EARNEST)
    piece.refresh_from_db()
    assert piece.state == State.HELD
    assert holds.lapse_due(by=shop.lin) == 0
    with pytest.raises(reserved_pieces.PieceReserved):
        shop.bill(piece)
    # taken off the customer's bill again, it stays reserved
    sale = owing.bill(deposit.customer, piece)
    bills.extend_holds(sale=sale, by=shop.lin)
    bills.remove_piece(sale=sale, line=sale.lines.get(), by=shop.lin)
    with pytest.raises(reserved_pieces.PieceReserved):
        shop.bill(piece)
    bills.add_piece(sale=sale, piece=piece, by=shop.lin)
    deposits.put_down(sale=sale, deposit=deposit, by=shop.lin)
    owing.complete(sale)
    assert owing.agrees()
    # a void of the sale sets it aside again
    owing.void(sale)
    with pytest.raises(reserved_pieces.PieceReserved):
        shop.bill(piece)
    assert owing.agrees()


def test_a_piece_is_free_once_its_day_has_passed(owing: Owing) -> None:
    piece = owing.shop.ring()
    deposit = owing.take(100_000, piece=piece, kind=EARNEST)
    with pytest.raises(deposits.DepositNotDue):
        deposits.lapse(deposit=deposit, by=owing.shop.lin)
    past = timezone.now() - timedelta(minutes=1)
    Deposit.objects.filter(pk=deposit.pk).update(until=past)
    owing.shop.lose_hold(piece)
    owing.shop.bill(piece)
    lapsed = deposits.lapse(deposit=deposit, by=owing.shop.lin)
    assert (lapsed.state, deposits.balance(lapsed)) == (DepositState.LOST, 0)


def test_a_piece_whose_customer_withdraws_is_free_at_once(owing: Owing) -> None:
    piece = owing.shop.ring()
    deposit = owing.take(100_000, piece=piece)
    deposits.withdraw(deposit=deposit, how=EndedBy.CUSTOMER, by=owing.shop.lin)
    owing.shop.bill(piece)
    assert out_cents(owing.pay_back(deposit)) == 100_000
    assert owing.agrees()


def test_a_bill_given_up_frees_the_piece_it_would_have_reserved(owing: Owing) -> None:
    piece, sale = owing.shop.ring(), owing.bill(owing.customer())
    deposit_lines.add_line(
        sale=sale, cents=5_000, terms=owing.terms(), piece=piece, by=owing.shop.lin
    )
    bills.give_up(sale=sale, by=owing.shop.lin)
    owing.shop.bill(piece)


def test_money_of_a_returned_order_goes_back_where_it_was_paid(owing: Owing) -> None:
    """Half was paid before by WeChat, half in cash: both go back as they came."""
    order = owing.order()
    deposit = owing.take(500_000, order=order, tender="wechat")
    sale = owing.bill(order.customer, owing.arrive(order))
    deposits.put_down(sale=sale, deposit=deposit, by=owing.shop.lin)
    owing.complete(sale)
    total = bills.total_cents(sale, bills.lines_of(sale))
    shares = refund_shares.shares(sale=sale, cents=total)
    assert [(part.payment.tender.code, part.cents) for part in shares] == [
        ("wechat", 500_000),
        ("cash", total - 500_000),
    ]
