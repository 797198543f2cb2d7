"""The database breaks off in the middle of an act, or is not there at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from counter.models import Sale
from tests.cast import Shop


@contextmanager
def broken_off(where: str, error: Exception) -> Iterator[None]:
    """Every statement that holds these words fails in the database."""

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if where in sql:
            raise error
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(IntegrityError("wall"), 409, "overtaken"), (OperationalError("full"), 503, "busy")],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_an_act_that_the_database_breaks_off_is_refused_in_words(
    shop: Shop, error: Exception, status: int, code: str, htmx: bool
) -> None:
    """Nothing may be read inside a transaction that is broken off: the page is drawn after it."""
    charm, client = shop.charm(), shop.client()
    client.raise_request_exception = False
    headers = {"HX-Request": "true"} if htmx else {}
    with broken_off('INSERT INTO "counter_sale"', error):
        answer = client.post("/sell/", {"code": charm.number}, headers=headers)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (status, code)
    assert not Sale.objects.exists()
    assert client.post("/sell/", {"code": charm.number}).status_code == 303


@pytest.mark.parametrize("address", ["/today/", "/sell/", "/api/v1/stores"])
def test_a_database_that_is_away_is_said_without_reading_it(shop: Shop, address: str) -> None:
    client = shop.client()
    client.raise_request_exception = False
    headers = {"authorization": "Bearer jw_0123456789_x"} if address.startswith("/api") else {}
    with broken_off("", OperationalError("the connection is closed")):
        answer = client.get(address, headers=headers)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.content
