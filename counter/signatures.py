"""Two PINs under a sheet: at the second one the shift changes and the ledger is sealed.

The first signature waits on the sheet and holds only while its figures stay what they were;
whatever happens between the two, nothing is half-signed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from counter import (
    comparing,
    custody,
    differences,
    drawers,
    handovers,
    investigations,
    shifts,
    witnesses,
)
from counter.custody import Amount
from counter.models import (
    Handover,
    HandoverKind,
    HandoverLine,
    HandoverState,
    Signature,
    SignedAs,
    TrayCount,
)
from inventory.ground import books, changes, statements
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken

# who signs which form of the sheet; the second one of closing and opening is the witness
SIGNERS: dict[str, tuple[SignedAs, SignedAs]] = {
    HandoverKind.CHANGE: (SignedAs.OUTGOING, SignedAs.INCOMING),
    HandoverKind.CLOSE: (SignedAs.OUTGOING, SignedAs.WITNESS),
    HandoverKind.OPEN: (SignedAs.INCOMING, SignedAs.WITNESS),
    HandoverKind.SPOT: (SignedAs.OUTGOING, SignedAs.WITNESS),
}


# what the second signature writes into a line
CLOSING = ("after_pieces", "after_mg", "closing_pieces", "closing_mg")


class NotAgreed(RuleBroken):
    code = "not_agreed"
    sentence = gettext_lazy("The sheet is not ready: count and settle every part of it first.")


class WrongSigner(RuleBroken):
    code = "wrong_signer"
    status = 403
    sentence = gettext_lazy("Another person signs here.")


class SignedAlready(RuleBroken):
    code = "signed_already"
    sentence = gettext_lazy("This signature stands under the sheet already.")


def sign(
    *, handover: Handover, as_: str, user: User, reason: str = "", alone: bool = False
) -> Handover:
    """One person's signature; the PIN was checked before, in a request of its own.

    The first one waits; when the figures change before the second, it lapses and the second is the
    first. The second, by somebody else, closes the old shift, opens the new one with the counted
    figures, and seals the store's ledger into the sheet. `alone`: where the store lets somebody be
    alone on duty, the witness signs later. A manager signs for an outgoing clerk who is not there,
    with a reason. Whoever has signed a closed sheet and does it again in the same role, because the
    answer was lost, gets the sheet as it is. Refused: one person in two roles, the wrong person,
    somebody of another store, a sheet with a part that is not counted or still differs.
    """
    handovers.check_person(user, handover.counter)
    mine = _Hand(SignedAs(as_), user, reason.strip()[:120])
    with changes.opened(store=handover.store, by=user) as book:
        if _signed_before(handover, mine.role, user) is not None:
            return Handover.objects.select_related("store", "counter").get(pk=handover.pk)
        sheet = handovers.lock(handover)
        if sheet.state != HandoverState.AGREED:
            raise NotAgreed
        _check_hand(sheet, mine)
        now, first = figures(sheet), _first_of(sheet)
        if alone:
            _check_alone(sheet, mine)
            _close(sheet, [mine], book)
        elif first is None or sheet.first_figures != now or first.side == mine.side:
            _wait_for_second(sheet, mine, now, book)
        elif first.user.pk == mine.user.pk:
            raise handovers.SamePerson
        else:
            _close(sheet, [first, mine], book)
    if sheet.state == HandoverState.SIGNED:
        # outside the lock: whoever sells meanwhile does not wait for the proof
        books.seal(sheet.store)
    return sheet


def sign_later(*, handover: Handover, as_: str, user: User) -> Signature:
    """The witness of somebody who was alone, or the clerk who was not there, signs a sheet that is
    closed already. The same signature again, because the answer was lost, is the one that stands.
    Refused: another role of somebody who has signed, a role that another person has signed, the
    wrong person."""
    handovers.check_person(user, handover.counter)
    with changes.opened(store=handover.store, by=user) as book:
        if handover.state != HandoverState.SIGNED:
            raise NotAgreed
        role = SignedAs(as_)
        before = _signed_before(handover, role, user)
        if before is not None:
            return before
        if role not in missing(handover):
            raise SignedAlready
        if handover.signatures.filter(user=user).exists():
            raise handovers.SamePerson
        _check_hand(handover, _Hand(role, user, ""))
        row = Signature(handover=handover, signed_as=role, user=user, at=book.at, later=True)
        book.write([row], kind="handover_signature", number=handover.number)
    return row


def missing(handover: Handover) -> list[SignedAs]:
    """Who has not signed a closed sheet yet; the paper says so until they do."""
    there = set(handover.signatures.values_list("signed_as", flat=True))
    return [role for role in SIGNERS[handover.kind] if role not in there]


def _signed_before(handover: Handover, role: SignedAs, user: User) -> Signature | None:
    return handover.signatures.filter(signed_as=role, user=user).first()


def figures(handover: Handover) -> str:
    """A digest of everything that was counted and remarked: what the first person signed for."""
    parts = [
        [changes.content(row) for row in changes.parts_of(handover, part)]
        for part in ("trays", "items", "money")
    ]
    text = json.dumps([handover.remark, *parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Hand:
    """Who signs, as what, and why when it is for somebody else."""

    role: SignedAs
    user: User
    reason: str

    @property
    def side(self) -> SignedAs:
        """A manager stands on the side of the clerk who is not there."""
        return SignedAs.OUTGOING if self.role == SignedAs.MANAGER else self.role


def _check_hand(handover: Handover, hand: _Hand) -> None:
    if hand.side not in SIGNERS[handover.kind]:
        raise WrongSigner
    if hand.role == SignedAs.MANAGER:
        if not hand.user.has_perm("sign_for_absent") or handover.shift is None:
            raise NotAllowed
        if not hand.reason:
            raise handovers.ReasonNeeded(field="reason")
    named = {SignedAs.OUTGOING: handover.outgoing_id, SignedAs.INCOMING: handover.incoming_id}
    if hand.role in named and named[hand.role] != hand.user.pk:
        raise WrongSigner
    if hand.role != SignedAs.OUTGOING and hand.user.pk == handover.outgoing_id:
        raise handovers.SamePerson
    if hand.role != SignedAs.INCOMING and hand.user.pk == handover.incoming_id:
        raise handovers.SamePerson


def _check_alone(handover: Handover, hand: _Hand) -> None:
    """Only where the store allows it, and never at a change: there two people are there."""
    if SignedAs.WITNESS not in SIGNERS[handover.kind] or hand.role == SignedAs.WITNESS:
        raise WrongSigner
    if not witnesses.may_be_alone(handover.store):
        raise NotAllowed


def _first_of(sheet: Handover) -> _Hand | None:
    if not sheet.first_signed_as or sheet.first_signed_by is None:
        return None
    return _Hand(SignedAs(sheet.first_signed_as), sheet.first_signed_by, sheet.first_reason)


def _wait_for_second(sheet: Handover, hand: _Hand, now: str, book: Book) -> None:
    sheet.first_signed_as, sheet.first_signed_by = hand.role, hand.user
    sheet.first_signed_at, sheet.first_reason = book.at, hand.reason
    sheet.first_figures = now
    sheet.save()


def _close(sheet: Handover, hands: list[_Hand], book: Book) -> None:
    """Everything that happens at the second signature, in one transaction or not at all."""
    questions = differences.settle_missing(sheet, book) + drawers.investigate(sheet)
    questions += investigations.of_items(sheet)
    for row in questions:
        row.opened_at = book.at
    _enter_closing(sheet)
    drawers.paid_after(sheet)
    _pass_on_shift(sheet, hands, book)
    if questions:
        book.write(questions, kind="investigation_opened", number=sheet.number)
    rows = [
        Signature(
            handover=sheet, signed_as=hand.role, user=hand.user, at=book.at, reason=hand.reason
        )
        for hand in hands
    ]
    book.write(rows, kind="handover_signature", number=sheet.number)
    handovers.show_all(sheet)
    sheet.state, sheet.signed_at = HandoverState.SIGNED, book.at
    sheet.sealed_seq, sheet.sealed_hash = book.head.seq, book.head.hash
    sheet.change = book.note(sheet, kind="handover_signed", number=sheet.number)
    sheet.save()


def _pass_on_shift(sheet: Handover, hands: list[_Hand], book: Book) -> None:
    """Responsibility passes at this moment, and not before."""
    if sheet.kind == HandoverKind.SPOT:
        return
    if sheet.kind == HandoverKind.OPEN:
        if sheet.shift is None:
            sheet.next_shift = shifts.open_in(
                counter=sheet.counter, by=_incoming(sheet, hands), book=book
            )
        else:
            sheet.next_shift = shifts.mark_counted(shift=sheet.shift, book=book)
        return
    shift = sheet.shift
    if shift is None:
        raise shifts.ShiftClosed
    running = shifts.running_at(sheet.counter)
    shifts.close_in(shift=shift, book=book)
    if sheet.kind == HandoverKind.CLOSE:
        return
    if running is not None and running.pk != shift.pk:
        sheet.next_shift = shifts.mark_counted(shift=running, book=book)
    else:
        sheet.next_shift = shifts.open_in(
            counter=sheet.counter, by=_incoming(sheet, hands), book=book
        )


def _incoming(sheet: Handover, hands: list[_Hand]) -> User:
    return sheet.incoming or hands[-1].user


def _enter_closing(sheet: Handover) -> None:
    """Per tray and class: what moved between the comparison and now, and what the counter answers
    for from now on. Refused when counted, moved and booked do not agree."""
    trays = list(sheet.trays.select_related("place").prefetch_related("lines"))
    ids = [tray.place_id for tray in trays]
    now = custody.lying(ids)
    since = min((tray.seq or 0 for tray in trays), default=0)
    rows = custody.steps(sheet.store, ids, since=since)
    lines: list[HandoverLine] = []
    for tray in trays:
        later = [
            row
            for row in rows
            if row.place_id == tray.place_id
            and comparing.is_later(tray, seq=row.seq, number=row.number)
        ]
        lines += _closed_lines(tray, now, custody.summed(later))
    statements.save_numbers([line for line in lines if line.pk], *CLOSING)
    statements.insert([line for line in lines if not line.pk])


def _closed_lines(
    tray: TrayCount, now: dict[custody.Key, Amount], after: dict[custody.Key, Amount]
) -> Iterator[HandoverLine]:
    lines = {(line.metal, line.grade): line for line in tray.lines.all()}
    there = {key[1:] for key in {*now, *after} if key[0] == tray.place_id}
    for metal, grade in {*lines, *there}:
        key = (tray.place_id, metal, grade)
        line = lines.get((metal, grade)) or HandoverLine(tray=tray, metal=metal, grade=grade)
        moved, left = after.get(key, Amount()), now.get(key, Amount())
        line.after_pieces, line.after_mg = moved.pieces, moved.mg
        line.closing_pieces, line.closing_mg = left.pieces, left.mg
        agreed = tray.approval_id is None
        if agreed and line.counted_pieces + moved.pieces != left.pieces:
            raise comparing.CustodyBroken
        yield line
