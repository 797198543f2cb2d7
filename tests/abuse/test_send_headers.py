"""How far every answer lets the browser trust it, and which requests are not ours."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.abuse.world import Rows, filled
from tests.cast import PASSWORD, KeyedClient, Shop
from tests.programs import EVERYTHING, register
from tests.test_access import CLOSED, OURS, ask

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
PUBLIC = (
    "/sign-in/",
    "/w/",
    "/w/12345678901234567888",
    "/showroom/",
    "/showroom/enter/AAAAAAAAAAAAAAAAAAAAAA/",
    "/showroom/ring-size/",
    "/o/AAAAAAAAAAAAAAAAAAAAAA/",
    "/not-here/",
    "/api/v1/stores",
)
WRITES = ("INSERT", "UPDATE", "DELETE")
EVIDENCE = ("django_session", "axes_", "counter_apikey")


def check(answer: Any, path: str) -> None:
    headers = answer.headers
    policy = {each.strip() for each in headers["Content-Security-Policy"].split(";")}
    assert policy >= POLICY, path
    assert not any("unsafe" in each or "*" in each or "http" in each for each in policy), path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert headers["X-Robots-Tag"].startswith("noindex"), path
    assert "Access-Control-Allow-Origin" not in headers, path
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/"):
        assert "charset=utf-8" in kind, path


def test_every_page_carries_the_whole_armour(shop: Shop, rows: Rows) -> None:
    client = shop.client(shop.wang)
    for path, _declared in CLOSED:
        answer = client.get(filled(path, rows))
        check(answer, path)
        assert "no-store" in answer.headers["Cache-Control"], path
    for path in PUBLIC:
        check(Client().get(path), path)


def test_an_answer_to_a_program_is_nothing_for_a_browser(shop: Shop) -> None:
    answer = register(*EVERYTHING).get("/stores")
    check(answer, "/stores")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("application/json")


def test_looking_writes_nothing(shop: Shop, rows: Rows) -> None:
    """A GET that a foreign page provokes leaves the books as they were."""
    for name in ("wang", "head"):
        client = shop.client(shop.people[name])
        for path, _declared in CLOSED:
            with CaptureQueriesContext(connection) as asked:
                client.get(filled(path, rows))
            written = [
                each["sql"][:90]
                for each in asked
                if each["sql"].startswith(WRITES) and not any(w in each["sql"] for w in EVIDENCE)
            ]
            assert written == [], path


def test_a_form_from_elsewhere_is_refused_everywhere(shop: Shop, rows: Rows) -> None:
    client = KeyedClient(enforce_csrf_checks=True)
    client.cookies = shop.client(shop.wang).cookies
    for path, _declared in CLOSED:
        assert ask(client, "post", filled(path, rows)).status_code in {403, 405}, path
    form = {"username": "lin", "password": PASSWORD}
    assert Client(enforce_csrf_checks=True).post("/sign-in/", form).status_code == 403


def test_nobody_leads_a_signed_in_person_elsewhere(shop: Shop) -> None:
    client = shop.client()
    for outside in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        form = {"username": "lin", "password": PASSWORD, "next": outside}
        assert client.post("/sign-in/", form).headers["Location"] == "/today/"
        form = {"language": "en", "next": outside}
        assert "elsewhere" not in client.post("/language/", form).headers["Location"]
        answer = client.get("/sell/", headers={"referer": outside})
        assert "elsewhere" not in answer.content.decode()


@pytest.mark.parametrize("host", ["elsewhere.example", "testserver.elsewhere.example", "a b", ""])
def test_it_answers_under_its_own_name_only(shop: Shop, host: str, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert Client(headers={"host": host}).get("/sign-in/").status_code == 400


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT"])
def test_it_takes_no_method_that_no_page_has(shop: Shop, method: str) -> None:
    client = shop.client(shop.wang)
    for path, declared in ((path, view) for path, view in OURS if "<" not in path):
        if "[" in path or "^" in path:
            continue
        answer = client.generic(method, f"/{path}")
        assert answer.status_code in {200, 302, 303, 400, 403, 405, 415, 422}, (path, declared)
        assert b"HTTP/1" not in answer.content
        assert "counter_session=" not in answer.content.decode("utf-8", "replace")


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.git/HEAD", "/var/secret_key", "/var/shop.sqlite3", "/manage.py", "/static/",
     "/static/../manage.py", "/static/%2e%2e/manage.py", "/pyproject.toml", "/.env", "/build/"],
)  # fmt: skip
def test_it_serves_no_file_of_its_own_making(shop: Shop, path: str) -> None:
    for client in (Client(), shop.client(shop.head)):
        assert client.get(path).status_code in {302, 404}, path


def test_over_https_cookies_and_transport_are_locked() -> None:
    """Settings follow the scheme of PUBLIC_URL, so a process of its own reads them."""
    told = in_the_open(
        """
        answer = Client(headers={"host": "shop.example"}).get("/api/v1/stores", secure=True)
        plain = Client(headers={"host": "shop.example"}).get("/sign-in/")
        tell(
            hsts=answer.headers["Strict-Transport-Security"],
            secure=[
                settings.CSRF_COOKIE_SECURE,
                settings.SESSION_COOKIE_SECURE,
                settings.LANGUAGE_COOKIE_SECURE,
            ],
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=[settings.CSRF_COOKIE_SAMESITE, settings.SESSION_COOKIE_SAMESITE],
            names=[
                settings.SESSION_COOKIE_NAME,
                settings.CSRF_COOKIE_NAME,
                settings.LANGUAGE_COOKIE_NAME,
            ],
            plain=[plain.status_code, plain.headers["Location"]],
            debug=settings.DEBUG,
        )
        """
    )
    assert told["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert (told["secure"], told["httponly"]) == ([True] * 3, True)
    assert set(told["samesite"]) <= {"Lax", "Strict"}
    assert all(name.startswith("__Host-") for name in told["names"])
    assert told["plain"] == [301, "https://shop.example/sign-in/"]
    assert told["debug"] is False


def in_the_open(script: str) -> dict[str, Any]:
    """What a process told that was started for an https address."""
    lines = "\n".join(line.removeprefix(" " * 8) for line in script.splitlines())
    program = (
        "import json, django; django.setup()\n"
        "from django.conf import settings; from django.test import Client\n"
        "def tell(**told): print(json.dumps(told))\n" + lines
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "counter.settings",
        "PUBLIC_URL": "https://shop.example",
        "SECRET_KEY": "only for this test " * 4,
        "DEBUG": "0",
    }
    done = subprocess.run(  # noqa: S603  because: our own interpreter and our own words
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=settings.BASE_DIR, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
