"""Two users that stand for nobody: the machine may do everything, and neither can sign in."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from counter.clerks import PERMISSIONS, RoleBackend
from inventory.ground import access, nobody
from tests.cast import PASSWORD, Shop


@pytest.mark.parametrize("make", [nobody.system, nobody.customer])
def test_it_makes_each_of_them_once(db: None, make: object) -> None:
    assert callable(make)
    assert make() == make()
    assert User.objects.count() == 1


def test_the_machine_may_do_everything_and_a_customer_nothing(db: None) -> None:
    assert all(map(nobody.system().has_perm, PERMISSIONS))
    assert not any(map(nobody.customer().has_perm, PERMISSIONS))
    assert access.store_ids(nobody.system()) is None
    assert access.store_ids(nobody.customer()) == frozenset()


@pytest.mark.parametrize("password", ["", PASSWORD, "system"])
def test_it_never_lets_the_machine_sign_in(shop: Shop, password: str) -> None:
    machine = nobody.system()
    assert RoleBackend().authenticate(None, username="system", password=password) is None
    client = Client()
    client.force_login(machine, backend="counter.clerks.RoleBackend")
    assert client.get("/").wsgi_request.user.is_anonymous


def test_a_person_of_that_name_is_not_the_machine(db: None) -> None:
    person = User.objects.create_user("system", password=PASSWORD)
    assert not person.has_perm("sell")
    with pytest.raises(IntegrityError):
        nobody.system()
