"""Cards go to paper: counted by a POST, made by a GET, one or a whole sale."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from inventory.ground import access
from inventory.models import Stone
from tests import paper
from tests.cast import Shop
from warranty import cards, papers, queries
from warranty.models import Card, CardPrint, CardState


@pytest.fixture
def card(shop: Shop, settings: Any) -> Card:
    settings.PUBLIC_URL = "https://shop.example"
    shop.sell(shop.ring())
    return Card.objects.select_related("piece").get()


def pdf(shop: Shop, path: str, **query: Any) -> bytes:
    response = shop.client().get(path, query_params=query)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return bytes(response.content)


def codes_on(content: bytes) -> set[tuple[str, str]]:
    return set().union(*(paper.codes_on(page) for page in paper.raster(content)))


def both_codes(card: Card) -> set[tuple[str, str]]:
    return {("QRCode", f"HTTPS://SHOP.EXAMPLE/W/{card.number}"), ("Code128", card.number)}


@pytest.mark.parametrize(
    ("size", "pages"),
    [("card", [(85.6, 54.0)] * 2), ("a5", [(148.0, 210.0)]), ("", [(85.6, 54.0)] * 2)],
)
def test_it_prints_the_card_in_the_size_that_is_asked_for(
    shop: Shop, card: Card, size: str, pages: list[tuple[float, float]]
) -> None:
    content = pdf(shop, f"/cards/{card.number}/card.pdf", size=size)
    assert paper.page_sizes_mm(content) == pages
    assert codes_on(content) == both_codes(card)


def test_it_carries_the_facts_of_the_piece_and_the_dates_of_the_promises(
    shop: Shop, card: Card
) -> None:
    lines = paper.text_of(pdf(shop, f"/cards/{card.number}/card.pdf", size="a5"))
    text = " ".join(lines.split())
    care = card.entries.get(benefit__kind="care").valid_until
    facts = ["18K金钻石戒指", "18K gold 750‰", "1.96 g", "0.30 ct · D · VS2 · EX", "GB 11887"]
    facts += [f"NGTC 7{card.piece.number}", "国贸店", "010-6505-0000", f"{card.issued_on}"]
    facts += ["Free clean, repair, polish", f"until {care}, afterwards at cost"]
    assert [fact for fact in facts if fact not in text] == []


def test_it_tells_the_promises_as_they_were_granted(shop: Shop, card: Card) -> None:
    (row,) = queries.cards_to_print(shop.lin, numbers=[card.number])
    with translation.override("zh-hans"):
        told = dict(papers.paper_of(row).benefits)
    assert list(told)[:2] == ["免费清洗、维修、抛光", "免费改手寸"]
    assert told["免费改手寸"] == "一次，最多改两号"


def test_it_names_main_stones_only(shop: Shop, card: Card) -> None:
    Stone.objects.create(piece=card.piece, main=False, kind="diamond", count=12, weight_mct=77)
    (row,) = queries.cards_to_print(shop.lin, numbers=[card.number])
    assert papers.paper_of(row).stone_line == "0.30 ct · D · VS2 · EX"


def test_it_counts_a_print_and_then_shows_the_paper(shop: Shop, card: Card) -> None:
    client = shop.client()
    answer = client.post("/cards/print/", {"n": card.number, "size": "a5"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/cards/print.pdf?n={card.number}&size=a5"
    assert client.get(answer["Location"]).status_code == 200
    row = CardPrint.objects.get()
    assert (row.card, row.by) == (card, shop.lin)


def test_it_counts_a_double_touch_once_and_a_reprint_twice(shop: Shop, card: Card) -> None:
    client = shop.client()
    for key in ("k1", "k1", "k2"):
        client.post("/cards/print/", {"n": card.number, "_key": key})
    body = client.get(f"/cards/{card.number}/").content.decode()
    assert CardPrint.objects.count() == 2
    assert "printed 2 times" in body and "Print the card again" in body


def test_it_prints_both_sizes_from_one_page(shop: Shop, card: Card) -> None:
    client = shop.client()
    page = client.get(f"/cards/{card.number}/").content.decode()
    keys = re.findall(r'name="_key" value="([^"]+)"', page)
    assert len(keys) == len(set(keys))  # a key for each form; those that print come last
    for key, size in zip(keys[-2:], ("a5", "card"), strict=True):
        asked = {"n": card.number, "size": size, "_key": key}
        assert client.post("/cards/print/", asked).status_code == 302
    assert CardPrint.objects.count() == 2


def test_it_counts_nothing_when_the_paper_is_only_looked_at(shop: Shop, card: Card) -> None:
    pdf(shop, f"/cards/{card.number}/card.pdf")
    assert not CardPrint.objects.exists()


def test_it_prints_all_paper_cards_of_a_sale(shop: Shop, settings: Any) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    sale = shop.sell(shop.ring(), shop.piece(), shop.charm())
    answer = shop.client().post("/cards/print/", {"sale": sale.number})
    content = pdf(shop, answer["Location"])
    printed = Card.objects.filter(plan__hand_out="printed")
    assert answer["Location"] == f"/cards/print.pdf?sale={sale.number}"
    assert CardPrint.objects.count() == 2  # the silver charm has its number on the receipt
    assert codes_on(content) == set().union(*(both_codes(card) for card in printed))


def test_it_prints_several_numbers_in_one_document(shop: Shop) -> None:
    shop.sell(shop.ring(), shop.piece())
    numbers = list(Card.objects.values_list("number", flat=True))
    content = pdf(shop, "/cards/print.pdf", n=numbers)
    assert len(paper.page_sizes_mm(content)) == 4


def test_it_asks_the_database_equally_often_for_one_card_and_for_many(shop: Shop) -> None:
    shop.sell(shop.ring(), shop.piece(), shop.ring(), shop.ring())
    numbers = list(Card.objects.values_list("number", flat=True))
    asked = []
    access.store_ids(shop.lin)  # kept for the whole request
    for wanted in (numbers[:1], numbers):
        with CaptureQueriesContext(connection) as captured:
            for row in queries.cards_to_print(shop.lin, numbers=wanted):
                papers.paper_of(row)
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 6


def test_it_refuses_more_than_two_hundred_cards(shop: Shop, card: Card) -> None:
    with pytest.raises(cards.TooManyCards):
        cards.note_print(cards=[card] * 201, by=shop.lin)
    cards.note_print(cards=[card] * 200, by=shop.lin)
    assert CardPrint.objects.count() == 200


@pytest.mark.parametrize("state", [CardState.VOID, CardState.LOST, CardState.REPLACED])
def test_it_prints_no_card_that_is_no_longer_valid(
    shop: Shop, card: Card, state: CardState
) -> None:
    Card.objects.filter(pk=card.pk).update(state=state)
    client = shop.client()
    for answer in (
        client.post("/cards/print/", {"n": card.number}),
        client.get(f"/cards/{card.number}/card.pdf"),
    ):
        assert (answer.status_code, answer["X-Refusal"]) == (409, "card_not_valid")
    assert not CardPrint.objects.exists()
    assert "/cards/print/" not in client.get(f"/cards/{card.number}/").content.decode()


def test_it_refuses_a_size_that_does_not_exist(shop: Shop, card: Card) -> None:
    answer = shop.client().get(f"/cards/{card.number}/card.pdf?size=a4")
    assert (answer.status_code, answer["X-Refusal"]) == (422, "bad_field")


def test_it_prints_no_card_of_another_store(shop: Shop, card: Card) -> None:
    client = shop.client(shop.sun, counter=shop.a2)
    assert client.post("/cards/print/", {"n": card.number}).status_code == 404
    assert client.get(f"/cards/print.pdf?n={card.number}").status_code == 404
    assert client.get(f"/cards/{card.number}/card.pdf").status_code == 404
    assert not CardPrint.objects.exists()


@pytest.mark.parametrize("asked", ["", "?n=12345678901234567888", "?sale=S01-S260101-0001"])
def test_it_has_no_document_without_cards(shop: Shop, card: Card, asked: str) -> None:
    assert shop.client().get(f"/cards/print.pdf{asked}").status_code == 404


def test_it_prints_for_those_alone_whose_role_includes_it(shop: Shop, card: Card) -> None:
    client = shop.client(shop.head)
    assert client.get(f"/cards/{card.number}/").status_code == 200
    assert client.get(f"/cards/{card.number}/card.pdf").status_code == 403
    assert "/cards/print/" not in client.get(f"/cards/{card.number}/").content.decode()
