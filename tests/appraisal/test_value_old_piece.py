"""Golden numbers of published rules (trade.md 5.5), and what must hold for any rule."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal import rules, valuation
from appraisal.facts import NewLine, OldFacts, PieceValue, Step, Terms
from appraisal.valuation import CannotValue
from tests.appraisal import published

FEE_ON_FINAL = {"fee_on": "final"}
LOSS_AFTER_FEE = {"loss_on": "value", "steps": ["value", "fee", "labour", "loss"]}


def terms(code: str, **other: Any) -> Terms:
    return rules.terms_of(published.row(code, **other))


def gold(grams: int, **board: int) -> OldFacts:
    """Fine gold of so many hundredths of a gram, with yuan per gram by price kind."""
    cents = {kind: yuan * 100 for kind, yuan in board.items()}
    return OldFacts(metal="Au", fineness=9990, gross_mg=grams * 10, board=cents)


def once_paid(yuan: int) -> OldFacts:
    return OldFacts(metal="Au", fineness=7500, gross_mg=5_000, old_price_cents=yuan * 100)


def new(grams: int = 100_00, yuan: int = 1_000_000, *kinds: str) -> NewLine:
    """A new piece of so many hundredths of a gram for so many yuan."""
    kinds = kinds or ("weight", "fine_gold")
    return NewLine(
        kinds=kinds, net_mg=grams * 10, total_cents=yuan * 100, is_fixed="fixed" in kinds
    )


PLENTY = (new(),)


def worth(facts: OldFacts, of: Terms, basket: tuple[NewLine, ...] = PLENTY) -> PieceValue:
    (piece,) = valuation.value(pieces=[(facts, of)], basket=basket).pieces
    return piece


@pytest.mark.parametrize(
    ("name", "of", "facts", "cents"),
    [
        ("G1", terms("T03-999"), gold(20_00, buyback=685), 13_503_60),
        ("G2", terms("T03-990"), gold(20_00, buyback=685), 13_367_20),
        ("G4", terms("T04"), gold(10_00, sell=728), 6_980_00),
        ("G6", terms("T10"), gold(10_00, exchange=648), 6_480_00),
        ("G6 peer", terms("T11-peer"), gold(10_00, exchange=648), 6_350_40),
        ("G6 other", terms("T11-other"), gold(10_00, exchange=648), 6_220_80),
        ("G7", terms("T09"), gold(10_00, sell=736), 7_360_00),
        ("G8", terms("T01"), gold(10_00, sell=696), 6_780_00),
        ("G9", terms("T02"), gold(10_00, sell=696), 6_123_20),
        ("G10", terms("T02", **FEE_ON_FINAL), gold(10_00, sell=696), 6_145_60),
        ("G11", terms("T02", **LOSS_AFTER_FEE), gold(10_00, sell=696), 6_145_60),
        ("G18", Terms(code="plain", price_base="sell"), gold(13_36, sell=825), 11_022_00),
    ],
)
def test_it_reckons_the_golden_numbers(name: str, of: Terms, facts: OldFacts, cents: int) -> None:
    # G4 is the price with the fee: a new piece that does not reach 1.2 times
    basket = (new(12_00),) if name == "G4" else PLENTY
    assert worth(facts, of, basket).pays_cents == cents


def test_it_charges_the_fee_and_the_added_grams() -> None:
    """G3: 20 g against 26 g at 407: fee 600 and 6 g more are 3,042 to pay, labour extra."""
    bought = new(26_00, 26 * 407)
    paid = worth(gold(20_00, sell=407), terms("T07"), (bought,)).pays_cents
    assert bought.total_cents - paid == 3_042_00


@pytest.mark.parametrize(("grams", "charged"), [(24_00, True), (24_01, False)])
def test_it_spares_the_fee_only_above_the_ratio(grams: int, charged: bool) -> None:
    """G5: strictly more than 1.2 times."""
    lines = worth(gold(20_00, sell=728), terms("T04"), (new(grams),)).lines
    steps = {line.step for line in lines}
    assert (Step.FEE in steps, Step.NO_FEE in steps) == (charged, not charged)


@pytest.mark.parametrize(
    ("name", "of", "facts", "enough", "short"),
    [
        ("G7", terms("T09"), gold(10_00, sell=736), new(20_00, 9_568), new(20_00, 9_567)),
        ("G13", terms("T07"), gold(20_00, sell=407), new(25_00), new(24_99)),
        ("G14", terms("T14"), gold(10_00, exchange=648), new(12_00), new(11_99)),
        (
            "G16",
            terms("T23"),
            once_paid(5_000),
            new(3_00, 6_500, "fixed", "diamond"),
            replace(new(3_00, 6_500, "fixed", "diamond"), total_cents=6_499_99),
        ),
    ],
)
def test_it_tells_what_the_new_goods_lack(
    name: str, of: Terms, facts: OldFacts, enough: NewLine, short: NewLine
) -> None:
    assert valuation.value(pieces=[(facts, of)], basket=[enough]).missing == ()
    (lacks,) = valuation.value(pieces=[(facts, of)], basket=[short]).missing
    assert lacks.code == of.code
    assert lacks.mg == max(enough.net_mg - short.net_mg, 0)
    assert lacks.cents == max(enough.total_cents - short.total_cents, 0)


def test_it_counts_the_grams_that_are_left_after_the_loss() -> None:
    """G14: 10 g count as 9.70 g."""
    lines = worth(gold(10_00, exchange=648), terms("T14")).lines
    assert [line.mg for line in lines if line.step == Step.FINAL] == [9_700]


def test_it_caps_what_the_old_piece_pays() -> None:
    """G12: at most three quarters of the new piece."""
    piece = worth(gold(50_00, exchange=648), terms("T08"), (new(20_00, 10_000),))
    assert piece.pays_cents == 7_500_00


@pytest.mark.parametrize(("code", "yuan"), [("T20-10", 2_700), ("T20-15", 2_550)])
def test_it_takes_a_part_off_the_price_once_paid(code: str, yuan: int) -> None:
    """G15."""
    basket = (new(3_00, 9_000, "weight", "k_gold"),)
    assert worth(once_paid(3_000), terms(code), basket).pays_cents == yuan * 100


@pytest.mark.parametrize(("cents", "fee"), [(9_000_00, False), (8_999_99, True)])
def test_it_charges_who_adds_too_little(cents: int, fee: bool) -> None:
    """G17: new for old plus 1,000, else a fee."""
    ring = replace(new(3_00, 9_000, "fixed", "diamond"), total_cents=cents)
    piece = worth(once_paid(8_000), terms("T21"), (ring,))
    assert piece.pays_cents == (7_800_00 if fee else 8_000_00)


def test_it_sums_the_new_pieces_for_the_ratio() -> None:
    """trade.md 5.4: 14.00 + 10.50 g lack 0.50 g; 15.00 + 10.50 g do; 15.00 g alone lack again."""
    old = [(gold(20_00, sell=407), terms("T07"))]
    small, large, ring = new(14_00), new(15_00), new(10_50)
    (lacks,) = valuation.value(pieces=old, basket=[small, ring]).missing
    assert lacks.mg == 500
    assert valuation.value(pieces=old, basket=[large, ring]).missing == ()
    (again,) = valuation.value(pieces=old, basket=[large]).missing
    assert again.mg == 10_000


def test_it_sums_the_old_pieces_of_one_rule_for_the_ratio() -> None:
    """Two rings cannot be covered by the same new grams."""
    old = [(gold(10_00, sell=407), terms("T07"))] * 2
    (lacks,) = valuation.value(pieces=old, basket=[new(12_50)]).missing
    assert lacks.mg == 12_500


def test_it_pays_only_for_the_goods_that_the_rule_names() -> None:
    old = [(once_paid(3_000), terms("T20-10"))]
    (lacks,) = valuation.value(pieces=old, basket=[new()]).missing
    assert lacks.code == "T20-10"
    assert worth(once_paid(3_000), terms("T20-10")).pays_cents == 0


def test_it_counts_a_fixed_price_piece_only_where_the_rule_says_so() -> None:
    old = [(gold(10_00, sell=407), terms("T07"))]
    fixed = new(20_00, 90_000, "fixed", "fine_gold")
    assert valuation.value(pieces=old, basket=[fixed]).missing
    counting = [(gold(10_00, sell=407), terms("T07", counts_fixed_price=True))]
    assert not valuation.value(pieces=counting, basket=[fixed]).missing


def test_it_pays_a_surplus_in_money_at_the_price_of_the_rule() -> None:
    """T17: 8 % off at 675; 210 yuan too many are 210 × 500 ÷ 675 in money."""
    piece = worth(gold(10_00, exchange=675, buyback=500), terms("T17"), (new(5_00, 6_000),))
    assert (piece.pays_cents, piece.money_cents) == (6_000_00, 155_56)


def test_it_keeps_a_surplus_as_store_credit() -> None:
    piece = worth(gold(10_00, sell=696), terms("T01"), (new(5_00, 6_000),))
    assert (piece.pays_cents, piece.credit_cents, piece.money_cents) == (6_000_00, 780_00, 0)


def test_it_lets_a_surplus_lapse_where_the_rule_gives_nothing() -> None:
    piece = worth(gold(10_00, exchange=648), terms("T10"), (new(20_00, 6_000),))
    assert (piece.pays_cents, piece.credit_cents, piece.money_cents) == (6_000_00, 0, 0)
    assert piece.lines[-2].step == Step.LAPSED


def test_it_saves_the_labour_of_the_old_grams() -> None:
    """T18: labour for the added grams only."""
    ring = replace(new(15_00, 90_000), labour_cents=450_00)
    lines = worth(gold(10_00, exchange=648), terms("T18"), (ring,)).lines
    assert [line.cents for line in lines if line.step == Step.LABOUR_SAVED] == [300_00]


def test_it_takes_another_rule_below_the_ratio() -> None:
    other = terms("T11-other")
    of = replace(terms("T12"), below_ratio="other_rule", below=other)
    facts = gold(10_00, sell=700, exchange=648)
    assert worth(facts, of, (new(12_00),)).terms.code == "T12"
    assert worth(facts, of, (new(11_00),)).terms.code == "T11-other"


def test_it_takes_stones_and_dirt_off_before_anything_else() -> None:
    facts = replace(gold(10_00, exchange=648), stones_mg=1_500, dirt_mg=20)
    piece = worth(facts, Terms(code="plain"))
    assert piece.pays_cents == 5_495_04  # 8.48 g × 648
    assert [line.step for line in piece.lines[:4]] == ["gross", "stones", "dirt", "net"]


def test_it_reckons_with_the_grams_after_melting() -> None:
    melted = replace(gold(10_00, exchange=648), melted_mg=9_900)
    assert worth(melted, terms("T06")).pays_cents == 9_900 * 648_00 // 1000 - 10 * 40_00
    with pytest.raises(CannotValue, match="melt"):
        worth(gold(10_00, exchange=648), terms("T06"))


def test_it_guesses_no_price() -> None:
    with pytest.raises(CannotValue, match="board"):
        worth(gold(10_00, sell=700), terms("T10"))
    with pytest.raises(CannotValue, match="price"):
        worth(gold(10_00, sell=700), terms("T24"))


def test_it_hands_the_old_discount_on() -> None:
    facts = replace(once_paid(3_000), old_discount_bp=500)
    assert worth(facts, terms("T24")).keeps_discount_bp == 500


@pytest.mark.parametrize("code", published.ROWS)
def test_it_accepts_every_published_rule_as_a_row(code: str) -> None:
    rules.check(published.row(code))
    assert terms(code).code == code


milligrams = st.integers(min_value=100, max_value=500_000)
old_pieces = st.builds(
    OldFacts,
    metal=st.just("Au"),
    fineness=st.just(9990),
    gross_mg=milligrams,
    melted_mg=milligrams,
    old_price_cents=st.integers(min_value=0, max_value=10**8),
    board=st.fixed_dictionaries(
        {kind: st.integers(1, 200_000) for kind in ("sell", "exchange", "buyback")}
    ),
)
new_lines = st.builds(
    NewLine,
    kinds=st.sampled_from(
        [("weight", "fine_gold"), ("fixed", "diamond"), ("weight", "k_gold"), ("fixed", "k_gold")]
    ),
    net_mg=milligrams,
    total_cents=st.integers(min_value=0, max_value=10**8),
    is_fixed=st.booleans(),
)
baskets = st.lists(new_lines, max_size=4)
published_terms = st.sampled_from([terms(code) for code in published.ROWS])


@given(st.lists(st.tuples(old_pieces, published_terms), min_size=1, max_size=5), baskets)
def test_the_lines_add_up_to_what_is_paid(
    old: list[tuple[OldFacts, Terms]], basket: list[NewLine]
) -> None:
    for piece in valuation.value(pieces=old, basket=basket).pieces:
        *steps, total = piece.lines
        assert total.step == Step.CREDIT
        assert total.cents == piece.pays_cents == sum(line.cents or 0 for line in steps)
        assert min(piece.pays_cents, piece.credit_cents, piece.money_cents) >= 0


@given(st.lists(st.tuples(old_pieces, published_terms), min_size=1, max_size=5), baskets)
def test_a_swap_never_pays_more_than_the_new_goods_cost(
    old: list[tuple[OldFacts, Terms]], basket: list[NewLine]
) -> None:
    paid = valuation.value(pieces=old, basket=basket).pieces
    swapped = sum(piece.pays_cents for piece in paid if piece.terms.is_swap)
    assert swapped <= sum(line.total_cents for line in basket)


@given(old_pieces, published_terms, baskets)
def test_reckoning_again_gives_the_same_cents(
    facts: OldFacts, of: Terms, basket: list[NewLine]
) -> None:
    once = valuation.value(pieces=[(facts, of)], basket=basket)
    assert valuation.value(pieces=[(facts, of)], basket=basket) == once
