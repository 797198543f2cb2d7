"""Transfers between stores through their pages: sent with two PINs' worth of people, opened blind,
and what did not arrive is written down."""

from typing import Any

import pytest
from django.core.management import call_command

from appraisal import seed
from counter import approving
from counter.models import PinTry
from inventory.models import Movement, Piece, Shipment, State
from tests import paper
from tests import shipments as parcels
from tests.cast import PINS, KeyedClient, Shop

NEW, ADD, SEND = "/transfers/new/", "/transfers/new/add/", "/shipments/send/"


def sending(rows: list[Piece], **typed: Any) -> dict[str, Any]:
    """What the page sends when the sixth digit of the PIN is typed."""
    return {
        "n": [piece.number for piece in rows],
        "store": "S02",
        "carrier": "顺丰",
        "parcels": "F-771",
        "handed_by": "zhao",
        "pin": PINS["zhao"],
        **typed,
    }


def signing(**typed: Any) -> dict[str, Any]:
    return {"to": "A-01", "receiver": "sun", "pin": PINS["sun"], **typed}


def at_s02(shop: Shop) -> KeyedClient:
    return shop.client(shop.sun, counter=shop.a2)


def of(shipment: Shipment, word: str = "") -> str:
    return f"/shipments/{shipment.number}/{word}"


def where(piece: Piece) -> tuple[str, str]:
    fresh = Piece.objects.select_related("store").get(pk=piece.pk)
    return fresh.store.code, fresh.state


def give_up(shop: Shop, manager: KeyedClient, address: str, **typed: str) -> None:
    """The manager is asked for the chief's PIN, and sends the form once more."""
    asked = manager.post(address, typed)
    assert asked.headers["X-Refusal"] == "approval_needed"
    ask = approving.seal(asked.context["approval"])
    yes = {"ask": ask, "approver": "chen", "pin": PINS["chen"], "again_path": address}
    manager.post("/approvals/", yes | typed)
    assert manager.post(address, typed).status_code == 303


def test_a_parcel_goes_from_the_list_of_one_store_to_the_tray_of_the_other(shop: Shop) -> None:
    ring, necklace, client = shop.ring(), shop.piece(), shop.client()
    for code in (ring.number, necklace.number, "s02"):
        client.post(ADD, {"code": code})
    page = client.get(NEW).text
    assert "To 徐家汇店" in page
    assert 'name="carrier"' in page
    # a second person gives it away, never the one who sends
    assert 'value="zhao"' in page
    assert 'value="lin"' not in page
    answer = client.post(SEND, sending([ring, necklace]))
    sent = Shipment.objects.get()
    assert (answer.status_code, answer.url) == (302, of(sent))
    assert "Scan the first piece." in client.get(NEW).text
    told = client.get(of(sent)).text
    facts = [
        "国贸店",
        "徐家汇店",
        "顺丰",
        "F-771",
        "林",
        "赵",
        "Fine gold 8.72 g · 18K gold 1.96 g",
    ]
    assert [fact for fact in facts if fact not in told] == []
    there = at_s02(shop)
    assert sent.number in there.get("/shipments/").text
    for code in (ring.number, "A-02", necklace.number):
        assert there.post(of(sent, "receive/add/"), {"code": code}).status_code == 303
    page = there.get(of(sent, "receive/")).text
    assert "2 pieces" in page
    assert '<option value="A-02" selected>' in page
    done = there.post(of(sent, "receive/"), signing(to="A-02"))
    assert (done.status_code, done.url) == (302, of(sent))
    assert where(ring) == where(necklace) == ("S02", State.ON_SALE)
    assert "received" in client.get(of(sent)).text
    call_command("verify_books", "--full", verbosity=0)


def test_who_opens_it_reads_nothing_of_it_before(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring)
    there = at_s02(shop)
    for path in ("/shipments/", of(sent), of(sent, "receive/")):
        page = there.get(path)
        assert page.status_code == 200
        told = [fact for fact in (ring.number, ring.name, "1.96 g", "1 piece") if fact in page.text]
        assert told == [], path
    slip = there.get(of(sent, "sheet.pdf"))
    assert (slip.status_code, slip.headers["X-Refusal"]) == (409, "parcel_closed")


def test_the_slip_has_both_ends_and_three_signatures(shop: Shop) -> None:
    ring, necklace = shop.ring(), shop.piece()
    sent = parcels.send(shop, ring, necklace)
    pdf = shop.client().get(of(sent, "sheet.pdf"))
    assert pdf.headers["Content-Type"] == "application/pdf"
    text = paper.text_of(pdf.content)
    facts = [sent.number, ring.number, "国贸店", "徐家汇店", "顺丰", "F-771", "8.72", "1.96", "赵"]
    assert [fact for fact in facts if fact not in text] == []


def test_it_compares_what_was_weighed_with_the_label(shop: Shop) -> None:
    seed.put_tolerances()
    fang = parcels.hire_fang(shop)
    ring = shop.ring()
    sent, there = parcels.send(shop, ring), at_s02(shop)
    there.post(of(sent, "receive/add/"), {"code": ring.number})
    weigh = of(sent, f"pieces/{ring.number}/weigh/")
    assert there.post(weigh, {"grams": "heavy"}).status_code == 422
    assert there.post(weigh, {"grams": "1.90"}).status_code == 303
    assert 'value="1.90"' in there.get(of(sent, "receive/")).text
    asked = there.post(of(sent, "receive/"), signing())
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert "label 2.02 g, scale 1.90 g" in asked.text
    assert str(fang.first_name) in asked.text
    # right to the label
    there.post(weigh, {"grams": "2.02"})
    assert there.post(of(sent, "receive/"), signing()).status_code == 302
    assert "label 2.02 g, scale 2.02 g" in there.get(of(sent)).text


def test_a_scan_takes_nothing_twice_and_nothing_unknown(shop: Shop) -> None:
    ring = shop.ring()
    sent, there = parcels.send(shop, ring), at_s02(shop)
    add = of(sent, "receive/add/")
    there.post(add, {"code": ring.number})
    refused = [
        there.post(add, {"code": code}).headers["X-Refusal"]
        for code in (ring.number, "Z-99", "3000000099", "")
    ]
    assert refused == ["already_listed", "unknown_barcode", "wrong_check_digit", "bad_field"]
    there.post(of(sent, f"pieces/{ring.number}/remove/"))
    assert "Scan the first piece of the parcel." in there.get(of(sent, "receive/")).text
    there.post(add, {"code": ring.number})
    there.post(of(sent, "receive/clear/"))
    answer = there.post(of(sent, "receive/"), signing())
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "nothing_found")


def test_a_wrong_pin_keeps_the_list_and_the_try(shop: Shop) -> None:
    ring, client, there = shop.ring(), shop.client(), at_s02(shop)
    client.post(ADD, {"code": ring.number})
    answer = client.post(SEND, sending([ring], pin="000001"))
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "pin_wrong")
    assert ring.number in client.get(NEW).text
    sent = parcels.send(shop, ring)
    there.post(of(sent, "receive/add/"), {"code": ring.number})
    answer = there.post(of(sent, "receive/"), signing(pin="000001"))
    assert answer.headers["X-Refusal"] == "pin_wrong"
    assert "1 piece" in there.get(of(sent, "receive/")).text
    assert PinTry.objects.filter(right=False).count() == 2


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"store": "S99"}, "store_unknown"),
        ({"store": "S01"}, "same_store"),
        ({"carrier": ""}, "bad_field"),
        ({"handed_by": "sun"}, "bad_field"),
        ({"handed_by": "lin", "pin": PINS["lin"]}, "same_hands"),
        ({"n": []}, "nothing_to_move"),
    ],
)
def test_it_refuses_a_form_that_is_not_what_the_page_shows(
    shop: Shop, typed: dict[str, Any], refusal: str
) -> None:
    answer = shop.client().post(SEND, sending([shop.ring()], **typed))
    assert answer.headers["X-Refusal"] == refusal
    assert not Shipment.objects.exists()


def test_the_store_that_sent_a_parcel_does_not_open_it(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    sent = parcels.send(shop, ring)
    assert client.get(of(sent, "receive/")).status_code == 404
    assert client.post(of(sent, "receive/add/"), {"code": ring.number}).status_code == 404
    assert client.post(of(sent, "receive/"), signing()).status_code == 404
    assert "Open the parcel" not in client.get(of(sent)).text


def test_it_is_sent_once_when_the_form_is_sent_twice(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    first, second = (client.post(SEND, sending([ring])) for _each in range(2))
    assert first.status_code == 302
    assert (second.status_code, second.headers["X-Refusal"]) == (409, "not_sendable")
    assert Movement.objects.filter(piece=ring, reason="sent").count() == 1


def test_a_second_person_agrees_when_it_does_not_go(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    sent = parcels.send(shop, ring)
    asked = client.post(of(sent, "recall/"))
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert "does not go to 徐家汇店" in asked.text
    parcels.recall(shop, sent)
    assert "back at the sending store" in client.get(of(sent)).text


def test_the_manager_writes_down_what_became_of_a_missing_piece(shop: Shop) -> None:
    ring, necklace, manager = shop.ring(), shop.piece(), shop.client(shop.wang)
    sent = parcels.send(shop, ring, necklace)
    parcels.receive(shop, sent, ring)
    page = manager.get(of(sent)).text
    assert "partly received" in page
    assert "On the road: 1 piece · Fine gold 8.72 g" in page
    address = of(sent, f"pieces/{necklace.number}/settle/")
    assert address in page
    assert address not in shop.client().get(of(sent)).text
    assert manager.post(address, {"outcome": "lost", "remark": ""}).status_code == 422
    give_up(shop, manager, address, outcome="lost", remark="快递丢件")
    page = manager.get(of(sent)).text
    assert "快递丢件" in page
    assert where(necklace) == ("S01", State.MISSING)
    assert "agreed by 陈" in page
    give_up(shop, manager, address, outcome="written_off", remark="已赔付")
    assert where(necklace) == ("S01", State.WRITTEN_OFF)


def test_the_manager_writes_down_what_became_of_a_piece_too_many(shop: Shop) -> None:
    ring, strange = shop.ring(), shop.piece()
    sent, client = parcels.send(shop, ring), at_s02(shop)
    parcels.receive(shop, sent, ring, strange)
    boss = shop.client(parcels.hire_fang(shop), counter=shop.a2)
    assert "Too many in a parcel" in client.get("/shipments/").text
    address = of(sent, f"too-many/{strange.number}/settle/")
    assert "one too many" in shop.client().get(of(sent)).text
    assert address in boss.get(of(sent)).text
    assert shop.client(shop.wang).post(address, {}).status_code == 404
    boss.post(address, {"outcome": "back", "remark": "交快递带回"})
    page = client.get(of(sent)).text
    assert "back at its store" in page and "交快递带回" in page
    assert "Too many in a parcel" not in client.get("/shipments/").text


def test_a_scanned_number_of_a_slip_leads_to_it_from_both_ends(shop: Shop) -> None:
    sent = parcels.send(shop, shop.ring())
    for client in (shop.client(), at_s02(shop)):
        assert client.get("/scan/", {"code": sent.number}).headers["Location"] == of(sent)
    assert shop.client(shop.gao).get("/scan/", {"code": sent.number}).status_code == 404


def test_a_scan_answers_with_the_changed_part_and_a_tone(shop: Shop) -> None:
    ring = shop.ring()
    sent, there = parcels.send(shop, ring), at_s02(shop)
    headers = {"HX-Request": "true", "HX-Target": "parcel"}
    answer = there.post(of(sent, "receive/add/"), {"code": ring.number}, headers=headers)
    part = there.get(answer.url, headers=headers)
    assert "<html" not in part.text
    assert 'id="parcel-sign"' in part.text
    assert ring.number in part.headers["HX-Trigger"]
    done = there.post(of(sent, "receive/"), signing(), headers=headers)
    assert done.headers["HX-Redirect"] == of(sent)
