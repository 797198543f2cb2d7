"""What a card still promises, as a program reads it."""

from tests.cast import Shop, card_of
from tests.counter.test_api_sales import void
from tests.programs import EVERYTHING, register
from warranty import benefits
from warranty.models import Card


def test_it_tells_state_and_benefits_left(shop: Shop) -> None:
    card = card_of(shop.sell(shop.ring()))
    told = register(*EVERYTHING).get(f"/cards/{card.number}").json()
    assert {name: told[name] for name in ("number", "state", "store", "piece", "plan")} == {
        "number": card.number,
        "state": "valid",
        "store": "S01",
        "piece": card.piece.number,
        "plan": str(card.plan),
    }
    left = benefits.remaining(card, on=card.issued_on)
    assert left
    assert [(row["kind"], row["left"], row["expired"]) for row in told["benefits"]] == [
        (row.benefit.kind, row.left, row.expired) for row in left
    ]


def test_it_promises_nothing_on_a_card_that_is_void(shop: Shop) -> None:
    sale = shop.sell(shop.ring())
    void(shop, sale)
    told = register(*EVERYTHING).get(f"/cards/{Card.objects.get().number}").json()
    assert (told["state"], told["benefits"]) == ("void", [])


def test_it_speaks_the_language_that_is_asked_for(shop: Shop) -> None:
    number = card_of(shop.sell(shop.ring())).number
    program = register(*EVERYTHING)
    english = program.get(f"/cards/{number}").json()["benefits"][0]["title"]
    chinese = program.client.get(
        f"/api/v1/cards/{number}", headers={"accept-language": "zh-hans"}
    ).json()["benefits"][0]["title"]
    assert english.isascii()
    assert not chinese.isascii()
