"""Head office's tables: styles, stores and places. What the books decide stays as it is."""

import pytest

from inventory.models import Place, PlaceKind, Style
from tests.cast import Shop
from tests.supplies import bead

TABLES = ("style", "store", "place", "supplyitem")


def test_it_changes_the_name_of_a_style_and_never_its_code(shop: Shop) -> None:
    style = shop.ring(style="D0308").style
    typed = {"code": "X1", "name": "六爪钻戒", "category": "ring", "report_required": "on"}
    answer = shop.client(shop.head).post(f"/admin/inventory/style/{style.pk}/change/", typed)
    assert answer.status_code == 302
    style.refresh_from_db()
    assert (style.code, style.name) == ("D0308", "六爪钻戒")


def test_it_adds_a_style_and_a_tray(shop: Shop) -> None:
    client = shop.client(shop.head)
    typed = {"code": "N9999", "name": "福字吊坠", "category": "pendant"}
    assert client.post("/admin/inventory/style/add/", typed).status_code == 302
    assert Style.objects.get(code="N9999").report_required is False
    tray = {"store": shop.s01.pk, "parent": shop.a.pk, "code": "A-99", "kind": PlaceKind.TRAY}
    assert client.post("/admin/inventory/place/add/", tray).status_code == 302
    assert shop.tray("A-99").counter == shop.a


def test_it_refuses_a_tray_in_a_counter_of_another_store(shop: Shop) -> None:
    tray = {"store": shop.s01.pk, "parent": shop.a2.pk, "code": "A-99", "kind": PlaceKind.TRAY}
    answer = shop.client(shop.head).post("/admin/inventory/place/add/", tray)
    assert "Choose a counter of the same store." in answer.text
    assert not Place.objects.filter(code="A-99").exists()


def test_it_keeps_a_place_in_its_store(shop: Shop) -> None:
    tray, typed = shop.tray("A-01"), {"store": shop.s02.pk, "code": "Z", "name": "新品"}
    shop.client(shop.head).post(f"/admin/inventory/place/{tray.pk}/change/", typed)
    tray.refresh_from_db()
    assert (tray.store, tray.code, tray.name) == (shop.s01, "A-01", "新品")


def test_it_keeps_how_a_tray_is_counted(shop: Shop) -> None:
    tray, client = shop.tray("A-01"), shop.client(shop.head)
    address = f"/admin/inventory/place/{tray.pk}/change/"
    typed = {"name": "", "count_depth": "tray", "tare_mg": "182.45"}
    assert client.post(address, typed).status_code == 302
    tray.refresh_from_db()
    assert (tray.count_depth, tray.tare_mg, tray.counted_in) == ("tray", 182_450, "")
    assert 'value="182.450"' in client.get(address).text
    assert client.post(address, typed | {"tare_mg": "", "count_depth": ""}).status_code == 302
    tray.refresh_from_db()
    assert (tray.count_depth, tray.tare_mg) == ("", None)


@pytest.mark.parametrize("text", ["0", "-1", "heavy", "5000.001", "1.2345"])
def test_it_refuses_a_tray_of_no_weight(shop: Shop, text: str) -> None:
    tray = shop.tray("A-01")
    typed = {"name": "new", "count_depth": "tray", "tare_mg": text}
    answer = shop.client(shop.head).post(f"/admin/inventory/place/{tray.pk}/change/", typed)
    assert "Enter a weight from 0.001 to 5,000.000 g" in answer.text
    tray.refresh_from_db()
    assert (tray.name, tray.count_depth, tray.tare_mg) == ("", "", None)


def test_it_ends_no_count(shop: Shop) -> None:
    """Only a signature or giving up a count makes its figures readable."""
    shop.count_blind("A-01")
    tray, typed = shop.tray("A-01"), {"name": "new", "counted_in": ""}
    shop.client(shop.head).post(f"/admin/inventory/place/{tray.pk}/change/", typed)
    tray.refresh_from_db()
    assert (tray.name, tray.counted_in) == ("new", "S01-H1")


def test_it_opens_no_store_and_deletes_nothing(shop: Shop) -> None:
    client = shop.client(shop.head)
    assert client.get("/admin/inventory/store/add/").status_code == 403
    keys = (shop.ring().style.pk, shop.s01.pk, shop.a.pk, bead().pk)
    for table, key in zip(TABLES, keys, strict=True):
        assert client.post(f"/admin/inventory/{table}/{key}/delete/").status_code == 403


def test_its_forms_carry_a_key(shop: Shop) -> None:
    page = shop.client(shop.head).get("/admin/inventory/style/add/").text
    assert 'name="_key"' in page


@pytest.mark.parametrize("name", ["lin", "chen", "wang"])
@pytest.mark.parametrize("table", TABLES)
def test_it_is_closed_to_a_shop(shop: Shop, name: str, table: str) -> None:
    user = shop.people[name]
    user.is_staff = True  # even then: the role decides
    user.save(update_fields=["is_staff"])
    assert shop.client(user).get(f"/admin/inventory/{table}/").status_code == 403
