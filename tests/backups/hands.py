"""What tests of backups do: look into other databases, and forge files."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
from django.db import connection

from inventory.ground import archives
from inventory.ground.archives import Head, Manifest
from inventory.ground.copies.contents import looking_at
from inventory.models import LedgerHead

ROOT = Path(__file__).resolve().parents[2]
ON_SQLITE = connection.vendor == "sqlite"


def url(name: str) -> str:
    """DATABASE_URL of another database of the same kind."""
    if ON_SQLITE:
        return f"sqlite:///{name}"
    told = connection.settings_dict
    return f"postgres://{told['USER']}:{told['PASSWORD']}@/{name}?host={told['HOST']}"


def cluster() -> "psycopg.Connection[tuple[str]]":
    told = connection.settings_dict
    return psycopg.connect(
        host=told["HOST"], port=told["PORT"], user=told["USER"], password=told["PASSWORD"],
        dbname="postgres", autocommit=True,
    )  # fmt: skip


def heads() -> list[Head]:
    rows = LedgerHead.objects.order_by("store__code").select_related("store")
    return [Head(store=row.store.code, seq=row.seq, hash=row.hash) for row in rows]


def empty(name: str) -> bool:
    with looking_at(name):
        return not connection.introspection.table_names()


def sealed(file: Path, told: Manifest, part: bytes = b"part", **other: object) -> None:
    """Writes anew, with a right seal, a file with whatever inside and `other` in its manifest."""
    name = told.parts[0].name
    digest = hashlib.sha256(part).hexdigest()
    manifest = told.model_dump(mode="json", exclude={"parts"}) | other
    manifest["parts"] = [{"name": name, "bytes": len(part), "sha256": digest}]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr(name, part)
        archive.comment = b"0" * archives.SEAL_DIGITS
    content = file.read_bytes()[: -archives.SEAL_DIGITS]
    file.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def restore_in_a_process(file: Path, name: str, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  # because: our own command
        [sys.executable, "manage.py", "restore", str(file), *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url(name)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
