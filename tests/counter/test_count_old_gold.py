"""The sheet has a line for each class of old gold at the counter, counted blind like the rest."""

import pytest

from appraisal import bag_journeys
from appraisal.models import TradeIn
from counter import counted_old_gold, handovers, sheet_papers, signed_sheets
from counter.models import Handover, HandoverItem, HandoverState, Investigation, ItemKind
from tests import sheets
from tests.cast import Shop
from tests.count_pages import at, begin
from tests.old_gold import Desk, open_desk
from tests.scrap_bags import of_two_metals, seal, sealed, settled


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return open_desk(shop)


def lines(sheet: Handover) -> dict[str, HandoverItem]:
    rows = sheet.items.filter(kind=ItemKind.OLD_GOLD)
    return {f"{row.metal} {row.grade}": row for row in rows}


def check(shop: Shop, item: HandoverItem, counted: int, remark: str = "") -> HandoverItem:
    handovers.check_item(item=item, counted=counted, remark=remark, by=shop.lin)
    item.refresh_from_db()
    return item


def test_a_sheet_without_old_gold_has_no_line_for_it(desk: Desk) -> None:
    assert lines(begin(desk.shop)) == {}


def test_each_class_has_a_line_and_loose_pieces_have_theirs(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    seal(desk, trade_in, "F-1")
    sealed(desk, "F-2")
    desk.consented()
    sheet = begin(desk.shop)
    assert list(lines(sheet)) == ["Au 9900", "Au None", "Pt None"]
    assert all(row.mg is None for row in lines(sheet).values())
    bags = check(desk.shop, lines(sheet)["Au 9900"], 2)
    assert (bags.counted, bags.expected, bags.mg) == (2, 2, 20_000)
    ring = check(desk.shop, lines(sheet)["Au None"], 1)
    assert (ring.expected, ring.mg) == (1, 0)  # nobody has weighed it yet
    rings = check(desk.shop, lines(sheet)["Pt None"], 2)
    assert (rings.expected, rings.mg) == (2, 20_000)


def test_the_page_tells_neither_number_nor_grams_before_it_was_counted(desk: Desk) -> None:
    for number in range(7):
        sealed(desk, f"F-{number}")
    sheet = begin(desk.shop)
    client = desk.shop.client()
    page = client.get(at(sheet), {"part": "items"}).text
    assert "Bags of old gold" in page
    assert "70.00" not in page
    item = lines(sheet)["Au 9900"]
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "6"})
    page = client.get(at(sheet), {"part": "items"}).text
    assert "differs: count again" in page
    assert "70.00" not in page
    assert "7 expected" not in page
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "7"})
    assert "70.00" in client.get(at(sheet), {"part": "items"}).text


def test_a_missing_bag_is_counted_twice_and_needs_a_remark(desk: Desk) -> None:
    sealed(desk)
    sheet = begin(desk.shop)
    item = check(desk.shop, lines(sheet)["Au 9900"], 0)
    assert item.counted is None
    with pytest.raises(handovers.ReasonNeeded):
        check(desk.shop, item, 0)
    assert check(desk.shop, item, 0, "not found").counted == 0


def test_a_bag_that_is_sealed_during_the_count_is_expected(desk: Desk) -> None:
    trade_in = settled(desk)
    sealed(desk, "F-1")
    sheet = begin(desk.shop)
    seal(desk, TradeIn.objects.get(pk=trade_in.pk), "F-2")
    assert check(desk.shop, lines(sheet)["Au 9900"], 2).counted == 2
    assert check(desk.shop, lines(sheet)["Au None"], 0).counted == 0


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
    check(desk.shop, lines(sheet)["Au 9900"], 0, "not found")
    check(desk.shop, lines(sheet)["Au 9900"], 0, "not found")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED
    sheets.sign(desk.shop, sheet)
    found = Investigation.objects.get(handover=sheet)
    assert (found.pieces, found.what) == (-1, "not found")
    paper = sheet_papers.sheet_of(signed_sheets.sheet_for(desk.shop.lin, sheet.number))
    (row,) = [row for row in paper.items if row.differs]
    assert (row.expected, row.counted) == ("1", "0")
    assert "10.00 g" in row.name
