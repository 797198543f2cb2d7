"""What is called outside is of the open internet, and is the address that was looked at."""

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from inventory.ground import outward_calls
from inventory.ground.outward_calls import BadTarget, Closed, NotReached
from tests.receivers import receiving

pytestmark = pytest.mark.no_database

CLOSED = (
    "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "100.64.0.1",
    "100.127.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "0.0.0.0",  # noqa: S104  because: nobody listens here
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1",
    "fec0::1", "ff02::1",
)  # fmt: skip
OPEN = ("1.1.1.1", "8.8.8.8", "100.63.255.255", "172.15.255.255", "172.32.0.1", "192.167.1.1",
        "223.255.255.255", "2400:3200::1", "2606:4700:4700::1111", "2a00:1450::1")  # fmt: skip
BAD = (
    "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "javascript:alert(1)", "http://example.com/", "https://",
    "https:///path", "https://user:pass@example.com/", "https://example.com@10.0.0.1/",
    "https://example.com/#part", "https://example.com:99999/", "https://exa mple.com/",
    "https://example.com/\r\nHost: other", "https://example.com\\@10.0.0.1/", "https://[::1",
    "https://éxample.com/", "https://example.com/" + "x" * 500,
)  # fmt: skip


@pytest.fixture
def on_this_machine(settings: Any) -> None:
    settings.CALLS_TO_LOOPBACK = True


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the resolver of this test knows."""
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, **_named: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror("no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that somebody tried to reach; nobody is reached."""
    tried: list[str] = []

    def refuse(address: tuple[str, int], **_named: Any) -> Any:
        tried.append(address[0])
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def post(url: str) -> outward_calls.Answer:
    return outward_calls.post(url, body=b"{}", headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_of_ones_own_is_closed(
    address: str, names: dict[str, list[str]], connected: list[str]
) -> None:
    assert not outward_calls.is_open(ip_address(address))
    figures = f"[{address}]" if ":" in address else address
    with pytest.raises(BadTarget):
        outward_calls.check(f"https://{figures}/hook")
    names["shop.example"] = [address]
    with pytest.raises(Closed):
        post("https://shop.example/hook")
    assert connected == []


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert outward_calls.is_open(ip_address(address))


@given(st.ip_addresses())
def test_nothing_is_open_that_python_knows_to_be_private(
    address: IPv4Address | IPv6Address,
) -> None:
    if outward_calls.is_open(address):
        assert not (address.is_private or address.is_multicast or address.is_loopback)
        assert not (address.is_link_local or address.is_unspecified or address.is_reserved)


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_plain_https_address_is_refused(url: str, connected: list[str]) -> None:
    with pytest.raises(BadTarget):
        outward_calls.check(url)
    with pytest.raises(Closed):
        post(url)
    assert connected == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost"])
def test_another_spelling_of_this_machine_is_closed(host: str, connected: list[str]) -> None:
    """The system's own resolver reads them."""
    with pytest.raises(NotReached):
        post(f"https://{host}/hook")
    assert connected == []


def test_a_name_with_one_closed_address_is_closed(
    names: dict[str, list[str]], connected: list[str]
) -> None:
    names["both.example"] = ["8.8.8.8", "10.0.0.1"]
    with pytest.raises(Closed):
        post("https://both.example/")
    assert connected == []


def test_it_connects_to_what_was_looked_at(
    names: dict[str, list[str]], connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that has another address a moment later leads nowhere else."""
    names["turning.example"] = ["8.8.8.8"]
    first = socket.getaddrinfo

    def turn(*told: Any, **named: Any) -> Any:
        found = first(*told, **named)
        names["turning.example"] = ["127.0.0.1"]
        return found

    monkeypatch.setattr(socket, "getaddrinfo", turn)
    with pytest.raises(NotReached):
        post("https://turning.example/")
    assert connected == ["8.8.8.8"]


def test_it_tries_few_addresses(names: dict[str, list[str]], connected: list[str]) -> None:
    names["many.example"] = [f"8.8.8.{n}" for n in range(50)]
    with pytest.raises(NotReached):
        post("https://many.example/")
    assert len(connected) == outward_calls.MOST_ADDRESSES


@pytest.mark.usefixtures("on_this_machine")
def test_it_sends_and_answers_what_came_back() -> None:
    with receiving() as receiver:
        receiver.answer = lambda _got: (418, {}, b"tea\0pot")
        answer = post(receiver.url)
    assert (answer.status, answer.beginning) == (418, "teapot")
    assert receiver.got[0].body == b"{}"


@pytest.mark.usefixtures("on_this_machine")
def test_it_follows_nobody() -> None:
    with receiving() as there, receiving() as receiver:
        receiver.answer = lambda _got: (302, {"Location": there.url}, b"")
        assert post(receiver.url).status == 302
        assert there.got == []


@pytest.mark.usefixtures("on_this_machine")
def test_it_reads_little() -> None:
    with receiving() as receiver:
        receiver.answer = lambda _got: (200, {}, b"x" * 5_000_000)
        assert len(post(receiver.url).beginning) == outward_calls.MOST_READ


@pytest.mark.usefixtures("on_this_machine")
@pytest.mark.parametrize("drips", [b"", b"HTTP/1.1 200 OK\r\n"])
def test_it_waits_no_longer_than_a_call_may_take(
    drips: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether nobody says anything, or a letter now and then for ever."""
    monkeypatch.setattr(outward_calls, "MOST_SECONDS", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang() -> None:
            with server.accept()[0] as caller:
                caller.sendall(drips)
                while not over.wait(0.1):
                    try:
                        caller.sendall(b"x" if drips else b"")
                    except OSError:
                        return

        threading.Thread(target=hang, daemon=True).start()
        begun = time.monotonic()
        with pytest.raises(NotReached):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert time.monotonic() - begun < 3
        over.set()


@pytest.mark.usefixtures("on_this_machine")
@pytest.mark.parametrize("size", [b"-1", b"-5", b"-" + b"f" * 30, b"none"])
def test_a_chunk_of_a_size_that_is_none_is_no_answer(
    size: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it read on for as long as something comes."""
    monkeypatch.setattr(outward_calls, "MOST_SECONDS", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as caller:
                caller.recv(65_536)
                head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                caller.sendall(head + size + b"\r\nabc\r\n")
                over.wait(2)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(NotReached) as told:
            post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        over.set()
        assert str(told.value) != outward_calls.NO_ANSWER


def test_a_name_whose_server_keeps_silent_is_not_waited_for(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward_calls, "LOOK_UP_SECONDS", 0.05)
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_told, **_named: over.wait(2) and [])
    begun = time.monotonic()
    with pytest.raises(NotReached, match=outward_calls.NO_ANSWER):
        post("https://silent.example/")
    assert time.monotonic() - begun < 1
    over.set()
    assert connected == []


@pytest.mark.usefixtures("on_this_machine")
def test_nobody_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotReached, match="ConnectionRefused"):
        post(f"http://127.0.0.1:{port}/")


def test_plain_http_leads_to_this_machine_only(
    settings: Any, names: dict[str, list[str]], connected: list[str]
) -> None:
    settings.CALLS_TO_LOOPBACK = True
    names["plain.example"] = ["8.8.8.8"]
    for url in ("http://plain.example/", "http://8.8.8.8/", "http://192.168.0.1/"):
        with pytest.raises(BadTarget):
            outward_calls.check(url)
        with pytest.raises(NotReached):
            post(url)
    assert connected == []


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Certificates of two names, both of an authority that this machine trusts."""
    made = {name: _certificate(tmp_path / f"{name}.pem", name) for name in ("localhost", "other")}
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(b"".join(path.read_bytes() for path in made.values()))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return made


@pytest.mark.usefixtures("on_this_machine")
def test_tls_checks_the_name(certificates: dict[str, Path]) -> None:
    with receiving(certificate=certificates["localhost"]) as receiver:
        assert post(receiver.url).status == 200
    with receiving(certificate=certificates["other"]) as receiver:
        with pytest.raises(NotReached, match="certificate is not right"):
            post(receiver.url)
        assert receiver.got == []


@pytest.mark.usefixtures("on_this_machine")
def test_tls_checks_who_signed(certificates: dict[str, Path], tmp_path: Path) -> None:
    stranger = _certificate(tmp_path / "stranger.pem", "localhost")
    with receiving(certificate=stranger) as receiver:
        with pytest.raises(NotReached, match="certificate is not right"):
            post(receiver.url)
        assert receiver.got == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_it() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        post("https://example.com/")


def _certificate(path: Path, name: str) -> Path:
    """A certificate of its own for a name, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
