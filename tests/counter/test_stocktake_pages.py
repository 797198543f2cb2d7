"""The pages of a stocktake: what stands there for whom, and what a form refuses."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from counter import stocktake_line_page, stocktake_lists
from inventory import places, stocktake_places
from inventory.models import (
    Means,
    SpotState,
    Stocktake,
    StocktakeKind,
    StocktakeState,
    StocktakeSupply,
    StocktakeUnlabelled,
)
from tests import stocktake_stages, stocktakes
from tests.cast import KeyedClient, Shop
from tests.stocktake_stages import NOT_OURS, Counting


@pytest.fixture
def now(shop: Shop) -> Counting:
    """A-01 in lin's hand, A-02 handed in a ring short, A-03 waiting."""
    return stocktake_stages.counting(shop, "A-01", "A-02", "A-03")


def page(shop: Shop, stocktake: Stocktake, query: str = "", by: str = "lin") -> str:
    client = shop.client(shop.people[by])
    return client.get(f"/stocktakes/{stocktake.number}/{query}").content.decode()


# --- beginning


def test_a_monthly_one_counts_every_place_of_the_store(shop: Shop) -> None:
    manager = shop.client(shop.wang)
    month = f"{places.business_day(shop.s01):%Y-%m}"
    manager.post("/stocktakes/new/", {"kind": "monthly", "month": month})
    found = Stocktake.objects.get()
    assert (found.kind, found.month) == (StocktakeKind.MONTHLY, month)
    assert found.places.count() == shop.s01.places.exclude(kind="virtual").count()


def test_a_counter_chosen_as_a_whole_brings_its_trays(shop: Shop) -> None:
    manager = shop.client(shop.wang)
    sent = {"kind": "spot", "category": "ring", "counters": ["B"], "places": ["A-01", "SAFE"]}
    manager.post("/stocktakes/new/", sent)
    found = Stocktake.objects.get()
    codes = set(found.places.values_list("place__code", flat=True))
    assert codes >= {"A-01", "SAFE", "B", "B-01", "B-15", "B-W"}
    assert "A-02" not in codes
    assert found.category == "ring"


def test_a_count_without_a_place_is_refused_at_its_field(shop: Shop) -> None:
    refused = shop.client(shop.wang).post("/stocktakes/new/", {"kind": "cycle"})
    assert refused.headers["X-Refusal"] == "scope_empty"


def test_head_office_is_told_to_choose_a_store(shop: Shop) -> None:
    told = shop.client(shop.head).get("/stocktakes/new/?kind=cycle").content.decode()
    assert "belongs to one store" in told


# --- counting blind


def test_who_counts_sees_what_was_read_and_nothing_of_the_books(shop: Shop, now: Counting) -> None:
    told = page(shop, now.stocktake, "?place=A-01")
    assert "2 pieces" in told  # one with its label, one without
    assert NOT_OURS in told
    assert "足金素圈，无标签" in told
    assert 'value="12.500"' in told
    assert "Expected" not in told


def test_what_was_expected_appears_once_a_place_is_handed_in(shop: Shop, now: Counting) -> None:
    told = page(shop, now.stocktake, "?place=A-02")
    assert "Expected" in told
    assert "Missing" in told
    assert "differs" in told


def test_differences_are_a_secret_while_somebody_counts(shop: Shop, now: Counting) -> None:
    address = f"/stocktakes/{now.stocktake.number}/differences/"
    assert shop.client(shop.chen).get(address).headers["X-Refusal"] == "count_open"
    assert shop.client(shop.head).get(address).status_code == 200


def test_a_scan_brings_only_what_it_changes(shop: Shop, now: Counting) -> None:
    number = now.stocktake.number
    asked = {"HX-Request": "true", "HX-Target": "counting"}
    address = f"/stocktakes/{number}/?place=A-01&heard=unknown"
    answer = shop.client(shop.lin).get(address, headers=asked)
    told = answer.content.decode()
    assert "scan-unknown" in answer.headers["HX-Trigger"]
    assert 'id="board"' not in told
    assert told.count('hx-swap-oob="true"') == 2  # the tile and the sum


def test_the_board_brings_itself_anew(shop: Shop, now: Counting) -> None:
    asked = {"HX-Request": "true", "HX-Target": "board"}
    answer = shop.client(shop.zhao).get(f"/stocktakes/{now.stocktake.number}/", headers=asked)
    told = answer.content.decode()
    assert told.lstrip().startswith('<div id="board"')
    assert "every 15s" in told


def test_how_a_label_was_read_is_kept(shop: Shop, now: Counting) -> None:
    client, address = shop.client(), f"/stocktakes/{now.stocktake.number}/places/A-01/scan/"
    for means in ("typed", "camera", "scanner", ""):
        client.post(address, {"code": shop.ring().number, "means": means})
    kept = now.stocktake.reads.order_by("-pk").values_list("means", flat=True)
    assert list(kept[:4]) == ["scanner", "scanner", "camera", "typed"]
    refused = client.post(address, {"code": shop.ring().number, "means": "rfid"})
    assert refused.status_code == 422


def test_the_code_of_another_place_opens_it(shop: Shop, now: Counting) -> None:
    scanned = {"code": "a-03"}
    client = shop.client(shop.zhao)
    answer = client.post(f"/stocktakes/{now.stocktake.number}/scan/", scanned)
    assert answer.headers["Location"].endswith("?place=A-03")
    assert stocktakes.spot(now.stocktake, "A-03").by == shop.zhao
    lost = client.post(f"/stocktakes/{now.stocktake.number}/scan/", {"code": "1000017387"})
    assert lost.headers["X-Refusal"] == "no_place_chosen"


def test_a_colleague_may_take_a_place_over(shop: Shop, now: Counting) -> None:
    client = shop.client(shop.zhao)
    address = f"/stocktakes/{now.stocktake.number}/places/A-01/begin/"
    assert client.post(address).headers["X-Refusal"] == "place_taken"
    assert client.post(address, {"take_over": "1"}).status_code == 303
    assert stocktakes.spot(now.stocktake, "A-01").by == shop.zhao


def test_a_list_of_tags_is_pasted_or_sent_as_a_file(shop: Shop, now: Counting) -> None:
    tag = "E2801160600002054C9F0001"
    ring = shop.ring(place=shop.tray("A-03"), epc=tag)
    client = shop.client(shop.zhao)
    address = f"/stocktakes/{now.stocktake.number}/places/A-03/tags/"
    client.post(address, {"tags": f"{tag}\n{tag.lower()}\n{NOT_OURS}\n"})
    told = client.get(f"/stocktakes/{now.stocktake.number}/?place=A-03").content.decode()
    assert "1 read · 1 repeated · 1 of an unknown label" in told
    listed = SimpleUploadedFile("tags.txt", ring.number.encode())
    client.post(address, {"file": listed})
    reads = now.stocktake.reads.filter(place__code="A-03")
    assert set(reads.values_list("means", flat=True)) == {Means.FILE}
    assert reads.count() == 2
    assert client.post(address, {"tags": " \n"}).headers["X-Refusal"] == "bad_field"


def test_a_thing_without_a_label_is_taken_back(shop: Shop, now: Counting) -> None:
    client = shop.client(shop.lin)
    address = f"/stocktakes/{now.stocktake.number}/places/A-01/no-label/"
    client.post(f"{address}{now.unlabelled.pk}/undo/")
    assert StocktakeUnlabelled.objects.get().undone_at is not None
    refused = client.post(address, {"words": "", "grams": "1"})
    assert (refused.status_code, refused.headers["X-Refusal"]) == (422, "bad_field")


def test_the_tray_is_weighed_while_it_is_handed_in(shop: Shop, now: Counting) -> None:
    client = shop.client(shop.lin)
    spot = stocktakes.spot(now.stocktake, "A-01")
    shown = client.get(f"/stocktakes/{now.stocktake.number}/?place=A-01").content.decode()
    seen = shown.partition('name="seen_seq" value="')[2].partition('"')[0]
    sent = {"seen_seq": seen, "gross": "99.12", "tare": "80"}
    client.post(f"/stocktakes/{now.stocktake.number}/places/A-01/hand-in/", sent)
    spot.refresh_from_db()
    assert (spot.state, spot.gross_mg, spot.tare_mg) == (SpotState.HANDED_IN, 99_120, 80_000)
    assert spot.gap_mg is not None


def test_a_drawn_piece_is_weighed_before_the_place_is_handed_in(shop: Shop, now: Counting) -> None:
    sample = stocktake_stages.draw_sample(shop, now.stocktake, "A-01")
    told = page(shop, now.stocktake, "?place=A-01")
    assert "Weigh this piece by itself" in told
    client = shop.client(shop.lin)
    address = f"/stocktakes/{now.stocktake.number}/places/A-01/"
    client.post(f"{address}samples/{sample.pk}/weigh/", {"grams": "8.72"})
    client.post(f"{address}hand-in/", {"seen_seq": "0"})
    assert stocktakes.spot(now.stocktake, "A-01").state == SpotState.HANDED_IN


def test_a_supply_that_nobody_counted_keeps_the_place_open(shop: Shop, now: Counting) -> None:
    StocktakeSupply.objects.update(counted=None, by=None, at=None)
    address = f"/stocktakes/{now.stocktake.number}/places/A-01/hand-in/"
    refused = shop.client(shop.lin).post(address, {"seen_seq": "0"})
    assert refused.headers["X-Refusal"] == "supply_not_counted"
    assert stocktakes.spot(now.stocktake, "A-01").state == SpotState.COUNTING


# --- the manager's part


def test_what_nobody_has_begun_is_handed_in_at_once(shop: Shop, now: Counting) -> None:
    stocktake_places.hand_in(spot=stocktakes.spot(now.stocktake, "A-01"), by=shop.lin)
    shop.client(shop.wang).post(f"/stocktakes/{now.stocktake.number}/hand-in/")
    now.stocktake.refresh_from_db()
    assert now.stocktake.state == StocktakeState.RECONCILING


def test_counting_ends_and_the_rest_is_not_missing(shop: Shop, now: Counting) -> None:
    stocktake_places.hand_in(spot=stocktakes.spot(now.stocktake, "A-01"), by=shop.lin)
    shop.client(shop.wang).post(f"/stocktakes/{now.stocktake.number}/stop/")
    told = page(shop, now.stocktake, by="chen")
    assert "differences are to be settled" in told
    assert "every 15s" not in told  # nobody counts elsewhere
    waiting = page(shop, now.stocktake, "?place=A-03")
    assert "Nobody counted this place" in waiting
    assert "Count A-03" not in waiting


def test_it_is_given_up_with_a_reason(shop: Shop, now: Counting) -> None:
    manager = shop.client(shop.wang)
    address = f"/stocktakes/{now.stocktake.number}/abandon/"
    assert manager.post(address, {"reason": ""}).headers["X-Refusal"] == "bad_field"
    manager.post(address, {"reason": "店庆当天"})
    assert "店庆当天" in page(shop, now.stocktake)


# --- settling


def test_a_compensation_case_needs_its_three_parts(shop: Shop) -> None:
    settle = stocktake_stages.settling(shop, "A-01", "A-02")
    row = settle.differences.get(kind="missing")
    chief = shop.client(shop.chen)
    address = f"/stocktakes/{settle.number}/differences/{row.pk}/decide/"
    case = {"outcome": "compensation", "words": "橱窗未锁"}
    refused = chief.post(address, case)
    assert (refused.status_code, refused.headers["X-Refusal"]) == (422, "case_incomplete")
    chief.post(address, {**case, "hearing": "林：当天未在岗", "agreement": "由公司承担"})
    told = chief.get(f"/stocktakes/{settle.number}/differences/?state=decided").content.decode()
    assert "由公司承担" in told


def test_the_list_of_differences_goes_on_behind_a_row(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counter.settling_page.ROWS", 2)
    settle = stocktake_stages.settling(shop, "A-01", "A-02")
    rows = list(settle.differences.order_by("pk"))
    chief = shop.client(shop.chen)
    address = f"/stocktakes/{settle.number}/differences/"
    assert f"after={rows[1].pk}" in chief.get(address).content.decode()
    behind = chief.get(f"{address}?after={rows[1].pk}").content.decode()
    assert f"row={rows[2].pk}" in behind
    assert f"row={rows[0].pk}" not in behind


# --- lists, and what is over


def test_the_list_is_searched_and_leafed_through(shop: Shop, now: Counting) -> None:
    sheet = stocktakes.published(shop, "A-09")
    store, clerk = shop.s01, shop.lin

    def found(**asked: object) -> list[str]:
        rows = stocktake_lists.wanted(clerk, store=store, **asked)  # type: ignore[arg-type]  # because: words of a search
        return [row.number for row in rows]

    day = places.business_day(store)
    assert found() == [sheet.number, now.stocktake.number]
    assert found(state="running") == [now.stocktake.number]
    assert found(state="published") == [sheet.number]
    assert found(text="王") == [sheet.number, now.stocktake.number]
    assert found(text=sheet.number[-6:]) == [sheet.number]
    assert found(month=day.replace(day=1)) == [sheet.number, now.stocktake.number]
    assert found(month=(day.replace(day=1) - timedelta(days=1)).replace(day=1)) == []
    assert found(before=sheet.stocktake_id) == [now.stocktake.number]


def test_the_single_pieces_are_listed_by_result(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, charm = shop.ring(), shop.charm(place=shop.tray("A-02"))
    stocktake = stocktakes.opened(shop, "A-01", "A-02")
    stocktakes.count(stocktake, "A-01", by=shop.lin)
    client, address = shop.client(shop.chen), f"/stocktakes/{stocktake.number}/lines/"
    refused = shop.client(shop.lin).get(address)
    assert refused.headers["X-Refusal"] == "count_open"
    stocktakes.count(stocktake, "A-02", [ring, charm], by=shop.zhao)
    elsewhere = client.get(address, {"result": "found_elsewhere"}).text
    assert f"/pieces/{ring.number}/" in elsewhere and charm.number not in elsewhere
    assert "lies in A-02" in elsewhere and "Cost" not in elsewhere
    there = shop.client(shop.head).get(address, {"place": "A-02"}).text
    assert f"/pieces/{charm.number}/" in there and ring.number not in there and "Cost" in there
    monkeypatch.setattr(stocktake_line_page, "ROWS", 1)
    first = stocktake.lines.order_by("pk")[0]
    assert f"after={first.pk}" in client.get(address).text
    assert "No piece" in client.get(address, {"place": "Z-99"}).text


def test_the_sheet_shows_cost_to_head_office_only(shop: Shop) -> None:
    sheet = stocktakes.published(shop, "A-09", missing=[shop.ring(place=shop.tray("A-09"))])
    address = f"/stocktakes/{sheet.number}/"
    manager, head = shop.client(shop.wang), shop.client(shop.head)
    assert "6,543.21" in head.get(address).content.decode()
    assert "6,543.21" not in manager.get(address).content.decode()
    assert head.get(f"{address}lines.csv").status_code == 200
    assert manager.get(f"{address}lines.csv").status_code == 403


def test_head_office_acknowledges_what_it_sees(shop: Shop) -> None:
    sheet = stocktakes.published(shop, "A-09")
    address = f"/stocktakes/{sheet.number}/acknowledge/"
    head = shop.client(shop.head)
    assert head.post(address, {"sha256": "0" * 64}).headers["X-Refusal"] == "wrong_sheet"
    head.post(address, {"sha256": sheet.sha256})
    assert "at head office" in page(shop, sheet.stocktake, by="wang")


def test_a_sheet_is_printed_only_when_it_is_published(shop: Shop, now: Counting) -> None:
    client: KeyedClient = shop.client(shop.wang)
    refused = client.get(f"/stocktakes/{now.stocktake.number}/sheet.pdf")
    assert refused.headers["X-Refusal"] == "sheet_not_published"


def test_its_number_is_found_by_a_scan(shop: Shop, now: Counting) -> None:
    answer = shop.client(shop.lin).get("/scan/", {"code": now.stocktake.number})
    assert answer.headers["Location"] == f"/stocktakes/{now.stocktake.number}/"
