"""A count while the shop is open, through the pages; every story ends with the books in
agreement."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core.management import call_command

from inventory.models import (
    DifferenceKind,
    LineResult,
    Piece,
    State,
    Stocktake,
    StocktakeDifference,
    StocktakeState,
)
from tests import shipments, stocktakes
from tests.cast import PINS, KeyedClient, Shop
from tests.paper import text_of
from tests.stocktake_stages import NOT_OURS

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


@pytest.fixture
def books_agree_afterwards(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


def open_count(shop: Shop, *codes: str) -> str:
    """The manager opens a count of these places; its address."""
    form = {"kind": "cycle", "places": list(codes)}
    address = shop.client(shop.wang).post("/stocktakes/new/", form).headers["Location"]
    return str(address)


def scan(tablet: KeyedClient, count: str, place: str, *codes: str) -> list[str]:
    """Labels that are scanned in a place one after the other; the tone of each."""
    tones = []
    for code in codes:
        after = tablet.post(f"{count}places/{place}/scan/", {"code": code}).headers["Location"]
        tones.append(str(after).rpartition("=")[2])
    return tones


def hand_in(tablet: KeyedClient, count: str, place: str) -> None:
    sent = {"seen_seq": "0"}
    assert tablet.post(f"{count}places/{place}/hand-in/", sent).status_code == 303


def decide(tablet: KeyedClient, count: str, kind: str, outcome: str, **facts: Any) -> None:
    """What became of the one difference of this kind."""
    row = StocktakeDifference.objects.get(kind=kind, outcome="")
    sent = {"outcome": outcome, "words": "查过了", **facts}
    answer = tablet.post(f"{count}differences/{row.pk}/decide/", sent)
    assert answer.status_code == 303, answer.content.decode()


def approve(shop: Shop, count: str) -> None:
    """The chief asks at the tablet, the manager types the PIN there."""
    tablet = shop.client(shop.chen)
    asked = tablet.post(f"{count}approve/").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked))
    form |= {"approver": "wang", "pin": PINS["wang"]}
    assert tablet.post("/approvals/", form).status_code in {200, 303}
    assert tablet.post(f"{count}approve/").status_code == 303


def numbers(rows: Sequence[Piece]) -> list[str]:
    return [row.number for row in rows]


def state_of(piece: Piece) -> tuple[str, str]:
    """What the books say of a piece now: its state and its place."""
    now = Piece.objects.select_related("place").get(pk=piece.pk)
    return now.state, now.place.code if now.place else ""


def test_it_is_counted_while_the_shop_sells(shop: Shop) -> None:
    """One is sold before its tray is handed in, one is missing, one lies astray, one is of another
    store, and a tag is not ours; then the sheet is published and printed."""
    rows = [shop.piece() for _n in range(4)]
    ring = shop.ring(place=shop.tray("A-02"))
    theirs = shop.ring(place=shop.tray("A-01", shop.s02), store=shop.s02)
    sold, missing, astray, there = rows
    count = open_count(shop, "A-01", "A-02")
    lin, zhao = shop.client(shop.lin), shop.client(shop.zhao)

    assert scan(lin, count, "A-01", there.number, there.number) == ["read", "repeated"]
    assert scan(lin, count, "A-01", theirs.number, NOT_OURS) == ["read", "unknown"]
    shop.sell(sold)
    assert scan(zhao, count, "A-02", ring.number, astray.number) == ["read", "read"]
    told = lin.get(f"{count}?place=A-01").content.decode()
    assert "2 pieces" in told
    assert "Expected" not in told  # blind
    hand_in(lin, count, "A-01")
    hand_in(zhao, count, "A-02")

    stocktake = Stocktake.objects.get()
    assert stocktake.state == StocktakeState.RECONCILING
    assert stocktakes.results(stocktake) == {
        f"{there.number} A-01": LineResult.FOUND,
        f"{ring.number} A-02": LineResult.FOUND,
        f"{sold.number} A-01": LineResult.MOVED,
        f"{missing.number} A-01": LineResult.MISSING,
        f"{astray.number} A-01": LineResult.FOUND_ELSEWHERE,
    }
    settle(shop, count)
    approve(shop, count)
    assert state_of(missing) == (State.MISSING, "A-01")
    assert state_of(astray) == (State.ON_SALE, "A-02")
    publish(shop, count)


def settle(shop: Shop, count: str) -> None:
    """The chief says what became of each of the four."""
    chief = shop.client(shop.chen)
    assert "Last movements" in chief.get(f"{count}differences/").content.decode()
    decide(chief, count, DifferenceKind.MISSING, "missing")
    decide(chief, count, DifferenceKind.FOUND_ELSEWHERE, "late_movement")
    decide(chief, count, DifferenceKind.UNEXPECTED, "noted")
    decide(chief, count, DifferenceKind.UNKNOWN, "noted")


def publish(shop: Shop, count: str) -> None:
    """The manager publishes the sheet; page and paper name its hash."""
    manager = shop.client(shop.wang)
    assert manager.post(f"{count}publish/").status_code == 303
    sheet = Stocktake.objects.get().sheet
    assert sheet.sha256 in manager.get(count).content.decode()
    paper = text_of(manager.get(f"{count}sheet.pdf").content)
    assert sheet.number in paper
    assert sheet.sha256 in paper.replace("\r\n", "")


def test_a_label_is_lost_and_found(shop: Shop) -> None:
    """A chain without its label is described and weighed; the chief knows which one it is."""
    chain, ring = shop.piece(), shop.ring()
    count = open_count(shop, "A-01")
    lin = shop.client(shop.lin)
    scan(lin, count, "A-01", ring.number)
    told = {"words": "足金项链，无标签", "grams": "8.72"}
    assert lin.post(f"{count}places/A-01/no-label/", told).status_code == 303
    assert "2 pieces" in lin.get(f"{count}?place=A-01").content.decode()
    hand_in(lin, count, "A-01")

    chief = shop.client(shop.chen)
    row = StocktakeDifference.objects.get(kind=DifferenceKind.NO_LABEL)
    assert chain.number in chief.get(f"{count}differences/?row={row.pk}").content.decode()
    decide(chief, count, DifferenceKind.NO_LABEL, "label_replaced", turned_out=chain.number)
    approve(shop, count)
    assert state_of(chain) == (State.ON_SALE, "A-01")


def test_a_ring_that_was_missing_turns_up(shop: Shop) -> None:
    """盘盈: what an earlier count did not find lies in another tray, and is in the books again."""
    ring = shop.ring()
    stocktakes.published(shop, "A-01", missing=[ring])
    assert state_of(ring)[0] == State.MISSING
    count = open_count(shop, "A-02")
    lin = shop.client(shop.lin)
    assert scan(lin, count, "A-02", ring.number) == ["read"]
    hand_in(lin, count, "A-02")
    decide(shop.client(shop.chen), count, DifferenceKind.UNEXPECTED, "surplus")
    approve(shop, count)
    assert state_of(ring) == (State.ON_SALE, "A-02")


def test_a_second_person_counts_once_more_and_finds_it(shop: Shop) -> None:
    chain, ring = shop.piece(), shop.ring()
    count = open_count(shop, "A-01")
    lin, zhao, chief = (shop.client(person) for person in (shop.lin, shop.zhao, shop.chen))
    scan(lin, count, "A-01", chain.number)
    hand_in(lin, count, "A-01")
    assert chief.post(f"{count}places/A-01/recount/").status_code == 303
    scan(zhao, count, "A-01", *numbers([chain, ring]))
    hand_in(zhao, count, "A-01")
    assert not StocktakeDifference.objects.exists()
    approve(shop, count)


def test_a_transfer_on_the_road_is_not_missing(shop: Shop) -> None:
    """One has left for the other store before the count, one leaves while it is counted."""
    gone, going, here = shop.piece(), shop.piece(), shop.piece()
    shipments.send(shop, gone)
    count = open_count(shop, "A-01")
    lin = shop.client(shop.lin)
    scan(lin, count, "A-01", here.number)
    shipments.send(shop, going)
    hand_in(lin, count, "A-01")
    found = stocktakes.results(Stocktake.objects.get())
    assert found == {
        f"{going.number} A-01": LineResult.MOVED,
        f"{here.number} A-01": LineResult.FOUND,
    }
    approve(shop, count)
    assert state_of(going)[0] == State.IN_TRANSIT
