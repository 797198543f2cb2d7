"""How a bank writes its day file is a row that head office keeps."""

from collections.abc import Iterator
from typing import Any

import pytest

from counter import day_file_layouts
from counter.models import DayFileLayout, Tender
from tests.cast import Shop
from tests.day_files import at_noon, bring, layout_of

ADDRESS = "/admin/counter/dayfilelayout/"
BANK = {
    "code": "bank",
    "name_zh": "城商行流水",
    "name_en": "City bank",
    "encodings": "gb18030",
    "prefix": "",
    "comment": "//",
    "summary": "合计",
    "number_headings": "订单号",
    "provider_headings": "流水号",
    "refund_number_headings": "",
    "amount_headings": "入账金额|金额",
    "refund_headings": "",
    "date_headings": "日期",
    "time_headings": "时间",
    "kind_headings": "类型",
    "paid_words": "收款",
    "refund_words": "退款",
    "active": "on",
    "position": 9,
}


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    with at_noon():
        yield standing_noon


def typed(**fields: Any) -> dict[str, Any]:
    return BANK | {"tender": Tender.objects.get(code="card").pk} | fields


def test_a_file_of_a_new_bank_needs_no_code(shop: Shop) -> None:
    assert shop.client(shop.head).post(f"{ADDRESS}add/", typed()).status_code == 302
    lines = (
        "//城商行\n订单号,流水号,日期,时间,类型,金额,入账金额\nA-1,,20261121,12:00:30,收款,1,5.00"
    )
    assert bring(shop, lines.encode("gb18030"), "bank").file.lines.get().amount_cents == 500


def test_it_changes_a_layout_and_never_its_code(shop: Shop) -> None:
    client, row = shop.client(shop.head), layout_of("acquirer")
    answer = client.post(f"{ADDRESS}{row.pk}/change/", typed(amount_headings="净额", active=""))
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.code, row.amount_headings, row.active) == ("acquirer", "净额", False)
    assert client.post(f"{ADDRESS}{row.pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"encodings": "utf-8|base64"}, "“base64” is none of these: utf-8, gb18030"),
        ({"encodings": "|"}, "Type what stands in the file."),
        ({"number_headings": "|"}, "Type what stands in the file."),
        ({"paid_words": "-"}, "Type what stands in the file."),
        ({"refund_headings": "金额"}, "“金额” stands here twice."),
        ({"amount_headings": "金额|金 额"}, "“金 额” stands here twice."),
        ({"refund_words": "退款|收款"}, "“收款” stands here twice."),
    ],
)
def test_it_refuses_a_layout_that_reads_no_file(
    shop: Shop, fields: dict[str, str], sentence: str
) -> None:
    answer = shop.client(shop.head).post(f"{ADDRESS}add/", typed(**fields))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert not DayFileLayout.objects.filter(code="bank").exists()


def test_the_seed_has_no_fault(shop: Shop) -> None:
    rows = DayFileLayout.objects.all()
    assert [fault for row in rows for fault in day_file_layouts.faults(vars(row))] == []
    assert len(rows) == len(day_file_layouts.SEED)


@pytest.mark.parametrize("name", ["lin", "chen", "wang"])
def test_it_is_closed_to_a_shop(shop: Shop, name: str) -> None:
    user = shop.people[name]
    user.is_staff = True  # even then: the role decides
    user.save(update_fields=["is_staff"])
    assert shop.client(user).get(ADDRESS).status_code == 403
