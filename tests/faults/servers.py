"""The server processes of a run, started as bin/serve starts them, and ended in every way."""

import contextlib
import http.client
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = "tests.faults.wsgi:application"
WEB: list[str] = runpy.run_path(str(ROOT / "bin" / "serve"))["WEB"]
PATIENCE = 60  # seconds until a server that does not answer is a violation


class NeverReady(RuntimeError):
    """The server did not come back unaided."""


class Server:
    """Granian with its workers on a free port. It belongs to the thread that made it,
    which starts it anew when it has died."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = _free_port()
        self.slowest_start = 0.0  # seconds from the start to the first answer
        self.starts = 0
        self._log = log
        self._environment = {**os.environ, **environment, "PORT": str(self.port)}
        self._process = self._start()
        self.wait_until_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    def workers(self) -> list[int]:
        """The process ids of the web server's workers."""
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
            return [pid for pid in map(int, children.split()) if _serves(pid)]
        return []

    def kill_worker(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """All processes of the web server at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def keep_up(self) -> bool:
        """Starts the server when it has ended, as an init system does; True when it had."""
        if self._process.poll() is None:
            return False
        self.wait_until_ready()
        return True

    def wait_until_ready(self) -> None:
        """Returns at the first answer; a server that ends meanwhile is started anew."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if self._process.poll() is not None:
                self.kill()
                self._process = self._start()
            if self._answers():
                self.slowest_start = max(self.slowest_start, time.monotonic() - began)
                return
            time.sleep(0.05)
        raise NeverReady(f"no answer within {PATIENCE} s")

    def stop(self) -> None:
        """An orderly end, as at closing time."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=20)
        self.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        command = [sys.executable, "-m", *WEB, "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # because: our own command
                ["/usr/bin/setpriv", "--pdeathsig", "TERM", *command, APPLICATION],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _serves(pid: int) -> bool:
    """Whether a child of the server is a worker and not one of Python's own helpers."""
    with contextlib.suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
