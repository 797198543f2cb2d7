"""以旧换新 and 回收: the states of old gold, from the customer's hand to the sealed bag or back.

`MOVES` says what may follow what. Pieces are put down in `reception`, weighed in `old_pieces`,
tested in `assays` and `decisions`, priced in `offers`; who acts next says `next_steps`. Nothing
here knows what is paid: the bill takes the credit in `settle`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from appraisal import consents
from appraisal.models import (
    OldPiece,
    TradeIn,
    TradeInState,
    TradeInStep,
    WeighedFor,
    Weighing,
)
from inventory.ground import changes, settings_rows, signatures, statements
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Approval, DrawnSignature, Store

# what may become of a trade-in; melting is the one step without a way back
MOVES: Final[dict[str, frozenset[TradeInState]]] = {
    TradeInState.RECEIVED: frozenset({TradeInState.CONSENTED, TradeInState.DECLINED}),
    TradeInState.CONSENTED: frozenset({TradeInState.WEIGHED, TradeInState.DECLINED}),
    # a test that was referred proves nothing, so what it asks for comes before any decision
    TradeInState.WEIGHED: frozenset(
        {TradeInState.TESTED, TradeInState.MELT_CONSENTED, TradeInState.DECLINED}
    ),
    TradeInState.TESTED: frozenset(
        {TradeInState.OFFERED, TradeInState.MELT_CONSENTED, TradeInState.DECLINED}
    ),
    TradeInState.OFFERED: frozenset(
        {
            TradeInState.OFFERED,
            TradeInState.ACCEPTED,
            TradeInState.MELT_CONSENTED,
            TradeInState.DECLINED,
        }
    ),
    TradeInState.MELT_CONSENTED: frozenset({TradeInState.MELTED}),
    TradeInState.MELTED: frozenset({TradeInState.TESTED, TradeInState.OFFERED}),
    TradeInState.ACCEPTED: frozenset(
        {
            TradeInState.OFFERED,
            TradeInState.REWEIGHED,
            TradeInState.SETTLED,
            TradeInState.DECLINED,
        }
    ),
    TradeInState.REWEIGHED: frozenset(
        {TradeInState.OFFERED, TradeInState.SETTLED, TradeInState.DECLINED}
    ),
    TradeInState.SETTLED: frozenset({TradeInState.BAGGED}),
    TradeInState.DECLINED: frozenset({TradeInState.RETURNED}),
}

# what a sale that is taken back undoes: never reached by going forward, else what was paid once
# could be accepted, or settled, once more
BACK: Final[dict[str, frozenset[TradeInState]]] = {
    # the seal is broken again with a second person
    TradeInState.BAGGED: frozenset({TradeInState.SETTLED}),
    # the bill was voided while no bag is sealed; or all goods that it paid for came back, and the
    # old pieces go back for them
    TradeInState.SETTLED: frozenset({TradeInState.ACCEPTED, TradeInState.RETURNED}),
}


class TradeInMoved(RuleBroken):
    """Somebody else went on with it, or this step does not come now."""

    code = "trade_in_moved"
    sentence = gettext_lazy("This step does not come now. Look at the trade-in again.")


class MeltingOff(RuleBroken):
    code = "melting_off"
    sentence = gettext_lazy("This store does not melt on the spot.")


@contextmanager
def opened(trade_in: TradeIn, *, by: User) -> Iterator[tuple[TradeIn, Book]]:
    """The trade-in locked under its store's head. Refused to a role that does not trade in."""
    if not by.has_perm("trade_in"):
        raise NotAllowed
    with changes.opened(store=trade_in.store, by=by) as book:
        yield lock(trade_in), book


def confirm_test(*, trade_in: TradeIn, drawn: Drawn | None, by: User) -> TradeIn:
    """The customer has seen weights and readings and signed them. Refused while a piece lacks one
    of the three acts: brand, stones, weight."""
    with opened(trade_in, by=by) as (locked, book):
        if without(locked, "decisions"):
            raise TradeInMoved
        signature = sign(locked, consents.TEST, drawn, book)
        return move(locked, TradeInState.TESTED, book=book, signature=signature)


def consent_to_melt(*, trade_in: TradeIn, drawn: Drawn | None, by: User) -> TradeIn:
    """A signature of its own before anything is destroyed; from here there is no way back. What
    was melted is not melted again."""
    if not melts_at(trade_in.store):
        raise MeltingOff
    with opened(trade_in, by=by) as (locked, book):
        if is_melted(locked):
            raise TradeInMoved
        signature = sign(locked, consents.MELT, drawn, book)
        return move(locked, TradeInState.MELT_CONSENTED, book=book, signature=signature)


def decline(*, trade_in: TradeIn, by: User, reason: str = "") -> TradeIn:
    """The customer changes their mind, free of charge, until something was melted or paid."""
    with opened(trade_in, by=by) as (locked, book):
        return move(locked, TradeInState.DECLINED, book=book, remark=reason)


def settle(*, trade_in: TradeIn, book: Book) -> TradeIn:
    """The bill takes the credit or pays it out; called inside the transaction of the bill, after
    `offers.check_payable`."""
    locked = lock(trade_in)
    return move(locked, TradeInState.SETTLED, book=book)


def unsettle(*, trade_in: TradeIn, book: Book) -> TradeIn:
    """The bill was voided: the old pieces are the customer's again, as accepted. Refused once the
    bag is sealed."""
    locked = lock(trade_in)
    return move_back(locked, to=TradeInState.ACCEPTED, book=book)


def melts_at(store: Store) -> bool:
    """Whether this store melts on the spot."""
    return settings_rows.value(store, "melting") == "yes"


def is_melted(trade_in: TradeIn) -> bool:
    """Whether any of it was weighed after melting (1 query)."""
    rows = Weighing.objects.filter(old_piece__trade_in=trade_in)
    return rows.filter(purpose=WeighedFor.FINAL).exists()


def lock(trade_in: TradeIn) -> TradeIn:
    """The trade-in as it is now, locked to the end of the transaction."""
    (locked,) = statements.read(TradeIn, "id = %s", [trade_in.pk], lock=True)
    locked.store, locked.counter = trade_in.store, trade_in.counter
    return locked


def move(
    trade_in: TradeIn,
    new: TradeInState,
    *,
    book: Book,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    remark: str = "",
) -> TradeIn:
    """A trade-in goes forward, by `MOVES`."""
    if new not in MOVES.get(trade_in.state, frozenset()):
        raise TradeInMoved
    return _change(trade_in, new, book=book, signature=signature, approval=approval, remark=remark)


def move_back(
    trade_in: TradeIn,
    *,
    to: TradeInState,
    book: Book,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    remark: str = "",
) -> TradeIn:
    """A trade-in goes one step back, by `BACK`."""
    if to not in BACK.get(trade_in.state, frozenset()):
        raise TradeInMoved
    return _change(trade_in, to, book=book, signature=signature, approval=approval, remark=remark)


def _change(
    trade_in: TradeIn,
    new: TradeInState,
    *,
    book: Book,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    remark: str = "",
) -> TradeIn:
    """The one place where a trade-in changes its state."""
    old = TradeInState(trade_in.state)
    if TradeIn.objects.filter(pk=trade_in.pk, state=old).update(state=new) != 1:
        raise TradeInMoved
    trade_in.state = new
    note_step(
        trade_in,
        old=old,
        new=new,
        book=book,
        signature=signature,
        approval=approval,
        remark=remark,
    )
    return trade_in


def sign(trade_in: TradeIn, point: str, drawn: Drawn | None, book: Book) -> DrawnSignature:
    """The customer's name under the words of this point; refused when there is none."""
    return signatures.write(
        drawn=drawn,
        store=trade_in.store,
        document=trade_in.number,
        point=point,
        text=consents.text(trade_in, point),
        book=book,
    )


def without(trade_in: TradeIn, what: str, **wanted: str) -> bool:
    """Whether an old piece of this trade-in still lacks a row of this kind."""
    had = {f"{what}__{column}": value for column, value in wanted.items()}
    has = {f"{what}__isnull": False} | had
    lacking = OldPiece.objects.filter(trade_in=trade_in)
    return lacking.exclude(pk__in=lacking.filter(**has).values("pk")).exists()


def pieces_of(trade_in: TradeIn) -> list[OldPiece]:
    """Its old pieces in the order in which they were put down."""
    return list(OldPiece.objects.filter(trade_in=trade_in).order_by("position"))


def note_step(
    trade_in: TradeIn,
    *,
    old: str,
    new: TradeInState,
    book: Book,
    signature: DrawnSignature | None = None,
    approval: Approval | None = None,
    remark: str = "",
) -> None:
    row = TradeInStep(
        trade_in=trade_in,
        old=old,
        new=new,
        at=book.at,
        by=book.by,
        signature=signature,
        approval=approval,
        remark=remark.strip()[:120],
    )
    book.write([row], kind=f"trade_in_{new}", number=trade_in.number)
