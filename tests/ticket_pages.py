"""Hands for the pages of the service desk."""

import json
from typing import Any

from django.test import Client

from tests.cast import KeyedClient
from tests.old_gold import SIGNED, picture
from tests.trade_in_pages import send, text_of
from warranty.models import Ticket

NAME = json.dumps(SIGNED.strokes)
CHAIN = {"item": "银项链", "category": "necklace", "metal": "Ag", "declared": "about 300"}


def at(ticket: Ticket, act: str = "") -> str:
    return f"/tickets/{ticket.number}/{act}"


def page_of(tablet: Client, ticket: Ticket) -> str:
    return text_of(tablet.get(at(ticket)))


def taken_in(tablet: KeyedClient, **typed: Any) -> Ticket:
    send(tablet, "/tickets/new/", **typed)
    return Ticket.objects.latest("pk")


def photographed(tablet: KeyedClient, ticket: Ticket) -> None:
    answer = tablet.post(at(ticket, "photo/"), {"photo": picture(), "of": "intake"})
    assert answer.status_code == 303, answer.content
