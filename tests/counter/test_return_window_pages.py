"""Head office keeps the windows: new rows and an end; what was sold keeps its terms."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from counter import return_windows
from counter.models import LeadsTo, ReturnWindow
from counter.return_windows import NoWindow, WindowEnded, WindowOver
from inventory.ground.errors import NotAllowed
from inventory.models import Piece
from tests.cast import Shop
from tests.day_files import at_noon
from tests.returns import ReturnDesk, open_return_desk
from warranty.models import Fault


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    """At noon: before its day begins, a shop still trades by the rules of yesterday."""
    with at_noon():
        yield standing_noon


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


@pytest.fixture
def client(desk: ReturnDesk) -> Client:
    return desk.shop.client(desk.shop.head)


def row(**told: object) -> dict[str, object]:
    """The house promises money back within five days, for whatever reason."""
    today = timezone.localdate().isoformat()
    mind = {"fault": "changed_mind", "leads_to": "refund", "days": "5", "precedence": "0"}
    mind |= {"starts": "sale", "basis": ""}
    return {**mind, "is_house_promise": "on", "valid_from": today, **told}


def test_money_back_within_days_is_a_row_of_the_house(desk: ReturnDesk, client: Client) -> None:
    sale = desk.sold(desk.shop.charm())
    with pytest.raises(NoWindow):
        desk.take(sale, Fault.CHANGED_MIND)
    assert client.post("/returns/windows/", row(source="notice 7")).status_code == 302
    assert desk.take(sale, Fault.CHANGED_MIND).window.days == 5  # type: ignore[union-attr]  # because: it has one
    page = client.get("/returns/windows/").content.decode()
    assert f"{desk.shop.head.first_name} notice 7" in page
    assert "the terms that the shop started with" in page


def test_the_terms_of_the_purchase_hold(desk: ReturnDesk, client: Client) -> None:
    """Ten days become three: what was bought before keeps its ten."""
    before = desk.sold(desk.shop.charm(), days_ago=4)
    shorter = {"fault": "wrong_size", "leads_to": "exchange", "basis": "amount", "days": "3"}
    client.post("/returns/windows/", row(**shorter))
    assert desk.take(before, Fault.WRONG_SIZE, LeadsTo.EXCHANGE).window.days == 10  # type: ignore[union-attr]  # because: it has one
    today = timezone.localdate()
    with pytest.raises(WindowOver):
        held(desk.shop.charm(), bought=today, today=today + timedelta(days=4))
    listed = {each.row.days: each.standing for each in _of("wrong_size", "exchange")}
    assert listed == {3: "in_force", 10: "past"}


def held(piece: Piece, *, bought: date, today: date) -> ReturnWindow:
    """Under which row a piece is exchanged that does not fit."""
    return return_windows.fitting(
        piece=piece,
        bought=bought,
        today=today,
        fault="wrong_size",
        leads_to="exchange",
        channel="shop",
    )


def _of(fault: str, leads_to: str) -> list[return_windows.Listed]:
    rows = return_windows.listed(on=timezone.localdate())
    return [
        each
        for each in rows
        if (each.row.fault, each.row.leads_to, each.row.pricing) == (fault, leads_to, "")
    ]


def test_an_ended_window_is_kept_by_what_was_sold(desk: ReturnDesk, client: Client) -> None:
    ended = ReturnWindow.objects.get(fault="wrong_size", leads_to="exchange", pricing="")
    assert client.post(f"/returns/windows/{ended.pk}/end/").status_code == 302
    today = timezone.localdate()
    tomorrow, charm = today + timedelta(days=1), desk.shop.charm()
    assert held(charm, bought=today, today=tomorrow) == ended
    with pytest.raises(NoWindow):
        held(charm, bought=tomorrow, today=tomorrow)
    with pytest.raises(WindowEnded):
        return_windows.end(row=ended, by=desk.shop.head)


YESTERDAY = "2026-01-01"
WRONG = [
    ({"valid_from": YESTERDAY}, "begins today or later"),
    ({"valid_to": YESTERDAY}, "ends before it begins"),
    ({"leads_to": "exchange"}, "what the piece counts"),
    ({"keeps_old_discount": "on"}, "Only a new piece"),
    ({"days": "9999"}, "3650"),
]


@pytest.mark.parametrize(("typed", "said"), WRONG)
def test_what_cannot_be_is_said_beside_what_was_typed(
    client: Client, typed: dict[str, str], said: str
) -> None:
    n = ReturnWindow.objects.count()
    page = client.post("/returns/windows/", row(source="notice 7", **typed))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "notice 7" in page.content.decode()
    assert ReturnWindow.objects.count() == n


def test_only_head_office_keeps_them(desk: ReturnDesk) -> None:
    window = ReturnWindow(fault="late", leads_to="refund", valid_from=date(2100, 1, 1))
    with pytest.raises(NotAllowed):
        return_windows.put(row=window, by=desk.shop.wang)
    with pytest.raises(NotAllowed):
        return_windows.end(row=ReturnWindow.objects.earliest("pk"), by=desk.shop.wang)
