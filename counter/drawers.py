"""The money of a counter at a handover: cash by denomination, and the slips of other tenders."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import attempts, counting, custody, handovers
from counter.models import Handover, HandoverMoney, Investigation
from inventory.ground import approvals, changes, measures, settings_rows, statements
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken

# notes and coins of the renminbi that are in use, in cents; single cents, so that every amount that
# was paid can be counted
DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 1)
MOST_OF_ONE = 100_000


class MoneyNeeded(RuleBroken):
    code = "money_needed"
    status = 422
    sentence = gettext_lazy("Type how many notes and coins there are, or the sum of the slips.")


class TooMuchTaken(RuleBroken):
    code = "too_much_taken"
    status = 422
    sentence = gettext_lazy("More cash would be taken out than was counted.")


class MoneyAgrees(RuleBroken):
    code = "money_agrees"
    sentence = gettext_lazy("This money agrees; there is nothing to accept.")


def count_money(
    *,
    money: HandoverMoney,
    by: User,
    denominations: Mapping[int, int] | None = None,
    cents: int | None = None,
    vouchers: int | None = None,
    taken_cents: int = 0,
) -> HandoverMoney:
    """What is in the drawer: for cash how many of each denomination (cents to number) and what is
    taken out for the safe; for another tender the number of its slips and their sum in cents.

    A first difference only says that it differs; the second count is shown whatever it finds.
    """
    if not by.has_perm("sign_handover"):
        raise NotAllowed
    with changes.opened(store=money.handover.store, by=by) as book:
        handover = handovers.lock(money.handover)
        row = HandoverMoney.objects.select_related("tender").get(pk=money.pk)
        row.handover = handover
        if row.tender.is_cash:
            _enter_cash(row, denominations, taken_cents)
        else:
            _enter_vouchers(row, cents, vouchers)
        _expect(row, book)
        row.attempts += 1
        row.reason, row.approval = "", None
        row.save()
        attempts.keep(
            handover=handover,
            part=row.tender.code,
            figures={
                "cents": row.counted_cents,
                "vouchers": row.counted_vouchers,
                "denominations": row.denominations,
            },
            agreed=not row.differs,
            book=book,
        )
        if row.differs and row.attempts == 1:
            # what was typed stays as the attempt; the second count begins with nothing
            HandoverMoney.objects.filter(pk=row.pk).update(counted_cents=None)
            row.counted_cents = None
        counting.settle(handover)
    return row


def count_no_vouchers(*, handover: Handover, by: User) -> int:
    """No slips of all tenders that were not counted yet; returns how many those were."""
    rows = handover.money.filter(counted_cents__isnull=True).select_related("tender")
    waiting = [row for row in rows if not row.tender.is_cash]
    for row in waiting:
        row.handover = handover
        count_money(money=row, cents=0, vouchers=0, by=by)
    return len(waiting)


def accept_money(*, money: HandoverMoney, reason: str, by: User) -> HandoverMoney:
    """Cash or slips short or over, signed as they are: a reason, a chief's yes, and an
    investigation that stays open."""
    if not by.has_perm("sign_handover"):
        raise NotAllowed
    if not reason.strip():
        raise handovers.ReasonNeeded(field="reason")
    with changes.opened(store=money.handover.store, by=by):
        handover = handovers.lock(money.handover)
        row = HandoverMoney.objects.select_related("tender").get(pk=money.pk)
        row.handover = handover
        if not row.is_shown or not row.differs:
            raise MoneyAgrees
        row.approval = approvals.spend(ask=accept_ask(row), by=by)
        row.reason = reason.strip()[:120]
        row.save(update_fields=["approval", "reason"])
        counting.settle(handover)
    return row


def accept_ask(row: HandoverMoney) -> Ask:
    """What the second person agrees to when money is short or over."""
    gap = (row.counted_cents or 0) - row.expected_cents
    told = {"tender": row.tender, "gap": measures.yuan(gap), "number": row.handover.number}
    return Ask(
        action="accept_money",
        store=row.handover.store.code,
        document=row.handover.number,
        figures={"tender": row.tender.code, "gap_cents": gap},
        summary=_("%(tender)s differs by %(gap)s at %(number)s") % told,
        permission="agree_difference",
    )


def investigate(handover: Handover) -> list[Investigation]:
    """One open question for each tender that was signed with a difference."""
    rows = handover.money.filter(approval__isnull=False).select_related("tender")
    return [
        Investigation(
            handover=handover,
            store=handover.store,
            part=row.tender.code,
            cents=(row.counted_cents or 0) - row.expected_cents,
            what=row.reason,
        )
        for row in rows
    ]


def paid_after(handover: Handover) -> None:
    """At the signature: what was paid at the counter after each tender was counted."""
    rows = list(handover.money.all())
    counted = {row.seq or 0 for row in rows}
    # mostly nothing was paid since the first of them was counted
    if counted and not custody.paid(handover.counter, since=min(counted)):
        counted = set()
    paid = {since: custody.paid(handover.counter, since=since) for since in counted}
    for row in rows:
        row.after_cents = paid.get(row.seq or 0, {}).get(row.tender_id, (0, 0))[0]
    statements.save_numbers(rows, "after_cents")


def _expect(row: HandoverMoney, book: Book) -> None:
    """What the books say must be there at this moment."""
    handover = row.handover
    since = custody.begins_after(handover)
    cents, vouchers = custody.paid(handover.counter, since=since).get(row.tender_id, (0, 0))
    if row.tender.is_cash:
        left = custody.cash_left(handover, row.tender)
        floats = settings_rows.number(handover.store, "cash_float_cents")
        row.opening_cents = floats if left is None else left
    row.expected_cents, row.expected_vouchers = row.opening_cents + cents, vouchers
    row.seq = book.head.seq


def _enter_cash(
    row: HandoverMoney, denominations: Mapping[int, int] | None, taken_cents: int
) -> None:
    if denominations is None:
        raise MoneyNeeded
    if any(
        value not in DENOMINATIONS or not 0 <= n <= MOST_OF_ONE
        for value, n in denominations.items()
    ):
        raise counting.ImpossibleCount
    row.counted_cents = sum(value * n for value, n in denominations.items())
    row.denominations = {str(value): n for value, n in denominations.items() if n}
    if not 0 <= taken_cents <= row.counted_cents:
        raise TooMuchTaken(field="taken")
    row.taken_cents = taken_cents


def _enter_vouchers(row: HandoverMoney, cents: int | None, vouchers: int | None) -> None:
    if cents is None or vouchers is None:
        raise MoneyNeeded
    if not 0 <= vouchers <= MOST_OF_ONE or abs(cents) > measures.MOST_CENTS:
        raise counting.ImpossibleCount
    row.counted_cents, row.counted_vouchers = cents, vouchers
