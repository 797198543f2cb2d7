"""What a thief, a second tablet or an unlucky moment may try."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counter import (
    acknowledgements,
    approving,
    bills,
    books,
    due,
    reductions,
    sales,
    seller_shares,
)
from counter.models import Part, Sale, SaleLine
from inventory import holds, pieces, prices, transfers
from inventory.ground import approvals, changes
from inventory.ground import books as ground
from inventory.ground.errors import NotAllowed
from inventory.ground.nobody import system
from inventory.models import Hold, LabourKind, LedgerHead, State, Store
from tests.cast import PINS, Shop


def line_of(sale: Sale) -> SaleLine:
    return SaleLine.objects.select_related("sale__store", "piece").get(sale=sale)


def test_a_sale_during_the_proof_does_not_break_the_books(shop: Shop) -> None:
    head = LedgerHead.objects.get(store=shop.s01)
    shop.sell(shop.charm())  # after the head was read
    assert list(ground.verify_chain(head)) == []
    assert list(ground.verify_rows(head)) == []


def test_a_stopped_store_writes_again_after_a_clean_proof(shop: Shop) -> None:
    ground.stop_writing(shop.s01, [ground.Broken("table", 1, "is wrong")])
    with pytest.raises(changes.BooksBroken):
        shop.piece()
    ground.let_write_again(shop.s01)
    assert shop.piece().state == State.ON_SALE


def test_a_lapsed_hold_does_not_carry_a_piece_back(shop: Shop) -> None:
    piece = shop.piece()
    shop.bill(piece)
    shop.lose_hold(piece)
    stale = Hold.objects.select_related("piece__store").get(piece=piece)
    piece.refresh_from_db()
    transfers.hand_over(rows=[piece], to=shop.tray("B-01"), sender=shop.lin, receiver=shop.zhao)
    with pytest.raises(pieces.PieceMoved), changes.opened(store=shop.s01, by=shop.lin) as book:
        pieces.release(rows=[stale.piece], book=book, lapsed=True)
    assert holds.lapse_due(by=system()) == 1
    piece.refresh_from_db()
    assert (piece.state, piece.place) == (State.ON_SALE, shop.tray("B-01"))


def test_one_stopped_store_does_not_stop_what_is_due_in_the_others(shop: Shop) -> None:
    mine = shop.piece()
    theirs = shop.piece(store=shop.s02, place=shop.tray("A-01", shop.s02))
    shop.bill(mine)
    shop.bill(theirs, by=shop.sun, counter=shop.a2)
    Hold.objects.update(until=timezone.now() - timedelta(minutes=1))
    ground.stop_writing(shop.s01, [ground.Broken("table", 1, "is wrong")])
    assert "1 holds lapsed" in due.run()


def test_a_reduction_falls_with_the_figure_it_was_given_for(shop: Shop) -> None:
    piece = shop.piece(labour_kind=LabourKind.PERCENT, labour_value=1_000)
    sale = shop.bill(piece)
    line = line_of(sale)
    off = {"line": line, "part": Part.LABOUR, "cents": line.labour_cents, "reason": "x"}
    ask = reductions.ask(line=line, part=Part.LABOUR, cents=line.labour_cents)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.head)
    reductions.put(**off, by=shop.lin)  # type: ignore[arg-type]
    shop.put_up(9990, 100_000)
    bills.refresh_prices(sale=sale, by=shop.lin)
    line = line_of(sale)
    assert line.reduced_cents == 0
    assert line.total_cents >= line.metal_cents


@pytest.mark.parametrize(
    ("percent", "enough", "too_small"), [(7, "chen", ""), (12, "wang", "chen")]
)
def test_nobody_agrees_to_more_than_they_might_give(
    shop: Shop, percent: int, enough: str, too_small: str
) -> None:
    line = line_of(shop.bill(shop.ring()))
    ask = reductions.ask(line=line, part=Part.FIXED, cents=757_200 * percent // 100)
    if too_small:
        with pytest.raises(approvals.ApproverNotAllowed):
            approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.people[too_small])
    yes = approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.people[enough])
    assert yes.approved_by == shop.people[enough]


def test_a_role_that_does_not_sell_takes_nothing_off(shop: Shop) -> None:
    line = line_of(shop.bill(shop.ring()))
    assert reductions.allowed_cents(10_000, store=shop.s01, by=shop.gao) == 0
    with pytest.raises(NotAllowed):
        reductions.put(line=line, part=Part.FIXED, cents=1, reason="x", by=shop.gao)


def test_a_line_that_another_tablet_removed_is_a_sentence(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    line = line_of(sale)
    bills.remove_piece(sale=sale, line=line, by=shop.lin)
    with pytest.raises(bills.LineGone):
        reductions.put(line=line, part=Part.LABOUR, cents=1, reason="x", by=shop.lin)
    with pytest.raises(bills.LineGone):
        seller_shares.put(line=line, shares={shop.lin: 10_000})


def test_another_price_must_be_acknowledged_again(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    off = {"line": line_of(sale), "part": Part.FIXED, "by": shop.lin}
    reductions.put(**off, cents=7_200, reason="regular")  # type: ignore[arg-type]
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    reductions.put(**off, cents=0, reason="")  # type: ignore[arg-type]
    shop.pay(sale)
    with pytest.raises(acknowledgements.AcknowledgementMissing):
        sales.complete(sale=sale, shown_cents=757_200, by=shop.lin)


def test_a_signature_does_not_replace_the_tap_that_the_store_asks_for(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    with pytest.raises(acknowledgements.AcknowledgementMissing):
        acknowledgements.give(sale=sale, how=acknowledgements.How.SIGNATURE)


def test_a_changed_bill_is_rounded_anew(shop: Shop) -> None:
    sale = shop.bill(shop.piece(), shop.charm())
    bills.round_down(sale=sale, cents=80)
    bills.remove_piece(sale=sale, line=sale.lines.get(position=1), by=shop.lin)
    sale.refresh_from_db()
    assert sale.rounding_cents == 0


def test_pieces_go_to_another_counter_only_into_another_hand(shop: Shop) -> None:
    piece = shop.piece()
    alone = {"rows": [piece], "sender": shop.lin, "receiver": shop.lin, "at": shop.a}
    with pytest.raises(transfers.SameHands):
        transfers.hand_over(to=shop.tray("B-01"), **alone)  # type: ignore[arg-type]
    transfers.hand_over(to=shop.tray("A-02"), **alone)  # type: ignore[arg-type]
    piece.refresh_from_db()
    assert piece.place == shop.tray("A-02")


def test_the_approved_form_leads_nowhere_outside(shop: Shop) -> None:
    ask = sales.void_ask(shop.sell(shop.charm()))
    for outside in ("/\\evil.example/x", "//evil.example/", "https://evil.example/"):
        form = {"ask": approving.seal(ask), "approver": "chen", "pin": PINS["chen"]}
        answer = shop.client().post("/approvals/", form | {"again_path": outside})
        assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/sales/%00/", "/pieces/%00/", "/pieces/?q=%00", "/cards/%00/"])
def test_a_nul_in_an_address_is_no_fault_of_ours(shop: Shop, path: str) -> None:
    assert shop.client().get(path).status_code in {200, 404, 422}


def test_a_price_for_yesterday_is_refused(shop: Shop) -> None:
    with pytest.raises(prices.PriceInThePast):
        prices.put_up(
            store=shop.hq,
            quotes=[prices.Quote("Au", 9990, "sell", 1)],
            by=shop.head,
            valid_from=timezone.now() - timedelta(days=1),
        )


def test_the_books_agree_in_every_store_afterwards(shop: Shop) -> None:
    shop.sell(shop.piece())
    for store in Store.objects.all():
        assert list(books.verify(store, full=True)) == []
