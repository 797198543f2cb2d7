"""The page of a count: begun with one form, stopped with a reason, closed to strangers."""

import pytest

from counter.models import Handover, HandoverState
from inventory import transfers
from inventory.ground import codes
from inventory.models import Piece
from tests.cast import Shop
from tests.count_pages import act, at, begin, count_everything

pytestmark = pytest.mark.usefixtures("two_people")


def test_it_starts_a_count_with_one_form(shop: Shop) -> None:
    client = shop.client()
    page = client.get("/handovers/start/A/?kind=change").content.decode()
    assert "Start counting" in page
    done = client.post(
        "/handovers/start/A/", {"kind": "change", "outgoing": "lin", "incoming": "zhao"}
    )
    sheet = Handover.objects.get()
    assert (done.status_code, done.headers["Location"]) == (303, at(sheet))
    assert (sheet.outgoing, sheet.incoming) == (shop.lin, shop.zhao)


def test_it_leads_to_the_count_that_is_open_already(shop: Shop) -> None:
    sheet = begin(shop)
    page = shop.client().get("/handovers/start/A/").content.decode()
    assert at(sheet) in page
    assert "Start counting" not in page


def test_it_refuses_the_same_person_twice(shop: Shop) -> None:
    done = shop.client().post(
        "/handovers/start/A/", {"kind": "change", "outgoing": "lin", "incoming": "lin"}
    )
    assert done.headers["X-Refusal"] == "same_person"
    assert not Handover.objects.exists()


def test_a_spot_count_takes_one_tray(shop: Shop, goods: list[Piece]) -> None:
    done = shop.client(shop.chen).post("/handovers/spot/")
    sheet = Handover.objects.get()
    assert done.headers["Location"] == at(sheet)
    assert sheet.trays.count() == 1
    assert shop.client().post("/handovers/spot/").status_code == 403


def test_a_count_is_stopped_with_a_reason(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client()
    assert (
        client.post(at(sheet, "abandon/"), {"reason": ""}).headers["X-Refusal"] == "reason_needed"
    )
    client.post(at(sheet, "abandon/"), {"reason": "停电"})
    page = client.get(at(sheet)).content.decode()
    assert "停电" in page
    assert Handover.objects.get().state == HandoverState.ABANDONED


@pytest.mark.parametrize("rest", ["", "?tray=A-01", "?part=sign"])
def test_another_stores_sheet_is_not_there(shop: Shop, rest: str) -> None:
    sheet = begin(shop)
    assert shop.client(shop.sun, counter=shop.a2).get(at(sheet, rest)).status_code == 404


def test_a_cashier_signs_but_counts_no_tray(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client(shop.qian)
    assert client.get(at(sheet)).status_code == 200
    assert act(client, sheet, "A-01", "open").status_code == 403


def test_a_lent_piece_is_a_line_of_its_own(shop: Shop, goods: list[Piece]) -> None:
    transfers.hand_over(
        rows=[goods[0]], to=shop.tray("B-01"), sender=shop.lin, receiver=shop.zhao, lent=True
    )
    page = shop.client().get(at(begin(shop))).content.decode()
    assert "lent to B-01" in page
    assert codes.group_piece(goods[0].number) in page


def test_what_the_next_shift_must_know_stands_on_the_sheet(shop: Shop, goods: list[Piece]) -> None:
    sheet = begin(shop)
    client = shop.client(shop.lin)
    count_everything(shop, sheet, goods)
    assert client.post(at(sheet, "remark/"), {"remark": "call Ms Li at ten"}).status_code == 303
    assert "call Ms Li at ten" in client.get(at(sheet, "?part=sign")).content.decode()
    too_long = client.post(at(sheet, "remark/"), {"remark": "x" * 201})
    assert too_long.status_code == 422
