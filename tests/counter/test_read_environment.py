"""Wrong values stop the start with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from counter import environment
from counter.environment import Environment

KEY = "YW4tZXhhbXBsZS1vZi10aGlydHktdHdvLWJ5dGVzISE="


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgres://"),
        ("REPLICA_URL", "postgres://me@/copy", "postgres:// in itself and in DATABASE_URL"),
        ("PORT", "99999", "PORT"),
        ("PUBLIC_URL", "shop.example", "https://shop.example"),
        ("PUBLIC_URL", "http://shop.example", "https"),
        ("HOST", "0.0.0.0", "https"),  # noqa: S104  because: this is what is refused
        ("NUM_PROXIES", "many", "NUM_PROXIES"),
        ("DEBUG", "perhaps", "DEBUG"),
        ("FIELD_KEYS", "too-short", "Fernet keys of 44 signs"),
        ("FIELD_KEYS", f"{KEY},{KEY[:-4]}", "Fernet keys of 44 signs"),
        ("FIELD_KEYS", f"{KEY},钥匙", "Fernet keys of 44 signs"),
    ],
)
def test_it_stops_with_a_sentence(name: str, value: str, told: str) -> None:
    ours = {"DJANGO_SETTINGS_MODULE": "counter.settings", "DATABASE_URL": "sqlite:///var/x.sqlite3"}
    environment = {**os.environ, **ours, name: value}
    done = subprocess.run(
        [sys.executable, "-c", "import counter.settings"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_it_reads_both_kinds_of_database() -> None:
    lite = Environment(DATABASE_URL="sqlite:///var/some.sqlite3").database()
    assert lite["ENGINE"] == "inventory.ground.sqlite"
    big = Environment(DATABASE_URL="postgres://me:p%40ss@127.0.0.1:5433/shop").database()
    assert (big["PASSWORD"], big["PORT"], big["NAME"]) == ("p@ss", "5433", "shop")
    socket = Environment(DATABASE_URL="postgres://me@/shop?host=/run/pg").database()
    assert socket["HOST"] == "/run/pg"


def test_https_in_the_open_is_fine() -> None:
    assert Environment(HOST="0.0.0.0", PUBLIC_URL="https://shop.example").public_host  # noqa: S104  because: behind a proxy
    with pytest.raises(ValidationError):
        Environment(HOST="0.0.0.0", PUBLIC_URL="http://shop.example")  # noqa: S104  because: this is what is refused


def test_the_keys_of_sealed_columns_keep_their_order() -> None:
    other = KEY[::-1].removeprefix("=") + "="
    assert Environment(FIELD_KEYS=f"{KEY}, {other},").field_keys == [KEY, other]


def test_a_key_that_is_not_given_is_made_once_and_read_by_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    (made,) = Environment().field_keys
    kept = tmp_path / "var" / "field_keys"
    assert kept.read_text(encoding="ascii") == made
    assert kept.stat().st_mode & 0o777 == 0o600
    assert Environment().field_keys == [made]
    assert [path.name for path in kept.parent.iterdir()] == ["field_keys"]


def test_two_processes_that_start_together_keep_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "BASE_DIR", tmp_path)
    kept = tmp_path / "var" / "field_keys"

    def late() -> str:
        """While this one is made, the other process has kept its own."""
        kept.write_text("the other one", encoding="ascii")
        return "ours"

    assert environment._kept("field_keys", late) == "the other one"
