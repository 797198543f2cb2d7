"""The main job: the customer pays and leaves with the pieces and their cards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counter import (
    acknowledgements,
    bills,
    books,
    for_sale,
    payments,
    reductions,
    sales,
    seller_shares,
)
from counter.models import Part, Sale, SaleState
from inventory import pieces, prices
from inventory.ground import settings_rows
from inventory.models import Change, State
from tests.cast import Shop
from warranty.models import BenefitEntry, Card


def total(sale: Sale) -> int:
    return bills.total_cents(sale, bills.lines_of(sale))


def test_it_sells_a_necklace_by_weight(shop: Shop) -> None:
    necklace = shop.piece()
    sale = shop.sell(necklace)
    # 8.72 g × ¥1,177.00 + 8.72 g × ¥38.00
    assert sale.total_cents == 1_026_344 + 33_136
    assert sale.state == SaleState.COMPLETED
    necklace.refresh_from_db()
    assert (necklace.state, necklace.place) == (State.SOLD, None)
    card = Card.objects.get(sale_line__sale=sale)
    assert card.piece == necklace
    assert BenefitEntry.objects.filter(card=card).count() == card.plan.benefits.count()


def test_it_writes_every_step_into_the_chain(shop: Shop) -> None:
    before = Change.objects.filter(store=shop.s01).count()
    sale = shop.sell(shop.piece(), shop.ring())
    kinds = list(
        Change.objects.filter(store=shop.s01, seq__gt=before).values_list("kind", flat=True)
    )
    assert kinds.count("piece_sold") == 2
    assert kinds.count("card_issued") == 2
    assert kinds.count("sale_completed") == 1
    assert str(sale.number).startswith("S01-S")


def test_it_puts_every_share_and_reduction_under_the_digest_of_the_sale(shop: Shop) -> None:
    sale = shop.bill(shop.piece(), shop.ring(), shop.charm())
    necklace, ring, _charm = bills.lines_of(sale)
    seller_shares.put(line=ring, shares={shop.lin: 4_000, shop.zhao: 6_000})
    seller_shares.put(line=necklace, shares={shop.chen: 5_000, shop.lin: 5_000})
    for line, part in ((ring, Part.FIXED), (necklace, Part.LABOUR)):
        reductions.put(line=line, part=part, cents=1_000, reason="regular", by=shop.lin)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale)
    sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)
    assert list(books.verify(shop.s01, full=True)) == []


def test_it_refuses_a_total_that_is_no_longer_true(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    shop.pay(sale)
    shown = total(sale)
    prices.put_up(store=shop.hq, quotes=[prices.Quote("Au", 9990, "sell", 118_000)], by=shop.head)
    with pytest.raises(sales.TotalChanged):
        sales.complete(sale=sale, shown_cents=shown, by=shop.lin)
    assert not sale.payments.exists()


def test_it_refuses_a_payment_that_is_short(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    shop.pay(sale, cents=100_000)
    with pytest.raises(payments.PaymentShort):
        sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)


def test_it_refuses_a_fixed_price_that_nobody_acknowledged(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    shop.pay(sale)
    with pytest.raises(acknowledgements.AcknowledgementMissing):
        sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)


def test_it_sells_a_small_silver_charm_without_a_tap(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    assert sales.complete(sale=sale, shown_cents=9_800, by=shop.lin).total_cents == 9_800


def test_it_refuses_a_ring_sold_at_the_other_counter(shop: Shop) -> None:
    ring = shop.ring()
    sale = shop.bill(ring)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale)
    shop.lose_hold(ring)
    shop.sell(ring, by=shop.zhao)
    with pytest.raises(for_sale.PieceSold) as refusal:
        sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)
    assert "国贸店" in str(refusal.value)


def test_it_refuses_a_piece_that_another_bill_took_over(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.bill(piece)
    shop.pay(sale)
    shop.lose_hold(piece)
    shop.bill(piece, by=shop.zhao, counter=shop.b)
    with pytest.raises(pieces.PieceMoved):
        sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)


def test_it_refuses_a_second_completion(shop: Shop) -> None:
    sale = shop.sell(shop.piece())
    with pytest.raises(bills.BillMoved):
        sales.complete(sale=sale, shown_cents=sale.total_cents or 0, by=shop.lin)


def test_it_takes_at_most_forty_statements(
    shop: Shop, django_assert_max_num_queries: object
) -> None:
    sale = shop.bill(shop.piece(), shop.ring())
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale, cents=500_000)
    shop.pay(sale, "wechat", number="4200001234567890123456789012")
    client, shown = shop.client(), total(sale)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        answer = client.post(f"/sell/{sale.uuid}/complete/", {"shown_cents": shown})
    assert answer.status_code == 303, answer.content


def test_a_sale_without_old_gold_asks_nothing_about_it(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    shop.pay(sale)
    with CaptureQueriesContext(connection) as asked:
        sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)
    named = ("appraisal_", "counter_creditentry", "counter_cashcase", "counter_customer")
    about = [each["sql"] for each in asked if any(table in each["sql"] for table in named)]
    # the old gold comes along with what lies on the bill, which is read anyway
    assert len(about) == 1
    assert "FROM counter_tendered" in about[0]


def test_a_signature_on_the_slip_is_enough_where_the_store_says_so(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="acknowledge_fixed_gold", new="signature", by=shop.wang)
    sale = shop.bill(shop.ring())
    shop.pay(sale)
    client = shop.client()
    assert "signed the slip" in client.get(f"/sell/{sale.uuid}/").content.decode()
    client.post(f"/sell/{sale.uuid}/confirm/", {"signed": "1"})
    done = sales.complete(sale=sale, shown_cents=total(sale), by=shop.lin)
    assert done.lines.get().acknowledged_how == "signature"


def test_a_removed_piece_is_put_back_by_one_tap(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.bill(piece)
    client = shop.client()
    gone = client.post(f"/sell/{sale.uuid}/lines/{sale.lines.get().pk}/remove/")
    assert piece.name in client.get(gone.headers["Location"]).content.decode()
    client.post(f"/sell/{sale.uuid}/add/", {"code": piece.number})
    assert sale.lines.get().piece == piece
