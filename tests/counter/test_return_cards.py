"""What a return does to the card of a piece: nothing is left of it, on every page that tells, and
an exchange ties the old card to the new one."""

import pytest

from counter.models import LeadsTo
from inventory.ground import codes
from tests.cast import Shop, card_of
from tests.returns import ReturnDesk, open_return_desk
from warranty import benefits
from warranty.models import CardState, Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def test_nothing_is_left_of_the_card_of_a_piece_that_came_back(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    card, client = card_of(sale), desk.shop.client()
    desk.refund(desk.take(sale))
    card.refresh_from_db()
    left = benefits.remaining(card, on=card.issued_on)
    assert left
    assert {(row.left, row.is_free, row.over, row.answer) for row in left} == {
        (0, False, True, "nothing left")
    }
    staff = client.get(f"/cards/{card.number}/").text
    assert staff.count("nothing left") == len(left)
    assert "Clean or repair" not in staff
    public = client.get(f"/w/{card.number}").text
    assert "no longer valid" in public
    assert "Your benefits" not in public


def test_the_cards_of_an_exchange_name_each_other(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    old, client = card_of(sale), desk.shop.client()
    other = card_of(desk.sold(desk.shop.piece()))
    back = desk.take(sale, Fault.CRACK, LeadsTo.EXCHANGE)
    new = card_of(desk.exchange(back, desk.shop.ring(ring_size="14")))
    shown = {each: client.get(f"/cards/{each.number}/").text for each in (old, new, other)}
    assert "was exchanged for" in shown[old]
    assert codes.group_card(new.number) in shown[old]
    assert "in exchange for the piece of" in shown[new]
    assert codes.group_card(old.number) in shown[new]
    assert "exchange" not in shown[other].split("<h2")[0]
    old.refresh_from_db()
    assert old.state == CardState.CLOSED
