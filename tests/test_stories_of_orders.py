"""From the customer's wish to the card in the customer's hand, through the pages; nothing that was
wished for is typed a second time, and the books agree afterwards."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from counter.models import ConsentHow, NetworkOrder, OrderedPiece, OrderState, Sale, SaleState
from counter.showroom import talks, versions
from counter.showroom.wishes import LineWish, Wish
from inventory.ground import nobody
from tests.cast import KeyedClient
from tests.showroom import Showroom
from warranty.models import Card

pytestmark = pytest.mark.usefixtures("books_agree_afterwards")


@pytest.fixture
def books_agree_afterwards(showroom: Showroom) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


class Desk:
    """Who works on one order, each at a tablet of their own."""

    def __init__(self, showroom: Showroom, order: NetworkOrder) -> None:
        self.order = order
        self.gao = showroom.shop.client(showroom.shop.gao)
        self.lin = showroom.shop.client(showroom.shop.lin)

    def act(self, who: KeyedClient, word: str, **typed: str) -> str:
        answer = who.post(f"/orders/{self.order.number}/{word}/", typed)
        assert answer.status_code == 303, answer.text[-1_500:]
        return str(answer["Location"])

    def make(self, showroom: Showroom) -> None:
        """Passed on, checked again, made, weighed, and the customer told."""
        day = f"{showroom.day(20):%Y-%m-%d}"
        self.act(self.gao, "pass-on", store="S01", promised_on=day)
        self.act(self.lin, "confirm")
        self.act(self.lin, "begin")
        for each in OrderedPiece.objects.filter(line__order=self.order):
            grams = f"{each.line.net_mg / 1000:.2f}"
            told = {"gross_mg": grams, "net_mg": grams, "place": "A-01", "lab": "NGTC"}
            self.act(self.lin, f"pieces/{each.pk}/arrive", **told, report=f"81{each.pk:08d}")
        self.act(self.lin, "tell")

    def hand_over(self) -> Sale:
        """The bill opens with the goods on it; the customer pays and leaves with the cards."""
        path = self.act(self.lin, "bill")
        sale = Sale.objects.get(state=SaleState.OPEN)
        cents = sum(line.total_cents for line in sale.lines.all())
        self.lin.post(f"{path}confirm/", {"how": "tap"})
        paid = {
            "tender": "wechat",
            "amount": f"{cents / 100:.2f}",
            "merchant_number": "WX4200001234567890",
        }
        self.lin.post(f"{path}pay/", paid)
        self.lin.post(f"{path}complete/", {"shown_cents": str(cents)})
        sale.refresh_from_db()
        return sale


def ordered_as(order: NetworkOrder) -> list[tuple[str, str, int, str]]:
    """Style, metal, grade and ring size of what was handed over, one for each piece."""
    rows = OrderedPiece.objects.filter(line__order=order, state="handed_over")
    told = rows.values_list(
        "piece__style__code", "piece__metal", "piece__grade", "piece__ring_size"
    )
    return sorted(told)


def wished_as(*lines: LineWish) -> list[tuple[str, str, int, str]]:
    return sorted(
        (line.style, line.metal, line.grade, line.ring_size)
        for line in lines
        for _piece in range(line.pieces)
    )


def test_what_was_ordered_is_what_is_handed_over(showroom: Showroom) -> None:
    wish = showroom.wish(promises="礼盒")
    desk = Desk(showroom, showroom.placed(wish))
    desk.make(showroom)
    sale = desk.hand_over()
    desk.order.refresh_from_db()
    assert (sale.state, desk.order.state) == (SaleState.COMPLETED, OrderState.HANDED_OVER)
    assert sale.customer == showroom.customer
    assert ordered_as(desk.order) == wished_as(*wish.lines)
    assert Wish.from_content(desk.order.versions.get().content).lines == wish.lines
    assert Card.objects.filter(sale_line__sale=sale).count() == 2


def test_a_change_that_the_customer_agrees_to_explains_the_difference(showroom: Showroom) -> None:
    before = showroom.wish(showroom.band(pieces=1, ring_size="12.25"))
    after = showroom.wish(showroom.band(pieces=1, ring_size="13"))
    desk = Desk(showroom, showroom.placed(before))
    desk.act(desk.gao, "ask", text="12.25 还是 13？")
    question = desk.order.questions.get()
    customer = nobody.customer()
    talks.reply(question=question, text="13", how=ConsentHow.LINK, by=customer)
    proposed = versions.propose(order=desk.order, wish=after, why="顾客改手寸", by=showroom.gao)
    versions.answer(version=proposed, agreed=True, how=ConsentHow.LINK, by=customer)
    desk.order.refresh_from_db()
    desk.make(showroom)
    desk.hand_over()
    assert ordered_as(desk.order) == wished_as(*after.lines)
    told = [(row.version, row.answer.agreed) for row in desk.order.versions.all()]
    assert told == [(1, True), (2, True)]
