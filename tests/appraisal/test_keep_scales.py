"""Head office's tables of scales and of what a label may differ."""

from typing import Any

import pytest

from appraisal.models import Scale, WeightTolerance
from tests.old_gold import Desk

SCALES = "/admin/appraisal/scale/"
TOLERANCES = "/admin/appraisal/weighttolerance/"


def typed(desk: Desk, **facts: Any) -> dict[str, Any]:
    return {
        "store": desk.shop.s02.pk,
        "code": "B1",
        "name": "后台秤",
        "accuracy": "II",
        "e_mg": "0.01",
        "d_mg": "0.001",
        "max_mg": "200",
        "min_mg": "0.2",
        "certificate": "JJG-1",
        "verified_on": "2026-01-01",
        "verified_until": "2026-12-31",
        "serial": "",
        "connection": "socket://192.0.2.7:4001",
        "protocol": "mt_sics",
        "active": "on",
    } | facts


def test_it_adds_a_scale_in_milligrams(desk: Desk) -> None:
    client = desk.shop.client(desk.shop.head)
    assert client.post(f"{SCALES}add/", typed(desk)).status_code == 302
    row = Scale.objects.get(code="B1")
    assert (row.e_mg, row.d_mg, row.max_mg, row.min_mg) == (10, 1, 200_000, 200)
    assert 'value="0.010"' in client.get(f"{SCALES}{row.pk}/change/").text


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"d_mg": "0.1"}, "A scale shows no more than it is verified to."),
        ({"min_mg": "200"}, "The least is below the most."),
        ({"verified_until": "2025-12-31"}, "The verification ends after it began."),
        ({"accuracy": "III"}, "Class III begins at 0.1 g."),
        ({"connection": "spy:///x?file=/tmp/x"}, "Type /dev/… or socket://host:port."),
        ({"connection": "/dev/../etc/passwd"}, "Type /dev/… or socket://host:port."),
        ({"e_mg": "5 ct"}, ""),
    ],
)
def test_it_refuses_what_no_certificate_says(
    desk: Desk, facts: dict[str, str], sentence: str
) -> None:
    answer = desk.shop.client(desk.shop.head).post(f"{SCALES}add/", typed(desk, **facts))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert not Scale.objects.filter(code="B1").exists()


def test_a_new_certificate_takes_the_place_of_the_old(desk: Desk) -> None:
    client, address = desk.shop.client(desk.shop.head), f"{SCALES}{desk.scale.pk}/change/"
    sent = typed(desk, verified_on="2026-11-01", verified_until="2027-10-31", certificate="JJG-2")
    assert client.post(address, sent).status_code == 302
    desk.scale.refresh_from_db()
    assert (desk.scale.certificate, str(desk.scale.verified_until)) == ("JJG-2", "2027-10-31")
    assert (desk.scale.code, desk.scale.store) == ("A1", desk.shop.s01)


def test_an_edition_ends_and_never_changes(desk: Desk) -> None:
    client = desk.shop.client(desk.shop.head)
    row = WeightTolerance.objects.get(code="order-66", metal="Ag")
    sent = {"below_mg": "0.5", "valid_to": "2027-01-01", "source": row.source}
    assert client.post(f"{TOLERANCES}{row.pk}/change/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.below_mg, str(row.valid_to)) == (100, "2027-01-01")
    new = {
        "code": "qbt-1690-2023",
        "metal": "Ag",
        "below_mg": "0.05",
        "above_mg": "",
        "up_to_mg": "500",
        "valid_from": "2027-01-02",
        "source": "QB/T 1690-2023",
    }
    assert client.post(f"{TOLERANCES}add/", new).status_code == 302
    row = WeightTolerance.objects.get(code="qbt-1690-2023")
    assert (row.below_mg, row.above_mg, row.up_to_mg) == (50, None, 500_000)
