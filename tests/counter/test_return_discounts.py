"""享原折扣: a new piece for a returned one keeps its discount, as long as the return pays."""

import pytest

from counter import bills, exchanges, reductions
from counter.models import LeadsTo, Part, Reduction, Sale, SaleLine, Tendered
from inventory.models import Piece
from tests.cast import Shop
from tests.returns import ReturnDesk, open_return_desk
from warranty.models import Fault

RING_CENTS, OFF_CENTS = 757_200, 22_716  # 3 %


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def reduced(desk: ReturnDesk, piece: Piece, part: Part, cents: int) -> Sale:
    """Sold with so much off."""
    return desk.sold(piece, off={part: cents})


def on_bill(desk: ReturnDesk, sale: Sale, fault: str, *rows: Piece) -> list[SaleLine]:
    """The lines of the new bill, dearest first, once the return pays on it."""
    back = desk.take(sale, fault, LeadsTo.EXCHANGE)
    bill = desk.shop.bill(*rows)
    exchanges.put_down(sale=bill, back=back, by=desk.by)
    return sorted(bill.lines.all(), key=lambda line: -line.before_cents)


def test_the_dearest_new_piece_keeps_it_and_only_one(desk: ReturnDesk) -> None:
    sale = reduced(desk, desk.shop.ring(), Part.FIXED, OFF_CENTS)
    dear, cheap = desk.shop.ring(price_cents=1_000_000), desk.shop.ring()
    first, second = on_bill(desk, sale, Fault.WRONG_SIZE, cheap, dear)
    assert (first.reduced_cents, second.reduced_cents) == (30_000, 0)
    assert (first.total_cents, first.acknowledged_at) == (970_000, None)


def test_the_same_piece_again_costs_nothing(desk: ReturnDesk) -> None:
    sale = reduced(desk, desk.shop.ring(), Part.FIXED, OFF_CENTS)
    back = desk.take(sale, Fault.CRACK, LeadsTo.EXCHANGE)
    bought = desk.exchange(back, desk.shop.ring())
    assert [row.tender.code for row in bought.payments.all()] == ["exchange"]
    assert bought.total_cents == RING_CENTS - OFF_CENTS
    assert Reduction.objects.get(line__sale=bought).returned == back
    assert desk.broken() == []


def test_labour_by_weight_keeps_it_for_a_fault_of_ours(desk: ReturnDesk) -> None:
    """8.72 g × ¥38.00 = ¥331.36, of which 10.00 % were off."""
    sale = reduced(desk, desk.shop.piece(), Part.LABOUR, 3_314)
    (line,) = on_bill(desk, sale, Fault.CRACK, desk.shop.piece())
    assert (line.reduced_cents, line.reductions.get().part) == (3_314, "labour")
    assert bills.total_cents(line.sale, [line]) - bills.tendered_cents(line.sale) == 0


def test_gram_for_gram_pays_the_difference_in_labour(desk: ReturnDesk) -> None:
    """The row of an unworn piece by weight promises grams, not the discount."""
    sale = reduced(desk, desk.shop.piece(), Part.LABOUR, 3_314)
    (line,) = on_bill(desk, sale, Fault.WRONG_STYLE, desk.shop.piece())
    assert line.reduced_cents == 0
    assert bills.total_cents(line.sale, [line]) - bills.tendered_cents(line.sale) == 3_314


def test_more_that_is_off_already_stays(desk: ReturnDesk) -> None:
    sale = reduced(desk, desk.shop.ring(), Part.FIXED, OFF_CENTS)
    back = desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    bill = desk.shop.bill(desk.shop.ring())
    reductions.put(
        line=bill.lines.get(), part=Part.FIXED, cents=30_000, reason="friend", by=desk.by
    )
    exchanges.put_down(sale=bill, back=back, by=desk.by)
    assert bill.lines.get().reduced_cents == 30_000


def test_it_goes_with_the_return_off_the_bill(desk: ReturnDesk) -> None:
    """Else a customer would put a return down, take it up, and keep the discount."""
    sale = reduced(desk, desk.shop.ring(), Part.FIXED, OFF_CENTS)
    (line,) = on_bill(desk, sale, Fault.WRONG_SIZE, desk.shop.ring())
    bills.pick_up(sale=line.sale, row=Tendered.objects.get(sale=line.sale))
    line.refresh_from_db()
    assert (line.reduced_cents, line.total_cents) == (0, RING_CENTS)
    assert not Reduction.objects.filter(line=line).exists()


def test_put_down_again_it_is_given_once(desk: ReturnDesk) -> None:
    sale = reduced(desk, desk.shop.ring(), Part.FIXED, OFF_CENTS)
    back = desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    bill = desk.shop.bill(desk.shop.ring())
    for _n in range(2):
        exchanges.put_down(sale=bill, back=back, by=desk.by)
    assert bill.lines.get().reduced_cents == OFF_CENTS
