"""Six digits are few: whoever tries them gets five, however and wherever they are typed."""

from functools import partial

import pytest

from counter import approving, clerks, handovers, signatures
from counter.models import PinTry
from inventory.ground.approvals import Ask
from tests.cast import PINS, Shop
from tests.counters import count_rest
from tests.test_races import at_once, patiently

WRONG = "000001"
ASK = Ask("void_sale", "S01", "S01-S260602-0001", {"total_cents": 1}, "Void", "agree_void")


@pytest.mark.races
def test_many_tries_at_once_are_not_more_tries(trading_shop: Shop) -> None:
    """A program that sends all of them at the same moment learns no more than one hand."""
    user = trading_shop.chen

    def guess(index: int) -> str:
        act = partial(clerks.check_pin, user=user, pin=f"00{index:04d}", purpose="switch")
        return patiently(act)

    got = at_once(guess, threads=20)
    assert got[clerks.PinWrong.code] == clerks.WRONG_BEFORE_WAIT, got
    assert got[clerks.PinLocked.code] == 20 - clerks.WRONG_BEFORE_WAIT, got
    assert PinTry.objects.filter(user=user, right=False).count() == clerks.WRONG_BEFORE_WAIT


def test_the_tries_of_every_page_are_counted_together(shop: Shop) -> None:
    sheet = handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)
    count_rest(sheet, by=shop.lin)
    signatures.sign(handover=sheet, as_="outgoing", user=shop.lin)
    client = shop.client(shop.lin)
    asked = {"ask": approving.seal(ASK), "approver": "zhao", "again_path": "/today/"}
    typed = [
        ("/switch/", {"username": "zhao"}),
        ("/approvals/", asked),
        (f"/handovers/{sheet.number}/sign/", {"signer": "incoming:zhao"}),
        ("/transfers/new/", {"to": "A-02", "receiver": "zhao"}),
        ("/switch/", {"username": "zhao"}),
    ]
    client.post("/transfers/new/add/", {"code": shop.piece().number})
    told = [client.post(path, {**form, "pin": WRONG}).headers["X-Refusal"] for path, form in typed]
    assert told == ["pin_wrong"] * 5
    for path, form in typed:
        answer = client.post(path, {**form, "pin": PINS["zhao"]})
        assert (answer.status_code, answer.headers["X-Refusal"]) == (429, "pin_locked"), path


def test_a_locked_pin_tells_nothing_about_a_guess(shop: Shop) -> None:
    for _ in range(clerks.WRONG_BEFORE_WAIT):
        with pytest.raises(clerks.PinWrong):
            clerks.check_pin(user=shop.zhao, pin=WRONG, purpose="test")
    client = shop.client(shop.lin)
    answers = {
        client.post("/switch/", {"username": "zhao", "pin": pin}).headers["X-Refusal"]
        for pin in (WRONG, PINS["zhao"], "999998")
    }
    assert answers == {"pin_locked"}


def test_the_tries_of_one_lock_no_colleague_out(shop: Shop) -> None:
    for _ in range(clerks.WRONG_BEFORE_WAIT):
        with pytest.raises(clerks.PinWrong):
            clerks.check_pin(user=shop.zhao, pin=WRONG, purpose="test")
    clerks.check_pin(user=shop.chen, pin=PINS["chen"], purpose="test")
