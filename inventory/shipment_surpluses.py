"""A piece too many: it lay in a parcel and is not on its slip. It is in the book of some store, and
nothing is guessed about it: that it was there is written down, and later what became of it."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from inventory.ground import access, changes
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Piece, Shipment, ShipmentSurplus, Store, StoreKind, SurplusOutcome
from inventory.queries import Who


class SurplusSettled(RuleBroken):
    code = "surplus_settled"

    def __init__(self, surplus: ShipmentSurplus) -> None:
        told = {"number": surplus.piece.number}
        super().__init__(_("It is written down already what became of %(number)s.") % told)


class NotInOurBook(RuleBroken):
    """The piece is here, and the books have it elsewhere."""

    code = "not_in_our_book"

    def __init__(self, piece: Piece) -> None:
        told = {"number": piece.number, "store": piece.store}
        super().__init__(
            _(
                "Piece %(number)s is still in the book of %(store)s. That store sends it with a "
                "slip of its own, and it is received with that."
            )
            % told,
            field="outcome",
        )


class InOurBook(RuleBroken):
    code = "in_our_book"

    def __init__(self, piece: Piece) -> None:
        told = {"number": piece.number}
        super().__init__(
            _("Piece %(number)s is in the book of this store. Send it with a slip.") % told,
            field="outcome",
        )


def note(*, shipment: Shipment, rows: Sequence[Piece], book: Book) -> list[ShipmentSurplus]:
    """These pieces lay in a locked parcel beside those of its slip; each is written down once."""
    before = set(shipment.surpluses.values_list("piece", flat=True))
    new = [
        ShipmentSurplus(shipment=shipment, store=book.store, piece=piece, at=book.at)
        for piece in rows
        if piece.pk not in before
    ]
    return book.write(new, kind="shipment_surplus", number=shipment.number) if new else []


def settle(*, surplus: ShipmentSurplus, outcome: str, remark: str, by: User) -> ShipmentSurplus:
    """What became of a piece too many, in words: it is in our book by now, or it went back to its
    store. Refused: to a role without the right, to people of another store than the one that
    opened the parcel, without words, what the books say otherwise, and the second time."""
    access.refuse_unless(by, "settle_shipments", store=surplus.store)
    if not remark.strip():
        raise BadField(_("Say in a few words how you know."), field="remark")
    with changes.opened(store=surplus.store, by=by) as book:
        if ShipmentSurplus.objects.filter(settles=surplus).exists():
            raise SurplusSettled(surplus)
        piece = Piece.objects.select_related("store").get(pk=surplus.piece_id)
        is_ours = piece.store_id == surplus.store_id
        if outcome == SurplusOutcome.HERE and not is_ours:
            raise NotInOurBook(piece)
        if outcome == SurplusOutcome.BACK and is_ours:
            raise InOurBook(piece)
        row = ShipmentSurplus(
            shipment=surplus.shipment,
            store=surplus.store,
            piece=piece,
            outcome=SurplusOutcome(outcome),
            remark=remark.strip()[:200],
            settles=surplus,
            at=book.at,
        )
        book.write([row], kind="shipment_surplus_settled", number=surplus.shipment.number)
    return row


def of_shipment(shipment: Shipment) -> QuerySet[ShipmentSurplus]:
    """What lay in a parcel beside its slip, each with what became of it (1 query)."""
    rows = shipment.surpluses.filter(settles=None)
    return rows.select_related("store", "piece__store", "change__by", "settled_by__change__by")


def open_at(user: Who, store: Store) -> QuerySet[ShipmentSurplus]:
    """Pieces too many of which nobody has said what became of them, at either end of their parcels;
    for head office, of all stores (1 query)."""
    rows = access.visible(ShipmentSurplus.objects.filter(settles=None, settled_by=None), user)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store)
    return rows.select_related("shipment", "store", "piece__store").order_by("pk")
