"""Moving pieces: scan them, scan or tap the place, the receiver's PIN; then a sheet exists."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from counter.models import PinTry
from inventory import queries, transfers
from inventory.models import Movement, Piece, Place, Transfer
from tests import paper
from tests.cast import PINS, KeyedClient, Shop, card_of

NEW, ADD = "/transfers/new/", "/transfers/new/add/"


def scan(client: Client, *found: Piece | str) -> Any:
    """Scans each code; the answer to the last one."""
    for each in found:
        answer = client.post(ADD, {"code": each if isinstance(each, str) else each.number})
    return answer


def hand_over(client: Client, rows: list[Piece], to: str, who: str = "zhao", **typed: str) -> Any:
    """What the page sends when the sixth digit of the PIN is typed."""
    numbers = [piece.number for piece in rows]
    sent = {"n": numbers, "to": to, "receiver": who, "pin": PINS[who], **typed}
    return client.post(NEW, sent)


def lies_in(piece: Piece) -> str:
    return str(Place.objects.get(pieces=piece))


def test_it_moves_what_was_scanned(shop: Shop) -> None:
    ring, necklace, client = shop.ring(), shop.piece(), shop.client()
    assert scan(client, ring, necklace, "b-02").status_code == 303
    page = client.get(NEW).text
    assert "2 pieces" in page
    assert "Fine gold 8.72 g · 18K gold 1.96 g" in page
    assert "To B-02" in page
    answer = hand_over(client, [ring, necklace], "B-02")
    made = Transfer.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/transfers/{made.number}/")
    assert (made.sender, made.receiver, made.lent) == (shop.lin, shop.zhao, False)
    assert {lies_in(ring), lies_in(necklace)} == {"B-02"}
    assert "Scan the first piece." in client.get(NEW).text


def test_it_expects_the_holder_of_the_shift_to_take_over(shop: Shop) -> None:
    client = shop.client(shop.zhao, counter=shop.b)
    page = scan(client, shop.piece(place=shop.tray("B-01")), "A-03") and client.get(NEW).text
    (chosen,) = [line for line in page.split("<input") if "checked" in line]
    assert 'value="lin"' in chosen


def test_it_takes_a_place_from_a_tap_and_shows_the_trays_of_a_counter(shop: Shop) -> None:
    client = shop.client()
    page = client.get(f"{NEW}?counter=B").text
    assert 'value="B-15"' in page
    assert 'value="A-15"' not in page
    assert 'value="SAFE"' in page
    scan(client, shop.piece(), "SAFE")
    assert "To 金库" in client.get(NEW).text


def test_it_reads_a_place_in_the_letters_of_a_chinese_keyboard(shop: Shop) -> None:
    client = shop.client()
    scan(client, "Ａ－０３")
    assert "To A-03" in client.get(NEW).text


def test_it_lends_and_brings_back(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    hand_over(client, [ring], "B-02", lent="on")
    lent = Transfer.objects.get()
    page = client.get(f"/transfers/{lent.number}/").text
    assert "lent, back today" in page
    # whoever takes it over holds it against its label
    assert f"/scales/check/?code={ring.number}" in page
    assert ring.number in client.get("/transfers/").text
    assert client.post(f"/transfers/{lent.number}/back/").url == NEW
    page = client.get(NEW).text
    assert ring.number in page
    assert "To A-01" in page
    ring.refresh_from_db()
    hand_over(client, [ring], "A-01", "lin")
    assert "lent, all back" in client.get(f"/transfers/{lent.number}/").text
    assert not queries.lent_now(shop.s01).exists()


def test_it_lists_what_was_lent_until_it_is_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, yesterday = shop.ring(), timezone.now() - timedelta(days=1)
    with monkeypatch.context() as clock:
        clock.setattr("django.utils.timezone.now", lambda: yesterday)
        transfers.hand_over(
            rows=[ring], to=shop.tray("B-02"), sender=shop.lin, receiver=shop.zhao, lent=True
        )
    page = shop.client().get("/transfers/").text
    assert "overdue" in page
    assert "Nothing was moved on this day." in page


def test_it_does_not_list_what_came_back_and_went_again_for_good(shop: Shop) -> None:
    ring = shop.ring()
    for place, lent in (("B-02", True), ("A-01", False), ("B-02", False)):
        to = shop.tray(place)
        transfers.hand_over(rows=[ring], to=to, sender=shop.lin, receiver=shop.zhao, lent=lent)
        ring.refresh_from_db()
    assert not queries.lent_now(shop.s01).exists()


def test_it_refuses_a_piece_that_is_in_the_list(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    answer = scan(client, ring, ring)
    assert answer.status_code == 409
    assert answer.headers["X-Refusal"] == "already_listed"
    assert "1 piece<" in client.get(NEW).text


def test_it_takes_one_piece_off_the_list(shop: Shop) -> None:
    ring, necklace, client = shop.ring(), shop.piece(), shop.client()
    scan(client, ring, necklace)
    assert client.post(f"/transfers/new/{ring.number}/remove/").url == NEW
    page = client.get(NEW).text
    assert ring.number not in page
    assert necklace.number in page
    client.post("/transfers/new/clear/")
    assert necklace.number not in client.get(NEW).text


@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [
        ("Z-99", 404, "unknown_barcode"),
        ("3000000099", 422, "wrong_check_digit"),
        ("", 422, "bad_field"),
    ],
)
def test_it_refuses_a_code(shop: Shop, code: str, status: int, refusal: str) -> None:
    answer = scan(shop.client(), code)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (status, refusal)


def test_it_refuses_a_piece_of_another_store(shop: Shop) -> None:
    strange = shop.piece(store=shop.s02)
    assert scan(shop.client(), strange).status_code == 404
    assert hand_over(shop.client(), [strange], "B-02").status_code == 404
    assert not Transfer.objects.exists()


def test_it_refuses_a_piece_that_is_sold(shop: Shop) -> None:
    sold = shop.ring()
    shop.sell(sold)
    answer = scan(shop.client(), sold)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "not_movable")


def test_it_refuses_a_piece_that_was_sold_after_it_was_scanned(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    scan(client, ring)
    shop.sell(ring)
    answer = hand_over(client, [ring], "B-02")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "not_movable")


def test_it_sends_a_scanned_card_to_its_own_page(shop: Shop) -> None:
    card = card_of(shop.sell(shop.ring()))
    answer = scan(shop.client(), card.number)
    assert (answer.status_code, answer.url) == (302, f"/scan/?code={card.number}")


def test_it_refuses_a_place_that_does_not_exist(shop: Shop) -> None:
    answer = hand_over(shop.client(), [shop.ring()], "Z-99")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "place_unknown")


def test_it_refuses_the_place_where_a_piece_lies(shop: Shop) -> None:
    answer = hand_over(shop.client(), [shop.ring()], "A-01")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "already_there")


def test_it_refuses_an_empty_list(shop: Shop) -> None:
    answer = hand_over(shop.client(), [], "B-02")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "nothing_to_move")


@pytest.mark.parametrize("who", ["sun", "head", "nobody"])
def test_it_refuses_a_receiver_of_another_store(shop: Shop, who: str) -> None:
    answer = hand_over(shop.client(), [shop.ring()], "B-02", "zhao", receiver=who)
    assert answer.status_code == 422
    assert "Choose who takes over." in answer.text
    assert not PinTry.objects.exists()


def test_it_keeps_the_list_and_the_try_after_a_wrong_pin(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    scan(client, ring, "B-02")
    answer = hand_over(client, [ring], "B-02", pin="000001")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, "pin_wrong")
    assert PinTry.objects.filter(user=shop.zhao, right=False).count() == 1
    assert lies_in(ring) == "A-01"
    page = client.get(NEW).text
    assert ring.number in page
    assert "To B-02" in page


def test_it_moves_once_when_it_is_sent_twice(shop: Shop) -> None:
    ring, client = shop.ring(), shop.client()
    scan(client, ring)
    first, second = (hand_over(client, [ring], "B-02") for _each in range(2))
    assert first.status_code == 302
    assert (second.status_code, second.headers["X-Refusal"]) == (409, "already_there")
    assert Movement.objects.filter(piece=ring, transfer__isnull=False).count() == 1


def test_it_refuses_a_role_that_moves_nothing(shop: Shop) -> None:
    ring = shop.ring()
    for client in (shop.client(shop.qian), shop.client(shop.head)):
        assert client.get(NEW).status_code == 403
        assert scan(client, ring).status_code == 403
        assert hand_over(client, [ring], "B-02").status_code == 403


def test_it_shows_and_prints_the_sheet(shop: Shop) -> None:
    ring, necklace, client = shop.ring(), shop.piece(place=shop.tray("A-03")), shop.client()
    hand_over(client, [ring, necklace], "B-02")
    number = Transfer.objects.get().number
    page = client.get(f"/transfers/{number}/").text
    facts = ["A-01, A-03", "B-02", "林", "赵", "2 pieces", "Fine gold 8.72 g · 18K gold 1.96 g"]
    assert [fact for fact in facts if fact not in page] == []
    pdf = client.get(f"/transfers/{number}/sheet.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    text = paper.text_of(pdf.content)
    facts = [number, ring.number, necklace.number, "A-01 · A-03", "B-02", "8.72", "1.96"]
    assert [fact for fact in facts if fact not in text] == []


def test_it_knows_nothing_of_another_stores_transfer(shop: Shop) -> None:
    hand_over(shop.client(), [shop.ring()], "B-02")
    number = Transfer.objects.get().number
    stranger = shop.client(shop.sun, counter=shop.a2)
    for path in (f"/transfers/{number}/", f"/transfers/{number}/sheet.pdf"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/transfers/{number}/back/").status_code == 404
    assert number not in stranger.get("/transfers/").text


def test_it_answers_a_scan_with_the_changed_part_and_a_tone(shop: Shop) -> None:
    ring = shop.ring()
    headers = {"HX-Request": "true", "HX-Target": "moving"}
    client: KeyedClient = shop.client()
    answer = client.post(ADD, {"code": ring.number}, headers=headers)
    part = client.get(answer.url, headers=headers)
    assert "<html" not in part.text
    assert 'id="moving-to"' in part.text
    assert ring.number in part.headers["HX-Trigger"]
    sent = {"n": [ring.number], "to": "B-02", "receiver": "zhao", "pin": PINS["zhao"]}
    done = client.post(NEW, sent, headers=headers)
    assert done.headers["HX-Redirect"] == f"/transfers/{Transfer.objects.get().number}/"


@pytest.mark.parametrize("words", ["day=yesterday", "day=9999-12-31", "day=0001-01-01", "before=x"])
def test_it_refuses_a_day_that_is_none(shop: Shop, words: str) -> None:
    assert shop.client().get(f"/transfers/?{words}").status_code == 422


def test_it_lists_the_transfers_of_a_day(shop: Shop, django_assert_num_queries: Any) -> None:
    client, rows = shop.client(), [shop.ring() for _each in range(51)]
    hand_over(client, rows[:1], "B-02")
    with django_assert_num_queries(11) as one:
        client.get("/transfers/")
    for ring in rows[1:]:
        transfers.hand_over(rows=[ring], to=shop.tray("B-02"), sender=shop.lin, receiver=shop.zhao)
    with django_assert_num_queries(len(one.captured_queries)):
        page = client.get("/transfers/").text
    numbers = [
        number for number in Transfer.objects.values_list("number", flat=True) if number in page
    ]
    assert len(numbers) == 50
    oldest = Transfer.objects.earliest("pk")
    assert oldest.number not in page
    assert oldest.number in client.get(f"/transfers/?before={oldest.pk + 1}").text
    assert oldest.number not in client.get("/transfers/?day=2024-02-29").text
