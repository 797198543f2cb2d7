"""What differs is settled on the page of a count."""

import pytest

from counter import approving
from counter.models import Handover, TrayState
from inventory.models import Movement, Piece, Reason
from tests.cast import PINS, Shop
from tests.count_pages import act, at, begin, scan_all, tray

pytestmark = pytest.mark.usefixtures("two_people")


@pytest.fixture
def differing(shop: Shop, goods: list[Piece]) -> Handover:
    """A-01 was counted twice, both times without the first necklace."""
    sheet = begin(shop)
    for person in (shop.lin, shop.zhao):
        client = shop.client(person)
        scan_all(client, sheet, "A-01", goods[1])
        act(client, sheet, "A-01", "hand-in")
    assert tray(sheet).state == TrayState.DIFFERS
    return sheet


def test_a_forgotten_move_is_entered_with_its_reason(
    shop: Shop, goods: list[Piece], differing: Handover
) -> None:
    client = shop.client()
    typed = {"piece": goods[0].number, "to": "B-01", "reason": "借 B 柜"}
    act(client, differing, "A-01", "find", **typed)
    assert tray(differing).state == TrayState.AGREED
    assert Movement.objects.get(reason=Reason.FORGOTTEN).piece == goods[0]


def test_a_difference_stays_only_with_the_chiefs_pin(shop: Shop, differing: Handover) -> None:
    client = shop.client()
    asked = act(client, differing, "A-01", "accept", reason="找不到")
    assert asked.headers["X-Refusal"] == "approval_needed"
    ask = asked.context["approval"]
    client.post(
        "/approvals/",
        {
            "ask": approving.seal(ask),
            "approver": "chen",
            "pin": PINS["chen"],
            "again_path": at(differing, "trays/A-01/accept/"),
            "reason": "找不到",
        },
    )
    act(client, differing, "A-01", "accept", reason="找不到")
    assert tray(differing).state == TrayState.ACCEPTED


def test_what_was_found_is_counted_once_more(
    shop: Shop, goods: list[Piece], differing: Handover
) -> None:
    client = shop.client()
    act(client, differing, "A-01", "recount")
    scan_all(client, differing, "A-01", *goods[:2])
    act(client, differing, "A-01", "hand-in")
    assert tray(differing).state == TrayState.AGREED
