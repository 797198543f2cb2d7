"""Our own pieces come back: card, piece or sale number tell what was sold, and for how much."""

import pytest

from appraisal import reception
from appraisal.models import OldPiece, TradeKind
from counter import acknowledgements, bills, came_back, reductions, sales
from counter.came_back import CameBack
from counter.models import Part, Sale
from inventory import queries as stock
from inventory.ground import approvals
from inventory.ground.errors import NotAllowed
from tests.cast import Shop, card_of
from warranty.models import Card


def find(shop: Shop, text: str, *, away: bool = False) -> list[CameBack]:
    store, by = (shop.s02, shop.sun) if away else (shop.s01, shop.lin)
    return came_back.find(text=text, store=store, by=by)


def sold(shop: Shop) -> Sale:
    """A ring of ¥7,572.00 with ¥200.00 off, and a necklace; ¥0.80 rounded down."""
    sale = shop.bill(shop.ring(), shop.piece())
    ring, _necklace = bills.lines_of(sale)
    reductions.put(line=ring, part=Part.FIXED, cents=20_000, reason="regular", by=shop.lin)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    bills.round_down(sale=sale, cents=80)
    sale.refresh_from_db()
    shop.pay(sale)
    total = bills.total_cents(sale, bills.lines_of(sale))
    return sales.complete(sale=sale, shown_cents=total, by=shop.lin)


def test_the_card_brings_sale_weight_price_and_discount(shop: Shop) -> None:
    sale = sold(shop)
    line = sale.lines.get(position=1)
    (found,) = find(shop, card_of(line.sale, line.position).number)
    brought = found.brought
    assert (brought.piece, brought.sale_line_id) == (line.piece, line.pk)
    assert (brought.has_receipt, brought.receipt) == (True, sale.number)
    assert (brought.bought_on, brought.same_store) == (sale.business_day, True)
    assert (brought.tier, brought.old_pricing) == ("own_store", "fixed")
    # 7,572.00 − 200.00, and of ¥0.80 the share of this line: 33 of 80 cents
    assert brought.old_price_cents == found.price_cents == 757_200 - 20_000 - 33
    assert brought.old_discount_bp == 264
    assert found.net_mg == 1_960


def test_another_store_of_the_house_finds_it_too(shop: Shop) -> None:
    (found,) = find(shop, card_of(sold(shop)).number, away=True)
    assert (found.brought.same_store, found.brought.tier) == (False, "own")


def test_the_number_on_the_piece_is_no_receipt(shop: Shop) -> None:
    piece = sold(shop).lines.get(position=2).piece
    (found,) = find(shop, piece.number)
    assert not found.brought.has_receipt
    assert found.brought.piece == piece


def test_a_sale_number_brings_all_its_pieces(shop: Shop) -> None:
    sale = sold(shop)
    found = find(shop, str(sale.number))
    assert [each.line.position for each in found] == [1, 2]
    assert sum(each.price_cents for each in found) == sale.total_cents


@pytest.mark.parametrize("state", ["void", "lost", "replaced", "closed"])
def test_a_card_that_is_over_proves_nothing(shop: Shop, state: str) -> None:
    card = card_of(sold(shop))
    Card.objects.filter(pk=card.pk).update(state=state)
    with pytest.raises(came_back.CardOver):
        find(shop, card.number)


def test_a_voided_sale_sold_nothing(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    ask = sales.void_ask(sale)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    number = sale.lines.get().piece.number
    sales.void(sale=sale, scanned=[number], reason="wrong", by=shop.lin)
    for text in (number, str(sale.number)):
        with pytest.raises((came_back.NeverSold, came_back.NoSuchSale)):
            find(shop, text)


def test_it_refuses_what_was_never_sold(shop: Shop) -> None:
    with pytest.raises(came_back.NeverSold):
        find(shop, shop.piece().number)
    with pytest.raises(came_back.NeverSold):
        find(shop, "4006381333931")
    with pytest.raises(stock.WrongDigit):
        find(shop, "3000000018")
    with pytest.raises(stock.WrongDigit):
        find(shop, "84017392056612843770")
    with pytest.raises(came_back.CardNotOurs):
        find(shop, "84017392056612843707")
    with pytest.raises(came_back.NoSuchSale):
        find(shop, "S01-S260101-0001")


def test_it_is_for_those_who_trade_in(shop: Shop) -> None:
    number = sold(shop).lines.get(position=1).piece.number
    with pytest.raises(NotAllowed):
        came_back.find(text=number, store=shop.s01, by=shop.qian)


def test_reception_takes_it_down_as_it_was_found(shop: Shop) -> None:
    (found,) = find(shop, card_of(sold(shop)).number)
    told = {"source": "本人购买", "kind": TradeKind.SWAP, "by": shop.lin}
    reception.receive(counter=shop.a, brought=[found.brought], **told)  # type: ignore[arg-type]  # because: one dict of several types
    piece = OldPiece.objects.get()
    assert (piece.sale_line, piece.piece) == (found.line, found.line.piece)
    assert piece.old_price_cents == found.price_cents
