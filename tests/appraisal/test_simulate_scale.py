"""The balance that is not there: it speaks as a real one does, and the demo shop is plugged in."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from appraisal import demo_scale, scales
from appraisal.models import Scale
from appraisal.simulated_scale import SimulatedScale
from tests.cast import Shop


def said(balance: SimulatedScale, command: str) -> str:
    return "|".join(balance.answers(command))


def test_it_speaks_mt_sics() -> None:
    balance = SimulatedScale(settle_s=0, serial="B525073136")
    balance.put(8_720)
    assert said(balance, "I4") == 'I4 A "B525073136"'
    assert said(balance, "S") == "S S       8.72 g"
    assert said(balance, "SI") == "S S       8.72 g"
    assert said(balance, "T") == "T S       8.72 g"
    assert said(balance, "S") == "S S       0.00 g"
    balance.put(10_000)
    assert said(balance, "S") == "S S       1.28 g"
    assert said(balance, "Z") == "Z A"
    assert said(balance, "S") == "S S       0.00 g"
    assert said(balance, "hello") == "ES"
    assert said(balance, "PUT heavy") == "EL"


def test_a_load_trembles_before_it_stands() -> None:
    balance = SimulatedScale(settle_s=60, gives_up_s=0)
    balance.put(8_720)
    shown = {said(balance, "SI") for _ in range(9)}
    assert len(shown) > 1
    assert all(line.startswith("S D") for line in shown)
    assert [said(balance, each) for each in ("S", "T", "Z")] == ["S I", "T I", "Z I"]


@contextmanager
def served(port: int) -> Iterator[None]:
    command = [sys.executable, "manage.py", "simulate_scale", "--port", f"{port}", "--settle", "0"]
    command += ["--grams", "5.21"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:  # noqa: S603  because: it is our own command
        try:
            assert running.stdout
            assert b"listens" in running.stdout.readline()
            yield
        finally:
            running.terminate()


def test_the_demo_shop_finds_its_scale_on_this_machine(shop: Shop) -> None:
    assert demo_scale.plug_in() is None
    demo_scale.put_up(shop.s01)
    port = demo_scale.plug_in()
    assert port
    scale = Scale.objects.get()
    with served(port):
        assert scales.read_stable(scale=scale, by=shop.lin).mg == 5_210
        told = StringIO()
        call_command("simulate_scale", port=port, put="8.72", stdout=told)
        assert told.getvalue().strip() == "PUT A"
        assert scales.read_stable(scale=scale, by=shop.lin).mg == 8_720
    with pytest.raises(CommandError):
        call_command("simulate_scale", port=port, put="8.72")
