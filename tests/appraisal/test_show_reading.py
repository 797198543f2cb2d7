"""The read-out on a page: with a script, without one, and how soon it shows what stands still."""

import re
import time
from collections.abc import Iterator

import pytest

from appraisal.models import ScaleReading, Weighing
from appraisal.simulated_scale import SimulatedScale
from tests import counts
from tests.old_gold import Desk

HTMX = {"headers": {"HX-Request": "true"}}
READING = re.compile(r'name="([0-9-]*)reading"\s+value="([0-9]+)"')
PATIENCE_MS = 300  # between the scale's rest and the figure on the screen


@pytest.fixture
def balance(desk: Desk) -> Iterator[SimulatedScale]:
    with SimulatedScale(serial=desk.scale.serial, settle_s=0) as balance:
        desk.scale.connection = balance.address
        desk.scale.save()
        yield balance


def asked(desk: Desk, prefix: str = "") -> str:
    answer = desk.shop.client().post("/scales/A1/reading/", {"prefix": prefix}, **HTMX)
    assert answer.status_code == 200
    return str(answer.text)


def test_it_shows_a_stable_value_and_its_evidence(desk: Desk, balance: SimulatedScale) -> None:
    balance.put(8_720)
    page = asked(desk, prefix="17-")
    row = ScaleReading.objects.get()
    assert READING.search(page).groups() == ("17-", str(row.pk))  # type: ignore[union-attr]  # because: a failure is a failure
    assert 'data-state="stable"' in page
    assert "8.72 <small>" in page
    assert row.by == desk.by


@pytest.mark.parametrize(
    ("says", "state"),
    [("S I", "moving"), ("S S 0.00 g", "empty"), ("S +", "refused"), ("S S 1.00 ct", "refused")],
)
def test_it_shows_no_value_that_does_not_stand(
    desk: Desk, balance: SimulatedScale, says: str, state: str
) -> None:
    balance.says = says
    page = asked(desk)
    assert f'data-state="{state}"' in page
    assert not READING.search(page)
    assert not ScaleReading.objects.exists()


def test_it_says_what_is_wrong(desk: Desk, balance: SimulatedScale) -> None:
    balance.says = "S +"
    assert "There is too much on the scale." in asked(desk)


@pytest.mark.parametrize("load_mg", [8_720, 123_450])
def test_a_value_is_on_the_screen_soon_after_it_stands(
    desk: Desk, balance: SimulatedScale, load_mg: int
) -> None:
    balance.settle_s = 0.7
    asked(desk)
    balance.put(load_mg)
    page = asked(desk)
    late = (time.monotonic() - balance.stable_at) * 1000
    assert 'data-state="stable"' in page
    print(f"shown {late:.0f} ms after the scale stood still")  # noqa: T201  because: it is measured here
    assert 0 < late < PATIENCE_MS


def test_a_page_without_a_script_opens_again_with_the_reading(
    desk: Desk, balance: SimulatedScale
) -> None:
    client = desk.shop.client()
    address = "/scales/check/?code=" + desk.shop.piece().number
    page = client.get(address).text
    assert re.search(r'formaction="/scales/A1/reading/"', page)
    assert not READING.search(page)
    balance.put(8_720)
    answer = client.post("/scales/A1/reading/", {"back": f"{address} "})
    assert answer.status_code == 303
    assert answer["Location"].startswith(address)
    again = client.get(answer["Location"]).text
    assert READING.search(again).groups() == ("", str(ScaleReading.objects.get().pk))  # type: ignore[union-attr]  # because: a failure is a failure
    balance.says = "S I"
    answer = client.post("/scales/A1/reading/", {"back": f"{address} "})
    assert (answer.status_code, answer["X-Refusal"]) == (409, "scale_moving")


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "x", ""])
def test_it_leads_to_no_other_site(desk: Desk, balance: SimulatedScale, back: str) -> None:
    balance.put(8_720)
    answer = desk.shop.client().post("/scales/A1/reading/", {"back": back})
    assert answer["Location"].startswith("/today/?")


def test_it_shows_nobody_elses_reading(desk: Desk, balance: SimulatedScale) -> None:
    reading = desk.on_scale(8_720).reading
    assert reading
    address = f"/scales/check/?reading={reading.pk}&for="
    assert READING.search(desk.shop.client().get(address).text)
    assert not READING.search(desk.shop.client(desk.shop.zhao).get(address).text)
    for wrong in ("x", "9" * 30, "-1", ""):
        page = desk.shop.client().get(f"/scales/check/?reading={wrong}&for=")
        assert page.status_code == 200


def test_it_is_closed_to_other_stores_and_roles(desk: Desk, balance: SimulatedScale) -> None:
    shop = desk.shop
    assert shop.client(shop.sun, shop.a2).post("/scales/A1/reading/").status_code == 404
    assert shop.client(shop.gao).post("/scales/A1/reading/").status_code == 403
    assert shop.client().get("/scales/A1/reading/").status_code == 405


def test_typing_is_offered_as_the_store_wants_it(desk: Desk) -> None:
    for rule, words in (
        ("allow", "Marked as typed wherever it is shown."),
        ("approve", "A typed weight needs a second person."),
        ("refuse", "they cannot be typed"),
    ):
        desk.put("typed_weight", rule)
        page = desk.shop.client().get("/scales/check/").text
        assert words in page
        assert ('name="grams"' in page) is (rule != "refuse")


# --- where it weighs


def test_a_line_of_a_bill_is_weighed_for_the_customer(desk: Desk, balance: SimulatedScale) -> None:
    piece = desk.shop.piece()
    sale, client = desk.shop.bill(piece), desk.shop.client()
    address = f"/sell/{sale.uuid}/lines/{sale.lines.get().pk}/weigh/"
    assert "8.72 g" in client.get(address).text
    for mg, words in ((8_720, "as on the label"), (8_690, "−0.03 g")):
        balance.put(mg)
        pk = READING.search(asked(desk)).group(2)  # type: ignore[union-attr]  # because: a failure is a failure
        assert client.post(address, {"reading": pk}).status_code == 303
        assert words in client.get(f"/sell/{sale.uuid}/").text
    row = Weighing.objects.latest("pk")
    assert (row.purpose, row.piece, row.label_mg, row.mg) == ("sale", piece, 8_720, 8_690)
    assert row.document == str(sale.uuid)


def test_a_trays_weight_is_a_reading(desk: Desk, balance: SimulatedScale) -> None:
    shop = desk.shop
    piece = shop.piece()
    count = counts.begin(shop, shop.a)
    counts.scan(count, "A-01", [piece], by=shop.lin)
    balance.put(190_720)
    pk = READING.search(asked(desk)).group(2)  # type: ignore[union-attr]  # because: a failure is a failure
    address = f"/handovers/{count.number}/trays/A-01/weigh/"
    seen = {"seen_seq": "999999", "tare": "182"}
    assert shop.client().post(address, seen).headers["X-Refusal"] == "nothing_weighed"
    answer = shop.client().post(address, seen | {"reading": pk})
    assert answer.status_code == 303, answer.text
    assert count.trays.get(place__code="A-01").gross_mg == 190_720
