"""Head office's programs read trade-ins and bags: weights and money, and nobody's name."""

import pytest

from appraisal import melts
from counter import handovers
from tests.old_gold import Desk
from tests.programs import Program, register
from tests.scrap_bags import melted, seal, sealed, settled


@pytest.fixture
def program(desk: Desk) -> Program:
    return register("trade_ins:read", stores=[desk.shop.s01])


def test_a_trade_in_tells_what_was_weighed_decided_and_paid(desk: Desk, program: Program) -> None:
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    (row,) = program.rows("/trade-ins")
    assert row == program.get(f"/trade-ins/{trade_in.number}").json()
    assert (row["number"], row["state"], row["kind"]) == (trade_in.number, "bagged", "swap")
    assert (row["pays"], row["pays_cents"], row["credit_cents"]) == ("9840.00", 984_000, 0)
    (piece,) = row["pieces"]
    assert (piece["metal"], piece["fineness"]) == ("Au", 9_990)
    assert (piece["counting"], piece["counting_mg"]) == ("10.000", 10_000)
    assert (piece["pays_cents"], piece["bag"]) == (984_000, bag.number)


def test_before_it_is_weighed_there_are_no_figures(desk: Desk, program: Program) -> None:
    desk.receive()
    (row,) = program.rows("/trade-ins")
    assert (row["state"], row["pays"], row["pays_cents"]) == ("received", None, None)
    (piece,) = row["pieces"]
    assert (piece["metal"], piece["fineness"], piece["counting"]) == ("Au", None, None)


def test_nothing_personal_is_told(desk: Desk, program: Program) -> None:
    desk.receive(source="外婆王秀英所赠", representative="周小梅")
    told = program.get("/trade-ins").content.decode()
    assert "王秀英" not in told
    assert "周小梅" not in told
    assert "customer" not in told


def test_a_bag_tells_seal_grams_and_what_the_refiner_found(desk: Desk, program: Program) -> None:
    bag = sealed(desk)
    (row,) = program.rows("/scrap-bags")
    assert (row["number"], row["seal"], row["store"], row["state"]) == (
        bag.number,
        "F-0001",
        "S01",
        "sealed",
    )
    assert (row["metal_weight"], row["fine_mg"], row["gross"]) == ("10.000", 9_990, "11.500")
    assert (row["pieces"], row["watched_by"], row["melt"]) == (1, "zhao", None)
    bar = melted(desk, bag)
    melts.enter_assay(melt=bar, refiner="长城", paper="R", fineness=9_985, by=desk.shop.head)
    (row,) = program.rows("/scrap-bags", state="melted")
    assert (row["at_store"], row["melt"], row["refined_fineness"]) == ("HQ", bar.number, 9_985)
    assert program.rows("/scrap-bags", state="sealed") == []


def test_it_needs_its_scope(desk: Desk) -> None:
    other = register("sales:read", stores=[desk.shop.s01])
    for path in ("/trade-ins", "/trade-ins/S01-T261122-0001", "/scrap-bags"):
        assert other.get(path).json()["code"] == "scope_needed"


def test_it_goes_on_behind_the_cursor(desk: Desk, program: Program) -> None:
    for number in range(3):
        sealed(desk, f"F-{number}")
    pages = list(program.pages("/scrap-bags", limit=2))
    assert [[row["seal"] for row in page] for page in pages] == [["F-0", "F-1"], ["F-2"]]
    pages = list(program.pages("/trade-ins", limit=2))
    assert [len(page) for page in pages] == [2, 1, 0]


def test_bags_of_a_counted_counter_are_left_out(desk: Desk, program: Program) -> None:
    sealed(desk)
    handovers.start(counter=desk.shop.a, kind="change", incoming=desk.shop.zhao, by=desk.shop.lin)
    assert program.rows("/scrap-bags") == []
    house = register("trade_ins:read", "handovers:read", "all_stores")
    assert len(house.rows("/scrap-bags")) == 1


def test_ten_rows_cost_the_queries_of_one(desk: Desk, program: Program) -> None:
    sealed(desk, "F-0")
    few = [program.questions(path) for path in ("/trade-ins", "/scrap-bags")]
    for number in range(1, 4):
        sealed(desk, f"F-{number}")
    assert [program.questions(path) for path in ("/trade-ins", "/scrap-bags")] == few
    assert max(few) <= 9
