"""The standing cast: two stores, their people, their goods. Builders, no magic."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from counter import acknowledgements, bills, clerks, day_file_layouts, sales, shifts, tenders
from counter.models import Role, Sale, Shift, Tender
from inventory import pieces, places, prices
from inventory.ground import changes, codes, keys
from inventory.models import (
    Category,
    Certificate,
    Cost,
    Hold,
    LabourKind,
    Piece,
    Place,
    PlaceKind,
    Pricing,
    Stone,
    Store,
    StoreKind,
    Style,
)
from warranty import seed
from warranty.models import Card

PASSWORD = "demo-2026"
PINS = {
    "lin": "102938",
    "zhao": "564738",
    "qian": "334455",
    "chen": "847362",
    "wang": "918273",
    "sun": "192837",
    "gao": "665544",
    "head": "774411",
}
# the cost of every piece of the cast: a figure that no clerk may ever read
COST_CENTS = 654_321
BOARD = (
    ("Au", 9999, "sell", 117_700),
    ("Au", 9990, "sell", 117_700),
    ("Au", 9990, "exchange", 110_000),
    ("Au", 9990, "buyback", 93_600),
    ("Au", 9900, "sell", 117_200),
    ("Au", 7500, "sell", 88_300),
    ("Pt", 9500, "sell", 42_000),
)


class KeyedClient(Client):
    """A browser that sends the fresh key which each form carries."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]  # because: only the data differs
        if (data is None or isinstance(data, dict)) and not path.startswith("/api/"):
            data = {keys.FIELD: keys.fresh(), **(data or {})}
        return super().post(path, data, *args, **kwargs)


@dataclass
class Shop:
    """Two shops with their people; `shop.lin` sells at counter A of S01."""

    hq: Store
    s01: Store
    s02: Store
    people: dict[str, User]
    a: Place
    b: Place
    a2: Place  # counter A of S02
    shift: Shift
    made: int = field(default=0)

    def __getattr__(self, name: str) -> User:
        try:
            person: User = self.__dict__["people"][name]
            return person
        except KeyError:
            raise AttributeError(name) from None

    def tray(self, code: str = "A-01", store: Store | None = None) -> Place:
        return Place.objects.get(store=store or self.s01, code=code)

    def piece(self, **facts: Any) -> Piece:
        """A fine-gold necklace by weight, 8.720 g, on sale in tray A-01."""
        return self._make(
            {
                "name": "足金项链",
                "category": Category.NECKLACE,
                "metal": "Au",
                "grade": 9900,
                "content": 9990,
                "mark": "足金",
                "gross_mg": 8_720,
                "net_mg": 8_720,
                "pricing": Pricing.WEIGHT,
                "labour_kind": LabourKind.PER_GRAM,
                "labour_value": 3_800,
            }
            | facts
        )

    def ring(self, **facts: Any) -> Piece:
        """An 18K diamond ring at a fixed price of ¥7,572.00, 1.960 g net."""
        piece = self._make(
            {
                "name": "18K金钻石戒指",
                "category": Category.RING,
                "metal": "Au",
                "grade": 7500,
                "mark": "G18K",
                "gross_mg": 2_020,
                "net_mg": 1_960,
                "ring_size": "15",
                "pricing": Pricing.FIXED,
                "price_cents": 757_200,
            }
            | facts
        )
        Stone.objects.create(
            piece=piece, kind="diamond", weight_mct=300, color="D", clarity="VS2", cut="EX"
        )
        return piece

    def charm(self, **facts: Any) -> Piece:
        """A silver charm for ¥98.00."""
        return self._make(
            {
                "name": "银925吊坠",
                "category": Category.PENDANT,
                "metal": "Ag",
                "grade": 9250,
                "mark": "S925",
                "gross_mg": 2_590,
                "net_mg": 2_590,
                "pricing": Pricing.FIXED,
                "price_cents": 9_800,
                "certified": False,
            }
            | facts
        )

    def _make(self, facts: dict[str, Any]) -> Piece:
        self.made += 1
        store = facts.pop("store", self.s01)
        place = facts.pop("place", None) or self.tray("A-01", store)
        certified, on_sale = facts.pop("certified", True), facts.pop("on_sale", True)
        code = facts.pop("style", f"T{self.made:04d}")
        style, _made = Style.objects.get_or_create(
            code=code,
            defaults={
                "name": facts["name"],
                "category": facts["category"],
                "report_required": facts["metal"] != "Ag",
            },
        )
        number = facts.pop("number", codes.piece_number(f"{300_000_000 + self.made}"))
        piece = Piece(number=number, style=style, store=store, place=place, **facts)
        with changes.opened(store=store, by=self.people["wang"]) as book:
            pieces.enter(rows=[piece], book=book)
            Cost.objects.create(piece=piece, cents=COST_CENTS, supplier="S09")
            if certified:
                Certificate.objects.create(piece=piece, lab="NGTC", number=f"7{number}")
            if on_sale:
                pieces.put_on_sale(rows=[piece], book=book)
        return Piece.objects.select_related("store", "place", "style").get(pk=piece.pk)

    def put_up(self, fineness: int, cents: int) -> None:
        """Head office sets a new selling price of gold for every store."""
        quote = prices.Quote("Au", fineness, "sell", cents)
        prices.put_up(store=self.hq, quotes=[quote], by=self.people["head"])

    def close_shift(self, shift: Shift, *, by: User | None = None) -> Shift:
        """Ends a shift as the second signature of its sheet does."""
        with changes.opened(store=shift.store, by=by or self.chen) as book:
            return shifts.close_in(shift=shift, book=book)

    def leave_open(self, shift: Shift, *, days: int = 1) -> Shift:
        """The shift began so many days ago, and nobody has closed it."""
        Shift.objects.filter(pk=shift.pk).update(opened_at=shift.opened_at - timedelta(days=days))
        shift.refresh_from_db()
        return shift

    def count_blind(self, *codes: str, store: Store | None = None, number: str = "S01-H1") -> None:
        """These places of a store are being counted now."""
        rows = Place.objects.filter(store=store or self.s01, code__in=codes)
        rows.update(counted_in=number)

    def lose_hold(self, piece: Piece) -> None:
        """The minutes of a hold are over."""
        Hold.objects.filter(piece=piece).update(until=timezone.now() - timedelta(minutes=1))

    def client(self, user: User | None = None, counter: Place | None = None) -> KeyedClient:
        """A signed-in browser; clerks of S01 stand at counter A."""
        client = KeyedClient(headers={"accept-language": "en"})
        client.force_login(user or self.lin, backend="counter.clerks.RoleBackend")
        session = client.session
        session["counter"] = (counter or self.a).pk
        session.save()
        return client

    def bill(self, *rows: Piece, by: User | None = None, counter: Place | None = None) -> Sale:
        """An open bill with these pieces on it."""
        sale = bills.begin(counter=counter or self.a, by=by or self.lin)
        for piece in rows:
            bills.add_piece(sale=sale, piece=piece, by=by or self.lin)
        sale.refresh_from_db()
        return sale

    def pay(
        self, sale: Sale, tender: str = "cash", cents: int | None = None, number: str = ""
    ) -> None:
        """Puts down what is due, or `cents`, in one tender."""
        due = bills.total_cents(sale, list(sale.lines.all())) - bills.tendered_cents(sale)
        bills.put_down(
            sale=sale,
            tender=Tender.objects.get(code=tender),
            given_cents=due if cents is None else cents,
            merchant_number=number,
            by=self.lin,
        )

    def sell(self, *rows: Piece, by: User | None = None) -> Sale:
        """A completed sale of these pieces, paid in cash, fixed prices acknowledged."""
        sale = self.bill(*rows, by=by)
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        self.pay(sale)
        total = bills.total_cents(sale, list(sale.lines.all()))
        return sales.complete(sale=sale, shown_cents=total, by=by or self.lin)


def card_of(sale: Sale, position: int = 1) -> Card:
    """The card that a line of a sale was handed out with."""
    return Card.objects.get(sale_line__sale=sale, sale_line__position=position)


def open_shop() -> Shop:
    """Head office, S01 with counters A and B, S02 with counter A, everybody, a board, a shift."""
    hq = places.open_store(code="HQ", name="总部", kind=StoreKind.HEAD_OFFICE)
    s01 = places.open_store(code="S01", name="国贸店", phone="010-6505-0000")
    s02 = places.open_store(code="S02", name="徐家汇店", phone="021-6426-0000")
    n01 = places.open_store(code="N01", name="网络板房", kind=StoreKind.SHOWROOM)
    a = places.build_counter(store=s01, code="A", trays=16)
    b = places.build_counter(store=s01, code="B", trays=15)
    places.build_counter(store=s01, code="C", trays=1)
    Place.objects.create(store=s01, code="SAFE", name="金库", kind=PlaceKind.SAFE)
    a2 = places.build_counter(store=s02, code="A", trays=2)
    people = {
        username: clerks.hire(
            username=username,
            name=name,
            role=role,
            store=store,
            password=PASSWORD,
            pin=PINS[username],
        ).user
        for username, name, role, store in (
            ("lin", "林", Role.CLERK, s01),
            ("zhao", "赵", Role.CLERK, s01),
            ("qian", "钱", Role.CASHIER, s01),
            ("chen", "陈", Role.CHIEF, s01),
            ("wang", "王", Role.MANAGER, s01),
            ("sun", "孙", Role.CLERK, s02),
            ("gao", "高", Role.SHOWROOM, n01),
            ("head", "总部", Role.HEAD, hq),
        )
    }
    seed.put_seed_plans()
    tenders.put_seed_tenders()
    day_file_layouts.put_seed_layouts()
    prices.put_up(
        store=hq,
        quotes=[prices.Quote(*row) for row in BOARD],
        by=people["head"],
    )
    shift = shifts.open_at(counter=a, by=people["lin"])
    shifts.open_at(counter=a2, by=people["sun"])
    return Shop(hq=hq, s01=s01, s02=s02, people=people, a=a, b=b, a2=a2, shift=shift)
