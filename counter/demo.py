"""The demo shop: the same every time, traded through the same rules as a real one."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from appraisal import analyser_layouts, demo_scale
from counter import (
    acknowledgements,
    api_clients,
    bills,
    clerks,
    day_file_layouts,
    demo_counts,
    demo_deposits,
    demo_old_gold,
    demo_orders,
    demo_service,
    demo_shipments,
    demo_stocktakes,
    demo_supplies,
    sales,
    seeds,
    shifts,
    tenders,
)
from counter.models import CountItem, ItemKind, Role, Sale, Shift, Tender
from inventory import pieces, places, prices
from inventory.ground import changes, codes
from inventory.models import (
    Category,
    Certificate,
    Cost,
    LabourKind,
    Piece,
    Place,
    PlaceKind,
    Pricing,
    State,
    Stone,
    Store,
    StoreKind,
    Style,
)

PASSWORD = "demo-2026"  # noqa: S105  because: the demo shop's, printed at its first start
DAYS = 14
SEED = 20261122

PEOPLE = (
    ("lin", "林", Role.CLERK, "S01", "102938"),
    ("zhao", "赵", Role.CLERK, "S01", "564738"),
    ("qian", "钱", Role.CASHIER, "S01", "334455"),
    ("chen", "陈", Role.CHIEF, "S01", "847362"),
    ("wang", "王", Role.MANAGER, "S01", "918273"),
    ("sun", "孙", Role.CLERK, "S02", "192837"),
    ("gao", "高", Role.SHOWROOM, "N01", "665544"),
    ("head", "总部", Role.HEAD, "HQ", "774411"),
)

OUTSIDE_COUNTERS = ((PlaceKind.SAFE, "SAFE", "金库"), (PlaceKind.BENCH, "BENCH", "维修台"))

# what is handed over at each counter besides goods and money
ON_COUNTERS = (
    (ItemKind.KEY, "柜台钥匙", 2),
    (ItemKind.CERTIFICATE, "空白质保单", 20),
    (ItemKind.SEAL, "封签钳", 1),
    (ItemKind.SUPPLY, "首饰袋", 50),
    (ItemKind.PROP, "陈列道具", 6),
)
LIGHTEST_TRAY_MG = 180_000

# metal, fineness, sell, exchange, buy-back in yuan per gram
BOARD = (
    ("Au", 9999, 1177, 1100, 936),
    ("Au", 9990, 1177, 1100, 936),
    ("Au", 9900, 1172, 1095, 931),
    ("Au", 7500, 883, 825, 702),
    ("Pt", 9500, 420, 330, 250),
)


@dataclass(frozen=True)
class Kind:
    """A kind of goods: how it is called, what it weighs, how it is priced."""

    letter: str
    name: str
    category: Category
    metal: str
    grade: int
    content: int | None
    mark: str
    grams: tuple[int, int]  # hundredths of a gram, least and most
    labour: int = 0  # cents per gram; 0: fixed price
    stone: bool = False


FINE = ("Au", 9900, 9990, "足金")
KINDS = (
    Kind("N", "足金项链", Category.NECKLACE, *FINE, (420, 1850), 3_800),
    Kind("G", "足金手镯", Category.BANGLE, *FINE, (1500, 4300), 3_800),
    Kind("P", "足金吊坠", Category.PENDANT, *FINE, (110, 520), 2_500),
    Kind("R", "足金戒指", Category.RING, *FINE, (210, 680), 3_000),
    Kind("E", "足金耳饰", Category.EARRINGS, *FINE, (160, 480), 4_200),
    Kind("B", "足金手链", Category.BRACELET, *FINE, (480, 1620), 3_500),
    Kind("D", "18K金钻石戒指", Category.RING, "Au", 7500, None, "G18K", (170, 390), stone=True),
    Kind("T", "Pt950钻石戒指", Category.RING, "Pt", 9500, None, "Pt950", (220, 460), stone=True),
    Kind("S", "银925吊坠", Category.PENDANT, "Ag", 9250, None, "S925", (120, 480)),
)


@transaction.atomic
def load() -> str:
    """Builds the demo shop; returns the key of its API client. Call it on an empty database."""
    stores = _open_stores()
    people = {
        username: clerks.hire(
            username=username,
            name=name,
            role=role,
            store=stores[code],
            password=PASSWORD,
            pin=pin,
        ).user
        for username, name, role, code, pin in PEOPLE
    }
    seeds.put_terms()
    tenders.put_seed_tenders()
    day_file_layouts.put_seed_layouts()
    analyser_layouts.put_seed_layouts()
    demo_scale.put_up(stores["S01"])
    _prepare_counts(stores["S01"])
    dice = random.Random(SEED)  # noqa: S311  because: a demo, the same every time
    opened = _morning(DAYS)
    with _at(opened):
        _put_up_board(stores["HQ"], people["head"], percent=97)
        goods = _stock(stores["S01"], people["wang"], dice, pieces_of_kind=38, first=200_000_000)
        _stock(stores["S02"], people["sun"], dice, pieces_of_kind=6, first=210_000_000)
    with _at(opened + timedelta(hours=12)):
        demo_stocktakes.load_published(store=stores["S01"], people=people)
    _trade(stores["S01"], people, goods, dice)
    with _at(_morning(0)):
        _put_up_board(stores["HQ"], people["head"], percent=100)
        counter = _counter(stores["S01"], "A")
        shifts.open_at(counter=counter, by=people["lin"])
        for part in (demo_old_gold, demo_service, demo_deposits, demo_orders, demo_supplies):
            part.load(counter=counter, people=people)
        demo_shipments.load(store=stores["S01"], to=stores["S02"], people=people)
        demo_stocktakes.load_open(store=stores["S01"], people=people)
    client = api_clients.register(name="head-office", scopes=api_clients.SCOPES)
    for store in stores.values():
        places.join(store=store, user=client.user)
    return api_clients.issue_key(client)


def table() -> Iterator[str]:
    """Who may sign in, as printed at the first start."""
    yield f"{'user':8} {'role':26} {'store':6} PIN      password {PASSWORD}"
    for username, name, role, code, pin in PEOPLE:
        where = "all" if role == Role.HEAD else code
        yield f"{username:8} {role.value + ' ' + name:26} {where:6} {pin}"


def _open_stores() -> dict[str, Store]:
    stores = {
        "HQ": places.open_store(code="HQ", name="总部", kind=StoreKind.HEAD_OFFICE),
        "S01": places.open_store(code="S01", name="国贸店", phone="010-6505-0000"),
        "S02": places.open_store(code="S02", name="徐家汇店", phone="021-6426-0000"),
        "N01": places.open_store(code="N01", name="网络板房", kind=StoreKind.SHOWROOM),
    }
    for code in ("S01", "S02"):
        for counter, trays in (("A", 16), ("B", 15), ("C", 5)):
            places.build_counter(store=stores[code], code=counter, trays=trays)
        for kind, place, name in OUTSIDE_COUNTERS:
            Place.objects.create(store=stores[code], code=place, name=name, kind=kind)
    return stores


def _prepare_counts(store: Store) -> None:
    """What a handover asks for besides the goods, and how heavy each empty tray is."""
    trays = list(Place.objects.filter(store=store, kind=PlaceKind.TRAY).order_by("pk"))
    for index, tray in enumerate(trays):
        tray.tare_mg = LIGHTEST_TRAY_MG + index * 1_000
    Place.objects.bulk_update(trays, ["tare_mg"])
    CountItem.objects.bulk_create(
        CountItem(store=store, counter=counter, kind=kind, name=name, expected=expected)
        for counter in Place.objects.filter(store=store, kind=PlaceKind.COUNTER)
        for kind, name, expected in ON_COUNTERS
    )


def _put_up_board(office: Store, by: User, *, percent: int) -> None:
    """Head office's board for every store, at a share of today's figures."""
    quotes = [
        prices.Quote(metal, fineness, kind, yuan * percent)
        for metal, fineness, *three in BOARD
        for kind, yuan in zip(("sell", "exchange", "buyback"), three, strict=True)
    ]
    prices.put_up(store=office, quotes=quotes, by=by)


def _stock(
    store: Store, by: User, dice: random.Random, *, pieces_of_kind: int, first: int
) -> list[Piece]:
    """Goods of every kind, laid into the trays of the counters in turn."""
    trays = list(Place.objects.filter(store=store, kind=PlaceKind.TRAY).order_by("pk"))
    rows = [
        _piece(kind, store, trays[index % len(trays)], dice, first + 1_000 * at + index)
        for at, kind in enumerate(KINDS)
        for index in range(pieces_of_kind)
    ]
    with changes.opened(store=store, by=by) as book:
        pieces.enter(rows=rows, book=book)
        for row in rows:
            _add_papers(row, dice)
        found = Piece.objects.filter(pk__in=[row.pk for row in rows])
        full = list(found.select_related("style", "store").prefetch_related("certificates"))
        pieces.put_on_sale(rows=full, book=book)
    return full


def _piece(kind: Kind, store: Store, tray: Place, dice: random.Random, number: int) -> Piece:
    net = dice.randint(*kind.grams) * 10
    carat = dice.choice((200, 250, 300, 350, 400, 500)) if kind.stone else 0
    style, _made = Style.objects.get_or_create(
        code=f"{kind.letter}{dice.randint(1, 60):04d}",
        defaults={
            "name": kind.name,
            "category": kind.category,
            "report_required": kind.metal != "Ag",
        },
    )
    fixed = not kind.labour
    return Piece(
        number=codes.piece_number(f"{number:09d}"),
        style=style,
        name=kind.name,
        category=kind.category,
        store=store,
        place=tray,
        metal=kind.metal,
        grade=kind.grade,
        content=kind.content,
        mark=kind.mark,
        gross_mg=net + carat // 5,
        net_mg=net,
        units=2 if kind.category == Category.EARRINGS else 1,
        ring_size=str(dice.randint(10, 20)) if kind.category == Category.RING else "",
        pricing=Pricing.FIXED if fixed else Pricing.WEIGHT,
        labour_kind="" if fixed else LabourKind.PER_GRAM,
        labour_value=kind.labour,
        price_cents=_fixed_price(kind, net, carat) if fixed else None,
    )


def _fixed_price(kind: Kind, net_mg: int, carat_mct: int) -> int:
    """A plausible tag: metal, stone and work, in whole yuan ending in 8."""
    per_gram = {"Au": 1_650, "Pt": 1_050, "Ag": 38}[kind.metal]
    yuan = net_mg * per_gram // 1_000 + carat_mct * 16
    return (yuan // 10 * 10 + 8) * 100


def _add_papers(piece: Piece, dice: random.Random) -> None:
    share = 62 if piece.pricing == Pricing.FIXED else 96
    worth = piece.price_cents or piece.net_mg * 1_000 // 10
    supplier = f"S{dice.randint(1, 9):02d}"
    Cost.objects.create(piece=piece, cents=worth * share // 100, supplier=supplier)
    carat = (piece.gross_mg - piece.net_mg) * 5
    if carat:
        Stone.objects.create(
            piece=piece,
            kind="diamond",
            weight_mct=carat,
            color=dice.choice("DEFGH"),
            clarity=dice.choice(("VVS1", "VVS2", "VS1", "VS2", "SI1")),
            cut=dice.choice(("EX", "VG")),
        )
    if piece.metal != "Ag":
        lab = "GIA" if carat and dice.random() < 0.3 else "NGTC"
        Certificate.objects.create(piece=piece, lab=lab, number=f"8{piece.number[:9]}")


def _trade(store: Store, people: dict[str, User], goods: list[Piece], dice: random.Random) -> None:
    """Two weeks at counters A and B: a shift a day, a few sales in each."""
    sellers = [people["lin"], people["zhao"]]
    left = dice.sample(goods, len(goods))
    for days_ago in range(DAYS - 1, 0, -1):
        for code, by in (("A", sellers[0]), ("B", sellers[1])):
            counter = _counter(store, code)
            with _at(_morning(days_ago)):
                shift = shifts.open_at(counter=counter, by=by)
            for hour in sorted(dice.sample(range(1, 11), dice.randint(1, 3))):
                with _at(_morning(days_ago) + timedelta(hours=hour, minutes=dice.randint(0, 59))):
                    _sell(counter, [left.pop() for _ in range(dice.choice((1, 1, 2)))], by, dice)
            if code == "A" and days_ago == demo_service.BEGUN_DAYS_AGO:
                with _at(_morning(days_ago) + timedelta(hours=11)):
                    demo_service.load_begun(counter=counter, people=people)
            with _at(_morning(days_ago) + timedelta(hours=12)):
                if days_ago > 1:
                    _close(shift, by=people["chen"])
                else:
                    _close_by_count(counter, by=by, witness=people["chen"])


def _close(shift: Shift, *, by: User) -> None:
    """The end of a day that was handed over on paper, before the shop counted with the system."""
    with changes.opened(store=shift.store, by=by) as book:
        shifts.close_in(shift=shift, book=book)


def _close_by_count(counter: Place, *, by: User, witness: User) -> None:
    """The last evening: at counter B one ring is not found."""
    lost = None
    if counter.code == "B":
        rings = Piece.objects.filter(place__parent=counter, category=Category.RING)
        lost = rings.filter(state=State.ON_SALE).order_by("number").first()
    demo_counts.close(counter=counter, by=by, witness=witness, lost=lost)


def _sell(counter: Place, rows: list[Piece], by: User, dice: random.Random) -> Sale:
    sale = bills.begin(counter=counter, by=by)
    for piece in rows:
        bills.add_piece(sale=sale, piece=piece, by=by)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    total = bills.total_cents(sale, bills.lines_of(sale))
    code = dice.choice(("cash", "wechat", "alipay", "card"))
    bills.put_down(
        sale=sale,
        tender=Tender.objects.get(code=code),
        given_cents=total,
        merchant_number="" if code == "cash" else f"4200{dice.randrange(10**24):024d}",
        by=by,
    )
    return sales.complete(sale=sale, shown_cents=total, by=by)


def _counter(store: Store, code: str) -> Place:
    return Place.objects.select_related("store").get(store=store, code=code)


def _morning(days_ago: int) -> datetime:
    """Half past nine in the shop, so many days ago; never later than now."""
    zone = ZoneInfo("Asia/Shanghai")
    day = datetime.now(zone).date() - timedelta(days=days_ago)
    return min(datetime.combine(day, time(9, 30), tzinfo=zone), datetime.now(zone))


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """Trades with the clock set back; the rules ask nothing but `timezone.now()`."""
    with patch.object(timezone, "now", lambda: moment):
        yield
