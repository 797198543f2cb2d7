"""B11: what ten old pieces are worth against a necklace, each by its rule, line by line."""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import offers, old_pieces, trade_ins
from appraisal.models import Offer, OfferLine
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample, timed
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.replays import recorded, replayed
from tests.old_gold import NECKLACE, SIGNED, open_desk

PIECES = 10
RING_MG = 10_000
TURNS = 5
P95_US = 50_000
MOST_STATEMENTS = 40
# 10.00 g less 8 % is 9.20 g × ¥1,100.00, less 10.00 g × ¥28.00
PIECE_CENTS = 984_000

# one statement for each list that an offer reads
LISTS = (
    "SELECT * FROM appraisal_oldpiece WHERE trade_in_id = {trade_in}",
    "SELECT decision.* FROM appraisal_decision decision JOIN appraisal_oldpiece piece"
    " ON piece.id = decision.old_piece_id WHERE piece.trade_in_id = {trade_in}",
    "SELECT weighing.*, scale.d_mg FROM appraisal_weighing weighing"
    " LEFT JOIN appraisal_scale scale ON scale.id = weighing.scale_id"
    " JOIN appraisal_oldpiece piece ON piece.id = weighing.old_piece_id"
    " WHERE piece.trade_in_id = {trade_in}",
    "SELECT * FROM appraisal_tradeinrule WHERE kind = 'swap'",
    "SELECT * FROM inventory_metalprice",
    "SELECT * FROM inventory_storesetting WHERE store_id = {store}",
)


class MakeOffer(Operation):
    """The rule as a function. Floor: one statement a list, and the same rows by raw SQL."""

    id = "B11"
    name = "offer for ten old pieces"
    target = 6.0
    stretch = 3.0

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.desk = desk = open_desk(ground.shop)
        desk.put("trade_in_photo", "no")
        self.basket = [NECKLACE] * PIECES
        rings = [desk.ring(photos=[]) for _ in range(PIECES)]
        self.trade_in = desk.tested(*rings, mg=RING_MG)
        ground.accept_written()
        self.made = 0

    def ours(self) -> Sample:
        self.made += TURNS
        return timed([self._offer] * TURNS)

    def floor(self) -> Sample:
        self.made += TURNS
        told = {"trade_in": self.trade_in.pk, "store": self.ground.shop.s01.pk}
        statements = [sql.format(**told) for sql in LISTS]
        return replayed((recorded(self._offer) for _ in range(TURNS)), reads=[statements] * TURNS)

    def _offer(self) -> Offer:
        by = self.ground.shop.lin
        return offers.offer(trade_in=self.trade_in, basket=self.basket, by=by)

    def check(self) -> None:
        rows = Offer.objects.filter(trade_in=self.trade_in)
        if rows.count() != self.made:
            raise WrongAnswer(f"{rows.count()} of {self.made} offers were written")
        if wrong := rows.exclude(pays_cents=PIECES * PIECE_CENTS).count():
            raise WrongAnswer(f"{wrong} offers have another sum")
        lines = OfferLine.objects.filter(offer_piece__offer=rows.latest("pk")).count()
        if not lines or lines % PIECES:
            raise WrongAnswer(f"{lines} lines for {PIECES} pieces that are alike")
        self.ground.check_written()

    def finish(self, measured: Measured) -> Iterator[str]:
        with CaptureQueriesContext(connection) as asked:
            self._offer()
        self.made += 1
        self.extra["statements"] = len(asked)
        if len(asked) > MOST_STATEMENTS:
            yield f"{len(asked)} statements, more than {MOST_STATEMENTS}"
        if measured.ours.p95_us > P95_US:
            yield f"p95 {measured.ours.p95_us / 1000:.0f} ms, more than {P95_US / 1000:.0f}"
        self._give_back()

    def _give_back(self) -> None:
        """Whoever counts the counter next finds it as it was."""
        declined = trade_ins.decline(trade_in=self.trade_in, by=self.desk.by)
        pieces = trade_ins.pieces_of(declined)
        weights = {piece.pk: self.desk.on_scale(RING_MG) for piece in pieces}
        old_pieces.give_back(trade_in=declined, weights=weights, drawn=SIGNED, by=self.desk.by)
        self.ground.accept_written()
