"""A tray of 137 pieces and 86.417 g: neither figure is anywhere before it is handed in."""

import re

import pytest
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from counter import api_clients, counting, handovers
from counter.models import Handover, TrayState
from inventory import pieces, places
from inventory.ground import changes, codes, settings_rows
from inventory.models import Piece, Place
from tests.cast import KeyedClient, Shop
from tests.counters import count_rest, scan_tray, sign_both, tray_of

PIECES, MG = 137, 86_417
# as a figure by itself, in any of the ways a page, a file or the API writes it
CANARY = re.compile(rf"(?<![0-9.]){PIECES}(?![0-9])|86[.]42(?![0-9])|86[.]417|86417(?![0-9])")
STRETCHES_OF_OTHERS = re.compile(r"\b(?:\d{4} \d{4} \d{2}|\d{10}|id=\"[^\"]*\"|v=[^\"&]*)")


@pytest.fixture
def sheet(shop: Shop) -> Handover:
    """Counter A with the canary in A-01 and one piece in A-02; the count is open."""
    like = shop.piece(place=shop.tray("A-02"))
    each, rest = divmod(MG, PIECES)
    rows = [
        Piece(
            number=codes.piece_number(f"{500_000_000 + n}"),
            style=like.style,
            name=like.name,
            category=like.category,
            store=shop.s01,
            place=shop.tray("A-01"),
            metal="Au",
            grade=9_900,
            content=9_990,
            mark="足金",
            gross_mg=each + (rest if n == 0 else 0),
            net_mg=each + (rest if n == 0 else 0),
            pricing="weight",
            labour_kind="per_gram",
            labour_value=100,
        )
        for n in range(PIECES)
    ]
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        pieces.enter(rows=rows, book=book)
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


def told(response: HttpResponseBase) -> list[str]:
    """Canary figures in an answer."""
    body = getattr(response, "content", None)
    if body is None:
        body = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # because: a stream has no content
    text = STRETCHES_OF_OTHERS.sub(" ", body.decode("utf-8", "replace"))
    return CANARY.findall(text)


def plain_pages() -> list[str]:
    """Every address without an argument."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> list[str]:
        found: list[str] = []
        for each in patterns:
            path = before + str(each.pattern)
            if isinstance(each, URLResolver):
                found += walk(each.url_patterns, path)
            elif "<" not in path and "admin" not in path and "(?" not in path:
                found.append("/" + path.replace("^", "").replace("$", "").lstrip("/"))
        return found

    return walk(get_resolver().url_patterns, "")


def test_the_canary_is_seen_where_nothing_is_counted(shop: Shop, sheet: Handover) -> None:
    """The search itself can find: without a count the list of the tray shows both figures."""
    handovers.abandon(handover=sheet, reason="test", by=shop.lin)
    tray = shop.tray("A-01")
    assert told(shop.client().get("/pieces/", {"place": tray.code}))


@pytest.mark.parametrize("who", ["lin", "zhao", "chen", "wang"])
def test_no_page_tells_the_figures_of_an_open_count(shop: Shop, sheet: Handover, who: str) -> None:
    client = shop.client(getattr(shop, who))
    addresses = [
        *plain_pages(),
        f"/handovers/{sheet.number}/",
        f"/handovers/{sheet.number}/?tray=A-01",
        f"/handovers/{sheet.number}/sheet.pdf",
        "/pieces/?place=A-01",
        "/pieces/?place=A",
        "/pieces/?state=received",
        "/pieces/?q=T0001",
        f"/pieces/?q={Piece.objects.filter(place=shop.tray('A-01'))[0].number}",
        "/handovers/start/A/",
        "/shifts/",
    ]
    for address in addresses:
        if address.startswith(("/pieces/?state", "/pieces/?q=T")):
            continue  # tells what the whole store has, not what lies in one place
        if address == "/showroom/ring-size.pdf":
            continue  # a paper of circles and their measures, the same for everybody
        assert told(client.get(address)) == [], address


def test_no_answer_to_an_act_tells_the_figures(shop: Shop, sheet: Handover) -> None:
    client = shop.client(shop.lin)
    at = f"/handovers/{sheet.number}/trays/A-01"
    some = [*Piece.objects.filter(place=shop.tray("A-01"))[:3]]
    acts = [
        (f"{at}/open/", {}),
        *[(f"{at}/scan/", {"code": piece.number}) for piece in some],
        (f"{at}/scan/", {"code": some[0].number}),
        (f"{at}/scan/", {"code": "0000000017"}),
        (f"{at}/undo/", {}),
        (f"{at}/no-label/", {}),
        (f"{at}/undo/", {}),
        (f"{at}/weigh/", {"gross": "1", "tare": "2", "seen_seq": "0"}),
        (f"{at}/hand-in/", {"seen_seq": "0"}),
        (f"{at}/open/", {}),
        (f"{at}/recount/", {}),
        (f"{at}/accept/", {"reason": "gone"}),
        (f"/handovers/{sheet.number}/empty/", {}),
        (f"/handovers/{sheet.number}/sign/", {"as": "outgoing", "pin": "102938"}),
    ]
    for address, fields in acts:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "lines"}):
            answer = client.post(address, fields, headers=headers, follow=True)
            assert told(answer) == [], address
    assert tray_of(sheet, "A-01").state == TrayState.RECOUNT


def test_the_api_tells_a_till_nothing_of_a_place_that_is_counted(
    shop: Shop, sheet: Handover
) -> None:
    client = api_clients.register(name="till", scopes=["pieces:read", "stores:read"])
    places.join(store=shop.s01, user=client.user)
    key = api_clients.issue_key(client)
    browser = KeyedClient(headers={"authorization": f"Bearer {key}"})

    refused = browser.get("/api/v1/pieces", {"store": "S01", "place": "A-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "count_open")
    listed = browser.get("/api/v1/pieces", {"store": "S01", "limit": "1000"}).json()["items"]
    assert len(listed) == PIECES + 1
    assert not [row for row in listed if row.get("place") == "A-01"]
    assert told(browser.get("/api/v1/places", {"store": "S01"})) == []


def test_the_figures_appear_once_a_second_person_has_counted_too(
    shop: Shop, sheet: Handover
) -> None:
    for person in (shop.lin, shop.zhao):
        tray = scan_tray(sheet, "A-01", by=person, but=Piece.objects.filter(gross_mg=630)[:1])
        counting.hand_in(tray=tray, by=person)
    assert not Place.objects.get(pk=tray.place_id).counted_in
    page = shop.client(shop.lin).get(f"/handovers/{sheet.number}/?tray=A-01")
    assert told(page)


def test_the_last_sheet_tells_nothing_while_the_next_is_counted(shop: Shop) -> None:
    """What the evening left is what the morning expects."""
    shop.piece()
    evening = handovers.start(counter=shop.a, kind="close", by=shop.lin)
    count_rest(evening, by=shop.lin)
    sign_both(evening, ("outgoing", shop.lin), ("witness", shop.chen))
    handovers.start(counter=shop.a, kind="open", by=shop.zhao)
    for address in ("", "sheet.pdf"):
        answer = shop.client(shop.zhao).get(f"/handovers/{evening.number}/{address}")
        assert answer.status_code == 409, address
        assert "8.72" not in answer.content.decode()
    assert shop.client(shop.head).get(f"/handovers/{evening.number}/").status_code == 200
