"""Real threads and real commits: one piece comes back at many tablets, and money goes back once."""

from collections.abc import Callable

import pytest

from appraisal import bag_journeys
from appraisal.models import ScrapBag
from counter import refunds
from counter.models import Payment, Return, Sale
from counter.pieces_back import Handed
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded
from tests import scrap_bags
from tests.cast import Shop
from tests.old_gold import SIGNED, open_desk
from tests.old_gold_bills import customer
from tests.returns import open_return_desk
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
THREADS = 8


def test_one_piece_comes_back_at_one_tablet(trading_shop: Shop) -> None:
    desk = open_return_desk(trading_shop)
    sale = desk.sold(trading_shop.ring())
    got = at_once(lambda _n: patiently(lambda: desk.take(_again(sale))), THREADS)
    assert got == {"": 1, "already_back": THREADS - 1}
    assert Return.objects.count() == 1
    assert books_agree()


def test_its_money_goes_back_once(trading_shop: Shop) -> None:
    desk = open_return_desk(trading_shop)
    back = desk.take(desk.sold(trading_shop.ring()))
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by)
    for _n in range(THREADS):
        approvals.grant(
            ask=needed.value.ask,
            store=trading_shop.s01,
            asked_by=desk.by,
            by=trading_shop.chen,
        )
    got = at_once(lambda _n: patiently(lambda: refunds.settle(back=back, by=desk.by)), THREADS)
    assert got == {"": 1, "return_moved": THREADS - 1}
    assert Payment.objects.filter(returned=back).count() == 1
    assert books_agree()


def test_a_bag_is_sent_or_opened_for_its_owner(trading_shop: Shop) -> None:
    """Head office waits for the bag while the customer waits for the piece in it: one has it."""
    desk, back_desk = open_desk(trading_shop), open_return_desk(trading_shop)
    bag = scrap_bags.sealed(desk, customer_id=customer(desk).pk)
    (piece,) = bag.old_pieces.select_related("trade_in")
    sale = Sale.objects.get(payments__trade_in=piece.trade_in)
    scrap_bags.safe_at_head_office(desk)
    back = back_desk.take(sale)
    handed = Handed({piece.pk: desk.on_scale(10_000)}, SIGNED)
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by, handed=handed)
    back_desk.agree(needed.value)

    def act(turn: int) -> str:
        mine = ScrapBag.objects.select_related("store", "origin", "place").get(pk=bag.pk)
        acts: list[Callable[[], object]] = [
            lambda: bag_journeys.send(bags=[mine], by=trading_shop.chen),
            lambda: refunds.settle(back=Return.objects.get(pk=back.pk), by=desk.by, handed=handed),
        ]
        return patiently(acts[turn])

    got = at_once(act, 2)
    assert got[""] == 1
    assert got["bag_moved"] + got["old_piece_stays"] == 1, got
    bag.refresh_from_db()
    back.refresh_from_db()
    assert (bag.state, back.state) in {("sent", "open"), ("opened", "settled")}
    assert books_agree()


def _again(sale: Sale) -> Sale:
    """Each tablet reads the sale for itself."""
    return Sale.objects.get(pk=sale.pk)
