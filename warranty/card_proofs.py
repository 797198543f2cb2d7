"""What proves at the counter that a card is somebody's: its receipt, or the piece itself."""

from django.utils.translation import gettext_lazy

from inventory.ground import codes
from inventory.ground.errors import RuleBroken
from warranty.models import Card


class ProofNeeded(RuleBroken):
    """Neither the receipt of this card nor its piece was shown."""

    code = "proof_needed"
    status = 422
    sentence = gettext_lazy(
        "Scan the receipt of this card or its piece, or type the number of its certificate."
    )


class PieceNeeded(RuleBroken):
    """A receipt is no piece."""

    code = "piece_needed"
    status = 422
    sentence = gettext_lazy("Scan the piece of this card, or type the number of its certificate.")


def check(card: Card, text: str) -> str:
    """The receipt's number, a number on the piece or that of its certificate; returns the number,
    for the event. Refused when it belongs to something else, or to nothing."""
    shown = _piece(card, text) or _receipt(card, text)
    if not shown:
        raise ProofNeeded(field="proof")
    return shown


def check_piece(card: Card, text: str) -> str:
    """The piece alone. Refused as in `check`, and for a receipt."""
    shown = _piece(card, text)
    if not shown:
        raise PieceNeeded(field="proof")
    return shown


def _receipt(card: Card, text: str) -> str:
    number = card.sale_line.sale.number or ""
    return number if number and codes.read(text).value == number else ""


def _piece(card: Card, text: str) -> str:
    piece, typed = card.piece, codes.read(text).value
    if typed and typed in {piece.number, piece.barcode, piece.epc}:
        return piece.number
    plain = codes.half_width(text).strip().upper()
    known = {number.upper() for number in piece.certificates.values_list("number", flat=True)}
    return plain if plain in known else ""
