"""Old pieces on the scale and on their way: weighed, weighed again, given back, bagged."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import consents, trade_ins, weighings
from appraisal.models import OldPiece, OldPieceMove, TradeIn, TradeInState, WeighedFor, Weighing
from appraisal.trade_ins import TradeInMoved
from appraisal.weighings import Shown
from inventory.ground import approvals
from inventory.ground.approvals import Ask
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import Place

REWEIGH_MG: Final = 20  # faults.md 6: what a second weighing may differ by


class WeightDiffers(RuleBroken):
    """The second weighing is off by more than the scales can be."""

    code = "weight_differs"
    sentence = gettext_lazy(
        "The second weighing differs by more than 0.02 g. Weigh all of it again from the start."
    )


class OtherWeigher(RuleBroken):
    code = "other_weigher"
    status = 403
    sentence = gettext_lazy("Somebody else weighs it again, not the one who weighed it first.")


def weigh(*, old_piece: OldPiece, shown: Shown, by: User) -> Weighing:
    """The gross weight of one old piece. With the last one the trade-in is weighed.

    A piece may be weighed again until the test is signed; a figure that is further off than two
    scales can be needs a second person, and every weighing is kept.
    """
    with trade_ins.opened(old_piece.trade_in, by=by) as (trade_in, book):
        if trade_in.state not in {TradeInState.CONSENTED, TradeInState.WEIGHED}:
            raise TradeInMoved
        before = gross_of(old_piece)
        if before is not None and abs(before.mg - shown.mg) > REWEIGH_MG:
            approvals.spend(ask=weigh_anew_ask(trade_in, old_piece, shown.mg), by=by)
        row = weighings.record(
            shown=shown,
            purpose=WeighedFor.GROSS,
            metal=old_piece.metal,
            document=trade_in.number,
            store=trade_in.store,
            book=book,
            old_piece=old_piece,
        )
        if trade_in.state == TradeInState.CONSENTED and not trade_ins.without(
            trade_in, "weighings"
        ):
            trade_ins.move(trade_in, TradeInState.WEIGHED, book=book)
    return row


def weigh_in_water(*, old_piece: OldPiece, shown: Shown, by: User) -> Weighing:
    """What a piece weighs in water, for its density; it has been weighed in air before."""
    with trade_ins.opened(old_piece.trade_in, by=by) as (trade_in, book):
        if trade_in.state not in {TradeInState.CONSENTED, TradeInState.WEIGHED}:
            raise TradeInMoved
        if gross_of(old_piece) is None:
            raise TradeInMoved
        return weighings.record(
            shown=shown,
            purpose=WeighedFor.WATER,
            metal=old_piece.metal,
            document=trade_in.number,
            store=trade_in.store,
            book=book,
            old_piece=old_piece,
        )


def weigh_melted(*, old_piece: OldPiece, shown: Shown, by: User) -> Weighing:
    """The grams after melting or un-setting: the weight that counts. Never more than before."""
    with trade_ins.opened(old_piece.trade_in, by=by) as (trade_in, book):
        if trade_in.state != TradeInState.MELT_CONSENTED:
            raise TradeInMoved
        before = gross_of(old_piece)
        if before is None or shown.mg > before.mg + REWEIGH_MG:
            raise WeightDiffers(field="grams")
        row = weighings.record(
            shown=shown,
            purpose=WeighedFor.FINAL,
            metal=old_piece.metal,
            document=trade_in.number,
            store=trade_in.store,
            book=book,
            old_piece=old_piece,
        )
        if not trade_ins.without(trade_in, "weighings", purpose=WeighedFor.FINAL):
            trade_ins.move(trade_in, TradeInState.MELTED, book=book)
    return row


def reweigh(*, trade_in: TradeIn, weights: Mapping[int, Shown], by: User) -> TradeIn:
    """A second person puts every accepted piece on the scale before anything is paid.

    Refused to whoever weighed it first, and when one differs by more than 0.02 g: it may have been
    exchanged since it was tested.
    """
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        for piece in trade_ins.pieces_of(locked):
            before = counting_weight(piece)
            if before.change.by_id == by.pk:
                raise OtherWeigher
            again = _weigh_again(locked, piece, weights, purpose=WeighedFor.REWEIGHED, book=book)
            if abs(again.mg - before.mg) > REWEIGH_MG:
                raise WeightDiffers
        return trade_ins.move(locked, TradeInState.REWEIGHED, book=book)


def give_back(
    *,
    trade_in: TradeIn,
    weights: Mapping[int, Shown],
    drawn: Drawn | None,
    by: User,
) -> TradeIn:
    """Every piece goes back as it was, weighed again when it had been weighed, and signed for; of
    what was melted with consent goes back what was left.

    `weights` by the key of the old piece. Refused when one differs by more than 0.02 g.
    """
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        hand_out(locked, weights, book=book)
        signature = trade_ins.sign(locked, consents.RETURN, drawn, book)
        return trade_ins.move(locked, TradeInState.RETURNED, book=book, signature=signature)


def hand_out(trade_in: TradeIn, weights: Mapping[int, Shown], *, book: Book) -> None:
    """Every piece of a locked trade-in leaves the store in its owner's hand, weighed again when it
    had been weighed. `weights` and the refusal as in `give_back`."""
    for piece in trade_ins.pieces_of(trade_in):
        before = counting_weight(piece) if gross_of(piece) else None
        if before is not None:
            again = _weigh_again(trade_in, piece, weights, purpose=WeighedFor.RETURNED, book=book)
            if abs(again.mg - before.mg) > REWEIGH_MG:
                raise WeightDiffers
        put(piece, None, mg=before.mg if before else 0, reason="returned", book=book)


def gross_of(piece: OldPiece) -> Weighing | None:
    """The newest gross weight."""
    return _newest(piece, WeighedFor.GROSS)


def counting_weight(piece: OldPiece) -> Weighing:
    """The weight that counts: after melting, else gross. Refused for a piece never weighed."""
    found = _newest(piece, WeighedFor.FINAL) or gross_of(piece)
    if found is None:
        raise TradeInMoved
    return found


def weights_of(pieces: Iterable[OldPiece]) -> dict[int, tuple[Weighing, Weighing]]:
    """The gross weight and the weight that counts, by the keys of the pieces (1 query); a piece
    that was never weighed is not among them."""
    rows = Weighing.objects.filter(
        old_piece__in=pieces, purpose__in=[WeighedFor.GROSS, WeighedFor.FINAL]
    )
    newest = {
        (row.old_piece_id, row.purpose): row for row in rows.select_related("scale").order_by("pk")
    }
    found = {}
    for (piece_id, purpose), row in newest.items():
        if purpose == WeighedFor.GROSS and piece_id is not None:
            found[piece_id] = (row, newest.get((piece_id, WeighedFor.FINAL), row))
    return found


def weigh_anew_ask(trade_in: TradeIn, piece: OldPiece, mg: int) -> Ask:
    """What the second person agrees to when a weight is replaced by quite another one."""
    told = {"number": trade_in.number, "n": piece.position}
    return Ask(
        action="weigh_anew",
        store=trade_in.store.code,
        document=trade_in.number,
        figures={"old_piece": piece.pk, "mg": mg},
        summary=_("Weigh piece %(n)s of %(number)s anew") % told,
        permission="agree_trade_in",
    )


def put(piece: OldPiece, place: Place | None, *, mg: int, reason: str, book: Book) -> None:
    """Old gold goes to another place, or with none back to its owner."""
    gone = OldPieceMove(
        old_piece=piece, from_place=piece.place, to_place=place, mg=mg, reason=reason
    )
    book.write([gone], kind="old_piece_moved")
    OldPiece.objects.filter(pk=piece.pk).update(place=place)


def _weigh_again(
    trade_in: TradeIn,
    piece: OldPiece,
    weights: Mapping[int, Shown],
    *,
    purpose: WeighedFor,
    book: Book,
) -> Weighing:
    return weighings.record(
        shown=weights.get(piece.pk, Shown()),
        purpose=purpose,
        metal=piece.metal,
        document=trade_in.number,
        store=trade_in.store,
        book=book,
        old_piece=piece,
    )


def _newest(piece: OldPiece, purpose: WeighedFor) -> Weighing | None:
    rows = piece.weighings.filter(purpose=purpose).select_related("scale", "change")
    return rows.order_by("-pk").first()
