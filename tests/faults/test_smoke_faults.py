"""A short round of `make faults`, and proof that its oracle sees what it is there to see."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection

from counter.models import Sale
from inventory.models import RequestKey
from tests.cast import Shop
from tests.faults import books, deeds, mishaps
from tests.faults.__main__ import simulate
from tests.faults.books import Books
from tests.faults.databases import POSTGRES, Cluster
from tests.faults.mishaps import back_up, kill_at_point, kill_worker
from tests.faults.plan import Plan
from tests.faults.tablet import Act

DONE = Act("lin", "/sell/", [], "key-1", 303, "/sell/1/", "", 1, "")


def told(*acts: Act) -> Books:
    """The journal of one tablet."""
    clerk = SimpleNamespace(tablet=SimpleNamespace(acts=list(acts)))
    return Books([cast("Any", clerk)])


def keep(shop: Shop, *, location: str = "/sell/1/") -> None:
    row = RequestKey(principal=shop.lin, key="key-1", digest="", status=303, location=location)
    row.save()


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
    assert result.acknowledged > 0
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
        "bring_in", "hand_over", "look_up_card", "pay", "repeat", "sell", "set_prices", "trade_in",
        "void",
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
