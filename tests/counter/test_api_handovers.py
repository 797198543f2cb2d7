"""What head office pulls of the counters: signed sheets with all that stands on them."""

from datetime import timedelta

from counter import handovers, investigations, signatures
from counter.models import HandoverKind, SignedAs
from inventory.ground import settings_rows
from tests import sheets
from tests.cast import Shop
from tests.counter.test_api_access import refusal
from tests.programs import EVERYTHING, register

OWN = set(EVERYTHING) - {"all_stores"}


def test_it_tells_a_sheet_class_by_class(shop: Shop) -> None:
    shop.sell(shop.piece())
    shop.piece()
    shop.ring()
    done = sheets.signed(shop)
    told = register(*EVERYTHING).get(f"/handovers/{done.number}").json()
    assert (told["store"], told["counter"], told["kind"]) == ("S01", "A", "change")
    assert (told["outgoing"], told["incoming"], told["witnessed"]) == ("lin", "zhao", True)
    assert told["business_day"] == done.business_day.isoformat()
    assert told["signed_at"].endswith("+08:00")
    assert told["seal"] == {"seq": done.sealed_seq, "hash": done.sealed_hash}
    assert [(each["signed_as"], each["username"]) for each in told["signatures"]] == [
        ("outgoing", "lin"),
        ("incoming", "zhao"),
    ]
    assert told["pieces"] == 2
    assert told["metals"] == [
        {"metal": "Au", "grade": 9_900, "pieces": 1, "net": "8.720", "net_mg": 8_720},
        {"metal": "Au", "grade": 7_500, "pieces": 1, "net": "1.960", "net_mg": 1_960},
    ]
    (tray,) = (each for each in told["trays"] if each["place"] == "A-01")
    gold, rings = sorted(tray["lines"], key=lambda line: -line["grade"])
    assert (gold["opening_pieces"], gold["in_pieces"], gold["out_pieces"]) == (0, 2, 1)
    assert (gold["in"], gold["in_mg"], gold["out"]) == ("17.440", 17_440, "8.720")
    assert {move["reason"]: (move["pieces"], move["net"]) for move in gold["moves"]} == {
        "received": (2, "17.440"),
        "sold": (-1, "-8.720"),
    }
    assert (gold["expected_pieces"], gold["expected_mg"]) == (1, 8_720)
    assert (gold["counted_pieces"], gold["tag"], gold["scale"]) == (1, "8.720", None)
    assert (rings["closing_pieces"], rings["closing"]) == (1, "1.960")
    assert (told["differences"], told["investigations"]) == ([], [])


def test_it_tells_the_scale_and_the_money(shop: Shop) -> None:
    shop.piece()
    shop.sell(shop.ring())
    handover = sheets.begin(shop)
    sheets.count_goods(shop, handover, gross_mg={"A-01": 9_930})
    sheets.count_money(shop, handover, taken=700_000)
    done = sheets.sign(shop, handover)
    told = register(*EVERYTHING).get(f"/handovers/{done.number}").json()
    (tray,) = (each for each in told["trays"] if each["place"] == "A-01")
    assert (tray["gross"], tray["tare"], tray["gap_mg"]) == ("9.930", "1.200", 10)
    assert [line["scale"] for line in tray["lines"] if line["counted_pieces"]] == ["8.730"]
    cash, *others = told["money"]
    assert (cash["tender"], cash["counted"], cash["taken_cents"]) == ("cash", "7572.00", 700_000)
    assert (cash["expected_slips"], cash["counted_slips"]) == (None, None)
    assert sum(each["value_cents"] * each["count"] for each in cash["notes"]) == 757_200
    assert {(each["counted_slips"], each["counted"]) for each in others} == {(0, "0.00")}


def test_it_tells_differences_and_what_became_of_them(shop: Shop) -> None:
    ring = shop.ring(place=shop.tray("A-02"))
    shop.sell(shop.piece())
    done = sheets.signed(shop, lacking=[ring], short_cents=1_000)
    program = register(*EVERYTHING)
    told = program.get(f"/handovers/{done.number}").json()
    goods, money = told["differences"]
    assert (goods["part"], goods["pieces"], goods["approved_by"]) == ("A-02", -1, "chen")
    assert (money["part"], money["amount"], money["amount_cents"]) == ("cash", "-10.00", -1_000)
    missing, short = told["investigations"]
    assert (missing["piece"], missing["net"], missing["outcome"]) == (ring.number, "-1.960", None)
    assert (short["amount_cents"], short["what"]) == (-1_000, "wrong change given")
    found = done.investigations.get(piece=ring)
    investigations.close(investigation=found, outcome="found", note="in the window", by=shop.wang)
    missing = program.get(f"/handovers/{done.number}").json()["investigations"][0]
    assert (missing["outcome"], missing["closed_by"]) == ("found", "wang")
    assert missing["note"] == "in the window"


def test_it_says_when_nobody_has_witnessed_it_yet(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="yes", by=shop.wang)
    done = sheets.signed(shop, HandoverKind.CLOSE, alone=True)
    program = register(*EVERYTHING)
    assert program.get(f"/handovers/{done.number}").json()["witnessed"] is False
    signatures.sign_later(handover=done, as_=SignedAs.WITNESS, user=shop.chen)
    told = program.get(f"/handovers/{done.number}").json()
    assert told["witnessed"] is True
    assert [each["later"] for each in told["signatures"]] == [False, True]


def test_it_keeps_an_open_and_an_abandoned_sheet_to_itself(shop: Shop) -> None:
    running = sheets.begin(shop)
    program = register(*EVERYTHING)
    for _state in ("open", "abandoned"):
        assert program.rows("/handovers") == []
        assert refusal(program.get(f"/handovers/{running.number}")) == (404, "not_found")
        if running.is_open:
            running = handovers.abandon(handover=running, reason="fire drill", by=shop.lin)


def test_it_tells_the_shops_own_program_nothing_of_a_counter_that_is_counted(shop: Shop) -> None:
    shop.piece()
    done = sheets.signed(shop)
    own = register(*OWN, stores=[shop.s01])
    office = register(*EVERYTHING)
    assert len(own.rows("/handovers")) == 1
    running = sheets.begin(shop)
    for path in ("/handovers", f"/handovers/{done.number}"):
        assert refusal(own.get(path)) == (409, "count_open"), path
        assert office.get(path).status_code == 200, path
    handovers.abandon(handover=running, reason="fire drill", by=shop.lin)
    assert len(own.rows("/handovers")) == 1


def test_it_finds_the_sheets_of_a_business_day_and_of_one_store(shop: Shop) -> None:
    done = sheets.signed(shop)
    program = register(*EVERYTHING)
    day, eve = done.business_day, done.business_day - timedelta(days=1)
    assert len(program.rows("/handovers", store="S01", business_day=day.isoformat())) == 1
    assert program.rows("/handovers", business_day=eve.isoformat()) == []
    assert program.rows("/handovers", store="S02") == []
    other = register(*OWN, stores=[shop.s02])
    assert other.rows("/handovers") == []
    assert refusal(other.get(f"/handovers/{done.number}")) == (404, "not_found")


def test_it_goes_on_behind_the_last_sheet(shop: Shop) -> None:
    first = sheets.signed(shop)
    program = register(*EVERYTHING)
    page = program.get("/handovers").json()
    assert [each["number"] for each in page["items"]] == [first.number]
    assert program.get("/handovers", after=page["next_cursor"]).json()["items"] == []
    second = sheets.signed(shop)
    (told,) = program.get("/handovers", after=page["next_cursor"]).json()["items"]
    assert (told["number"], told["previous"]) == (second.number, first.number)


def test_it_costs_the_same_queries_for_one_sheet_and_for_many(shop: Shop) -> None:
    program = register(*OWN, stores=[shop.s01])
    sheets.signed(shop)
    few = program.questions("/handovers")
    for _each in range(3):
        sheets.signed(shop, lacking=[shop.ring()])
    assert program.questions("/handovers") == few
    assert len(program.rows("/handovers")) == 4
