"""What a tablet writes down: each act with its answer, and how many there were of each kind."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.urls import resolve

MASKED: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+")
_kinds: dict[str, str] = {}


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    refusal: str
    raw: bytes
    replayed: bool
    again: bool = False  # nothing was done, and another try may help

    @property
    def done(self) -> bool:
        return self.status < 400

    @cached_property
    def body(self) -> str:
        return self.raw.decode("utf-8", "replace")


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
    """What happened at the tablets of a round, counted.

    `written`: acts that were answered with done; the books are held against them at the end of the
    round. `looked_up`: questions whose answer was held at once against what the clerk knows to be
    true at that moment; `read`: pages that were only read on the way to an act.
    """

    written: Counter[str] = field(default_factory=Counter)
    looked_up: Counter[str] = field(default_factory=Counter)
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


def kind(path: str) -> str:
    """What the shop itself calls the act behind an address: `add_piece`, `complete_sale`."""
    address = path.partition("?")[0]
    masked = MASKED.sub("0", address)
    if masked not in _kinds:
        _kinds[masked] = resolve(address).url_name or masked
    return _kinds[masked]
