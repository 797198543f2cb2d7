"""A scale that speaks over TCP, asked as a shop's own: what it shows, and why it shows nothing."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from appraisal import scale_ports, scales
from appraisal.models import Protocol, Scale, ScaleReading, WeighedFor
from appraisal.scale_ports import ScaleCutOff, ScaleInUse, ScaleMoving, ScaleSilent, Unreadable
from appraisal.scales import (
    NotConnected,
    NothingThere,
    OtherScale,
    OtherUnit,
    ScaleFault,
    ScaleOverloaded,
    ScaleUnderloaded,
)
from appraisal.simulated_scale import SimulatedScale
from appraisal.weighings import Shown, record
from inventory.ground import changes
from inventory.ground.errors import NotAllowed, RuleBroken
from tests.old_gold import Desk

PATIENCE = 0.6


@pytest.fixture
def balance(desk: Desk) -> Iterator[SimulatedScale]:
    """The desk's own scale, on this machine; nothing lies on it."""
    with SimulatedScale(serial=desk.scale.serial, settle_s=0) as balance:
        desk.scale.connection = balance.address
        desk.scale.save()
        yield balance


def read(desk: Desk) -> ScaleReading:
    return scales.read_stable(scale=desk.scale, by=desk.by, patience_s=PATIENCE)


def test_it_keeps_a_stable_value_with_line_and_serial(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    found = read(desk)
    assert (found.mg, found.by, found.scale) == (8_720, desk.by, desk.scale)
    assert (found.line, found.serial) == ("S S       8.72 g", "B525073136")


def test_it_waits_until_the_load_stands_still(desk: Desk, balance: SimulatedScale) -> None:
    balance.settle_s = 0.3
    balance.put(5_000)
    began = time.monotonic()
    assert read(desk).mg == 5_000
    assert time.monotonic() >= balance.stable_at > began


def test_it_refuses_a_load_that_does_not_come_to_rest(desk: Desk, balance: SimulatedScale) -> None:
    balance.settle_s = 60
    balance.put(5_000)
    with pytest.raises(ScaleMoving):
        read(desk)
    balance.gives_up_s = 0.1
    with pytest.raises(ScaleMoving):  # the scale itself says "S I"
        read(desk)
    assert not ScaleReading.objects.exists()


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ("S D     100.05 g", ScaleMoving),
        ("S I", ScaleMoving),
        ("S +", ScaleOverloaded),
        ("S -", ScaleUnderloaded),
        ("S L", ScaleFault),
        ("S S Error 10b", ScaleFault),
        ("EL", ScaleFault),
        ("S S      -0.01 g", ScaleUnderloaded),
        ("S S       0.00 g", NothingThere),
        ("S S      43.60 ct", OtherUnit),
        ("S S       0.23 tl", OtherUnit),
        ("S S       8,72 g", Unreadable),
        ("S A      8.720 g", Unreadable),
        ("S S    8.7205 g", Unreadable),
        ("hello", Unreadable),
        ("S S " + "9" * 200 + " g", Unreadable),
    ],
)
def test_it_refuses_what_is_no_weight(
    desk: Desk, balance: SimulatedScale, says: str, refusal: type[RuleBroken]
) -> None:
    balance.put(8_720)
    assert read(desk).mg == 8_720
    ScaleReading.objects.all().delete()
    balance.says = says
    with pytest.raises(refusal) as told:
        read(desk)
    assert str(told.value)
    assert not ScaleReading.objects.exists()


def test_it_refuses_too_much_and_less_than_nothing(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(200_010)
    with pytest.raises(ScaleOverloaded):
        read(desk)
    balance.put(10_000)
    assert list(balance.answers("Z")) == ["Z A"]
    balance.put(4_000)
    with pytest.raises(ScaleUnderloaded):
        read(desk)


def test_it_refuses_a_cable_that_is_pulled_in_mid_line(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    balance.pull_cable()
    with pytest.raises(ScaleCutOff):
        read(desk)
    assert not ScaleReading.objects.exists()


def test_it_refuses_a_scale_that_is_off(desk: Desk, balance: SimulatedScale) -> None:
    balance.__exit__()
    with pytest.raises(ScaleSilent):
        read(desk)


@pytest.mark.parametrize(
    "address",
    ["spy:///dev/null?file=/tmp/x", "loop://", "/dev/../tmp/x", "socket://127.0.0.1", "x"],
)
def test_it_opens_no_address_that_is_no_scales(desk: Desk, address: str) -> None:
    desk.scale.connection = address
    with pytest.raises(ScaleSilent):
        read(desk)


def test_it_refuses_a_scale_that_is_read_by_eye(desk: Desk) -> None:
    with pytest.raises(NotConnected):
        read(desk)


def test_it_refuses_another_balance_at_the_same_cable(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    balance.serial = "C000000001"
    with pytest.raises(OtherScale, match="C000000001"):
        read(desk)


def test_it_is_closed_to_another_store(desk: Desk, balance: SimulatedScale) -> None:
    with pytest.raises(NotAllowed):
        scales.read_stable(scale=desk.scale, by=desk.shop.sun)
    with pytest.raises(NotAllowed):
        scales.read_stable(scale=desk.scale, by=desk.shop.gao)


@pytest.mark.django_db(transaction=True)
def test_it_is_never_read_inside_a_transaction(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    assert read(desk).mg == 8_720
    with pytest.raises(RuntimeError, match="never inside"), transaction.atomic():
        read(desk)


def test_it_asks_one_question_at_a_time(desk: Desk, balance: SimulatedScale) -> None:
    balance.settle_s = 60
    balance.put(5_000)
    with scale_ports.talk(balance.address, patience_s=1), pytest.raises(ScaleInUse):
        scales.ask(scale=desk.scale, patience_s=0.1)
    balance.settle_s = 0
    balance.put(5_000)
    assert scales.ask(scale=desk.scale, patience_s=1.0).reading.mg == 5_000


def test_it_keeps_one_row_for_what_is_shown_again(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    first = read(desk)
    assert read(desk) == first
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        told: dict[str, Any] = {"metal": "Au", "document": "", "store": desk.shop.s01, "book": book}
        record(shown=Shown(reading=first), purpose=WeighedFor.CHECK, **told)
    assert read(desk) != first  # it was used
    ScaleReading.objects.update(at=first.at - timedelta(seconds=20))
    assert read(desk).pk > first.pk + 1  # so long ago is not now


def test_it_listens_to_a_scale_that_sends_all_the_time(desk: Desk) -> None:
    with SimulatedScale(continuous=True, settle_s=0.3) as sender:
        listens_to(desk, sender)
        sender.put(12_340)
        found = read(desk)
        assert (found.mg, found.serial) == (12_340, "")
        assert found.line == "ST,+000012.34  g"
        sender.settle_s = 60
        sender.put(20_000)
        with pytest.raises(ScaleMoving):
            read(desk)
        for says, refusal in (
            ("OL,+999999.9  g", ScaleOverloaded),
            ("OL,-99999999 PC", ScaleUnderloaded),
            ("ST,+00012.34 ct", OtherUnit),
            ("QT,+00012345 PC", OtherUnit),
            ("ST,-00012.34  g", ScaleUnderloaded),
        ):
            sender.says = says
            with pytest.raises(refusal):
                read(desk)


def listens_to(desk: Desk, balance: SimulatedScale) -> None:
    Scale.objects.filter(pk=desk.scale.pk).update(
        connection=balance.address, protocol=Protocol.CONTINUOUS, serial=""
    )
    desk.scale.refresh_from_db()


def test_a_look_tells_why_there_is_no_weight(desk: Desk, balance: SimulatedScale) -> None:
    looked = scales.look(scale=desk.scale, by=desk.by)
    assert (looked.state, looked.reading) == ("empty", None)
    balance.put(8_720)
    assert scales.look(scale=desk.scale, by=desk.by).state == "stable"
    balance.put(900_000)
    assert scales.look(scale=desk.scale, by=desk.by).state == "refused"
