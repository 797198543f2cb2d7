"""The list of sheets, the chart of their differences, and what stays open after them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counter import charts, handovers, signatures
from counter.models import Handover, HandoverKind, Investigation, SignedAs
from counter.views import sheets as pages
from inventory import places
from inventory.ground import settings_rows
from inventory.models import State
from tests import sheets
from tests.cast import Shop


def listed(shop: Shop, by: str = "lin", **asked: Any) -> list[str]:
    """The numbers on the page, from its top."""
    answer = shop.client(shop.people[by]).get("/handovers/", asked)
    assert answer.status_code == 200, answer.content
    links = re.findall(r'href="/handovers/(S[^/"]+)/"', answer.content.decode())
    return list(dict.fromkeys(links))


def page(shop: Shop, by: str = "lin", path: str = "/handovers/", **asked: Any) -> str:
    answer = shop.client(shop.people[by]).get(path, asked)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def alone(shop: Shop) -> Handover:
    """A closing that nobody has witnessed."""
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="yes", by=shop.wang)
    return sheets.signed(shop, HandoverKind.CLOSE, alone=True)


def test_it_lists_the_sheets_of_the_store_the_newest_first(shop: Shop) -> None:
    first = sheets.signed(shop)
    second = handovers.start(counter=shop.b, kind=HandoverKind.OPEN, incoming=shop.lin, by=shop.lin)
    assert listed(shop) == [second.number, first.number]
    assert listed(shop, "head") == [second.number, first.number]
    assert listed(shop, "sun") == []


def test_it_says_what_to_do_where_nothing_is(shop: Shop) -> None:
    assert "No handover yet. Start counting" in page(shop)
    assert "No handover fits. All handovers" in page(shop, q="H99")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("H{day}-0001", True),
        ("A", True),
        ("a", True),
        ("zhao", True),
        ("赵", True),
        ("B", False),
        ("wang", False),
    ],
)
def test_it_finds_a_sheet_by_number_counter_or_person(shop: Shop, asked: str, found: bool) -> None:
    done = sheets.signed(shop)
    text = asked.format(day=f"{done.business_day:%y%m%d}")
    assert listed(shop, q=text) == [done.number] * found


def test_it_finds_a_sheet_by_who_signed_it(shop: Shop) -> None:
    done = sheets.signed(shop, HandoverKind.CLOSE)
    assert listed(shop, q="chen") == [done.number]  # the witness


def test_it_finds_the_sheets_of_a_month(shop: Shop) -> None:
    done = sheets.signed(shop)
    month = done.business_day.replace(day=1)
    assert listed(shop, month=f"{month:%Y-%m}") == [done.number]
    assert listed(shop, month=f"{month - timedelta(days=1):%Y-%m}") == []
    assert listed(shop, month=f"{month + timedelta(days=31):%Y-%m}") == []


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "26-11", "0001-01", "9999-12"])
def test_it_refuses_a_month_that_is_none(shop: Shop, month: str) -> None:
    answer = shop.client().get("/handovers/", {"month": month})
    assert answer.status_code == 422
    assert "Write a month such as 2026-11." in answer.content.decode()


def test_it_finds_sheets_by_their_state(shop: Shop) -> None:
    given_up = sheets.begin(shop)
    handovers.abandon(handover=given_up, reason="fire drill", by=shop.lin)
    lonely = alone(shop)
    running = handovers.start(
        counter=shop.b, kind=HandoverKind.OPEN, incoming=shop.lin, by=shop.lin
    )
    for state, found in (
        ("open", running), ("signed", lonely), ("unwitnessed", lonely), ("abandoned", given_up),
    ):  # fmt: skip
        assert listed(shop, state=state) == [found.number], state
    assert len(listed(shop)) == 3


def test_it_tells_no_figure_of_a_count_that_is_open(shop: Shop) -> None:
    shop.piece(net_mg=4_321_000, gross_mg=4_321_000)
    handovers.start(counter=shop.a, kind=HandoverKind.CLOSE, by=shop.lin)
    told = page(shop)
    assert "A closing 林 — — — counting" in told
    assert "4,321" not in told


def test_it_shows_fifty_and_then_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS", 2)
    numbers = []
    for _each in range(3):
        running = sheets.begin(shop)
        handovers.abandon(handover=running, reason="fire drill", by=shop.lin)
        numbers.append(running.number)
    client = shop.client()
    first = client.get("/handovers/").content.decode()
    (more,) = re.findall(r'rel="next"\s+href="([^"]+)"', first)
    assert [number in first for number in numbers] == [False, True, True]
    second = client.get(f"/handovers/{more.replace('&amp;', '&')}").content.decode()
    assert [number in second for number in numbers] == [True, False, False]
    assert 'rel="next"' not in second


def test_it_costs_the_same_queries_for_many_sheets(shop: Shop) -> None:
    def cost() -> int:
        client = shop.client()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/handovers/").status_code == 200
        return len(asked)

    sheets.signed(shop, lacking=[shop.ring()])
    few = cost()
    for _each in range(4):
        running = handovers.start(
            counter=shop.b, kind=HandoverKind.OPEN, incoming=shop.lin, by=shop.lin
        )
        handovers.abandon(handover=running, reason="fire drill", by=shop.lin)
    assert cost() == few


# --- the chart


def test_it_draws_the_differences_of_each_counter_and_month(shop: Shop) -> None:
    rings = [shop.ring(), shop.ring()]
    done = sheets.signed(shop, lacking=rings, short_cents=0)
    chart = charts.differences(shop.lin, store=shop.s01, until=places.business_day(shop.s01))
    month = done.business_day.replace(day=1)
    assert chart.rows == [("A", month, charts.Differences(n=2, pieces=-2, cents=0))]
    answer = shop.client().get("/handovers/").content.decode()
    assert "<rect" in answer
    assert "style=" not in answer
    assert f"A {month:%Y-%m} 2 −2 ¥0.00" in page(shop)


def test_it_draws_by_store_for_head_office(shop: Shop) -> None:
    sheets.signed(shop, lacking=[shop.ring()])
    assert "Signed differences by store and month" in page(shop, "head")
    assert "国贸店" in page(shop, "head").split("In figures")[1]
    assert "Signed differences" not in page(shop, "sun")


def test_it_scales_all_bars_alike() -> None:
    months = charts.last_months(date(2026, 2, 28), 2)
    assert months == [date(2026, 1, 1), date(2026, 2, 1)]
    figures = {("A", months[0]): 4, ("B", months[1]): 2}
    drawn = charts.bars(
        names=["A", "B"], months=months, figure=lambda name, month: figures.get((name, month), 0)
    )
    widths = [[bar.width for bar in row.bars] for row in drawn.rows]
    assert widths == [[charts.LONGEST_BAR, 0], [0, charts.LONGEST_BAR // 2]]
    assert [bar.n for row in drawn.rows for bar in row.bars] == [4, 0, 0, 2]
    last = drawn.rows[-1].bars[-1]
    assert last.x + charts.LONGEST_BAR < drawn.width
    assert last.y + last.height < drawn.height


def test_it_draws_nothing_where_nothing_differed() -> None:
    assert charts.bars(names=[], months=[], figure=lambda _name, _month: 0).rows == []


# --- who was alone


def test_a_sheet_that_a_manager_signed_for_somebody_is_witnessed_on_every_page(shop: Shop) -> None:
    done = sheets.begin(shop)
    sheets.count_goods(shop, done)
    sheets.count_money(shop, done)
    for role, user in ((SignedAs.MANAGER, shop.wang), (SignedAs.INCOMING, shop.zhao)):
        signatures.sign(handover=done, as_=role, user=user, reason="Lin is ill")
    assert listed(shop, state="unwitnessed") == []
    assert "not witnessed" not in page(shop, path=f"/handovers/{done.number}/")
    assert "outgoing has not signed yet" in page(shop, path=f"/handovers/{done.number}/")


def test_a_sheet_of_one_signature_is_witnessed_on_no_page(shop: Shop) -> None:
    done = alone(shop)
    assert listed(shop, state="unwitnessed") == [done.number]
    assert "not witnessed" in page(shop, path=f"/handovers/{done.number}/")


def test_it_tells_head_office_how_often_nobody_witnessed(shop: Shop) -> None:
    alone(shop)
    assert "Not witnessed since" in page(shop, "head")
    assert "国贸店 A 1" in page(shop, "head").split("Not witnessed since")[1]
    assert "Not witnessed since" not in page(shop, "wang")


# --- investigations


@pytest.fixture
def lost(shop: Shop) -> Investigation:
    ring = shop.ring(place=shop.tray("A-02"))
    return sheets.signed(shop, lacking=[ring]).investigations.get()


def test_it_lists_what_is_open_until_somebody_writes_what_became_of_it(
    shop: Shop, lost: Investigation
) -> None:
    assert lost.piece is not None
    assert "1 open investigation" in page(shop)
    told = page(shop, path="/investigations/")
    assert "−1 piece · −1.96 g" in told
    assert "searched the whole counter" in told
    answer = shop.client(shop.wang).post(
        f"/investigations/{lost.pk}/close/", {"outcome": "found", "note": "behind the drawer"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/investigations/")
    lost.piece.refresh_from_db()
    assert lost.piece.state == State.ON_SALE
    assert "No difference is open." in page(shop, path="/investigations/")
    closed = page(shop, path="/investigations/", closed="1")
    assert "found behind the drawer" in closed
    assert "0 open investigations" in page(shop)


def test_it_is_closed_by_manager_or_head_office_only(shop: Shop, lost: Investigation) -> None:
    path, written = f"/investigations/{lost.pk}/close/", {"outcome": "found", "note": "there"}
    for name in ("lin", "chen", "qian"):
        assert shop.client(shop.people[name]).post(path, written).status_code == 403
        assert "Write down what became of it" not in page(shop, name, "/investigations/")
    assert "Write down what became of it" in page(shop, "wang", "/investigations/")
    assert shop.client(shop.head).post(path, written).status_code == 303


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"outcome": "found"}, 422),
        ({"note": "there"}, 422),
        ({"outcome": "stolen", "note": "there"}, 422),
        ({"outcome": "explained", "note": "there"}, 422),  # a missing piece is found or gone
    ],
)
def test_it_stays_open_without_an_outcome_and_a_sentence(
    shop: Shop, lost: Investigation, typed: dict[str, str], code: int
) -> None:
    answer = shop.client(shop.wang).post(f"/investigations/{lost.pk}/close/", typed)
    assert answer.status_code == code
    lost.refresh_from_db()
    assert lost.closed_at is None


def test_it_is_closed_once(shop: Shop, lost: Investigation) -> None:
    path, written = f"/investigations/{lost.pk}/close/", {"outcome": "found", "note": "there"}
    assert shop.client(shop.wang).post(path, written).status_code == 303
    answer = shop.client(shop.head).post(path, written)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "investigation_closed")


def test_it_is_no_business_of_another_store(shop: Shop, lost: Investigation) -> None:
    Investigation.objects.filter(pk=lost.pk).update(store=shop.s02)
    written = {"outcome": "found", "note": "there"}
    answer = shop.client(shop.wang).post(f"/investigations/{lost.pk}/close/", written)
    assert answer.status_code == 404
    assert "No difference is open." in page(shop, path="/investigations/")
