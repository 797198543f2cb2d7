"""A void: same open shift, pieces scanned back, a reason, a second person."""

import pytest

from counter import approving, bills, sales, shifts
from counter.models import Sale, SaleState
from inventory.ground import approvals
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import State
from tests.cast import PINS, Shop, card_of
from warranty.models import CardState


def agreed(shop: Shop, sale: Sale) -> None:
    approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.lin, by=shop.chen)


def scanned(sale: Sale) -> list[str]:
    return list(sale.lines.values_list("piece__number", flat=True))


def void(shop: Shop, sale: Sale, **other: object) -> None:
    told = {"scanned": scanned(sale), "reason": "wrong size", "by": shop.lin} | other
    sales.void(sale=sale, **told)  # type: ignore[arg-type]


def test_it_takes_everything_back(shop: Shop) -> None:
    ring = shop.ring()
    tray = ring.place
    sale = shop.sell(ring)
    agreed(shop, sale)
    void(shop, sale)
    sale.refresh_from_db()
    ring.refresh_from_db()
    assert sale.state == SaleState.VOIDED
    assert (ring.state, ring.place) == (State.ON_SALE, tray)
    assert sum(row.amount_cents for row in sale.payments.all()) == 0
    assert card_of(sale).state == CardState.VOID
    assert shop.sell(ring).state == SaleState.COMPLETED  # it may be sold again


def test_it_needs_a_second_person(shop: Shop) -> None:
    sale = shop.sell(shop.ring())
    with pytest.raises(approvals.ApprovalNeeded):
        void(shop, sale)
    sale.refresh_from_db()
    assert sale.state == SaleState.COMPLETED


def test_it_uses_an_approval_once(shop: Shop) -> None:
    first, second = shop.sell(shop.charm()), shop.sell(shop.charm())
    agreed(shop, first)
    void(shop, first)
    with pytest.raises(approvals.ApprovalNeeded):
        void(shop, second)


def test_it_refuses_the_asker_as_second_person(shop: Shop) -> None:
    sale = shop.sell(shop.charm(), by=shop.chen)
    with pytest.raises(approvals.ApproverNotAllowed):
        approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.chen, by=shop.chen)


def test_it_refuses_a_colleague_without_the_right(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    with pytest.raises(approvals.ApproverNotAllowed):
        approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.lin, by=shop.zhao)


def test_it_needs_every_piece_in_hand(shop: Shop) -> None:
    sale = shop.sell(shop.charm(), shop.charm())
    agreed(shop, sale)
    with pytest.raises(sales.NotScannedBack):
        void(shop, sale, scanned=scanned(sale)[:1])


def test_it_needs_a_reason(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    agreed(shop, sale)
    with pytest.raises(BadField):
        void(shop, sale, reason=" ")


def test_it_is_too_late_in_another_shift(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    agreed(shop, sale)
    shop.close_shift(shop.shift)
    shifts.open_at(counter=shop.a, by=shop.lin)
    with pytest.raises(sales.VoidTooLate):
        void(shop, sale)


def test_it_refuses_a_second_void(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    agreed(shop, sale)
    void(shop, sale)
    agreed(shop, sale)
    with pytest.raises(sales.VoidTooLate):
        void(shop, sale)


def test_it_refuses_a_cashier(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    with pytest.raises(NotAllowed):
        void(shop, sale, by=shop.qian)


def test_it_goes_through_the_pages(shop: Shop) -> None:
    sale = shop.sell(shop.charm())
    client = shop.client()
    form = {"codes": "\n".join(scanned(sale)), "reason": "wrong size"}
    asked = client.post(f"/sales/{sale.number}/void/", form)
    assert asked.headers["X-Refusal"] == "approval_needed"
    sealed = asked.context["approval"]
    answer = client.post(
        "/approvals/",
        form
        | {
            "ask": approving.seal(sealed),
            "approver": "chen",
            "pin": PINS["chen"],
            "again_path": f"/sales/{sale.number}/void/",
        },
    )
    assert "Void" in answer.content.decode()
    assert client.post(f"/sales/{sale.number}/void/", form).status_code == 303
    sale.refresh_from_db()
    assert sale.state == SaleState.VOIDED


def test_an_open_bill_is_no_sale_to_void(shop: Shop) -> None:
    bill = shop.bill(shop.charm())
    assert bills.total_cents(bill, bills.lines_of(bill)) == 9_800
    with pytest.raises(sales.VoidTooLate):
        void(shop, bill)
