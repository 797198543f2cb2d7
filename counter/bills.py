"""The open bill: what the customer wants, at today's prices, and what they pay it with.

Several bills may be open at a counter at once (挂单); each holds its pieces.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import cash_watch, clerks, payments, store_credit
from counter.models import (
    Customer,
    LineSeller,
    LineState,
    Part,
    Reduction,
    Sale,
    SaleLine,
    SaleState,
    Tender,
    Tendered,
    TenderKind,
)
from inventory import holds, pieces, prices, pricing
from inventory.ground import changes, measures, settings_rows, statements
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import MetalPrice, Piece, Place, State

WHOLE_BP = 10_000
MOST_SELLERS = 4
MOST_LINES = 50


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


class NotForSale(RuleBroken):
    """The piece is in a state in which it cannot be sold; the sentence says which."""

    code = "not_for_sale"


class PieceSold(NotForSale):
    code = "piece_sold"


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


class RoundingTooLarge(BadField):
    code = "rounding_too_large"


class BadShares(BadField):
    code = "bad_shares"
    sentence = gettext_lazy("One to four sellers share a line, and their shares add up to 100 %.")


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
        sale = lock_open(sale)
        piece = _lock_piece(piece)
        lines = list(SaleLine.objects.filter(sale=sale).values_list("piece_id", "position"))
        if len(lines) >= MOST_LINES:
            raise FullBill
        if piece.pk in {piece_id for piece_id, _position in lines} and _held_for(sale, piece):
            raise AlreadyOnBill
        _check_for_sale(piece=piece, sale=sale)
        holds.take(piece=piece, bill=sale.uuid, counter=sale.counter, book=book)
        round_anew(sale)
        position = max((position for _piece, position in lines), default=0) + 1
        return _write_line(sale=sale, piece=piece, position=position, by=by)


def remove_piece(*, sale: Sale, line: SaleLine, by: User) -> None:
    """Takes a line off the open bill and lets the piece go. Refused after completion."""
    with changes.opened(store=sale.store, by=by) as book:
        sale = lock_open(sale)
        locked = pieces.lock([line.piece_id])
        holds.end(rows=locked, bill=sale.uuid, book=book)
        SaleLine.objects.filter(pk=line.pk, sale=sale).delete()
        round_anew(sale)


def give_up(*, sale: Sale, by: User) -> None:
    """The customer leaves: the pieces are free again and the open bill is gone. Refused while
    money lies on it."""
    with changes.opened(store=sale.store, by=by) as book:
        sale = lock_open(sale)
        if Tendered.objects.filter(sale=sale).exists():
            raise MoneyOnBill
        locked = pieces.lock(sale.lines.values_list("piece_id", flat=True))
        holds.end(rows=locked, bill=sale.uuid, book=book)
        sale.delete()


@transaction.atomic
def refresh_prices(*, sale: Sale, by: User) -> Sale:
    """Takes today's board for every line, after the clerk has seen that the total changed."""
    sale = lock_open(sale)
    for line in lines_of(sale):
        _put_price(line, _price_now(line.piece, sale))
    round_anew(sale)
    return sale


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
    """Whose bill it is. Refused while somebody's store credit lies on it."""
    sale = lock_open(sale)
    if Tendered.objects.filter(sale=sale, tender__kind=TenderKind.CREDIT).exists():
        raise MoneyOnBill
    Sale.objects.filter(pk=sale.pk).update(customer=customer)


@transaction.atomic
def round_down(*, sale: Sale, cents: int) -> None:
    """抹零: its own line under the sum. Refused beyond the store's limit."""
    sale = lock_open(sale)
    limit = settings_rows.number(sale.store, "rounding_limit_cents")
    if not 0 <= cents <= min(limit, _sum(lines_of(sale))):
        told = {"limit": measures.yuan(limit)}
        raise RoundingTooLarge(_("Rounding goes up to %(limit)s.") % told, field="rounding")
    Sale.objects.filter(pk=sale.pk).update(rounding_cents=cents)


@transaction.atomic
def share_line(*, line: SaleLine, shares: dict[User, int]) -> None:
    """Who sold a line, in basis points that add up to 10,000, for up to four people."""
    line = lock_line(line)
    if not 1 <= len(shares) <= MOST_SELLERS or sum(shares.values()) != WHOLE_BP:
        raise BadShares
    if min(shares.values()) <= 0:
        raise BadShares
    line.sellers.all().delete()
    LineSeller.objects.bulk_create(
        [LineSeller(line=line, user=user, share_bp=bp) for user, bp in shares.items()]
    )


def read_shares(sale: Sale, usernames: Sequence[str], percents: Sequence[str]) -> dict[User, int]:
    """Typed sellers and percents as people of the bill's store and basis points."""
    typed = [(name, percent) for name, percent in zip(usernames, percents, strict=False) if name]
    people = {clerk.user.username: clerk.user for clerk in clerks.of_store(sale.store)}
    shares: dict[User, int] = {}
    for name, percent in typed:
        if name not in people or people[name] in shares or not percent.isascii():
            raise BadShares
        if not percent.isdigit() or len(percent) > 3:
            raise BadShares
        shares[people[name]] = int(percent) * 100
    return shares


@transaction.atomic
def put_down(
    *, sale: Sale, tender: Tender, given_cents: int, merchant_number: str, by: User
) -> Tendered:
    """What the customer pays with. Refused as in `payments.put_down`; more store credit than the
    customer has; cash for which the customer's identity must be known first."""
    sale = lock_open(sale)
    if tender.kind == TenderKind.OLD_GOLD:
        raise OldGoldNeedsOffer
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
    """The customer pays in another way: the tender is taken off the open bill."""
    lock_open(sale)
    Tendered.objects.filter(pk=row.pk, sale=sale).delete()


def total_cents(sale: Sale, lines: Sequence[SaleLine]) -> int:
    return max(_sum(lines) - sale.rounding_cents, 0)


def tendered_cents(sale: Sale) -> int:
    return sum(row.amount_cents for row in sale.tendered.all())


def _sum(lines: Sequence[SaleLine]) -> int:
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
    still_open = [sale.pk, SaleState.OPEN]
    found = statements.read(Sale, "id = %s AND state = %s", still_open, lock=True)
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


def whole(sale: Sale) -> list[SaleLine]:
    """The lines of a locked bill with their pieces locked, and laid out all that its digest
    covers. Whoever changes a line locks its bill first, so the lines need no lock."""
    lines = statements.read(SaleLine, "sale_id = %s ORDER BY position", [sale.pk])
    locked = {piece.pk: piece for piece in pieces.lock([line.piece_id for line in lines])}
    for line in lines:
        line.piece = locked[line.piece_id]
    _lay_out(sale, lines)
    return lines


def _lay_out(sale: Sale, lines: Sequence[SaleLine]) -> None:
    sellers = statements.read_among(LineSeller, "line_id", [line.pk for line in lines])
    reduced = [line.pk for line in lines if line.reduced_cents]
    reductions = statements.read_among(Reduction, "line_id", reduced)
    for line in lines:
        changes.lay_out(
            line,
            sellers=[row for row in sellers if row.line_id == line.pk],
            reductions=[row for row in reductions if row.line_id == line.pk],
        )
    changes.lay_out(sale, lines=lines)


def _check_for_sale(*, piece: Piece, sale: Sale) -> None:
    if piece.store_id != sale.store_id:
        raise NotForSale(_("This piece does not belong to this store."))
    if piece.state in {State.ON_SALE, State.HELD}:
        return
    if piece.state == State.SOLD:
        raise sold_already(piece)
    told = {"number": piece.number, "state": piece.get_state_display()}
    raise NotForSale(_("Piece %(number)s cannot be sold: it is %(state)s.") % told)


def sold_already(piece: Piece) -> PieceSold:
    """The sentence names day and store, and leads to the sale."""
    rows = SaleLine.objects.filter(piece=piece, state=LineState.SOLD)
    line = rows.select_related("sale__store").first()
    if line is None or line.sale.business_day is None:
        return PieceSold(_("This piece is sold."))
    told = {"day": f"{line.sale.business_day:%m-%d}", "store": line.sale.store}
    return PieceSold(
        _("This piece was sold on %(day)s at %(store)s.") % told,
        next_url=f"/sales/{line.sale.number}/",
        next_label=_("See the sale"),
    )


def _held_for(sale: Sale, piece: Piece) -> bool:
    return piece.pk in holds.live_for(bill=sale.uuid, ids=[piece.pk])


def _write_line(*, sale: Sale, piece: Piece, position: int, by: User) -> SaleLine:
    """A line that lost its piece to another bill and got it back begins anew."""
    SaleLine.objects.filter(sale=sale, piece=piece).delete()
    line = SaleLine(sale=sale, piece=piece, position=position, net_mg=piece.net_mg, total_cents=0)
    _fill(line, _price_now(piece, sale))
    statements.insert([line])
    statements.insert([LineSeller(line=line, user=by, share_bp=WHOLE_BP)])
    return line


def _price_now(piece: Piece, sale: Sale) -> pricing.Breakdown:
    row: MetalPrice | None = None
    if pricing.needs_board(piece):
        row = prices.row_for(store=sale.store, metal=piece.metal, fineness=piece.fineness)
    return pricing.price(piece, row)


def _fill(line: SaleLine, now: pricing.Breakdown) -> None:
    line.metal_price, line.metal_cents = now.metal_price, now.metal_cents
    line.labour_cents, line.fixed_cents = now.labour_cents, now.fixed_cents
    line.total_cents = now.total_cents - line.reduced_cents


def _put_price(line: SaleLine, now: pricing.Breakdown) -> None:
    """A reduction was given, and agreed to, for one figure of its part: another figure drops it."""
    parts = {
        Part.METAL: (line.metal_cents, now.metal_cents),
        Part.LABOUR: (line.labour_cents, now.labour_cents),
        Part.FIXED: (line.fixed_cents, now.fixed_cents),
    }
    changed = [part for part, (before, after) in parts.items() if before != after]
    line.reductions.filter(part__in=changed).delete()
    line.reduced_cents = line.reductions.aggregate(sum=Sum("cents"))["sum"] or 0
    before = line.total_cents
    _fill(line, now)
    if line.total_cents != before:
        # the customer took note of another price
        line.acknowledged_at, line.acknowledged_how = None, ""
    line.save()


def round_anew(sale: Sale) -> None:
    """抹零 belongs to one sum: a bill that changes is rounded again, or not."""
    if sale.rounding_cents:
        Sale.objects.filter(pk=sale.pk).update(rounding_cents=0)
        sale.rounding_cents = 0
