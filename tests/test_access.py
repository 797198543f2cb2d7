"""Every page and every operation declares whose rows it shows and who may open it; the declaration
holds for every role, at home and in another store."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from counter import api_clients
from counter.clerks import PERMISSIONS
from counter.models import ApiKey
from inventory.ground import access, scopes
from inventory.ground.access import Access, Scope
from tests.abuse.world import PEOPLE, Rows, everybody_elsewhere, filled
from tests.cast import COST_CENTS, KeyedClient, Shop
from tests.programs import EVERYTHING, Program, contract, register

# Django's own pages with their own guard
FOREIGN = ("admin/",)
# each operation of the API declares a scope of its own
API = "api/v1/"
# what these address is a day or a place of the caller's own store, never a row of another one
NO_ROW = ("day/<day:day>/", "day/<day:day>/files/", "day/<day:day>/close/")
# the list of a transfer, and of what lies on the counter, is the caller's own, in the session: what
# is not on it goes off it alike
OWN_LIST = ("transfers/new/<number>/remove/", "trade-ins/new/<int:position>/remove/")


# for invited customers, who are nobody of the staff: each judges by the link they came by
SHOWROOM = (
    "",
    "enter/<secret>/",
    "leave/",
    "ring-size/",
    "ring-size.pdf",
    "photos/<uuid:uuid>/<size>/",
    "styles/<code>/",
    "basket/",
    "orders/",
    "orders/new/",
    "orders/<number>/",
    "orders/<number>/again/",
)


def pages(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


OURS = [(path, view) for path, view in pages() if not path.startswith((*FOREIGN, API))]
CLOSED: list[tuple[str, Access]] = [
    (path, declared)
    for path, view in OURS
    if (declared := access.declared(view)) and declared.scope is not Scope.PUBLIC
]
GUARDED = [(path, declared) for path, declared in CLOSED if declared.permission]
NAMED = [
    (path, declared)
    for path, declared in GUARDED
    if "<" in path and path not in (*NO_ROW, *OWN_LIST)
]


METHODS = ("get", "post")


# forms that are read before their row is looked for are filled in
SENT = {"explanation": "nobody came", "code": "3000000017"}


def ask(client: Client, method: str, path: str) -> Any:
    """The answer; what a request did is undone, so that the next one finds the same world."""
    if method == "get":
        return client.get(path)
    with transaction.atomic():
        answer = client.post(path, SENT)
        transaction.set_rollback(True)
    return answer


# --- pages


@pytest.mark.parametrize(("path", "view"), OURS, ids=[path for path, _view in OURS])
def test_it_declares_scope_and_role(path: str, view: object) -> None:
    declared = access.declared(view)
    assert declared is not None, f"{path} declares nothing"
    if declared.scope is Scope.STORE and declared.permission:
        assert declared.permission in PERMISSIONS, declared.permission


def test_only_these_pages_are_open_to_every_role() -> None:
    for_all = {path for path, declared in CLOSED if not declared.permission}
    own = {path for path, declared in CLOSED if declared.scope is Scope.OWN}
    assert own == {"sign-out/", "switch/", "approvals/", "store/"}
    assert for_all - own == {"today/", "scan/", "scan/photo/"}
    world = {path for path, view in OURS if _is_public(view)}
    assert {path for path in world if not re.match("\\^[wW[]", path)} == {
        "",
        "sign-in/",
        "language/",
        "t/<claim_check>/",
        "o/<key>/",
        *(f"showroom/{page}" for page in SHOWROOM),
    }


def _is_public(view: object) -> bool:
    declared = access.declared(view)
    return declared is not None and declared.scope is Scope.PUBLIC


def test_it_asks_everybody_to_sign_in_first(shop: Shop, rows: Rows) -> None:
    stranger = KeyedClient()
    for path, _declared in CLOSED:
        for method in METHODS:
            answer = ask(stranger, method, filled(path, rows))
            assert answer.status_code in {302, 405}, (method, path, answer.status_code)
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith("/sign-in/"), path


def test_a_page_is_closed_to_every_other_role(shop: Shop, rows: Rows) -> None:
    open_to = []
    for name in PEOPLE:
        user = shop.people[name]
        client = shop.client(user)
        for path, declared in GUARDED:
            if user.has_perm(declared.permission):
                continue
            for method in METHODS:
                answer = ask(client, method, filled(path, rows))
                refused = (answer.status_code, answer.headers.get("X-Refusal"))
                if answer.status_code != 405 and refused != (403, "not_allowed"):
                    open_to.append((name, method, path, answer.status_code))
    assert open_to == []


def test_another_stores_row_is_not_there(shop: Shop, rows: Rows) -> None:
    """Whatever the role, at another store or at none, and whether it is read or sent."""
    told = []
    for user in everybody_elsewhere(shop):
        unseen = {404, 405} if access.store_ids(user) else {403, 404, 405}
        client = shop.client(user, counter=shop.a2)
        for path, declared in NAMED:
            # what is kept for the whole house belongs to no store: the right alone decides
            if declared.scope is Scope.HOUSE or not user.has_perm(declared.permission):
                continue
            for method in METHODS:
                answer = ask(client, method, filled(path, rows))
                if answer.status_code not in unseen:
                    told.append((user.username, method, path, answer.status_code))
    assert told == []


def test_a_row_is_there_at_home(shop: Shop, rows: Rows) -> None:
    """So that the test above cannot pass because nothing is ever there."""
    missing = {path for path, _declared in NAMED}
    for name in PEOPLE:
        client = shop.client(shop.people[name])
        for path, declared in NAMED:
            if path not in missing or not shop.people[name].has_perm(declared.permission):
                continue
            codes = {ask(client, method, filled(path, rows)).status_code for method in METHODS}
            if codes - {403, 404, 405}:
                missing.discard(path)
    assert missing == set()


def test_head_offices_tables_are_closed_to_every_shop(shop: Shop) -> None:
    tables = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in REGISTERED]
    assert tables
    for name in PEOPLE:
        client = shop.client(shop.people[name])
        for address in ("/admin/", *tables, *(f"{table}add/" for table in tables)):
            for method in METHODS:
                answer = ask(client, method, address)
                led_away = answer.status_code == 302 and "/admin/login/" in answer["Location"]
                assert led_away or name == "head", (name, method, address)


REGISTERED = list(admin.site._registry)


def test_a_cost_price_never_reaches_a_clerk(shop: Shop, rows: Rows) -> None:
    figures = {f"{COST_CENTS}", "6,543.21", "6543.21"}
    for name in set(PEOPLE) - {"head"}:
        client = shop.client(shop.people[name])
        for path, _declared in CLOSED:
            if path.endswith((".pdf", "<size>/")):
                continue  # drawn from the same rows, and packed; or a picture
            answer = ask(client, "get", filled(path, rows))
            assert not [each for each in figures if each in answer.content.decode()], (name, path)


# --- the API


def operations() -> Iterator[tuple[str, str, str]]:
    """Method, address and scope of everything a program may do."""
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            (scope,) = operation["security"][0][scopes.SCHEME]
            yield method, path.removeprefix("/api/v1").replace("{shape}", "csv"), scope


OPERATIONS = list(operations())
# an order is seen by the program that placed it, whatever its stores: test_order_by_program.py
BY_NUMBER = [
    path
    for method, path, _scope in OPERATIONS
    if method == "get" and "{" in path and not path.startswith("/showroom/")
]
BY_STORE = [
    path.removeprefix("/api/v1")
    for path, methods in contract()["paths"].items()
    if any(each["name"] == "store" for each in methods.get("get", {}).get("parameters", ()))
]


def number(path: str, rows: Rows) -> str:
    """An address of the API with a number of S01. KeyError for a folder that is unknown here."""
    known = {
        "pieces": rows.piece.number,
        "transfers": rows.shipment.number,
        "sales": rows.sale.number,
        "cards": rows.card,
        "tickets": rows.ticket.number,
        "returns": rows.back.number,
        "handovers": rows.signed.number,
        "stocktakes": rows.published.number,
        "trade-ins": rows.trade_in.number,
        "showroom": rows.order.order.number,
    }
    return path.replace("{number}", str(known[path.split("/")[1]]))


def program_of(shop: Shop, *stores: str) -> Program:
    """A program with every scope, and the rows of these stores only."""
    mine = [shop.s01, shop.s02]
    asked = [store for store in mine if store.code in stores]
    return register(*set(EVERYTHING) - {access.ALL_STORES}, stores=asked)


def call(program: Program, method: str, path: str) -> Any:
    return program.get(path) if method == "get" else program.post(path, {})


def test_an_operation_is_closed_without_a_live_key(shop: Shop, rows: Rows) -> None:
    client = api_clients.register(name="late", scopes=EVERYTHING)
    key = api_clients.issue_key(client)
    api_clients.revoke(ApiKey.objects.get(client=client))
    for who in (Program(""), Program(f"Bearer {key}"), Program("Bearer jw_0123456789_guess")):
        for method, path, _scope in OPERATIONS:
            answer = call(who, method, number(path, rows) if "{" in path else path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), path


def test_an_operation_is_closed_to_every_persons_session(shop: Shop, rows: Rows) -> None:
    for name in PEOPLE:
        program = Program("")
        program.client.cookies = shop.client(shop.people[name]).cookies
        for method, path, _scope in OPERATIONS:
            answer = call(program, method, number(path, rows) if "{" in path else path)
            assert answer.status_code == 401, (name, path)


@pytest.mark.parametrize("path", BY_NUMBER)
def test_a_program_of_another_store_finds_nothing_by_number(
    shop: Shop, rows: Rows, path: str
) -> None:
    address = number(path, rows)
    assert program_of(shop, "S01").get(address).status_code == 200
    for elsewhere in (program_of(shop, "S02"), program_of(shop)):
        theirs, unknown = elsewhere.get(address), elsewhere.get(path.replace("{number}", "1"))
        assert (theirs.status_code, theirs.content) == (404, unknown.content)


@pytest.mark.parametrize("path", BY_STORE)
def test_a_program_lists_its_own_stores_alone(shop: Shop, rows: Rows, path: str) -> None:
    assert program_of(shop, "S01").get(path, store="S01").status_code == 200
    for elsewhere in (program_of(shop, "S02"), program_of(shop)):
        theirs, unknown = elsewhere.get(path, store="S01"), elsewhere.get(path, store="S99")
        assert (theirs.status_code, theirs.content) == (404, unknown.content)
        listed = elsewhere.get(path)
        told = listed.json().get("items", ())
        assert {row["store"] for row in told if row.get("store")} <= {"S02", "HQ"}
