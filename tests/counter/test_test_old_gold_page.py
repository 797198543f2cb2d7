"""The second screen of a trade-in: every piece weighed, tested and decided."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from appraisal import trade_ins
from appraisal.models import (
    AnalyserLayout,
    ContentUnit,
    Decision,
    Instrument,
    TradeIn,
    Weighing,
)
from tests.cast import KeyedClient, Shop
from tests.old_gold import Desk
from tests.trade_in_pages import (
    NAME,
    RING,
    at,
    bill_of,
    decide,
    on,
    photographed,
    received,
    send,
    text_of,
    weigh,
    weigh_and_test,
)


@pytest.fixture
def desk(standing_desk: Desk) -> Desk:
    standing_desk.put("typed_weight", "allow")
    return standing_desk


PRICES = re.compile(r"¥|1,100|1100\.00|936\.00")


def test_no_price_is_seen_before_the_three_acts_of_every_piece(
    desk: Desk, shop: Shop, tablet: KeyedClient
) -> None:
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/add/", **RING)
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/", **RING)
    trade_in = TradeIn.objects.get()
    pages = [tablet.get(at(trade_in)), send(tablet, at(trade_in, "consent/"), signature=NAME)]
    first, second = trade_ins.pieces_of(trade_in)
    for piece in (first, second):
        pages.append(weigh(tablet, piece, "10.00"))
        pages.append(send(tablet, on(piece, "test"), method="xrf", readings="999.0 999.2 999.1"))
    pages.append(decide(tablet, first))
    for page in pages:
        assert PRICES.findall(text_of(page)) == []
    # and nobody gets round it
    answer = tablet.post(at(trade_in, "offer/"), {"bill": bill_of(shop).uuid})
    assert answer.headers["X-Refusal"] == "trade_in_moved"
    assert "The customer has seen it" in text_of(decide(tablet, second))


def test_a_typed_weight_is_called_typed_and_a_read_one_stable(
    desk: Desk, tablet: KeyedClient
) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    assert "△ typed" in text_of(weigh(tablet, piece, "10.00"))
    reading = desk.on_scale(10_010).reading
    assert reading is not None
    page = text_of(send(tablet, on(piece, "weigh"), **{f"{piece.pk}-reading": reading.pk}))
    assert "✓ stable" in page
    assert "△ typed" not in page


def test_a_typed_weight_may_need_a_second_person(desk: Desk, tablet: KeyedClient) -> None:
    desk.put("typed_weight", "approve")
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    answer = tablet.post(on(piece, "weigh"), {f"{piece.pk}-grams": "10.00"})
    assert answer.headers["X-Refusal"] == "approval_needed"
    assert "Who agrees" in answer.content.decode()
    assert not Weighing.objects.exists()


def test_warnings_stand_open_and_readings_one_tap_away(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    page = text_of(
        send(tablet, on(piece, "test"), method="xrf", readings="990", elements="Re 8.0 W 1.5")
    )
    assert "Tungsten, rhenium" in page
    assert "Fewer than three points" in page


def test_a_tester_says_yes_or_no(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    answer = tablet.post(on(piece, "test"), {"method": "conductivity"})
    assert answer.status_code == 422
    send(tablet, on(piece, "test"), method="conductivity", passed="no")
    assert piece.assays.get().verdict == "fail"


def test_the_density_in_water_is_a_test(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "30.00")
    told = {"temperature": "20.0", "against": "Au-9900", "is_solid": "1"}
    water = {f"{piece.pk}-water-grams": "28.45"}
    page = text_of(send(tablet, on(piece, "density"), **told, **water))
    assert "g/cm³" in page
    kept = piece.assays.get()
    assert (kept.method, kept.limit, kept.water_decidegrees) == ("density", 9_900, 200)


def test_readings_come_from_the_analysers_file(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh(tablet, piece, "10.00")
    rows = "sample,Au,Ag\nT7-1,99.90,0.10\nT7-1,99.92,0.08\n"
    file = SimpleUploadedFile("points.csv", rows.encode(), "text/csv")
    send(tablet, on(piece, "analyser"), file=file, sample="T7-1", instrument=desk.xrf.pk)
    assert piece.assays.get().readings == [9_990, 9_992]


def test_the_clerk_says_which_analyser_wrote_the_file(desk: Desk, tablet: KeyedClient) -> None:
    told = {"sample_headings": "试样", "element_headings": "*含量", "unit": ContentUnit.PERMILLE}
    layout = AnalyserLayout.objects.create(code="own", name_zh="自", name_en="own", **told)
    facts = {"store": desk.shop.s01, "method": "xrf", "guard": 50, "layout": layout}
    second = Instrument.objects.create(code="X2", name="Second", **facts)
    elsewhere = Instrument.objects.create(**facts | {"code": "X3", "store": desk.shop.s02})
    (piece,) = trade_ins.pieces_of(desk.consented())
    page = text_of(weigh(tablet, piece, "10.00"))
    assert f'<option value="{second.pk}">Second · own</option>' in page
    file = SimpleUploadedFile("points.csv", "试样,金含量\nT7,999.2\n".encode(), "text/csv")
    told = {"file": file, "sample": "T7"}

    def sent(**more: int) -> Any:
        file.seek(0)
        return tablet.post(on(piece, "analyser"), told | more)

    assert sent(instrument=desk.xrf.pk).status_code == 422  # its headings are the usual ones
    assert sent().status_code == 422
    assert sent(instrument=elsewhere.pk).status_code == 404
    assert sent(instrument=second.pk).status_code == 303
    row = piece.assays.get()
    assert (row.instrument, row.readings, row.guard) == (second, [9_992], 50)


def test_stones_are_counted_before_they_are_taken_off(desk: Desk, tablet: KeyedClient) -> None:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    (piece,) = trade_ins.pieces_of(trade_in)
    weigh_and_test(tablet, piece)
    told = {"own_brand": "no", "has_stones": "yes", "metal": "Au", "fineness": "999"}
    assert tablet.post(on(piece, "decide"), told).status_code == 422
    told |= {"stones": "2", "stones_g": "0.12"}
    answer = tablet.post(on(piece, "decide"), told)
    assert answer.headers["X-Refusal"] == "stones_untested"
    send(tablet, on(piece, "decide"), **told, stones_tested="1")
    kept = Decision.objects.get()
    assert (kept.stones, kept.stones_mg) == (2, 120)
