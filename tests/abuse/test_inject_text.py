"""Text that would be a statement, a format or a line of the log stays the text that it is."""

import logging
from typing import Any

import pytest
from django.test import Client

from counter.models import Customer
from inventory.ground import access
from inventory.models import Piece
from tests.abuse.world import Rows
from tests.cast import Shop
from tests.programs import EVERYTHING, register
from tests.test_access import BY_STORE, CLOSED

STATEMENTS = (
    "' OR '1'='1",
    "' OR 1=1 --",
    '" OR ""="',
    "1; DROP TABLE inventory_piece",
    "') UNION SELECT password FROM auth_user --",
    "%' OR name LIKE '%",
    "\\' OR 1=1 --",
)
FIELDS = ("q", "place", "category", "state", "after", "before", "day", "month", "closed", "page",
          "counter", "code", "sale", "size", "tray", "money", "kind")  # fmt: skip
PARAMETERS = ("store", "state", "place", "business_day", "updated_after", "after", "cursor", "at")


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_in_an_address_is_no_statement(shop: Shop, rows: Rows, text: str) -> None:
    pieces = Piece.objects.count()
    client = shop.client(shop.wang)
    for path, _declared in CLOSED:
        if "<" in path or path.endswith(".pdf"):
            continue
        # a fault of ours would be raised here
        answer = client.get(f"/{path}", dict.fromkeys(FIELDS, text))
        assert answer.status_code < 500, path
        assert "argon2" not in answer.content.decode() and "md5$" not in answer.content.decode()
    assert Piece.objects.count() == pieces
    assert rows.piece.name not in client.get("/pieces/", {"q": text}).content.decode()


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_statement_in_a_parameter_finds_nothing(shop: Shop, text: str) -> None:
    program = register(*EVERYTHING)
    shop.piece()
    for path in BY_STORE:
        for name in PARAMETERS:
            answer = program.get(path, **{name: text})
            nothing = answer.status_code == 200 and answer.json()["items"] == []
            assert nothing or answer.status_code in {404, 422}, (path, name)


@pytest.mark.parametrize("text", ["%s%s%n", "%(number)s", "{0.__class__}", "{{ 7*7 }}", "${7*7}"])
def test_a_format_is_shown_as_it_was_typed(shop: Shop, text: str) -> None:
    sale = shop.bill(shop.charm())
    client = shop.client()
    client.post(f"/sell/{sale.uuid}/mark/", {"mark": text})
    form = {"phone": "13912348765", "name": text}
    client.post(f"/sell/{sale.uuid}/customer/", form)
    assert Customer.objects.get().name == text
    page = client.get(f"/sell/{sale.uuid}/").content.decode()
    assert text in page.replace("&#x27;", "'")
    assert "49" not in text or "7*7" in page


def test_an_address_writes_no_second_line_into_the_log(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise ValueError("our fault")

    monkeypatch.setattr(access, "visible", fail)
    client: Client = shop.client()
    client.raise_request_exception = False
    with caplog.at_level(logging.INFO):
        client.get("/pieces/3000000017%0AERROR all is well/")
        client.get("/nothing%0D%0AERROR all is well/")
    ours = [each for each in caplog.records if each.name != "django.request" or not each.exc_info]
    assert ours
    assert [each.getMessage() for each in ours if "\n" in each.getMessage()] == []
