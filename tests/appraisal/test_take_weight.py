"""Several things on the scale and one form: each weight is taken as it stands there, and counts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from appraisal import old_pieces, trade_ins, weighings
from appraisal.models import OldPiece, ScaleReading, TradeIn, TradeInState
from appraisal.simulated_scale import SimulatedScale
from appraisal.weighings import ReadingGone, Shown
from tests.cast import KeyedClient
from tests.old_gold import Desk
from tests.trade_in_pages import NAME, at


@pytest.fixture
def balance(desk: Desk) -> Iterator[SimulatedScale]:
    with SimulatedScale(serial=desk.scale.serial, settle_s=0) as balance:
        desk.scale.connection = balance.address
        desk.scale.save()
        yield balance


def declined(desk: Desk, pieces: int = 2) -> TradeIn:
    brought = [desk.ring(description=f"ring {n + 1}") for n in range(pieces)]
    return trade_ins.decline(trade_in=desk.tested(*brought), by=desk.by)


def take(tablet: KeyedClient, desk: Desk, piece: OldPiece, mg: int = 10_000) -> Any:
    reading = desk.on_scale(mg).reading
    assert reading
    told = {"prefix": f"{piece.pk}-", "take": reading.pk}
    return tablet.post("/scales/A1/reading/", told, headers={"HX-Request": "true"})


def pass_by(**span: int) -> None:
    """So much later."""
    ScaleReading.objects.update(
        at=F("at") - timedelta(**span), taken_at=F("taken_at") - timedelta(**span)
    )


def fields_of(*pieces: OldPiece) -> dict[str, Any]:
    """The form with what was taken of each piece."""
    rows = {row.taken_for: row.pk for row in ScaleReading.objects.exclude(taken_for="")}
    return {"signature": NAME} | {f"{piece.pk}-reading": rows[f"{piece.pk}-"] for piece in pieces}


def test_what_was_taken_counts_though_the_others_took_minutes(desk: Desk) -> None:
    trade_in, tablet = declined(desk), desk.shop.client()
    first, second = trade_ins.pieces_of(trade_in)
    answer = take(tablet, desk, first)
    assert 'data-state="taken"' in answer.text
    assert f'name="{first.pk}-reading"' in answer.text
    pass_by(minutes=5)
    take(tablet, desk, second)
    pass_by(minutes=2)
    done = tablet.post(at(trade_in, "give-back/"), fields_of(first, second))
    assert done.status_code == 303
    trade_in.refresh_from_db()
    assert trade_in.state == TradeInState.RETURNED


def test_a_reading_that_was_only_shown_grows_old_and_names_its_piece(desk: Desk) -> None:
    trade_in, tablet = declined(desk), desk.shop.client()
    first, second = trade_ins.pieces_of(trade_in)
    take(tablet, desk, first)
    pass_by(minutes=16)
    take(tablet, desk, second)
    refused = tablet.post(at(trade_in, "give-back/"), fields_of(first, second))
    assert refused.headers["X-Refusal"] == "reading_gone"
    assert "1 · ring 1: this reading cannot be used any more. Weigh it again." in refused.text
    assert f'data-field="{first.pk}-grams"' in refused.text


def test_it_is_taken_only_while_it_is_fresh_and_only_once(desk: Desk) -> None:
    reading = desk.on_scale(10_000).reading
    assert reading
    weighings.take(reading=reading, into="1-", by=desk.by)
    again = ScaleReading.objects.get(pk=reading.pk)
    with pytest.raises(ReadingGone):
        weighings.take(reading=again, into="2-", by=desk.by)
    late = desk.on_scale(10_000).reading
    assert late
    late.at = timezone.now() - timedelta(seconds=40)
    with pytest.raises(ReadingGone):
        weighings.take(reading=late, into="1-", by=desk.by)


def test_it_is_no_weight_of_another_piece(desk: Desk) -> None:
    (piece,) = trade_ins.pieces_of(desk.consented())
    reading = desk.on_scale(10_000).reading
    assert reading
    weighings.take(reading=reading, into="99-", by=desk.by)
    for prefix in ("", f"{piece.pk}-"):
        with pytest.raises(ReadingGone):
            old_pieces.weigh(
                old_piece=piece, shown=Shown(reading=reading, prefix=prefix), by=desk.by
            )


def test_nobody_takes_what_was_shown_to_somebody_else(desk: Desk) -> None:
    trade_in = declined(desk, pieces=1)
    (piece,) = trade_ins.pieces_of(trade_in)
    answer = take(desk.shop.client(desk.shop.zhao), desk, piece)
    assert answer.headers["X-Refusal"] == "reading_gone"


def test_without_a_script_the_address_keeps_every_weight(
    desk: Desk, balance: SimulatedScale
) -> None:
    trade_in, tablet = declined(desk), desk.shop.client()
    first, second = trade_ins.pieces_of(trade_in)
    address = at(trade_in)
    for piece in (first, second):
        balance.put(10_000)
        answer = tablet.post("/scales/A1/reading/", {"back": f"{address} {piece.pk}- take"})
        address = answer["Location"]
    page = tablet.get(address).text
    assert page.count('data-state="taken"') == 2
    pass_by(minutes=3)
    done = tablet.post(at(trade_in, "give-back/"), fields_of(first, second))
    assert done.status_code == 303
