"""The sheet has a line for each class of old gold at the counter, counted blind like the rest."""

import pytest

from appraisal import bag_journeys
from appraisal.models import ScrapBag, TradeIn
from counter import bag_scans, counted_old_gold, handovers, sheet_papers, signed_sheets
from counter.models import BagRead, Handover, HandoverItem, HandoverState, Investigation, ItemKind
from tests import sheets
from tests.cast import Shop
from tests.count_pages import at, begin
from tests.old_gold import Desk
from tests.scrap_bags import of_two_metals, seal, sealed, settled


def lines(sheet: Handover) -> dict[str, HandoverItem]:
    rows = sheet.items.filter(kind=ItemKind.OLD_GOLD)
    return {f"{row.metal} {row.grade}": row for row in rows}


def check(shop: Shop, item: HandoverItem, counted: int) -> HandoverItem:
    """Loose pieces are counted by number."""
    handovers.check_item(item=item, counted=counted, remark="", by=shop.lin)
    item.refresh_from_db()
    return item


def scan(shop: Shop, sheet: Handover, *bags: ScrapBag) -> None:
    for bag in bags:
        bag_scans.scan(handover=sheet, text=bag.number, by=shop.lin)


def hand_in(shop: Shop, sheet: Handover, remark: str = "") -> dict[str, HandoverItem]:
    bag_scans.hand_in(handover=sheet, remark=remark, by=shop.lin)
    return lines(sheet)


def test_a_sheet_without_old_gold_has_no_line_for_it(desk: Desk) -> None:
    assert lines(begin(desk.shop)) == {}


def test_each_class_has_a_line_and_loose_pieces_have_theirs(desk: Desk) -> None:
    shop, trade_in = desk.shop, of_two_metals(desk)
    bags = [seal(desk, trade_in, "F-1"), sealed(desk, "F-2")]
    desk.consented()
    sheet = begin(shop)
    assert list(lines(sheet)) == ["Au 9900", "Au None", "Pt None"]
    assert all(row.mg is None for row in lines(sheet).values())
    scan(shop, sheet, *bags)
    row = hand_in(shop, sheet)["Au 9900"]
    assert (row.counted, row.expected, row.mg) == (2, 2, 20_000)
    ring = check(shop, lines(sheet)["Au None"], 1)
    assert (ring.expected, ring.mg) == (1, 0)  # nobody has weighed it yet
    rings = check(shop, lines(sheet)["Pt None"], 2)
    assert (rings.expected, rings.mg) == (2, 20_000)


def test_a_bag_is_known_by_its_label_and_by_its_seal(desk: Desk) -> None:
    first, second = sealed(desk, "F-1"), sealed(desk, "F-2")
    sheet = begin(desk.shop)
    for text in (first.number.lower(), "ｆ-2"):
        bag_scans.scan(handover=sheet, text=text, by=desk.by)
    assert [read.bag for read in bag_scans.standing(sheet)] == [first, second]
    for text in (first.seal, second.number):
        with pytest.raises(bag_scans.BagCounted):
            bag_scans.scan(handover=sheet, text=text, by=desk.by)
    with pytest.raises(bag_scans.BagUnknown):
        bag_scans.scan(handover=sheet, text="F-3", by=desk.by)


def test_what_was_scanned_by_mistake_is_taken_back_and_stays_written(desk: Desk) -> None:
    bag = sealed(desk)
    sheet = begin(desk.shop)
    scan(desk.shop, sheet, bag)
    bag_scans.undo(handover=sheet, by=desk.by)
    assert BagRead.objects.get().undone_at
    with pytest.raises(bag_scans.NoBagScanned):
        bag_scans.undo(handover=sheet, by=desk.by)
    scan(desk.shop, sheet, bag)
    assert hand_in(desk.shop, sheet)["Au 9900"].counted == 1


def test_no_number_is_typed_for_bags(desk: Desk) -> None:
    sealed(desk)
    sheet = begin(desk.shop)
    with pytest.raises(counted_old_gold.BagsAreScanned):
        check(desk.shop, lines(sheet)["Au 9900"], 1)


def test_the_page_tells_neither_number_nor_grams_before_it_was_counted(desk: Desk) -> None:
    bags = [sealed(desk, f"F-{number}") for number in range(7)]
    sheet = begin(desk.shop)
    client = desk.shop.client()
    page = client.get(at(sheet), {"part": "items"}).text
    assert "Bags of old gold" in page
    assert "70.00" not in page
    for bag in bags[:6]:
        client.post(at(sheet, "bags/scan/"), {"code": bag.number})
    page = client.get(at(sheet), {"part": "items"}).text
    assert "6 <small>scanned</small>" in page
    assert bags[5].number in page
    client.post(at(sheet, "bags/hand-in/"))
    page = client.get(at(sheet), {"part": "items"}).text
    assert "differs: count again" in page
    assert "70.00" not in page
    assert "7 expected" not in page
    client.post(at(sheet, "bags/scan/"), {"code": bags[6].seal})
    client.post(at(sheet, "bags/hand-in/"))
    assert "70.00" in client.get(at(sheet), {"part": "items"}).text


def test_the_last_bag_is_taken_back_on_the_page(desk: Desk) -> None:
    bag = sealed(desk)
    sheet, client = begin(desk.shop), desk.shop.client()
    client.post(at(sheet, "bags/scan/"), {"code": bag.seal})
    client.post(at(sheet, "bags/undo/"))
    assert bag.number not in client.get(at(sheet), {"part": "items"}).text


def test_a_missing_bag_is_counted_twice_and_needs_a_remark(desk: Desk) -> None:
    sealed(desk)
    sheet = begin(desk.shop)
    assert hand_in(desk.shop, sheet)["Au 9900"].counted is None
    with pytest.raises(handovers.ReasonNeeded):
        hand_in(desk.shop, sheet)
    assert hand_in(desk.shop, sheet, "not found")["Au 9900"].counted == 0


def test_a_strange_bag_does_not_stand_in_for_one_that_is_missing(desk: Desk) -> None:
    """One was sent by the books and lies here all the same; another is gone."""
    shop, bags = desk.shop, [sealed(desk, "F-1"), sealed(desk, "F-2")]
    bag_journeys.send(bags=bags[:1], by=shop.chen)
    sheet = begin(shop)
    scan(shop, sheet, bags[0])
    hand_in(shop, sheet)
    found = hand_in(shop, sheet, "F-2 not found, F-1 never left")
    assert (found["Au 9900"].counted, found["Au 9900"].expected) == (0, 1)
    stray = found[" None"]
    assert (stray.name, stray.counted, stray.expected) == ("Bags that belong elsewhere", 1, 0)


def test_a_bag_that_leaves_after_its_scan_leaves_the_count(desk: Desk) -> None:
    bag = sealed(desk)
    sheet = begin(desk.shop)
    scan(desk.shop, sheet, bag)
    bag_journeys.send(bags=[bag], by=desk.shop.chen)
    found = hand_in(desk.shop, sheet)
    assert list(found) == ["Au 9900"]
    assert (found["Au 9900"].counted, found["Au 9900"].expected) == (0, 0)


def test_a_bag_that_is_sealed_during_the_count_is_expected(desk: Desk) -> None:
    trade_in, first = settled(desk), sealed(desk, "F-1")
    sheet = begin(desk.shop)
    second = seal(desk, TradeIn.objects.get(pk=trade_in.pk), "F-2")
    scan(desk.shop, sheet, first, second)
    assert hand_in(desk.shop, sheet)["Au 9900"].counted == 2
    assert check(desk.shop, lines(sheet)["Au None"], 0).counted == 0


def test_the_first_bag_of_a_class_during_the_count_gets_its_line(desk: Desk) -> None:
    trade_in = settled(desk)
    sheet = begin(desk.shop)
    seal(desk, TradeIn.objects.get(pk=trade_in.pk), "F-1")
    assert hand_in(desk.shop, sheet)["Au 9900"].counted is None


def test_what_was_sent_is_counted_no_more(desk: Desk) -> None:
    bag = sealed(desk)
    bag_journeys.send(bags=[bag], by=desk.shop.chen)
    assert counted_old_gold.lying_at(desk.shop.a) == {}
    assert lines(begin(desk.shop)) == {}


def test_another_counter_answers_for_its_own(desk: Desk) -> None:
    sealed(desk)
    assert counted_old_gold.lying_at(desk.shop.b) == {}


def test_a_signed_difference_stays_an_open_question_and_stands_on_the_paper(desk: Desk) -> None:
    sealed(desk)
    sheet = sheets.begin(desk.shop)
    sheets.count_goods(desk.shop, sheet)
    sheets.count_money(desk.shop, sheet)
    for _attempt in range(2):
        hand_in(desk.shop, sheet, "not found")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED
    sheets.sign(desk.shop, sheet)
    found = Investigation.objects.get(handover=sheet)
    assert (found.pieces, found.what) == (-1, "not found")
    paper = sheet_papers.sheet_of(signed_sheets.sheet_for(desk.shop.lin, sheet.number))
    (row,) = [row for row in paper.items if row.differs]
    assert (row.expected, row.counted) == ("1", "0")
    assert "10.00 g" in row.name
