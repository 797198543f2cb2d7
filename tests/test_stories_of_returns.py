"""Pieces come back through the pages, with the calendar moving; the books agree at the end."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from appraisal import trade_ins
from appraisal.models import TradeInState
from counter.models import Return, ReturnState, Sale
from inventory.models import Piece, State
from tests.cast import PINS, KeyedClient, Shop
from tests.counter.test_return_pages import fields
from tests.old_gold import open_desk
from tests.old_gold_bills import NECKLACE_CENTS
from tests.old_gold_bills import RING_CENTS as RING_OLD_CENTS
from tests.programs import register
from tests.returns import ReturnDesk, open_return_desk, went_back
from tests.swaps_back import bagged, sale_of
from warranty.models import Card, CardState, Claim

RING_CENTS = 757_200


@pytest.fixture
def desk(shop: Shop) -> Iterator[ReturnDesk]:
    yield open_return_desk(shop)
    call_command("verify_books", "--full", verbosity=0)


def after(desk: ReturnDesk, days: int) -> Any:
    """So many days later, at the same hour."""
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


def at_counter(desk: ReturnDesk) -> KeyedClient:
    """Lin signs in that morning and opens the counter that somebody left open."""
    tablet = desk.shop.client()
    tablet.post("/shifts/A/open/")
    return tablet


def exchanged_for(sale: Sale, code: str) -> dict[str, Any]:
    """A wrong size, unworn, with everything that was in the box."""
    line = sale.lines.get()
    known = line.piece.certificates.get().number
    told = {"fault": "wrong_size", "leads_to": "exchange", f"{line.pk}-certificate": known}
    return fields(sale, code, **told, **{f"{line.pk}-tag_intact": "on", f"{line.pk}-unworn": "on"})


def test_a_wrong_size_is_exchanged_on_the_tenth_day(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    card = Card.objects.get()
    right_size = desk.shop.ring(ring_size="14")
    with after(desk, 10):
        tablet = at_counter(desk)
        taken = tablet.post("/returns/new/", exchanged_for(sale, card.number))
        back = Return.objects.get()
        assert taken.headers["Location"] == f"/returns/{back.number}/"
        bill = tablet.post("/sell/", {"code": right_size.number}).headers["Location"]
        (uuid,) = re.findall(r'name="bill" value="([^"]+)"', tablet.get(taken["Location"]).text)
        assert tablet.post(f"/returns/{back.number}/bill/", {"bill": uuid})["Location"] == bill
        tablet.post(f"{bill}confirm/")
        done = tablet.post(f"{bill}complete/", {"shown_cents": RING_CENTS})
    new = Sale.objects.get(uuid=uuid)
    assert done.headers["Location"] == f"/sales/{new.number}/"
    back.refresh_from_db()
    card.refresh_from_db()
    assert (back.state, back.bill, went_back(back)) == (ReturnState.SETTLED, new.uuid, {})
    assert card.state == CardState.CLOSED
    assert Card.objects.get(piece=right_size).state == CardState.VALID
    assert Piece.objects.get(pk=sale.lines.get().piece_id).state == State.RETURNED


def test_on_the_eleventh_day_the_window_is_over_and_named(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring())
    card = Card.objects.get()
    with after(desk, 11):
        tablet = at_counter(desk)
        shown = tablet.get("/returns/new/", {"code": card.number}).text
        assert "too late" in shown
        refused = tablet.post("/returns/new/", exchanged_for(sale, card.number))
    last = f"{sale.business_day + timedelta(days=10):%Y-%m-%d}"  # type: ignore[operator]  # because: it is completed
    assert refused.headers["X-Refusal"] == "return_window_over"
    assert last in refused.text
    assert not Return.objects.exists()
    assert Card.objects.get().state == CardState.VALID


def test_a_loose_stone_is_paid_back_in_both_tenders(desk: ReturnDesk) -> None:
    """Cash and WeChat, a second person's PIN, a claim against the supplier, the card closed."""
    sale = desk.sold(desk.shop.ring(), cash=300_000, wechat=457_200)
    card = Card.objects.get()
    with after(desk, 3):
        tablet = at_counter(desk)
        sent = fields(sale, card.number, fault="stone", words="石头松了")
        page = tablet.post("/returns/new/", sent).headers["Location"]
        asked = tablet.post(f"{page}settle/").text
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked))
        form |= {"approver": "chen", "pin": PINS["chen"]}
        assert tablet.post("/approvals/", form).status_code in {200, 303}
        tablet.post(f"{page}settle/")
        slip = tablet.get(f"{page}slip.pdf")
    back = Return.objects.get()
    assert back.state == ReturnState.SETTLED
    assert went_back(back) == {"wechat": -457_200, "cash": -300_000}
    assert back.approval is not None
    assert back.approval.approved_by == desk.shop.chen
    assert slip.headers["Content-Type"] == "application/pdf"
    claim = Claim.objects.get()
    assert (claim.fault, claim.outcome, claim.document) == ("stone", "refund", back.number)
    card.refresh_from_db()
    assert card.state == CardState.CLOSED


def test_the_old_ring_itself_goes_back_while_its_bag_is_sealed(desk: ReturnDesk) -> None:
    """A necklace that an old ring paid for; on the third day it cracks. The seal is broken in the
    customer's presence, the ring is weighed and signed for, and the rest goes back in cash."""
    shop = desk.shop
    old_gold = open_desk(shop)
    trade_in = bagged(old_gold)
    sale = sale_of(trade_in)
    (ring,) = trade_ins.pieces_of(trade_in)
    with after(desk, 3):
        desk.put("typed_weight", "allow")
        tablet = at_counter(desk)
        page = tablet.post("/returns/new/", fields(sale, sale.number or "")).headers["Location"]
        assert f"Old gold {trade_in.number} itself goes back" in tablet.get(page).text
        other = {"pieces": "1", "on_paper": "1", f"{ring.pk}-grams": "9.50"}
        handed = other | {f"{ring.pk}-grams": "10.00"}
        asked = tablet.post(f"{page}settle/", handed).text
        assert "seal F-0001 is broken" in asked
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked))
        form |= {"approver": "chen", "pin": PINS["chen"]}
        assert tablet.post("/approvals/", form).status_code in {200, 303}
        refused = tablet.post(f"{page}settle/", other)
        assert refused.headers["X-Refusal"] == "weight_differs"
        assert tablet.post(f"{page}settle/", handed).status_code == 303
        assert "Seal broken" in tablet.get(page).text
    back = Return.objects.get()
    trade_in.refresh_from_db()
    ring.refresh_from_db()
    assert (back.state, trade_in.state) == (ReturnState.SETTLED, TradeInState.RETURNED)
    assert ring.place is None
    assert went_back(back) == {"old_gold": -RING_OLD_CENTS, "cash": RING_OLD_CENTS - NECKLACE_CENTS}
    (told,) = register("returns:read", stores=[shop.s01]).rows("/returns")
    assert [(each["trade_in"], each["weight_mg"]) for each in told["old_pieces_back"]] == [
        (trade_in.number, 10_000)
    ]
