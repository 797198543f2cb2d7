"""An open line to the shop: HTTP as far as the shop speaks it, and no further.

A run asks a hundred thousand times on the same cores as the shop it asks, so the client must cost
next to nothing. What comes back short or cut is no answer: the shop tells the length of each.
"""

import re
import socket
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 30  # seconds without a byte
CHUNK: Final = 65_536  # bytes
END: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class LineDead(OSError):
    """It ended before the whole answer was there."""


@dataclass(frozen=True)
class Reply:
    """One answer; `head` is its first line and its headers, as they came."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> str:
        """The first one of this name, or nothing."""
        found = re.search(rb"\r\n" + name + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found[1].decode("latin-1") if found else ""

    def cookies(self) -> list[tuple[str, str]]:
        told = re.findall(rb"\r\nset-cookie: *([^=]+)=([^;\r]*)", self.head, re.IGNORECASE)
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in told]


class Line:
    """One connection; it is made at the first request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Reply:
        """Sends a whole request and waits for its whole answer. Raises OSError when the line
        dies before that; the line is closed then."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(request)
            return _read(self._socket)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request with its length."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + END + body


def _read(told: socket.socket) -> Reply:
    data = b""
    while END not in data:
        data = _more(told, data)
    head, _, body = data.partition(END)
    length = LENGTH.search(head)
    if length is None:
        raise LineDead(f"an answer without its length: {head[:200]!r}")
    while len(body) < int(length[1]):
        body = _more(told, body)
    return Reply(int(head[9:12]), head, body)


def _more(told: socket.socket, data: bytes) -> bytes:
    chunk = told.recv(CHUNK)
    if not chunk:
        raise LineDead(f"ended after {len(data)} bytes")
    return data + chunk
