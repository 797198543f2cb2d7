"""Who guesses card numbers is slowed down: a budget of failures per network and for the whole site.

Only unknown numbers are paid from the budget, and only they are refused when it is gone: good
scans go on, since a whole shopping mall may sit behind one address. The count is kept in memory
for one window, in each process by itself.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Lock
from typing import Final

from django.conf import settings
from django.http import HttpRequest

WINDOW_SECONDS: Final = 60
PER_NETWORK: Final = 20  # a window; an honest customer mistypes two or three times
# ten a second: with a million live cards one guess in 3,200 years finds one (OWASP OAT-002)
SITE_WIDE: Final = 600

IPV4_BYTES: Final = 3  # a /24
IPV6_BYTES: Final = 6  # a /48, what one line is given
NO_NETWORK: Final = b""  # a server behind a socket knows no address


class Budget:
    """Failures of the current window. `clock` counts seconds, from any moment on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._window = -1
        self._spent: Counter[bytes] = Counter()
        self._total = 0

    def spend(self, network: bytes) -> bool:
        """Counts one failure; False when this network or the whole site is over budget.

        Failures over budget are not counted, so the table never has more rows than `SITE_WIDE`,
        however many addresses an attacker has.
        """
        with self._lock:
            if self._is_over(network):
                return False
            self._total += 1
            self._spent[network] += 1
            return True

    def is_over(self, network: bytes) -> bool:
        """Whether this network or the whole site has nothing left to spend."""
        with self._lock:
            return self._is_over(network)

    def seconds_to_wait(self) -> int:
        """Until the next window begins."""
        return WINDOW_SECONDS - int(self._clock()) % WINDOW_SECONDS

    def _is_over(self, network: bytes) -> bool:
        self._turn_window()
        return self._total >= SITE_WIDE or self._spent.get(network, 0) >= PER_NETWORK

    def _turn_window(self) -> None:
        window = int(self._clock()) // WINDOW_SECONDS
        if window != self._window:
            self._window, self._total = window, 0
            self._spent.clear()


budget = Budget()


def network_of(request: HttpRequest) -> bytes:
    """The network a request comes from: /24 of IPv4, /48 of IPv6."""
    return _network(_client_address(request))


@lru_cache(maxsize=1_000)
def _network(text: str) -> bytes:
    """Kept for the addresses that ask again and again: they are those who guess."""
    try:
        address = ip_address(text)
    except ValueError:
        return NO_NETWORK
    plain = _plain(address)
    return plain.packed[: IPV4_BYTES if plain.version == 4 else IPV6_BYTES]


def _client_address(request: HttpRequest) -> str:
    """What our outermost proxy saw. Whatever the client itself wrote into the header stands left
    of that; a request that did not pass all proxies is judged by its own address."""
    nearest = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.NUM_PROXIES
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    return seen[-proxies].strip() if 0 < proxies <= len(seen) else nearest


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address in IPv6 clothes is an IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
