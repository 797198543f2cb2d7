"""What a guest sees of the styles, puts together, reads back and sends: once, at our price."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from counter import customers
from counter.models import (
    ConsentHow,
    Customer,
    NetworkOrder,
    OrderState,
    ShowroomDraft,
    StyleOffer,
)
from counter.showroom import drafts
from inventory import prices
from inventory.ground import nobody, photos
from inventory.models import Photo, Style
from tests.guests import let_in
from tests.old_gold import picture
from tests.showroom import Showroom

BAND = "/showroom/styles/B1001/"
BASKET, SUMMARY = "/showroom/basket/", "/showroom/orders/new/"
WISHED = {
    "metal": "Au-7500",
    "size_spec": "3 mm",
    "ring_size": "12.25",
    "finish": "喷沙",
    "engraving": "永恒 LIN",
    "pieces": "2",
}
TERMS = {"act": "terms", "delivery": "collect", "price_mode": "settlement"}


@pytest.fixture
def browser(showroom: Showroom) -> Client:
    return let_in(showroom)


def draft_of(showroom: Showroom) -> ShowroomDraft:
    return showroom.customer.drafts.latest("pk")


def put_in(browser: Client, **other: Any) -> Any:
    return browser.post(BAND, {"act": "add", **WISHED, **other})


def put_together(showroom: Showroom, browser: Client) -> dict[str, str]:
    """A draft up to its summary; answers what the summary's form sends."""
    assert put_in(browser)["Location"] == BASKET
    edition = str(draft_of(showroom).edition)
    assert browser.post(BASKET, {**TERMS, "edition": edition})["Location"] == SUMMARY
    return dict(re.findall(r'name="(draft|edition|shown)" value="([^"]+)"', summary(browser)))


def summary(browser: Client) -> str:
    return str(browser.get(SUMMARY).text)


def test_a_draft_is_read_back_letter_by_letter_and_sent(
    showroom: Showroom, browser: Client
) -> None:
    sent = put_together(showroom, browser)
    letters = re.findall(r"<b[^>]*>(.)</b>", summary(browser).split("<dd class")[1])
    assert "".join(letters) == "永恒␣LIN"
    answer = browser.post(SUMMARY, sent)
    order = NetworkOrder.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/o/{order.link}/")
    assert (order.state, order.channel, order.by) == (
        OrderState.REVIEWING,
        "online",
        nobody.customer(),
    )
    assert order.versions.get().answer.how == ConsentHow.LINK
    assert drafts.ordered_wish(order) == showroom.wish().tidied()
    assert order.total_cents == int(sent["shown"])
    assert drafts.seen(showroom.customer) is None


def test_two_windows_send_one_order(showroom: Showroom, browser: Client) -> None:
    sent = put_together(showroom, browser)
    first, second = browser.post(SUMMARY, sent), browser.post(SUMMARY, sent)
    order = NetworkOrder.objects.get()
    assert (first.status_code, second.status_code) == (303, 409)
    assert second["X-Refusal"] == "draft_sent" and f"/o/{order.link}/" in second.text


def test_what_was_not_read_back_is_not_sent(showroom: Showroom, browser: Client) -> None:
    sent = put_together(showroom, browser)
    put_in(browser)  # in another window
    assert browser.post(SUMMARY, sent)["X-Refusal"] == "draft_changed"
    sent = dict(re.findall(r'name="(draft|edition|shown)" value="([^"]+)"', summary(browser)))
    prices.put_up(
        store=showroom.shop.hq,
        quotes=[prices.Quote("Au", 7500, "sell", 88_400)],
        by=showroom.shop.head,
    )
    assert browser.post(SUMMARY, sent)["X-Refusal"] == "estimate_changed"
    assert not NetworkOrder.objects.exists()


def test_a_stale_window_takes_out_no_other_line(showroom: Showroom, browser: Client) -> None:
    put_in(browser)
    put_in(browser, engraving="")
    stale = {"act": "drop", "line": "0", "edition": str(draft_of(showroom).edition)}
    assert browser.post(BASKET, stale).status_code == 303
    assert browser.post(BASKET, stale).status_code == 409
    assert [line.engraving for line in drafts.wish_of(draft_of(showroom)).lines] == [""]


def test_prices_and_owners_that_are_sent_along_count_for_nothing(
    showroom: Showroom, browser: Client
) -> None:
    forged = {"unit_cents": "1", "labour_cents": "0", "net_mg": "1", "total_cents": "1"}
    put_in(browser, **forged, mark="朕", stones_from="ours", style="B1002")
    edition = str(draft_of(showroom).edition)
    more = {"promises": "一辆车", "customer": "1", "outside_number": "X", "channel": "counter"}
    browser.post(BASKET, {**TERMS, **more, "edition": edition})
    sent = dict(re.findall(r'name="(draft|edition|shown)" value="([^"]+)"', summary(browser)))
    assert browser.post(SUMMARY, {**sent, "shown": "1"}).status_code == 409
    browser.post(SUMMARY, {**sent, **forged, "state": "confirmed"})
    order = NetworkOrder.objects.get()
    assert drafts.ordered_wish(order) == showroom.wish().tidied()
    assert (order.total_cents, order.promises) == (int(sent["shown"]), "")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("ring_size", "99"),
        ("ring_size", ""),
        ("metal", "Ag-9250"),
        ("size_spec", "9 mm"),
        ("finish", "gold-plated"),
        ("engraving", "永恒 ☂"),
        ("engraving", "A" * 41),
        ("pieces", "0"),
        ("pieces", "999"),
    ],
)
def test_what_a_style_cannot_be_is_said_beside_its_field(
    showroom: Showroom, browser: Client, field: str, typed: str
) -> None:
    answer = put_in(browser, **{field: typed})
    assert answer.status_code == 422
    assert list(answer.context["page"].form.errors) == [field]
    assert drafts.seen(showroom.customer) is None


def test_a_delivery_needs_an_address_and_a_day_that_comes(
    showroom: Showroom, browser: Client
) -> None:
    put_in(browser)
    for field, more in (
        ("recipient", {"delivery": "ship"}),
        ("wanted_on", {"wanted_on": "2020-01-01"}),
        ("telephone", {"telephone": "call me"}),
    ):
        edition = str(draft_of(showroom).edition)
        answer = browser.post(BASKET, {**TERMS, **more, "edition": edition})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert browser.get(SUMMARY)["Location"] == BASKET


def test_a_remark_is_read_back_as_it_was_typed(showroom: Showroom, browser: Client) -> None:
    text = "<script>hit()</script>"
    put_in(browser, remark=text)
    edition = str(draft_of(showroom).edition)
    browser.post(BASKET, {**TERMS, "edition": edition, "remark": f'"><x-p>{text}'})
    for path in (BASKET, SUMMARY, f"{BAND}?line=0"):
        page = browser.get(path).text
        assert "&lt;script&gt;hit()" in page and text not in page and "<x-p" not in page, path
    looked = browser.post(BAND, {"act": "look", **WISHED, "engraving": f"{text}"})
    assert looked.status_code == 422 and text not in looked.text


def test_a_draft_outlives_the_session(showroom: Showroom, browser: Client) -> None:
    put_in(browser)
    browser.post("/showroom/leave/")
    again = let_in(showroom)
    assert "足金" not in again.get(BASKET).context["basket"].lines[0].words[0]
    assert len(again.get(BASKET).context["basket"].lines) == 1


def test_an_order_is_sent_again_in_two_taps(showroom: Showroom, browser: Client) -> None:
    order = showroom.placed()
    first = browser.post(f"/showroom/orders/{order.number}/again/")
    assert first["Location"] == SUMMARY
    sent = dict(re.findall(r'name="(draft|edition|shown)" value="([^"]+)"', summary(browser)))
    browser.post(SUMMARY, sent)
    second = NetworkOrder.objects.latest("pk")
    assert second.pk != order.pk
    assert drafts.ordered_wish(second) == drafts.ordered_wish(order)


def test_an_order_and_a_draft_of_somebody_else_are_not_there(
    showroom: Showroom, browser: Client
) -> None:
    sent = put_together(showroom, browser)
    order = showroom.placed()
    other: Customer = customers.find_or_make(
        phone="13900000009", name="钱", store=showroom.shop.s01, by=showroom.shop.lin
    )
    stranger = let_in(showroom, other)
    assert stranger.get(f"/showroom/orders/{order.number}/").status_code == 404
    assert stranger.post(f"/showroom/orders/{order.number}/again/").status_code == 404
    assert stranger.post(SUMMARY, sent).status_code == 404
    assert stranger.post(SUMMARY, {**sent, "draft": str(uuid4())}).status_code == 404
    assert order.number not in stranger.get("/showroom/orders/").text
    assert browser.get(f"/showroom/orders/{order.number}/")["Location"] == f"/o/{order.link}/"


def test_the_catalogue_finds_and_filters(showroom: Showroom, browser: Client) -> None:
    def found(**asked: str) -> list[str]:
        return [
            style.code for style in browser.get("/showroom/", asked).context["catalogue"].styles
        ]

    assert found() == ["B1001", "B1002", "B1003", "B1004"]
    assert found(q="b1003") == ["B1003"]
    assert found(category="ring") == ["B1001", "B1002"]
    assert "B1002" in found(metal="Pt-9500") and "B1003" not in found(metal="Pt-9500")
    assert found(band="nonsense", category="none", page="x", metal="") == found()
    shown = browser.get("/showroom/").context["catalogue"]
    for style in shown.styles:
        in_band = [key for key, _word in shown.bands if style.code in found(band=key)]
        assert len(in_band) == 1, style
    StyleOffer.objects.filter(style__code="B1001").update(shown=False)
    assert "B1001" not in found()
    assert browser.get(BAND).status_code == 404


def test_the_world_sees_pictures_of_offers_and_no_other(showroom: Showroom) -> None:
    shop = showroom.shop
    kept = [photos.keep(file=picture(), store=shop.s01, by=shop.lin) for _turn in range(2)]
    StyleOffer.objects.filter(style__code="B1001").update(photo=kept[0])
    seen = Client().get(f"/showroom/photos/{kept[0].uuid}/small/")
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    for path in (f"{kept[1].uuid}/small", f"{kept[0].uuid}/huge", f"{uuid4()}/small"):
        assert Client().get(f"/showroom/photos/{path}/").status_code == 404
    StyleOffer.objects.update(shown=False)
    assert Client().get(f"/showroom/photos/{kept[0].uuid}/small/").status_code == 404
    assert Photo.objects.count() == 2


def test_a_full_catalogue_costs_what_a_small_one_does(
    showroom: Showroom, browser: Client, django_assert_num_queries: Any
) -> None:
    """Session, link, offers, board; the page is light."""
    offer = showroom.offers["B1001"]
    styles = Style.objects.bulk_create(
        Style(code=f"X{n:04d}", name=f"素圈戒指 {n}", category="ring") for n in range(300)
    )
    StyleOffer.objects.bulk_create(
        StyleOffer(style=style, metals=offer.metals, labour_cents=offer.labour_cents)
        for style in styles
    )
    with django_assert_num_queries(4):
        page = browser.get("/showroom/")
    assert page.context["catalogue"].found == 304
    assert len(page.content) < 50_000
