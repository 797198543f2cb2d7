"""What is changed behind the system's back is found and named."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from counter import books, investigations
from counter.models import HandoverKind, HandoverLine, Investigation
from inventory.ground import books as ground
from inventory.ground import changes
from inventory.models import Change, Store
from tests import sheets
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


def test_it_agrees_through_a_count_with_differences(shop: Shop) -> None:
    sheets.signed(shop, lacking=[shop.ring()])
    shop.sell(shop.piece())
    running = sheets.begin(shop, HandoverKind.CLOSE)
    sheets.count_goods(shop, running)
    shop.piece()  # while the sheet waits for its signatures
    sheets.count_money(shop, running, short_cents=1_000)
    assert broken(store_of(shop)) == []
    sheets.sign(shop, running)
    found = Investigation.objects.get(piece__isnull=False)
    investigations.close(investigation=found, outcome="found", note="there", by=shop.wang)
    assert broken(store_of(shop)) == []


SHEET = "counter_handover "
LINE = "counter_handoverline "


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM counter_signature WHERE signed_as = 'incoming'",
         SHEET + "{second}: is not signed"),
        ("UPDATE counter_handover SET sealed_hash = 'f' WHERE previous_id IS NOT NULL",
         SHEET + "{second}: is not sealed"),
        ("UPDATE counter_handoverline SET closing_pieces = 9 WHERE closing_pieces = 2",
         LINE + "{line}: closing does not follow"),
        ("UPDATE counter_handoverline SET closing_mg = closing_mg + 10 WHERE closing_pieces = 2",
         LINE + "{line}: closing does not follow"),
        ("UPDATE counter_handoverline SET counted_pieces = 9 WHERE closing_pieces = 2",
         LINE + "{line}: is signed and neither agrees"),
        ("UPDATE counter_handoverline SET opening_pieces = 9, in_pieces = expected_pieces - 9 "
         "WHERE closing_pieces = 2", LINE + "{line}: opening is not the closing before"),
        ("DELETE FROM counter_handoverline WHERE closing_pieces = 2",
         LINE + "{before}: closing is on no line of the next"),
        ("UPDATE inventory_documentcounter SET last = last + 1 WHERE kind = 'H'",
         "numbers of handovers have a gap"),
        ("UPDATE inventory_place SET counted_in = 'S01-H1' WHERE code = 'B-01'",
         "inventory_place B-01: is hidden without a blind count"),
        ("UPDATE counter_investigation SET closed_at = opened_at, outcome = 'found'",
         "is missing and nobody asks"),
    ],
)  # fmt: skip
def test_it_names_what_was_changed_on_a_sheet(shop: Shop, statement: str, named: str) -> None:
    gone = shop.ring(place=shop.tray("A-02"))
    shop.piece()
    first = sheets.signed(shop, lacking=[gone])
    shop.piece()
    second = sheets.signed(shop)
    line = HandoverLine.objects.get(tray__handover=second, closing_pieces=2)
    before = HandoverLine.objects.get(tray__handover=first, closing_pieces=1)
    told = named.format(second=second.number, line=line.pk, before=before.pk)
    behind_the_back(statement)
    found = broken(store_of(shop))
    assert any(told in line for line in found), found


def test_it_finds_a_place_of_a_blind_count_that_is_shown(shop: Shop) -> None:
    running = sheets.begin(shop)
    behind_the_back("UPDATE inventory_place SET counted_in = '' WHERE code = 'A-01'")
    (found,) = broken(store_of(shop))
    assert found.startswith("inventory_place A-01: is hidden without a blind count"), running


def store_of(shop: Shop) -> Store:
    return Store.objects.select_related("ledger_head").get(pk=shop.s01.pk)


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
