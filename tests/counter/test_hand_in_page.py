"""Handing in on the page of a count: figures, weights and seals, and where each leads."""

import pytest

from counter import handovers, scans
from counter.models import CountItem, ItemKind, TrayState
from inventory.ground import settings_rows
from inventory.models import CountDepth, Piece, Place
from tests.cast import Shop
from tests.count_pages import act, at, begin, scan_all, sign, tray

pytestmark = pytest.mark.usefixtures("two_people")


def test_the_next_tray_opens_by_itself(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    done = act(client, sheet, "A-01", "hand-in")
    assert done.headers["Location"] == at(sheet, "?tray=A-02")
    assert tray(sheet, "A-02").by == shop.lin


def test_the_weight_goes_along_with_the_tray(shop: Shop, goods: list[Piece]) -> None:
    Place.objects.filter(pk=shop.tray("A-01").pk).update(
        tare_mg=180_000, count_depth=CountDepth.TRAY
    )
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    missing = act(client, sheet, "A-01", "hand-in")
    assert missing.headers["X-Refusal"] == "weight_needed"
    act(client, sheet, "A-01", "hand-in", gross="260.66")
    assert tray(sheet).state == TrayState.AGREED
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "80.66" in page


def test_a_place_that_is_counted_by_pieces_takes_typed_figures(
    shop: Shop, goods: list[Piece]
) -> None:
    Place.objects.filter(pk=shop.tray("A-02").pk).update(count_depth=CountDepth.PIECES)
    sheet, client = begin(shop), shop.client()
    act(client, sheet, "A-02", "open")
    page = client.get(at(sheet, "?tray=A-02")).content.decode()
    assert "18K gold" in page
    twice = act(
        client, sheet, "A-02", "hand-in",
        **{"class": ["Au-7500", "Au-7500"], "pieces": ["1", "1"], "grams": ["", ""]},
    )  # fmt: skip
    assert twice.status_code == 422
    act(
        client, sheet, "A-02", "hand-in",
        **{"class": ["Au-7500", ""], "pieces": ["1", ""], "grams": ["1.96", ""]},
    )  # fmt: skip
    assert tray(sheet, "A-02").state == TrayState.AGREED


def test_all_that_is_left_is_empty_by_one_button(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    scan_all(client, sheet, "A-02", goods[2])
    act(client, sheet, "A-02", "hand-in")
    assert "left are empty" in client.get(at(sheet, "?tray=next")).content.decode()
    client.post(at(sheet, "empty/"), {"place": "A-03"})
    assert set(sheet.trays.values_list("state", flat=True)) == {TrayState.AGREED}


def test_a_first_difference_asks_for_a_second_person(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    act(client, sheet, "A-01", "hand-in")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "Another person counts it" in page
    assert act(client, sheet, "A-01", "open").headers["X-Refusal"] == "second_person"
    second = shop.client(shop.zhao)
    scan_all(second, sheet, "A-01", goods[1])
    act(second, sheet, "A-01", "hand-in")
    page = second.get(at(sheet, "?tray=A-01")).content.decode()
    assert goods[0].number in page
    assert "· −71.93 g" in page


def test_pieces_that_are_drawn_are_weighed_one_by_one(shop: Shop, goods: list[Piece]) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new="1", by=shop.wang)
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    done = act(client, sheet, "A-01", "hand-in")
    assert done.headers["Location"] == at(sheet, "?tray=A-01")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "Weigh this piece by itself" in page
    (read,) = scans.live_reads(tray(sheet))
    assert act(client, sheet, "A-01", "hand-in").headers["X-Refusal"] == "each_needed"
    client.post(at(sheet, f"reads/{read.pk}/weigh/"), {"grams": "8.72"})
    assert act(client, sheet, "A-01", "hand-in").status_code == 303
    assert tray(sheet).attempts == 1


def test_a_weight_is_taken_before_the_tray_is_handed_in(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    bare = act(client, sheet, "A-01", "weigh", gross="188.72")
    assert bare.headers["X-Refusal"] == "tare_needed"
    act(client, sheet, "A-01", "weigh", gross="188.72", tare="180.00")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "On the scale 188.72 g" in page


def test_a_sealed_tray_is_taken_over_unopened(shop: Shop, goods: list[Piece]) -> None:
    first, client = begin(shop), shop.client()
    scan_all(client, first, "A-01", *goods[:2])
    sealed = {"gross": "260.65", "tare": "180", "seal_number": "FQ-118"}
    act(client, first, "A-01", "hand-in", **sealed)
    scan_all(client, first, "A-02", goods[2])
    act(client, first, "A-02", "hand-in")
    client.post(at(first, "empty/"), {"place": "A-03"})
    client.post(at(first, "money/cash/"))
    client.post(at(first, "no-slips/"))
    sign(client, first, "outgoing", "lin")
    sign(client, first, "incoming", "zhao")
    second = handovers.start(
        counter=shop.a, kind="change", outgoing=shop.zhao, incoming=shop.lin, by=shop.lin
    )
    assert "Take over by seal" in client.get(at(second, "?tray=A-01")).content.decode()
    assert "FQ-118" not in client.get(at(second, "?tray=A-01")).content.decode()
    wrong = act(client, second, "A-01", "seal", seal="FQ-119", gross="260.65")
    assert wrong.headers["X-Refusal"] == "seal_differs"
    act(client, second, "A-01", "seal", seal="FQ-118", gross="260.65")
    assert tray(second).state == TrayState.AGREED
    assert "✓ sealed" in client.get(at(second)).content.decode()


def test_cash_is_counted_by_notes_and_coins(shop: Shop, goods: list[Piece]) -> None:
    shop.sell(shop.charm())
    sheet, client = begin(shop), shop.client()
    client.post(at(sheet, "money/cash/"), {"of-5000": "1", "of-2000": "2"})
    page = client.get(at(sheet, "?money=cash")).content.decode()
    assert "The first count differs" in page
    assert "98.00" not in page
    client.post(
        at(sheet, "money/cash/"),
        {"of-5000": "1", "of-2000": "2", "of-500": "1", "of-100": "3", "taken": "90"},
    )
    row = sheet.money.get(tender__code="cash")
    assert (row.counted_cents, row.taken_cents, row.differs) == (9_800, 9_000, False)


def test_keys_are_ticked_one_by_one(shop: Shop) -> None:
    CountItem.objects.create(store=shop.s01, kind=ItemKind.KEY, name="柜台钥匙", expected=3)
    sheet, client = begin(shop), shop.client()
    item = sheet.items.get()
    page = client.get(at(sheet, "?part=items")).content.decode()
    assert "3 expected" not in page
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2"})
    again = client.get(at(sheet, "?part=items")).content.decode()
    assert "differs: count again" in again
    assert "3 expected" not in again
    bare = client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2"})
    assert bare.headers["X-Refusal"] == "reason_needed"
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2", "remark": "一把送修"})
    assert "3 expected" in client.get(at(sheet, "?part=items")).content.decode()
