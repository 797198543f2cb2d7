"""What goes back for a return: negative payments that point at what was paid, in the same tenders,
in the shift that is open now. Store credit becomes store credit again; for what old gold paid the
old pieces themselves go back, or store credit, never money. Which payment gives back how much says
`refund_shares`, which of the two `pieces_back`.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.undone_swaps import OldPieceStays
from counter import (
    cash_at_hand,
    goodwill,
    pieces_back,
    refund_shares,
    returned_swaps,
    returns,
    shifts,
    store_credit,
)
from counter.models import (
    CreditReason,
    LeadsTo,
    Payment,
    Return,
    ReturnState,
    Sale,
    SaleState,
    Shift,
    TenderKind,
)
from counter.payments import MERCHANT_NUMBER
from counter.pieces_back import Handed
from counter.refund_shares import Reckoned, Share
from counter.settlements import CreditForNobody
from inventory.ground import access, approvals, changes, codes, measures
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Approval


class NotARefund(RuleBroken):
    code = "not_a_refund"
    sentence = gettext_lazy("This return was taken for other goods. They stand on a new bill.")


class MallNumberNeeded(RuleBroken):
    code = "mall_number_needed"
    status = 422
    sentence = gettext_lazy("Scan the refund number on the slip of the mall's desk.")


class MallNumberUsed(RuleBroken):
    code = "mall_number_used"
    sentence = gettext_lazy("This refund number was entered before. Nothing was saved.")


def settle(*, back: Return, by: User, handed: Handed | None = None) -> Return:
    """The customer gets the money back and the shop the pieces. What the mall took waits for the
    number of its desk. `handed`: the old pieces that paid go back; without, the customer agreed to
    store credit for them.

    Refused: to a role without the right, a return that was taken for other goods or is settled
    already, without an open shift, without a second person, for more cash than the drawer holds,
    for store credit that would be nobody's, and as in `pieces_back.hand_over`.
    """
    access.refuse_unless(by, "take_returns", store=back.store)
    with changes.opened(store=back.store, by=by) as book:
        shift = shifts.lock_open(counter=back.counter)
        locked = returns.lock(back)
        if locked.state != ReturnState.OPEN:
            raise returns.ReturnMoved
        if locked.leads_to != LeadsTo.REFUND:
            raise NotARefund
        _lock_live(locked.sale)
        reckoned = refund_shares.reckon(locked, as_pieces=handed is not None)
        if handed is not None and not reckoned.pieces:
            raise _stays(reckoned)
        approval = approvals.spend(ask=ask(locked, reckoned), by=by)
        if handed is not None:
            pieces_back.hand_over(locked, reckoned.pieces, handed, approval=approval, book=book)
        give_back(locked, reckoned, approval=approval, shift=shift, book=book)
    return locked


def enter_mall_number(*, back: Return, number: str, by: User) -> Return:
    """The mall's desk has paid: its refund number, once, and the payments that go with it. Refused
    for a return that does not wait for one, without a number and with one that was used."""
    access.refuse_unless(by, "take_returns", store=back.store)
    plain = "".join(codes.half_width(number).split()).upper()
    if not MERCHANT_NUMBER.fullmatch(plain):
        raise MallNumberNeeded(field="mall_number")
    with changes.opened(store=back.store, by=by) as book:
        shift = shifts.lock_open(counter=back.counter)
        locked = returns.lock(back)
        if locked.state != ReturnState.AT_MALL:
            raise returns.ReturnMoved
        if Return.objects.filter(mall_number=plain).exists():
            raise MallNumberUsed(field="mall_number")
        _pay(locked, _waiting(locked), shift=shift, book=book, mall_number=plain)
        settled = {"mall_number": plain, "settled_at": book.at}
        returns.move(locked, ReturnState.SETTLED, book=book, **settled)
    return locked


def ask(back: Return, reckoned: Reckoned) -> Ask:
    """What the second person agrees to: how much goes back, and how; what that does to the swap
    whose old gold paid; and what the house bears."""
    parts, swaps = reckoned.parts, [each.words for each in reckoned.swaps if each.has_changed]
    cents, borne = sum(part.cents for part in parts), goodwill.of_return(back)
    ways = ", ".join(f"{part.payment.tender} {measures.yuan(part.cents)}" for part in parts)
    figures: dict[str, str | int] = {"cents": cents, "ways": ways}
    told = {"number": back.number, "cents": measures.yuan(cents), "ways": ways}
    summary = _("Return %(number)s: %(cents)s go back (%(ways)s)") % told
    if not parts:
        summary = _("Return %(number)s for other goods") % told
    if reckoned.pieces:
        seals = [bag.seal for way in reckoned.pieces for bag in way.bags]
        figures["old_pieces"] = " ".join(
            [*(way.trade_in.number for way in reckoned.pieces), *seals]
        )
        summary = " · ".join([summary, *(way.words for way in reckoned.pieces)])
    if swaps:
        figures["swaps"] = "; ".join(swaps)
        summary = " · ".join([summary, *swaps])
    summary += f" · {back.get_fault_display()}"
    if back.received_on is not None:
        # only the clerk says so, and it leads to money where the shop's own sale would not
        day = {"day": f"{back.received_on:%Y-%m-%d}"}
        summary += " · " + _("bought at a distance, received %(day)s") % day
    if back.is_goodwill:
        figures["goodwill"] = borne
        summary += " · " + _("goodwill, costs the house %s") % measures.yuan(borne)
    return Ask(
        action="refund_return",
        store=back.store.code,
        document=back.number,
        figures=figures,
        summary=summary,
        permission="agree_return",
    )


def give_back(
    back: Return,
    reckoned: Reckoned,
    *,
    approval: Approval | None,
    shift: Shift,
    book: Book,
) -> None:
    """Money out and pieces in, of a locked open return; what the mall took waits."""
    now = [part for part in reckoned.parts if not part.at_mall]
    returned_swaps.write(back, reckoned.swaps, book=book)
    _pay(back, now, shift=shift, book=book, mall_number=None)
    returns.take_in(back, book=book)
    waits = len(now) < len(reckoned.parts)
    returns.move(
        back,
        ReturnState.AT_MALL if waits else ReturnState.SETTLED,
        book=book,
        shift=shift,
        approval=approval,
        settled_at=None if waits else book.at,
    )


def refunded_cents(back: Return) -> int:
    """What has gone back for a return so far, in cents (1 query)."""
    rows = back.payments.filter(reverses__isnull=False)
    cents: int = rows.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    return -cents


def _stays(reckoned: Reckoned) -> OldPieceStays:
    """The old pieces could go back when the page was read."""
    return OldPieceStays("; ".join(way.why_credit for way in reckoned.ways))


def _waiting(back: Return) -> list[Share]:
    """What only the mall's desk can give back: the rest of the return."""
    paid = back.payments.filter(reverses__isnull=True)
    on_bill: int = paid.aggregate(sum=Sum("amount_cents", default=0))["sum"]
    rest = returned_swaps.counted_cents(back) - on_bill - refunded_cents(back)
    found = []
    for payment, left in refund_shares.left_of(back.sale):
        part = min(rest, left) if payment.tender.kind == TenderKind.MALL else 0
        if part > 0:
            found.append(Share(payment, part))
            rest -= part
    return found


def _lock_live(sale: Sale) -> None:
    locked = Sale.objects.select_for_update(of=("self",)).get(pk=sale.pk)
    if locked.state != SaleState.COMPLETED:
        raise returns.NotSoldHere


def _pay(
    back: Return,
    parts: Sequence[Share],
    *,
    shift: Shift,
    book: Book,
    mall_number: str | None,
) -> None:
    for tender in {part.payment.tender for part in parts}:
        cents = sum(part.cents for part in parts if part.payment.tender == tender)
        cash_at_hand.check(counter=back.counter, tender=tender, cents=cents)
    rows = [
        Payment(
            sale_id=part.payment.sale_id,
            shift=shift,
            store=back.store,
            tender=part.payment.tender,
            amount_cents=-part.cents,
            given_cents=-part.cents,
            merchant_number=mall_number,
            reverses=part.payment,
            trade_in_id=part.payment.trade_in_id,
            returned=back,
        )
        for part in parts
    ]
    book.write(rows, kind="payment_refunded", number=back.number)
    for part in parts:
        if part.becomes_credit:
            _give_credit(back, part, book=book)


def _give_credit(back: Return, part: Share, *, book: Book) -> None:
    paid = part.payment
    owner = back.customer_id
    if paid.trade_in is not None:
        owner = paid.trade_in.customer_id or owner
    elif paid.tender.kind == TenderKind.CREDIT:
        owner = paid.sale.customer_id
    if owner is None:
        raise CreditForNobody
    store_credit.write(
        sale=paid.sale,
        customer_id=owner,
        cents=part.cents,
        reason=CreditReason.RETURNED,
        trade_in=paid.trade_in,
        book=book,
    )
