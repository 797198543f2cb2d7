"""The board of the queue, and an order on its way from the first check into the customer's hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counter.models import NetworkOrder, OrderedPiece, OrderState
from counter.showroom import queries, talks
from tests.cast import KeyedClient
from tests.showroom import DIAMOND_RING, Showroom


class Walk:
    """One order, and the people who press its buttons."""

    def __init__(self, showroom: Showroom, order: NetworkOrder) -> None:
        self.order = order
        self.gao = showroom.shop.client(showroom.shop.gao)
        self.lin = showroom.shop.client(showroom.shop.lin)
        self.zhao = showroom.shop.client(showroom.shop.zhao)

    @property
    def path(self) -> str:
        return f"/orders/{self.order.number}/"

    def act(self, who: KeyedClient, word: str, **typed: str) -> str:
        """Presses a button; the page that follows, or the refusal."""
        answer = who.post(f"{self.path}{word}/", typed)
        assert answer.status_code == 303, answer.text[-2_000:]
        return who.get(answer["Location"]).text

    @property
    def state(self) -> str:
        self.order.refresh_from_db()
        return self.order.state


def test_an_order_goes_from_the_first_check_to_the_bill_without_retyping(
    showroom: Showroom,
) -> None:
    walk = Walk(showroom, showroom.at(OrderState.REVIEWING))
    day = f"{showroom.day(20):%Y-%m-%d}"
    assert "It can be made: pass it on" in walk.gao.get(walk.path).text
    walk.act(walk.gao, "pass-on", store="S01", promised_on=day)
    assert walk.state == OrderState.TRANSFERRED
    assert "Everything is right" in walk.lin.get(walk.path).text
    walk.act(walk.lin, "confirm")
    walk.act(walk.lin, "begin")
    assert walk.state == OrderState.IN_PRODUCTION
    for ordered in OrderedPiece.objects.filter(line__order=walk.order):
        told = {"gross_mg": "3.20", "net_mg": "3.20", "place": "A-01", "differs": "轻一点"}
        page = walk.act(walk.lin, f"pieces/{ordered.pk}/arrive", **told)
        assert "arrived" in page
    assert walk.state == OrderState.ARRIVED
    walk.act(walk.lin, "tell")
    assert walk.state == OrderState.NOTIFIED
    assert "Open the bill" in walk.lin.get(walk.path).text


def test_a_stone_is_kept_before_the_workshop_begins(showroom: Showroom) -> None:
    walk = Walk(showroom, showroom.at(OrderState.CONFIRMED, showroom.wish(DIAMOND_RING)))
    walk.act(walk.lin, "begin")
    assert "1 stone is missing" in walk.lin.get(walk.path).text
    ordered = OrderedPiece.objects.get(line__order=walk.order)
    told = {"source": "buy", "kind": "diamond", "carats": "0.50", "color": "F", "clarity": "VS1"}
    page = walk.act(
        walk.lin, f"pieces/{ordered.pk}/stone", **told, cut="EX", certificate="NGTC 6123"
    )
    assert "0.50 ct" in page
    (stone,) = ordered.stones.all()
    walk.act(walk.lin, f"stones/{stone.pk}/come")
    walk.act(walk.lin, "produce")
    assert walk.state == OrderState.IN_PRODUCTION


def test_a_question_stops_the_order_until_it_is_answered(showroom: Showroom) -> None:
    walk = Walk(showroom, showroom.at(OrderState.TRANSFERRED))
    page = walk.act(walk.lin, "ask", text="13 还是 14 号？")
    assert "Everything is right" not in page
    assert "waits for the customer" in walk.lin.get("/orders/").text
    question = walk.order.questions.get()
    page = walk.act(walk.lin, f"questions/{question.pk}", text="13")
    assert "Everything is right" in page
    walk.act(walk.lin, "contact", how=next(iter(talks.CONTACTS)), result="已致电")
    assert "已致电" in walk.lin.get(walk.path).text


def test_it_is_sent_back_assigned_and_cancelled(showroom: Showroom) -> None:
    walk = Walk(showroom, showroom.at(OrderState.TRANSFERRED))
    walk.act(showroom.shop.client(showroom.shop.chen), "assign", clerk="zhao")
    assert "<b>赵</b>" in walk.lin.get(walk.path).text
    walk.act(walk.lin, "send-back", text="手寸不对")
    assert walk.state == OrderState.REVIEWING
    walk.act(walk.gao, "cancel", reason="changed_mind")
    assert walk.state == OrderState.CANCELLED
    assert walk.order.number in walk.gao.get("/orders/?show=ended").text
    assert walk.order.number not in walk.gao.get("/orders/").text


def test_my_orders_come_first_then_the_clock(showroom: Showroom) -> None:
    shop = showroom.shop
    mine = [showroom.at(OrderState.TRANSFERRED) for _ in range(2)]
    theirs = showroom.at(OrderState.TRANSFERRED)
    NetworkOrder.objects.filter(pk=theirs.pk).update(
        account_clerk=shop.zhao, due_at=timezone.now() - timedelta(days=3)
    )
    NetworkOrder.objects.filter(pk=mine[1].pk).update(due_at=timezone.now() - timedelta(hours=2))
    seen = queries.board(shop.lin, store=shop.s01)
    assert [row.order.pk for row in seen.rows] == [mine[1].pk, mine[0].pk, theirs.pk]
    assert (seen.mine, seen.open, seen.late) == (2, 3, 2)
    assert [row.is_late for row in seen.rows] == [True, False, True]
    assert "▲" in shop.client().get("/orders/").text
    assert queries.board(shop.zhao, store=shop.s01).rows[0].order == theirs


@pytest.mark.parametrize("text", ["8000", "何女士", "b1001"])
def test_an_order_is_found_by_telephone_customer_or_style(showroom: Showroom, text: str) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    assert order.number in showroom.shop.client().get("/orders/", {"q": text}).text
    assert order.number not in showroom.shop.client().get("/orders/", {"q": "Q9999"}).text


def test_more_orders_ask_the_database_no_more_often(showroom: Showroom) -> None:
    shop = showroom.shop

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            queries.board(shop.lin, store=shop.s01)
        return len(told)

    showroom.at(OrderState.TRANSFERRED)
    asked()  # the first one reads the settings
    one = asked()
    for _ in range(3):
        showroom.at(OrderState.TRANSFERRED)
    assert asked() == one


def test_another_store_sees_nothing_of_it(showroom: Showroom) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    sun = showroom.shop.client(showroom.shop.sun, showroom.shop.a2)
    assert sun.get(f"/orders/{order.number}/").status_code == 404
    assert order.number not in sun.get("/orders/").text
    assert sun.post(f"/orders/{order.number}/confirm/").status_code == 404
