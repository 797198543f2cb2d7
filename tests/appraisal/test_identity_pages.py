"""The pages of the seller's identity: what is typed, who sees it, what is left of it anywhere."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from appraisal.identities import FOR_LIFE
from appraisal.models import Identity, IdentityReveal, TradeIn
from inventory.ground import keys
from inventory.models import RequestKey
from tests.old_gold import Desk

ID = "11010519491231002X"


def address(trade_in: TradeIn, more: str = "") -> str:
    return f"/trade-ins/{trade_in.number}/identity/{more}"


def typed(**facts: Any) -> dict[str, Any]:
    last = timezone.localdate() + timedelta(days=400)
    told = {"kind": "citizen", "number": ID, "name": "周小梅", "address": "建国路1号"}
    return {**told, "valid_until": last.isoformat(), **facts}


def taken(desk: Desk, **facts: Any) -> TradeIn:
    trade_in = desk.receive()
    answer = desk.shop.client().post(address(trade_in), typed(**facts))
    assert answer.status_code == 303, answer.content.decode()
    return trade_in


def photo() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "PNG")
    return SimpleUploadedFile("card.png", file.getvalue(), "image/png")


def test_a_clerk_keeps_it_and_sees_the_mask(desk: Desk) -> None:
    trade_in = taken(desk)
    shown = desk.shop.client().get(address(trade_in)).content.decode()
    assert "110105********002X" in shown
    for secret in (ID, "周小梅", "建国路", "See it in full"):
        assert secret not in shown


def test_it_may_hold_for_life(desk: Desk) -> None:
    taken(desk, valid_until="", for_life="on")
    assert Identity.objects.get().valid_until == FOR_LIFE


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"number": "110105194912310021"}, "no number of a resident identity card"),
        ({"number": ""}, "required"),
        ({"name": ""}, "required"),
        ({"kind": "library card"}, "not one of the available choices"),
        ({"valid_until": "2020-01-01"}, "has expired"),
        ({"valid_until": ""}, "the last day on which the paper is valid"),
        ({"name": "6222021234567890128"}, "bank card number"),
        ({"address": "卡 6222 0212 3456 7890 128"}, "bank card number"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(
    desk: Desk, wrong: dict[str, str], told: str
) -> None:
    trade_in = desk.receive()
    answer = desk.shop.client().post(address(trade_in), typed(**wrong))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Identity.objects.exists()


def test_no_key_keeps_a_hash_of_the_number_and_every_look_counts(desk: Desk) -> None:
    """The digest of a keyed request covers its fields, and 18 digits are soon guessed."""
    trade_in = taken(desk)
    client = desk.shop.client(desk.shop.wang)
    told = {"why": "audit", keys.FIELD: keys.fresh()}
    for _again in range(2):
        assert ID in client.post(address(trade_in, "reveal/"), told).content.decode()
    assert IdentityReveal.objects.count() == 2
    assert not RequestKey.objects.exists()


def test_a_picture_is_kept_only_where_it_is_asked_for(desk: Desk) -> None:
    trade_in = taken(desk, photo=photo())
    assert Identity.objects.get().sealed_photo is None  # there is no such field
    desk.put("identity_photo", "yes")
    assert b'name="photo"' in desk.shop.client().get(address(trade_in)).content
    second = taken(desk, photo=photo())
    row = Identity.objects.latest("pk")
    assert row.sealed_photo is not None
    assert b"JFIF" not in bytes(row.sealed_photo)
    answer = desk.shop.client(desk.shop.wang).post(address(second, "reveal/"), {"why": "audit"})
    assert b"data:image/jpeg;base64," in answer.content


def test_a_manager_says_why_and_the_look_is_listed(desk: Desk) -> None:
    trade_in = taken(desk)
    client = desk.shop.client(desk.shop.wang)
    before = client.get(address(trade_in, "reveal/")).content.decode()
    assert ID not in before
    assert not IdentityReveal.objects.exists()  # to be asked why is no look
    answer = client.post(address(trade_in, "reveal/"), {"why": "letter of the police"})
    shown = answer.content.decode()
    assert ID in shown
    assert "周小梅" in shown
    assert "letter of the police" in shown
    assert answer.headers["Cache-Control"] == "no-store"
    assert IdentityReveal.objects.count() == 1
    assert ID not in client.get(address(trade_in, "reveal/")).content.decode()


def test_without_a_reason_nothing_is_shown(desk: Desk) -> None:
    trade_in = taken(desk)
    answer = desk.shop.client(desk.shop.wang).post(address(trade_in, "reveal/"), {"why": ""})
    assert answer.status_code == 422
    assert ID not in answer.content.decode()
    assert not IdentityReveal.objects.exists()


def test_a_clerk_and_another_store_do_not_look(desk: Desk) -> None:
    trade_in = taken(desk)
    for user, code in ((desk.shop.lin, 403), (desk.shop.chen, 403), (desk.shop.sun, 403)):
        client = desk.shop.client(user)
        assert client.get(address(trade_in, "reveal/")).status_code == code
        assert client.post(address(trade_in, "reveal/"), {"why": "x y"}).status_code == code
    assert desk.shop.client(desk.shop.sun, desk.shop.a2).get(address(trade_in)).status_code == 404


def test_there_is_nothing_to_see_where_nothing_was_taken(desk: Desk) -> None:
    client = desk.shop.client(desk.shop.wang)
    assert client.get(address(desk.receive(), "reveal/")).status_code == 404
