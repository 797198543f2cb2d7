"""The pages of bags: list, send, take in, melt, the refiner's paper, samples, label."""

from typing import Any

from appraisal import scrap
from appraisal.models import BagState, Melt, ScrapBag, TradeIn, TradeInState
from counter import handovers
from inventory.ground import approvals
from tests.old_gold import Desk
from tests.paper import text_of
from tests.scrap_bags import (
    arrived,
    free_typing,
    melted,
    safe_at_head_office,
    seal,
    sealed,
    settled,
)


def head(desk: Desk) -> Any:
    return desk.shop.client(desk.shop.head)


def test_the_list_shows_seals_and_grams_by_class(desk: Desk) -> None:
    bag = sealed(desk)
    sealed(desk, "F-0002")
    page = desk.shop.client(desk.shop.chen).get("/scrap-bags/").text
    assert bag.number in page
    assert "F-0002" in page
    assert "2 bags" in page
    assert "20.00 g" in page


def test_an_empty_list_says_so(desk: Desk) -> None:
    assert "No bag lies here." in desk.shop.client(desk.shop.chen).get("/scrap-bags/").text
    assert "No refiner" in head(desk).get("/scrap-bags/purity/").text


def test_bags_are_sent_taken_in_melted_and_assayed(desk: Desk) -> None:
    bag = sealed(desk)
    safe_at_head_office(desk)
    free_typing(desk)
    chief = desk.shop.client(desk.shop.chen)
    assert chief.post("/scrap-bags/send/", {"bag": bag.number}).status_code == 303
    assert "On its way to head office" in chief.get("/scrap-bags/").text
    house = head(desk)
    assert bag.number in house.get("/scrap-bags/").text
    at = f"/scrap-bags/{bag.number}/"
    house.post(f"{at}receive/", {"grams": "11.40"})
    assert "is not taken in" in house.get(at).text.replace("\n", " ")
    assert house.post(f"{at}receive/", {"grams": "11.50"})["Location"] == "/scrap-bags/"
    assert (
        house.post("/scrap-bags/melt/", {"bag": bag.number, "out_grams": "9.9"}).status_code == 303
    )
    bar = Melt.objects.get()
    told = {"refiner": "长城精炼", "paper": "R-77", "fineness": "998.1"}
    assert house.post(f"/scrap-bags/melts/{bar.number}/assay/", told).status_code == 303
    assert "998.1" in house.get("/scrap-bags/").text
    chart = house.get("/scrap-bags/purity/").text
    assert "<svg" in chart
    assert "−0.9‰" in chart


def test_a_refusal_is_a_sentence(desk: Desk) -> None:
    chief = desk.shop.client(desk.shop.chen)
    answer = chief.post("/scrap-bags/send/")
    assert (answer.status_code, answer["X-Refusal"]) == (422, "no_bags")
    bags = arrived(desk, sealed(desk))
    answer = head(desk).post("/scrap-bags/melt/", {"bag": bags[0].number, "out_grams": "11"})
    assert (answer.status_code, answer["X-Refusal"]) == (422, "melt_gains")


def test_a_bag_tells_its_life(desk: Desk) -> None:
    bag = sealed(desk)
    page = desk.shop.client().get(f"/scrap-bags/{bag.number}/").text
    assert "F-0001" in page
    assert "素圈戒指" in page
    assert "金库" in page
    assert "Break the seal" in page


def test_a_scan_of_its_number_leads_to_it(desk: Desk) -> None:
    bag = sealed(desk)
    client = desk.shop.client()
    assert client.get("/scan/", {"code": bag.number})["Location"] == f"/scrap-bags/{bag.number}/"
    sun = desk.shop.client(desk.shop.sun, counter=desk.shop.a2)
    assert sun.get("/scan/", {"code": bag.number}).status_code == 404


def test_it_is_opened_again_with_a_second_person(desk: Desk) -> None:
    bag = sealed(desk)
    client = desk.shop.client()
    at = f"/scrap-bags/{bag.number}/open/"
    assert client.post(at, {"reason": "退货"}).status_code != 303
    approvals.grant(
        ask=scrap.open_ask(bag), store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen
    )
    assert client.post(at, {"reason": "退货"}).status_code == 303
    assert TradeIn.objects.get().state == TradeInState.SETTLED
    assert "opened again" in client.get(f"/scrap-bags/{bag.number}/").text


def test_the_label_carries_number_seal_and_grams(desk: Desk) -> None:
    bag = sealed(desk)
    answer = desk.shop.client().get(f"/scrap-bags/{bag.number}/label.pdf")
    assert answer["Content-Type"] == "application/pdf"
    printed = text_of(answer.content)
    assert bag.number in printed
    assert "F-0001" in printed
    assert "10.00" in printed


def test_a_counted_counters_bags_are_not_listed(desk: Desk) -> None:
    bag = sealed(desk)
    handovers.start(
        counter=desk.shop.a,
        kind="change",
        outgoing=desk.shop.lin,
        incoming=desk.shop.zhao,
        by=desk.shop.lin,
    )
    page = desk.shop.client(desk.shop.chen).get("/scrap-bags/").text
    assert bag.number not in page
    assert "is being counted" in page
    assert bag.number in head(desk).get("/scrap-bags/").text


def test_the_chief_weighs_a_sample(desk: Desk) -> None:
    desk.put("reweigh_share_bp", "10000")
    desk.put("typed_weight", "allow")
    trade_in = settled(desk)
    bag = seal(desk, trade_in)
    chief = desk.shop.client(desk.shop.chen)
    assert trade_in.number in chief.get("/scrap-bags/samples/").text
    at = f"/scrap-bags/samples/{trade_in.number}/"
    page = chief.get(at).text
    assert f"bag-{bag.pk}-grams" in page
    assert "11.50" not in page  # blind
    assert chief.post(at, {f"bag-{bag.pk}-grams": "11.50"}).status_code == 303
    page = chief.get("/scrap-bags/samples/").text
    assert "Nothing waits" in page
    assert "11.50 g" in page


def test_the_states_of_a_bag_are_told_to_nobody_elsewhere(desk: Desk) -> None:
    bag = melted(desk, sealed(desk)).bags.get()
    assert bag.state == BagState.MELTED
    sun = desk.shop.client(desk.shop.sun, counter=desk.shop.a2)
    assert sun.get(f"/scrap-bags/{bag.number}/").status_code == 404
    assert ScrapBag.objects.count() == 1
