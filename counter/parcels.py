"""A parcel of another store on the table: what a tablet has scanned from it so far. Nobody here
knows what should be in it; the slip is read when the list is handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.utils import timezone

from appraisal import verification
from appraisal.verification import NoTolerance
from counter import clerks
from counter.models import Clerk
from counter.moving import MOST_PIECES, AlreadyListed, ListFull
from inventory import queries as stock
from inventory import shipment_arrivals
from inventory.ground import codes
from inventory.ground.codes import CodeKind
from inventory.models import Piece, Place, Shipment
from inventory.shipment_arrivals import Found

IN_SESSION = "parcels"


@dataclass
class Draft:
    """Numbers of pieces in the order of the scans. It lives in the session until the receiver's
    PIN is right."""

    shipment: str
    read: list[str] = field(default_factory=list)
    to: str = ""  # the code of a place

    @classmethod
    def of(cls, session: SessionBase, shipment: Shipment) -> "Draft":
        kept = session.get(IN_SESSION, {}).get(shipment.number, {})
        return cls(shipment.number, kept.get("read", []), kept.get("to", ""))

    def keep(self, session: SessionBase) -> None:
        others = {k: v for k, v in session.get(IN_SESSION, {}).items() if k != self.shipment}
        mine = {self.shipment: {"read": self.read, "to": self.to}} if self.read or self.to else {}
        session[IN_SESSION] = {**others, **mine}

    def add(self, number: str) -> None:
        """Refused when it was read before, and beyond 200 pieces."""
        if number in self.read:
            raise AlreadyListed
        if len(self.read) >= MOST_PIECES:
            raise ListFull
        self.read.append(number)


@dataclass(frozen=True)
class Opening:
    """All that the page of a parcel shows to whoever scans it."""

    shipment: Shipment
    draft: Draft
    rows: list[tuple[str, int | None]]  # what was read, with the milligrams that it weighed last
    places: list[Place]
    receivers: list[Clerk]


def opening_of(draft: Draft, shipment: Shipment) -> Opening:
    """Reads a draft (3 queries)."""
    weights = shipment_arrivals.weights_of(shipment)
    return Opening(
        shipment=shipment,
        draft=draft,
        rows=[(number, _last(weights, number)) for number in draft.read],
        places=list(stock.places_to_move_to(shipment.to_store)),
        receivers=list(clerks.of_store(shipment.to_store)),
    )


def place_scanned(shipment: Shipment, text: str) -> Place | None:
    """The place of the receiving store with this code, if it is one."""
    code = codes.half_width(text).strip()
    return stock.places_to_move_to(shipment.to_store).filter(code__iexact=code).first()


def number_scanned(text: str) -> str:
    """The number of whatever piece of the house was scanned: it still belongs to another store, and
    nothing but its number is told. Refused: a wrong check digit, an unknown code."""
    code = codes.read(text)
    same = Q(barcode=code.value) | Q(number=code.value) | Q(epc=code.value)
    found = Piece.objects.filter(same).values_list("number", flat=True).first()
    if found is not None:
        return found
    if code.kind == CodeKind.PIECE and code.wrong_digit:
        raise stock.WrongDigit(code)
    raise stock.UnknownBarcode


def found_in(opening: Opening) -> list[Found]:
    """What was read, for the rule; each weight is held against the label by the tolerance of the
    goods (1 query, and one for each weight)."""
    rows = {row.number: row for row in Piece.objects.filter(number__in=opening.draft.read)}
    return [
        Found(rows[number], mg, is_off=mg is not None and _is_off(rows[number], mg))
        for number, mg in opening.rows
    ]


def weigh(draft: Draft, shipment: Shipment, number: str, *, mg: int, by: User) -> None:
    """One of the scanned pieces was put on the scale; of others nothing is put down."""
    if number in draft.read:
        piece = Piece.objects.get(number=number)
        shipment_arrivals.weigh(shipment=shipment, piece=piece, mg=mg, by=by)


def people_of(shipment: Shipment) -> dict[str, User]:
    """Who may sign for the parcel, by their names at sign-in."""
    return {clerk.user.username: clerk.user for clerk in clerks.of_store(shipment.to_store)}


def _last(weights: Mapping[str, Sequence[int]], number: str) -> int | None:
    return weights[number][-1] if number in weights else None


def _is_off(piece: Piece, mg: int) -> bool:
    """Any difference counts where no edition says what the goods allow."""
    today = timezone.localdate()
    try:
        row = verification.tolerance(metal=piece.metal, label_mg=piece.gross_mg, on=today)
    except NoTolerance:
        return mg != piece.gross_mg
    return verification.agrees(row=row, label_mg=piece.gross_mg, mg=mg) != "pass"
