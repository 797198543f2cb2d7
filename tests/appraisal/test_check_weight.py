"""复称: our piece or a customer's own against its label, and the slip that says so."""

from typing import Any

import pytest

from appraisal import checks
from appraisal.checks import Label, LabelNeeded
from appraisal.models import Weighing
from appraisal.verification import NoTolerance
from appraisal.weighings import ReadingGone
from inventory.ground.errors import NotAllowed
from tests.old_gold import Desk
from tests.paper import text_of


def check(desk: Desk, mg: int, **facts: Any) -> checks.Result:
    told: dict[str, Any] = {"store": desk.shop.s01, "by": desk.by} | facts
    return checks.check(**{"shown": desk.on_scale(mg)} | told)


@pytest.mark.parametrize(
    ("mg", "verdict"), [(8_700, "short"), (8_710, "pass"), (8_750, "pass"), (8_760, "over")]
)
def test_it_holds_our_piece_against_its_label(desk: Desk, mg: int, verdict: str) -> None:
    result = check(desk, mg, piece=desk.shop.piece())
    assert (result.verdict, result.difference_mg) == (verdict, mg - 8_720)
    again = checks.result_of(Weighing.objects.get())
    assert (again.verdict, again.row) == (verdict, result.row)
    assert result.weighing.purpose == "piece"


def test_a_scale_sees_the_stones_too(desk: Desk) -> None:
    ring = desk.shop.ring()
    assert check(desk, 2_020, piece=ring).verdict == "pass"
    assert check(desk, 1_960, piece=ring).verdict == "short"


def test_a_sold_piece_is_weighed_for_its_customer(desk: Desk) -> None:
    piece = desk.shop.piece()
    desk.shop.sell(piece)
    piece.refresh_from_db()
    assert check(desk, 8_720, piece=piece).weighing.purpose == "check"


def test_a_customers_own_piece_brings_its_label(desk: Desk) -> None:
    result = check(desk, 29_890, label=Label(30_000, "Ag"))
    assert (result.verdict, result.weighing.metal, result.weighing.purpose) == (
        "short", "Ag", "check"
    )  # fmt: skip
    with pytest.raises(LabelNeeded):
        check(desk, 29_890)
    with pytest.raises(NoTolerance):
        check(desk, 29_890, label=Label(150_000, "Ag"))


def test_a_reading_serves_once(desk: Desk) -> None:
    shown = desk.on_scale(8_720)
    piece = desk.shop.piece()
    check(desk, 0, shown=shown, piece=piece)
    with pytest.raises(ReadingGone):
        check(desk, 0, shown=shown, piece=piece)


def test_it_is_closed_to_another_store(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        check(desk, 8_720, piece=desk.shop.piece(), by=desk.shop.sun)


def test_the_desk_weighs_and_prints_a_slip(desk: Desk) -> None:
    client, piece = desk.shop.client(), desk.shop.piece()
    assert "8.72 g" in client.get(f"/scales/check/?code={piece.number}").text
    reading = desk.on_scale(8_690).reading
    assert reading
    answer = client.post("/scales/check/", {"piece": piece.number, "reading": reading.pk})
    assert answer.status_code == 303
    page = client.get(answer["Location"]).text
    assert "weighs less than its label allows" in page
    assert "−0.03" in page
    slip = client.get(f"{answer['Location']}slip.pdf")
    assert slip["Content-Type"] == "application/pdf"
    text = text_of(slip.content)
    for words in ("8.72", "8.69", "−0.03", "JJG-2026-0017", "B525073136", "国贸店"):
        assert words in text, words


def test_the_desk_weighs_a_customers_own_piece(desk: Desk) -> None:
    desk.put("typed_weight", "allow")
    client = desk.shop.client()
    typed = {"label": "30.00", "metal": "Ag", "grams": "29.95"}
    page = client.get(client.post("/scales/check/", typed)["Location"]).text
    assert "The label is right." in page
    assert "typed" in page
    answer = client.post("/scales/check/", {"grams": "29.95"})
    assert (answer.status_code, answer["X-Refusal"]) == (422, "label_needed")
    answer = client.post("/scales/check/", typed | {"label": "thirty"})
    assert (answer.status_code, answer["X-Refusal"]) == (422, "bad_field")
    answer = client.get("/scales/check/?code=9999999999")
    assert answer["X-Refusal"] == "wrong_check_digit"
