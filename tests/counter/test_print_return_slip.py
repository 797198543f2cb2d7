"""退换单, read back from its PDF: what came back, what it counts, where the customer signs."""

import re

import pytest

from counter.models import LeadsTo
from tests import paper
from tests.cast import Shop
from tests.returns import ReturnDesk, open_return_desk
from warranty.models import Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def words_of(desk: ReturnDesk, number: str, language: str = "zh-hans") -> str:
    """Without blanks: where a line of paper ends says nothing."""
    client = desk.shop.client()
    client.cookies["django_language"] = language
    answer = client.get(f"/returns/{number}/slip.pdf")
    assert answer.status_code == 200, answer.content
    (size,) = paper.page_sizes_mm(answer.content)
    assert size[0] == 80
    return re.sub(r"\s", "", paper.text_of(answer.content))


def test_it_says_what_came_back_and_how_it_went_back(desk: ReturnDesk) -> None:
    sale = desk.sold(desk.shop.ring(), cash=300_000, wechat=457_200)
    back = desk.refund(desk.take(sale, words="石头松了"))
    said = words_of(desk, back.number, "en")
    for told in (back.number, sale.number or "", "石头松了", "itsweight·itscertificate"):
        assert told in said, told
    assert "¥7,572.00" in said
    assert "4,572.00" in said
    assert desk.shop.chen.first_name in said
    assert "Signature:" in said


def test_before_it_is_settled_it_says_so(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, LeadsTo.EXCHANGE)
    said = words_of(desk, back.number, "en")
    assert "checked,notsettled" in said
    assert "thepricepaid" in said
