"""The demo shop's scale: a verified balance that is simulated on this machine."""

import socket
from datetime import timedelta
from typing import Final

from django.utils import timezone

from appraisal.models import Scale, ScaleClass
from appraisal.simulated_scale import HOST
from inventory.models import Store

SERIAL: Final = "SIM-0001"  # no balance of a maker answers so


def put_up(store: Store) -> Scale:
    """Class II, e 0.01 g up to 200 g, verified this year: lawful for gold up to 50 g."""
    today = timezone.localdate()
    return Scale.objects.create(
        store=store,
        code="A1",
        name="柜台秤 A1",
        accuracy=ScaleClass.HIGH,
        e_mg=10,
        d_mg=10,
        max_mg=200_000,
        min_mg=200,
        verified_on=today - timedelta(days=100),
        verified_until=today + timedelta(days=265),
        certificate="JJG-DEMO-0001",
        serial=SERIAL,
    )


def plug_in() -> int | None:
    """Gives the demo's scale a free port of this machine; None where there is no such scale."""
    rows = Scale.objects.filter(serial=SERIAL, active=True)
    if not rows.exists():
        return None
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    rows.update(connection=f"socket://{HOST}:{port}")
    return port
