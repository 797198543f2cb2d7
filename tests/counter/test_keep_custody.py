"""Whatever happens on a day: what a counter has = opening + in − out, in pieces and in grams."""

from collections.abc import Callable

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter import books, custody, handovers, sales
from counter.models import Handover, HandoverLine, Sale, SignedAs
from inventory import transfers
from inventory.ground import approvals
from inventory.models import Piece, State
from tests.cast import Shop
from tests.counters import count_rest, sign_both

ACTS = ("receive", "ring", "move", "lend", "away", "sell", "void", "hold", "hand_over")


class Day:
    """A counter on a random day; what cannot be done at the moment is left out."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sold: list[tuple[Sale, Piece]] = []
        self.sheets: list[Handover] = []
        self.holders = [shop.lin, shop.zhao]

    def lying(self) -> Piece | None:
        rows = Piece.objects.filter(place__parent=self.shop.a, state=State.ON_SALE)
        return rows.select_related("store", "place", "style").order_by("-pk").first()

    def receive(self) -> None:
        self.shop.piece()

    def ring(self) -> None:
        self.shop.ring(place=self.shop.tray("A-02"))

    def move(self) -> None:
        self._carry("A-03")

    def lend(self) -> None:
        self._carry("B-01", lent=True)

    def away(self) -> None:
        self._carry("SAFE")

    def _carry(self, code: str, *, lent: bool = False) -> None:
        piece, to = self.lying(), self.shop.tray(code)
        if piece is not None and piece.place_id != to.pk:
            transfers.hand_over(
                rows=[piece], to=to, sender=self.shop.chen, receiver=self.shop.wang, lent=lent
            )

    def hold(self) -> None:
        piece = self.lying()
        if piece is not None:
            self.shop.bill(piece)

    def sell(self) -> None:
        piece = self.lying()
        if piece is not None:
            self.sold.append((self.shop.sell(piece), piece))

    def void(self) -> None:
        if not self.sold:
            return
        sale, piece = self.sold.pop()
        sale.refresh_from_db()
        approvals.grant(
            ask=sales.void_ask(sale), store=self.shop.s01, asked_by=self.shop.lin, by=self.shop.chen
        )
        sales.void(sale=sale, scanned=[piece.number], reason="changed mind", by=self.shop.lin)

    def hand_over(self) -> None:
        gives, takes = self.holders
        sheet = handovers.start(counter=self.shop.a, kind="change", by=gives, incoming=takes)
        count_rest(sheet, by=gives)
        sign_both(sheet, (SignedAs.OUTGOING, gives), (SignedAs.INCOMING, takes))
        self.sheets.append(sheet)
        self.holders = [takes, gives]
        self.sold = []  # only a sale of the shift that is open now can be voided


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
def test_books_are_opening_and_in_less_out_on_any_day(shop: Shop, acts: list[str]) -> None:
    with transaction.atomic():
        day = Day(shop)
        for act in [*acts, "hand_over"]:
            step: Callable[[], None] = getattr(day, act)
            step()
        check(day)
        transaction.set_rollback(True)


def check(day: Day) -> None:
    sheet = day.sheets[-1]
    places = [place.pk for place in handovers.places_of(day.shop.a)]
    rows = HandoverLine.objects.filter(tray__handover=sheet).select_related("tray")
    closing = {
        (row.tray.place_id, row.metal, row.grade): (row.closing_pieces, row.closing_mg)
        for row in rows
        if row.closing_pieces
    }
    now = {key: (each.pieces, each.mg) for key, each in custody.lying(places).items()}
    assert closing == now
    for row in rows:
        assert row.expected_pieces == row.opening_pieces + row.in_pieces - row.out_pieces
        assert row.expected_mg == row.opening_mg + row.in_mg - row.out_mg
        assert sum(pieces for pieces, _mg in row.moves.values()) == row.in_pieces - row.out_pieces
    assert [str(each) for each in books.verify(day.shop.s01, full=True)] == []
