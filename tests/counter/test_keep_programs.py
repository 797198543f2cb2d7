"""Head office says which program may read what, sees what was pulled, and takes it back at once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import OperationalError, connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from counter import api_clients, programs, pulls
from counter.api_clients import TooManyKeys
from counter.models import ApiClient, ApiKey, Delivery, Pull, Webhook, WebhookSecret
from counter.programs import KeyRevoked, NameTaken, NoRows, ProgramRevoked
from counter.return_seed import put_seed_windows
from inventory import places
from inventory.ground import access, books
from inventory.ground.errors import NotAllowed
from inventory.models import LedgerHead
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.programs import Program, register

SALES = ["sales:read"]


@pytest.fixture
def head(shop: Shop) -> Client:
    return shop.client(shop.head)


def made(shop: Shop, *, name: str = "erp") -> tuple[ApiClient, Program]:
    """A program for S01 with a live key."""
    client = programs.register(
        name=name, scopes=SALES, stores=[shop.s01], expires_at=None, by=shop.head
    )
    return client, Program(f"Bearer {programs.make_key(client=client, by=shop.head)}")


# --- keys


def test_a_program_is_made_on_the_page_and_its_key_is_shown_once(shop: Shop, head: Client) -> None:
    form = {"name": "ERP", "scopes": ["sales:read", "cards:read"], "stores": [shop.s01.pk]}
    address = head.post("/head-office/programs/", form).headers["Location"]
    page = head.post(f"{address}key/")
    assert page.status_code == 200
    key = page.text.split('class="number secret"')[1].split(">")[1].split("<")[0]
    program = Program(f"Bearer {key}")
    assert program.get("/sales", store="S01").status_code == 200
    assert refusal(program.get("/sales", store="S02")) == (404, "not_found")
    assert refusal(program.get("/stores")) == (403, "scope_needed")
    seen = head.get(address).text
    assert key not in seen
    assert key[:13] in seen
    assert "sales and payments" in seen


def test_it_is_open_until_the_end_of_its_last_day(shop: Shop, head: Client) -> None:
    today = timezone.localdate()
    form = {"name": "ERP", "scopes": SALES, "stores": [shop.s01.pk], "expires_on": f"{today}"}
    address = head.post("/head-office/programs/", form).headers["Location"]
    client = ApiClient.objects.get(name="ERP")
    program = Program(f"Bearer {programs.make_key(client=client, by=shop.head)}")
    assert program.get("/sales").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert refusal(program.get("/sales")) == (401, "not_authenticated")
        assert "its time is over" in shop.client(shop.head).get(address).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["secrets:write"]},
        {"stores": []},
        {"stores": [0]},
        {"expires_on": "2020-01-01"},
        {"expires_on": "9999-12-31"},
    ],
)
def test_it_refuses_a_program_that_is_none(shop: Shop, head: Client, wrong: dict[str, Any]) -> None:
    form = {"name": "ERP", "scopes": SALES, "stores": [shop.s01.pk], **wrong}
    assert head.post("/head-office/programs/", form).status_code == 422
    assert not ApiClient.objects.exists()


def test_two_keys_live_while_they_are_exchanged(shop: Shop, head: Client) -> None:
    client, old = made(shop)
    new = Program(f"Bearer {programs.make_key(client=client, by=shop.head)}")
    assert [each.get("/sales").status_code for each in (old, new)] == [200, 200]
    with pytest.raises(TooManyKeys):
        programs.make_key(client=client, by=shop.head)
    first = client.keys.earliest("pk")
    assert head.post(f"/head-office/programs/keys/{first.pk}/revoke/").status_code == 303
    assert [each.get("/sales").status_code for each in (old, new)] == [401, 200]
    with pytest.raises(KeyRevoked):
        programs.revoke_key(key=first, by=shop.head)


def test_a_key_that_is_revoked_in_the_middle_of_a_pull_reads_no_further_page(
    shop: Shop,
) -> None:
    client, program = made(shop)
    for _ in range(3):
        shop.sell(shop.charm())
    pages: Iterator[list[dict[str, Any]]] = program.pages("/sales", store="S01", limit=1)
    assert next(pages)
    programs.revoke_key(key=client.keys.get(), by=shop.head)
    with pytest.raises(AssertionError, match="not_authenticated"):
        next(pages)


def test_a_program_is_shut_out_as_a_whole(shop: Shop, head: Client) -> None:
    client, program = made(shop)
    assert head.post(f"/head-office/programs/{client.pk}/revoke/").status_code == 303
    assert refusal(program.get("/sales")) == (401, "not_authenticated")
    client.refresh_from_db()
    for act in (programs.revoke, programs.make_key):
        with pytest.raises(ProgramRevoked):
            act(client=client, by=shop.head)
    assert "Make a key" not in head.get(f"/head-office/programs/{client.pk}/").text


def test_only_head_office_may(shop: Shop) -> None:
    client, _program = made(shop)
    told: dict[str, Any] = {"scopes": SALES, "stores": [shop.s01], "expires_at": None}
    with pytest.raises(NotAllowed):
        programs.register(name="own", **told, by=shop.wang)
    with pytest.raises(NotAllowed):
        programs.make_key(client=client, by=shop.wang)
    with pytest.raises(NotAllowed):
        programs.revoke_key(key=client.keys.get(), by=shop.wang)
    with pytest.raises(NotAllowed):
        programs.revoke(client=client, by=shop.wang)


def test_names_are_told_apart_and_stores_are_asked_for(shop: Shop) -> None:
    made(shop)
    told: dict[str, Any] = {"expires_at": None, "by": shop.head}
    with pytest.raises(NameTaken):
        programs.register(name="erp", scopes=SALES, stores=[shop.s01], **told)
    with pytest.raises(NoRows):
        programs.register(name="other", scopes=SALES, stores=[], **told)
    programs.register(name="all", scopes=[*SALES, access.ALL_STORES], stores=[], **told)


def test_every_scope_says_what_it_allows() -> None:
    assert set(api_clients.SCOPE_WORDS) == set(api_clients.SCOPES)
    assert {"stocktakes:read", "stocktakes:write"} <= set(api_clients.SCOPES)
    assert all(str(words) for words in api_clients.SCOPE_WORDS.values())


def test_the_chain_tells_who_did_what_and_agrees(shop: Shop, head: Client) -> None:
    client, _program = made(shop)
    programs.revoke_key(key=client.keys.get(), by=shop.head)
    programs.revoke(client=client, by=shop.head)
    kinds = [link.kind for _words, link in programs.notes_of(client)]
    assert kinds[::-1] == [
        "program_registered",
        "program_key_made",
        "program_key_revoked",
        "program_revoked",
    ]
    assert set(kinds) == set(programs.DEEDS)
    put_seed_windows()
    today = timezone.localdate().isoformat()
    form = {"fault": "changed_mind", "leads_to": "refund", "days": "5", "precedence": "0"}
    form |= {"basis": "", "is_house_promise": "on", "valid_from": today, "starts": "sale"}
    assert head.post("/returns/windows/", form).status_code == 302
    ledger = LedgerHead.objects.get(store=places.office())
    assert [*books.verify_chain(ledger), *books.verify_rows(ledger)] == []


def test_the_tables_of_django_are_no_way_around() -> None:
    hidden = {ApiClient, ApiKey, Pull, Webhook, WebhookSecret, Delivery}
    assert hidden.isdisjoint(admin.site._registry)


def test_the_pages_ask_little(shop: Shop, head: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(12):
        made(shop, name=f"erp {n}")
    head.get("/head-office/programs/")
    with django_assert_max_num_queries(14):
        head.get("/head-office/programs/")


# --- what was pulled


def test_a_list_that_is_read_page_by_page_is_a_row(shop: Shop) -> None:
    client, program = made(shop)
    for _ in range(3):
        shop.sell(shop.charm())
    with time_machine.travel("2026-11-22 10:00:00+00:00", tick=False):
        assert len(list(program.pages("/sales", store="S01", limit=1))) == 4
        row = Pull.objects.get()
    assert (row.client, row.what, row.document, row.status) == (client, "sales", "", 200)
    assert (row.requests, row.minute.isoformat()) == (1, "2026-11-22T10:00:00+00:00")
    with time_machine.travel("2026-11-22 10:01:00+00:00", tick=False):
        program.get("/sales", store="S02")
    told = list(Pull.objects.values_list("status", "requests").order_by("minute"))
    assert told == [(200, 4), (404, 1)]
    assert min(Pull.objects.values_list("bytes", flat=True)) > 100


def test_what_is_pulled_for_long_is_written_now_and_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _client, program = made(shop)
    monkeypatch.setattr(pulls, "WRITE_SECONDS", 0.0)
    with time_machine.travel("2026-11-22 10:00:00+00:00", tick=False):
        for _ in range(4):
            program.get("/sales", store="S01")
        assert Pull.objects.get().requests == 4


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/api/v1/sales", ("sales", "")),
        ("/api/v1/metal-prices", ("metal-prices", "")),
        ("/api/v1/sales/S01-S261122-0001", None),
        ("/api/v1/stocktakes", ("stocktakes", "")),
        ("/api/v1/stocktakes/S01-C1", ("stocktakes", "S01-C1")),
        ("/api/v1/stocktakes/S01-C1/lines", ("stocktakes/lines", "S01-C1")),
        ("/api/v1/stocktakes/S01-C1/export.ndjson", ("stocktakes/export.ndjson", "S01-C1")),
        ("/api/v1/stocktakes/" + "9" * 99 + "/" + "x" * 99,
         ("stocktakes/" + "x" * 49, "9" * 40)),
        ("/api/v1/", None),
        ("/today/", None),
    ],
)  # fmt: skip
def test_it_knows_lists_and_stocktakes(path: str, read: tuple[str, str] | None) -> None:
    assert pulls.read_from(path) == read


def test_a_stream_that_is_cut_counts_what_was_sent(shop: Shop, rf: Any) -> None:
    client, _program = made(shop)
    request = rf.get("/api/v1/stocktakes/S01-C1/export.ndjson")
    request.user, request.resolver_match = client.user, resolve(request.path)
    told: Any = pulls.middleware(lambda _request: StreamingHttpResponse([b"12345"] * 9))(request)
    parts = iter(told)
    assert [next(parts), next(parts)] == [b"12345"] * 2
    assert not Pull.objects.exists()
    for close in told._resource_closers:  # without the end of the request around it
        close()
    row = Pull.objects.get()
    assert (row.what, row.document, row.bytes) == ("stocktakes/export.ndjson", "S01-C1", 10)


def test_an_address_that_leads_nowhere_leaves_no_pull(shop: Shop) -> None:
    program = register(*SALES, stores=[shop.s01])
    for address in ("/nothing1", "/nothing2", "/stocktakes/S01-C1/nothing"):
        assert program.get(address).status_code == 404
    assert not pulls._tallies
    assert not Pull.objects.exists()


def test_people_and_strangers_leave_no_pulls(shop: Shop) -> None:
    Program("Bearer jw_0123456789_guess").get("/sales")
    shop.client(shop.lin).get("/sales/")
    assert not Pull.objects.exists()


def test_the_page_shows_who_pulled_what(shop: Shop, head: Client) -> None:
    client, program = made(shop)
    program.get("/sales", store="S01")
    text = head.get(f"/head-office/programs/{client.pk}/").text
    assert "It has pulled" not in text
    assert '<td class="number">sales</td>' in text
    assert client.keys.get().last_used_at is not None


def test_a_read_is_answered_though_its_note_cannot_be_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("the disk is full")

    program = register(*SALES, stores=[shop.s01])
    monkeypatch.setattr(connection, "cursor", fail)
    pulled = pulls.Pulled(1, timezone.now(), "sales", "", 200)
    pulls.note(pulled, 100)
    monkeypatch.undo()
    assert "the disk is full" in caplog.text
    assert program.get("/sales").status_code == 200
