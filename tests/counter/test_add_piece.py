"""Scanning onto a bill: what is held, what is refused, and in which words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counter import bills, for_sale
from inventory import holds, prices, queries
from inventory.models import Hold, State
from tests.cast import Shop


def test_it_holds_the_piece_at_todays_price(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.bill(piece)
    piece.refresh_from_db()
    line = sale.lines.get()
    assert piece.state == State.HELD
    assert (line.metal_cents, line.labour_cents) == (1_026_344, 33_136)
    assert line.metal_price is not None
    assert [seller.share_bp for seller in line.sellers.all()] == [10_000]


def test_it_refuses_the_same_piece_twice(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.bill(piece)
    with pytest.raises(bills.AlreadyOnBill):
        bills.add_piece(sale=sale, piece=piece, by=shop.lin)


def test_it_tells_the_other_counter_who_holds_it_and_until_when(shop: Shop) -> None:
    piece = shop.piece()
    shop.bill(piece)
    with pytest.raises(holds.HeldElsewhere) as refusal:
        shop.bill(piece, by=shop.zhao, counter=shop.b)
    assert "林" in str(refusal.value)
    assert "counter A" in str(refusal.value)


def test_it_takes_over_a_hold_past_its_time(shop: Shop) -> None:
    piece = shop.piece()
    first = shop.bill(piece)
    shop.lose_hold(piece)
    second = shop.bill(piece, by=shop.zhao, counter=shop.b)
    assert Hold.objects.get(piece=piece, ended_at__isnull=True).bill == second.uuid
    assert not holds.live_for(bill=first.uuid, ids=[piece.pk])


def test_it_sells_a_piece_from_another_counters_tray(shop: Shop) -> None:
    piece = shop.piece(place=shop.tray("B-03"))
    sale = shop.sell(piece)
    assert sale.counter == shop.a
    assert (
        shop.client(shop.zhao, counter=shop.b)
        .get("/today/")
        .content.count(piece.number[:4].encode())
    )


def test_it_refuses_a_sold_piece_and_leads_to_its_sale(shop: Shop) -> None:
    piece = shop.piece()
    sold = shop.sell(piece)
    with pytest.raises(for_sale.PieceSold) as refusal:
        shop.bill(piece)
    assert "国贸店" in str(refusal.value)
    assert refusal.value.next_url == f"/sales/{sold.number}/"


def test_it_refuses_a_piece_of_another_store(shop: Shop) -> None:
    theirs = shop.piece(store=shop.s02, place=shop.tray("A-01", shop.s02))
    with pytest.raises(for_sale.NotForSale):
        shop.bill(theirs)


def test_it_refuses_a_piece_without_a_price_on_the_board(shop: Shop) -> None:
    odd = shop.piece(name="14K金项链", grade=5850, content=None, mark="G14K")
    with pytest.raises(prices.NoPrice):
        shop.bill(odd)
    odd.refresh_from_db()
    assert odd.state == State.ON_SALE


def test_it_refuses_a_piece_that_is_only_received(shop: Shop) -> None:
    with pytest.raises(for_sale.NotForSale):
        shop.bill(shop.piece(on_sale=False))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("9999999990", "unknown_barcode"),
        ("3000000019", "wrong_check_digit"),
        ("ABC-12\x00", "unknown_barcode"),
        ("\x1d\x07", "unknown_barcode"),
        ("没有", "unknown_barcode"),
    ],
)
def test_it_refuses_what_is_no_piece(shop: Shop, typed: str, code: str) -> None:
    sale = shop.bill(shop.piece())
    answer = shop.client().post(f"/sell/{sale.uuid}/add/", {"code": typed})
    assert answer.headers["X-Refusal"] in {code, "bad_field"}
    assert sale.lines.count() == 1


def test_it_names_the_digit_that_is_wrong(shop: Shop) -> None:
    with pytest.raises(queries.WrongDigit) as refusal:
        queries.find_scanned(shop.lin, "3000000019")
    assert "10" in str(refusal.value)


def test_it_reads_full_width_digits(shop: Shop) -> None:
    piece = shop.piece()
    wide = piece.number.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert queries.find_scanned(shop.lin, wide) == piece


def test_it_lets_the_piece_go_when_the_line_is_removed(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.bill(piece)
    bills.remove_piece(sale=sale, line=sale.lines.get(), by=shop.lin)
    piece.refresh_from_db()
    assert piece.state == State.ON_SALE
    assert not sale.lines.exists()


def test_it_frees_every_piece_when_the_customer_leaves(shop: Shop) -> None:
    first, second = shop.piece(), shop.ring()
    sale = shop.bill(first, second)
    bills.give_up(sale=sale, by=shop.lin)
    for piece in (first, second):
        piece.refresh_from_db()
        assert piece.state == State.ON_SALE


def test_it_asks_the_same_number_of_questions_for_one_and_for_twenty_lines(shop: Shop) -> None:
    client = shop.client()

    def questions(sale: object) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"/sell/{sale.uuid}/")  # type: ignore[attr-defined]
        return len(asked)

    one = questions(shop.bill(shop.piece()))
    twenty = questions(shop.bill(*(shop.piece() for _ in range(20))))
    assert twenty <= one
