"""Receivers of webhooks: real servers on this machine, that answer as they are told."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from counter import deliveries, fan_out, programs, webhooks
from counter.models import Delivery, DeliveryState, Webhook
from inventory.ground import changes, outward_calls
from inventory.models import Store
from tests.cast import Shop
from tests.programs import Program

Answer = tuple[int, dict[str, str], bytes]
# what an endpoint asks for
SALES = ("sale.completed",)
TAKEN: Answer = (200, {}, b"thank you")


@dataclass
class Got:
    """One call as it arrived."""

    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """What it says, when the published library finds that this secret signed it."""
        return Verifier(secret).verify(self.body.decode(), self.headers)


@dataclass
class Receiver:
    """Keeps every call; `answer` decides on each."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Answer] = lambda _got: TAKEN

    @property
    def ids(self) -> list[str]:
        return [each.headers["webhook-id"] for each in self.got]


@contextmanager
def receiving(*, certificate: Path | None = None, port: int = 0) -> Iterator[Receiver]:
    """A receiver on a port of its own; with a certificate and its key in one file, over TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            got = Got(headers, self.rfile.read(length))
            receiver.got.append(got)
            status, more, body = receiver.answer(got)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told: Any) -> None:
            """Says nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_told: Any) -> None:
            """A caller that hangs up is part of the test."""

    server = Quiet(("127.0.0.1", port), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    receiver.url = f"{scheme}://localhost:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def endpoint(
    url: str,
    *,
    by: User,
    events: tuple[str, ...] = ("sale.completed", "card.issued"),
    stores: tuple[Store, ...] = (),
    name: str = "erp",
) -> tuple[Webhook, str]:
    """An endpoint with its secret, for these stores or for all."""
    row = webhooks.register(
        name=name, url=url, events=events, stores=stores, all_stores=not stores, by=by
    )
    return row, webhooks.make_secret(webhook=row, by=by)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """A program with a key that pulled, and an endpoint with an event in every state; by the names
    of the screens."""
    client = programs.register(
        name="ERP", scopes=["sales:read", "all_stores"], stores=[], expires_at=None, by=shop.head
    )
    key = programs.make_key(client=client, by=shop.head)
    Program(f"Bearer {key}").get("/sales", store="S01")
    row, _secret = endpoint("https://erp.example/hook", by=shop.head, name="ERP")
    now = timezone.now()
    for seq, (state, status) in enumerate(
        ((DeliveryState.WAITING, None), (DeliveryState.DELIVERED, 200), (DeliveryState.DEAD, 500)),
        1,
    ):
        Delivery.objects.create(
            webhook=row,
            store=shop.s01,
            seq=seq,
            event="sale.completed",
            number=f"S01-S261122-{seq:04d}",
            at=now,
            due_at=now,
            state=state,
            tries=seq,
            status=status,
        )
    return {"program": str(client.pk), "webhook": str(row.pk)}


def tell(*, now: datetime | None = None) -> int:
    fan_out.run()
    return deliveries.send_due(now=now)


def happen(shop: Shop, number: str, *, store: Store | None = None) -> None:
    """A sale is completed in a store, as far as its chain says."""
    with changes.opened(store=store or shop.s01, by=shop.lin) as book:
        book.note(shop.a, kind="sale_completed", number=number)


def meanwhile(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Each of the next calls ends with one of these acts, before anything more is done."""
    left, post = list(acts), outward_calls.post

    def call(url: str, **told: Any) -> outward_calls.Answer:
        answer = post(url, **told)
        if left:
            left.pop(0)()
        return answer

    monkeypatch.setattr(outward_calls, "post", call)


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("number", "state"))
