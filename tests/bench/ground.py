"""The ground under a measurement: one throw-away database, its shop with a history, one server."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from counter import acknowledgements, api_clients, bills, books, sales, seeds, shifts
from counter.models import Sale, SaleState
from inventory import places
from inventory.ground import books as ground_books
from inventory.ground import changes
from inventory.models import Change, Hold, LedgerHead, Piece, Place
from tests.bench import stencils
from tests.bench.operation import WrongAnswer
from tests.bench.servers import Server
from tests.cast import Shop, open_shop
from warranty import cards
from warranty.models import Card


@dataclass(frozen=True)
class Scale:
    """How much of everything; the smoke round has a little of each."""

    sizes: tuple[int, ...]
    rounds: int
    requests: int  # of one turn over HTTP
    sales: int  # of one turn
    clients: int  # that contend for a piece
    contended: int  # pieces that they contend for in one turn
    counter: int  # pieces of the counter that changes hands
    links: int  # of the chain that is verified in one turn
    cards: int  # in one document
    tickets: int  # in hand at the service desk


QUICK = Scale((10_000, 100_000), 7, 200, 8, 50, 200, 1_000, 20_000, 100, 500)
FULL = Scale((10_000, 100_000, 1_000_000), 15, 400, 20, 50, 5_000, 1_000, 100_000, 200, 500)
SMOKE = Scale((20,), 2, 5, 2, 4, 8, 32, 50, 2, 8)


class Ground:
    """Everything that the operations stand on. `grow` lengthens the history of S01."""

    def __init__(self, scale: Scale, server: Server) -> None:
        self.scale = scale
        self.server = server
        self.shop: Shop = open_shop()
        seeds.put_terms()
        self.size = 0
        self.today: date = places.business_day(self.shop.s01)
        self._lay_out_goods()
        self.api_key = self._issue_key()
        self._checked = LedgerHead.objects.get(store=self.shop.s01)

    # --- the shop

    def _lay_out_goods(self) -> None:
        """The counter that changes hands, goods at counter B, and bills to copy."""
        shop, scale = self.shop, self.scale
        trays = list(Place.objects.filter(parent=shop.a).order_by("code"))
        for n, tray in enumerate(trays):
            copies = scale.counter // len(trays) + (n < scale.counter % len(trays)) - 1
            self._stock(shop.piece(place=tray), copies)
        elsewhere = shop.tray("B-01")
        self._stock(shop.ring(place=elsewhere), scale.requests)
        self._stock(shop.piece(place=shop.tray("B-02")), scale.requests)
        self.bill = self._open_bill()
        past = self._sold_at_b(shop.charm(place=elsewhere))
        self._past = past, stencils.sale_stencil(past)

    def _stock(self, piece: Piece, copies: int) -> None:
        stencil = stencils.piece_stencil(piece)
        stencil.stamp(self.shop.s01, copies, fresh=stencils.fresh_piece(piece))

    def _sold_at_b(self, piece: Piece) -> Sale:
        """A sale at counter B, so that the cash of the whole past does not lie in A's drawer."""
        shop = self.shop
        shifts.open_at(counter=shop.b, by=shop.lin)
        sale = shop.bill(piece, counter=shop.b)
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        shop.pay(sale)
        total = bills.total_cents(sale, list(sale.lines.all()))
        return sales.complete(sale=sale, shown_cents=total, by=shop.lin)

    def _open_bill(self) -> Sale:
        """Two pieces, two tenders: a necklace by weight and a diamond ring."""
        shop, place = self.shop, self.shop.tray("B-03")
        sale = shop.bill(shop.piece(place=place), shop.ring(place=place))
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        total = bills.total_cents(sale, list(sale.lines.all()))
        # little cash: a drawer with the takings of a whole measurement cannot be counted
        shop.pay(sale, "wechat", total - 10_000, "4200000000000000000000000001")
        shop.pay(sale)
        # nobody has to complete them within the minutes of a real hold
        Hold.objects.filter(bill=sale.uuid).update(until="2099-01-01T00:00:00Z")
        sale.refresh_from_db()
        return sale

    def _issue_key(self) -> str:
        client = api_clients.register(name="till", scopes=["pieces:read"], stores=[self.shop.s01])
        return api_clients.issue_key(client)

    def grow(self, size: int) -> None:
        """Past sales, each with its piece, payment, card and benefits, up to `size` of them; then
        a new shift, and a seal behind which no proof goes back."""
        sale, stencil = self._past
        days = stencils.past_days(self.shop.s01, before=self.size, until=self.today)
        fresh = stencils.fresh_sale(sale, days=days)
        stencil.stamp(self.shop.s01, size - self.size, fresh=fresh)
        stencils.count_numbers(self.shop.s01, sales=size, until=self.today)
        self.size = size
        running = shifts.running_at(self.shop.a)
        if running is not None:
            self.shop.close_shift(running)
        self.shop.shift = shifts.open_at(counter=self.shop.a, by=self.shop.lin)
        self.seal()
        if connection.vendor == "postgresql":  # as autovacuum does; nobody analyses a shop's SQLite
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def seal(self) -> None:
        """As after a proof that was clean: what is written next is proved from here on."""
        head = LedgerHead.objects.get(store=self.shop.s01)
        head.sealed_seq, head.sealed_hash = head.seq, head.hash
        head.save(update_fields=["sealed_seq", "sealed_hash"])
        self._checked = head

    def open_bills(self, count: int) -> list[Sale]:
        """New open bills of two pieces and two tenders."""
        last = Sale.objects.order_by("-pk").values_list("pk", flat=True)[0]
        stencil = stencils.sale_stencil(self.bill)
        stencil.stamp(self.shop.s01, count, fresh=stencils.fresh_sale(self.bill))
        rows = Sale.objects.filter(pk__gt=last, state=SaleState.OPEN)
        self.accept_written()
        return list(rows.select_related("store", "counter").order_by("pk"))

    def total_cents(self) -> int:
        """What every one of these bills comes to."""
        return bills.total_cents(self.bill, list(self.bill.lines.all()))

    def stock_numbers(self, count: int) -> list[str]:
        """Necklaces and rings on sale at counter B."""
        rows = Piece.objects.filter(place__code__in=["B-01", "B-02"], state="on_sale")
        return list(rows.order_by("-number").values_list("number", flat=True)[:count])

    def more_stock(self, count: int, code: str = "B-04") -> list[Piece]:
        """New silver charms on sale at a fixed price, in a tray of counter B."""
        template = self.shop.charm(place=self.shop.tray(code))
        self._stock(template, count - 1)
        self.accept_written()
        rows = Piece.objects.filter(pk__gte=template.pk).select_related("store", "place")
        return list(rows.order_by("pk")[:count])

    def past_cards(self, count: int) -> list[str]:
        """Numbers of valid cards of past sales, evenly out of the whole history."""
        past = Card.objects.filter(piece__metal="Ag", state="valid").order_by("pk")
        numbers = list(past.values_list("number", flat=True))
        return numbers[:: max(len(numbers) // count, 1)][:count]

    def void_card(self) -> str:
        """The number of a card that is no longer valid."""
        card = Card.objects.filter(state="valid").select_related("store").order_by("pk")[0]
        with changes.opened(store=card.store, by=self.shop.wang) as book:
            cards.void(cards=[card], why="benchmark", book=book)
        self.accept_written()
        return card.number

    def session(self, user: User) -> str:
        """The cookie of somebody who is signed in at counter A."""
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "counter.clerks.RoleBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["counter"] = self.shop.a.pk
        session.save()
        return str(session.session_key)

    # --- the oracle

    def accept_written(self) -> None:
        """What was written so far belongs to the set-up and was not measured."""
        self._checked = LedgerHead.objects.get(store=self.shop.s01)

    def check_written(self) -> None:
        """Chain and rows that were written since the last time: N3 and N8 of what an arm did."""
        head = LedgerHead.objects.get(store=self.shop.s01)
        before = self._checked
        found = [
            *ground_books.verify_chain(head, since=before.seq, before_hash=before.hash),
            *ground_books.verify_rows(head, since=before.seq),
        ]
        if found:
            raise WrongAnswer(f"{found[0]} ({len(found)} broken)")
        self._checked = head

    def check_books(self, *, full: bool = False) -> None:
        """All invariants of the store, as `verify_books` asks for them."""
        found = list(books.verify(self.shop.s01, full=full))
        if found:
            raise WrongAnswer(f"{found[0]} ({len(found)} broken)")

    def links(self) -> int:
        return LedgerHead.objects.get(store=self.shop.s01).seq

    def link(self, seq: int) -> Change:
        return Change.objects.get(store=self.shop.s01, seq=seq)


def durability() -> dict[str, object]:
    """What the database says of its own durability, read back from it."""
    names = {
        "sqlite": ("journal_mode", "synchronous", "foreign_keys", "mmap_size"),
        "postgresql": ("fsync", "synchronous_commit", "full_page_writes"),
    }[connection.vendor]
    told: dict[str, object] = {}
    with connection.cursor() as cursor:
        for name in names:
            asked = f"PRAGMA {name}" if connection.vendor == "sqlite" else f"SHOW {name}"
            cursor.execute(asked)
            row = cursor.fetchone()
            told[name] = row[0] if row else 0
    return told


def is_durable(told: dict[str, Any]) -> bool:
    if connection.vendor == "sqlite":
        return told["journal_mode"] == "wal" and int(told["synchronous"]) >= 2
    return "off" not in told.values()
