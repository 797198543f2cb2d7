"""A short round of `make faults`, and proof that its oracle sees what it is there to see."""

import json
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection

from counter.models import Sale
from inventory.models import Change, RequestKey
from tests.cast import Shop
from tests.faults import books, deeds, journal, mishaps
from tests.faults import clerk as memory
from tests.faults.__main__ import simulate
from tests.faults.books import Books
from tests.faults.clerk import Stock
from tests.faults.databases import POSTGRES, Cluster
from tests.faults.deeds import follow_changes, look_into_tray, look_up_piece
from tests.faults.journal import Act, Answer
from tests.faults.line import Line, LineDead, Reply, request
from tests.faults.mishaps import back_up, kill_at_point, kill_worker
from tests.faults.plan import Plan
from tests.faults.servers import Server
from tests.faults.tablet import Tablet

DONE = Act("lin", "/sell/", [], "key-1", 303, "/sell/1/", "", 1, "")


def told(*acts: Act) -> Books:
    """The journal of one tablet."""
    clerk = SimpleNamespace(tablet=SimpleNamespace(acts=list(acts)))
    return Books([cast("Any", clerk)])


def keep(shop: Shop, *, location: str = "/sell/1/") -> None:
    row = RequestKey(principal=shop.lin, key="key-1", digest="", status=303, location=location)
    row.save()


@pytest.mark.long
def test_a_short_day_with_deaths_cut_lines_and_a_backup_loses_nothing() -> None:
    if connection.vendor == POSTGRES and Cluster.programs() is None:
        pytest.skip("no initdb for a private PostgreSQL that may be killed")
    plan = Plan(
        connection.vendor,
        seed="smoke",
        seconds=1,
        round_seconds=6,
        rounds=1,
        tablets=2,
        faulty=0.1,
        every=1,
        sweeps=0,
        kinds=(kill_worker.NAME, kill_at_point.NAME, back_up.NAME),
    )
    result = simulate(plan)
    assert result.violations == [], "\n".join(result.last_acts)
    assert result.errors == {}
    assert sum(result.written.values()) > 0
    assert sum(result.looked_up.values()) > 0
    assert result.acknowledged == sum([*result.written.values(), *result.looked_up.values()])
    assert result.kills > 0
    assert result.mishaps[back_up.NAME] > 0
    assert result.proofs == 1


def test_the_drill_tells_what_is_not_in_the_backup(shop: Shop) -> None:
    keep(shop)
    assert list(back_up.missing([("lin", "key-1")])) == []
    (line,) = back_up.missing([("lin", "key-1"), ("lin", "key-2")])
    assert line.startswith("lost: ")


def test_every_capability_and_every_mishap_takes_part() -> None:
    assert {deed.__name__.rpartition(".")[2] for deed in deeds.all_deeds()} >= {
        "bring_in", "buy_back", "count_tray", "follow_changes", "fulfil_order", "hand_over",
        "look_into_tray", "look_up_card", "look_up_piece", "look_up_sale", "pay", "repeat",
        "seal_bag", "sell", "send_away", "serve", "set_prices", "take_back", "trade_in", "void",
    }  # fmt: skip
    assert all(deed.WEIGHT > 0 for deed in deeds.all_deeds())
    assert len({mishap.NAME for mishap in mishaps.all_mishaps()}) == len(mishaps.all_mishaps())


def test_the_oracle_is_silent_when_the_books_say_what_was_told(shop: Shop) -> None:
    keep(shop)
    refused = replace(DONE, key="key-2", status=409)
    assert list(books.keys_broken(told(DONE, refused))) == []


@pytest.mark.parametrize(
    ("stored_at", "journal", "kind"),
    [
        ("", [DONE], "lost"),
        ("/sell/2/", [DONE], "lost"),
        ("/sell/1/", [replace(DONE, status=409)], "doubled"),
        ("/sell/1/", [], "doubled"),
    ],
    ids=["not stored", "stored with another answer", "refused and stored", "never sent"],
)
def test_the_oracle_tells_a_key_that_is_not_as_it_was_told(
    shop: Shop, stored_at: str, journal: list[Act], kind: str
) -> None:
    if stored_at:
        keep(shop, location=stored_at)
    (line,) = books.keys_broken(told(*journal))
    assert line.startswith(f"{kind}: ")


def test_the_oracle_tells_what_is_missing_and_what_is_there_twice() -> None:
    assert list(books.differ("sale", ["a", "b"], ["b", "b"])) == ["lost: sale a", "doubled: sale b"]


def test_the_oracle_tells_torn_books(shop: Shop) -> None:
    assert books.proof() == []
    sale = shop.sell(shop.charm())
    Sale.objects.filter(pk=sale.pk).update(total_cents=1)
    assert any(line.startswith("torn: ") for line in books.proof())


# what counts as acknowledged


class Clerk:
    """Somebody with a scanner that reads `told`, and one silver charm in the tray."""

    def __init__(self, told: dict[str, object]) -> None:
        answer = Answer(200, "", "", json.dumps(told).encode(), replayed=False)
        self.tablet = Tablet(name="K01", seed="1", ports=(0, 0), faulty=0)
        self.scanner = SimpleNamespace(get=lambda _path: answer)
        self.dice = self.tablet.dice
        self.place = SimpleNamespace(store="S01", counter="K01", tray="K01-01")
        self.imported = [Stock("4010000018")]
        self.lying = {piece.number: piece for piece in self.imported}
        self.bills: list[Any] = []
        self.kept: list[Any] = []
        self.feed: list[tuple[int, str]] = []
        self.cursor = ""

    def state_of(self, piece: Stock) -> str:
        return memory.Clerk.state_of(cast("Any", self), piece)


CHARM = {
    "number": "4010000018", "state": "on_sale", "place": "K01-01", "price_cents": 9_800,
    "name": "银925吊坠",
}  # fmt: skip


def test_a_look_up_counts_when_the_answer_is_what_the_clerk_knows() -> None:
    clerk = cast("Any", Clerk(CHARM))
    look_up_piece.do(clerk)
    assert clerk.tablet.tally.looked_up == {"get_piece": 1}
    assert clerk.tablet.broken == []


@pytest.mark.parametrize("lie", [{"state": "sold"}, {"place": None}, {"price_cents": 1}])
def test_a_look_up_that_does_not_tell_the_truth_is_a_violation(lie: dict[str, object]) -> None:
    clerk = cast("Any", Clerk(CHARM | lie))
    look_up_piece.do(clerk)
    assert clerk.tablet.tally.looked_up == {}
    (line,) = clerk.tablet.broken
    assert line.startswith("lost: ")


def test_a_tray_with_a_piece_that_nobody_put_there_is_a_violation() -> None:
    clerk = cast("Any", Clerk({"items": [{"number": "4010000018"}, {"number": "4010000026"}]}))
    look_into_tray.do(clerk)
    assert len(clerk.tablet.broken) == 1


def test_a_mirror_tells_a_link_that_does_not_follow_the_one_before() -> None:
    links = [
        {"seq": 1, "prev_hash": "0", "hash": "a"},
        {"seq": 3, "prev_hash": "b", "hash": "c"},
    ]
    clerk = cast("Any", Clerk({"items": links, "next_cursor": "x"}))
    follow_changes.do(clerk)
    assert len(clerk.tablet.broken) == 1


def test_the_oracle_tells_a_mirror_that_is_not_the_chain(shop: Shop) -> None:
    clerk = Clerk({})
    links = Change.objects.filter(store=shop.s01).order_by("seq")
    clerk.feed = list(links.values_list("seq", "hash"))
    books_of = Books(cast("Any", [clerk]))
    assert list(follow_changes.broken(books_of)) == []
    clerk.feed[-1] = (clerk.feed[-1][0], "another")
    (line,) = follow_changes.broken(books_of)
    assert line.startswith("lost: ")


def test_acts_bear_the_names_that_the_shop_gives_them() -> None:
    assert journal.kind("/sell/0b54adff-6ba9-4a2c-8d3a-1ad3a1b5e3e1/add/") == "add_piece"
    assert journal.kind("/api/v1/pieces/4010000018") == "get_piece"
    assert journal.kind("/api/v1/changes?store=S01&limit=100") == "list_changes"


# the client


def answered(*parts: bytes) -> Reply:
    """What a line makes of an answer that comes in these parts and then ends."""
    with socket.create_server(("127.0.0.1", 0)) as shop:
        line = Line(shop.getsockname()[1])

        def serve() -> None:
            caller, _address = shop.accept()
            with caller:
                caller.recv(1_000)
                for part in parts:
                    caller.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return line.ask(request("GET", "/", {}))
        finally:
            line.close()
            thread.join()


def test_a_line_reads_an_answer_that_comes_in_parts() -> None:
    head = b"HTTP/1.1 303 See Other\r\nLocation: /sell/1/\r\nSet-Cookie: a=b; Path=/\r\n"
    reply = answered(head, b"content-length: 4\r\n\r", b"\nab", b"cd")
    assert (reply.status, reply.body) == (303, b"abcd")
    assert (reply.header(b"location"), reply.header(b"retry-after")) == ("/sell/1/", "")
    assert reply.cookies() == [("a", "b")]


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\nabcd",
    ],
    ids=["nothing", "half a head", "half a body", "no length"],
)
def test_a_line_takes_no_answer_that_is_not_whole(cut: bytes) -> None:
    with pytest.raises(LineDead):
        answered(cut)


# the mishaps


def test_a_worker_that_is_told_to_be_killed_is_one_that_serves(tmp_path: Path) -> None:
    environment = {"SECRET_KEY": "x" * 50, "DEMO": "0"}
    server = Server(environment, tmp_path / "log", preloaded=True)
    try:
        workers = server.workers()
        assert len(workers) == 2
        assert server.kill_worker(workers[0])
        deadline = time.monotonic() + 20
        while workers[0] in server.workers() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert workers[0] not in server.workers()
    finally:
        server.stop()
    assert server.workers() == []


def test_a_mishap_that_did_not_happen_is_not_counted() -> None:
    nobody = SimpleNamespace(server=SimpleNamespace(workers=list))
    assert kill_worker.happen(cast("Any", nobody)) is False
