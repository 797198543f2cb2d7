"""A balance that is not there: it speaks MT-SICS, or A&D lines, over TCP on this machine.

For the demo shop and for tests. Besides the words of a real balance it knows `PUT 8.72`, which
lays so many grams on its pan, and `PUT` alone, which takes them off.
"""

import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Final, Self

HOST: Final = "127.0.0.1"
END: Final = b"\r\n"
SENDS_EVERY_S: Final = 0.1  # ten lines a second, as such scales are set up
LOOKS_EVERY_S: Final = 0.01
NOISE: Final = 40  # how far it swings at the beginning, in steps of its last digit


class SimulatedScale:
    """A pan, a load that comes to rest, and a socket; a context manager that listens.

    `step_mg` is its last digit, `settle_s` how long a new load moves, `gives_up_s` how long `S`
    waits for rest. Tests set `unit`, `fault` or `says` to have it answer wrongly, and pull its
    cable.
    """

    def __init__(
        self,
        *,
        serial: str = "B525073136",
        max_mg: int = 200_000,
        step_mg: int = 10,
        settle_s: float = 0.8,
        gives_up_s: float = 10.0,
        continuous: bool = False,
        port: int = 0,
    ) -> None:
        self.serial, self.max_mg, self.step_mg = serial, max_mg, step_mg
        self.settle_s, self.gives_up_s, self.continuous = settle_s, gives_up_s, continuous
        self.unit, self.fault, self.says = "g", "", ""
        self.has_cable = True
        self._load_mg, self._zero_mg, self._put_at = 0, 0, float("-inf")
        self._dice = random.Random(9)  # noqa: S311  because: a trembling hand, not a secret
        self._at = (HOST, port)

    def __enter__(self) -> Self:
        self._server = self._opened()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, tell: Callable[[str], None]) -> None:
        """Until the process is ended; says first where it listens."""
        with self._opened() as self._server:
            tell(f"The simulated scale listens: {self.address}")
            self._server.serve_forever()

    def _opened(self) -> "_Server":
        server = _Server(self._at, _Talk)
        server.scale = self
        return server

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """What the connection of a `Scale` says."""
        return f"socket://{HOST}:{self.port}"

    # --- the pan

    def put(self, mg: int) -> None:
        """Lays a load of so many milligrams on the pan in place of what lay there."""
        self._load_mg, self._put_at = mg, time.monotonic()

    @property
    def stable_at(self) -> float:
        """The moment from which the load stands still, by the monotonic clock."""
        return self._put_at + self.settle_s

    def pull_cable(self) -> None:
        """The next answer stops in its middle."""
        self.has_cable = False

    # --- its words

    def answers(self, words: str) -> Iterator[str]:
        """What it says to a command, after the time that it takes."""
        command, _, rest = words.strip().partition(" ")
        if command in {"S", "SI", "T"}:
            yield self.says or self._weigh(command)
        elif command == "I4":
            yield f'I4 A "{self.serial}"'
        elif command == "Z":
            yield self._set_zero()
        elif command == "PUT":
            yield self._take_up(rest)
        else:
            yield "ES"

    def line(self) -> str:
        """What it sends all the time: ST stands, US moves, OL is too much."""
        if self.says:
            return self.says
        if self._load_mg > self.max_mg:
            return "OL,+999999.9  g"
        header = "ST" if self._is_stable() else "US"
        places = 3 if self.step_mg < 10 else 2
        return f"{header},{Decimal(self._shown_mg()) / 1000:+010.{places}f}  {self.unit}"

    def _weigh(self, command: str) -> str:
        letter = "T" if command == "T" else "S"
        stable = self._is_stable() or (command != "SI" and self._comes_to_rest())
        if self.fault:
            return f"{letter} S Error {self.fault}"
        if not stable and command != "SI":
            return f"{letter} I"
        if abs(self._load_mg - self._zero_mg) > self.max_mg:
            return f"{letter} {'+' if self._load_mg > self._zero_mg else '-'}"
        if command == "T":
            self._zero_mg = self._load_mg
        places = 3 if self.step_mg < 10 else 2
        shown = Decimal(self._load_mg if command == "T" else self._shown_mg()) / 1000
        return f"{letter} {'S' if stable else 'D'} {shown:10.{places}f} {self.unit}"

    def _set_zero(self) -> str:
        if not self._comes_to_rest():
            return "Z I"
        self._zero_mg = self._load_mg
        return "Z A"

    def _take_up(self, grams: str) -> str:
        try:
            self.put(int(Decimal(grams or "0") * 1000))
        except (InvalidOperation, ValueError, OverflowError):
            return "EL"
        return "PUT A"

    def _shown_mg(self) -> int:
        """In whole steps; a load that moves swings around its weight, less and less."""
        left = max(0.0, self.stable_at - time.monotonic()) / (self.settle_s or 1)
        swing = round(self._dice.uniform(-NOISE, NOISE) * left)
        whole = round((self._load_mg - self._zero_mg) / self.step_mg)
        return (whole + swing) * self.step_mg

    def _is_stable(self) -> bool:
        return time.monotonic() >= self.stable_at

    def _comes_to_rest(self) -> bool:
        last = time.monotonic() + self.gives_up_s
        while not self._is_stable():
            if time.monotonic() > last:
                return False
            time.sleep(LOOKS_EVERY_S)
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    scale: SimulatedScale


class _Talk(socketserver.StreamRequestHandler):
    """One tablet's question, until it hangs up."""

    server: _Server

    def handle(self) -> None:
        try:
            if self.server.scale.continuous:
                self._send_for_ever()
            for words in self.rfile:
                for answer in self.server.scale.answers(words.decode("ascii", "replace")):
                    self._say(answer)
        except (OSError, ValueError):
            return  # it hung up

    def _send_for_ever(self) -> None:
        while True:
            self._say(self.server.scale.line())
            time.sleep(SENDS_EVERY_S)

    def _say(self, line: str) -> None:
        sent = line.encode("ascii", "replace") + END
        if not self.server.scale.has_cable and not line.startswith("I4"):
            self.wfile.write(sent[: len(sent) // 2])
            raise OSError("the cable is pulled")
        self.wfile.write(sent)


def put_on(*, port: int, grams: str) -> str:
    """Lays grams on the pan of a balance that another process runs; returns its answer."""
    with socket.create_connection((HOST, port), timeout=2) as line:
        line.sendall(f"PUT {grams}".encode() + END)
        with line.makefile("r", encoding="ascii", newline="\r\n") as answers:
            return answers.readline().strip()
