"""The pages of a count: blind until a tray is handed in, quick after a scan, two PINs at last."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from counter import approving, counting, custody, handovers
from counter.models import (
    CountItem,
    Handover,
    HandoverKind,
    HandoverState,
    ItemKind,
    Shift,
    SignedAs,
    TrayCount,
    TrayState,
)
from inventory import transfers
from inventory.ground import codes, settings_rows
from inventory.models import CountDepth, Movement, Piece, Place, Reason
from tests.cast import PINS, Shop

PART = {"HX-Request": "true", "HX-Target": "counting"}
# figures that stand nowhere else: who finds them on a page has seen into the books
CANARY_MG, CANARY = 71_930, "71.93"


@pytest.fixture
def goods(shop: Shop) -> list[Piece]:
    """Two necklaces in A-01, a ring in A-02; everything else is empty."""
    return [
        shop.piece(gross_mg=CANARY_MG, net_mg=CANARY_MG),
        shop.piece(),
        shop.ring(place=shop.tray("A-02")),
    ]


@pytest.fixture(autouse=True)
def _two_people(shop: Shop) -> None:
    """In this store a second person is always there."""
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="no", by=shop.wang)


def begin(shop: Shop, kind: str = "change") -> Handover:
    """A count of counter A from Lin to Zhao."""
    change = kind == HandoverKind.CHANGE
    return handovers.start(
        counter=shop.a,
        kind=kind,
        outgoing=None if kind == "open" else shop.lin,
        incoming=shop.zhao if change else None,
        by=shop.lin,
    )


def tray(sheet: Handover, code: str = "A-01") -> TrayCount:
    return sheet.trays.get(place__code=code)


def at(sheet: Handover, rest: str = "") -> str:
    return f"/handovers/{sheet.number}/{rest}"


def act(client: Client, sheet: Handover, place: str, what: str, **fields: Any) -> Any:
    """An act of a tray's page, with the moment of the ledger that the page has shown."""
    if what in {"weigh", "hand-in", "seal"}:
        fields.setdefault("seen_seq", custody.head_seq(sheet.store))
    return client.post(at(sheet, f"trays/{place}/{what}/"), fields)


def scan_all(client: Client, sheet: Handover, place: str, *rows: Piece) -> None:
    for piece in rows:
        assert act(client, sheet, place, "scan", code=piece.number).status_code == 303


def count_everything(shop: Shop, sheet: Handover, goods: list[Piece]) -> None:
    """Every tray, the cash and the slips, as the books have them."""
    client = shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    scan_all(client, sheet, "A-02", goods[2])
    act(client, sheet, "A-02", "hand-in")
    client.post(at(sheet, "empty/"), {"place": "A-03"})
    client.post(at(sheet, "money/cash/"))
    client.post(at(sheet, "no-slips/"))
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED


def sign(client: Client, sheet: Handover, role: str, name: str, **fields: Any) -> Any:
    typed = {"signer": f"{role}:{name}", "pin": PINS[name], **fields}
    return client.post(at(sheet, "sign/"), typed)


# --- to begin


def test_it_starts_a_count_with_one_form(shop: Shop) -> None:
    client = shop.client()
    page = client.get("/handovers/start/A/?kind=change").content.decode()
    assert "Start counting" in page
    done = client.post(
        "/handovers/start/A/", {"kind": "change", "outgoing": "lin", "incoming": "zhao"}
    )
    sheet = Handover.objects.get()
    assert (done.status_code, done.headers["Location"]) == (303, at(sheet))
    assert (sheet.outgoing, sheet.incoming) == (shop.lin, shop.zhao)


def test_it_leads_to_the_count_that_is_open_already(shop: Shop) -> None:
    sheet = begin(shop)
    page = shop.client().get("/handovers/start/A/").content.decode()
    assert at(sheet) in page
    assert "Start counting" not in page


def test_it_refuses_the_same_person_twice(shop: Shop) -> None:
    done = shop.client().post(
        "/handovers/start/A/", {"kind": "change", "outgoing": "lin", "incoming": "lin"}
    )
    assert done.headers["X-Refusal"] == "same_person"
    assert not Handover.objects.exists()


# --- blind


def test_it_shows_no_figure_of_the_books_before_the_tray_is_handed_in(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    for address in (
        at(sheet),
        at(sheet, "?tray=A-01"),
        at(sheet, "?part=sign"),
        at(sheet, "?money=cash"),
    ):
        assert CANARY not in client.get(address).content.decode(), address
    scan_all(client, sheet, "A-01", goods[1])
    part = client.get(at(sheet, "?tray=A-01"), headers=PART).content.decode()
    assert "8.72" in part
    assert CANARY not in part
    act(client, sheet, "A-01", "hand-in")
    assert tray(sheet).state == TrayState.RECOUNT
    for address in (at(sheet), at(sheet, "?tray=A-01")):
        assert CANARY not in client.get(address).content.decode(), address


def test_it_shows_the_expected_figures_once_the_tray_agrees(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "2 · 80.65" in page
    assert "✓ agrees" in page


# --- scanning


def test_a_scan_answers_with_the_panel_and_the_line_of_the_tray(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    answer = client.get(at(sheet, f"?tray=A-01&read={goods[1].number}"), headers=PART)
    part = answer.content.decode()
    assert "<html" not in part
    assert goods[1].number in answer.headers["HX-Trigger"]
    assert f'id="place-{tray(sheet).pk}"' in part
    assert "counted-so-far" in part


def test_a_scan_costs_the_same_with_many_pieces(
    shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sheet, client = begin(shop), shop.client()
    rows = [shop.charm() for _n in range(12)]
    scan_all(client, sheet, "A-01", *rows[:11])
    with django_assert_max_num_queries(26):
        act(client, sheet, "A-01", "scan", code=rows[11].number)
    with django_assert_max_num_queries(14):
        client.get(at(sheet, "?tray=A-01"), headers=PART)


def test_a_piece_that_was_scanned_already_sounds_different(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[0])
    again = client.post(
        at(sheet, "trays/A-01/scan/"), {"code": goods[0].number}, headers={"HX-Request": "true"}
    )
    assert again.headers["X-Refusal"] == "already_counted"
    assert "scan-already" in again.headers["HX-Trigger"]


def test_the_code_of_a_tray_opens_it(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    opened = act(client, sheet, "A-01", "scan", code="a-02")
    assert opened.headers["Location"] == at(sheet, "?tray=A-02")
    assert tray(sheet, "A-02").by == shop.lin
    assert client.post(at(sheet, "scan/"), {"code": "A-03"}).status_code == 303
    refused = client.post(at(sheet, "scan/"), {"code": goods[0].number})
    assert refused.headers["X-Refusal"] == "no_tray_chosen"


def test_it_takes_the_last_scan_back(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    assert act(client, sheet, "A-01", "undo").status_code == 303
    assert [read.piece for read in counting.live_reads(tray(sheet))] == [goods[0]]


def test_it_counts_a_piece_without_a_label_and_puts_strays_aside(
    shop: Shop, goods: list[Piece]
) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[0])
    act(client, sheet, "A-01", "stray")
    act(client, sheet, "A-01", "no-label")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "1 without a label" in page
    assert "1 put aside" in page


def test_another_persons_tray_is_taken_over_by_a_button(shop: Shop, goods: list[Piece]) -> None:
    sheet = begin(shop)
    scan_all(shop.client(), sheet, "A-01", goods[0])
    other = shop.client(shop.zhao)
    page = other.get(at(sheet, "?tray=A-01")).content.decode()
    assert "林, on another tablet" in page
    assert "Take over A-01" in page
    refused = act(other, sheet, "A-01", "scan", code=goods[1].number)
    assert refused.headers["X-Refusal"] == "tray_taken"
    assert act(other, sheet, "A-01", "open", take_over="1").status_code == 303
    scan_all(other, sheet, "A-01", goods[1])
    assert len(counting.live_reads(tray(sheet))) == 2


# --- handing in


def test_the_next_tray_opens_by_itself(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    done = act(client, sheet, "A-01", "hand-in")
    assert done.headers["Location"] == at(sheet, "?tray=A-02")
    assert tray(sheet, "A-02").by == shop.lin


def test_the_weight_goes_along_with_the_tray(shop: Shop, goods: list[Piece]) -> None:
    Place.objects.filter(pk=shop.tray("A-01").pk).update(
        tare_mg=180_000, count_depth=CountDepth.TRAY
    )
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    missing = act(client, sheet, "A-01", "hand-in")
    assert missing.headers["X-Refusal"] == "weight_needed"
    act(client, sheet, "A-01", "hand-in", gross="260.66")
    assert tray(sheet).state == TrayState.AGREED
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "80.66" in page


def test_a_place_that_is_counted_by_pieces_takes_typed_figures(
    shop: Shop, goods: list[Piece]
) -> None:
    Place.objects.filter(pk=shop.tray("A-02").pk).update(count_depth=CountDepth.PIECES)
    sheet, client = begin(shop), shop.client()
    act(client, sheet, "A-02", "open")
    page = client.get(at(sheet, "?tray=A-02")).content.decode()
    assert "18K gold" in page
    twice = act(
        client, sheet, "A-02", "hand-in",
        **{"class": ["Au-7500", "Au-7500"], "pieces": ["1", "1"], "grams": ["", ""]},
    )  # fmt: skip
    assert twice.status_code == 422
    act(
        client, sheet, "A-02", "hand-in",
        **{"class": ["Au-7500", ""], "pieces": ["1", ""], "grams": ["1.96", ""]},
    )  # fmt: skip
    assert tray(sheet, "A-02").state == TrayState.AGREED


def test_all_that_is_left_is_empty_by_one_button(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    scan_all(client, sheet, "A-02", goods[2])
    act(client, sheet, "A-02", "hand-in")
    assert "left are empty" in client.get(at(sheet, "?tray=next")).content.decode()
    client.post(at(sheet, "empty/"), {"place": "A-03"})
    assert set(sheet.trays.values_list("state", flat=True)) == {TrayState.AGREED}


def test_a_first_difference_asks_for_a_second_person(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    act(client, sheet, "A-01", "hand-in")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "Another person counts it" in page
    assert act(client, sheet, "A-01", "open").headers["X-Refusal"] == "second_person"
    second = shop.client(shop.zhao)
    scan_all(second, sheet, "A-01", goods[1])
    act(second, sheet, "A-01", "hand-in")
    page = second.get(at(sheet, "?tray=A-01")).content.decode()
    assert goods[0].number in page
    assert "· −71.93 g" in page


@pytest.fixture
def differing(shop: Shop, goods: list[Piece]) -> Handover:
    """A-01 was counted twice, both times without the first necklace."""
    sheet = begin(shop)
    for person in (shop.lin, shop.zhao):
        client = shop.client(person)
        scan_all(client, sheet, "A-01", goods[1])
        act(client, sheet, "A-01", "hand-in")
    assert tray(sheet).state == TrayState.DIFFERS
    return sheet


def test_a_forgotten_move_is_entered_with_its_reason(
    shop: Shop, goods: list[Piece], differing: Handover
) -> None:
    client = shop.client()
    typed = {"piece": goods[0].number, "to": "B-01", "reason": "借 B 柜"}
    act(client, differing, "A-01", "find", **typed)
    assert tray(differing).state == TrayState.AGREED
    assert Movement.objects.get(reason=Reason.FORGOTTEN).piece == goods[0]


def test_a_difference_stays_only_with_the_chiefs_pin(shop: Shop, differing: Handover) -> None:
    client = shop.client()
    asked = act(client, differing, "A-01", "accept", reason="找不到")
    assert asked.headers["X-Refusal"] == "approval_needed"
    ask = asked.context["approval"]
    client.post(
        "/approvals/",
        {
            "ask": approving.seal(ask),
            "approver": "chen",
            "pin": PINS["chen"],
            "again_path": at(differing, "trays/A-01/accept/"),
            "reason": "找不到",
        },
    )
    act(client, differing, "A-01", "accept", reason="找不到")
    assert tray(differing).state == TrayState.ACCEPTED


def test_what_was_found_is_counted_once_more(
    shop: Shop, goods: list[Piece], differing: Handover
) -> None:
    client = shop.client()
    act(client, differing, "A-01", "recount")
    scan_all(client, differing, "A-01", *goods[:2])
    act(client, differing, "A-01", "hand-in")
    assert tray(differing).state == TrayState.AGREED


# --- money and things


def test_cash_is_counted_by_notes_and_coins(shop: Shop, goods: list[Piece]) -> None:
    shop.sell(shop.charm())
    sheet, client = begin(shop), shop.client()
    client.post(at(sheet, "money/cash/"), {"of-5000": "1", "of-2000": "2"})
    page = client.get(at(sheet, "?money=cash")).content.decode()
    assert "The first count differs" in page
    assert "98.00" not in page
    client.post(
        at(sheet, "money/cash/"),
        {"of-5000": "1", "of-2000": "2", "of-500": "1", "of-100": "3", "taken": "90"},
    )
    row = sheet.money.get(tender__code="cash")
    assert (row.counted_cents, row.taken_cents, row.differs) == (9_800, 9_000, False)


def test_keys_are_ticked_one_by_one(shop: Shop) -> None:
    CountItem.objects.create(store=shop.s01, kind=ItemKind.KEY, name="柜台钥匙", expected=3)
    sheet, client = begin(shop), shop.client()
    item = sheet.items.get()
    page = client.get(at(sheet, "?part=items")).content.decode()
    assert "3 expected" not in page
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2"})
    again = client.get(at(sheet, "?part=items")).content.decode()
    assert "differs: count again" in again
    assert "3 expected" not in again
    bare = client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2"})
    assert bare.headers["X-Refusal"] == "reason_needed"
    client.post(at(sheet, f"items/{item.pk}/"), {"counted": "2", "remark": "一把送修"})
    assert "3 expected" in client.get(at(sheet, "?part=items")).content.decode()


# --- the end


def test_two_pins_close_the_sheet_and_pass_on_the_shift(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    wrong = client.post(at(sheet, "sign/"), {"signer": "outgoing:lin", "pin": "000001"})
    assert wrong.headers["X-Refusal"] == "pin_wrong"
    sign(client, sheet, "outgoing", "lin")
    assert "✓ signed" in client.get(at(sheet, "?part=sign")).content.decode()
    sign(client, sheet, "incoming", "zhao")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert Shift.objects.get(counter=shop.a, closed_at__isnull=True).opened_by == shop.zhao
    page = client.get(at(sheet)).content.decode()
    assert at(sheet, "sheet.pdf") in page
    assert sheet.sealed_hash[:8] in page


def test_a_manager_signs_for_a_clerk_who_is_not_there(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    count_everything(shop, sheet, goods)
    bare = sign(client, sheet, "manager", "wang")
    assert bare.headers["X-Refusal"] == "reason_needed"
    sign(client, sheet, "manager", "wang", reason="林请假")
    sign(client, sheet, "incoming", "zhao")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    mine = shop.client(shop.lin).get(at(sheet)).content.decode()
    assert "not witnessed" in mine
    sign(shop.client(shop.lin), sheet, "outgoing", "lin")
    assert sheet.signatures.filter(signed_as=SignedAs.OUTGOING, later=True).exists()


def test_the_witness_of_a_closing_is_anybody_else(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop, "close"), shop.client()
    count_everything(shop, sheet, goods)
    page = client.get(at(sheet, "?part=sign")).content.decode()
    assert 'value="witness:qian"' in page
    assert 'value="witness:lin"' not in page
    sign(client, sheet, "outgoing", "lin")
    sign(client, sheet, "witness", "qian")
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert not Shift.objects.filter(counter=shop.a, closed_at__isnull=True).exists()


def test_nothing_is_signed_while_something_is_open(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client()
    page = client.get(at(sheet, "?part=sign")).content.decode()
    assert "Not everything is counted" in page
    assert sign(client, sheet, "outgoing", "lin").headers["X-Refusal"] == "not_agreed"


def test_a_count_is_stopped_with_a_reason(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client()
    assert (
        client.post(at(sheet, "abandon/"), {"reason": ""}).headers["X-Refusal"] == "reason_needed"
    )
    client.post(at(sheet, "abandon/"), {"reason": "停电"})
    page = client.get(at(sheet)).content.decode()
    assert "停电" in page
    assert Handover.objects.get().state == HandoverState.ABANDONED


# --- who may


@pytest.mark.parametrize("rest", ["", "?tray=A-01", "?part=sign"])
def test_another_stores_sheet_is_not_there(shop: Shop, rest: str) -> None:
    sheet = begin(shop)
    assert shop.client(shop.sun, counter=shop.a2).get(at(sheet, rest)).status_code == 404


def test_a_cashier_signs_but_counts_no_tray(shop: Shop) -> None:
    sheet, client = begin(shop), shop.client(shop.qian)
    assert client.get(at(sheet)).status_code == 200
    assert act(client, sheet, "A-01", "open").status_code == 403


def test_a_spot_count_takes_one_tray(shop: Shop, goods: list[Piece]) -> None:
    done = shop.client(shop.chen).post("/handovers/spot/")
    sheet = Handover.objects.get()
    assert done.headers["Location"] == at(sheet)
    assert sheet.trays.count() == 1
    assert shop.client().post("/handovers/spot/").status_code == 403


# --- the scale


def test_pieces_that_are_drawn_are_weighed_one_by_one(shop: Shop, goods: list[Piece]) -> None:
    settings_rows.put(store=shop.s01, key="count_sample", new="1", by=shop.wang)
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    done = act(client, sheet, "A-01", "hand-in")
    assert done.headers["Location"] == at(sheet, "?tray=A-01")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "Weigh this piece by itself" in page
    (read,) = counting.live_reads(tray(sheet))
    assert act(client, sheet, "A-01", "hand-in").headers["X-Refusal"] == "each_needed"
    client.post(at(sheet, f"reads/{read.pk}/weigh/"), {"grams": "8.72"})
    assert act(client, sheet, "A-01", "hand-in").status_code == 303
    assert tray(sheet).attempts == 1


def test_a_weight_is_taken_before_the_tray_is_handed_in(shop: Shop, goods: list[Piece]) -> None:
    sheet, client = begin(shop), shop.client()
    scan_all(client, sheet, "A-01", goods[1])
    bare = act(client, sheet, "A-01", "weigh", gross="188.72")
    assert bare.headers["X-Refusal"] == "tare_needed"
    act(client, sheet, "A-01", "weigh", gross="188.72", tare="180.00")
    page = client.get(at(sheet, "?tray=A-01")).content.decode()
    assert "On the scale 188.72 g" in page


def test_a_sealed_tray_is_taken_over_unopened(shop: Shop, goods: list[Piece]) -> None:
    first, client = begin(shop), shop.client()
    scan_all(client, first, "A-01", *goods[:2])
    sealed = {"gross": "260.65", "tare": "180", "seal_number": "FQ-118"}
    act(client, first, "A-01", "hand-in", **sealed)
    scan_all(client, first, "A-02", goods[2])
    act(client, first, "A-02", "hand-in")
    client.post(at(first, "empty/"), {"place": "A-03"})
    client.post(at(first, "money/cash/"))
    client.post(at(first, "no-slips/"))
    sign(client, first, "outgoing", "lin")
    sign(client, first, "incoming", "zhao")
    second = handovers.start(
        counter=shop.a, kind="change", outgoing=shop.zhao, incoming=shop.lin, by=shop.lin
    )
    assert "Take over by seal" in client.get(at(second, "?tray=A-01")).content.decode()
    assert "FQ-118" not in client.get(at(second, "?tray=A-01")).content.decode()
    wrong = act(client, second, "A-01", "seal", seal="FQ-119", gross="260.65")
    assert wrong.headers["X-Refusal"] == "seal_differs"
    act(client, second, "A-01", "seal", seal="FQ-118", gross="260.65")
    assert tray(second).state == TrayState.AGREED
    assert "✓ sealed" in client.get(at(second)).content.decode()


def test_a_lent_piece_is_a_line_of_its_own(shop: Shop, goods: list[Piece]) -> None:
    transfers.hand_over(
        rows=[goods[0]], to=shop.tray("B-01"), sender=shop.lin, receiver=shop.zhao, lent=True
    )
    page = shop.client().get(at(begin(shop))).content.decode()
    assert "lent to B-01" in page
    assert codes.group_piece(goods[0].number) in page


def test_what_the_next_shift_must_know_stands_on_the_sheet(shop: Shop, goods: list[Piece]) -> None:
    sheet = begin(shop)
    client = shop.client(shop.lin)
    count_everything(shop, sheet, goods)
    assert client.post(at(sheet, "remark/"), {"remark": "call Ms Li at ten"}).status_code == 303
    assert "call Ms Li at ten" in client.get(at(sheet, "?part=sign")).content.decode()
    too_long = client.post(at(sheet, "remark/"), {"remark": "x" * 201})
    assert too_long.status_code == 422
