"""Which weight counts for a line: that of its label, or where the store says so the one that the
scale showed when the piece was weighed for the customer (Order 66, art. 4: settle as indicated)."""

from appraisal.models import WeighedFor, Weighing
from counter.models import SaleLine


def counting_mg(line: SaleLine) -> int:
    """The net milligrams that the price of a line is reckoned from; pass it with its piece and its
    sale (1 query where they are not those of the label)."""
    return line.net_mg if is_settled(line) else line.piece.net_mg


def is_settled(line: SaleLine) -> bool:
    """Whether a reading took the place of the label: never without the weighing that says so."""
    if line.net_mg == line.piece.net_mg:
        return False
    weighed = Weighing.objects.filter(
        document=str(line.sale.uuid),
        purpose=WeighedFor.SALE,
        piece=line.piece_id,
        is_typed=False,
        mg=line.net_mg + stones_mg(line),
    )
    return weighed.exists()


def stones_mg(line: SaleLine) -> int:
    """What of a piece is no metal; a scale sees it too."""
    return line.piece.gross_mg - line.piece.net_mg
