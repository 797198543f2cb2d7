"""Old gold and store credit pay bills, but nothing of them lies in a drawer; money that goes out
for old gold is missing there."""

from appraisal.models import TradeKind
from counter import custody, day_reports, handovers, old_gold, reconciliation
from counter.models import Handover, Sale, Tender
from inventory import places
from tests.counters import count_rest, sign_both
from tests.old_gold import Desk
from tests.old_gold_bills import NECKLACE_CENTS, RING_CENTS, fill_drawer, is_clean, swapped, void

# (936 − 3) × 10 g × 0.99
BOUGHT_CENTS = 923_670


def buy_back(desk: Desk, code: str) -> Sale:
    desk.put("buy_back", "yes")
    desk.put("identity_buy_back_cents", "100000000")
    desk.by = desk.shop.wang
    trade_in = desk.accepted(kind=TradeKind.BUY_BACK, basket=())
    tender = Tender.objects.get(code=code)
    return old_gold.buy_back(trade_in=trade_in, tender=tender, by=desk.by)


def begin(desk: Desk) -> Handover:
    shop = desk.shop
    return handovers.start(counter=shop.a, kind="change", by=shop.lin, incoming=shop.zhao)


def expected(sheet: Handover) -> dict[str, int]:
    return {row.tender.code: row.expected_cents for row in sheet.money.select_related("tender")}


def test_a_handover_counts_money_only(desk: Desk) -> None:
    swapped(desk)
    sheet = begin(desk)
    codes = {row.tender.code for row in sheet.money.select_related("tender")}
    assert codes == {"cash", "wechat", "alipay", "card", "transfer", "mall"}


def test_the_drawer_holds_the_rest_of_a_swap_less_what_was_paid_out(desk: Desk) -> None:
    shop = desk.shop
    shop.sell(shop.piece())
    swapped(desk)
    buy_back(desk, "cash")
    sheet = count_rest(begin(desk), by=shop.lin)
    cash = NECKLACE_CENTS + (NECKLACE_CENTS - RING_CENTS) - BOUGHT_CENTS
    assert expected(sheet)["cash"] == cash
    sheet = sign_both(sheet, ("outgoing", shop.lin), ("incoming", shop.zhao))
    assert custody.last_sheet(shop.a) == sheet
    assert is_clean(desk)


def test_a_transfer_that_went_out_has_its_slip(desk: Desk) -> None:
    shop = desk.shop
    sale = buy_back(desk, "transfer")
    transfer = Tender.objects.get(code="transfer").pk
    assert custody.paid(shop.a, since=0)[transfer] == (-BOUGHT_CENTS, 1)
    void(desk, sale)
    assert custody.paid(shop.a, since=0)[transfer] == (0, 0)


def test_the_report_of_the_day_shows_what_came_in_and_what_went_out(desk: Desk) -> None:
    shop = desk.shop
    swapped(desk)
    fill_drawer(desk)
    buy_back(desk, "cash")
    day = places.business_day(shop.s01)
    report = day_reports.report_of(store=shop.s01, day=day)
    rows = {row.tender.code: row for row in report.by_tender}
    assert rows["old_gold"].total_cents == RING_CENTS + BOUGHT_CENTS
    assert (rows["cash"].payments, rows["cash"].refunds) == (1, 1)
    assert rows["cash"].refund_cents == -BOUGHT_CENTS
    # nothing was sold by the buy-back, and what was paid comes to what was sold
    assert report.sales == 1
    assert report.paid_cents == report.total_cents == NECKLACE_CENTS
    in_drawer = NECKLACE_CENTS - RING_CENTS - BOUGHT_CENTS
    assert day_reports.cash_of(report, counters=["A"]) == in_drawer


def test_no_wallet_is_asked_about_old_gold(desk: Desk) -> None:
    swapped(desk)
    day = places.business_day(desk.shop.s01)
    assert reconciliation.of_day(store=desk.shop.s01, day=day).electronic == 0


def test_the_pages_of_a_buy_back_say_what_went_out(desk: Desk) -> None:
    fill_drawer(desk)
    shop, sale = desk.shop, buy_back(desk, "cash")
    client = shop.client(shop.wang)
    done = client.get(f"/sales/{sale.number}/").content.decode()
    assert "Old gold bought" in done
    assert "−¥9,236.70" in done
    assert client.get(f"/sales/{sale.number}/receipt.pdf").status_code == 200
    page = client.get(f"/sales/{sale.number}/void/").content.decode()
    assert "Take ¥9,236.70 back first (Cash)" in page
    assert "id_codes" not in page
    asked = client.post(f"/sales/{sale.number}/void/", {"reason": "changed their mind"})
    assert asked.headers["X-Refusal"] == "approval_needed"
    assert "¥9,236.70" in asked.context["approval"].summary
