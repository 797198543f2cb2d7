"""An offer in words: the same lines on the screen and on the voucher."""

from typing import Any

import pytest
from django.utils import translation

from appraisal import offer_words
from appraisal.facts import Missing, Step
from appraisal.models import OfferLine, TradeKind

FIGURES = {"mg": 9_200, "per_gram": 110_000, "base": "exchange", "bp": 800, "money": 12_345}


def say(step: str, *, kind: str = TradeKind.SWAP, step_mg: int = 10, **row: Any) -> Any:
    line = OfferLine(step=step, words=FIGURES, **row)
    return offer_words.say(line, kind=kind, step_mg=step_mg)


@pytest.mark.parametrize("step", Step)
def test_every_step_has_a_sentence(step: Step) -> None:
    with translation.override("en"):
        words = say(step).words
    assert words
    assert "%(" not in words


def test_a_figure_stands_in_its_sentence() -> None:
    with translation.override("en"):
        assert say(Step.VALUE).words == "9.20 g × exchange price ¥1,100.00"
        assert say(Step.LOSS).words == "Loss 8 %, taken off the weight first"
        assert "¥123.45" in say(Step.TO_MONEY).words


def test_a_line_shows_grams_or_an_amount() -> None:
    grams, money = say(Step.LOSS, mg=-800), say(Step.FEE, cents=-28_000)
    assert (grams.grams, grams.amount) == ("−0.80", "")
    assert (money.grams, money.amount) == ("", "−¥280.00")


def test_it_shows_as_many_decimals_as_the_scale() -> None:
    assert say(Step.GROSS, mg=10_001, step_mg=1).grams == "10.001"
    assert say(Step.GROSS, mg=10_000, step_mg=10).grams == "10.00"


def test_what_is_bought_is_paid_out_and_what_is_exchanged_is_a_credit() -> None:
    with translation.override("en"):
        assert say(Step.CREDIT, cents=1).words == "Credit"
        assert say(Step.CREDIT, kind=TradeKind.BUY_BACK, cents=1).words == "Paid out"


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        (Missing(code="X", mg=2_041), "2.05 g are missing"),
        (Missing(code="X", cents=123_456), "¥1,234.56 are missing"),
        (Missing(code="X"), "the rule pays for other goods"),
    ],
)
def test_what_is_missing_is_never_told_too_small(lacks: Missing, told: str) -> None:
    with translation.override("en"):
        assert offer_words.lacking([lacks]) == [told]
