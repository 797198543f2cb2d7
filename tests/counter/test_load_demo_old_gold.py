"""The demo shop has a trade-in and a ticket in every state, and its books agree."""

import time
from typing import Any

import pytest
from django.core.management import call_command

from appraisal.models import TradeIn, TradeInRule, TradeInState
from counter import demo, demo_old_gold
from counter.models import Clerk, Return
from inventory.models import Place
from warranty import ticket_queries
from warranty.models import Claim, Ticket, TicketState

SECONDS = 2


@pytest.mark.django_db
def test_the_demo_shows_every_state_and_its_books_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    took: list[float] = []

    def load(**told: Any) -> None:
        began = time.process_time()
        load_old_gold(**told)
        took.append(time.process_time() - began)

    load_old_gold = demo_old_gold.load
    monkeypatch.setattr(demo_old_gold, "load", load)
    demo.load()
    states = set(TradeIn.objects.values_list("state", flat=True))
    assert states == set(TradeInState) - {
        TradeInState.MELT_CONSENTED,  # this shop melts nothing
        TradeInState.MELTED,
        TradeInState.REWEIGHED,  # a small shop's amounts ask for no second weigher
    }
    assert set(Ticket.objects.values_list("state", flat=True)) == set(TicketState)
    lin = Clerk.objects.get(user__username="lin")
    assert ticket_queries.overdue(lin.user, store=lin.store)
    assert Claim.objects.exists()
    assert Return.objects.exists()
    demo_old_gold.set_up(Place.objects.get(store__code="S01", code="A").store)
    assert TradeInRule.objects.filter(version__gt=1).count() == 0
    call_command("verify_books", "--full")
    assert sum(took) < SECONDS
