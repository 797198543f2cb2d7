"""A clerk at an own counter: what lies there, what was sold and paid, as the clerk remembers it."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from tests.faults.tablet import Scanner, Session, Tablet

CHARM_CENTS = 9_800
CASH, WECHAT = "cash", "wechat"
MANAGER = "wang"


@dataclass(frozen=True)
class Stock:
    """A piece as its label says. `cents`: its price, or None when it goes by weight; `called`: its
    name where it is no charm and no necklace."""

    number: str
    cents: int | None = CHARM_CENTS
    called: str = ""

    @property
    def name(self) -> str:
        if self.called:
            return self.called
        return "足金项链" if self.cents is None else "银925吊坠"


@dataclass
class Bill:
    """An open bill: its address, what is on it, and what was put down for it."""

    at: str
    pieces: list[Stock]
    paid: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether the clerk knows the total without looking at the screen."""
        return all(piece.cents is not None for piece in self.pieces)

    @property
    def sum_cents(self) -> int:
        return sum(piece.cents or 0 for piece in self.pieces)


@dataclass
class Sold:
    """A completed sale; `voided` when it was taken back, `returned` the number of the return with
    which all of its pieces came back."""

    number: str
    pieces: list[Stock]
    paid: list[tuple[str, int]]
    voided: bool = False
    returned: str = ""

    @property
    def stands(self) -> bool:
        """Whether the customer has the goods and the shop the money."""
        return not self.voided and not self.returned

    @property
    def total_cents(self) -> int:
        return sum(cents for _tender, cents in self.paid)


@dataclass
class Brought:
    """Old gold that a customer brought in: its address, who took it in, how far it came, what it
    pays or was bought for, and the seal under which it lies."""

    at: str
    by: Session
    state: str = "received"
    pays: Bill | None = None
    bought_cents: int = 0
    seal: str = ""

    @property
    def number(self) -> str:
        return self.at.strip("/").removeprefix("trade-ins/")

    def state_now(self, open_bills: list[Bill]) -> str:
        """Settled with the bill that it pays, once that is completed."""
        paid = self.pays is not None and all(bill is not self.pays for bill in open_bills)
        return "settled" if paid and self.state == "accepted" else self.state


@dataclass
class Served:
    """A ticket of the service desk: its address, how far it came, how often it was weighed, and the
    card that bore the work."""

    at: str
    state: str
    weighed: int = 0
    card: str = ""

    @property
    def number(self) -> str:
        return self.at.strip("/").removeprefix("tickets/")


@dataclass
class Kept:
    """A piece that a customer has reserved with a deposit: how far it came, and on which sales."""

    piece: Stock
    state: str = "begun"
    taken_on: str = ""
    sold_on: str = ""


@dataclass
class Counted:
    """A stocktake of the clerk's own tray: its address, and the labels that were read."""

    at: str
    labels: list[str]
    is_published: bool = False

    @property
    def number(self) -> str:
        return self.at.strip("/").removeprefix("stocktakes/")


@dataclass
class Ordered:
    """An order in the clerk's queue: how far it came, what arrived, and its bill."""

    number: str
    state: str = "transferred"
    pieces: list[Stock] = field(default_factory=list)
    bill: Bill | None = None

    def state_now(self, sales: list[Sold]) -> str:
        """Handed over with its bill, once that is completed."""
        bill = self.bill
        paid = bill is not None and any(sold.pieces is bill.pieces for sold in sales)
        return "handed_over" if paid else self.state


@dataclass(frozen=True)
class Place:
    """Where a clerk works and with whom: the two who hand over to each other, and the chief.
    `key`: of the scanner beside the tablet; `orders`: those that the clerk follows."""

    store: str
    counter: str
    clerk: str
    partner: str
    chief: str
    pins: dict[str, str]
    float_cents: int
    key: str
    orders: tuple[str, ...] = ()

    @property
    def tray(self) -> str:
        return f"{self.counter}-01"


class Clerk:
    """The tablet, its two sessions, and the clerk's own memory."""

    def __init__(self, tablet: Tablet, place: Place, stars: list[str]) -> None:
        self.tablet, self.dice, self.place = tablet, tablet.dice, place
        self.stars = list(stars)  # pieces at another counter that every clerk wants
        self.session = Session(tablet, place.clerk)
        self.office = Session(tablet, "head")
        self.chief = Session(tablet, place.chief)
        self.scanner = Scanner(tablet, place.key)
        self.imported: list[Stock] = []
        self.lying: dict[str, Stock] = {}
        self.bills: list[Bill] = []
        self.begun: set[str] = set()
        self.given_up = 0
        self.brought: list[Brought] = []
        self.bought: list[Brought] = []  # for money, at the chief's counter
        self.served: list[Served] = []
        self.kept: list[Kept] = []  # at the chief's counter
        self.sales: list[Sold] = []
        self.shift_sales: list[Sold] = []
        self.on_duty = place.clerk
        self.drawer_cents = place.float_cents
        self.slips: Counter[str] = Counter()
        self.slip_cents: Counter[str] = Counter()
        self.sheets: list[str] = []
        self.sent: list[str] = []  # parcels to the other store that did not go after all
        self.counted: list[Counted] = []
        self.prices_set = 0
        self.merchant_numbers = 0
        self.feed: list[tuple[int, str]] = []  # links of the chain as the scanner pulled them
        self.cursor = ""
        self.cards: dict[str, str] = {}  # number of a sale to the number of a card
        self.session.post(f"/shifts/{place.counter}/open/")

    @cached_property
    def manager(self) -> Session:
        """Who opens and publishes a stocktake."""
        return Session(self.tablet, MANAGER)

    @cached_property
    def ordered(self) -> list[Ordered]:
        """What the clerk follows from the first day on."""
        return [Ordered(number) for number in self.place.orders]

    def state_of(self, piece: Stock) -> str:
        """As the books must have it, for a piece of the clerk's own lists."""
        if piece.number not in self.lying:
            return "sold"
        on_bills = any(piece in bill.pieces for bill in self.bills)
        on_bills |= any(piece == kept.piece for kept in self.kept)
        return "held" if on_bills else "on_sale"

    def free(self) -> list[Stock]:
        """What lies in the tray and is on no bill."""
        on_bills = {piece.number for bill in self.bills for piece in bill.pieces}
        on_bills |= {kept.piece.number for kept in self.kept}
        return [piece for piece in self.lying.values() if piece.number not in on_bills]

    def book_payment(self, tender: str, cents: int) -> None:
        """Money in, or with a minus sign out, as it must be found at the next count."""
        if tender == CASH:
            self.drawer_cents += cents
        else:
            self.slips[tender] += 1
            self.slip_cents[tender] += cents
