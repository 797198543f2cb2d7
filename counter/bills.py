"""The open bill: what the customer wants, at today's prices, and what they pay it with.

Several bills may be open at a counter at once (挂单); each holds its pieces.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import (
    cash_watch,
    for_sale,
    line_prices,
    made_to_order,
    payments,
    reserved_pieces,
    settled_weights,
    store_credit,
)
from counter.models import (
    Customer,
    DepositLine,
    LineSeller,
    Sale,
    SaleLine,
    SaleState,
    ServiceLine,
    Tender,
    Tendered,
    TenderKind,
)
from inventory import holds, pieces
from inventory.ground import changes, measures, settings_rows, statements
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.ground.statements import Asked
from inventory.models import Piece, Place

MOST_LINES = 50

POSITIONS = "SELECT piece_id, position FROM counter_saleline WHERE sale_id = %s"


class BillMoved(RuleBroken):
    """The bill is no longer in the state that this act needs."""

    code = "bill_moved"
    sentence = gettext_lazy("This bill has been completed already. Nothing was changed.")


class BillGone(RuleBroken):
    code = "bill_gone"
    sentence = gettext_lazy("This bill has been given up. Its pieces are free again.")


class LineGone(RuleBroken):
    code = "line_gone"
    sentence = gettext_lazy("This line is no longer on the bill. Nothing was changed.")


class AlreadyOnBill(RuleBroken):
    code = "already_on_bill"
    tone = "scan-already"
    sentence = gettext_lazy("This piece is on this bill already.")


class EmptyBill(RuleBroken):
    code = "empty_bill"
    status = 422
    sentence = gettext_lazy("There is nothing on this bill yet.")


class FullBill(RuleBroken):
    code = "full_bill"
    status = 422
    sentence = gettext_lazy("A bill takes up to 50 pieces.")


class MoneyOnBill(RuleBroken):
    code = "money_on_bill"
    sentence = gettext_lazy("Give the money back and take it off the bill first.")


class OldGoldNeedsOffer(RuleBroken):
    code = "old_gold_needs_offer"
    status = 422
    sentence = gettext_lazy("Old gold pays by an offer that the customer has signed.")


class ReturnNeedsCheck(RuleBroken):
    code = "return_needs_check"
    status = 422
    sentence = gettext_lazy("A returned piece pays by a return that was checked.")


class DepositNeedsChoice(RuleBroken):
    code = "deposit_needs_choice"
    status = 422
    sentence = gettext_lazy("Choose the deposit that is to be credited.")


class RoundingTooLarge(BadField):
    code = "rounding_too_large"


def begin(*, counter: Place, by: User) -> Sale:
    """A new open bill at a counter. Refused to a role that does not sell."""
    if not by.has_perm("sell"):
        raise NotAllowed
    return Sale.objects.create(
        store=counter.store, counter=counter, opened_by=by, opened_at=timezone.now()
    )


def add_piece(*, sale: Sale, piece: Piece, by: User) -> SaleLine:
    """Puts a piece on the bill at today's price and holds it. Refused: twice on one bill, sold,
    held by another bill, another store's, without a price on the board."""
    with changes.opened(store=sale.store, by=by) as book:
        # of many who waited for one piece all but one are refused here, and let the next one in
        if piece.store_id == sale.store_id:
            reserved_pieces.check_free(piece=piece, sale=sale)
        sale = lock_open(sale)
        piece = _lock_piece(piece)
        positions: dict[int, int] = dict(statements.fetch(POSITIONS, [sale.pk]))
        if len(positions) >= MOST_LINES:
            raise FullBill
        if piece.pk in positions:
            if _held_for(sale, piece):
                raise AlreadyOnBill
            # it lost its piece to another bill and got it back: the line begins anew
            SaleLine.objects.filter(sale=sale, piece=piece).delete()
        for_sale.check(piece=piece, sale=sale)
        if not reserved_pieces.claim(sale=sale, piece=piece):
            holds.take(piece=piece, bill=sale.uuid, counter=sale.counter, book=book)
        round_anew(sale)
        position = max(positions.values(), default=0) + 1
        return _write_line(sale=sale, piece=piece, position=position, by=by)


def remove_piece(*, sale: Sale, line: SaleLine, by: User) -> None:
    """Takes a line off the open bill and lets the piece go. Refused after completion."""
    with changes.opened(store=sale.store, by=by) as book:
        sale = lock_open(sale)
        locked = pieces.lock([line.piece_id])
        reserved_pieces.let_go(sale=sale, rows=locked, book=book)
        SaleLine.objects.filter(pk=line.pk, sale=sale).delete()
        round_anew(sale)


def give_up(*, sale: Sale, by: User) -> None:
    """The customer leaves: the pieces are free again and the open bill is gone. Refused while
    money lies on it."""
    with changes.opened(store=sale.store, by=by) as book:
        sale = lock_open(sale)
        if Tendered.objects.filter(sale=sale).exists():
            raise MoneyOnBill
        on_it = sale.lines.values_list("piece_id", flat=True)
        set_aside = sale.deposits.filter(piece__isnull=False).values_list("piece_id", flat=True)
        locked = pieces.lock(sorted({*on_it, *set_aside}))
        reserved_pieces.let_go(sale=sale, rows=locked, book=book)
        sale.delete()


@transaction.atomic
def refresh_prices(*, sale: Sale, by: User) -> Sale:
    """Takes today's board for every line, after the clerk has seen that the total changed."""
    sale = lock_open(sale)
    for line in lines_of(sale):
        line.sale = sale
        line_prices.put(line, net_mg=settled_weights.counting_mg(line))
    round_anew(sale)
    return sale


def put_weight(*, line: SaleLine, net_mg: int) -> None:
    """So many net milligrams count for a locked line from now on; `line_weights` says when."""
    line.net_mg = net_mg
    line_prices.put(line, net_mg=net_mg)
    round_anew(line.sale)


@transaction.atomic
def extend_holds(*, sale: Sale, by: User) -> Sale:
    """Every piece of the bill is held anew from now."""
    for line in lines_of(lock_open(sale)):
        holds.extend(bill=sale.uuid, by=by, piece=line.piece)
    return sale


@transaction.atomic
def mark(*, sale: Sale, text: str) -> None:
    """How the clerk knows this bill among the parked ones: 红外套."""
    Sale.objects.filter(pk=lock_open(sale).pk).update(mark=text[:30])


@transaction.atomic
def name_customer(*, sale: Sale, customer: Customer | None) -> None:
    """Whose bill it is. Refused while somebody's store credit or deposit lies on it, or what was
    made for somebody's order."""
    sale = lock_open(sale)
    theirs = (TenderKind.CREDIT, TenderKind.DEPOSIT)
    if Tendered.objects.filter(sale=sale, tender__kind__in=theirs).exists():
        raise MoneyOnBill
    reserved_pieces.check_named(sale=sale, customer=customer)
    Sale.objects.filter(pk=sale.pk).update(customer=customer)


@transaction.atomic
def round_down(*, sale: Sale, cents: int) -> None:
    """抹零: its own line under the sum. Refused beyond the store's limit."""
    sale = lock_open(sale)
    limit = settings_rows.number(sale.store, "rounding_limit_cents")
    # what is owed again is never rounded
    goods = total_cents(sale, lines_of(sale), deposits=()) + sale.rounding_cents
    if not 0 <= cents <= min(limit, goods):
        told = {"limit": measures.yuan(limit)}
        raise RoundingTooLarge(_("Rounding goes up to %(limit)s.") % told, field="rounding")
    Sale.objects.filter(pk=sale.pk).update(rounding_cents=cents)


@transaction.atomic
def put_down(
    *, sale: Sale, tender: Tender, given_cents: int, merchant_number: str, by: User
) -> Tendered:
    """What the customer pays with. Refused as in `payments.put_down`; more store credit than the
    customer has; cash for which the customer's identity must be known first."""
    sale = lock_open(sale)
    if tender.kind == TenderKind.OLD_GOLD:
        raise OldGoldNeedsOffer
    if tender.kind == TenderKind.EXCHANGE:
        raise ReturnNeedsCheck
    if tender.kind == TenderKind.DEPOSIT:
        raise DepositNeedsChoice
    if tender.kind == TenderKind.CREDIT:
        store_credit.check_left(sale=sale, cents=given_cents)
    due = total_cents(sale, lines_of(sale)) - tendered_cents(sale)
    if tender.is_cash:
        cash_watch.check(sale=sale, more_cents=min(given_cents, max(due, 0)))
    return payments.put_down(
        sale=sale,
        tender=tender,
        given_cents=given_cents,
        merchant_number=merchant_number,
        due_cents=due,
        by=by,
    )


@transaction.atomic
def pick_up(*, sale: Sale, row: Tendered) -> None:
    """The customer pays in another way: the tender is taken off the open bill, and with a return
    the discount that its piece handed on."""
    locked = lock_open(sale)
    Tendered.objects.filter(pk=row.pk, sale=sale).delete()
    if row.returned_id is not None:
        line_prices.drop_kept(sale=locked, returned_id=row.returned_id)
        round_anew(locked)


def total_cents(
    sale: Sale,
    lines: Sequence[SaleLine],
    services: Sequence[ServiceLine] | None = None,
    deposits: Sequence[DepositLine] | None = None,
) -> int:
    """What is to be paid, in cents: goods, fees and deposits less the rounding. Fees and deposits
    that were not read yet are asked for (1 query each)."""
    fees = services_of(sale) if services is None else services
    before = deposits_of(sale) if deposits is None else deposits
    return max(_sum(lines) + _sum(fees) + _sum(before) - sale.rounding_cents, 0)


def tendered_cents(sale: Sale) -> int:
    return sum(row.amount_cents for row in sale.tendered.all())


def _sum(lines: Sequence[SaleLine | ServiceLine | DepositLine]) -> int:
    return sum(line.total_cents for line in lines)


def lock_line(line: SaleLine) -> SaleLine:
    """A line of an open bill, read again under the lock of its bill. Refused when it is gone."""
    sale = lock_open(line.sale)
    rows = SaleLine.objects.filter(pk=line.pk, sale=sale)
    found = rows.select_related("sale__store", "piece").first()
    if found is None:
        raise LineGone
    return found


def lock_open(sale: Sale) -> Sale:
    """The bill, locked to the end of the transaction. Refused when it is completed or gone."""
    return found_open(sale, ask_open(sale))


def ask_open(sale: Sale) -> Asked[Sale]:
    """As `lock_open`, and the bill may be fetched later, by `found_open`."""
    return statements.ask(Sale, "id = %s AND state = %s", [sale.pk, SaleState.OPEN], lock=True)


def found_open(sale: Sale, asked: Asked[Sale]) -> Sale:
    """What `ask_open` asked for. Refused when the bill is completed or gone."""
    found = asked.rows()
    if not found:
        raise BillMoved if Sale.objects.filter(pk=sale.pk).exists() else BillGone
    (locked,) = found
    # a bill stays at the counter where it was begun
    locked.store, locked.counter = sale.store, sale.counter
    return locked


def _lock_piece(piece: Piece) -> Piece:
    (locked,) = pieces.lock([piece.pk])
    locked.store = piece.store
    return locked


def lines_of(sale: Sale) -> list[SaleLine]:
    return list(sale.lines.select_related("piece", "metal_price"))


def services_of(sale: Sale) -> list[ServiceLine]:
    """The fees of the service desk on a bill (1 query)."""
    return statements.read(ServiceLine, "sale_id = %s ORDER BY position", [sale.pk])


def deposits_of(sale: Sale) -> list[DepositLine]:
    """What is paid before the goods on a bill (1 query)."""
    return statements.read(DepositLine, "sale_id = %s ORDER BY position", [sale.pk])


def _held_for(sale: Sale, piece: Piece) -> bool:
    return piece.pk in holds.live_for(bill=sale.uuid, ids=[piece.pk])


def _write_line(*, sale: Sale, piece: Piece, position: int, by: User) -> SaleLine:
    line = SaleLine(
        sale=sale,
        piece=piece,
        position=position,
        net_mg=piece.net_mg,
        total_cents=0,
        made_to_order=made_to_order.is_for_buyer(piece),
    )
    line_prices.fill(line)
    statements.insert([line])
    statements.insert([LineSeller(line=line, user=by, share_bp=WHOLE_BP)])
    return line


def round_anew(sale: Sale) -> None:
    """抹零 belongs to one sum: a bill that changes is rounded again, or not."""
    if sale.rounding_cents:
        Sale.objects.filter(pk=sale.pk).update(rounding_cents=0)
        sale.rounding_cents = 0
