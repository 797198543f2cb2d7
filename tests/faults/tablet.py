"""A clerk's tablet: it asks until it is answered, and writes down what it was told.

The journal is the oracle's other half: what a tablet was told must be in the books, once.
"""

import http.client
import random
import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from inventory.ground import keys
from tests.cast import PASSWORD
from tests.faults import failpoints, proxy

PATIENCE = 90  # seconds after which an act without any answer is a violation
LAST = 20  # acts shown with a violation
SIGN_IN = "/sign-in/"
File = tuple[str, bytes]


class Unanswered(Exception):
    """The line died: the act may have been done or not."""


class NeverAnswered(Exception):
    """An act got no answer at all for too long, though the shop was ready."""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    refusal: str
    body: str
    replayed: bool
    again: bool = False  # nothing was done, and another try may help

    @property
    def done(self) -> bool:
        return self.status < 400


@dataclass(frozen=True)
class Act:
    """One act as its tablet remembers it. `tries` above one: it was in doubt."""

    user: str
    path: str
    fields: Sequence[tuple[str, str]]
    key: str
    status: int
    location: str
    refusal: str
    tries: int
    fault: str

    def __str__(self) -> str:
        told = f"{self.status} {self.location}{self.refusal}"
        return f"{self.user} {self.path} [{self.key}] ×{self.tries} {self.fault} → {told}"


@dataclass
class Tally:
    """What happened at the tablets of a round, counted."""

    acknowledged: int = 0
    read: int = 0
    refused: int = 0
    lost_answers: int = 0
    resolved: int = 0
    asked_again: int = 0
    replayed: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)  # answers that did not say what to do
    slowest_seconds: float = 0


class Session:
    """One signed-in person at one tablet."""

    def __init__(self, tablet: "Tablet", user: str) -> None:
        self.tablet, self.user = tablet, user
        self.cookies: dict[str, str] = {"django_language": "en"}
        self.sign_in()

    def sign_in(self) -> None:
        self.get(SIGN_IN)
        typed = [("username", self.user), ("password", PASSWORD)]
        told = self.tablet.ask(self, "POST", SIGN_IN, typed, keyed=False)
        if told.status != 302:
            raise AssertionError(f"{self.user} cannot sign in: {told.status}")

    def get(self, path: str) -> Answer:
        return self.tablet.ask(self, "GET", path)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        keyed: bool = True,
        files: Mapping[str, File] | None = None,
        point: str = "",
    ) -> Answer:
        """An act; asked with the same key until somebody answers. `point`: where the server dies
        at the first try."""
        typed = list(fields.items() if isinstance(fields, Mapping) else fields)
        return self.tablet.ask(
            self, "POST", path, typed, keyed=keyed, files=files or {}, point=point
        )


class Tablet:
    """One tablet, one thread. Faults are drawn from its own seeded dice."""

    def __init__(self, *, name: str, seed: str, ports: tuple[int, int], faulty: float) -> None:
        self.name = name
        self.dice = random.Random(f"{seed}/{name}")  # noqa: S311  # because: seeded on purpose
        self.tally = Tally()
        self.acts: list[Act] = []
        self.last: deque[str] = deque(maxlen=LAST)
        self.broken: list[str] = []
        self.armed: deque[str] = deque()  # failpoints for the next acts
        self.calm = True
        self.statements = 0  # of the last request that asked for them
        self._seed, self._faulty = seed, faulty
        self._shop_port, self._proxy_port = ports
        self._line: http.client.HTTPConnection | None = None
        self._keys = 0

    def ask(
        self,
        session: Session,
        method: str,
        path: str,
        fields: Sequence[tuple[str, str]] = (),
        *,
        keyed: bool = True,
        files: Mapping[str, File] | None = None,
        point: str = "",
    ) -> Answer:
        """Asks until there is an answer that says what was done; notes it."""
        key = self._next_key() if method == "POST" and keyed else ""
        body, kind = _packed([*fields, *([(keys.FIELD, key)] if key else [])], files or {})
        fault = self._draw(method, point)
        first, tries, answer = fault, 0, None
        began = time.monotonic()
        while answer is None:
            tries += 1
            try:
                answer = self._final(self._send(session, method, path, body, kind, fault))
            except Unanswered:
                self.tally.lost_answers += 1
            fault = ""
            if answer is None:
                if time.monotonic() - began > PATIENCE:
                    raise NeverAnswered(f"{session.user} {method} {path} after {tries} tries")
                time.sleep(min(0.02 * 2**tries, 0.5) * self.dice.random())
        self.tally.slowest_seconds = max(self.tally.slowest_seconds, time.monotonic() - began)
        self._note(session, method, path, fields, key, answer, tries, first)
        if answer.done and key and self.dice.random() < 0.02:
            self._repeat(session, path, body, kind, answer)
        return answer

    def repeat(self, session: Session, act: Act) -> None:
        """The same act again, whenever it was: the first answer, and nothing done."""
        body, kind = _packed([*act.fields, (keys.FIELD, act.key)], {})
        told = Answer(act.status, act.location, "", "", replayed=True)
        self._repeat(session, act.path, body, kind, told)

    # --- one try

    def _send(
        self, session: Session, method: str, path: str, body: bytes, kind: str, fault: str
    ) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in session.cookies.items())}
        if method == "POST":
            headers |= {"Content-Type": kind, "X-CSRFToken": session.cookies.get("csrftoken", "")}
        line = self._line_for(fault, headers)
        try:
            line.request(method, path, body if method == "POST" else None, headers)
            told = line.getresponse()
            text = told.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as dead:
            line.close()
            if line is self._line:
                self._line = None
            raise Unanswered(repr(dead)) from dead
        for name, value in told.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                session.cookies[cookie] = kept
        if counted := told.getheader(failpoints.COUNTED):
            self.statements = int(counted)
        return Answer(
            status=told.status,
            location=told.getheader("Location", ""),
            refusal=told.getheader("X-Refusal", ""),
            body=text,
            replayed=told.getheader("Idempotent-Replay") == "true",
            again=told.getheader("Retry-After") is not None,
        )

    def _line_for(self, fault: str, headers: dict[str, str]) -> http.client.HTTPConnection:
        """The open line to the shop, or a new one through the proxy for a fault of the wire."""
        if fault in proxy.FAULTS:
            headers |= {proxy.HEADER: fault, "Connection": "close"}
            return http.client.HTTPConnection("127.0.0.1", self._proxy_port, timeout=30)
        if fault:
            headers[failpoints.HEADER] = fault
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self._shop_port, timeout=30)
        return self._line

    def _final(self, answer: Answer) -> Answer | None:
        """The answer, or None when it says to ask again."""
        what = f"{answer.status} {_heading(answer.body) or 'an empty page'}"
        if answer.again:
            self.tally.asked_again += 1
            return None
        if answer.refusal == "books_broken":
            self.broken.append("torn: the shop says itself that its books are broken")
            return answer
        if answer.location.startswith(SIGN_IN):
            self.broken.append("lost: somebody who had signed in was sent to sign in again")
        if answer.status >= 500:
            self.tally.errors[what] = self.tally.errors.get(what, 0) + 1
            return None
        return answer

    def _draw(self, method: str, point: str) -> str:
        if point or self.calm or method != "POST":
            return point
        if self.armed:
            return self.armed.popleft()
        return self.dice.choice(proxy.FAULTS) if self.dice.random() < self._faulty else ""

    def _next_key(self) -> str:
        self._keys += 1
        return f"{self._seed}-{self.name}-{self._keys}"

    # --- the journal

    def _note(
        self,
        session: Session,
        method: str,
        path: str,
        fields: Sequence[tuple[str, str]],
        key: str,
        answer: Answer,
        tries: int,
        fault: str,
    ) -> None:
        tally = self.tally
        # a point behind the last statement of the act was not met
        if fault and (tries > 1 or fault in proxy.HARMLESS):
            tally.faults[fault] = tally.faults.get(fault, 0) + 1
        tally.resolved += tries > 1
        if method == "GET":
            tally.read += 1
            return
        act = Act(
            session.user, path, fields, key, answer.status, answer.location, answer.refusal,
            tries, fault,
        )  # fmt: skip
        self.last.append(str(act))
        if key:
            self.acts.append(act)
        if answer.done:
            tally.acknowledged += 1
        else:
            tally.refused += 1
            tally.refusals[answer.refusal] = tally.refusals.get(answer.refusal, 0) + 1

    def _repeat(self, session: Session, path: str, body: bytes, kind: str, told: Answer) -> None:
        began = time.monotonic()
        again = None
        while again is None and time.monotonic() - began < PATIENCE:
            try:
                again = self._final(self._send(session, "POST", path, body, kind, ""))
            except Unanswered:
                time.sleep(0.1)
        if again is None:
            raise NeverAnswered(f"{session.user} again {path}")
        self.tally.replayed += 1
        if (again.status, again.location) != (told.status, told.location) or not again.replayed:
            self.broken.append(
                f"doubled: {path} was answered {told.status} {told.location}, "
                f"then {again.status} {again.location} {again.refusal}"
            )


def _packed(fields: Sequence[tuple[str, str]], files: Mapping[str, File]) -> tuple[bytes, str]:
    """A form as a browser sends it, and its content type."""
    if not files:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    edge = "----faults"
    parts: list[bytes] = []
    for name, value in fields:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts += [head.encode(), value.encode(), b"\r\n"]
    for name, (title, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{title}"\r\n'
        parts += [head.encode(), b"Content-Type: text/csv\r\n\r\n", content, b"\r\n"]
    parts.append(f"--{edge}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


def _heading(body: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return " ".join(found[1].split()) if found else body[:80]


def hidden(answer: Answer, name: str) -> str:
    """The value of a field that a page carries."""
    pattern = rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"'
    found = re.search(pattern, answer.body, re.DOTALL)
    if not found:
        raise AssertionError(f"the page has no field {name}: {_heading(answer.body)}")
    return found[1]
