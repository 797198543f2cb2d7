"""The brand's online shop places orders, looks after them and takes them back."""

from typing import Any

import pytest

from counter import webhook_events
from counter.models import Customer, NetworkOrder, OrderState
from counter.showroom import orders, steps
from inventory.models import Change
from tests.programs import Program, register
from tests.showroom import Showroom

LINE = {
    "style": "B1001",
    "pieces": 2,
    "metal": "Au",
    "grade": 7500,
    "size_spec": "3 mm",
    "ring_size": "12.25",
    "engraving": "永恒 LIN",
}


def body(**changed: Any) -> dict[str, Any]:
    buyer = {"phone": "139 1234 5678", "name": "周小梅"}
    told = {"customer": buyer, "outside_number": "TB-77", "confirmed": True, "lines": [LINE]}
    return told | changed


def line(**changed: Any) -> dict[str, Any]:
    return body(lines=[LINE | changed])


@pytest.fixture
def program(showroom: Showroom) -> Program:
    return register("orders:read", "orders:write", stores=[orders.showroom()])


def test_it_reads_what_can_be_ordered(program: Program) -> None:
    band, ring, pendant, _bangle = program.rows("/showroom/styles")
    assert (band["style"], band["ring_from"], band["engraving_most"]) == ("B1001", "7", 16)
    assert band["metals"][1] == {"metal": "Au", "grade": 7500, "net": "3.400", "net_mg": 3_400}
    assert ring["stone"]["colors"] == ["D", "E", "F", "G", "H"]
    assert (pendant["stone"], pendant["ring_to"]) == (None, None)


def test_an_order_is_placed_for_a_customer_that_is_found_or_made(program: Program) -> None:
    answer = program.post("/showroom/orders", body())
    assert answer.status_code == 201, answer.content
    told = answer.json()
    order = NetworkOrder.objects.get(number=told["number"])
    assert (order.channel, order.state, order.customer.name) == (
        "brand_shop",
        "reviewing",
        "周小梅",
    )
    assert (told["state"], told["store"], told["outside_number"]) == ("reviewing", "N01", "TB-77")
    assert told["total_cents"] == order.total_cents == 2 * (3_400 * 88_300 // 1000 + 38_000)
    assert told["lines"][0]["states"] == {"waiting": 2}
    assert told == program.get(f"/showroom/orders/{order.number}").json()
    # whose order it is stays with us
    assert "139" not in answer.content.decode().replace(order.link, "")
    assert "周" not in answer.content.decode()
    assert order.versions.get().answer.how == "program"


def test_the_same_order_is_placed_once(program: Program) -> None:
    first = program.post("/showroom/orders", body(), key="once")
    again = program.post("/showroom/orders", body(), key="once")
    assert (again.status_code, again["Idempotent-Replay"]) == (201, "true")
    assert again.json() == first.json()
    other = program.post("/showroom/orders", body())
    assert (other.status_code, other.json()["code"]) == (409, "order_placed_before")
    assert NetworkOrder.objects.count() == 1


def test_what_was_not_confirmed_in_the_shop_waits_for_the_customer(program: Program) -> None:
    answer = program.post("/showroom/orders", body(confirmed=False))
    assert answer.json()["state"] == "placed"


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        (line(style="X1"), "style_not_offered", "lines.0.style"),
        (line(ring_size="99"), "bad_ring_size", "lines.0.ring_size"),
        (line(engraving="🙂"), "bad_engraving", "lines.0.engraving"),
        (line(metal="Ag"), "not_made_so", "lines.0.metal"),
        (line(unit_cents=1), "bad_input", "lines.0.unit_cents"),
        (line(pieces="2"), "bad_input", "lines.0.pieces"),
        (body(total_cents=1), "bad_input", "total_cents"),
        (body(lines=[]), "bad_input", "lines"),
        (body(wanted_on="2020-01-01"), "bad_wanted_date", "wanted_on"),
        (body(delivery="ship", recipient="周"), "address_needed", "address"),
        (body(customer={"phone": "none"}), "bad_phone", "phone"),
        (body(customer={}), "bad_input", "customer.phone"),
    ],
)
def test_a_bad_order_is_refused_by_its_field(
    program: Program, sent: dict[str, Any], code: str, field: str
) -> None:
    before = Customer.objects.count()
    answer = program.post("/showroom/orders", sent)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content
    assert field in answer.json()["errors"]
    assert (NetworkOrder.objects.count(), Customer.objects.count()) == (0, before)


def test_it_cancels_what_it_has_placed(program: Program) -> None:
    number = program.post("/showroom/orders", body()).json()["number"]
    path = f"/showroom/orders/{number}/cancel"
    bad = program.post(path, {"reason": "we_are_late"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_input")
    done = program.post(path, {"reason": "changed_mind"})
    assert (done.json()["state"], done.json()["reason"]) == ("cancelled", "changed_mind")
    late = program.post(path, {"reason": "changed_mind"})
    assert (late.status_code, late.json()["code"]) == (409, "order_moved")


def test_what_is_being_made_is_not_cancelled_by_a_program(
    showroom: Showroom, program: Program
) -> None:
    number = program.post("/showroom/orders", body()).json()["number"]
    NetworkOrder.objects.update(state=OrderState.ALLOTTING)
    late = program.post(f"/showroom/orders/{number}/cancel", {"reason": "too_dear"})
    assert (late.status_code, late.json()["code"]) == (409, "order_being_made")


def test_it_sees_its_own_orders_and_needs_its_scopes(showroom: Showroom, program: Program) -> None:
    ours = program.post("/showroom/orders", body()).json()["number"]
    theirs = showroom.placed().number
    assert program.get(f"/showroom/orders/{theirs}").status_code == 404
    store = orders.showroom()
    reader = register("orders:read", stores=[store])
    assert reader.get(f"/showroom/orders/{ours}").status_code == 404
    assert reader.post("/showroom/orders", body()).json()["code"] == "scope_needed"
    elsewhere = register("orders:write", stores=[showroom.shop.s01])
    assert elsewhere.post("/showroom/orders", body()).status_code == 404
    head_office = register("orders:read", "all_stores")
    assert head_office.get(f"/showroom/orders/{theirs}").status_code == 200


def test_its_steps_are_told_outside(showroom: Showroom) -> None:
    order = showroom.at(OrderState.CONFIRMED)
    event = webhook_events.BY_KIND["order_step"]
    assert event.name == "order.step_changed"
    links = Change.objects.filter(number=order.number, kind="order_step").order_by("pk")
    assert [link.store.code for link in links] == ["N01", "N01", "N01", "S01"]
    assert len(steps.MOVES) == len(OrderState)
