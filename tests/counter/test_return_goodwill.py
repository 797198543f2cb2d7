"""Nobody knows who answers for it: the house decides for the customer, within its month, and a
claim says what it cost."""

from datetime import date

import pytest

from counter import refund_shares, refunds, return_seed
from counter.models import LeadsTo, Return, ReturnState, ReturnWindow
from counter.refunds import NotARefund
from inventory import prices
from inventory.ground.approvals import ApprovalNeeded
from tests.cast import Shop
from tests.counter.test_return_piece import RING_CENTS
from tests.returns import ReturnDesk, open_return_desk, went_back
from warranty import claims
from warranty.claims import GoodwillOff, GoodwillSpent, NotCovered
from warranty.models import Claim, Fault

# 8.72 g at a buy-back price of ¥936.00
METAL_CENTS = 816_192
NECKLACE_CENTS = 1_059_480


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    desk = open_return_desk(shop)
    desk.put("goodwill_month_cents", "1000000")
    return desk


def test_goodwill_gives_the_money_back_and_a_claim_says_what_it_cost(desk: ReturnDesk) -> None:
    quote = prices.Quote("Au", 9_990, "buyback", 93_600)
    prices.put_up(store=desk.shop.hq, quotes=[quote], by=desk.shop.head)
    sale = desk.sold(desk.shop.piece())
    back = desk.refund(desk.take(sale, Fault.GOODWILL))
    claim = Claim.objects.get()
    assert went_back(back) == {"cash": -NECKLACE_CENTS}
    assert (claim.fault, claim.cause, claim.outcome) == ("goodwill", "unclear", "refund")
    assert (claim.document, claim.goodwill_cents) == (back.number, NECKLACE_CENTS - METAL_CENTS)
    assert desk.broken() == []


def test_without_a_buy_back_price_all_of_it_is_borne(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL)
    assert back.lines.get().goodwill_cents == RING_CENTS


def test_a_fault_that_is_not_clear_is_goodwill_too(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.CLASP, cause="unclear")
    assert back.is_goodwill
    with pytest.raises(NotCovered):
        desk.take(desk.sold(desk.shop.ring()), Fault.CLASP, cause="wear")


def test_a_chain_gives_none_until_it_says_so(desk: ReturnDesk) -> None:
    desk.put("bundle", "chain")
    desk.put("typed_weight", "allow")
    sale = desk.sold(desk.shop.ring())
    with pytest.raises(GoodwillOff, match="gives no goodwill"):
        desk.take(sale, Fault.GOODWILL)
    page = desk.shop.client().get("/returns/new/", {"code": sale.number or ""}).content.decode()
    assert 'value="goodwill"' not in page
    desk.put("goodwill", "yes")
    assert desk.take(sale, Fault.GOODWILL).is_goodwill


def test_the_month_is_not_overdrawn_however_many_wait(desk: ReturnDesk) -> None:
    """Two are checked while there is enough for one; the second is refused when it is settled."""
    first, second = (desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL) for _n in range(2))
    desk.refund(first)
    with pytest.raises(GoodwillSpent, match=r"2,428\.00"):
        desk.refund(second)
    second.refresh_from_db()
    assert second.state == ReturnState.OPEN
    assert not second.payments.exists()
    with pytest.raises(GoodwillSpent):
        desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL)
    assert Claim.objects.count() == 1
    assert desk.broken() == []


def test_a_second_person_agrees_to_goodwill_for_other_goods_too(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL, LeadsTo.EXCHANGE)
    with pytest.raises(NotARefund):
        refunds.settle(back=back, by=desk.by)
    told = refunds.ask(back, refund_shares.Reckoned())
    assert told.figures == {"cents": 0, "ways": "", "goodwill": RING_CENTS}
    assert "costs the house ¥7,572.00" in str(told.summary)
    desk.exchange(back, desk.shop.ring())
    back.refresh_from_db()
    assert back.approval is not None
    assert Claim.objects.get().outcome == "exchange"
    Return.objects.update(approval=None)
    assert "money went back and nobody agreed" in " ".join(desk.broken())


def test_no_second_person_no_goodwill(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL)
    with pytest.raises(ApprovalNeeded):
        refunds.settle(back=back, by=desk.by)
    assert not Claim.objects.exists()


def test_a_fault_is_a_claim_and_a_change_of_mind_is_none(desk: ReturnDesk) -> None:
    faulty = desk.sold(desk.shop.ring())
    back = desk.refund(desk.take(faulty, Fault.STONE, cause="material"))
    claim = Claim.objects.get()
    assert (claim.fault, claim.cause, claim.outcome) == ("stone", "material", "refund")
    assert (claim.is_goodwill, claim.document, claim.piece) == (
        False,
        back.number,
        faulty.lines.get().piece,
    )
    assert claim.card == faulty.lines.get().cards.get()
    back = desk.take(desk.sold(desk.shop.ring()), Fault.CHANGED_MIND, LeadsTo.EXCHANGE)
    desk.exchange(back, desk.shop.ring())
    assert Claim.objects.count() == 1
    assert desk.broken() == []


def test_the_books_miss_a_claim(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.CHANGED_MIND, LeadsTo.EXCHANGE)
    desk.exchange(back, desk.shop.ring())
    Return.objects.update(cause="making")
    assert "its claims are not what came back" in " ".join(desk.broken())


def test_the_report_says_what_goodwill_cost_each_store(desk: ReturnDesk) -> None:
    desk.refund(desk.take(desk.sold(desk.shop.ring()), Fault.GOODWILL))
    since, until = date(2020, 1, 1), date(2100, 1, 1)
    (told,) = claims.goodwill_by_store(desk.shop.head, since=since, until=until)
    assert (told.store, told.claims) == (desk.shop.s01, 1)
    assert (told.cents, told.month_cents) == (RING_CENTS, 1_000_000)
    assert claims.goodwill_by_store(desk.shop.sun, since=since, until=until) == []
    page = desk.shop.client(desk.shop.head).get("/claims/").content.decode()
    assert "What goodwill cost" in page
    assert "¥7,572.00" in page


def test_a_shop_of_before_gets_the_new_reason_alone(desk: ReturnDesk) -> None:
    ReturnWindow.objects.filter(fault=Fault.GOODWILL).delete()
    before = ReturnWindow.objects.count()
    return_seed.put_seed_windows()
    return_seed.put_seed_windows()
    assert ReturnWindow.objects.count() == before + 2
