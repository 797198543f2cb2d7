"""What clerk and customer see of old gold that may go back itself."""

import pytest
from django.test import Client

from appraisal import scrap, trade_ins
from appraisal.models import (
    TradeInState,
)
from counter import refunds
from counter.models import CreditEntry
from counter.pieces_back import Handed
from inventory.ground.approvals import ApprovalNeeded
from tests.old_gold import Desk
from tests.old_gold_bills import (
    NECKLACE_CENTS,
    RING_CENTS,
)
from tests.returns import ReturnDesk, open_return_desk, went_back
from tests.swaps_back import bagged, sale_of


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    return standing_desk


@pytest.fixture
def back_desk(desk: Desk) -> ReturnDesk:
    return open_return_desk(desk.shop)


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.shop.client()


def test_the_page_says_what_goes_back_before_anybody_signs_and_the_slip_after(
    desk: Desk, back_desk: ReturnDesk, client: Client
) -> None:
    trade_in = bagged(desk)
    back = back_desk.take(sale_of(trade_in))
    at = f"/returns/{back.number}/"
    shown = client.get(at).content.decode()
    money = (NECKLACE_CENTS - RING_CENTS) / 100
    for words in (
        f"Old gold {trade_in.number} itself goes back",
        "F-0001",
        f"Give the old gold and ¥{money:,.2f} back",
        "The customer wants store credit instead",
        "I took my pieces back as I gave them.",
    ):
        assert words in shown, words
    (piece,) = trade_ins.pieces_of(trade_in)
    fields = {"pieces": "1", "on_paper": "1", f"{piece.pk}-reading": _reading(desk)}
    asked = client.post(f"{at}settle/", fields).content.decode()
    assert "seal F-0001 is broken" in asked
    # what was weighed and signed travels along while the second person is asked
    assert f'name="{piece.pk}-reading"' in asked
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by, handed=Handed())
    back_desk.agree(needed.value)
    assert client.post(f"{at}settle/", fields).status_code == 303
    done = client.get(at).content.decode()
    assert f"Old gold {trade_in.number} itself went back" in done
    assert "Seal broken" in done
    assert client.get(f"{at}slip.pdf").status_code == 200


def test_clerk_and_customer_may_agree_on_credit(
    desk: Desk, back_desk: ReturnDesk, client: Client
) -> None:
    trade_in = bagged(desk)
    back = back_desk.take(sale_of(trade_in))
    with pytest.raises(ApprovalNeeded) as needed:
        refunds.settle(back=back, by=desk.by)
    back_desk.agree(needed.value)
    assert client.post(f"/returns/{back.number}/settle/", {}).status_code == 303
    assert went_back(back)["old_gold"] == -CreditEntry.objects.get().cents
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.BAGGED
    assert scrap.is_bagged(trade_in)


def _reading(desk: Desk) -> int:
    reading = desk.on_scale(10_000).reading
    assert reading is not None
    return reading.pk
