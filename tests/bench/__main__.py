"""Measures the shop on one database and prints the table: `python -m tests.bench sqlite`.

Exit status: 0 all gates pass or are unsteady, 1 a gate failed, 2 an answer was wrong.
"""

import argparse
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    asked = _asked()
    # the server and the database go with us, whoever ends us
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(128 + signal.SIGTERM))
    with _database(asked.database) as url:
        os.environ |= {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "PYTHONPATH": str(ROOT),
            "SECRET_KEY": secrets.token_urlsafe(64),
            "NUM_PROXIES": "1",  # the clients of the public page come from many networks
            "DEMO": "0",
            "BENCH_SCALE": asked.scale,
        }
        import django

        django.setup()
        from tests.bench import runs  # because: models can be loaded only now

        return runs.run(scale=asked.scale, only=asked.only, sizes=asked.sizes)


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    reader.add_argument("database", choices=["sqlite", "postgresql"])
    reader.add_argument("--scale", choices=["smoke", "quick", "full"], default="quick")
    reader.add_argument("--only", default="", help="ids of operations: B1,B8a")
    reader.add_argument("--sizes", default="", help="other sizes of the history: 10000,10000000")
    return reader.parse_args()


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """A database of this run alone. PostgreSQL: on the server that DATABASE_URL names."""
    name = f"bench_{os.getpid()}_{int(time.time())}"
    if kind == "sqlite":
        folder = ROOT / "build" / name
        folder.mkdir(parents=True)
        try:
            yield f"sqlite:///{folder}/shop.sqlite3"
        finally:
            # beside the database lies what a shop keeps there: its lists for the insurer
            shutil.rmtree(folder)
        return
    import psycopg

    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
