"""The two databases of a run: a file of SQLite, and a private cluster of PostgreSQL.

Both stand on a small file system of their own where root can mount one, so that their disk can
really be full. Each round begins with a copy of the same new shop.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

SQLITE, POSTGRES = "sqlite", "postgresql"
TEMPLATE = "template_shop"
SIZE = {SQLITE: "300M", POSTGRES: "900M"}


class Disk:
    """A folder for one database; with `limited`, a file system of its own."""

    def __init__(self, size: str) -> None:
        # not in build/: the path of a socket has at most 107 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="faults.", dir="/tmp"))
        options = ["-t", "tmpfs", "-o", f"size={size},mode=0755", "faults", str(self.folder)]
        self.limited = os.geteuid() == 0 and _done("mount", *options)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """No byte is left inside."""
        ballast = self.folder / "ballast"
        try:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            yield
        finally:
            ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        if self.limited:
            _done("umount", "--lazy", str(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)


class Database:
    """What a run asks of either database."""

    vendor = ""

    def __init__(self) -> None:
        self.disk = Disk(SIZE[self.vendor])

    def url(self, name: str) -> str:
        raise NotImplementedError

    def copy(self, name: str) -> None:
        """A new database with the new shop in it."""
        raise NotImplementedError

    def make_bare(self, name: str) -> None:
        """Room for a database that holds nothing; SQLite makes the file when it needs it."""

    def look_at(self, name: str) -> None:
        """From now on this process reads that database."""
        connection.close()
        connection.settings_dict["NAME"] = self._name(name)

    def drop(self, name: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.disk.remove()

    def _name(self, name: str) -> str:
        raise NotImplementedError


class SqliteFile(Database):
    vendor = SQLITE

    def url(self, name: str) -> str:
        return f"sqlite:///{self._name(name)}"

    def copy(self, name: str) -> None:
        with contextlib.closing(sqlite3.connect(self._name(TEMPLATE))) as template:
            template.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self._name(TEMPLATE), self._name(name))

    def drop(self, name: str) -> None:
        connection.close()
        for path in self.disk.folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def _name(self, name: str) -> str:
        return str(self.disk.folder / f"{name}.sqlite3")


class Cluster(Database):
    """A private PostgreSQL, durable as in the shop, that may be stopped at once."""

    vendor = POSTGRES

    def __init__(self) -> None:
        super().__init__()
        self.slowest_start = 0.0  # seconds until it answers again
        self._as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_owner:
            shutil.chown(self.disk.folder, "postgres")
        self._data = str(self.disk.folder / "data")
        self._run(
            "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "-N",
        )  # fmt: skip
        self.start()
        self._run("createdb", "-h", str(self.disk.folder), "-U", "postgres", TEMPLATE)

    @staticmethod
    def programs() -> Path | None:
        """Where PostgreSQL's own programs are, if they are installed."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        return found[-1].parent if found else None

    def url(self, name: str) -> str:
        return f"postgres://postgres@/{name}?host={self.disk.folder}"

    def copy(self, name: str) -> None:
        connection.close()
        self._run("createdb", "-h", str(self.disk.folder), "-U", "postgres", "-T", TEMPLATE, name)

    def make_bare(self, name: str) -> None:
        self._run("createdb", "-h", str(self.disk.folder), "-U", "postgres", name)

    def drop(self, name: str) -> None:
        connection.close()
        self._run("dropdb", "-f", "-h", str(self.disk.folder), "-U", "postgres", name)

    def is_up(self) -> bool:
        return self._try("pg_isready", "-q", "-h", str(self.disk.folder), "-U", "postgres")

    def start(self) -> None:
        """Starts it and waits until it answers; harmless when it runs."""
        if self.is_up():
            return
        began = time.monotonic()
        folder = self.disk.folder
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        options += " -c max_connections=60 -c max_wal_size=128MB -c min_wal_size=32MB"
        log = str(folder / "log")
        # after an immediate stop the first try may meet the rest of the old processes
        for _attempt in range(20):
            if self._try("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "start"):
                break
            time.sleep(0.5)
        self.slowest_start = max(self.slowest_start, time.monotonic() - began)

    def stop_at_once(self) -> None:
        """As when the machine loses its database: no checkpoint, no farewell."""
        self._try("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def close(self) -> None:
        connection.close()
        self.stop_at_once()
        super().close()

    def _name(self, name: str) -> str:
        return name

    def _run(self, program: str, *words: str) -> None:
        if not self._try(program, *words):
            raise RuntimeError(f"{program} failed; see {self.disk.folder}/log")

    def _try(self, program: str, *words: str) -> bool:
        path = self.programs()
        if path is None:
            raise RuntimeError("PostgreSQL is not installed")
        # the owner of the cluster may not be allowed to stand in the checkout
        return _done(*self._as_owner, str(path / program), *words, folder=self.disk.folder)


def _done(*command: str, folder: Path | None = None) -> bool:
    said = subprocess.run(  # noqa: S603  # because: our own commands
        command,
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    return said.returncode == 0
