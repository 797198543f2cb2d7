"""Wrong values stop the start with a sentence."""

import os
import subprocess
import sys

import pytest
from pydantic import ValidationError

from counter.environment import Environment


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgres://"),
        ("PORT", "99999", "PORT"),
        ("PUBLIC_URL", "shop.example", "https://shop.example"),
        ("PUBLIC_URL", "http://shop.example", "https"),
        ("HOST", "0.0.0.0", "https"),  # noqa: S104  because: this is what is refused
        ("NUM_PROXIES", "many", "NUM_PROXIES"),
        ("DEBUG", "perhaps", "DEBUG"),
    ],
)
def test_it_stops_with_a_sentence(name: str, value: str, told: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "counter.settings", name: value}
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
