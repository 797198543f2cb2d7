"""Two PINs on the page of a count."""

import pytest

from counter.models import HandoverState, Shift, SignedAs
from inventory.models import Piece
from tests.cast import Shop
from tests.count_pages import at, begin, count_everything, sign

pytestmark = pytest.mark.usefixtures("two_people")


def test_two_pins_close_the_sheet_and_pass_on_the_shift(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    wrong = client.post(at(sheet, "sign/"), {"signer": "outgoing:lin", "pin": "000001"})
    assert wrong.headers["X-Refusal"] == "pin_wrong"
    sign(client, sheet, "outgoing", "lin")
    assert "✓ signed" in client.get(at(sheet, "?part=sign")).content.decode()
    sign(client, sheet, "incoming", "zhao")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert Shift.objects.get(counter=shop.a, closed_at__isnull=True).opened_by == shop.zhao
    page = client.get(at(sheet)).content.decode()
    assert at(sheet, "sheet.pdf") in page
    assert sheet.sealed_hash[:8] in page


def test_a_manager_signs_for_a_clerk_who_is_not_there(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    bare = sign(client, sheet, "manager", "wang")
    assert bare.headers["X-Refusal"] == "reason_needed"
    sign(client, sheet, "manager", "wang", reason="林请假")
    sign(client, sheet, "incoming", "zhao")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    mine = shop.client(shop.lin).get(at(sheet)).content.decode()
    assert 'value="outgoing:lin"' in mine
    assert "has not signed yet" in mine
    sign(shop.client(shop.lin), sheet, "outgoing", "lin")
    assert sheet.signatures.filter(signed_as=SignedAs.OUTGOING, later=True).exists()


def test_the_witness_of_a_closing_is_anybody_else(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop, "close"), shop.client()
    count_everything(shop, sheet, goods)
    page = client.get(at(sheet, "?part=sign")).content.decode()
    assert 'value="witness:qian"' in page
    assert 'value="witness:lin"' not in page
    sign(client, sheet, "outgoing", "lin")
    sign(client, sheet, "witness", "qian")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert not Shift.objects.filter(counter=shop.a, closed_at__isnull=True).exists()


def test_nothing_is_signed_while_something_is_open(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client()
    page = client.get(at(sheet, "?part=sign")).content.decode()
    assert "Not everything is counted" in page
    assert sign(client, sheet, "outgoing", "lin").headers["X-Refusal"] == "not_agreed"


@pytest.mark.parametrize(("role", "name"), [("incoming", "zhao"), ("outgoing", "lin")])
def test_who_signs_again_because_the_answer_was_lost_sees_the_closed_sheet(
    shop: Shop, goods: list[Piece], role: str, name: str
) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    sign(client, sheet, "outgoing", "lin")
    first = sign(client, sheet, "incoming", "zhao")
    client.get(at(sheet))  # says once that the sheet is closed
    again = sign(client, sheet, role, name)
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert "The sheet is signed and closed." in client.get(at(sheet)).content.decode()
    assert sheet.signatures.count() == 2


def test_a_late_signature_that_is_sent_again_leads_to_the_same_page(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    sign(client, sheet, "manager", "wang", reason="林请假")
    sign(client, sheet, "incoming", "zhao")
    mine = shop.client(shop.lin)
    mine.get(at(sheet))
    for _each in range(2):
        assert sign(mine, sheet, "outgoing", "lin").headers["Location"] == at(sheet)
        assert "Signed. Thank you." in mine.get(at(sheet)).content.decode()
    assert sheet.signatures.count() == 3


def test_a_closed_sheet_refuses_another_person_another_role_and_a_wrong_pin(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    sign(client, sheet, "outgoing", "lin")
    sign(client, sheet, "incoming", "zhao")
    for role, name in (("incoming", "chen"), ("outgoing", "zhao"), ("witness", "qian")):
        refused = sign(client, sheet, role, name)
        assert refused.headers["X-Refusal"] == "signed_already", (role, name)
    wrong = sign(client, sheet, "incoming", "zhao", pin="000001")
    assert wrong.headers["X-Refusal"] == "pin_wrong"
    assert sheet.signatures.count() == 2


def test_a_pin_from_another_store_signs_nothing(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop, "close"), shop.client()
    count_everything(shop, sheet, goods)
    sign(client, sheet, "outgoing", "lin")
    assert sign(client, sheet, "witness", "sun").status_code == 422
    sheet.refresh_from_db()
    assert (sheet.state, sheet.first_signed_by) == (HandoverState.AGREED, shop.lin)
    sign(client, sheet, "witness", "chen")
    assert sign(client, sheet, "witness", "sun").status_code == 422
    assert sheet.signatures.count() == 2
