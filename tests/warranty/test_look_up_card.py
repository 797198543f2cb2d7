"""The public page of a card: facts to whoever holds a valid number, and nothing about people."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import SafeString

from counter import acknowledgements, bills, customers, sales
from inventory.ground import codes, settings_rows
from inventory.models import Certificate, Piece, Stone, Store
from tests.cast import Shop
from warranty import benefits, cards, public_cards, scans
from warranty.models import Card, CardScan, CardState
from warranty.views import kept_drawings

FACTS = (
    "18K金钻石戒指",
    "1.96 g",
    "0.30 ct",
    "NGTC",
    "750‰",
    "国贸店",
    "010-6505-0000",
    "any time",
)
WITHDRAWN = [CardState.LOST, CardState.REPLACED, CardState.VOID, CardState.CLOSED]
FIRST_OF_ALL = "warranty.middleware.answer_card"
UNKNOWN = codes.card_number("000000000000000000")


def sold(shop: Shop, piece: Piece) -> Card:
    shop.sell(piece)
    return Card.objects.get(piece=piece)


@pytest.fixture
def card(shop: Shop) -> Card:
    return sold(shop, shop.ring())


def page(path: str, language: str = "en", **headers: str) -> Any:
    return Client().get(path, headers={"accept-language": language, **headers})


def text(path: str, language: str = "en") -> str:
    return str(page(path, language).content.decode())


def frame(body: str) -> tuple[str, str]:
    """What stands before and after the answer itself."""
    return body.partition("<main>")[0], body.partition('<div class="pair">')[2]


def test_it_shows_the_facts_of_a_valid_card(card: Card) -> None:
    response = page(f"/w/{card.number}")
    body = response.content.decode()
    assert response.status_code == 200
    assert [fact for fact in FACTS if fact not in body] == []
    assert codes.group_card(card.number) in body
    assert "Free clean, repair, polish" in body
    assert f"by {benefits.months_later(card.issued_on, 6)}" in body


def test_it_shows_the_month_of_the_purchase_but_not_the_day(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(issued_on="2026-06-02")
    body = text(f"/w/{card.number}")
    assert "Bought in June 2026, 国贸店" in body
    assert "2026-06-02" not in body


@pytest.mark.parametrize("state", WITHDRAWN)
def test_it_says_no_more_than_no_longer_valid(card: Card, state: CardState) -> None:
    Card.objects.filter(pk=card.pk).update(state=state)
    response = page(f"/w/{card.number}")
    body = response.content.decode()
    assert response.status_code == 200
    assert "This card is no longer valid, please ask the shop." in body
    assert [fact for fact in FACTS if fact in body] == []


def test_it_says_that_there_is_no_card_with_an_unknown_number(card: Card) -> None:
    response = page(f"/w/{UNKNOWN}")
    assert response.status_code == 200
    assert "There is no card with this number." in response.content.decode()
    assert "any time" not in response.content.decode()


def test_it_is_one_page_for_every_state(shop: Shop, card: Card) -> None:
    void = sold(shop, shop.piece())
    Card.objects.filter(pk=void.pk).update(state=CardState.VOID)
    frames = {frame(text(f"/w/{number}")) for number in (card.number, void.number, UNKNOWN)}
    assert len(frames) == 1


def test_it_asks_the_database_the_same_for_a_hit_and_a_miss(shop: Shop, card: Card) -> None:
    void = sold(shop, shop.piece())
    Card.objects.filter(pk=void.pk).update(state=CardState.VOID)
    page(f"/w/{card.number}")
    asked = {}
    for number in (card.number, void.number, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            page(f"/w/{number}")
        asked[number] = len(queries)
    assert set(asked.values()) == {1}


@pytest.mark.parametrize("state", [CardState.VALID, CardState.VOID, None])
def test_it_answers_before_the_sessions_as_it_would_behind_them(
    card: Card, settings: Any, state: CardState | None
) -> None:
    number = card.number if state else UNKNOWN
    Card.objects.update(state=state or CardState.VALID)
    before = page(f"/w/{number}", "zh-hans")
    scans._counted.clear()
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != FIRST_OF_ALL]
    behind = page(f"/w/{number}", "zh-hans")
    assert not before.wsgi_request.__dict__.get("session") and behind.wsgi_request.session
    assert before.content == behind.content
    assert dict(before.headers) == dict(behind.headers)


def test_it_opens_at_no_host_but_ours(card: Card) -> None:
    assert page(f"/w/{card.number}", host="elsewhere.example").status_code == 400


def test_it_fills_a_kept_drawing_as_its_template_would(shop: Shop) -> None:
    ring = shop.ring(name="<b>18K金</b> & \ue001 戒指")
    Stone.objects.create(piece=ring, kind="ruby", weight_mct=420, color="red")
    known = public_cards.look_up(sold(shop, ring).number, on=timezone.localdate())
    told, left = known.facts, SafeString("<p>left</p>")
    assert told is not None
    drawn = render_to_string("warranty/_facts.html", {"card": known, "facts": told, "left": left})
    for _turn in range(2):
        assert kept_drawings.facts(known, told, left=left, language="en") == drawn
    unknown = dataclasses.replace(known, card_id=None, facts=None, phone="")
    for card in (known, unknown):
        drawn = render_to_string("warranty/_no_facts.html", {"card": card})
        assert kept_drawings.no_facts(card, language="en") == drawn


def test_it_tells_wrong_check_digits_and_keeps_the_number_in_groups() -> None:
    body = text("/w/12345678901234567889")
    assert "Digits 19 and 20 do not fit the others." in body
    assert 'value="1234 5678 9012 3456 7889"' in body


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1234567894", "This is the number of a piece."),
        ("123456789012345678", "The number of a card has 20 digits; here are 18."),
        ("１２３４５６７８９０１２３４５６７８８９", "Digits 19 and 20"),
    ],
)
def test_it_tells_what_is_wrong_with_another_number(typed: str, told: str) -> None:
    assert told in text(f"/w/{typed}")


@pytest.mark.parametrize("path", ["/w/{}", "/w/{}/", "/W/{}", "/W/{}/", "/w/{}?from=wechat"])
def test_it_opens_at_every_spelling_without_a_detour(card: Card, path: str) -> None:
    response = page(path.format(card.number))
    assert response.status_code == 200
    assert card.piece.name in response.content.decode()


def test_it_answers_head_without_a_body(card: Card) -> None:
    response = Client().head(f"/W/{card.number}")
    assert (response.status_code, response.content) == (200, b"")
    assert Client().post(f"/w/{card.number}").status_code == 405


@pytest.mark.parametrize("path", ["/w/{}", f"/w/{UNKNOWN}", "/w/", "/w/?n=1"])
def test_it_stays_out_of_caches_and_search_engines(card: Card, path: str) -> None:
    response = page(path.format(card.number))
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies


def test_it_needs_no_script_and_nothing_from_elsewhere(card: Card) -> None:
    body = text(f"/w/{card.number}")
    assert "<script" not in body and "style=" not in body
    assert "http://" not in body and "https://" not in body and "//" not in body.split("<body>")[1]


def test_it_weighs_less_than_fifty_kilobytes(card: Card) -> None:
    static = Path(settings.BASE_DIR) / "counter" / "static" / "counter"
    parts = [static / "css" / "public.css", static / "icon.svg"]
    whole = len(page(f"/w/{card.number}", "zh-CN").content)
    assert whole + sum(part.stat().st_size for part in parts) < 50_000


def test_it_names_no_person_and_no_price(shop: Shop) -> None:
    ring = shop.ring()
    bill = shop.bill(ring)
    canary = customers.find_or_make(phone="13812345678", name="金丝雀", store=shop.s01, by=shop.lin)
    bills.name_customer(sale=bill, customer=canary)
    acknowledgements.give(sale=bill, how=acknowledgements.How.TAP)
    shop.pay(bill)
    sale = sales.complete(sale=bill, shown_cents=757_200, by=shop.lin)
    number = Card.objects.get(piece=ring).number
    canaries = ["金丝雀", "13812345678", "5678", "7,572", "7572", "6,543", "654321", "林", "lin<"]
    for state in (CardState.VALID, *WITHDRAWN):
        Card.objects.filter(number=number).update(state=state)
        body = text(f"/w/{number}").replace(codes.group_card(number), "")
        assert [word for word in (*canaries, sale.number or "-") if word in body] == []


def test_it_hides_month_store_and_its_telephone_when_the_owner_wishes(
    shop: Shop, card: Card
) -> None:
    Store.objects.filter(pk=shop.hq.pk).update(phone="400-820-1688")
    cards.hide_purchase(card=card, hidden=True, by=shop.lin)
    body = text(f"/w/{card.number}")
    assert "Bought in" not in body and "国贸店" not in body and "010-6505" not in body
    assert 'href="tel:400-820-1688"' in body
    cards.hide_purchase(card=card, hidden=False, by=shop.lin)
    assert "国贸店" in text(f"/w/{card.number}")


def test_it_hides_the_purchase_where_the_store_hides_all(shop: Shop, card: Card) -> None:
    settings_rows.put(store=shop.s02, key="public_purchase", new="hide", by=shop.head)
    assert "国贸店" in text(f"/w/{card.number}")
    settings_rows.put(store=shop.s01, key="public_purchase", new="hide", by=shop.head)
    assert "国贸店" not in text(f"/w/{card.number}")
    settings_rows.put(store=shop.s01, key="public_purchase", new="show", by=shop.head)
    assert "国贸店" in text(f"/w/{card.number}")


def test_it_knows_that_the_setting_is_the_same_in_every_bundle() -> None:
    """The statement of the page reads the store's row and the default, no bundle."""
    assert settings_rows.SETTINGS["public_purchase"].bundles == {}


@pytest.mark.parametrize(("mct", "shown"), [(588, "0.58 ct"), (589, "0.59 ct"), (1009, "1.01 ct")])
def test_it_rounds_carats_up_at_nine_only(shop: Shop, mct: int, shown: str) -> None:
    ring = shop.ring()
    Stone.objects.filter(piece=ring).update(weight_mct=mct)
    assert shown in text(f"/w/{sold(shop, ring).number}")


def test_it_shows_each_stone_and_each_report_once(shop: Shop) -> None:
    ring = shop.ring()
    Stone.objects.create(piece=ring, kind="ruby", weight_mct=420, color="red")
    Stone.objects.create(piece=ring, main=False, kind="diamond", count=12, weight_mct=77)
    Certificate.objects.create(piece=ring, lab="GIA", number="2141438167")
    body = text(f"/w/{sold(shop, ring).number}")
    assert (body.count("Main stone"), body.count("Certificate<")) == (2, 2)
    assert "0.42 ct · red" in body and "GIA 2141438167" in body and "0.07" not in body


def test_it_counts_who_looked_and_since_when(card: Card) -> None:
    today = timezone.localdate()
    assert "looked up once" in text(f"/w/{card.number}")
    CardScan.objects.create(card=card, day="2026-06-03", count=40)
    scans.flush()
    body = text(f"/w/{card.number}")
    assert "looked up 42 times" in body and "first on 2026-06-03" in body
    assert CardScan.objects.get(card=card, day=today).count == 1


def test_it_counts_look_ups_of_a_lost_card_too(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state=CardState.LOST)
    page(f"/w/{card.number}")
    scans.flush()
    assert CardScan.objects.get(card=card).count == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_speaks_the_language_that_is_asked_for(card: Card, language: str) -> None:
    other = {"en": "zh-CN", "zh-hans": "en"}[language]
    response = page(f"/w/{card.number}?lang={language}", language=other)
    body = response.content.decode()
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in body
    assert ("Re-weighing, appraisal" in body) is (language == "en")
    assert ("复称与评估" in body) is (language == "zh-hans")


def test_it_follows_the_browser_where_no_language_is_asked_for(card: Card) -> None:
    assert "复称与评估" in text(f"/w/{card.number}?lang=xx", language="zh-CN")


def test_it_shows_a_name_with_tags_as_it_is(shop: Shop) -> None:
    card = sold(shop, shop.piece(name="足金<script>alert(1)</script>"))
    body = text(f"/w/{card.number}")
    assert "<script>" not in body and "&lt;script&gt;" in body


def test_it_takes_typed_digits_to_the_card(card: Card) -> None:
    response = page(f"/w/?n={codes.group_card(card.number)}&lang=en")
    assert response.status_code == 302
    assert response["Location"] == f"/w/{card.number}?lang=en"


@pytest.mark.parametrize("path", ["/w/", "/W/", "/w", "/W"])
def test_it_asks_for_the_number_at_every_spelling(path: str) -> None:
    body = text(path)
    assert 'name="n"' in body and 'name="photo"' in body


def test_it_keeps_what_was_typed_wrongly(card: Card) -> None:
    body = text("/w/?n=1234567890")
    assert 'value="1234 5678 90"' in body and 'aria-invalid="true"' in body


def test_it_asks_nothing_of_the_database_for_a_mistyped_number() -> None:
    # without the database fixture every question to the database is an error
    assert page("/w/?n=12345678901234567889").status_code == 200
    assert page("/w/12345678901234567889").status_code == 200
