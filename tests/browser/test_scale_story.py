"""A scale that speaks over TCP, and the tablet beside it: what stands still is on the screen."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from appraisal import old_pieces, trade_ins
from appraisal.models import ScaleReading, Weighing
from appraisal.simulated_scale import SimulatedScale
from tests.browser.hands import PORTRAIT, TABLET, cookies_of
from tests.cast import Shop
from tests.old_gold import Desk, open_desk

Window = Callable[..., Page]
STABLE = "live-scale [data-state=stable]"
SOON_MS = 300  # between the scale's rest and the figure on the screen
DRAWN = "() => performance.timeOrigin + performance.now()"


@pytest.fixture
def desk(trading_shop: Shop) -> Desk:
    return open_desk(trading_shop)


@pytest.fixture
def balance(desk: Desk) -> Iterator[SimulatedScale]:
    with SimulatedScale(serial=desk.scale.serial, settle_s=0.9) as balance:
        desk.scale.connection = balance.address
        desk.scale.save()
        yield balance


@pytest.fixture
def tablet(desk: Desk, live_server: Any, window: Window) -> Page:
    page = window(TABLET)
    page.context.add_cookies(cookies_of(desk.shop.client(), live_server.url))
    return page


def stable_ms(balance: SimulatedScale) -> float:
    """When the load stood still, by the clock on the wall."""
    return (time.time() + balance.stable_at - time.monotonic()) * 1000


def test_a_piece_is_weighed_against_its_label(
    desk: Desk, tablet: Page, balance: SimulatedScale
) -> None:
    piece = desk.shop.piece()
    tablet.goto(f"/scales/check/?code={piece.number}")
    expect(tablet.locator("live-scale [data-state=empty]")).to_be_visible()
    balance.put(8_690)
    expect(tablet.locator("live-scale [data-state=moving]")).to_be_visible()
    expect(tablet.locator("live-scale [name=reading]")).to_have_count(0)
    tablet.wait_for_selector(STABLE)
    late = tablet.evaluate(DRAWN) - stable_ms(balance)
    print(f"on the screen {late:.0f} ms after the scale stood still")  # noqa: T201  because: it is measured here
    expect(tablet.locator("live-scale .reading")).to_contain_text("8.69")
    assert late < SOON_MS
    tablet.locator("button[form=check]").click()
    tablet.wait_for_url("**/scales/checks/*/")
    expect(tablet.locator("dd.reading")).to_contain_text("8.69")
    assert Weighing.objects.get().reading == ScaleReading.objects.latest("pk")


def test_what_is_taken_off_is_not_on_the_screen(
    desk: Desk, tablet: Page, balance: SimulatedScale
) -> None:
    tablet.goto("/scales/check/")
    for mg in (5_000, 7_000):
        balance.put(mg)
        expect(tablet.locator(f"{STABLE} .reading")).to_contain_text(f"{mg // 1000}.00")
        expect(tablet.locator("live-scale [name=reading]")).to_have_count(1)
    balance.put(0)
    expect(tablet.locator("live-scale [data-state=empty]")).to_be_visible()
    expect(tablet.locator("live-scale [name=reading]")).to_have_count(0)
    balance.says = "S +"
    expect(tablet.locator("live-scale [data-state=refused]")).to_be_visible()


def test_whoever_types_is_not_overruled_by_the_scale(
    desk: Desk, tablet: Page, balance: SimulatedScale
) -> None:
    desk.put("typed_weight", "allow")
    piece = desk.shop.piece()
    tablet.set_viewport_size(PORTRAIT)
    balance.put(5_000)
    tablet.goto(f"/scales/check/?code={piece.number}")
    tablet.wait_for_selector(STABLE)
    tablet.locator("live-scale ~ details summary").click()
    tablet.locator("#id_grams").fill("8.72")
    expect(tablet.locator("live-scale [name=reading]")).to_have_count(0)
    tablet.locator("#id_grams").press("Enter")
    tablet.wait_for_url("**/scales/checks/*/")
    row = Weighing.objects.get()
    assert (row.is_typed, row.mg) == (True, 8_720)


def test_without_a_script_a_button_reads_the_scale(
    desk: Desk, live_server: Any, window: Window, balance: SimulatedScale
) -> None:
    page = window(TABLET, java_script_enabled=False)
    page.context.add_cookies(cookies_of(desk.shop.client(), live_server.url))
    piece = desk.shop.piece()
    balance.put(8_720)
    page.goto(f"/scales/check/?code={piece.number}")
    page.locator("live-scale button").click()
    expect(page.locator(f"{STABLE} .reading")).to_contain_text("8.72")
    page.locator("button[form=check]").click()
    page.wait_for_url("**/scales/checks/*/")
    assert Weighing.objects.get().mg == 8_720


def test_several_pieces_are_weighed_one_after_the_other(
    desk: Desk, tablet: Page, balance: SimulatedScale
) -> None:
    desk.put("trade_in_photo", "no")
    weights = (10_000, 20_000)
    trade_in = desk.consented(*(desk.ring(photos=[]) for _mg in weights))
    for piece, mg in zip(trade_ins.pieces_of(trade_in), weights, strict=True):
        old_pieces.weigh(old_piece=piece, shown=desk.on_scale(mg), by=desk.by)
    trade_ins.decline(trade_in=trade_in, by=desk.by)
    tablet.goto(f"/trade-ins/{trade_in.number}/")
    fields = tablet.locator("live-scale")
    for field, mg in zip(fields.all(), weights, strict=True):
        balance.put(mg)
        expect(field.locator("[data-state=stable] .reading")).to_contain_text(f"{mg // 1000}.00")
        field.locator("[data-take]").click()
        expect(field.locator("[data-state=taken] .reading")).to_contain_text(f"{mg // 1000}.00")
        balance.put(0)
    # what is taken stays, whatever lies on the scale meanwhile, and however long the signing takes
    expect(tablet.locator("live-scale [name$=-reading]")).to_have_count(2)
    ScaleReading.objects.update(at=F("at") - timedelta(minutes=2))
    tablet.locator("[name=on_paper]").evaluate("box => { box.checked = true }")
    tablet.locator(".actions .btn.main").click()
    expect(tablet.locator("body")).to_contain_text("未收任何费用")
    assert {row.mg for row in Weighing.objects.filter(purpose="returned")} == set(weights)
