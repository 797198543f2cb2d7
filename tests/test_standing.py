"""What stands before a test begins is the same for every test, and what runs once runs once."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.db.utils import ConnectionHandler
from django.utils import timezone

from inventory.ground import photos
from inventory.models import Photo, Piece, Store
from tests import standing
from tests.abuse.world import Rows
from tests.cast import Shop
from tests.old_gold import Desk
from tests.reach import Reach
from tests.standing import House


@pytest.mark.parametrize("turn", ["first", "second"])
def test_nothing_of_a_test_is_left_for_the_next(shop: Shop, turn: str) -> None:
    assert (shop.made, shop.lin.first_name, Piece.objects.count()) == (0, "林", 0)
    shop.piece()
    shop.lin.first_name = turn
    shop.lin.save()


def test_a_desk_and_its_shop_are_one_world(shop: Shop, desk: Desk) -> None:
    assert desk.shop is shop
    assert desk.by is shop.lin


def test_nothing_stands_where_nobody_asks_for_it(db: None) -> None:
    assert not Store.objects.exists()


def test_the_pictures_of_a_world_are_there(rows: Rows) -> None:
    assert photos.kept(Photo.objects.earliest("pk"), "small")


def test_a_shop_of_another_hour_is_built_anew(db: None, tmp_path: Path) -> None:
    house, later = House(tmp_path), timezone.now() + timedelta(hours=1)
    (shop,) = house.raise_to(["standing_shop"]).values()
    (same,) = house.raise_to(["standing_shop"]).values()
    assert (same.shift.pk, same.shift.opened_at) == (shop.shift.pk, shop.shift.opened_at)
    with time_machine.travel(later):
        (other,) = house.raise_to(["standing_shop"]).values()
        house.clear()
    assert other.shift.opened_at > shop.shift.opened_at + timedelta(minutes=59)


def test_floors_beside_each_other_are_refused() -> None:
    assert standing.asked(["db", "standing_desk"]) == ["standing_shop", "standing_desk"]
    with pytest.raises(ValueError, match="do not stand upon each other"):
        standing.asked(["standing_desk", "standing_noon"])


def test_every_way_to_a_database_is_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ConnectionHandler, "__getitem__", ConnectionHandler.__getitem__)
    reach = Reach()
    assert not reach.take()
    assert connection.vendor
    assert (reach.take(), reach.take()) == (True, False)
    sqlite3.connect(tmp_path / "own.sqlite3").close()
    assert reach.take()
