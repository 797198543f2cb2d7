"""Calls to addresses that people typed, and the wall in front of the house's own network.

A name is looked up once; every address it has must be one of the open internet, and the connection
goes to an address that was looked at, so that a name that changes its mind leads nowhere. Nothing
is followed, little is read, and all of it is over after `LOOK_UP_SECONDS` and `MOST_SECONDS`. TLS
and its check of the name are Python's own.

`settings.CALLS_TO_LOOPBACK`, for tests and a first look, lets addresses of this machine pass, by
plain http too; no other address of a house ever passes.
"""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from inventory.ground.errors import BadField
from inventory.ground.outside import refuse_in_transaction

LONGEST: Final = 500  # letters of an address
LOOK_UP_SECONDS: Final = 3.0
CONNECT_SECONDS: Final = 3.0
MOST_SECONDS: Final = 10.0  # for the call, once its name is looked up
MOST_ADDRESSES: Final = 3  # of one name that are tried
MOST_READ: Final = 2_000  # bytes of an answer
NO_ANSWER: Final = "no answer in time"
PORTS: Final = {"https": 443, "http": 80}

# the registries of special addresses (IANA); Python's own `is_global` differs between releases
CLOSED_4: Final = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and what clouds tell their machines
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
OPEN_6: Final = ip_network("2000::/3")  # all other is of one's own, mapped, translated or unused
CLOSED_6: Final = tuple(
    ip_network(each)
    for each in (
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class BadTarget(BadField):
    """An address that is never called, whoever types it."""

    code = "bad_target"
    sentence = _("Type an address that begins with https:// and leads to the internet.")


class NotReached(Exception):
    """Nobody took the call: no name, no connection, no answer in time, or a closed address."""


class Closed(NotReached):
    """The name leads into the house, or to this machine."""


@dataclass(frozen=True)
class Answer:
    """What came back: its status, and how its body begins."""

    status: int
    beginning: str


@dataclass(frozen=True)
class _Target:
    """An address, taken apart: the name in ASCII."""

    scheme: str
    host: str
    port: int
    path: str


def check(url: str) -> None:
    """Looks at an address as it is written. Refused: what is not https, what holds a name and a
    password, and an address in figures that is closed. Names are looked up at each call."""
    target = _read(url)
    with suppress(ValueError):
        if not _may_be_called(ip_address(target.host), target.scheme):
            raise BadTarget(field="url")
    if target.scheme == "http" and target.host != "localhost" and not _is_in_figures(target.host):
        raise BadTarget(field="url")


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Sends a body and answers what came back, whatever its status; a redirect is an answer like
    any other. Raises `NotReached`; never inside a transaction."""
    refuse_in_transaction("an address is called")
    try:
        target = _read(url)
        addresses = _looked_up(target)
    except (BadTarget, UnicodeError) as unfit:
        raise Closed("not an address that is called") from unfit
    connection = (
        _Secure(target, addresses) if target.scheme == "https" else _Plain(target, addresses)
    )
    clock = Timer(MOST_SECONDS, connection.break_off)
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        beginning = response.read(MOST_READ)
    except Exception as wrong:  # a stranger's answer may trip the library in ways of its own
        raise NotReached(NO_ANSWER if connection.is_broken_off else _why(wrong)) from wrong
    finally:
        clock.cancel()
        connection.close()
    if connection.is_broken_off:
        raise NotReached(NO_ANSWER)
    return Answer(response.status, beginning.decode("utf-8", "replace").replace("\0", ""))


class _Response(HTTPResponse):
    """Refuses a chunk of less than nothing, for which the library reads on without an end."""

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]  # because: typed nowhere
        if size < 0:
            raise HTTPException("a chunk of less than nothing")
        return size


class _Plain(HTTPConnection):
    """Connects to the addresses that were looked at, and to no other."""

    response_class = _Response

    def __init__(self, target: _Target, addresses: Sequence[str]) -> None:
        super().__init__(target.host, target.port, timeout=MOST_SECONDS)
        self._addresses = addresses
        self.is_broken_off = False

    def connect(self) -> None:
        self.sock = _reached(self._addresses, self.port)

    def break_off(self) -> None:
        """Ends a call that takes too long, from another thread. What had come so far looks whole
        to the library, so it is said here that it is not."""
        self.is_broken_off = True
        with suppress(OSError, AttributeError):  # it may be over already
            self.sock.shutdown(socket.SHUT_RDWR)


class _Secure(_Plain):
    """The same under TLS; the certificate must be that of the name."""

    default_port = PORTS["https"]

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        # first kept, so that it can be broken off while hands are shaken
        self.sock = tls = context.wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        tls.do_handshake()


def _read(url: str) -> _Target:
    """Refused: anything but a plain web address of a sensible length."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise BadTarget(field="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as unreadable:
        raise BadTarget(field="url") from unreadable
    known = parts.scheme == "https" or (parts.scheme == "http" and settings.CALLS_TO_LOOPBACK)
    if not known or not parts.hostname or "@" in parts.netloc or parts.fragment or "\\" in url:
        raise BadTarget(field="url")
    return _Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], _path(parts))


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _looked_up(target: _Target) -> list[str]:
    """The addresses of a name. One that is closed closes the name: the next look may give it
    alone."""
    try:
        found = _in_time(target)
    except OSError as unknown:
        raise NotReached("no such name") from unknown
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for each in addresses:
        if not _may_be_called(ip_address(each.partition("%")[0]), target.scheme):
            raise Closed("the address is not of the open internet")
    return addresses[:MOST_ADDRESSES]


def _in_time(target: _Target) -> list[Any]:
    """What the system says of a name, whose own server may let it wait for long: a look that takes
    longer ends by itself, unheard."""
    told: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look() -> None:
        try:
            told.put(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as wrong:
            told.put(wrong)

    Thread(target=look, daemon=True).start()
    try:
        found = told.get(timeout=LOOK_UP_SECONDS)
    except Empty:
        raise NotReached(NO_ANSWER) from None
    if isinstance(found, Exception):
        raise found
    return found


def _may_be_called(address: IPv4Address | IPv6Address, scheme: str) -> bool:
    if settings.CALLS_TO_LOOPBACK and address.is_loopback:
        return True
    return scheme == "https" and is_open(address)


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, that anybody may call."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in CLOSED_4)
    return address in OPEN_6 and not any(address in network for network in CLOSED_6)


def _is_in_figures(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _reached(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first address that takes one; later reads are as patient as a call."""
    wrong: OSError = OSError("no address")
    for each in addresses:
        try:
            found = socket.create_connection((each, port), timeout=CONNECT_SECONDS)
        except OSError as refused:
            wrong = refused
            continue
        found.settimeout(MOST_SECONDS)
        return found
    raise wrong


def _why(wrong: Exception) -> str:
    """In few words, for the list of deliveries."""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return f"its certificate is not right: {wrong.verify_message}"
    if isinstance(wrong, TimeoutError):
        return NO_ANSWER
    return f"{type(wrong).__name__}: {wrong}"[:150]
