"""The real web server as `bin/serve` starts it, and clients that cost next to nothing.

A client library would take as long for a request as the server does and so bring every ratio
nearer to one. These clients send bytes that were made before and read until the answer is whole.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import Sample

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "build" / "bench-server.log"
PATIENCE = 60  # seconds for a start, or for one answer
END_OF_HEAD = b"\r\n\r\n"
CLOSING = b"connection: close"


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        for line in self.head.split(b"\r\n")[1:]:
            key, _colon, value = line.partition(b":")
            if key.decode().lower() == name.lower():
                return value.strip().decode()
        return ""


class Server:
    """`bin/serve` on a free port, with the addresses of the floors besides the shop's own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "DEMO": "0"}
        with LOG.open("wb") as log:
            command = [
                "setpriv",
                "--pdeathsig",
                "TERM",
                sys.executable,
                str(ROOT / "bin" / "serve"),
            ]
            self.process = subprocess.Popen(  # noqa: S603  because: our own script
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        last = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > last:
                raise RuntimeError("the server of the benchmark did not start")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None

    def connect(self) -> "Wire":
        return Wire(self.port)

    def get(self, path: str) -> Answer:
        with self.connect() as wire:
            return wire.ask(request("GET", path))


class Wire:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.begun = 0.0

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def ask(self, asked: bytes) -> Answer:
        self.socket.sendall(asked)
        while True:
            if answer := self.take(self.socket.recv(262_144)):
                return answer

    def take(self, received: bytes) -> Answer | None:
        """The answer, once it is here as a whole."""
        if not received:
            raise ConnectionError("the server closed the connection")
        self.buffer += received
        head, end, body = self.buffer.partition(END_OF_HEAD)
        if not end or len(body) < _length(head):
            return None
        self.buffer = b""
        return Answer(int(head[9:12]), head, body)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request; `_` in the name of a header stands for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def one_by_one(wire: Wire, requests: Sequence[bytes]) -> tuple[Sample, list[Answer]]:
    """One client that waits for each answer."""
    times, answers = [], []
    begun = time.perf_counter()
    for asked in requests:
        sent = time.perf_counter()
        answers.append(wire.ask(asked))
        times.append(round((time.perf_counter() - sent) * 1e6))
    return Sample(times, time.perf_counter() - begun), answers


def all_at_once(wires: Sequence[Wire], requests: Sequence[bytes]) -> tuple[Sample, list[Answer]]:
    """As many clients as wires, each with its next request as soon as it has its answer."""
    waiting = iter(requests)
    times: list[int] = []
    answers: list[Answer] = []
    with selectors.EpollSelector() as ready:
        begun = time.perf_counter()
        busy = sum(_send_next(wire, waiting, ready) for wire in wires)
        while busy:
            for key, _events in ready.select():
                wire: Wire = key.data
                answer = wire.take(wire.socket.recv(262_144))
                if answer is None:
                    continue
                times.append(round((time.perf_counter() - wire.begun) * 1e6))
                answers.append(answer)
                ready.unregister(wire.socket)
                busy -= not _send_next(wire, waiting, ready)
        seconds = time.perf_counter() - begun
    return Sample(times, seconds), answers


def _send_next(wire: Wire, waiting: Iterator[bytes], ready: selectors.EpollSelector) -> bool:
    asked = next(waiting, None)
    if asked is None:
        return False
    ready.register(wire.socket, selectors.EVENT_READ, wire)
    wire.begun = time.perf_counter()
    wire.socket.sendall(asked)
    return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0
