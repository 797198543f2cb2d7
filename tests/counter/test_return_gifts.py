"""What came with a piece comes back with it, or is charged; a pair comes back whole."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from counter import acknowledgements, bills, gifts
from counter.bills import LineGone
from counter.gifts import GiftTooDear, TooManyGifts
from counter.models import Gift, LeadsTo, Sale, SaleLine
from counter.returned_pieces import PairIncomplete
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Piece
from tests.cast import Shop
from tests.counter.test_return_pages import fields
from tests.counter.test_return_piece import RING_CENTS
from tests.paper import text_of
from tests.returns import ReturnDesk, open_return_desk, went_back
from warranty.models import Fault

CHARM_CENTS = 9_800


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def give(line: SaleLine, desk: ReturnDesk, cents: int = CHARM_CENTS, words: str = "银珠") -> Gift:
    return gifts.give(line=line, kind="promotion", words=words, value_cents=cents, by=desk.by)


def with_gift(desk: ReturnDesk) -> Sale:
    """A ring with a silver bead for ¥98.00."""
    sale = desk.shop.bill(desk.shop.ring())
    give(sale.lines.get(), desk)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    return desk.complete(sale)


def test_a_gift_costs_nothing_and_its_value_is_printed(desk: ReturnDesk) -> None:
    sale = with_gift(desk)
    assert sale.total_cents == RING_CENTS
    slip = desk.shop.client().get(f"/sales/{sale.number}/receipt.pdf").content
    assert "98.00" in text_of(slip)
    assert "银珠" in text_of(slip)
    assert desk.broken() == []


def test_a_gift_that_does_not_come_back_is_charged(desk: ReturnDesk) -> None:
    sale = with_gift(desk)
    back = desk.refund(desk.take(sale, Fault.CHANGED_MIND, channel="distance"))
    assert back.lines.get().charged_cents == CHARM_CENTS
    assert went_back(back) == {"cash": CHARM_CENTS - RING_CENTS}
    assert desk.broken() == []


def test_a_gift_that_comes_back_is_not(desk: ReturnDesk) -> None:
    sale = with_gift(desk)
    gift = Gift.objects.get()
    back = desk.take(sale, Fault.WRONG_SIZE, LeadsTo.EXCHANGE, gifts_back=[gift.pk])
    assert (back.lines.get().charged_cents, back.credit_cents) == (0, RING_CENTS)


def test_for_a_fault_of_ours_the_customer_keeps_it(desk: ReturnDesk) -> None:
    back = desk.take(with_gift(desk), Fault.CRACK)
    assert (back.lines.get().charged_cents, back.credit_cents) == (0, RING_CENTS)


def test_what_is_no_gift_is_refused(desk: ReturnDesk) -> None:
    line = desk.shop.bill(desk.shop.charm()).lines.get()
    with pytest.raises(GiftTooDear, match=r"98\.00"):
        give(line, desk, CHARM_CENTS + 1)
    with pytest.raises(BadField, match="worth"):
        give(line, desk, 0)
    with pytest.raises(BadField, match="what the gift is"):
        give(line, desk, words=" ")
    with pytest.raises(NotAllowed):
        gifts.give(line=line, kind="member", words="绳", value_cents=1, by=desk.shop.people["gao"])
    for _n in range(gifts.MOST):
        give(line, desk, 100)
    with pytest.raises(TooManyGifts):
        give(line, desk, 100)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.update(value_cents=0)


def test_after_completion_gifts_stay_as_they_are(desk: ReturnDesk) -> None:
    line = with_gift(desk).lines.get()
    with pytest.raises(bills.BillMoved):
        give(line, desk)
    with pytest.raises(bills.BillMoved):
        gifts.take_away(gift=Gift.objects.get(), by=desk.by)
    Gift.objects.update(value_cents=1)
    assert desk.broken()


def test_the_pages_give_a_gift_take_it_away_and_ask_for_it(desk: ReturnDesk) -> None:
    client: Client = desk.shop.client()
    sale = desk.shop.bill(desk.shop.ring())
    line = sale.lines.get()
    address = f"/sell/{sale.uuid}/lines/{line.pk}/gift/"
    for words in ("银珠", "红绳"):
        client.post(address, {"kind": "member", "words": words, "value": "98"})
    page = client.get(f"/sell/{sale.uuid}/").content.decode()
    assert "红绳" in page
    cord = Gift.objects.get(words="红绳")
    client.post(f"/sell/{sale.uuid}/gifts/{cord.pk}/remove/")
    assert list(Gift.objects.values_list("words", flat=True)) == ["银珠"]
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    sale = desk.complete(sale)
    asked = client.get("/returns/new/", {"code": sale.number or ""}).content.decode()
    assert "银珠 ¥98.00" in asked
    told = {"fault": "wrong_size", "leads_to": "exchange"}
    seen = {f"{line.pk}-{name}": "on" for name in ("tag_intact", "unworn")}
    known = line.piece.certificates.get().number
    sent = fields(sale, sale.number or "", **told, **seen, **{f"{line.pk}-certificate": known})
    taken = client.post("/returns/new/", sent)
    page = client.get(taken["Location"]).content.decode()
    assert "gifts charged ¥98.00" in page
    assert "¥7,474.00" in page


def test_a_line_that_is_gone_takes_no_gift(desk: ReturnDesk) -> None:
    sale = desk.shop.bill(desk.shop.ring())
    line = sale.lines.get()
    bills.remove_piece(sale=sale, line=line, by=desk.by)
    with pytest.raises(LineGone):
        give(line, desk)


def pair(desk: ReturnDesk) -> Piece:
    return desk.shop.piece(category="earrings", units=2, gross_mg=4_000, net_mg=4_000)


@pytest.mark.parametrize("fault", [Fault.CLASP, Fault.WEIGHT])
def test_one_of_a_pair_is_repaired_or_made_again(desk: ReturnDesk, fault: str) -> None:
    sale = desk.sold(pair(desk))
    with pytest.raises(PairIncomplete, match="matching single") as refused:
        desk.take(sale, fault, LeadsTo.EXCHANGE, mg=2_010)
    number = sale.lines.get().piece.number
    assert refused.value.next_url == f"/tickets/new/?code={number}&job=matching"
    desk_page = desk.shop.client().get("/tickets/new/", {"code": number})
    assert number in desk_page.content.decode()


def test_the_whole_pair_is_exchanged(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(pair(desk)), Fault.CLASP, LeadsTo.EXCHANGE)
    desk.exchange(back, pair(desk))
    assert desk.broken() == []
