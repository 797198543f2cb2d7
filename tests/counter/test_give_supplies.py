"""Gifts of the house's supplies leave the store with a sale and come back with it."""

from typing import Any

import pytest

from counter import acknowledgements, gifts, investigations, sales
from counter.gifts import NoGift
from counter.models import Gift, Handover, HandoverItem, LeadsTo, Sale, SaleLine
from inventory import supplies
from inventory.ground import approvals, changes
from inventory.models import SupplyEntry, SupplyItem, SupplyKind
from inventory.supplies import NoneLies
from tests import counts
from tests.cast import Shop
from tests.returns import ReturnDesk, open_return_desk
from tests.supplies import BEAD_CENTS, bead, chain, lying, receive
from warranty.models import Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def give(line: SaleLine, item: SupplyItem, desk: ReturnDesk) -> Gift:
    return gifts.give(line=line, kind="promotion", item=item, by=desk.by)


def sold_with(desk: ReturnDesk, *items: SupplyItem) -> Sale:
    sale = desk.shop.bill(desk.shop.ring())
    for item in items:
        give(sale.lines.get(), item, desk)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    return desk.complete(sale)


def void(desk: ReturnDesk, sale: Sale) -> None:
    shop = desk.shop
    approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.lin, by=shop.chen)
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    sales.void(sale=sale, scanned=scanned, reason="mistake", by=shop.lin)


def test_a_gift_leaves_the_store_when_the_sale_is_completed(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 2)
    sale = desk.shop.bill(desk.shop.ring())
    gift = give(sale.lines.get(), item, desk)
    assert (gift.words, gift.value_cents) == ("银珠", BEAD_CENTS)
    assert lying(item, desk.shop.a) == 2
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    sale = desk.complete(sale)
    assert lying(item, desk.shop.a) == 1
    entry = SupplyEntry.objects.get(kind=SupplyKind.GIVEN)
    assert (entry.number, entry.quantity) == (sale.number, -1)
    assert desk.broken() == []


def test_it_is_taken_from_the_own_counter_first_and_then_from_wherever_it_lies(
    desk: ReturnDesk,
) -> None:
    shop, item = desk.shop, bead()
    receive(shop, item, 1, shop.tray("A-16"))
    receive(shop, item, 2, shop.tray("B-01"))
    with changes.opened(store=shop.s01, by=desk.by) as book:
        supplies.give(wanted={item: 1}, counter=shop.b, number="S01-S1", book=book)
        assert (lying(item, shop.tray("A-16")), lying(item, shop.tray("B-01"))) == (1, 1)
    sold_with(desk, item, item)
    assert (lying(item, shop.tray("A-16")), lying(item, shop.tray("B-01"))) == (0, 0)
    assert desk.broken() == []


def test_what_lies_only_in_another_store_or_no_more_is_refused(desk: ReturnDesk) -> None:
    shop, item = desk.shop, bead()
    supplies.receive(item=item, place=shop.a2, quantity=9, number="N-1", by=shop.sun)
    line = shop.bill(shop.ring()).lines.get()
    with pytest.raises(NoneLies, match="银珠"):
        give(line, item, desk)
    receive(shop, item, 1)
    give(line, item, desk)
    give(line, item, desk)  # two of them on one bill, and only one lies here
    acknowledgements.give(sale=line.sale, how=acknowledgements.How.TAP)
    shop.pay(line.sale)
    with pytest.raises(NoneLies):
        desk.complete(line.sale)
    assert lying(item, shop.a) == 1
    assert desk.broken() == []


def test_a_voided_sale_brings_it_back(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 2)
    sale = sold_with(desk, item, item)
    void(desk, sale)
    assert lying(item, desk.shop.a) == 2
    back = SupplyEntry.objects.get(kind=SupplyKind.BACK)
    assert (back.number, back.quantity) == (sale.number, 2)
    assert desk.broken() == []


def test_a_return_brings_back_what_lay_beside_the_piece(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 3)
    sale = sold_with(desk, item, item)
    one = Gift.objects.order_by("pk")[0]
    back = desk.take(sale, Fault.CHANGED_MIND, channel="distance", gifts_back=[one.pk])
    assert lying(item, desk.shop.a) == 1  # not before it is settled
    desk.refund(back)
    line = back.lines.get()
    assert (line.gifts_back, line.charged_cents) == ([one.pk], BEAD_CENTS)
    assert lying(item, desk.shop.a) == 2
    entry = SupplyEntry.objects.get(kind=SupplyKind.BACK)
    assert (entry.number, entry.quantity) == (back.number, 1)
    assert desk.broken() == []


def test_what_came_back_before_lies_where_it_was_taken_from(desk: ReturnDesk) -> None:
    shop, item = desk.shop, bead()
    here, there = shop.tray("A-01"), shop.tray("B-01")
    receive(shop, item, 1, here)
    receive(shop, item, 1, there)
    sale = shop.bill(shop.ring(), shop.ring())
    for line in sale.lines.all():
        give(line, item, desk)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale)
    sale = desk.complete(sale)
    for gift in Gift.objects.order_by("pk"):
        desk.refund(desk.take(sale, lines=[gift.line], gifts_back=[gift.pk]))
    assert (lying(item, here), lying(item, there)) == (1, 1)
    left = SupplyEntry.objects.filter(kind=SupplyKind.GIVEN).order_by("pk")
    assert [list(entry.came_back.values_list("quantity", flat=True)) for entry in left] == [[1]] * 2
    assert desk.broken() == []


def test_the_books_find_more_back_than_was_given(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 2)
    sold_with(desk, item)
    given = SupplyEntry.objects.get(kind=SupplyKind.GIVEN)
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        twice = SupplyEntry(
            store=given.store,
            item=item,
            place=given.place,
            kind=SupplyKind.BACK,
            quantity=2,
            number="S01-R1",
            given=given,
        )
        book.write([twice], kind="supply_back", number="S01-R1")
    assert any("came back than was given" in each for each in desk.broken())


@pytest.mark.parametrize("wrong", [{"active": False}, {"counted_in": "grams"}])
def test_chain_by_the_gram_and_what_is_no_longer_used_is_no_gift(
    desk: ReturnDesk, wrong: dict[str, Any]
) -> None:
    item = bead(**wrong)
    receive(desk.shop, item, 9)
    with pytest.raises(NoGift, match="银珠"):
        give(desk.shop.bill(desk.shop.ring()).lines.get(), item, desk)
    assert not Gift.objects.exists()


def test_a_return_without_it_and_a_gift_in_words_bring_nothing(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 1)
    sale = desk.shop.bill(desk.shop.ring())
    give(sale.lines.get(), item, desk)
    words = gifts.give(
        line=sale.lines.get(), kind="member", words="红绳", value_cents=500, by=desk.by
    )
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    desk.shop.pay(sale)
    sale = desk.complete(sale)
    desk.refund(desk.take(sale, Fault.CRACK, LeadsTo.REFUND, gifts_back=[words.pk]))
    assert lying(item, desk.shop.a) == 0
    assert not SupplyEntry.objects.filter(kind=SupplyKind.BACK).exists()
    assert desk.broken() == []


def test_the_books_find_a_gift_that_never_left(desk: ReturnDesk) -> None:
    item = bead()
    receive(desk.shop, item, 3)
    sale = sold_with(desk, item)
    Gift.objects.create(
        line=sale.lines.get(), kind="member", words="银珠", value_cents=1, item=item, by=desk.by
    )
    assert any("gifts are not what left" in each for each in desk.broken())


def test_the_bill_offers_what_lies_in_the_store_and_goes_by_the_piece(desk: ReturnDesk) -> None:
    shop, here = desk.shop, bead()
    gone, old = bead(code="GONE", name="丝巾"), bead(code="OLD", name="旧挂件")
    by_gram = chain()
    for item in (here, old, by_gram):
        receive(shop, item, 5)
    SupplyItem.objects.filter(pk=old.pk).update(active=False)
    client, sale = shop.client(), shop.bill(shop.ring())
    page = client.get(f"/sell/{sale.uuid}/").text
    assert f'<option value="{here.pk}">银珠 ¥98.00</option>' in page
    assert not any(item.name in page for item in (gone, old, by_gram))
    address = f"/sell/{sale.uuid}/lines/{sale.lines.get().pk}/gift/"
    assert client.post(address, {"kind": "member", "item": here.pk}).status_code == 303
    assert Gift.objects.get().item == here
    assert client.post(address, {"kind": "member", "item": old.pk}).status_code == 422
    assert client.post(address, {"kind": "member"}).status_code == 422


def test_gifts_at_the_counter_are_counted_at_its_handover(desk: ReturnDesk) -> None:
    shop, item, safe = desk.shop, bead(), bead(code="BOX", name="礼盒")
    receive(shop, item, 3)
    receive(shop, item, 4, shop.tray("A-01"))
    receive(shop, safe, 9, shop.tray("SAFE"))
    receive(shop, chain(), 5_000)
    sheet = counts.begin(shop, shop.a)
    line = HandoverItem.objects.get(handover=sheet, supply__isnull=False)
    assert (line.name, line.expected, line.kind) == ("银珠", 7, "supply")
    sold_with(desk, item)
    for _again in range(2):
        _check(sheet, line, 5, shop)
    line.refresh_from_db()
    assert (line.counted, line.expected) == (5, 6)
    (question,) = investigations.of_items(sheet)
    assert (question.part, question.pieces) == ("银珠", -1)


def _check(sheet: Handover, line: HandoverItem, counted: int, shop: Shop) -> None:
    address = f"/handovers/{sheet.number}/items/{line.pk}/"
    typed = {"counted": counted, "remark": "one was lost"}
    assert shop.client().post(address, typed).status_code == 303
