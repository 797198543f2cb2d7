"""All goods that old gold paid for come back: while it lies in the store the old piece itself goes
back, afterwards store credit (trade.md 4.12)."""

from collections.abc import Callable
from typing import Any

import pytest

from appraisal import bag_journeys, old_pieces, queries, trade_ins, undone_swaps, weighings
from appraisal.models import (
    BagState,
    OldPieceMove,
    ScrapBag,
    TradeIn,
    TradeInState,
    TradeInStep,
    WeighedFor,
    Weighing,
)
from counter import counted_old_gold, refunds, store_credit, voucher_papers
from counter.models import CreditEntry, LeadsTo, Payment, Sale, SwapTest, Tender
from counter.pieces_back import Handed
from inventory.ground import changes
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import SignatureNeeded
from tests.counter.test_verify_books import behind_the_back
from tests.old_gold import SIGNED, Desk
from tests.old_gold_bills import (
    accepted,
    cash,
    complete,
    customer,
    put_down,
    put_rule,
)
from tests.returns import ReturnDesk, open_return_desk, went_back
from tests.scrap_bags import of_two_metals, safe_at_head_office, seal, settled
from tests.store_credit import spend
from tests.swaps_back import bagged, hand, sale_of, swapped
from warranty.models import Fault


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    return standing_desk


@pytest.fixture
def back_desk(desk: Desk) -> ReturnDesk:
    return open_return_desk(desk.shop)


def test_the_seal_is_broken_and_the_piece_goes_back_in_place_of_credit(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    trade_in = bagged(desk)
    sale, bag = sale_of(trade_in), ScrapBag.objects.get()
    gold = Payment.objects.get(trade_in=trade_in).amount_cents
    back = back_desk.take(sale, Fault.CHANGED_MIND, channel="distance")
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by, handed=Handed())
    assert f"seal {bag.seal} is broken" in str(needed.value.ask.summary)
    back = hand(desk, back, trade_in)
    assert went_back(back) == {"old_gold": -gold, "cash": gold - back.credit_cents}
    assert not CreditEntry.objects.exists()
    # nothing is tested of a swap that is undone
    assert not SwapTest.objects.exists()
    assert back_desk.broken() == []


def test_who_broke_the_seal_who_agreed_and_every_gram_are_on_record(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    trade_in = bagged(desk)
    before = counted_old_gold.lying_at(desk.shop.a)
    assert [(row.things, row.mg) for row in before.values()] == [(1, 10_000)]
    back = hand(desk, back_desk.take(sale_of(trade_in)), trade_in, mg=9_980)
    assert counted_old_gold.lying_at(desk.shop.a) == {}
    bag = ScrapBag.objects.get()
    opened = bag.moves.get(new=BagState.OPENED)
    assert (bag.state, opened.by, opened.gross_mg) == (BagState.OPENED, desk.by, bag.gross_mg)
    gone, broken = TradeInStep.objects.filter(trade_in=trade_in).order_by("-pk")[:2]
    assert (broken.old, broken.new, gone.new) == ("bagged", "settled", "returned")
    for step in (broken, gone):
        assert step.approval is not None
        assert (step.approval.approved_by, step.by) == (desk.shop.chen, desk.by)
        assert step.remark == f"{back.number} · {bag.seal}"
    assert gone.signature is not None
    assert gone.signature.strokes == SIGNED.strokes
    assert Weighing.objects.get(purpose=WeighedFor.RETURNED).mg == 9_980
    last = OldPieceMove.objects.order_by("-pk")[0]
    assert (last.reason, last.mg, last.to_place) == ("returned", 10_000, None)
    voucher = voucher_papers.voucher_of(queries.trade_in_for(desk.by, trade_in.number))
    assert (voucher.is_returned, voucher.bill) == (True, back.sale.number)
    assert back_desk.broken() == []


def not_bagged(desk: Desk) -> TradeIn:
    return swapped(desk)


def two_rings_in_one_bag(desk: Desk) -> TradeIn:
    trade_in = swapped(desk, rings=2)
    seal(desk, trade_in)
    return trade_in


def two_metals_in_two_bags(desk: Desk) -> TradeIn:
    trade_in = of_two_metals(desk)
    seal(desk, trade_in, "F-1")
    trade_in.refresh_from_db()
    seal(desk, trade_in, "F-2")
    return trade_in


def one_metal_not_bagged_yet(desk: Desk) -> TradeIn:
    trade_in = of_two_metals(desk)
    seal(desk, trade_in, "F-1")
    return trade_in


@pytest.mark.parametrize(
    "swap", [not_bagged, two_rings_in_one_bag, two_metals_in_two_bags, one_metal_not_bagged_yet]
)
def test_all_old_pieces_of_a_trade_in_go_back_together_from_wherever_they_lie(
    desk: Desk, back_desk: ReturnDesk, swap: Callable[[Desk], TradeIn]
) -> None:
    trade_in = swap(desk)
    # another one's bag stays as it is
    other = seal(desk, settled(desk), "F-OTHER")
    hand(desk, back_desk.take(sale_of(trade_in)), trade_in)
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RETURNED
    assert not trade_in.old_pieces.filter(place__isnull=False).exists()
    assert list(ScrapBag.objects.filter(state=BagState.SEALED)) == [other]
    assert not CreditEntry.objects.exists()
    assert back_desk.broken() == []


def sent(desk: Desk, trade_in: TradeIn) -> None:
    safe_at_head_office(desk)
    bag_journeys.send(bags=[seal(desk, trade_in)], by=desk.shop.chen)


def in_part(desk: Desk, trade_in: TradeIn) -> None:
    """The other necklace stays with the customer: nothing is done to the old gold."""


def melted(desk: Desk, trade_in: TradeIn) -> None:
    """As after the melting: the weight that counts is that of the melt."""
    piece = trade_ins.pieces_of(trade_in)[0]
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        weighings.record(
            shown=desk.on_scale(10_000),
            purpose=WeighedFor.FINAL,
            metal=piece.metal,
            document=trade_in.number,
            store=desk.shop.s01,
            book=book,
            old_piece=piece,
        )


def refunded_before(desk: Desk, trade_in: TradeIn) -> None:
    """A fault of ours: the first necklace took all cash with it and a part of the old gold."""
    back_desk = open_return_desk(desk.shop)
    line = sale_of(trade_in).lines.select_related("piece", "sale").get(position=1)
    back_desk.refund(back_desk.take(line.sale, lines=[line]))


@pytest.mark.parametrize(
    ("happened", "lines", "why"),
    [
        (in_part, [1], "the customer keeps goods that it paid for"),
        (sent, [1, 2], "bag B-"),
        (melted, [1, 2], "it was melted"),
        (refunded_before, [2], "an earlier return was reckoned with it"),
    ],
)
def test_else_it_becomes_credit_and_the_page_says_why(
    desk: Desk,
    back_desk: ReturnDesk,
    happened: Callable[[Desk, TradeIn], None],
    lines: list[int],
    why: str,
) -> None:
    trade_in = swapped(desk, rings=2)
    sale = sale_of(trade_in)
    happened(desk, trade_in)
    rows = sale.lines.select_related("piece", "sale").filter(position__in=lines)
    back = back_desk.take(sale, lines=list(rows))
    with pytest.raises(undone_swaps.OldPieceStays) as stays:
        refunds.settle(back=back, by=desk.by, handed=Handed())
    assert why.removeprefix("bag B-") in str(stays.value)
    shown = desk.shop.client().get(f"/returns/{back.number}/").content.decode()
    assert f"Old gold {trade_in.number} becomes store credit" in shown
    assert why.removeprefix("bag B-") in shown
    assert "itself goes back" not in shown
    back_desk.refund(back)
    gold = went_back(back)["old_gold"]
    assert CreditEntry.objects.filter(reason="returned").order_by("-pk")[0].cents == -gold


def test_a_surplus_in_credit_goes_with_the_piece_while_it_is_there(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    put_rule(surplus="credit")
    who, sale = customer(desk), desk.shop.bill(desk.shop.charm())
    trade_in = _paid(desk, sale, customer_id=who.pk)
    assert store_credit.balance(who) > 0
    back = hand(desk, back_desk.take(sale_of(trade_in)), trade_in)
    assert went_back(back) == {"old_gold": -9_800}
    assert store_credit.balance(who) == 0
    assert back_desk.broken() == []


def test_a_surplus_that_was_spent_keeps_the_piece(desk: Desk, back_desk: ReturnDesk) -> None:
    put_rule(surplus="credit")
    who, sale = customer(desk), desk.shop.bill(desk.shop.charm())
    trade_in = _paid(desk, sale, customer_id=who.pk)
    spend(desk, who, store_credit.balance(who))
    back = back_desk.take(sale_of(trade_in))
    with pytest.raises(undone_swaps.OldPieceStays, match="was spent"):
        hand(desk, back, trade_in)
    assert went_back(back_desk.refund(back)) == {"old_gold": -9_800}


def test_a_surplus_that_went_out_in_money_keeps_the_piece(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    put_rule(surplus="money")
    sale = desk.shop.bill(desk.shop.charm())
    trade_in = _paid(desk, sale, cash(), customer_id=customer(desk).pk)
    back = back_desk.take(sale_of(trade_in))
    with pytest.raises(undone_swaps.OldPieceStays, match="paid out in money"):
        hand(desk, back, trade_in)
    assert went_back(back_desk.refund(back)) == {"old_gold": -9_800}
    assert back_desk.broken() == []


@pytest.mark.parametrize(
    ("how", "refusal"),
    [({"drawn": None}, SignatureNeeded), ({"mg": 9_979}, old_pieces.WeightDiffers)],
)
def test_nothing_is_written_without_its_weight_and_the_name_of_the_customer(
    desk: Desk, back_desk: ReturnDesk, how: dict[str, Any], refusal: type[RuleBroken]
) -> None:
    trade_in = bagged(desk)
    back = back_desk.take(sale_of(trade_in))
    with pytest.raises(refusal):
        hand(desk, back, trade_in, **how)
    back.refresh_from_db()
    trade_in.refresh_from_db()
    assert (back.state, trade_in.state) == ("open", "bagged")
    assert ScrapBag.objects.get().state == BagState.SEALED
    assert back_desk.broken() == []


def test_for_other_goods_the_old_gold_stays(desk: Desk, back_desk: ReturnDesk) -> None:
    trade_in = bagged(desk)
    back = back_desk.take(sale_of(trade_in), leads_to=LeadsTo.EXCHANGE)
    back_desk.exchange(back, desk.shop.piece())
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.BAGGED


def test_goods_given_in_exchange_bring_the_old_piece_back_in_turn(
    desk: Desk, back_desk: ReturnDesk
) -> None:
    trade_in = bagged(desk)
    back = back_desk.take(sale_of(trade_in), leads_to=LeadsTo.EXCHANGE)
    bought = back_desk.exchange(back, desk.shop.piece())
    again = hand(desk, back_desk.take(bought), trade_in)
    assert (
        went_back(again)["old_gold"]
        == -Payment.objects.get(trade_in=trade_in, reverses=None).amount_cents
    )
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RETURNED
    assert back_desk.broken() == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            "UPDATE appraisal_tradeinstep SET approval_id = NULL WHERE new = 'returned'",
            "gave old gold back and nobody agreed",
        ),
        (
            "UPDATE appraisal_tradeinstep SET signature_id = NULL WHERE new = 'returned'",
            "lacks the customer's signature (returned)",
        ),
        (
            "UPDATE counter_payment SET amount_cents = amount_cents + 1 "
            "WHERE reverses_id IS NOT NULL AND trade_in_id IS NOT NULL",
            "went back neither itself nor as credit",
        ),
        (
            "UPDATE counter_payment SET trade_in_id = NULL WHERE reverses_id IS NULL",
            "is settled without its payment, or the reverse",
        ),
    ],
)
def test_the_books_know_the_way_back(
    desk: Desk, back_desk: ReturnDesk, spoil: str, says: str
) -> None:
    trade_in = bagged(desk)
    hand(desk, back_desk.take(sale_of(trade_in)), trade_in)
    assert back_desk.broken() == []
    behind_the_back(spoil)
    assert any(says in each for each in back_desk.broken())


def test_credit_that_did_not_arise_breaks_the_books(desk: Desk, back_desk: ReturnDesk) -> None:
    trade_in = bagged(desk)
    back_desk.refund(back_desk.take(sale_of(trade_in)))
    assert back_desk.broken() == []
    behind_the_back("UPDATE counter_creditentry SET cents = cents - 1")
    assert any("neither itself nor as credit" in each for each in back_desk.broken())


def _paid(desk: Desk, sale: Sale, back_by: Tender | None = None, **facts: Any) -> TradeIn:
    """Old gold that pays all of a bill and is worth more."""
    trade_in = accepted(desk, sale, **facts)
    put_down(desk, sale, trade_in, back_by)
    complete(desk, sale)
    return trade_in
