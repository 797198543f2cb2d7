"""Head office's programs read what came back, why and for what, and nobody's name."""

import pytest

from tests.cast import Shop
from tests.old_gold import Desk
from tests.programs import Program, register
from tests.returns import ReturnDesk, open_return_desk
from tests.swaps_back import bagged, hand, sale_of
from warranty.models import Fault


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


@pytest.fixture
def program(desk: ReturnDesk) -> Program:
    return register("returns:read", stores=[desk.shop.s01])


def test_a_return_tells_its_reason_its_pieces_and_its_sums(
    desk: ReturnDesk, program: Program
) -> None:
    sale = desk.sold(desk.shop.ring())
    back = desk.refund(desk.take(sale, Fault.STONE, words="周小梅说掉了一粒"))
    (row,) = program.rows("/returns")
    assert row == program.get(f"/returns/{back.number}").json()
    assert (row["sale"], row["fault"], row["cause"]) == (sale.number, "stone", "making")
    assert (row["state"], row["leads_to"], row["is_goodwill"]) == ("settled", "refund", False)
    assert (row["counts"], row["went_back_cents"], row["paid_goods"]) == (
        "7572.00",
        757_200,
        "0.00",
    )
    (line,) = row["lines"]
    assert (line["piece"], line["marks"]) == (
        sale.lines.get().piece.number,
        ["weight", "certificate"],
    )
    assert "周小梅" not in program.get("/returns").content.decode()


def test_old_gold_that_went_back_itself_is_told_with_its_weight(standing_desk: Desk) -> None:
    trade_in = bagged(standing_desk)
    back = open_return_desk(standing_desk.shop).take(sale_of(trade_in))
    told = register("returns:read", stores=[standing_desk.shop.s01])
    (row,) = told.rows("/returns")
    assert row["old_pieces_back"] == []
    hand(standing_desk, back, trade_in, mg=9_990)
    (row,) = told.rows("/returns")
    assert row["old_pieces_back"] == [
        {
            "trade_in": trade_in.number,
            "category": "ring",
            "mark": "足金",
            "metal": "Au",
            "weight": "9.990",
            "weight_mg": 9_990,
        }
    ]


def test_an_exchange_tells_what_it_paid(desk: ReturnDesk, program: Program) -> None:
    back = desk.take(desk.sold(desk.shop.ring()), Fault.WRONG_SIZE, "exchange")
    (row,) = program.rows("/returns?state=open")
    assert (row["settled_at"], row["paid_goods_cents"]) == (None, 0)
    desk.exchange(back, desk.shop.charm())
    (row,) = program.rows("/returns?fault=wrong_size")
    assert (row["paid_goods_cents"], row["went_back_cents"]) == (9_800, 757_200 - 9_800)
    assert row["lines"][0]["basis"] == "amount"
    assert program.rows("/returns?state=open") == []
    assert program.rows("/returns?business_day=2020-01-01") == []


def test_another_store_and_another_scope_see_nothing(desk: ReturnDesk) -> None:
    back = desk.take(desk.sold(desk.shop.ring()))
    elsewhere = register("returns:read", stores=[desk.shop.s02])
    assert elsewhere.rows("/returns") == []
    assert elsewhere.get(f"/returns/{back.number}").status_code == 404
    assert register("sales:read", stores=[desk.shop.s01]).get("/returns").status_code == 403


def test_it_goes_on_behind_the_cursor_at_the_same_cost(desk: ReturnDesk, program: Program) -> None:
    first, second = (desk.take(desk.sold(desk.shop.ring())) for _n in range(2))
    page = program.get("/returns?limit=1").json()
    assert [row["number"] for row in page["items"]] == [first.number]
    rest = program.get(f"/returns?cursor={page['next_cursor']}").json()
    assert [row["number"] for row in rest["items"]] == [second.number]
    assert program.questions("/returns", limit=1) == program.questions("/returns")
