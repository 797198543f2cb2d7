"""docs/operations.md: every command on it runs, every sample on it can be read."""

import configparser
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection

from counter.environment import Environment

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "operations.md"
FENCE = re.compile(r"^```(\w+)( postgresql)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SERVES = re.compile(r"\bmake run$")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "build", "__pycache__", ".*_cache")


class Block(NamedTuple):
    language: str
    only_postgresql: bool
    text: str


def blocks(*languages: str) -> list[Block]:
    found = [
        Block(language, bool(only), text)
        for language, only, text in FENCE.findall(PAGE.read_text(encoding="utf-8"))
    ]
    return [block for block in found if block.language in languages]


# samples


def test_it_knows_every_kind_of_block() -> None:
    kinds = {"sh", "ini", "env", "nginx", "conf", "cron"}
    opened = re.findall(r"^```(\w+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(opened) == kinds
    assert len(blocks(*kinds)) == len(opened)


def test_its_service_starts_what_is_there() -> None:
    (block,) = blocks("ini")
    service = configparser.ConfigParser(strict=True, interpolation=None)
    service.optionxform = str  # type: ignore[assignment, method-assign]  # because: its documented use
    service.read_string(block.text)
    for line in (service["Service"]["ExecStartPre"], service["Service"]["ExecStart"]):
        python, script = line.split()
        assert Path(python.replace("/srv/jewelry-counter", str(ROOT))).exists()
        assert os.access(ROOT / script, os.X_OK)


def test_its_environments_are_read_without_a_complaint() -> None:
    for block in blocks("env"):
        told = dict(line.split("=", 1) for line in block.text.splitlines())
        assert set(told) <= set(Environment.model_fields)
        assert Environment.model_validate(told).public_scheme == "https"


def test_its_proxy_passes_what_the_shop_asks_for() -> None:
    (block,) = blocks("nginx")
    depth = 0
    for line in block.text.splitlines():
        assert line.rstrip().endswith(("{", "}", ";")), line
        depth += line.count("{") - line.count("}")
        assert depth >= 0
    assert depth == 0
    for header in ("Host", "X-Forwarded-Proto", "X-Forwarded-For"):
        assert f"proxy_set_header {header} " in block.text


def test_its_postgresql_knows_these_settings(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows its settings")
    for line in blocks("conf")[0].text.splitlines():
        name, value = line.split(" = ")
        with connection.cursor() as cursor:
            cursor.execute("SELECT enumvals, boot_val FROM pg_settings WHERE name = %s", [name])
            known = cursor.fetchone()
            assert known
            assert value in (known[0] or ["on", "off"])


# commands


class Machine:
    """A copy of the checkout with places of its own for everything that the page names."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.backups = folder / "checkout", folder / "backups"
        self.drill = folder / "drill"
        shutil.copytree(ROOT, self.checkout, ignore=LEFT_OUT, symlinks=True)
        (self.checkout / ".venv").symlink_to(ROOT / ".venv")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            "DEMO": "0",
        }
        if connection.vendor == "postgresql":
            told = connection.settings_dict
            self.environment |= {"PGHOST": told["HOST"], "PGUSER": told["USER"]}
            self.environment["DATABASE_URL"] = f"postgres://shop@/shop?host={told['HOST']}"

    def run(self, script: str) -> None:
        """Runs a block as its reader would, to its end; one that serves, until it answers."""
        for there, here in (
            ("/srv/jewelry-counter", self.checkout),
            ("/var/backups/jewelry-counter", self.backups),
            ("/tmp/drill", self.drill),  # noqa: S108  # because: what the page says
            ("@/drill", f"@/drill?host={self.environment.get('PGHOST', '')}"),
        ):
            script = script.replace(there, str(here))
        if SERVES.search(script.strip()):
            self._serve(script)
            return
        with self._shell(script) as done:
            said, _ = done.communicate(timeout=300)
        assert done.returncode == 0, f"{script}\n{said}"

    def _serve(self, script: str) -> None:
        said = []
        with self._shell(script) as shop:
            assert shop.stdout
            for line in shop.stdout:
                said.append(line)
                if line.startswith("The shop is open"):
                    address = f"http://127.0.0.1:{self.port}/healthz"
                    with urllib.request.urlopen(address, timeout=10) as answer:
                        assert answer.status == 200
                    os.killpg(shop.pid, signal.SIGINT)
        assert any(line.startswith("The shop is open") for line in said), "".join(said)
        assert "The shop is closing.\n" in said

    def _shell(self, script: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603  # because: what our own page says
            ["/bin/bash", "-euo", "pipefail", "-c", script],
            cwd=self.checkout,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )


@pytest.fixture
def machine(tmp_path: Path, transactional_db: None) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    if connection.vendor == "postgresql":
        made.run(
            "psql -qAt postgres -c \"SELECT datname FROM pg_database WHERE datname LIKE 'shop%'\""
            " | xargs -rn1 dropdb --force; dropuser --if-exists shop"
        )


def ordered(found: list[Block]) -> list[Block]:
    """As a reader goes through them; a chain makes its database before anything else."""
    return sorted(found, key=lambda block: "createuser" not in block.text)


@pytest.mark.long
def test_every_command_of_it_runs(machine: Machine) -> None:
    on_postgresql = connection.vendor == "postgresql"
    for block in ordered(blocks("sh")):
        of_sqlite = "sqlite:///" in block.text
        if block.only_postgresql <= on_postgresql and not (on_postgresql and of_sqlite):
            machine.run(block.text)
    before = set(machine.backups.iterdir())
    for command in nightly_commands():
        machine.run(command)
    (file,) = set(machine.backups.iterdir()) - before
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.backup", file.name)


def nightly_commands() -> Iterator[str]:
    """What cron runs, as cron hands it to the shell."""
    (block,) = blocks("cron")
    for line in block.text.splitlines():
        *times, user, command = line.split(maxsplit=6)
        assert all(re.fullmatch(r"\*|\d{1,2}", each) for each in times)
        assert user == "shop"
        yield command.replace(r"\%", "%")
