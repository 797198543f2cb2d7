"""A clerk's tablet: it asks until it is answered, and writes down what it was told.

The journal is the oracle's other half: what a tablet was told must be in the books, once.
"""

import random
import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from inventory.ground import keys
from tests.cast import PASSWORD
from tests.faults import failpoints, journal, line, proxy
from tests.faults.journal import Act, Answer, Tally
from tests.faults.line import Line

PATIENCE = 90  # seconds after which an act without any answer is a violation
LAST = 20  # acts shown with a violation
SIGN_IN = "/sign-in/"
File = tuple[str, bytes]


class Unanswered(Exception):
    """The line died: the act may have been done or not."""


class NeverAnswered(Exception):
    """An act got no answer at all for too long, though the shop was ready."""


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

    def headers(self) -> dict[str, str]:
        told = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        return told | {"X-CSRFToken": self.cookies.get("csrftoken", "")}

    def keep(self, cookies: Sequence[tuple[str, str]]) -> None:
        self.cookies.update(cookies)

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


class Scanner:
    """The scanner beside a tablet: a program with a key of its own, which reads the API."""

    def __init__(self, tablet: "Tablet", key: str) -> None:
        self.tablet, self.user = tablet, "scanner"
        self._headers = {"Authorization": f"Bearer {key}"}

    def headers(self) -> dict[str, str]:
        return dict(self._headers)

    def keep(self, cookies: Sequence[tuple[str, str]]) -> None:
        """The API gives none."""

    def get(self, path: str) -> Answer:
        return self.tablet.ask(self, "GET", path)


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
        self._proxy_port = ports[1]
        self._line = Line(ports[0])
        self._keys = 0

    def ask(
        self,
        session: Session | Scanner,
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

    def repeat(self, session: Session | Scanner, act: Act) -> None:
        """The same act again, whenever it was: the first answer, and nothing done."""
        body, kind = _packed([*act.fields, (keys.FIELD, act.key)], {})
        told = Answer(act.status, act.location, "", b"", replayed=True)
        self._repeat(session, act.path, body, kind, told)

    def agree(self, path: str, *, told: object, known: object) -> None:
        """An answer counts as acknowledged when it says what the clerk knows: nobody else touches
        those things, and the tablet does one thing at a time."""
        if told == known:
            self.tally.looked_up[journal.kind(path)] += 1
            self.tally.read -= 1
        else:
            self.broken.append(f"lost: {path} says {told} in place of {known}")

    def close(self) -> None:
        self._line.close()

    # --- one try

    def _send(
        self,
        session: Session | Scanner,
        method: str,
        path: str,
        body: bytes,
        kind: str,
        fault: str,
    ) -> Answer:
        headers = session.headers()
        if method == "POST":
            headers["Content-Type"] = kind
        open_line = self._line_for(fault, headers)
        try:
            told = open_line.ask(line.request(method, path, headers, body))
        except OSError as dead:
            raise Unanswered(repr(dead)) from dead
        finally:
            if open_line is not self._line:
                open_line.close()
        session.keep(told.cookies())
        if counted := told.header(failpoints.COUNTED.encode()):
            self.statements = int(counted)
        return Answer(
            status=told.status,
            location=told.header(b"Location"),
            refusal=told.header(b"X-Refusal"),
            raw=told.body,
            replayed=told.header(b"Idempotent-Replay") == "true",
            again=bool(told.header(b"Retry-After")),
        )

    def _line_for(self, fault: str, headers: dict[str, str]) -> Line:
        """The open line to the shop, or a new one through the proxy for a fault of the wire."""
        if fault in proxy.FAULTS:
            headers |= {proxy.HEADER: fault, "Connection": "close"}
            return Line(self._proxy_port)
        if fault:
            headers[failpoints.HEADER] = fault
        return self._line

    def _final(self, answer: Answer) -> Answer | None:
        """The answer, or None when it says to ask again."""
        if answer.again:
            self.tally.asked_again += 1
            return None
        if answer.refusal == "books_broken":
            self.broken.append("torn: the shop says itself that its books are broken")
            return answer
        if answer.location.startswith(SIGN_IN):
            self.broken.append("lost: somebody who had signed in was sent to sign in again")
        if answer.status >= 500:
            what = f"{answer.status} {heading(answer.body) or 'an empty page'}"
            self.tally.errors[what] = self.tally.errors.get(what, 0) + 1
            return None
        return answer

    def _draw(self, method: str, point: str) -> str:
        if point or self.calm:
            return point
        if self.armed and method == "POST":
            return self.armed.popleft()
        return self.dice.choice(proxy.FAULTS) if self.dice.random() < self._faulty else ""

    def _next_key(self) -> str:
        self._keys += 1
        return f"{self._seed}-{self.name}-{self._keys}"

    # --- the journal

    def _note(
        self,
        session: Session | Scanner,
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
            if path != SIGN_IN:  # which no book can prove
                tally.written[journal.kind(path)] += 1
        else:
            tally.refused += 1
            tally.refusals[answer.refusal] = tally.refusals.get(answer.refusal, 0) + 1

    def _repeat(
        self, session: Session | Scanner, path: str, body: bytes, kind: str, told: Answer
    ) -> None:
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


def heading(body: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return " ".join(found[1].split()) if found else body[:80]


def hidden(answer: Answer, name: str) -> str:
    """The value of a field that a page carries."""
    pattern = rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"'
    found = re.search(pattern, answer.body, re.DOTALL)
    if not found:
        raise AssertionError(f"the page has no field {name}: {heading(answer.body)}")
    return found[1]
