"""What the customer signs, word for word: the text above each signature, with its figures."""

from typing import Final

from django.utils.translation import gettext as _

from appraisal import buy_back_value
from appraisal.models import Decision, Offer, OldPiece, TradeIn, TradeKind, WeighedFor
from inventory.ground import measures

CONSENT: Final = "consent"
TEST: Final = "test"
OFFER: Final = "offer"
MELT: Final = "melt"
RETURN: Final = "return"


def text(trade_in: TradeIn, point: str) -> str:
    """The words of a point in the language of the screen; made by the server, never by a form."""
    return {
        CONSENT: _consent,
        TEST: _test,
        OFFER: _offer,
        MELT: _melt,
        RETURN: _return,
    }[point](trade_in)


def _consent(trade_in: TradeIn) -> str:
    said = _("Where it comes from: %(source)s.") % {"source": trade_in.source}
    return " ".join(
        [
            _("Criteria, process and fees were explained to me before anything was done."),
            _("My pieces may be weighed and tested without harm to them."),
            said,
            _("I may take them back at any time, free of charge."),
        ]
    )


def _test(trade_in: TradeIn) -> str:
    seen = [_("I saw my pieces weighed and tested.")]
    for piece in OldPiece.objects.filter(trade_in=trade_in).order_by("position"):
        seen.append(_weighed(piece))
    return " ".join(seen)


def _weighed(piece: OldPiece) -> str:
    weighing = piece.weighings.filter(purpose=WeighedFor.GROSS).order_by("-pk").first()
    decision = piece.decisions.order_by("-pk").first()
    told = {
        "n": piece.position,
        "grams": measures.grams(weighing.mg) if weighing else "–",
        "metal": _named(decision),
    }
    return _("Piece %(n)s: %(grams)s g, %(metal)s.") % told


def _named(decision: Decision | None) -> str:
    if decision is None:
        return "–"
    return measures.declared_name(decision.metal, decision.fineness)


def _offer(trade_in: TradeIn) -> str:
    offer = trade_in.offers.order_by("-pk").first()
    told = {"amount": measures.yuan(offer.worth_cents if offer else 0)}
    explained = _("Weighing, test and calculation were shown and explained to me.")
    if trade_in.kind == TradeKind.BUY_BACK:
        return f"{explained} " + _("I sell my old gold for %(amount)s.") % told
    given = _("I give my old gold for a credit of %(amount)s.") % told
    return " ".join([explained, given, *_in_money(offer)])


def _in_money(offer: Offer | None) -> list[str]:
    """What of the surplus would ever go out in money (trade.md 4.12)."""
    if offer is None or not offer.credit_cents:
        return []
    worth = buy_back_value.of_pieces(offer.pieces.prefetch_related("lines"))
    told = {
        "credit": measures.yuan(offer.credit_cents),
        "money": measures.yuan(worth.credit_value_cents),
    }
    return [_("%(credit)s of it become store credit, in money at most %(money)s.") % told]


def _melt(trade_in: TradeIn) -> str:
    return " ".join(
        [
            _("The test result was told to me."),
            _("I agree that my pieces are melted now; after that they cannot be given back whole."),
        ]
    )


def _return(trade_in: TradeIn) -> str:
    melted = WeighedFor.FINAL
    if OldPiece.objects.filter(trade_in=trade_in, weighings__purpose=melted).exists():
        return _("I took back what was left of my pieces after melting. Nothing was charged.")
    return _("I took my pieces back as I gave them. Nothing was charged.")
