"""The browser sends intent: whatever else it sends, prices and signatures are the server's."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from counter.models import Payment, Sale, SaleLine, SaleState
from inventory.models import Approval, MetalPrice, Piece, State
from tests.cast import Shop

# what a form of ours never carries, with the figures that would make it worth sending
SMUGGLED: dict[str, Any] = {
    "price_cents": 1,
    "total_cents": 1,
    "metal_cents": 1,
    "fixed_cents": 1,
    "labour_cents": 1,
    "reduced_cents": 757_100,
    "rounding_cents": 757_100,
    "amount_cents": 757_200,
    "net_mg": 1,
    "state": "completed",
    "store": "S02",
    "store_id": 2,
    "counter": 99,
    "number": "S01-S260101-0001",
    "by": "head",
    "opened_by": 8,
    "completed_by": 8,
    "approved_by": "chen",
    "approval": 1,
    "is_staff": "on",
    "is_superuser": "on",
    "role": "head",
    "acknowledged_at": "2026-01-01",
    "acknowledged_how": "tap",
    "shift": 1,
}


def facts(sale: Sale) -> tuple[object, ...]:
    """Everything of an open bill that is worth altering."""
    sale.refresh_from_db()
    lines = SaleLine.objects.filter(sale=sale).order_by("pk")
    return (
        sale.state, sale.number, sale.store_id, sale.counter_id, sale.rounding_cents,
        sale.opened_by_id, sale.completed_by_id,
        list(lines.values_list("total_cents", "fixed_cents", "reduced_cents", "net_mg",
                               "acknowledged_at")),
        list(Piece.objects.order_by("pk").values_list("price_cents", "state", "store")),
    )  # fmt: skip


ACTS = ("mark", "extend", "refresh", "round", "customer")


@pytest.mark.parametrize("act", ACTS)
def test_a_form_writes_no_field_that_it_does_not_have(shop: Shop, act: str) -> None:
    sale = shop.bill(shop.ring())
    before = facts(sale)
    shop.client().post(f"/sell/{sale.uuid}/{act}/", SMUGGLED)
    assert facts(sale) == before
    lin = User.objects.get(pk=shop.lin.pk)
    assert (lin.is_staff, lin.is_superuser, lin.clerk.role) == (False, False, "clerk")


def test_a_piece_comes_on_the_bill_at_the_servers_price(shop: Shop) -> None:
    ring = shop.ring()
    shop.client().post("/sell/", {**SMUGGLED, "code": ring.number})
    line = SaleLine.objects.get(piece=ring)
    assert (line.total_cents, line.net_mg, line.sale.store) == (757_200, 1_960, shop.s01)
    assert line.sale.state == SaleState.OPEN


@pytest.mark.parametrize(
    "shown", ["1", "0", "757199", "757201", "-757200", "", "7572e2", "７５７２００"]
)
def test_a_sale_is_not_completed_at_another_total(shop: Shop, shown: str) -> None:
    ring = shop.ring()
    sale = shop.bill(ring)
    shop.client().post(f"/sell/{sale.uuid}/confirm/")
    # no more is on the counter than the altered total asks for
    shop.pay(sale, cents=int(shown) if shown in {"1", "757199"} else None)
    form = {**SMUGGLED, "shown_cents": shown}
    answer = shop.client().post(f"/sell/{sale.uuid}/complete/", form)
    full_width = shown == "７５７２００"  # the same number, as a Chinese keyboard types it
    assert (answer.status_code in {409, 422}) is not full_width
    ring.refresh_from_db()
    assert (ring.state == State.SOLD) is full_width


def test_a_sale_books_what_was_due_whatever_else_was_sent(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.client().post(f"/sell/{sale.uuid}/pay/", {**SMUGGLED, "tender": "cash", "amount": "98"})
    shop.client().post(f"/sell/{sale.uuid}/complete/", {**SMUGGLED, "shown_cents": 9_800})
    payment = Payment.objects.get()
    assert (payment.amount_cents, payment.given_cents) == (9_800, 9_800)
    assert (payment.store, payment.shift) == (shop.s01, shop.shift)
    assert payment.sale.completed_by == shop.lin
    assert payment.sale.number != SMUGGLED["number"]


@pytest.mark.parametrize("off", ["-1", "7572.01", "99999999", "1e3", "0x10"])
def test_a_reduction_is_never_less_than_nothing_or_more_than_the_price(
    shop: Shop, off: str
) -> None:
    sale = shop.bill(shop.ring())
    before = facts(sale)
    path = f"/sell/{sale.uuid}/lines/{sale.lines.get().pk}/reduce/"
    answer = shop.client().post(path, {"part": "fixed", "off": off, "reason": "friend"})
    assert answer.status_code == 422
    assert facts(sale) == before


def test_a_large_reduction_needs_a_yes_that_was_really_given(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    before = facts(sale)
    path = f"/sell/{sale.uuid}/lines/{sale.lines.get().pk}/reduce/"
    form = {**SMUGGLED, "part": "fixed", "off": "7000", "reason": "friend", "approver": "chen"}
    answer = shop.client().post(path, form)
    assert answer.headers["X-Refusal"] == "approval_needed"
    assert facts(sale) == before
    assert not Approval.objects.exists()


@pytest.mark.parametrize("rounding", ["-1", "100000", "7572"])
def test_rounding_takes_off_no_more_than_the_store_allows(shop: Shop, rounding: str) -> None:
    sale = shop.bill(shop.ring())
    answer = shop.client().post(f"/sell/{sale.uuid}/round/", {"rounding": rounding})
    assert answer.status_code == 422
    sale.refresh_from_db()
    assert sale.rounding_cents == 0


def test_a_line_of_another_bill_is_not_reduced_through_mine(shop: Shop) -> None:
    mine, other = shop.bill(shop.charm()), shop.bill(shop.ring(), by=shop.zhao)
    before = facts(other)
    line = other.lines.get().pk
    path = f"/sell/{mine.uuid}/lines/{line}"
    form = {"part": "fixed", "off": "1", "reason": "friend"}
    assert shop.client().post(f"{path}/reduce/", form).status_code == 404
    assert shop.client().post(f"{path}/remove/").status_code == 404
    assert facts(other) == before


def test_a_manager_sets_no_price_for_another_store(shop: Shop) -> None:
    client = shop.client(shop.wang)
    client.post("/prices/set/", {**SMUGGLED, "store": "S02", "new_metal": "Au"})
    client.post("/store/", {"store": "S02"})
    assert not MetalPrice.objects.filter(store=shop.s02).exists()
    request: Any = client.get("/today/").wsgi_request
    assert request.store == shop.s01
