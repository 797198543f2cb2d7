"""The close of a day: counters handed over or explained, cash to deposit, figures that stay."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import Http404

from counter import books, days, shifts
from counter.models import DayClose, DayCounter, DayState, HandoverKind
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Change, Place, Store
from tests.cast import Shop
from tests.counter.test_verify_books import behind_the_back
from tests.day_files import DAY, NOON, at_noon, bring, hand_over, paid, wechat
from tests.day_files import Told as Line

NUMBER = "4200001234202611211234567890"


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    with at_noon():
        yield standing_noon


def close(shop: Shop, **other: Any) -> DayClose:
    told = {"store": shop.s01, "day": DAY, "deposited_cents": 0, "reason": "", "by": shop.wang}
    return days.close(**told | other)  # type: ignore[arg-type]  # because: the table above


def explain(shop: Shop, **other: Any) -> DayCounter:
    told = {
        "store": shop.s01,
        "day": DAY,
        "counter": "A",
        "explanation": "tablet broken, counted on paper",
        "by": shop.wang,
    }
    return days.explain(**told | other)  # type: ignore[arg-type]  # because: the table above


def page(shop: Shop, by: str = "wang") -> str:
    answer = shop.client(shop.people[by]).get(f"/day/{DAY}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def verified(shop: Shop) -> list[str]:
    store = Store.objects.get(pk=shop.s01.pk)
    return [str(each) for each in books.verify(store, full=True)]


def test_it_closes_when_every_counter_is_handed_over(shop: Shop) -> None:
    shop.sell(shop.charm())
    hand_over(shop, taken_cents=9_800)
    row = close(shop, deposited_cents=9_800)
    assert (row.state, row.closed_by) == (DayState.CLOSED, shop.wang)
    assert (row.deposit_expected_cents, row.deposited_cents) == (9_800, 9_800)
    assert row.counters.get().handover is not None
    link = Change.objects.get(kind="day_closed")
    assert (link, link.number) == (row.change, "2026-11-21")
    assert verified(shop) == []
    assert "closed" in page(shop)


def test_it_names_the_counter_that_is_not_handed_over(shop: Shop) -> None:
    hand_over(shop)
    shifts.open_at(counter=shop.b, by=shop.zhao)
    with pytest.raises(days.CountersWaiting) as refusal:
        close(shop)
    assert refusal.value.extra["counters"] == ["B"]
    assert "counter B" in str(refusal.value)
    assert not DayClose.objects.exists()


def test_the_shift_after_a_change_is_handed_over_too(shop: Shop) -> None:
    hand_over(shop, HandoverKind.CHANGE)
    with pytest.raises(days.CountersWaiting):
        close(shop)
    hand_over(shop)
    assert close(shop).is_closed


def test_an_opening_or_spot_count_hands_nothing_over(shop: Shop) -> None:
    assert hand_over(shop, HandoverKind.OPEN).signed_at
    assert hand_over(shop, HandoverKind.SPOT, tray=shop.tray("A-01")).signed_at
    with pytest.raises(days.CountersWaiting) as refusal:
        close(shop)
    assert refusal.value.extra["counters"] == ["A"]


def test_an_explained_counter_is_enough(shop: Shop) -> None:
    with pytest.raises(days.CountersWaiting):
        close(shop)
    explain(shop, explanation="first words")
    row = explain(shop)
    assert (row.by, row.counter, DayCounter.objects.count()) == (shop.wang, shop.a, 1)
    assert close(shop).is_closed
    shown = page(shop)
    assert "tablet broken, counted on paper" in shown
    assert "first words" not in shown
    assert verified(shop) == []


def test_an_explanation_stays_beside_the_sheet_that_came_later(shop: Shop) -> None:
    explain(shop)
    sheet = hand_over(shop)
    answer = close(shop).counters.get()
    assert (answer.handover, answer.explanation) == (sheet, "tablet broken, counted on paper")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "bad_field"),
        ("   ", "bad_field"),
        ("card 4111 1111 1111 1111", "bad_field"),
        ("x\x00y", "unprintable"),
    ],
)
def test_it_refuses_an_explanation_that_is_none(shop: Shop, words: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        explain(shop, explanation=words)
    assert refusal.value.code == code
    answer = shop.client(shop.wang).post(f"/day/{DAY}/counters/A/explain/", {"explanation": words})
    assert answer.status_code == 422
    assert not DayCounter.objects.exists()


def test_it_explains_only_what_needs_it(shop: Shop) -> None:
    with pytest.raises(days.NothingToExplain):
        explain(shop, counter="B")
    hand_over(shop)
    with pytest.raises(days.NothingToExplain):
        explain(shop)
    assert not DayClose.objects.exists() or not DayCounter.objects.exists()


def test_another_stores_counter_is_not_there(shop: Shop) -> None:
    Place.objects.filter(store=shop.s02, code="A").update(code="Z")
    with pytest.raises(Http404):
        explain(shop, counter="Z")
    client = shop.client(shop.wang)
    path = f"/day/{DAY}/counters/Z/explain/"
    assert client.post(path, {"explanation": "away"}).status_code == 404


def test_another_stores_manager_closes_nothing_here(shop: Shop) -> None:
    with pytest.raises(NotAllowed):
        close(shop, store=shop.s02)
    with pytest.raises(NotAllowed):
        explain(shop, store=shop.s02)


@pytest.mark.parametrize("username", ["lin", "qian", "chen", "head"])
def test_only_the_manager_closes(shop: Shop, username: str) -> None:
    hand_over(shop)
    with pytest.raises(NotAllowed):
        close(shop, by=shop.people[username])
    client = shop.client(shop.people[username])
    assert client.post(f"/day/{DAY}/close/", {"deposited": "0"}).status_code == 403
    assert not DayClose.objects.exists()


def test_it_closes_once(shop: Shop) -> None:
    hand_over(shop)
    first = close(shop)
    with pytest.raises(days.DayClosed):
        close(shop, deposited_cents=5, reason="again")
    with pytest.raises(days.DayClosed):
        explain(shop)
    kept = DayClose.objects.get()
    assert (kept.change, kept.deposited_cents) == (first.change, 0)


def test_it_refuses_a_day_to_come(shop: Shop) -> None:
    with pytest.raises(days.DayNotBegun):
        close(shop, day=DAY.replace(day=22))
    client = shop.client(shop.wang)
    for wrong in ("2026-11-22", "2026-02-30", "2026-11-2", "1999-01-01"):
        assert client.get(f"/day/{wrong}/").status_code == 404, wrong
    assert client.post("/day/2026-11-22/close/", {"deposited": "0"}).status_code == 422


def test_a_deposit_that_differs_needs_a_reason(shop: Shop) -> None:
    shop.sell(shop.charm())
    hand_over(shop, taken_cents=9_800)
    with pytest.raises(days.DepositUnexplained) as refusal:
        close(shop, deposited_cents=8_800)
    assert "−¥10.00" in str(refusal.value)
    form = {"deposited": "88.00", "reason": "one note refused by the bank"}
    assert shop.client(shop.wang).post(f"/day/{DAY}/close/", form).status_code == 303
    shown = page(shop)
    assert "one note refused by the bank" in shown
    assert "−¥10.00" in shown


@pytest.mark.parametrize("typed", ["", "-1", "abc", "1e9", "99999999999999"])
def test_it_refuses_a_deposit_that_is_no_amount(shop: Shop, typed: str) -> None:
    hand_over(shop)
    answer = shop.client(shop.wang).post(f"/day/{DAY}/close/", {"deposited": typed})
    assert answer.status_code == 422
    assert not DayClose.objects.exists()


def test_it_refuses_a_bank_cards_number_as_a_reason(shop: Shop) -> None:
    hand_over(shop)
    with pytest.raises(BadField):
        close(shop, reason="4111111111111111")


def test_electronic_payments_do_not_wait_for_their_file(shop: Shop) -> None:
    """The file comes the next morning and is held against the closed day."""
    paid(shop, NUMBER)
    hand_over(shop)
    assert close(shop).report["electronic"]["waiting"] == 1
    with time_machine.travel(NOON.replace(day=22), tick=True):
        bring(shop, wechat(Line(NUMBER, "98.00")))
        assert "1 confirmed" in page(shop)
        assert verified(shop) == []


def test_the_figures_of_a_closed_day_stay(shop: Shop) -> None:
    shop.sell(shop.charm())
    hand_over(shop)
    close(shop)
    shifts.open_at(counter=shop.a, by=shop.lin)
    shop.sell(shop.ring())
    shown = page(shop)
    assert "1 payment of ¥7,572.00 came after the day was closed." in shown
    report = days.day_of(store=shop.s01, day=DAY).report
    assert (report.cents, report.paid_cents) == (9_800, 9_800)
    assert verified(shop) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE counter_dayclose SET deposited_cents = 1, deposit_reason = 'x'",
        "UPDATE counter_dayclose SET report = '{}'",
        "UPDATE counter_daycounter SET explanation = 'all well'",
        "DELETE FROM counter_daycounter",
    ],
)
def test_a_changed_close_is_found(shop: Shop, statement: str) -> None:
    explain(shop)
    close(shop)
    behind_the_back(statement)
    assert any("counter_dayclose" in line for line in verified(shop))


def test_a_payment_slipped_into_a_closed_day_is_found(shop: Shop) -> None:
    shop.sell(shop.charm())
    hand_over(shop)
    close(shop)
    assert list(books.verify_days(shop.s01)) == []
    behind_the_back("UPDATE counter_payment SET amount_cents = 9700, given_cents = 9700")
    (broken,) = books.verify_days(shop.s01)
    assert (broken.table, str(broken.row)) == ("counter_dayclose", "2026-11-21")


def test_a_day_without_work_closes_without_counters(shop: Shop) -> None:
    quiet = DAY.replace(day=19)
    row = close(shop, day=quiet)
    assert (row.business_day, row.counters.count()) == (quiet, 0)


def test_the_list_names_days_with_work_newest_first(shop: Shop) -> None:
    shop.sell(shop.charm())
    close(shop, day=DAY.replace(day=19))
    listed = days.days_of(shop.s01)
    assert [(each.day.day, each.sold_cents) for each in listed] == [(21, 9_800), (19, 0)]
    shown = shop.client(shop.wang).get("/day/").content.decode()
    assert shown.index("2026-11-21") < shown.index("2026-11-19")
    assert days.days_of(shop.hq) == []


def test_head_office_reads_it(shop: Shop) -> None:
    shop.sell(shop.charm())
    client = shop.client(shop.head)
    client.post("/store/", {"store": "S01"})
    shown = client.get(f"/day/{DAY}/").content.decode()
    assert "¥98.00" in shown
    assert "Close the day" not in shown
