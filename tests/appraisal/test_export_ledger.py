"""旧料登记簿: what was bought, for the authorities; sellers masked, or in full and on record."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from appraisal import identities, seller_ledger
from appraisal.identities import Paper
from appraisal.models import IdentityReveal, TradeIn
from counter import books
from inventory import places
from inventory.ground import csv_files
from inventory.ground.errors import NotAllowed
from inventory.models import Store
from tests.cast import KeyedClient
from tests.old_gold import Desk
from tests.scrap_bags import of_two_metals, settled, swapped

ID = "11010519491231002X"


def read(content: bytes) -> list[dict[str, str]]:
    """As a spreadsheet would, which is why the mark is asserted here."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def with_identity(desk: Desk, **facts: Any) -> TradeIn:
    """A ring that was paid onto a bill, and whose seller was asked for a paper."""
    trade_in = desk.tested(**facts)
    told = Paper(
        kind="citizen",
        number=ID,
        name="周小梅",
        address="建国路1号",
        valid_until=timezone.localdate() + timedelta(days=9),
    )
    identities.take(trade_in=trade_in, paper=told, by=desk.by)
    swapped(desk, trade_in)
    return TradeIn.objects.get(pk=trade_in.pk)


def today(desk: Desk) -> date:
    return places.business_day(desk.shop.s01)


def span(desk: Desk, days: int = 0) -> dict[str, str]:
    last = today(desk)
    return {"since": (last - timedelta(days=days)).isoformat(), "until": last.isoformat()}


def wang(desk: Desk) -> KeyedClient:
    return desk.shop.client(desk.shop.wang)


def masked(desk: Desk, client: KeyedClient | None = None) -> list[dict[str, str]]:
    answer = (client or wang(desk)).get("/trade-ins/ledger.csv", span(desk))
    assert answer.status_code == 200, answer.content
    return read(answer.content)


def test_it_tells_of_each_piece_what_the_duty_asks(desk: Desk) -> None:
    trade_in = with_identity(desk)
    (row,) = masked(desk)
    assert row == {
        "Time": f"{timezone.localtime(trade_in.at):%Y-%m-%d %H:%M}",
        "Store": "国贸店",
        "Number": trade_in.number,
        "Kind": "old for new",
        "Item": "ring 素圈戒指",
        "Brand": "another brand, or none",
        "Mark": "足金",
        "Metal and fineness": "Fine gold 999‰",
        "Gross grams": "10.000",
        "Net grams": "10.000",
        "Amount in yuan": "9840.00",
        "Where it comes from": "本人购买，票据已失",
        "Our piece number": "",
        "Seller": "",
        "Identity paper": "resident identity card",
        "Identity number": "110105********002X",
        "Address": "",
        "Representative": "",
        "Clerk": "林",
    }
    assert not IdentityReveal.objects.exists()


def test_every_old_piece_is_a_line(desk: Desk) -> None:
    of_two_metals(desk)
    rows = masked(desk)
    assert len(rows) == 3
    total = sum(round(float(row["Amount in yuan"]) * 100) for row in rows)
    offer = TradeIn.objects.get().offers.order_by("-pk").first()
    assert offer is not None
    assert total == offer.worth_cents


def test_what_was_not_bought_is_not_on_it(desk: Desk) -> None:
    desk.offered()
    assert masked(desk) == []
    assert "No old gold was bought" in wang(desk).get("/trade-ins/ledger/").content.decode()


def test_the_full_one_names_the_seller_and_logs_the_look(desk: Desk) -> None:
    trade_in = with_identity(desk)
    settled(desk)  # a second one, without an identity
    told = span(desk) | {"why": "register of the police, June"}
    answer = wang(desk).post("/trade-ins/ledger/full/", told)
    first, second = read(answer.content)
    assert (first["Seller"], first["Identity number"]) == ("周小梅", ID)
    assert (second["Seller"], second["Identity number"]) == ("", "")
    look = IdentityReveal.objects.get()
    assert (look.by, look.why) == (desk.shop.wang, "register of the police, June")
    assert look.identity.trade_in == trade_in
    assert not list(books.verify(Store.objects.get(code="S01"), full=True))


def test_the_full_one_needs_a_reason(desk: Desk) -> None:
    with_identity(desk)
    answer = wang(desk).post("/trade-ins/ledger/full/", span(desk) | {"why": " "})
    assert answer.status_code == 422
    assert ID.encode() not in answer.content
    assert not IdentityReveal.objects.exists()


def test_what_was_forgotten_stays_masked(desk: Desk) -> None:
    identity = with_identity(desk).identity
    identity.sealed = None
    identity.save()
    told = span(desk) | {"why": "audit"}
    (row,) = read(wang(desk).post("/trade-ins/ledger/full/", told).content)
    assert row["Identity number"] == "110105********002X"


def test_a_clerk_sees_neither(desk: Desk) -> None:
    with_identity(desk)
    client = desk.shop.client()
    for answer in (
        client.get("/trade-ins/ledger/"),
        client.get("/trade-ins/ledger.csv", span(desk)),
        client.post("/trade-ins/ledger/full/", span(desk) | {"why": "curious"}),
    ):
        assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        seller_ledger.bought(
            store=desk.shop.s01, since=today(desk), until=today(desk), by=desk.shop.lin
        )


def test_another_store_has_another_one_and_head_office_all(desk: Desk) -> None:
    with_identity(desk)
    day = today(desk)
    ask = {"since": day, "until": day}
    assert seller_ledger.bought(store=desk.shop.s01, by=desk.shop.head, **ask)
    assert seller_ledger.bought(store=desk.shop.hq, by=desk.shop.head, **ask)
    assert not seller_ledger.bought(store=desk.shop.s02, by=desk.shop.head, **ask)
    with pytest.raises(NotAllowed):
        seller_ledger.bought(store=desk.shop.s02, by=desk.shop.wang, **ask)


@pytest.mark.parametrize(("since", "until"), [(366, 0), (0, 1)])
def test_it_refuses_more_than_a_year_and_days_in_the_wrong_order(
    desk: Desk, since: int, until: int
) -> None:
    day = today(desk)
    with pytest.raises(seller_ledger.LedgerTooLong):
        seller_ledger.bought(
            store=desk.shop.s01,
            since=day - timedelta(days=since),
            until=day - timedelta(days=until),
            by=desk.shop.wang,
        )


def test_the_page_shows_masks_and_the_sum(desk: Desk) -> None:
    with_identity(desk)
    shown = wang(desk).get("/trade-ins/ledger/").content.decode()
    assert "110105********002X" in shown
    assert "¥9,840.00" in shown
    assert ID not in shown
    assert "周小梅" not in shown


def test_it_costs_the_same_for_many_pieces(desk: Desk, django_assert_max_num_queries: Any) -> None:
    of_two_metals(desk)
    with_identity(desk)
    with django_assert_max_num_queries(3):
        rows = seller_ledger.bought(
            store=desk.shop.s01, since=today(desk), until=today(desk), by=desk.shop.wang
        )
        assert len(seller_ledger.cells(rows, {})) == 4


# --- as a spreadsheet opens it


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ('=HYPERLINK("http://evil")', '\'=HYPERLINK("http://evil")'),
        ("+8613800000001", "'+8613800000001"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-3.21", "-3.21"),
        ("9840.00", "9840.00"),
        ("110105194912310021", "\t110105194912310021"),
        ("足金戒指", "足金戒指"),
        ('a "b", c', 'a "b", c'),
    ],
)
def test_no_cell_is_a_formula_and_no_digit_is_lost(cell: str, kept: str) -> None:
    ((_heading,), (found,)) = csv.reader(
        io.StringIO(csv_files.written(["x"], [[cell]]).decode("utf-8-sig"), newline="")
    )
    assert found == kept


def test_a_formula_of_a_customer_stays_words(desk: Desk) -> None:
    settled(desk, source='=cmd|"/C calc"!A0')
    (row,) = masked(desk)
    assert row["Where it comes from"] == '\'=cmd|"/C calc"!A0'
