"""判定: what the clerk decides after the three acts — brand, stones, weight — and the tests."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import old_pieces, proofs, trade_ins
from appraisal.models import Assay, Decision, OldPiece, TradeIn, TradeInState
from appraisal.trade_ins import TradeInMoved
from inventory.ground import approvals, measures
from inventory.ground.approvals import Ask
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_FINENESS

DECIDED_IN: Final = frozenset({TradeInState.CONSENTED, TradeInState.WEIGHED, TradeInState.MELTED})


class FinenessOutOfRange(RuleBroken):
    code = "fineness_out_of_range"
    status = 422
    sentence = gettext_lazy("Nothing is purer than 1000 ‰.")


class StonesUntested(RuleBroken):
    code = "stones_untested"
    status = 422
    sentence = gettext_lazy("Test the stones first; their weight is taken off.")


class FinenessNotShown(RuleBroken):
    """No test and no record of ours supports so much."""

    code = "fineness_not_shown"
    status = 422

    def __init__(self, *, shown: int | None) -> None:
        if shown == 0:
            super().__init__(
                _("The tests do not prove this metal. Test it by another method, or give it back.")
            )
            return
        if shown is None:
            super().__init__(_("No test supports a fineness yet. Test the piece first."))
            return
        told = {"shown": measures.permille(shown)}
        super().__init__(
            _("The tests support %(shown)s at most. Use a second method, or decide lower.") % told
        )


def decide(
    *,
    old_piece: OldPiece,
    own_brand: bool,
    stones: int,
    stones_tested: bool,
    stones_mg: int,
    dirt_mg: int,
    metal: str,
    fineness: int,
    rests_on: Sequence[Assay],
    by: User,
) -> Decision:
    """What this piece is taken for: fineness in tenths of a permille, milligrams of stones and
    dirt to take off. A later decision takes its place until the customer has signed the test, and
    once more when it was melted.

    Refused: before it was weighed, above 1000 ‰, above what the tests or our own record support,
    stones that were not tested, more to take off than there is, tests of another piece. A fineness
    that is raised again needs a second person.
    """
    if any(assay.old_piece_id != old_piece.pk for assay in rests_on):
        raise BadField(_("Choose tests of this piece."), field="rests_on")
    if not 0 < fineness <= MOST_FINENESS:
        raise FinenessOutOfRange(field="fineness")
    if stones and not stones_tested:
        raise StonesUntested(field="stones_tested")
    with trade_ins.opened(old_piece.trade_in, by=by) as (trade_in, book):
        gross = old_pieces.gross_of(old_piece)
        if trade_in.state not in DECIDED_IN or gross is None:
            raise TradeInMoved
        if stones < 0 or min(stones_mg, dirt_mg) < 0 or stones_mg + dirt_mg >= gross.mg:
            raise BadField(_("No metal would be left. Check what is taken off."), field="stones_g")
        shown = supported(old_piece, metal=metal)
        if shown is None or fineness > shown:
            raise FinenessNotShown(shown=shown)
        before = newest(old_piece)
        if before is not None and fineness > before.fineness:
            approvals.spend(ask=raise_ask(old_piece, fineness), by=by)
        row = Decision(
            old_piece=old_piece,
            own_brand=own_brand,
            stones=stones,
            stones_tested=stones_tested,
            stones_mg=stones_mg,
            dirt_mg=dirt_mg,
            metal=metal,
            fineness=fineness,
            rests_on=[assay.pk for assay in rests_on],
            at=book.at,
        )
        book.write([row], kind="old_piece_decided", number=trade_in.number)
    return row


def newest(piece: OldPiece) -> Decision | None:
    """The decision that holds."""
    return piece.decisions.order_by("-pk").first()


def newest_of(pieces: Iterable[OldPiece]) -> dict[int, Decision]:
    """The decision that holds for each of many pieces, by their keys (1 query)."""
    rows = Decision.objects.filter(old_piece__in=pieces).order_by("pk")
    return {row.old_piece_id: row for row in rows}


def holds(piece: OldPiece, decision: Decision) -> bool:
    """Whether the tests, of which some may be younger, still support what was decided."""
    shown = supported(piece, metal=decision.metal)
    return shown is not None and decision.fineness <= shown


def undecided(trade_in: TradeIn) -> list[OldPiece]:
    """Its old pieces without a decision that holds, in their order (3 queries, and 1 where one of
    them was ours)."""
    rows = OldPiece.objects.filter(trade_in=trade_in).order_by("position")
    pieces = list(rows.prefetch_related("assays", "piece"))
    decided = newest_of(pieces)
    return [
        piece for piece in pieces if piece.pk not in decided or not holds(piece, decided[piece.pk])
    ]


def supported(piece: OldPiece, *, metal: str) -> int | None:
    """The highest fineness that may be decided: what our own record of the piece says, or what
    the tests show. None when neither says anything."""
    of_ours = piece.piece.fineness if piece.piece and piece.piece.metal == metal else None
    tested = proofs.supported(piece, metal=metal)
    # a reading that disagrees with our own record is believed before the record
    return tested if tested is not None else of_ours


def raise_ask(piece: OldPiece, fineness: int) -> Ask:
    """What the second person agrees to when a fineness is raised after it was decided."""
    told = {"n": piece.position, "fineness": measures.permille(fineness)}
    return Ask(
        action="raise_fineness",
        store=piece.trade_in.store.code,
        document=piece.trade_in.number,
        figures={"old_piece": piece.pk, "fineness": fineness},
        summary=_("Raise the fineness of piece %(n)s to %(fineness)s") % told,
        permission="agree_trade_in",
    )
