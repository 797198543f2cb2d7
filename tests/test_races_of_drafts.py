"""Real threads and real commits: one draft in many windows, one code in many hands."""

import re
from typing import Final

import pytest

from counter.models import NetworkOrder, ShowroomCode
from counter.showroom import drafts, invitations
from inventory.ground import nobody
from inventory.models import Notice
from tests.cast import Shop
from tests.guests import invited
from tests.showroom import open_showroom
from tests.test_races import at_once, books_agree, patiently

pytestmark = pytest.mark.races
WINDOWS: Final = 6
GUESSES: Final = 12


def test_a_draft_becomes_one_order_in_however_many_windows(trading_shop: Shop) -> None:
    showroom = open_showroom(trading_shop)
    draft = drafts.open_draft(showroom.customer)
    draft = drafts.add_line(draft=draft, line=showroom.band())
    customer, shown = nobody.customer(), 676_440

    def send(_index: int) -> str:
        mine = showroom.customer.drafts.get(pk=draft.pk)
        return patiently(
            lambda: drafts.send(draft=mine, edition=draft.edition, shown_cents=shown, by=customer)
        )

    assert at_once(send, WINDOWS) == {"": 1, "draft_sent": WINDOWS - 1}
    assert NetworkOrder.objects.get().draft == draft
    assert books_agree()


@pytest.mark.parametrize("right", [True, False])
def test_a_code_is_tried_five_times_and_used_once(trading_shop: Shop, right: bool) -> None:
    secret = invited(open_showroom(trading_shop)).split("/")[-2]
    invitations.ask_code(secret=secret)
    code = re.findall(r"\b\d{6}\b", Notice.objects.get(kind="showroom_code").text)[0]
    typed = code if right else f"{(int(code) + 1) % 10**6:06d}"

    def enter(_index: int) -> str:
        return patiently(lambda: invitations.enter(secret=secret, code=typed))

    let_in = {"": 1} if right else {}
    assert at_once(enter, GUESSES) == {**let_in, "bad_code": GUESSES - len(let_in)}
    row = ShowroomCode.objects.get()
    assert row.tries <= invitations.MOST_TRIES and bool(row.used_at) is right
