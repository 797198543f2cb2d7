"""Customers are told: once, after the rule that causes it, and never what is nobody's business."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from counter import customers, due
from inventory.ground import changes, notices, settings_rows
from inventory.ground.errors import NotAllowed
from inventory.ground.notices import Message, NotSent
from inventory.models import Notice, NoticeState
from tests.cast import Shop
from tests.conftest import unprotect
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import care_notices, jobs, tickets
from warranty.models import Basis, BenefitEntry, Card, JobKind, Ticket

PHONE = "13800138000"


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def outbox(settings: Any) -> Path:
    return Path(settings.NOTICE_DIR) / notices.OUTBOX


class Broken:
    """An outlet that is down."""

    def send(self, _message: Message) -> None:
        raise NotSent("the line is down")


class Kept:
    """An outlet that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        self.sent.append(message)


def of_somebody(desk: ServiceDesk, ticket: Ticket) -> Ticket:
    who = customers.find_or_make(phone=PHONE, name="", store=desk.shop.s01, by=desk.by)
    Ticket.objects.filter(pk=ticket.pk).update(customer=who)
    ticket.refresh_from_db()
    return ticket


def queued(desk: ServiceDesk, document: str = "S01-W1") -> Notice:
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        notices.queue(
            kind="ready", document=document, address=PHONE, words=lambda: "ready", book=book
        )
    return Notice.objects.get(document=document)


def test_who_is_known_is_told_when_it_is_ready(desk: ServiceDesk) -> None:
    ticket = of_somebody(desk, desk.free_cleaning(desk.sold_ring()))
    desk.work(ticket)
    notice = Notice.objects.get()
    assert (notice.kind, notice.document, notice.address) == ("ready", ticket.number, PHONE)
    assert ticket.number in notice.text
    assert "¥" not in notice.text
    assert (notice.language, notice.state) == ("zh-hans", NoticeState.WAITING)


def test_who_waits_at_the_counter_is_not_written_to(desk: ServiceDesk) -> None:
    desk.clean_now(desk.sold_ring())
    assert not Notice.objects.exists()


def test_nobody_is_told_for_nobody(desk: ServiceDesk) -> None:
    desk.work(desk.free_cleaning(desk.sold_ring()))
    assert not Notice.objects.exists()


def test_work_that_was_checked_twice_is_ready_once(desk: ServiceDesk) -> None:
    ticket = desk.work(of_somebody(desk, desk.free_cleaning(desk.sold_ring())))
    tickets.start(ticket=ticket, by=desk.by)
    jobs.finish_work(ticket=ticket, by=desk.by)
    tickets.check(ticket=ticket, passed=True, remark="", by=desk.shop.chen)
    assert Notice.objects.count() == 1


def test_a_price_is_answered_by_the_private_link(desk: ServiceDesk) -> None:
    ticket = of_somebody(desk, desk.weigh_in(desk.receive(), 5_000))
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    desk.quoted(ticket, 8_000)
    notice = Notice.objects.get()
    assert notice.document == f"{ticket.number}/1"
    assert f"/t/{ticket.claim_check}/" in notice.text
    assert "¥" not in notice.text
    desk.quoted(ticket, 9_000)
    assert Notice.objects.count() == 2


def test_a_rule_that_is_undone_tells_nobody(desk: ServiceDesk) -> None:
    with transaction.atomic():
        queued(desk)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_the_file_gets_each_message_once(desk: ServiceDesk, outbox: Path) -> None:
    notice = queued(desk)
    assert [notices.send_due(), notices.send_due()] == [1, 0]
    (line,) = outbox.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["uuid"] == str(notice.uuid)
    assert outbox.stat().st_mode & 0o777 == 0o600
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT
    assert notice.sent_at


def test_what_was_being_sent_when_the_power_failed_is_sent_later(desk: ServiceDesk) -> None:
    notice = queued(desk)

    class Dies:
        def send(self, _message: Message) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        notices.send_due(outlet=Dies())
    port, later = Kept(), timezone.now() + timedelta(minutes=2)
    assert notices.send_due(outlet=port) == 0  # it may still be on its way
    assert notices.send_due(outlet=port, now=later) == 1
    assert [message.uuid for message in port.sent] == [str(notice.uuid)]


def test_an_outlet_that_is_down_is_tried_less_and_less_often(desk: ServiceDesk) -> None:
    notice, at, waits = queued(desk), timezone.now(), []
    for _ in range(notices.MOST_TRIES):
        notices.send_due(outlet=Broken(), now=at)
        notice.refresh_from_db()
        waits.append((notice.due_at - at) // timedelta(minutes=1))
        at = notice.due_at
    assert waits == [1, 2, 4, 8, 16, 32]
    assert (notice.state, notice.why) == (NoticeState.FAILED, "the line is down")
    assert notices.send_due(outlet=Kept(), now=at) == 0


def test_what_is_old_is_not_sent_any_more(desk: ServiceDesk) -> None:
    notice, port = queued(desk), Kept()
    notices.send_due(outlet=port, now=timezone.now() + timedelta(days=4))
    notice.refresh_from_db()
    assert (notice.state, port.sent) == (NoticeState.DROPPED, [])


def test_a_failed_message_is_sent_again_by_hand(desk: ServiceDesk) -> None:
    notice, client = queued(desk), desk.shop.client(desk.shop.chen)
    Notice.objects.update(state=NoticeState.FAILED, tries=6, why="the line is down")
    page = client.get("/notices/", {"state": "failed"}).text
    assert "the line is down" in page
    assert "8000" in page
    assert PHONE not in page
    client.post(f"/notices/{notice.pk}/retry/")
    assert notices.send_due(outlet=Kept()) == 1
    refused = client.post(f"/notices/{notice.pk}/drop/")
    assert refused.headers["X-Refusal"] == "notice_moved"


def test_a_message_is_given_up_by_hand(desk: ServiceDesk) -> None:
    notice = queued(desk)
    with pytest.raises(NotAllowed):
        notices.drop(notice=notice, by=desk.by)
    desk.shop.client(desk.shop.chen).post(f"/notices/{notice.pk}/drop/")
    assert notices.send_due(outlet=Kept()) == 0


def due_on(card: Card, days: int) -> None:
    """The prong inspection of a card is due in so many days."""
    unprotect("default")
    rows = BenefitEntry.objects.filter(card=card, benefit__kind="inspection")
    rows.update(next_due=timezone.localdate() + timedelta(days=days))
    changes.protect()


def test_care_is_announced_once_for_each_day_it_falls_due(desk: ServiceDesk) -> None:
    card, store = desk.sold_ring(), desk.shop.s01
    who = customers.find_or_make(phone=PHONE, name="", store=store, by=desk.by)
    type(card.sale_line.sale).objects.filter(pk=card.sale_line.sale_id).update(customer=who)
    due_on(card, 10)
    assert care_notices.queue_due(store) == 0  # until the store says so
    settings_rows.put(store=store, key="care_notices", new="yes", by=desk.shop.wang)
    assert [care_notices.queue_due(store), care_notices.queue_due(store)] == [1, 0]
    assert card.number[-4:] in Notice.objects.get().text
    due_on(card, 20)
    assert care_notices.queue_due(store) == 0  # not yet
    due_on(card, 12)
    assert care_notices.queue_due(store) == 1


def test_what_is_due_goes_out_with_everything_else(desk: ServiceDesk, outbox: Path) -> None:
    queued(desk)
    assert "1 notices sent" in due.run()
    assert outbox.exists()
