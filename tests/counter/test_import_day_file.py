"""Day files of wallets and bank: every payment has its line, or somebody must look into it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from counter import books, day_file_layouts, day_file_rows, day_files, reconciliation
from counter.models import DayFile, DayFileLayout, DayFileLine, Tender
from counter.reconciliation import Reconciliation, Result
from inventory import tables
from inventory.ground.errors import NotAllowed
from inventory.models import Store
from tests.cast import Shop
from tests.counter.test_verify_books import behind_the_back
from tests.day_files import (
    DAY,
    Told,
    alipay,
    at_noon,
    bring,
    check,
    layout_of,
    paid,
    send,
    sentences,
    void,
    wechat,
)

NUMBER = "4200001234202611211234567890"


@pytest.fixture
def shop(standing_noon: Shop) -> Iterator[Shop]:
    with at_noon():
        yield standing_noon


def compared(shop: Shop) -> Reconciliation:
    return reconciliation.of_day(store=shop.s01, day=DAY)


def results(shop: Shop) -> dict[str, int]:
    return {result.value: n for result, n in compared(shop).counts.items() if n}


def test_it_confirms_a_payment_by_the_merchants_number(shop: Shop) -> None:
    paid(shop, NUMBER)
    assert results(shop) == {"waiting": 1}
    brought = bring(shop, wechat(Told(NUMBER, "98.00")))
    assert (brought.new, brought.again) == (1, False)
    assert results(shop) == {"matched": 1}
    line = DayFileLine.objects.get()
    assert (line.row, line.amount_cents, line.business_day) == (2, 9_800, DAY)


def test_it_confirms_a_payment_by_the_number_on_the_customers_bill(shop: Shop) -> None:
    paid(shop, NUMBER)
    bring(shop, wechat(Told("S20261121120000", "98.00", provider=NUMBER)))
    assert results(shop) == {"matched": 1}


def test_it_reads_what_alipay_writes(shop: Shop) -> None:
    paid(shop, "ALI-20261121-0001", "alipay")
    rows = Told("ALI-20261121-0001", "98.00", "交易"), Told("X-1", "12.00", "交易", refund="")
    bring(shop, alipay(*rows), "alipay")
    assert results(shop) == {"matched": 1, "theirs_only": 1}
    assert [line.row for line in DayFileLine.objects.all()] == [5, 6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_reads_what_an_acquirer_writes(shop: Shop, delimiter: str) -> None:
    paid(shop, "104290055555", "card")
    headings = "交易日期", "交易时间", "卡号", "参考号", "商户订单号", "交易类型", "交易金额"
    row = "20261121", "12:00:30", "6222****1234", "104290055555", "T0001", "消费", '"98.00"'
    total = "合计", "", "", "", "", "", "98.00"
    lines = "\n".join(delimiter.join(cells) for cells in (headings, row, total))
    bring(shop, lines.encode("utf-8-sig"), "acquirer")
    assert results(shop) == {"matched": 1}


def test_it_confirms_a_refund_by_a_refund(shop: Shop) -> None:
    sale = paid(shop, NUMBER)
    void(shop, sale)
    content = wechat(Told(NUMBER, "98.00"), Told(NUMBER, "98.00", "REFUND", refund="R-1"))
    bring(shop, content)
    assert results(shop) == {"matched": 2}
    assert sorted(DayFileLine.objects.values_list("amount_cents", flat=True)) == [-9_800, 9_800]


def test_it_takes_the_minus_sign_of_a_refund(shop: Shop) -> None:
    void(shop, paid(shop, "ALI-000001", "alipay"))
    rows = Told("ALI-000001", "98.00", "交易"), Told("ALI-000001", "-98.00", "退款", refund="R1")
    bring(shop, alipay(*rows), "alipay")
    assert results(shop) == {"matched": 2}


def test_it_lists_a_refund_that_only_the_wallet_knows(shop: Shop) -> None:
    paid(shop, NUMBER)
    bring(shop, wechat(Told(NUMBER, "98.00"), Told(NUMBER, "98.00", "REFUND", refund="R-1")))
    (pair,) = compared(shop).differences
    assert (pair.result, pair.ours) == (Result.THEIRS_ONLY, None)
    assert pair.theirs is not None
    assert pair.theirs.cents == -9_800


def test_it_lists_an_amount_that_differs(shop: Shop) -> None:
    paid(shop, NUMBER)
    bring(shop, wechat(Told(NUMBER, "89.00")))
    (pair,) = compared(shop).differences
    assert pair.ours is not None
    assert pair.theirs is not None
    assert (pair.result, pair.ours.cents, pair.theirs.cents) == (Result.DIFFERS, 9_800, 8_900)


def test_it_lists_another_way_of_paying(shop: Shop) -> None:
    paid(shop, NUMBER, "alipay")
    bring(shop, wechat(Told(NUMBER, "98.00")))
    assert results(shop) == {"differs": 1}
    DayFileLayout.objects.filter(code="wechat").update(tender=None)  # a file of several tenders
    assert results(shop) == {"matched": 1}


def test_it_lists_by_clerk_what_the_file_does_not_have(shop: Shop) -> None:
    sale = paid(shop, NUMBER)
    paid(shop, "SCREENSHOT-1")
    bring(shop, wechat(Told("OTHER-1", "98.00")))
    found = compared(shop)
    assert results(shop) == {"ours_only": 2, "theirs_only": 1}
    (row,) = found.by_clerk
    assert (row.name, row.payments, row.cents) == ("林", 2, 19_600)
    page = shop.client(shop.wang).get(f"/day/{DAY}/").content.decode()
    assert str(sale.number) in page
    assert "not in our books" in page


def test_a_line_confirms_one_payment_only(shop: Shop) -> None:
    """The merchant's number on one bill and the customer's number on another."""
    paid(shop, "S20261121120000")
    paid(shop, NUMBER)
    bring(shop, wechat(Told("S20261121120000", "98.00", provider=NUMBER)))
    assert results(shop) == {"matched": 1, "ours_only": 1}


def test_cash_and_the_malls_cashier_wait_for_no_file(shop: Shop) -> None:
    shop.sell(shop.charm())
    paid(shop, "MALL-000001", "mall")
    assert results(shop) == {}


def test_a_later_file_answers_what_a_day_left_open(shop: Shop) -> None:
    paid(shop, NUMBER)
    bring(shop, wechat(Told("OTHER-1", "5.00")))
    assert compared(shop).counts[Result.OURS_ONLY] == 1
    # the wallet's clock says it was after the day's end
    late = wechat(
        Told(NUMBER, "98.00", at="2026-11-22 05:00:01"),
        Told("OTHER-2", "5.00", at="2026-11-21 23:59:59"),
    )
    bring(shop, late)
    assert results(shop) == {"matched": 1, "theirs_only": 2}


def test_a_line_of_the_day_may_confirm_an_earlier_payment(shop: Shop) -> None:
    sale = paid(shop, NUMBER)
    with transaction.atomic():
        behind_the_back(
            "UPDATE inventory_change SET at = '2026-11-20 04:00:00+00:00' "  # noqa: S608
            f"WHERE id = {sale.payments.get().change_id}"
        )
    bring(shop, wechat(Told(NUMBER, "98.00")))
    assert results(shop) == {}


def test_another_stores_payment_is_nobodys_difference(shop: Shop) -> None:
    """Two stores may share one merchant's account; neither hears of the other's payments."""
    paid(shop, NUMBER)
    content = wechat(Told(NUMBER, "98.00"))
    day_files.bring_in(
        store=shop.s02,
        day=DAY,
        layout=layout_of(),
        report=day_files.check(
            store=shop.s02, day=DAY, layout=layout_of(), content=content, by=shop.head
        ),
        name="day.csv",
        by=shop.head,
    )
    there = reconciliation.of_day(store=shop.s02, day=DAY)
    assert there.differences == []
    assert results(shop) == {"waiting": 1}


# --- the same again


def test_the_same_file_is_one_file(shop: Shop) -> None:
    content = wechat(Told(NUMBER, "98.00"))
    first, again = bring(shop, content), bring(shop, content)
    assert (again.again, again.file) == (True, first.file)
    assert DayFileLine.objects.count() == 1
    assert send(shop.client(shop.wang), content) == 303
    assert DayFile.objects.count() == 1


def test_a_line_of_an_earlier_file_is_not_kept_again(shop: Shop) -> None:
    bring(shop, wechat(Told(NUMBER, "98.00")))
    report = check(shop, wechat(Told(NUMBER, "98.00"), Told("NEW-1", "5.00")))
    assert (report.rows, len(report.new), report.known) == (2, 1, 1)
    bring(shop, wechat(Told(NUMBER, "98.00"), Told("NEW-1", "5.00")))
    assert DayFileLine.objects.count() == 2


def test_it_refuses_a_line_that_contradicts_an_earlier_file(shop: Shop) -> None:
    bring(shop, wechat(Told(NUMBER, "98.00")))
    content = wechat(Told(NUMBER, "97.00"))
    assert sentences(check(shop, content)) == [
        (2, f"Number {NUMBER} stands in an earlier file with ¥98.00.")
    ]
    with pytest.raises(day_files.DayFileHasErrors):
        bring(shop, content)
    assert DayFileLine.objects.count() == 1


# --- broken files


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (Told("A-1", "0"), "from ¥0.01"),
        (Told("A-1", "0.00"), "from ¥0.01"),
        (Told("A-1", "-5.00"), "from ¥0.01"),
        (Told("A-1", ""), "from ¥0.01"),
        (Told("A-1", "1.005"), "two decimals"),
        (Told("A-1", "99999999999999"), "from ¥0.01"),
        (Told("A-1", "1E+9"), "from ¥0.01"),
        (Told("A-1", "=1+1"), "from ¥0.01"),
        (Told("A-1", "--5.00", "REFUND"), "from ¥0.01"),
        (Told("", "5.00"), "no order number"),
        (Told("4.2E+27", "5.00"), "no order number"),
        (Told("=HYPERLINK(1)", "5.00"), "no order number"),
        (Told("A\x00-1", "5.00"), "no order number"),
        (Told("A" * 65, "5.00"), "no order number"),
        (Told("A-1", "5.00", provider="@SUM(A1)"), "no order number"),
        (Told("A-1", "5.00", "NOTPAY"), "neither a payment nor a refund"),
        (Told("A-1", "5.00", ""), "neither a payment nor a refund"),
        (Told("A-1", "5.00", at="2026-13-01 12:00:00"), "is no time"),
        (Told("A-1", "5.00", at="0001-01-01 00:00:00"), "is no time"),
        (Told("A-1", "5.00", at="45982.5"), "is no time"),
        (Told("GOOD-1", "7.00"), "stands in row 2 already"),
    ],
)
def test_it_names_a_broken_row_and_keeps_nothing(shop: Shop, row: Told, named: str) -> None:
    content = wechat(Told("GOOD-1", "5.00"), row)
    ((number, sentence),) = sentences(check(shop, content))
    assert number == 3
    assert named in sentence
    client = shop.client(shop.wang)
    assert send(client, content) == 422
    assert not DayFile.objects.exists()
    good = wechat(Told("GOOD-1", "5.00"))
    assert send(client, good) == 303


def test_the_page_says_what_is_wrong_with_each_row(shop: Shop) -> None:
    content = wechat(Told("A-1", "0"), Told("A-2", "5.00"), Told("A-3", "x"))
    client = shop.client(shop.wang)
    form: dict[str, Any] = {"layout": "wechat", "file": SimpleUploadedFile("d.csv", content)}
    page = client.post(f"/day/{DAY}/files/", form).content.decode()
    assert "2 rows are wrong." in page
    assert "Row 2" in page
    assert "Row 4" in page


def test_several_refunds_of_one_order_are_several_lines(shop: Shop) -> None:
    rows = [Told("A-1", "5.00", "REFUND", refund=f"R-{n}") for n in (1, 2)]
    assert bring(shop, wechat(*rows)).new == 2
    twice = [Told("A-2", "5.00", "REFUND", refund="R-1")] * 2
    assert sentences(check(shop, wechat(*twice)))[0][0] == 3


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", day_files.DayFileEmpty),
        (wechat(), day_files.DayFileEmpty),
        (b"PK\x03\x04 and so on", day_file_rows.DayFilePacked),
        (b"\xff\xfe\x00\x80\xff", tables.FileUnreadable),
        ("日期,金额\n2026-11-21,5.00".encode(), tables.ColumnMissing),
        (alipay(Told("A-1", "5.00", "交易")), tables.ColumnMissing),
        (wechat(Told("A-1", "5.00", at="2026-11-19 12:00:00")), day_files.OtherDay),
        (b"x" * (tables.MOST_BYTES + 1), tables.FileTooLarge),
    ],
    ids=["nothing", "no rows", "packed", "bytes", "columns", "alipay", "other day", "large"],
)
def test_it_refuses_what_is_no_day_file(
    shop: Shop, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check(shop, content)


def test_it_refuses_a_file_for_a_day_to_come(shop: Shop) -> None:
    assert send(shop.client(shop.wang), wechat(Told("A-1", "5")), day=DAY.replace(day=22)) == 422


def test_only_manager_and_head_office_bring_it_in(shop: Shop) -> None:
    content = wechat(Told("A-1", "5.00"))
    assert send(shop.client(shop.lin), content) == 403
    assert send(shop.client(shop.chen), content) == 403
    with pytest.raises(NotAllowed):
        day_files.check(store=shop.s02, day=DAY, layout=layout_of(), content=content, by=shop.wang)
    assert not DayFile.objects.exists()


def test_it_refuses_a_form_without_file_or_with_an_unknown_layout(shop: Shop) -> None:
    client = shop.client(shop.wang)
    assert client.post(f"/day/{DAY}/files/", {"layout": "wechat"}).status_code == 422
    assert send(client, wechat(Told("A-1", "5.00")), layout="paypal") == 422
    DayFileLayout.objects.update(active=False)
    assert send(client, wechat(Told("A-1", "5.00"))) == 422


# --- kept for good


def test_the_books_agree_and_find_a_changed_line(shop: Shop) -> None:
    bring(shop, wechat(Told(NUMBER, "98.00"), Told(NUMBER, "8.00", "REFUND", refund="R-1")))
    store = Store.objects.get(pk=shop.s01.pk)
    assert list(books.verify(store, full=True)) == []
    behind_the_back("UPDATE counter_dayfileline SET amount_cents = 9700 WHERE kind = 'paid'")
    assert any("counter_dayfile" in str(each) for each in books.verify(store, full=True))


def test_the_database_refuses_to_change_a_line(shop: Shop) -> None:
    bring(shop, wechat(Told(NUMBER, "98.00")))
    for statement in (
        "UPDATE counter_dayfileline SET amount_cents = 1",
        "DELETE FROM counter_dayfileline",
        "DELETE FROM counter_dayfile",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert DayFileLine.objects.count() == 1


def test_it_asks_the_database_equally_often_for_many_payments(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    for count in (1, 8):
        numbers = [f"MANY-{count}-{n}" for n in range(count)]
        for number in numbers:
            paid(shop, number)
        bring(shop, wechat(*(Told(number, "98.00") for number in numbers)))
        with django_assert_num_queries(10):
            found = compared(shop)
    assert found.counts[Result.MATCHED] == 9


def test_the_seed_leaves_a_shops_own_row_alone(shop: Shop) -> None:
    DayFileLayout.objects.filter(code="acquirer").update(
        name_zh="银联商务", tender=Tender.objects.get(code="wechat")
    )
    day_file_layouts.put_seed_layouts()
    assert DayFileLayout.objects.count() == len(day_file_layouts.SEED)
    assert layout_of("acquirer").name_zh == "银联商务"
