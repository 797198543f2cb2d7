"""What a style cannot be is not ordered, and the refusal names the field."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from counter.models import ConsentHow, NetworkOrder, StyleOffer
from counter.showroom import engravings, offers, ring_sizes, wishes
from counter.showroom.offers import Offer
from counter.showroom.wishes import Wish
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Style
from tests.showroom import BAND, DIAMOND_RING, Showroom


def test_what_is_offered_can_be_ordered(showroom: Showroom) -> None:
    theirs = replace(DIAMOND_RING, stones_from="customer", stone_mct=None)
    sent = {"delivery": "ship", "recipient": "何女士", "address": "上海市南京西路 1 号"}
    wish = showroom.wish(BAND, DIAMOND_RING, theirs, wanted_on=showroom.day(), **sent)
    wishes.check(wish, day=showroom.day())


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"style": "B9999"}, "style_not_offered", "style"),
        ({"pieces": 0}, "nothing_ordered", "pieces"),
        ({"pieces": 21}, "too_many_pieces_ordered", "pieces"),
        ({"metal": "Ag", "grade": 9250}, "not_made_so", "metal"),
        ({"grade": 5850}, "not_made_so", "metal"),
        ({"size_spec": "9 mm"}, "not_made_so", "size_spec"),
        ({"size_spec": ""}, "not_made_so", "size_spec"),
        ({"finish": "珐琅"}, "not_made_so", "finish"),
        ({"ring_size": ""}, "bad_ring_size", "ring_size"),
        ({"ring_size": "6.75"}, "bad_ring_size", "ring_size"),
        ({"ring_size": "24.25"}, "bad_ring_size", "ring_size"),
        ({"ring_size": "12.3"}, "bad_ring_size", "ring_size"),
        ({"ring_size": "-12"}, "bad_ring_size", "ring_size"),
        ({"ring_size": "十二"}, "bad_ring_size", "ring_size"),
        ({"engraving": "ZS & LN 🙂"}, "bad_engraving", "engraving"),
        ({"mark": "G18K®"}, "bad_engraving", "mark"),
        ({"engraving": "百年好合永结同心呀"}, "engraving_too_long", "engraving"),
        ({"engraving": "A" * 17}, "engraving_too_long", "engraving"),
        ({"stones_from": "ours"}, "not_made_so", "stones_from"),
        ({"stone_mct": 300}, "not_made_so", "stone_mct"),
        ({"certificate": "NGTC"}, "not_made_so", "certificate"),
        ({"style": "B1003", "grade": 9900, "size_spec": ""}, "not_made_so", "ring_size"),
        ({"style": "B1003", "grade": 9900, "ring_size": ""}, "not_made_so", "size_spec"),
        ({"remark": "长" * 121}, "order_text_too_long", "remark"),
    ],
)
def test_a_line_that_cannot_be_made_so_is_refused(
    showroom: Showroom, facts: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(showroom.wish(BAND, replace(BAND, **facts)), day=showroom.day())
    assert (refusal.value.code, refusal.value.field) == (code, f"lines.1.{field}")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"stones_from": "none"}, "stones_from"),
        ({"stone_kind": ""}, "stone_kind"),
        ({"stone_kind": "ruby"}, "stone_kind"),
        ({"stone_mct": None}, "stone_mct"),
        ({"stone_mct": 299}, "stone_mct"),
        ({"stone_mct": 1_501}, "stone_mct"),
        ({"stone_color": "N"}, "stone_color"),
        ({"stone_clarity": "IF"}, "stone_clarity"),
        ({"stone_cut": "G"}, "stone_cut"),
        ({"certificate": "HRD"}, "certificate"),
        ({"stones_from": "customer", "stone_mct": 10}, "stone_mct"),
    ],
)
def test_a_main_stone_is_one_that_is_offered(
    showroom: Showroom, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(showroom.wish(replace(DIAMOND_RING, **facts)), day=showroom.day())
    assert (refusal.value.code, refusal.value.field) == ("not_made_so", f"lines.0.{field}")


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"delivery": "ship", "recipient": "何"}, "address_needed", "address"),
        ({"delivery": "ship", "address": "南京西路"}, "address_needed", "recipient"),
        ({"delivery": "drone"}, "not_made_so", "delivery"),
        ({"price_mode": ""}, "not_made_so", "price_mode"),
        ({"telephone": "call me"}, "bad_phone", "telephone"),
        ({"promises": "赠" * 201}, "order_text_too_long", "promises"),
    ],
)
def test_the_terms_of_an_order_are_whole(
    showroom: Showroom, terms: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(showroom.wish(**terms), day=showroom.day())
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize("days", [-1, 731])
def test_a_day_in_the_past_or_far_away_is_refused(showroom: Showroom, days: int) -> None:
    wanted = showroom.day() + timedelta(days=days)
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(showroom.wish(wanted_on=wanted), day=showroom.day())
    assert refusal.value.code == "bad_wanted_date"


@pytest.mark.parametrize(
    ("lines", "code"), [((), "nothing_ordered"), ((BAND,) * 201, "too_many_pieces_ordered")]
)
def test_an_order_has_some_lines_and_not_thousands(
    showroom: Showroom, lines: Any, code: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(Wish(lines=lines), day=showroom.day())
    assert refusal.value.code == code


def test_the_letters_that_cannot_be_engraved_are_named(showroom: Showroom) -> None:
    with pytest.raises(RuleBroken) as refusal:
        wishes.check_line(showroom.band(engraving="A🙂Ä🙂"), showroom.offers["B1001"])
    assert "🙂 Ä" in str(refusal.value)
    assert engravings.length("LIN永恒") == 7


def test_a_refused_wish_leaves_nothing_behind(showroom: Showroom) -> None:
    with pytest.raises(RuleBroken):
        showroom.placed(showroom.wish(showroom.band(ring_size="99")), how=ConsentHow.LINK)
    assert not NetworkOrder.objects.exists()


def test_a_style_that_is_shown_no_more_is_not_ordered(showroom: Showroom) -> None:
    StyleOffer.objects.update(shown=False)
    with pytest.raises(RuleBroken) as refusal:
        wishes.check(showroom.wish(), day=showroom.day())
    assert refusal.value.code == "style_not_offered"


def test_ring_sizes_go_in_quarters() -> None:
    assert [ring_sizes.read(text) for text in ("17", "17.0", "１７.２５", "17.5", "17.75")] == [
        68,
        68,
        69,
        70,
        71,
    ]
    assert ring_sizes.between(68, 72) == ["17", "17.25", "17.5", "17.75", "18"]


# --- what is offered

CHAIN = Offer(metals=[("Au", 9900, 5_000)], labour_cents=10_000)


def test_a_style_is_offered_and_changed_by_who_keeps_offers(showroom: Showroom) -> None:
    style = Style.objects.create(code="B2001", name="足金链", category="necklace")
    with pytest.raises(NotAllowed):
        offers.put(style=style, offer=CHAIN, by=showroom.shop.lin)
    offers.put(style=style, offer=CHAIN, by=showroom.gao)
    row = offers.put(style=style, offer=replace(CHAIN, days=5), by=showroom.gao)
    assert (row.days, StyleOffer.objects.filter(style=style).count()) == (5, 1)
    line = wishes.LineWish(style="B2001", pieces=1, metal="Au", grade=9900)
    wishes.check(showroom.wish(line), day=showroom.day())


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"metals": []}, "metals"),
        ({"metals": [("Fe", 9900, 1)]}, "metals"),
        ({"metals": [("Au", 9991, 1)]}, "metals"),
        ({"metals": [("Au", 9900, 0)]}, "metals"),
        ({"ring_from": 40}, "ring_to"),
        ({"ring_from": 40, "ring_to": 39}, "ring_to"),
        ({"days": 0}, "days"),
        ({"most_pieces": 1_000}, "most_pieces"),
        ({"labour_cents": -1}, "labour_cents"),
        ({"engraving_most": 41}, "engraving_most"),
        ({"sizes": [" 3 mm"]}, "sizes"),
        ({"finishes": ["长" * 21]}, "finishes"),
        ({"stone": {"kinds": ["diamond"]}}, "stone"),
        ({"stone": {"kinds": ["diamond"], "from_mct": 2, "to_mct": 1}}, "stone"),
        ({"stone": {"kinds": ["diamond"], "from_mct": 1, "to_mct": 2, "size": 1}}, "stone"),
    ],
)
def test_nothing_is_offered_that_no_style_can_be(
    showroom: Showroom, facts: dict[str, Any], field: str
) -> None:
    style = showroom.offers["B1003"].style
    with pytest.raises(RuleBroken) as refusal:
        offers.put(style=style, offer=replace(CHAIN, **facts), by=showroom.gao)
    assert (refusal.value.code, refusal.value.field) == ("bad_offer", field)
