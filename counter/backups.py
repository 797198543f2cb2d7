"""Backups: the whole shop, database and media, in one sealed file, and the way back.

A backup is taken while the shop sells. A restore proves everything beside the live database first
(seal, tables, every link and every invariant of the books, chain heads as the manifest names
them); only then do the two change places, in one step.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import books
from inventory.ground import archives, copies
from inventory.ground import books as ground
from inventory.ground.archives import Manifest, NewerBackup
from inventory.ground.books import Broken
from inventory.ground.copies import LiveDatabase
from inventory.ground.copies.contents import heads
from inventory.ground.errors import RuleBroken
from inventory.models import Store

UNFINISHED = ".unfinished"


class FileThere(RuleBroken):
    code = "file_there"
    sentence = gettext_lazy("There is a file of this name already; a backup never replaces one.")


class BackupRunning(RuleBroken):
    code = "backup_running"
    sentence = gettext_lazy("Another backup is just being written to this name.")


class OtherDatabase(RuleBroken):
    """A copy of SQLite cannot be read into PostgreSQL, nor the other way round."""

    code = "other_database"
    status = 422


class ShopThere(RuleBroken):
    code = "shop_there"
    sentence = gettext_lazy(
        "This database holds a shop. Nothing was touched; --replace puts the backup in its place "
        "and keeps the old one under another name."
    )


class BooksDisagree(RuleBroken):
    """What was restored is not what was backed up, or its books were broken before."""

    code = "books_disagree"
    status = 422

    def __init__(self, broken: list[Broken]) -> None:
        told = _("The books in this backup do not agree (%(n)d broken). Nothing was touched.")
        super().__init__(told % {"n": len(broken)})
        self.broken = broken


class RestoreUnfinished(RuleBroken):
    code = "restore_unfinished"
    status = 503


@dataclass(frozen=True)
class Restored:
    """`kept`: where the old database is now, if there was one; `same_key`: whether API keys and
    sessions of the backup still open here; `broken`: of books that were accepted as they are."""

    manifest: Manifest
    kept: str
    same_key: bool
    broken: list[Broken]


def make(*, path: Path) -> Manifest:
    """A backup of the whole shop in `path`, which appears when all of it is on the disk.

    Refused when the file is there already, when another backup is being written to it, and when
    the copy of the database is damaged.
    """
    with _workshop(path) as folder:
        at = timezone.now()
        taken = copies.live().take(folder)
        sealed, manifest = archives.write(
            folder=folder,
            files={taken.path.name: taken.path, **_media()},
            at=at,
            database=connection.vendor,
            migrations=taken.migrations,
            heads=taken.heads,
            secret_key=_fingerprint_of_secret_key(),
        )
        _refuse_taken_name(path)
        sealed.rename(path)
        archives.reach_disk(path.parent)
    return manifest


def restore(*, path: Path, replace: bool = False, accept_broken: bool = False) -> Restored:
    """The shop of a backup in place of the live database.

    Refused before anything is touched: a damaged, foreign or newer file, one of the other kind of
    database, an open shop, and a database that holds a shop, unless `replace`. Refused before
    anything is replaced: books that do not agree, unless `accept_broken`; the stores concerned
    may then read and not write.
    """
    manifest = archives.read(path)
    _refuse_unfit(manifest)
    live = copies.live()
    if live.holds_something() and not replace:
        raise ShopThere
    live.refuse_in_use()
    try:
        broken = _prepare(live, manifest, path, accept_broken=accept_broken)
        kept = live.change_places()
    except BaseException:
        live.remove_unfinished()
        raise
    same_key = manifest.secret_key == _fingerprint_of_secret_key()
    return Restored(manifest, kept, same_key, broken)


def refuse_unfinished() -> None:
    """Refused while a restore that was cut off stands beside the live database."""
    if name := copies.live().unfinished():
        told = _(
            "A restore was cut off; its unfinished database is %(name)s. Run restore again, or "
            "restore --abandon to go on with the shop as it was."
        )
        raise RestoreUnfinished(told % {"name": name})


def abandon() -> str:
    """Removes what a restore left that was cut off; its name, or nothing."""
    live = copies.live()
    name = live.unfinished()
    live.remove_unfinished()
    return name


def _prepare(
    live: LiveDatabase, manifest: Manifest, path: Path, *, accept_broken: bool
) -> list[Broken]:
    """The backup beside the live database, with the tables of today and proved; what is broken."""
    database, *media = manifest.parts
    live.read_in(partial(archives.unpack, path, database))
    with live.beside():
        with connection.cursor() as cursor:
            if heads(cursor) != manifest.heads:
                raise archives.DamagedBackup
        call_command("migrate", verbosity=0, interactive=False)  # its end puts the triggers back
        broken = _prove()
    if broken and not accept_broken:
        raise BooksDisagree(broken)
    archives.unpack_media(path, media, Path(settings.MEDIA_ROOT))
    return broken


def _prove() -> list[Broken]:
    """Every book of every store from its first link on; a store that fails stops writing."""
    broken = list(ground.verify_triggers())
    for store in Store.objects.select_related("ledger_head"):
        if found := list(books.verify(store, full=True)):
            ground.stop_writing(store, found)
            broken += found
    return broken


def _media() -> dict[str, Path]:
    """The files beside the database, by their names in the backup. They are written before the
    row that names them and never again, so a list made after the copy holds all that it names.
    A name that begins with a dot is still being written."""
    root = Path(settings.MEDIA_ROOT)
    files = sorted(path for path in root.rglob("[!.]*") if path.is_file())
    return {archives.MEDIA + path.relative_to(root).as_posix(): path for path in files}


def _refuse_unfit(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        told = _("This backup is of %(theirs)s and the database here is %(ours)s.")
        raise OtherDatabase(told % {"theirs": manifest.database, "ours": connection.vendor})
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if set(manifest.migrations) - known:
        raise NewerBackup


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A folder beside the file, for one backup at a time; it is gone afterwards, and what one that
    was cut off left is taken over. The lock ends with its process."""
    _refuse_taken_name(path)
    folder = path.with_name(path.name + UNFINISHED)
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise BackupRunning from None
    try:
        for left in folder.iterdir():
            left.unlink()
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(descriptor)


def _refuse_taken_name(path: Path) -> None:
    if path.exists():
        raise FileThere


def _fingerprint_of_secret_key() -> str:
    """Tells one secret key from another and helps nobody to find it."""
    return salted_hmac("counter.backups", "fingerprint", algorithm="sha256").hexdigest()[:16]
