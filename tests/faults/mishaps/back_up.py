"""The shop is backed up while it sells, and the backup restored where there was nothing.

What was acknowledged before the backup began must be in it, and its books must agree.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

from django.db import connection

from inventory.models import RequestKey
from tests.faults import books
from tests.faults.mishaps import World
from tests.faults.plan import FOLDER
from tests.faults.servers import ROOT

NAME = "backed up and restored"
PATIENCE = 120  # seconds


def why_not(_world: World) -> str:
    return ""


def happen(world: World) -> bool:
    told = [
        (act.user, act.key)
        for tablet in world.tablets
        for act in list(tablet.acts)
        if act.status < 400
    ]
    file = FOLDER / f"{world.name}.{os.getpid()}.backup"
    restored = f"{world.name}_restored"
    world.database.make_bare(restored)
    try:
        broken = [
            *_run("backup", str(file), url=world.database.url(world.name)),
            *_run("restore", str(file), url=world.database.url(restored)),
        ]
        world.database.look_at(restored)
        broken += broken or [*books.proof(), *missing(told)]
    finally:
        file.unlink(missing_ok=True)
        connection.close()
        world.database.drop(restored)
    world.tablets[0].broken.extend(broken)
    return True


def missing(told: list[tuple[str, str]]) -> Iterator[str]:
    """The keys that were acknowledged and are not in the database that is looked at."""
    stored = set(RequestKey.objects.values_list("principal__username", "key"))
    for user, key in told:
        if (user, key) not in stored:
            yield f"lost: acknowledged before the backup and not in it: {user} {key}"


def _run(*words: str, url: str) -> list[str]:
    """A command of the shop on one database; what it said when it failed."""
    said = subprocess.run(  # noqa: S603  # because: our own command
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return [f"fault: {words[0]}: {said.stderr.strip()}"] if said.returncode else []
