"""What settles: a fresh reading of one's own from a scale that may, or a typed weight as agreed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from appraisal import weighings
from appraisal.models import ScaleReading, WeighedFor, Weighing
from appraisal.verification import NoTolerance, ScaleUnfit
from appraisal.weighing_forms import shown_of
from appraisal.weighings import NothingWeighed, ReadingGone, Shown, TypedRefused
from inventory.ground import approvals, changes
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.errors import BadField
from tests.old_gold import Desk


def record(desk: Desk, shown: Shown, **facts: Any) -> Weighing:
    told: dict[str, Any] = {"purpose": WeighedFor.CHECK, "metal": "Au", "document": "X"} | facts
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        return weighings.record(shown=shown, store=desk.shop.s01, book=book, **told)


def test_it_settles_a_stable_reading(desk: Desk) -> None:
    shown = desk.on_scale(8_720)
    row = record(desk, shown)
    assert (row.mg, row.metal, row.is_typed) == (8_720, "Au", False)
    assert (row.scale, row.reading) == (desk.scale, shown.reading)
    assert weighings.step_mg(row) == 10


def test_it_refuses_a_reading_that_was_used(desk: Desk) -> None:
    shown = desk.on_scale(8_720)
    record(desk, shown)
    with pytest.raises(ReadingGone):
        record(desk, shown)


@pytest.mark.parametrize(("seconds", "settles"), [(0, True), (20, True), (32, False), (-5, False)])
def test_it_refuses_a_reading_that_is_not_of_now(desk: Desk, seconds: int, settles: bool) -> None:
    shown = aged(desk.on_scale(8_720), seconds)
    if settles:
        assert record(desk, shown).mg == 8_720
        return
    with pytest.raises(ReadingGone):
        record(desk, shown)


def aged(shown: Shown, seconds: int) -> Shown:
    assert shown.reading
    at = timezone.now() - timedelta(seconds=seconds)
    ScaleReading.objects.filter(pk=shown.reading.pk).update(at=at)
    return Shown(reading=ScaleReading.objects.get(pk=shown.reading.pk))


def test_it_refuses_what_somebody_else_was_shown(desk: Desk) -> None:
    with pytest.raises(ReadingGone):
        record(desk, desk.on_scale(8_720, by=desk.shop.zhao))


def test_it_refuses_a_scale_of_another_store(desk: Desk) -> None:
    desk.scale.store = desk.shop.s02
    desk.scale.save()
    with pytest.raises(ReadingGone):
        record(desk, desk.on_scale(8_720))


@pytest.mark.parametrize(
    ("facts", "mg", "reason"),
    [
        ({"verified_until": timezone.now().date() - timedelta(days=3)}, 8_720, "overdue"),
        ({}, 200_010, "overload"),
        ({}, 190, "underload"),
        ({}, 50_010, "coarse"),
        ({"e_mg": 100}, 10_000, "coarse"),
        ({"accuracy": "III", "e_mg": 100, "d_mg": 100}, 10_000, "coarse"),
    ],
)
def test_it_refuses_a_scale_that_may_not_settle(
    desk: Desk, facts: dict[str, Any], mg: int, reason: str
) -> None:
    assert record(desk, desk.on_scale(8_720)).scale == desk.scale
    vars(desk.scale).update(facts)
    desk.scale.save()
    with pytest.raises(ScaleUnfit) as told:
        record(desk, desk.on_scale(mg))
    assert told.value.extra["reason"] == reason
    # nor does a figure that was read from it by eye
    desk.put("typed_weight", "allow")
    with pytest.raises(ScaleUnfit):
        record(desk, Shown(typed_mg=mg, scale=desk.scale))


def test_a_new_scales_error_counts_where_the_store_says_so(desk: Desk) -> None:
    desk.put("scale_error", "new")
    assert record(desk, desk.on_scale(50_010)).mg == 50_010


def test_it_refuses_a_metal_without_a_tolerance(desk: Desk) -> None:
    with pytest.raises(NoTolerance):
        record(desk, desk.on_scale(150_000), metal="Ag")


def test_a_typed_weight_follows_the_store(desk: Desk) -> None:
    shown = Shown(typed_mg=8_720)
    desk.put("typed_weight", "refuse")
    with pytest.raises(TypedRefused):
        record(desk, shown)
    desk.put("typed_weight", "approve")
    with pytest.raises(ApprovalNeeded):
        record(desk, shown)
    ask = weighings.typed_ask(store=desk.shop.s01, document="X", purpose="check", mg=8_720)
    approvals.grant(ask=ask, store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen)
    row = record(desk, shown)
    assert (row.is_typed, row.approval is not None, row.scale) == (True, True, None)
    desk.put("typed_weight", "allow")
    assert record(desk, shown).approval is None


@pytest.mark.parametrize("mg", [None, 0, -8_720, 5_000_001])
def test_it_refuses_nothing_and_what_no_piece_weighs(desk: Desk, mg: int | None) -> None:
    with pytest.raises(NothingWeighed):
        record(desk, Shown(typed_mg=mg))


# --- what a form sends


def sent(desk: Desk, prefix: str = "", **post: object) -> Shown:
    fields = {f"{prefix}{name}": str(value) for name, value in post.items()}
    return shown_of(fields, store=desk.shop.s01, by=desk.by, prefix=prefix)


def test_a_form_sends_a_reading_before_what_was_typed(desk: Desk) -> None:
    reading = desk.on_scale(8_720).reading
    assert reading
    assert sent(desk, reading=reading.pk, grams="9.99") == Shown(reading=reading)
    assert sent(desk, prefix="17-", reading=reading.pk) == Shown(reading=reading)
    assert sent(desk, grams="9.99") == Shown(typed_mg=9_990)
    assert sent(desk, grams="9.99", scale=desk.scale.pk) == Shown(typed_mg=9_990, scale=desk.scale)
    assert sent(desk) == Shown()


def test_a_form_sends_nobody_elses_reading(desk: Desk) -> None:
    reading = desk.on_scale(8_720, by=desk.shop.zhao).reading
    assert reading
    for pk in (reading.pk, 999_999):
        with pytest.raises(ReadingGone):
            sent(desk, reading=pk)


@pytest.mark.parametrize(
    "typed", ["43.6 ct", "43.6ct", "1.5两", "2钱", "8,72", "0.5 oz", "-1", "0"]
)
def test_a_form_takes_grams_and_no_other_unit(desk: Desk, typed: str) -> None:
    """Carats in the field of grams would be five times too much."""
    assert sent(desk, grams="8.72 g").mg == 8_720
    with pytest.raises(BadField) as told:
        sent(desk, prefix="17-", grams=typed)
    assert told.value.field == "17-grams"


@pytest.mark.parametrize("pk", ["x", "-1", "99999999999999999999"])
def test_a_form_refuses_what_names_no_reading(desk: Desk, pk: str) -> None:
    with pytest.raises(BadField):
        sent(desk, reading=pk)
