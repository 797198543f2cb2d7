"""留货: a piece that is set aside for a customer against a deposit. It lies in its tray, is counted
like every held piece, and only that customer's bill takes it until its day has passed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import Customer, Deposit, DepositState, Sale
from counter.showroom import kept_pieces
from inventory import holds, pieces
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Piece, Place, State


class PieceReserved(RuleBroken):
    code = "piece_reserved"

    def __init__(self, deposit: Deposit) -> None:
        told = {
            "who": deposit.customer.masked_phone,
            "until": date_format(timezone.localtime(deposit.until), "Y-m-d"),
        }
        super().__init__(
            _(
                "This piece is reserved for %(who)s, with a deposit, until %(until)s. Put that "
                "customer on the bill first."
            )
            % told,
            next_url=f"/deposits/{deposit.uuid}/",
            next_label=_("See the deposit"),
        )


class ReservedElsewhere(RuleBroken):
    """Another bill took the piece over while the deposit was being paid."""

    code = "reserved_elsewhere"
    sentence = gettext_lazy("Another bill holds this piece now. Take the deposit off the bill.")


def check_free(*, piece: Piece, sale: Sale) -> None:
    """Refused while another bill holds the piece, or a deposit of somebody else (1 query)."""
    try:
        holds.check_free(piece=piece, bill=sale.uuid)
    except holds.HeldElsewhere as refusal:
        rows = Deposit.objects.filter(uuid=refusal.hold.bill).select_related("customer")
        for deposit in rows:
            if deposit.customer_id == sale.customer_id:
                return
            raise PieceReserved(deposit) from refusal
        if not kept_pieces.is_for_bill(refusal.hold, piece=piece, sale=sale):
            raise


def claim(*, sale: Sale, piece: Piece) -> bool:
    """A locked piece that is reserved for the customer of a bill is held for the bill now; False:
    nobody has reserved it. Refused while it is reserved for somebody else."""
    if kept_pieces.claim(sale=sale, piece=piece):
        return True
    if piece.state != State.HELD:
        return False
    rows = Deposit.objects.filter(piece=piece, state=DepositState.OPEN, until__gte=timezone.now())
    for deposit in rows.select_related("customer"):
        if piece.pk not in holds.live_for(bill=deposit.uuid, ids=[piece.pk]):
            continue
        if deposit.customer_id != sale.customer_id:
            raise PieceReserved(deposit)
        return holds.pass_on(piece=piece, old=deposit.uuid, new=sale.uuid)
    return False


def check_named(*, sale: Sale, customer: Customer | None) -> None:
    """Refused when a locked bill has a piece of an order and is to be somebody else's (1 query)."""
    kept_pieces.check_named(sale=sale, customer=customer)


def let_go(*, sale: Sale, rows: Sequence[Piece], book: Book) -> None:
    """An open bill no longer wants these locked pieces: those with a deposit are reserved again,
    the others free."""
    held = [piece.pk for piece in rows if piece.state == State.HELD]
    kept = kept_pieces.let_go(sale=sale, rows=[piece for piece in rows if piece.pk in held])
    open_ones = Deposit.objects.filter(piece__in=held, state=DepositState.OPEN)
    for deposit in open_ones.filter(until__gte=timezone.now()).select_related("piece"):
        piece = deposit.piece
        if piece is not None and holds.pass_on(piece=piece, old=sale.uuid, new=deposit.uuid):
            kept.add(piece.pk)
    holds.end(rows=[piece for piece in rows if piece.pk not in kept], bill=sale.uuid, book=book)


def check_held(piece: Piece, *, bill: UUID) -> None:
    """Refused when another bill took the piece over meanwhile."""
    if piece.pk not in holds.live_for(bill=bill, ids=[piece.pk]):
        raise ReservedElsewhere


def reserve(deposit: Deposit, *, was: UUID | None, counter: Place, book: Book) -> None:
    """The piece of a deposit is set aside until its day; nothing for an order, and nothing when the
    piece is not there any more. `was`: the bill that held it until now."""
    if deposit.piece_id is None:
        return
    (piece,) = pieces.lock([deposit.piece_id])
    if was is not None:
        holds.pass_on(piece=piece, old=was, new=deposit.uuid)
    if piece.state in {State.ON_SALE, State.HELD}:
        piece.store = deposit.store
        holds.reserve(
            piece=piece, bill=deposit.uuid, counter=counter, until=deposit.until, book=book
        )


def release(rows: Iterable[Deposit], *, book: Book) -> None:
    """Deposits that are kept no longer set nothing aside."""
    for deposit in rows:
        if deposit.piece_id is not None:
            holds.end(rows=pieces.lock([deposit.piece_id]), bill=deposit.uuid, book=book)
