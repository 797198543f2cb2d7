"""The server processes of a run, started as bin/serve starts them, and ended in every way."""

import contextlib
import http.client
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = "tests.faults.wsgi:application"
WEB: list[str] = runpy.run_path(str(ROOT / "bin" / "serve"))["WEB"]
PATIENCE = 60  # seconds until a server that does not answer is a violation


class NeverReady(RuntimeError):
    """The server did not come back unaided."""


class Server:
    """Granian with its workers on a free port. Whatever thread finds it dead may start it anew; it
    must live as long as the server, which the kernel asks to end with the thread that began it."""

    def __init__(self, environment: dict[str, str], log: Path, *, preloaded: bool = False) -> None:
        self.port = _free_port()
        self.slowest_start = 0.0  # seconds from the start to the first answer, as in the shop
        self.starts = 0
        self._log = log
        self._starting = threading.RLock()
        self._closed, self._preloaded = False, preloaded
        self._environment = {**os.environ, **environment, "PORT": str(self.port)}
        self._process = self._start()
        self.wait_until_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    def workers(self) -> list[int]:
        """The process ids of the web server's workers, whichever of its threads began them."""
        children: list[int] = []
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{self.pid}/task").iterdir():
                children += map(int, (thread / "children").read_text("ascii").split())
        return [pid for pid in children if _serves(pid)]

    def kill_worker(self, pid: int) -> bool:
        """Whether it still lived."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    def kill(self) -> None:
        """All processes of the web server at once."""
        with self._starting:
            self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def keep_up(self) -> bool:
        """Starts the server when it has ended, as an init system does; True when it had."""
        with self._starting:
            if self._closed or self._process.poll() is None:
                return False
            self.wait_until_ready()
            return True

    def wait_until_ready(self) -> None:
        """Returns at the first answer; a server that ends meanwhile is started anew."""
        with self._starting:
            self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if self._process.poll() is not None:
                self._kill()
                self._process = self._start()
            if self._answers():
                if not self._preloaded:
                    self.slowest_start = max(self.slowest_start, time.monotonic() - began)
                return
            time.sleep(0.05)
        raise NeverReady(f"no answer within {PATIENCE} s")

    def stop(self) -> None:
        """An orderly end, as at closing time; nobody starts it any more."""
        with self._starting:
            self._closed = True
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=20)
            self._kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        web = ["tests.faults.preloaded", *WEB[1:]] if self._preloaded else WEB
        command = [sys.executable, "-m", *web, "--host", "127.0.0.1", "--port", str(self.port)]
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
    """Whether a child of the server is a worker and not one of Python's own helpers. One that was
    forked has the command line of its parent, one that was spawned has not; a dead one has none."""
    with contextlib.suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return bool(command) and b"resource_tracker" not in command
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
