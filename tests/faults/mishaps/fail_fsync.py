"""The disk answers fsync with an error for a moment: what is not on it is not acknowledged."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.faults.databases import Cluster
from tests.faults.mishaps import World

NAME = "fsync failed"
CALLS = "fsync,fdatasync"


def why_not(_world: World) -> str:
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    probe = [strace, "-e", f"inject={CALLS}:error=EIO", "-o", "/dev/null", "true"]
    tried = subprocess.run(probe, check=False, capture_output=True)  # noqa: S603  because: our own command
    return "" if tried.returncode == 0 else "no process may be traced here"


def happen(world: World) -> bool:
    """It happened when a call of theirs was answered with the error."""
    targets = _backends(world.database) or world.server.workers()
    with tempfile.NamedTemporaryFile("r") as told:
        command = ["strace", "-f", "-o", told.name, "-e", f"trace={CALLS}"]
        command += ["-e", f"inject={CALLS}:error=EIO"]
        for pid in targets:
            command += ["-p", str(pid)]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  because: our own command
        time.sleep(0.5 + world.dice.random())
        tracer.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            tracer.wait(5)
        tracer.kill()
        tracer.wait()
        failed = "(INJECTED)" in told.read()
    if isinstance(world.database, Cluster):
        world.database.start()  # it stops itself rather than trust such a disk
    return failed


def _backends(database: object) -> list[int]:
    """The processes of PostgreSQL, which write its log; none for SQLite."""
    if not isinstance(database, Cluster):
        return []
    pid = (database.disk.folder / "data" / "postmaster.pid").read_text("ascii").split()[0]
    return [
        int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    ]
