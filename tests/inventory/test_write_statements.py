"""Statements that are written out read, change and add rows exactly as Django's own would."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from counter.models import ApiClient, LineState, Sale, SaleLine
from inventory.ground import changes, statements
from inventory.models import Change, Hold, Movement, Piece, Reason, RequestKey, State
from tests.cast import Shop


def columns_of(row: Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def steps(piece: Piece, how_many: int) -> list[Movement]:
    return [
        Movement(
            piece=piece,
            old=State.ON_SALE,
            new=State.ON_SALE,
            from_place_id=piece.place_id,
            to_place_id=piece.place_id,
            reason=Reason.MOVED,
            net_mg=weight,
        )
        for weight in range(1, how_many + 1)
    ]


def test_it_adds_more_rows_than_one_statement_takes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST_AT_ONCE", 3)
    piece = shop.piece()
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        written = book.write(steps(piece, 7), kind="piece_moved")
    kept = Movement.objects.filter(pk__in=[row.pk for row in written]).order_by("pk")
    assert [row.net_mg for row in kept] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.pk for row in kept] == [row.pk for row in written]
    links = Change.objects.filter(inventory_movement__in=kept).order_by("seq")
    assert [link.pk for link in links] == [row.change_id for row in kept]


def test_it_gives_a_new_row_every_value_it_was_made_with(shop: Shop) -> None:
    (piece, until) = (shop.piece(), timezone.now() + timedelta(minutes=3))
    hold = Hold(piece=piece, bill=uuid4(), counter=shop.a, by=shop.lin, until=until)
    statements.insert([hold])
    kept = Hold.objects.get(pk=hold.pk)
    assert (kept.piece, kept.bill, kept.counter) == (piece, hold.bill, shop.a)
    assert (kept.by, kept.until, kept.ended_at) == (shop.lin, until, None)


def test_it_can_save_a_row_again_that_it_has_added(shop: Shop) -> None:
    hold = Hold(piece=shop.piece(), bill=uuid4(), counter=shop.a, by=shop.lin, until=timezone.now())
    statements.insert([hold])
    hold.ended_at = timezone.now()
    hold.save()
    assert Hold.objects.get().ended_at == hold.ended_at


def test_it_adds_nothing_when_there_is_nothing_to_add(shop: Shop) -> None:
    before = Change.objects.count()
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        assert book.write([], kind="piece_moved") == []
    assert Change.objects.count() == before


def test_it_reads_rows_in_order_of_the_column(shop: Shop) -> None:
    first, second, third = shop.piece(), shop.ring(), shop.charm()
    found = statements.read_among(Piece, "id", [third.pk, first.pk], lock=True)
    assert found == [first, third]
    assert second not in found


def test_it_finds_nothing_among_no_values(shop: Shop) -> None:
    shop.piece()
    assert statements.read_among(Piece, "id", []) == []


def test_it_reads_moments_and_numbers_of_bills(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    hold = Hold.objects.get(bill=sale.uuid)
    condition = "bill = %s AND until = %s"
    assert statements.read(Hold, condition, [sale.uuid, hold.until]) == [hold]
    assert statements.read(Hold, condition, [uuid4(), hold.until]) == []
    assert statements.read(Hold, condition, [sale.uuid, timezone.now()]) == []


def test_it_reads_a_row_with_those_it_leads_to(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sale, along = shop.bill(shop.piece()), ("store", "counter", "counter__parent", "customer")
    with django_assert_num_queries(1):
        (found,) = statements.read_with(Sale, "counter_sale.uuid = %s", [sale.uuid], along=along)
        assert (found, found.uuid, found.opened_at) == (sale, sale.uuid, sale.opened_at)
        assert (found.store, found.store.time_zone) == (shop.s01, shop.s01.time_zone)
        assert (found.counter, found.counter.code) == (shop.a, "A")
        assert (found.counter.parent, found.customer) == (None, None)


def test_it_reads_what_points_back_at_a_row_or_that_nothing_does(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    along, asked = ("clerk", "clerk__store", "api_client"), "auth_user.id = %s"
    with django_assert_num_queries(1):
        (lin,) = statements.read_with(User, asked, [shop.lin.pk], along=along)
        assert (lin.clerk.store, lin.clerk.user) == (shop.s01, lin)
        assert not hasattr(lin, "api_client")
    assert statements.read_with(User, asked, [0], along=along) == []


def test_it_reads_every_column_as_django_does(shop: Shop) -> None:
    shop.sell(shop.piece(), shop.ring())
    looked_at = 0
    for model in apps.get_models():
        for row in model._default_manager.all()[:20]:
            key = f"{model._meta.pk.column} = %s"
            (found,) = statements.read(model, key, [row.pk])
            assert columns_of(found) == columns_of(row)
            looked_at += 1
    assert looked_at > 100


def test_it_adds_a_column_that_prepares_its_values(shop: Shop) -> None:
    client = ApiClient(user=shop.wang, name="till", scopes=["pieces:read"])
    statements.insert([client])
    kept = ApiClient.objects.get(pk=client.pk)
    assert (kept.scopes, kept.expires_at) == (["pieces:read"], None)


def test_it_adds_a_column_of_bytes(shop: Shop) -> None:
    row = RequestKey(
        principal=shop.lin,
        key="k",
        digest="d" * 64,
        at=timezone.now(),
        status=200,
        body=b"\x00\xff",
    )
    statements.insert([row])
    assert bytes(RequestKey.objects.get(pk=row.pk).body) == b"\x00\xff"


def test_new_rows_have_their_ids_when_their_answers_were_heard(shop: Shop) -> None:
    first, second = (
        Hold(piece=piece, bill=uuid4(), counter=shop.a, by=shop.lin, until=timezone.now())
        for piece in (shop.piece(), shop.piece())
    )
    with statements.without_waiting():
        statements.insert([first])
        statements.hear()
        assert Hold.objects.get(pk=first.pk).bill == first.bill
        statements.insert([second])
        asked = statements.ask(Hold, "bill = %s", [second.bill])
        assert [hold.bill for hold in asked.rows()] == [second.bill]
    assert Hold.objects.get(pk=second.pk).bill == second.bill


def test_rows_are_counted_while_nobody_waits(shop: Shop) -> None:
    sale = shop.bill(shop.piece(), shop.piece())
    with statements.without_waiting():
        statements.put(SaleLine, "sale_id = %s", [sale.pk], acknowledged_how="tap")
        assert sale.lines.filter(acknowledged_how="tap").update(acknowledged_how="") == 2
        assert statements.update(SaleLine, "sale_id = %s", [sale.pk], acknowledged_how="tap") == 2


def test_what_goes_wrong_while_nobody_waits_is_taken_back(shop: Shop) -> None:
    piece, bill = shop.piece(), uuid4()
    twice = [
        Hold(piece=piece, bill=bill, counter=shop.a, by=shop.lin, until=timezone.now())
        for _turn in range(2)
    ]
    with pytest.raises(IntegrityError), statements.without_waiting(), transaction.atomic():
        statements.insert(twice[:1])
        statements.insert(twice[1:])
        statements.put(Piece, "id = %s", [piece.pk], name="gone wrong")
    assert not Hold.objects.filter(bill=bill).exists()
    assert Piece.objects.get(pk=piece.pk).name == piece.name


def test_who_gives_up_while_nobody_waits_leaves_nothing(shop: Shop) -> None:
    piece, bill = shop.piece(), uuid4()
    twice = [
        Hold(piece=piece, bill=bill, counter=shop.a, by=shop.lin, until=timezone.now())
        for _turn in range(2)
    ]
    gives_up = pytest.raises((ValueError, IntegrityError))
    with gives_up, statements.without_waiting(), transaction.atomic():
        statements.insert(twice[:1])
        statements.insert(twice[1:])
        raise ValueError
    assert not Hold.objects.filter(bill=bill).exists()


def test_it_saves_the_numbers_of_many_rows_at_once(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, two, other = shop.charm(), shop.charm(), shop.charm()
    one.price_cents, one.gross_mg, two.price_cents, two.gross_mg = 1, 20_000, 3, 40_000
    with django_assert_num_queries(1):
        statements.save_numbers([one, two], "price_cents", "gross_mg")
    saved = Piece.objects.order_by("pk").values_list("price_cents", "gross_mg")
    assert list(saved) == [(1, 20_000), (3, 40_000), (other.price_cents, other.gross_mg)]
    statements.save_numbers([], "net_mg")


def test_it_changes_only_the_rows_of_its_condition_and_counts_them(shop: Shop) -> None:
    sale, other = shop.bill(shop.piece(), shop.piece()), shop.bill(shop.piece())
    changed = statements.update(SaleLine, "sale_id = %s", [sale.pk], acknowledged_how="tap")
    assert changed == 2
    assert {line.acknowledged_how for line in sale.lines.all()} == {"tap"}
    assert other.lines.get().acknowledged_how == ""
    assert other.lines.get().state == LineState.OPEN


def test_it_digests_parts_at_hand_as_it_digests_them_from_the_database(shop: Shop) -> None:
    sale = shop.bill(shop.piece(), shop.ring())
    at_hand = Sale.objects.get(pk=sale.pk)
    lines = list(SaleLine.objects.filter(sale=sale))
    for line in lines:
        changes.lay_out(
            line, reductions=list(line.reductions.all()), sellers=list(line.sellers.all())
        )
    changes.lay_out(at_hand, lines=lines)
    assert changes.digest(at_hand) == changes.digest(Sale.objects.get(pk=sale.pk))
    changes.lay_out(at_hand, lines=lines[:1])
    assert changes.digest(at_hand) != changes.digest(Sale.objects.get(pk=sale.pk))
