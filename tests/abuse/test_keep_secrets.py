"""Canaries are sung into every door of the shop; none is heard in its logs, its books or its
answers to others."""

import logging
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from counter import api_clients, clerks, due, environment
from inventory.ground import access
from tests.abuse.world import Rows, filled
from tests.cast import Shop
from tests.programs import EVERYTHING, Program
from tests.receivers import receiving
from tests.test_access import CLOSED

PASSWORD, WRONG_PASSWORD = "canary-correct-horse", "canary-wrong-horse"
PIN, WRONG_PIN = "274958", "583920"
BANK_CARD = "4111111111111111"
PHONE = "13912348765"
NAME = "金丝雀太太"
# nowhere in the database, in no log, in no answer
SECRETS = {PASSWORD, WRONG_PASSWORD, BANK_CARD}
# six digits may stand in a hash by chance: looked for as a value of its own
PINS = {PIN, WRONG_PIN}


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that anybody says, from the most talkative level on, with its traceback."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(self.format(record))

    ear, root = Ear(level=logging.DEBUG), logging.getLogger()
    root.addHandler(ear)
    before = {name: logging.getLogger(name).level for name in ("", "django", "axes")}
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    # Django says each statement with its values when it debugs, and nowhere else
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield said
    root.removeHandler(ear)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def dumped() -> Iterator[tuple[str, str]]:
    """Every value of every table, as a dump would write it."""
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  because: our own tables
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else None
                    yield table, raw.decode("utf-8", "replace") if raw else str(value)


def sing(shop: Shop) -> tuple[Program, str]:
    """A person and a program do what they do, rightly and wrongly; answers the key."""
    shop.people["zhao"].set_password(PASSWORD)
    shop.people["zhao"].save()
    clerks.set_pin(clerk=shop.zhao.clerk, pin=PIN)
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"username": "zhao", "password": WRONG_PASSWORD})
    client.post("/sign-in/", {"username": WRONG_PASSWORD, "password": PASSWORD})
    client.post("/sign-in/", {"username": "zhao", "password": PASSWORD})
    staff = shop.client(shop.lin)
    for pin in (WRONG_PIN, PIN):
        staff.post("/switch/", {"username": "zhao", "pin": pin})
    sale = shop.bill(shop.charm())
    staff = shop.client(shop.lin)
    staff.post(f"/sell/{sale.uuid}/customer/", {"phone": PHONE, "name": NAME})
    form = {"tender": "card", "amount": "98", "merchant_number": BANK_CARD}
    staff.post(f"/sell/{sale.uuid}/pay/", form)
    staff.post(f"/sell/{sale.uuid}/mark/", {"mark": BANK_CARD})
    staff.post(f"/sell/{sale.uuid}/customer/", {"phone": PHONE, "name": BANK_CARD})
    shop.pay(sale)
    staff.post(f"/sell/{sale.uuid}/complete/", {"shown_cents": 9_800})
    program = api_clients.register(name="canary", scopes=EVERYTHING)
    key = api_clients.issue_key(program)
    Program(f"Bearer {key}").get("/stores")
    Program(f"Bearer {key}x").get("/stores")
    return Program(f"Bearer {key}"), key


def sign(shop: Shop, settings: Any) -> list[str]:
    """Head office makes a key and a secret on its pages, and a receiver takes an event; answers
    what those pages showed once."""
    settings.CALLS_TO_LOOPBACK = True
    head = shop.client(shop.head)
    form = {"name": "bird", "scopes": ["sales:read", "all_stores"]}
    program = head.post("/head-office/programs/", form).headers["Location"]
    with receiving() as receiver:
        form = {"name": "bird", "url": receiver.url, "events": "sale.completed", "all_stores": "on"}
        webhook = head.post("/head-office/webhooks/", form).headers["Location"]
        shown = head.post(f"{program}key/").text + head.post(f"{webhook}secret/").text
        shop.sell(shop.charm())
        due.tell_outside()
        assert len(receiver.got) == 1
    found = re.findall(r"jw_[0-9a-f]{10}_([\w-]{40,})|(whsec_[\w+/=]{40,})", shown)
    again = head.get(program).text + head.get(webhook).text
    assert len(found) == 2
    return [each for pair in found for each in pair if each] + [again]


@pytest.mark.slow_hashing
def test_no_log_and_no_table_holds_a_secret(shop: Shop, log: list[str]) -> None:
    _program, key = sing(shop)
    secret = key.split("_", 2)[2]
    told = "\n".join(log)
    assert [each for each in {*SECRETS, secret, *PINS, PHONE, NAME} if each in told] == []
    kept = [
        (table, value)
        for table, value in dumped()
        if any(each in value for each in {*SECRETS, secret}) or value in PINS
    ]
    assert kept == []


def test_a_key_or_a_secret_is_shown_once_and_kept_nowhere(
    shop: Shop, log: list[str], settings: Any
) -> None:
    key, secret, again = sign(shop, settings)
    bare = secret.removeprefix("whsec_")
    told = "\n".join([*log, again, *(value for _table, value in dumped())])
    assert [each for each in (key, secret, bare) if each in told] == []


def test_the_search_finds_what_is_kept_on_purpose(shop: Shop, log: list[str]) -> None:
    sing(shop)
    logging.getLogger("canary").warning("heard: %s", PASSWORD)
    assert any(PASSWORD in line for line in log)
    assert {table for table, value in dumped() if PHONE in value} == {"counter_customer"}


def test_personal_data_is_told_to_nobody_else(shop: Shop, rows: Rows) -> None:
    """Not to another store, not to programs without that scope, not on paper for others."""
    sing(shop)
    program = api_clients.register(
        name="reader", scopes=set(EVERYTHING) - {"customers:read"}, stores=[shop.s01]
    )
    reader = Program(f"Bearer {api_clients.issue_key(program)}")
    stranger = shop.client(shop.sun, counter=shop.a2)
    answers: list[Any] = [
        reader.get(path) for path in ("/sales", "/payments", "/changes", "/pieces")
    ]
    answers += [stranger.get(filled(path, rows)) for path, _declared in CLOSED]
    answers += [Client().get(f"/w/{rows.card}")]
    for answer in answers:
        body = b"".join(answer) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        assert PHONE not in text and NAME not in text, answer.request["PATH_INFO"]


def test_a_telephone_number_is_shown_masked(shop: Shop) -> None:
    sing(shop)
    for path in ("/sales/", "/today/", "/sell/"):
        assert PHONE not in shop.client(shop.lin).get(path).content.decode(), path


def test_our_own_fault_tells_nothing_about_us(
    shop: Shop, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks gets a number for support; the log has the same number, and the traceback."""
    canary = "canary of the inside"

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise ValueError(canary)

    monkeypatch.setattr(access, "visible", fail)
    client = shop.client(shop.lin)
    client.raise_request_exception = False
    page = client.get(f"/pieces/{shop.made:010d}/")
    assert page.status_code == 500
    text = page.content.decode()
    assert canary not in text and "Traceback" not in text and "ValueError" not in text
    assert any("our fault" in line for line in log)
    assert any(canary in line for line in log)


def test_the_key_that_is_made_at_the_first_start_is_the_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    made = environment.Environment(SECRET_KEY="").secret_key
    kept = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (len(made) >= 64, environment.Environment(SECRET_KEY="").secret_key) == (True, made)
