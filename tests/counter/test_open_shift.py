"""Shifts: one tap opens one, nobody closes one without a sheet, and what happens overnight."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from counter import moving, sales, shifts
from counter.models import (
    Handover,
    HandoverKind,
    HandoverState,
    Investigation,
    Payment,
    Shift,
    Signature,
    SignedAs,
)
from counter.today import Loose, counters_of, today_of
from inventory import places
from inventory.ground import changes
from inventory.ground.errors import NotAllowed
from inventory.models import Change
from tests.cast import Shop

DAY = timedelta(days=1)


def later(days: int = 1) -> time_machine.travel:
    """So many days from now, at the same hour."""
    return time_machine.travel(timezone.now() + days * DAY, tick=True)


def counted(shop: Shop, shift: Shift) -> Shift:
    with changes.opened(store=shift.store, by=shop.zhao) as book:
        return shifts.mark_counted(shift=shift, book=book)


def kinds(shop: Shop) -> list[str]:
    rows = Change.objects.filter(store=shop.s01, kind__startswith="shift_").order_by("seq")
    return list(rows.values_list("kind", flat=True))


# --- one tap


def test_it_opens_in_one_tap_with_the_books_figures(shop: Shop) -> None:
    shift = shifts.open_at(counter=shop.b, by=shop.zhao)
    assert (shift.counter, shift.opened_by, shift.counted) == (shop.b, shop.zhao, False)
    assert shift.closed_at is None


def test_it_joins_the_shift_that_is_open(shop: Shop) -> None:
    assert shifts.open_at(counter=shop.a, by=shop.zhao) == shop.shift
    assert Shift.objects.filter(counter=shop.a).count() == 1


def test_it_refuses_head_office_and_a_tray(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        shifts.open_at(counter=shop.b, by=shop.head)
    with pytest.raises(shifts.NoCounter):
        shifts.open_at(counter=shop.tray("B-01"), by=shop.zhao)


def test_it_is_no_longer_closed_by_a_page(shop: Shop) -> None:
    assert shop.client(shop.chen).post("/shifts/close/").status_code == 404
    shop.shift.refresh_from_db()
    assert shop.shift.closed_at is None


# --- inside a signature


def test_it_closes_once(shop: Shop) -> None:
    closed = shop.close_shift(shop.shift, by=shop.zhao)
    assert (closed.closed_by, closed.closed_at is None) == (shop.zhao, False)
    with pytest.raises(shifts.ShiftClosed):
        shop.close_shift(shop.shift)
    assert kinds(shop) == ["shift_opened", "shift_closed"]


def test_a_signature_opens_the_next_one_as_counted(shop: Shop) -> None:
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        shifts.close_in(shift=shop.shift, book=book)
        opened = shifts.open_in(counter=shop.a, by=shop.zhao, book=book)
    assert (opened.counted, opened.opened_by) == (True, shop.zhao)
    assert opened.opened_at == Shift.objects.get(pk=shop.shift.pk).closed_at
    assert shifts.running_at(shop.a) == opened


def test_a_sheet_makes_its_figures_counted_ones(shop: Shop) -> None:
    assert counted(shop, shop.shift).counted
    assert kinds(shop)[-1] == "shift_counted"
    shop.close_shift(shop.shift)
    with pytest.raises(shifts.ShiftClosed):
        counted(shop, shop.shift)


# --- overnight


@pytest.mark.parametrize(
    ("opened", "now", "stale"),
    [
        ("2026-11-20T09:30+08:00", "2026-11-20T22:00+08:00", False),
        ("2026-11-20T09:30+08:00", "2026-11-21T04:59+08:00", False),
        ("2026-11-20T09:30+08:00", "2026-11-21T05:00+08:00", True),
        ("2026-11-21T04:30+08:00", "2026-11-21T05:00+08:00", True),
    ],
)
def test_it_is_stale_when_the_stores_next_day_has_started(
    shop: Shop, opened: str, now: str, stale: bool
) -> None:
    moments = [datetime.fromisoformat(text) for text in (opened, now)]
    shift = Shift(store=shop.s01, opened_at=moments[0])
    assert shifts.is_stale(shift, at=moments[1]) is stale
    shift.closed_at = moments[1]
    assert not shifts.is_stale(shift, at=moments[1])


def test_the_next_clerk_sells_at_once_and_the_old_shift_waits(shop: Shop) -> None:
    charm = shop.charm()
    with later():
        fresh = shifts.open_at(counter=shop.a, by=shop.zhao)
        assert fresh != shop.shift
        assert (fresh.opened_by, fresh.counted) == (shop.zhao, False)
        assert shifts.open_at(counter=shop.a, by=shop.lin) == fresh
        assert (shifts.running_at(shop.a), shifts.set_aside_at(shop.a)) == (fresh, shop.shift)
        assert shop.sell(charm, by=shop.zhao).shift == fresh
    assert kinds(shop) == ["shift_opened", "shift_set_aside", "shift_opened"]
    call_command("verify_books", "--full", verbosity=0)


def test_money_goes_back_in_the_shift_that_is_open_now(shop: Shop) -> None:
    """A sale of a shift that was left open is not voided any more; its money stays with it."""
    sale = shop.sell(shop.charm())
    with later():
        shifts.open_at(counter=shop.a, by=shop.zhao)
        with pytest.raises(sales.VoidTooLate):
            codes = [line.piece.number for line in sale.lines.all()]
            sales.void(sale=sale, scanned=codes, reason="wrong", by=shop.lin)
    assert list(Payment.objects.values_list("shift", flat=True)) == [shop.shift.pk]


def test_only_one_shift_waits_at_a_counter(shop: Shop) -> None:
    with later():
        fresh = shifts.open_at(counter=shop.a, by=shop.zhao)
    with later(2):
        with pytest.raises(shifts.CountFirst) as refused:
            shifts.open_at(counter=shop.a, by=shop.lin)
        day = places.business_day(shop.s01, shop.shift.opened_at)
        assert f"{day:%m-%d}" in str(refused.value)
        assert refused.value.next_url == "/handovers/start/A/?kind=change"
        fresh.refresh_from_db()
        assert fresh.set_aside_at is None
        shop.close_shift(shop.shift)
        assert shifts.open_at(counter=shop.a, by=shop.lin) != fresh
        assert shifts.set_aside_at(shop.a) == fresh


def test_a_shift_that_was_set_aside_is_closed_like_any_other(shop: Shop) -> None:
    with later():
        fresh = shifts.open_at(counter=shop.a, by=shop.zhao)
        shop.close_shift(shop.shift)
        assert shifts.set_aside_at(shop.a) is None
        assert shifts.running_at(shop.a) == fresh


def test_pieces_go_to_who_stands_at_the_counter_today(shop: Shop) -> None:
    with later():
        shifts.open_at(counter=shop.a, by=shop.zhao)
        read = moving.moving_of(
            moving.Draft(to="A-01"), store=shop.s01, by=shop.chen, at=None, shown=""
        )
        assert read.receiver == shop.zhao
        page = shop.client(shop.zhao).get("/today/")
        assert page.wsgi_request.shift == shifts.running_at(shop.a)  # type: ignore[attr-defined]  # because: put on every request


# --- the pages


def test_the_page_says_how_each_counter_stands(shop: Shop) -> None:
    page = shop.client().get("/shifts/").text
    assert "not counted" in page
    assert "no shift" in page
    assert "left open" not in page
    assert "?kind=change" in page
    assert "?kind=close" in page
    assert "?kind=open" in page
    with later():
        waits = shop.client().get("/shifts/").text
        assert f"林 left it open on {timezone.localtime(shop.shift.opened_at):%m-%d}" in waits
        shifts.open_at(counter=shop.a, by=shop.zhao)
        assert "林 left it open on" in shop.client().get("/shifts/").text


def test_a_counted_shift_is_handed_over_or_closed_and_not_opened_again(shop: Shop) -> None:
    row = next(each for each in counters_of(shop.s01) if each.counter == shop.a)
    assert row.may_count_opening
    counted(shop, shop.shift)
    row = next(each for each in counters_of(shop.s01) if each.counter == shop.a)
    assert not row.may_count_opening
    assert "not counted" not in shop.client().get("/today/").text


def test_a_cashier_opens_a_shift_and_starts_no_count(shop: Shop) -> None:
    page = shop.client(shop.qian).get("/shifts/").text
    assert "Work here" in page
    assert "?kind=" not in page


def test_the_strip_says_that_nobody_has_counted(shop: Shop) -> None:
    strip = shop.client().get("/sell/").text.split("</header>")[0]
    assert "not counted" in strip
    counted(shop, shop.shift)
    strip = shop.client().get("/sell/").text.split("</header>")[0]
    assert "not counted" not in strip


def test_an_open_count_is_one_touch_away(shop: Shop) -> None:
    count = Handover.objects.create(
        number="S01-H260101-0001",
        store=shop.s01,
        counter=shop.a,
        kind=HandoverKind.CHANGE,
        shift=shop.shift,
        business_day=timezone.now().date(),
        started_at=timezone.now(),
        started_by=shop.lin,
    )
    address = f'href="/handovers/{count.number}/"'
    client = shop.client()
    strip, rest = client.get("/shifts/").text.split("</header>", 1)
    assert address in strip
    assert address in rest
    assert "handovers/start/A/" not in rest
    assert "handovers/start/B/" in rest
    Handover.objects.update(state=HandoverState.ABANDONED)
    page = client.get("/shifts/").text
    assert address not in page
    assert "handovers/start/A/?kind=change" in page


def sheet(shop: Shop, *people: User, number: str, days_ago: int = 0) -> Handover:
    """A signed sheet, as far as the page of today reads it."""
    now = timezone.now()
    row = Handover.objects.create(
        number=number,
        store=shop.s01,
        counter=shop.a,
        kind=HandoverKind.CLOSE,
        shift=shop.shift,
        business_day=(now - days_ago * DAY).date(),
        started_at=now,
        started_by=shop.lin,
    )
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        row.state, row.signed_at, row.sealed_seq = HandoverState.SIGNED, now, 1
        row.change = book.note(row, kind="handover_signed", number=number)
        row.save()
        for user, role in zip(people, (SignedAs.OUTGOING, SignedAs.WITNESS), strict=False):
            hand = Signature(handover=row, signed_as=role, user=user, at=now)
            book.write([hand], kind="signature", number=number)
    return row


def test_a_manager_sees_what_is_not_witnessed_and_not_explained(shop: Shop) -> None:
    assert "not witnessed" not in shop.client(shop.wang).get("/today/").text
    sheet(shop, shop.lin, shop.chen, number="S01-H260101-0001")
    sheet(shop, shop.lin, number="S01-H260101-0002", days_ago=40)
    alone = sheet(shop, shop.lin, number="S01-H260101-0003")
    case = Investigation(
        handover=alone, store=shop.s01, part="A-01", what="-1", opened_at=timezone.now()
    )
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        book.write([case], kind="investigation_opened", number=alone.number)
    page = shop.client(shop.wang).get("/today/").text
    assert "1 sheet not witnessed" in page
    assert "1 difference unexplained" in page
    assert today_of(user=shop.head, store=shop.hq, counter=None).loose == Loose(1, 1)
    assert today_of(user=shop.head, store=shop.s02, counter=None).loose == Loose(0, 0)
    clerk = shop.client(shop.lin).get("/today/").text
    assert "not witnessed" not in clerk
