"""Pieces that go from hand to hand: what a tablet has scanned for the next transfer."""

from dataclasses import asdict, dataclass, field

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _

from counter import clerks
from counter.models import Clerk, Shift
from inventory import queries as stock
from inventory import transfers
from inventory.ground import codes
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Tally
from inventory.models import Piece, Place, PlaceKind, Store

IN_SESSION = "transfer"
MOST_PIECES = 200
# so many other stores can be tapped; where there are more, the code is scanned or typed
MOST_STORES = 12


class AlreadyListed(RuleBroken):
    code = "already_listed"
    tone = "scan-already"
    sentence = _("This piece is already in the list.")


class ListFull(RuleBroken):
    code = "list_full"
    status = 422
    sentence = _("A transfer takes up to 200 pieces. Hand these over first.")


@dataclass
class Draft:
    """Numbers of pieces, and the code of a place or of another store. It lives in the session
    until the receiver's PIN is right; nothing has moved before that."""

    numbers: list[str] = field(default_factory=list)
    to: str = ""
    store: str = ""

    @classmethod
    def of(cls, session: SessionBase) -> "Draft":
        return cls(**session.get(IN_SESSION, {}))

    def keep(self, session: SessionBase) -> None:
        session[IN_SESSION] = asdict(self)

    def add(self, piece: Piece, *, store: Store) -> None:
        """Puts a piece on the list. Refused when it is there already, belongs to another store or
        lies in no place."""
        if piece.number in self.numbers:
            raise AlreadyListed
        if piece.store_id != store.pk:
            raise stock.OtherStore
        if piece.state not in transfers.MOVABLE:
            raise transfers.NotMovable(piece)
        if len(self.numbers) >= MOST_PIECES:
            raise ListFull
        self.numbers.append(piece.number)


@dataclass(frozen=True)
class Moving:
    """All that the page of a new transfer shows."""

    rows: list[Piece]
    to: Place | None
    counters: list[Place]
    counter: Place | None  # whose trays can be tapped
    inside: list[Place]
    elsewhere: list[Place]  # the safe, the bench
    to_store: Store | None
    stores: list[Store]  # that can be tapped
    receivers: list[Clerk]
    receiver: User | None  # who most likely takes over

    @property
    def tally(self) -> Tally:
        total = Tally()
        for piece in self.rows:
            total.add(metal=piece.metal, fineness=piece.grade, net_mg=piece.net_mg)
        return total


def moving_of(draft: Draft, *, store: Store, by: User, at: Place | None, shown: str) -> Moving:
    """Reads a draft (7 queries, and one for another store). `at`: the counter where `by` stands;
    `shown`: the code of the counter whose trays are asked for."""
    places = list(stock.places_to_move_to(store).select_related("parent"))
    by_code = {place.code: place for place in places}
    to = by_code.get(draft.to)
    counters = [place for place in places if place.kind == PlaceKind.COUNTER]
    counter = _counter_shown(counters, by_code.get(shown), to, at)
    return Moving(
        rows=_pieces_of(draft, store=store, by=by),
        to=to,
        counters=counters,
        counter=counter,
        inside=[place for place in places if counter and place.parent_id == counter.pk],
        elsewhere=[place for place in places if place.counter is None],
        to_store=store_scanned(store, draft.store) if draft.store else None,
        stores=_stores(store),
        receivers=list(clerks.of_store(store)),
        receiver=_holder_of(to),
    )


def place_scanned(store: Store, text: str) -> Place | None:
    """The place of this store with this code, if it is one."""
    code = codes.half_width(text).strip()
    return stock.places_to_move_to(store).filter(code__iexact=code).first()


def store_scanned(store: Store, text: str) -> Store | None:
    """Another store with this code, if it is one."""
    code = codes.half_width(text).strip()
    return Store.objects.exclude(pk=store.pk).filter(code__iexact=code).first()


def _stores(store: Store) -> list[Store]:
    """The other stores of a small house."""
    others = list(Store.objects.exclude(pk=store.pk)[: MOST_STORES + 1])
    return others if len(others) <= MOST_STORES else []


def _pieces_of(draft: Draft, *, store: Store, by: User) -> list[Piece]:
    """In the order in which they were scanned."""
    rows = stock.with_facts(stock.pieces_for(by)).filter(store=store, number__in=draft.numbers)
    return sorted(rows, key=lambda piece: draft.numbers.index(piece.number))


def _counter_shown(
    counters: list[Place], asked: Place | None, to: Place | None, at: Place | None
) -> Place | None:
    """The counter that was tapped, else that of the chosen place, else where the clerk stands."""
    for place in (asked, to, at):
        if place is not None and place.counter in counters:
            return place.counter
    return counters[0] if counters else None


def _holder_of(to: Place | None) -> User | None:
    """Who has the shift at the counter that the pieces go to."""
    if to is None or to.counter is None:
        return None
    rows = Shift.objects.filter(counter=to.counter, closed_at__isnull=True)
    shift = rows.filter(set_aside_at__isnull=True).select_related("opened_by").first()
    return shift.opened_by if shift else None
