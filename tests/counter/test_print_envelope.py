"""维修袋 and 取件凭证, read back from their PDFs: bars, square, weights and words."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from counter import customers
from tests import paper
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty.models import Basis, JobKind, Ticket


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def ticket(desk: ServiceDesk) -> Ticket:
    """A customer's silver chain with a damage, weighed, priced and signed."""
    who = customers.find_or_make(
        phone="13812345678", name="周小梅", store=desk.shop.s01, by=desk.by
    )
    ticket = desk.receive(condition="搭扣松", declared="三百左右", mark="S925")
    Ticket.objects.filter(pk=ticket.pk).update(customer=who)
    desk.weigh_in(ticket, 5_400, stones=3)
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.photograph(ticket)
    desk.sign(ticket)
    desk.quoted(ticket, 6_000)
    ticket.refresh_from_db()
    return ticket


def printed(client: Client, ticket: Ticket, name: str) -> bytes:
    answer = client.get(f"/tickets/{ticket.number}/{name}.pdf")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def words_of(pdf: bytes) -> str:
    """Without blanks: where a line of paper ends says nothing."""
    return re.sub(r"\s", "", paper.text_of(pdf))


def link_of(ticket: Ticket) -> str:
    return f"{settings.PUBLIC_URL}/t/{ticket.claim_check}/"


def test_it_has_three_copies_whose_bars_open_the_ticket(desk: ServiceDesk, ticket: Ticket) -> None:
    pdf = printed(desk.shop.client(), ticket, "envelope")
    assert paper.page_sizes_mm(pdf) == [(148.0, 210.0)] * 3
    assert paper.codes_of(pdf) == {ticket.number, link_of(ticket)}
    words = words_of(pdf)
    for said in ("5.40g", "3stones", "搭扣松", "三百左右", "S925", "¥60.00", "银项链"):
        assert words.count(said) >= 3, said
    assert words.count("138****5678") == 2  # the bench needs no name
    assert words.count("周**") == 2
    assert "周小梅" not in words


def test_the_claim_check_leads_to_the_private_link(desk: ServiceDesk, ticket: Ticket) -> None:
    pdf = printed(desk.shop.client(), ticket, "claim-check")
    assert paper.codes_of(pdf) == {ticket.number, link_of(ticket)}
    words = words_of(pdf)
    assert "银项链" in words
    assert "138" not in words


def test_it_prints_a_ticket_with_nothing_on_it_yet(desk: ServiceDesk, shop: Shop) -> None:
    bare = desk.receive()
    chinese: Any = shop.client()
    chinese.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    assert paper.page_sizes_mm(printed(chinese, bare, "envelope")) == [(148.0, 210.0)] * 3
