"""Reads of the book of pieces. Who may see a row is decided here, in the getter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.counted import Veil
from inventory.ground import access, codes
from inventory.ground.codes import Code, CodeKind
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Tally
from inventory.models import (
    Certificate,
    Movement,
    Piece,
    Place,
    PlaceKind,
    Reason,
    State,
    Store,
    StoreKind,
    Transfer,
)

Who = User | AnonymousUser
SHORTEST_SEARCH = 4
ROWS = 50
# lying in a place and to be counted there; a missing piece keeps the place it was lost from
LYING = (State.RECEIVED, State.ON_SALE, State.HELD, State.RETURNED)


class UnknownBarcode(RuleBroken):
    code = "unknown_barcode"
    status = 404
    sentence = gettext_lazy("No piece of this store has this code. Nothing was added.")


class WrongDigit(RuleBroken):
    """A check digit does not match; nothing is guessed."""

    code = "wrong_check_digit"
    status = 422

    def __init__(self, code: Code) -> None:
        told = {"n": code.wrong_digit}
        super().__init__(
            _("Digit %(n)d of the number does not match. Scan again or type it.") % told,
            digit=code.wrong_digit,
        )


class OtherStore(RuleBroken):
    code = "other_store"
    status = 404
    sentence = gettext_lazy("This piece does not belong to this store.")


def with_facts(rows: QuerySet[Piece]) -> QuerySet[Piece]:
    """Pieces with all that a row on a screen shows (3 queries)."""
    return rows.select_related("style", "store", "place__parent").prefetch_related(
        "stones", "certificates"
    )


def pieces_for(user: Who) -> QuerySet[Piece]:
    return access.visible(Piece.objects.all(), user)


def piece_for(user: Who, number: str) -> Piece:
    """A piece of a store this person may see, else 404."""
    return get_object_or_404(with_facts(pieces_for(user)), number=number)


def find_scanned(user: Who, text: str) -> Piece:
    """The piece behind whatever a scanner delivered: a known bar code first, else our number.

    Refused: a number whose check digit does not match (which one), an unknown code.
    """
    code = codes.read(text)
    mine = with_facts(pieces_for(user))
    found = mine.filter(Q(barcode=code.value) | Q(number=code.value) | Q(epc=code.value)).first()
    if found is not None:
        return found
    if code.kind == CodeKind.PIECE and code.wrong_digit:
        raise WrongDigit(code)
    raise UnknownBarcode


def search(user: Who, text: str) -> QuerySet[Piece]:
    """Pieces by number, last four or more digits, style, certificate or name."""
    plain = codes.read(text).value or text.strip()
    rows = with_facts(pieces_for(user))
    if not plain:
        return rows.none()
    found = Q(style__code__istartswith=plain) | Q(name__icontains=plain)
    if len(plain) >= SHORTEST_SEARCH:
        # no join: a piece with two reports is one piece, also where it is counted
        reported = Certificate.objects.filter(number=plain).values("piece")
        found |= Q(number__endswith=plain) | Q(barcode=plain) | Q(pk__in=reported)
    return rows.filter(found)


@dataclass(frozen=True)
class Wanted:
    """What a list of pieces shows; an empty field means any."""

    text: str = ""
    states: tuple[str, ...] = ()
    place: Place | None = None
    category: str = ""


def pieces_wanted(user: Who, *, store: Store, wanted: Wanted, veil: Veil) -> QuerySet[Piece]:
    """The pieces of a store, or from head office those of all stores, that fit every word; a
    counter stands for everything that lies in its trays. Under a veil: refused by a place that is
    being counted; words find what is counted there, and without words it is left out."""
    if wanted.place:
        veil.check_list([wanted.place])
    rows = search(user, wanted.text) if wanted.text else with_facts(pieces_for(user))
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.place:
        rows = rows.filter(Q(place=wanted.place) | Q(place__parent=wanted.place))
    if wanted.category:
        rows = rows.filter(category=wanted.category)
    if not wanted.text:
        rows = veil.lifted_from(rows)
    return rows.order_by("number")


def pieces_numbered(user: Who, numbers: Sequence[str]) -> list[Piece]:
    """These pieces in this order; 404 when one of them is not of a store this person may see."""
    found = {row.number: row for row in with_facts(pieces_for(user)).filter(number__in=numbers)}
    if not set(numbers) <= set(found):
        raise Http404
    return [found[number] for number in numbers]


def tally(rows: QuerySet[Piece]) -> Tally:
    """Pieces and grams per metal class of many pieces, summed in the database (1 query)."""
    total = Tally()
    grouped = rows.order_by().values("metal", "grade").annotate(n=Count("pk"), mg=Sum("net_mg"))
    for group in grouped:
        total.add(
            metal=group["metal"],
            fineness=group["grade"],
            net_mg=group["mg"],
            pieces=group["n"],
        )
    return total


@dataclass(frozen=True)
class LifeEvent:
    """One line of a piece's life, ready to be read."""

    at: datetime
    who: str
    what: str
    from_place: Place | None
    to_place: Place | None
    number: str
    counter: Place | None


def life_of(piece: Piece) -> list[LifeEvent]:
    """Every movement of a piece, newest first (1 query)."""
    rows = Movement.objects.filter(piece=piece).select_related(
        "change__by", "from_place__parent", "to_place__parent", "at_counter", "transfer"
    )
    return [
        LifeEvent(
            at=row.change.at,
            who=row.change.by.first_name or row.change.by.username,
            what=row.get_reason_display(),
            from_place=row.from_place,
            to_place=row.to_place,
            number=row.transfer.number if row.transfer else _document_of(row),
            counter=row.at_counter,
        )
        for row in rows.order_by("-change__seq")
    ]


def _document_of(row: Movement) -> str:
    return row.change.number if row.change.number != row.piece.number else ""


def sold_from_trays_of(counter: Place, *, since: datetime) -> QuerySet[Movement]:
    """Pieces of this counter's trays that another counter sold: the owner sees it at once."""
    rows = Movement.objects.filter(
        reason=Reason.SOLD, from_place__parent=counter, change__at__gte=since
    )
    elsewhere = rows.exclude(at_counter=counter).filter(piece__state=State.SOLD)
    return elsewhere.select_related("piece", "from_place", "at_counter", "change__by")


def lent_now(store: Store, *, since: datetime | None = None) -> QuerySet[Movement]:
    """Pieces lent to another counter, since a moment or ever, that are not back: nothing has
    moved them after that. Begins with the pieces that lie in the store, not with its history."""
    moved_on = Movement.objects.filter(
        piece=OuterRef("piece"), pk__gt=OuterRef("pk"), transfer__isnull=False
    )
    rows = Movement.objects.filter(
        ~Exists(moved_on),
        reason=Reason.LENT,
        # a list of its own: joined, SQLite would read all pieces that were ever sold
        piece__in=Piece.objects.filter(store=store, state__in=LYING),
        # through the piece, whose movements are few: into a place there are ever more of them
        piece__place_id=Coalesce("to_place_id", 0),
    )
    if since is not None:
        rows = rows.filter(change__at__gte=since)
    return rows.select_related(
        "piece", "from_place__parent", "to_place__parent", "change__by", "transfer"
    )


def counters_of(store: Store) -> QuerySet[Place]:
    return Place.objects.filter(store=store, kind=PlaceKind.COUNTER)


def places_to_move_to(store: Store) -> QuerySet[Place]:
    return Place.objects.filter(store=store).exclude(kind=PlaceKind.VIRTUAL)


def transfers_for(user: Who) -> QuerySet[Transfer]:
    """Transfers of the stores this person may see, newest first."""
    rows = access.visible(Transfer.objects.all(), user)
    full = rows.select_related("store", "to_place__parent", "sender", "receiver")
    return full.order_by("-pk")


def transfer_for(user: Who, number: str) -> Transfer:
    return get_object_or_404(transfers_for(user), number=number)


def stores_for(user: Who) -> QuerySet[Store]:
    return access.visible(Store.objects.all(), user, store="pk")
