"""The file of a backup: a zip that anybody can open, with a manifest inside and a seal at its end.

    manifest.json · database.sqlite3 or database.pgdump · media/… · 64 hexadecimal digits

The digits are the comment of the zip, so that every unzip reads the file; they are the SHA-256 of
all bytes before them. One bit that is another one, a missing end, a foreign file: all of it is
known before anything is touched.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from inventory.ground.errors import RuleBroken

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MEDIA: Final = "media/"  # before the names of the files beside the database
SEAL_DIGITS: Final = 64
CHUNK: Final = 1_048_576  # bytes


class DamagedBackup(RuleBroken):
    """Cut, changed, or not a backup at all."""

    code = "backup_damaged"
    status = 422
    sentence = _("This file is not a whole backup: it was cut or changed, or it is something else.")


class NewerBackup(RuleBroken):
    code = "backup_newer"
    status = 422
    sentence = _("This backup was made by a newer version. Update the system first.")


class Head(BaseModel):
    """Where the chain of one store ended."""

    store: str
    seq: int
    hash: str


class Part(BaseModel):
    """A file inside; its name never leads out of the folder where it is put."""

    name: str = Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup says of itself. `migrations`: as `app.name`, the version of its tables;
    `secret_key`: a fingerprint that tells whether API keys and sessions still open; the first of
    its `parts` is the database."""

    kind: Literal["jewelry counter backup"] = "jewelry counter backup"
    format: int = FORMAT
    at: AwareDatetime
    database: str
    migrations: list[str]
    heads: list[Head]
    secret_key: str
    parts: list[Part] = Field(min_length=1)


def write(
    *,
    folder: Path,
    files: dict[str, Path],
    at: datetime,
    database: str,
    migrations: list[str],
    heads: list[Head],
    secret_key: str,
) -> tuple[Path, Manifest]:
    """The sealed file with these files under their names inside, the database first; made in
    `folder`, and on the disk when it comes back."""
    manifest = Manifest(
        at=at,
        database=database,
        migrations=migrations,
        heads=heads,
        secret_key=secret_key,
        parts=[
            Part(name=name, bytes=file.stat().st_size, sha256=_sha256(file))
            for name, file in files.items()
        ],
    )
    path = folder / "backup.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        told = json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False)
        archive.writestr(MANIFEST, told + "\n")
        for name, part in files.items():
            archive.write(part, name)
        archive.comment = b"0" * SEAL_DIGITS
    with path.open("r+b") as file:
        os.fchmod(file.fileno(), 0o600)
        seal = _sha256(path, leave_out=SEAL_DIGITS)
        file.seek(-SEAL_DIGITS, os.SEEK_END)
        file.write(seal.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    return path, manifest


def read(path: Path) -> Manifest:
    """The manifest of a whole file. Refused: a file that is damaged or foreign, a newer format."""
    with _opened(path) as archive:
        try:
            told = json.loads(archive.read(MANIFEST))
            if isinstance(told, dict) and isinstance(told.get("format"), int):
                _refuse_newer(told["format"])
            return Manifest.model_validate(told)
        except (KeyError, ValueError, ValidationError, zipfile.BadZipFile) as foreign:
            raise DamagedBackup from foreign


def unpack(path: Path, part: Part, target: Path) -> None:
    """Writes one part to `target`, readable by its owner only. Refused when it is not the part
    that the manifest names."""
    with _opened(path) as archive:
        _write_out(archive, part, target)


def unpack_media(path: Path, parts: list[Part], folder: Path) -> None:
    """Writes the files of `MEDIA` below `folder`. What is there already stays: such files are
    written once. Each appears under its name when it is whole."""
    with _opened(path) as archive:
        for part in parts:
            target = folder / part.name.removeprefix(MEDIA)
            if target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(f"{target.name}.unfinished")
            _write_out(archive, part, unfinished)
            unfinished.rename(target)


def reach_disk(path: Path) -> None:
    """Returns when a file, or a folder's list of names, has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_out(archive: zipfile.ZipFile, part: Part, target: Path) -> None:
    try:
        source = archive.open(part.name)
    except (KeyError, zipfile.BadZipFile) as missing:
        raise DamagedBackup from missing
    with source, target.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    if (target.stat().st_size, _sha256(target)) != (part.bytes, part.sha256):
        target.unlink()
        raise DamagedBackup


def _refuse_newer(number: int) -> None:
    if number > FORMAT:
        raise NewerBackup


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip inside, once the seal is known to be right."""
    if path.stat().st_size < SEAL_DIGITS:
        raise DamagedBackup
    with path.open("rb") as file:
        file.seek(-SEAL_DIGITS, os.SEEK_END)
        seal = file.read()
    if seal != _sha256(path, leave_out=SEAL_DIGITS).encode("ascii"):
        raise DamagedBackup
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as foreign:
        raise DamagedBackup from foreign
    with archive:
        yield archive


def _sha256(path: Path, *, leave_out: int = 0) -> str:
    """Over all bytes but the last `leave_out`."""
    digest, left = hashlib.sha256(), path.stat().st_size - leave_out
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()
