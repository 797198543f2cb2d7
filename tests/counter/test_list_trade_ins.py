"""The list of trade-ins finds one by its number, its customer, its day and its state."""

from datetime import timedelta

import pytest

from appraisal import queries, trade_ins
from appraisal.models import TradeIn
from counter import customers
from tests.cast import KeyedClient, Shop
from tests.old_gold import Desk


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    standing_desk.put("trade_in_photo", "no")
    return standing_desk


def received(desk: Desk, phone: str = "", name: str = "") -> TradeIn:
    if not phone:
        return desk.receive(desk.ring(photos=[]))
    customer = customers.find_or_make(phone=phone, name=name, store=desk.shop.s01, by=desk.by)
    return desk.receive(desk.ring(photos=[]), customer_id=customer.pk)


def listed(tablet: KeyedClient, **asked: str | int) -> list[str]:
    """The numbers on the page, in its order."""
    answer = tablet.get("/trade-ins/", asked)
    assert answer.status_code == 200
    return [row.number for row, _step in answer.context["rows"]]


@pytest.fixture
def tablet(shop: Shop) -> KeyedClient:
    return shop.client()


def test_it_finds_a_number_a_name_and_the_end_of_a_telephone(
    desk: Desk, tablet: KeyedClient
) -> None:
    first, other = received(desk, "13812345678", "李女士"), received(desk, "13900001111", "周先生")
    nobody = received(desk)
    assert listed(tablet) == [nobody.number, other.number, first.number]
    assert listed(tablet, q=first.number[-6:]) == [first.number]
    assert listed(tablet, q="女士") == [first.number]
    assert listed(tablet, q="5678") == [first.number]


def test_fewer_than_four_digits_are_no_telephone(desk: Desk, tablet: KeyedClient) -> None:
    received(desk, "13812349999", "李女士")
    assert listed(tablet, q="9999")
    assert listed(tablet, q="999") == []


def test_the_telephone_is_never_shown_whole(desk: Desk, tablet: KeyedClient) -> None:
    received(desk, "13812345678", "李女士")
    page = tablet.get("/trade-ins/", {"q": "5678"}).text
    assert "13812345678" not in page
    assert "5678" in page


def test_it_finds_a_state_and_a_day(desk: Desk, tablet: KeyedClient) -> None:
    waiting, declined = received(desk), received(desk)
    trade_ins.decline(trade_in=declined, by=desk.by)
    assert listed(tablet, state="received") == [waiting.number]
    assert listed(tablet, state="declined") == [declined.number]
    assert listed(tablet, state="open") == [declined.number, waiting.number]
    today = waiting.business_day
    assert len(listed(tablet, day=today.isoformat())) == 2
    assert listed(tablet, day=(today - timedelta(days=1)).isoformat()) == []


def test_it_goes_on_behind_the_last_row(
    desk: Desk, tablet: KeyedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [received(desk).number for _n in range(3)]
    monkeypatch.setattr(queries, "RECENT", 2)
    answer = tablet.get("/trade-ins/", {"state": "open"})
    assert [row.number for row, _step in answer.context["rows"]] == [rows[2], rows[1]]
    more = f"?state=open&amp;before={answer.context['more']}"
    assert more in answer.text
    assert listed(tablet, state="open", before=answer.context["more"]) == [rows[0]]


def test_it_says_when_nothing_fits(desk: Desk, tablet: KeyedClient) -> None:
    received(desk)
    assert "No trade-in fits." in tablet.get("/trade-ins/", {"q": "nothing"}).text
    answer = tablet.get("/trade-ins/", {"day": "yesterday"})
    assert answer.status_code == 422


def test_another_store_stays_its_own(desk: Desk, shop: Shop) -> None:
    theirs = received(desk, "13812345678", "李女士")
    assert listed(shop.client(shop.sun, counter=shop.a2), q="5678") == []
    assert listed(shop.client(shop.head), q="5678") == [theirs.number]
