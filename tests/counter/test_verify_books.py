"""What is changed behind the system's back is found and named."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from counter import books
from inventory.ground import books as ground
from inventory.ground import changes
from inventory.models import Change, Store
from tests.cast import Shop
from tests.conftest import unprotect


def broken(store: Store) -> list[str]:
    return [str(each) for each in books.verify(store, full=True)]


def behind_the_back(statement: str) -> None:
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    changes.protect()


def test_it_agrees_after_a_sale(shop: Shop) -> None:
    shop.sell(shop.piece(), shop.ring())
    for store in Store.objects.select_related("ledger_head"):
        assert broken(store) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE counter_payment SET amount_cents = amount_cents - 100", "counter_payment"),
        ("UPDATE counter_saleline SET total_cents = 1, metal_cents = 1, labour_cents = 0",
         "counter_sale"),
        ("UPDATE inventory_movement SET net_mg = net_mg - 10", "inventory_movement"),
        ("UPDATE inventory_metalprice SET cents_per_gram = 1", "inventory_metalprice"),
        ("UPDATE inventory_change SET number = 'X' WHERE kind = 'piece_sold'", "inventory_change"),
        ("DELETE FROM warranty_benefitentry", "its row is gone"),
        ("UPDATE inventory_piece SET state = 'missing', place_id = (SELECT MIN(id) FROM "
         "inventory_place WHERE kind = 'tray') WHERE state = 'sold'", "inventory_piece"),
        ("UPDATE warranty_card SET state = 'void'", "warranty_card"),
        ("UPDATE counter_sale SET total_cents = total_cents + 1 WHERE number IS NOT NULL",
         "counter_sale"),
    ],
)  # fmt: skip
def test_it_names_a_row_that_was_changed(shop: Shop, statement: str, named: str) -> None:
    shop.sell(shop.piece())
    behind_the_back(statement)
    found = broken(Store.objects.select_related("ledger_head").get(code="S01"))
    found += broken(Store.objects.select_related("ledger_head").get(code="HQ"))
    assert any(named in line for line in found), found


def test_it_finds_a_dropped_trigger(shop: Shop) -> None:
    unprotect("default")
    assert any("trigger" in str(each) for each in ground.verify_triggers())
    changes.protect()
    assert list(ground.verify_triggers()) == []


def test_the_database_refuses_to_change_what_is_written_once(shop: Shop) -> None:
    for statement in ("UPDATE inventory_change SET number = 'X'", "DELETE FROM inventory_change"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Change.objects.exists()


def test_it_stops_the_writing_of_a_broken_store_only(shop: Shop) -> None:
    shop.sell(shop.piece())
    behind_the_back("UPDATE counter_payment SET amount_cents = amount_cents - 100")
    assert ground.seal(shop.s01)
    with pytest.raises(changes.BooksBroken):
        shop.piece()
    assert ground.seal(shop.s02) == []


def test_the_command_names_what_is_broken(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.sell(shop.piece())
    call_command("verify_books", "--full")
    behind_the_back("UPDATE counter_payment SET amount_cents = amount_cents - 100")
    with pytest.raises(CommandError):
        call_command("verify_books", "--store", "S01", "--full")
    assert "counter_payment" in capsys.readouterr().out
