"""A program that talks to the API from outside, with nothing but its key."""

import itertools
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counter import api_clients
from counter.api import api
from inventory.models import Store

API = "/api/v1"
EVERYTHING = api_clients.SCOPES
MOST_PAGES = 1_000
_turn = itertools.count(1)


@cache
def contract() -> dict[str, Any]:
    """What the API promises, as it is published: OpenAPI."""
    promised: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return promised


class Program:
    """Speaks JSON; each POST gets a fresh idempotency key unless one is given."""

    def __init__(self, authorization: str) -> None:
        headers = {"authorization": authorization} if authorization else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, query)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The items of one page."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def questions(self, path: str, **query: Any) -> int:
        """How many questions to the database one answer costs. What is written meanwhile does not
        count: by the clock it is noted now and then that a key was used and what was pulled."""
        with CaptureQueriesContext(connection) as asked:
            assert self.get(path, **query).status_code == 200
        return sum(each["sql"].lstrip().startswith(("SELECT", "WITH")) for each in asked)

    def pages(self, path: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
        """Page after page, until there is no further cursor."""
        for _page in range(MOST_PAGES):
            answer = self.get(path, **query)
            assert answer.status_code == 200, answer.content
            yield answer.json()["items"]
            query["cursor"] = answer.json()["next_cursor"]
            if query["cursor"] is None:
                return
        raise AssertionError(f"{path} does not end")

    def post(self, path: str, body: Any, *, key: str | None = None, **extra: Any) -> Any:
        """Sends `body` as JSON, or as it is when it is bytes already."""
        key = f"key-{next(_turn)}" if key is None else key
        headers = {"idempotency-key": key} if key else {}
        # said here too, because the test client leaves it out of a request without a body
        extra = {"content_type": "application/json", "CONTENT_TYPE": "application/json"} | extra
        extra["headers"] = headers | extra.get("headers", {})
        return self.client.post(API + path, body, **extra)


def register(*scopes: str, stores: Iterable[Store] = (), name: str = "") -> Program:
    """A program of its own with a live key; without `stores` it sees none, unless one of its
    scopes is `all_stores`."""
    client = api_clients.register(
        name=name or f"program-{next(_turn)}", scopes=scopes, stores=stores
    )
    return Program(f"Bearer {api_clients.issue_key(client)}")
