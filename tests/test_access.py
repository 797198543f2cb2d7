"""Every page declares whose rows it shows and who may open it; the declaration holds."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from counter.clerks import PERMISSIONS
from inventory.ground import access
from inventory.ground.access import Scope
from tests.cast import COST_CENTS, Shop

# Django's own pages with their own guard
FOREIGN = ("admin/",)
# the API declares a scope on each operation; see test_api_scopes.py
API = "api/v1/"


def pages(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


OURS = [(path, view) for path, view in pages() if not path.startswith((*FOREIGN, API))]


@pytest.mark.parametrize(("path", "view"), OURS, ids=[path for path, _view in OURS])
def test_it_declares_scope_and_role(path: str, view: object) -> None:
    declared = access.declared(view)
    assert declared is not None, f"{path} declares nothing"
    if declared.scope is Scope.STORE and declared.permission:
        assert declared.permission in PERMISSIONS, declared.permission


CLOSED = [
    (path, access.declared(view))
    for path, view in OURS
    if access.declared(view) and access.declared(view).scope is not Scope.PUBLIC  # type: ignore[union-attr]
]


def test_it_asks_everybody_to_sign_in_first(shop: Shop) -> None:
    for path, _declared in CLOSED:
        if "<" in path:
            continue
        answer = shop.client().__class__().get(f"/{path}")
        assert answer.status_code in {302, 405}, (path, answer.status_code)
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/sign-in/"), path


def test_it_refuses_a_role_that_does_not_include_the_page(shop: Shop) -> None:
    for username, user in shop.people.items():
        client = shop.client(user)
        for path, declared in CLOSED:
            if "<" in path or declared is None or not declared.permission:
                continue
            if user.has_perm(declared.permission):
                continue
            answer = client.get(f"/{path}")
            assert answer.status_code in {403, 405}, (username, path, answer.status_code)


def test_another_stores_row_is_not_there(shop: Shop) -> None:
    sale = shop.sell(shop.ring())
    bill = shop.bill(shop.charm())
    card = sale.lines.get().card
    piece = shop.piece()
    stranger = shop.client(shop.sun, counter=shop.a2)
    for path in (
        f"/sales/{sale.number}/",
        f"/sales/{sale.number}/receipt.pdf",
        f"/sell/{bill.uuid}/",
        f"/cards/{card.number}/",
        f"/cards/{card.number}/card.pdf",
        f"/pieces/{piece.number}/",
    ):
        assert stranger.get(path).status_code == 404, path
    for path in (f"/sell/{bill.uuid}/complete/", f"/sales/{sale.number}/cards/"):
        assert stranger.post(path, {"shown_cents": 1}).status_code == 404, path


def test_a_cost_price_never_reaches_a_clerk(shop: Shop) -> None:
    piece = shop.piece()
    sale = shop.sell(shop.ring())
    bill = shop.bill(shop.piece())
    figures = {f"{COST_CENTS}", "6,543.21", "6543.21"}
    clerk = shop.client(shop.lin)
    for path in (
        "/today/",
        "/pieces/",
        f"/pieces/?q={piece.number}",
        f"/pieces/{piece.number}/",
        f"/sell/{bill.uuid}/",
        f"/sales/{sale.number}/",
        "/sales/",
        "/prices/",
        "/cards/",
    ):
        answer = clerk.get(path)
        assert answer.status_code == 200, path
        assert not [each for each in figures if each in answer.content.decode()], path
