"""Cash of one customer on one day: a case for head office, one sentence for the clerk."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from appraisal.models import Identity, IdentityReveal, Instrument, Scale, TradeInState, TradeKind
from appraisal.offers import IdentityNeeded
from counter import (
    acknowledgements,
    bills,
    cash_cases,
    customers,
    due,
    near_limits,
    old_gold,
    sales,
)
from counter.books import verify
from counter.models import CalendarDay, CaseState, CashCase, Customer, Sale, Tender
from inventory import places
from inventory.ground import approvals
from inventory.ground.errors import BadField, NotAllowed
from tests.cast import Shop
from tests.old_gold import Desk, open_desk
from tests.old_gold_bills import accepted, complete, fill_drawer, put_down


def customer(shop: Shop, phone: str = "13800000001") -> Customer:
    return customers.find_or_make(phone=phone, name="", store=shop.s01, by=shop.lin)


def known(shop: Shop, who: Customer, index: str = "a", valid: int = 100) -> Identity:
    """The customer's identity card was seen once, with old gold."""
    trade_in = open_desk_once(shop).receive(customer_id=who.pk)
    return Identity.objects.create(
        store=shop.s01,
        trade_in=trade_in,
        kind="citizen",
        masked="110105********002X",
        blind_index=index * 64,
        valid_until=places.business_day(shop.s01) + timedelta(days=valid),
        taken_at=timezone.now(),
        taken_by=shop.lin,
        keep_until=places.business_day(shop.s01) + timedelta(days=800),
    )


def open_desk_once(shop: Shop) -> Desk:
    scale = Scale.objects.filter(store=shop.s01).first()
    if scale is None:
        return open_desk(shop)
    return Desk(shop=shop, scale=scale, xrf=Instrument.objects.get(), by=shop.lin)


def sell(
    shop: Shop, who: Customer | None, cents: int, *, tender: str = "cash", elsewhere: bool = False
) -> Sale:
    """A ring at this price for this customer, paid in one tender; in S02 by Sun if elsewhere."""
    store, counter, by = (
        (shop.s02, shop.a2, shop.sun) if elsewhere else (shop.s01, shop.a, shop.lin)
    )
    sale = shop.bill(shop.ring(price_cents=cents, store=store), counter=counter, by=by)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    if who is not None:
        bills.name_customer(sale=sale, customer=who)
    sale.refresh_from_db()
    number = "" if tender in {"cash", "transfer"} else f"4200{cents:012d}{sale.pk:012d}"
    shop.pay(sale, tender, number=number)
    return sales.complete(sale=sale, shown_cents=cents, by=by)


@pytest.mark.parametrize("cents", [9_999_999, 8_999_999])
def test_below_the_limit_nothing_is_reported(shop: Shop, cents: int) -> None:
    sell(shop, customer(shop), cents)
    hints = list(CashCase.objects.values_list("is_hint", flat=True))
    # from ¥90,000 on somebody looks
    assert hints == ([True] if cents >= 9_000_000 else [])


def test_the_limit_itself_opens_a_case_and_asks_for_the_card_before(shop: Shop) -> None:
    who = customer(shop)
    with pytest.raises(IdentityNeeded) as refusal:
        sell(shop, who, 10_000_000)
    assert str(refusal.value) == "Please ask for the customer's identity card."
    assert not CashCase.objects.exists()
    known(shop, who)
    sell(shop, who, 10_000_000)
    case = CashCase.objects.get()
    assert (case.in_cents, case.out_cents, case.is_hint) == (10_000_000, 0, False)
    assert list(verify(shop.s01, full=True)) == []


def test_who_is_not_named_cannot_pay_so_much(shop: Shop) -> None:
    with pytest.raises(IdentityNeeded):
        sell(shop, None, 10_000_000)


PAPER = {
    "kind": "citizen",
    "number": "11010519491231002X",
    "name": "周女士",
    "address": "朝阳区",
    "valid_until": "2099-12-31",
}


def test_the_clerk_notes_the_paper_beside_the_bill_and_goes_on(shop: Shop) -> None:
    who = customer(shop)
    sale = shop.bill(shop.ring(price_cents=10_000_000))
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    client = shop.client()
    asked = f"/sell/{sale.uuid}/identity/"
    assert client.get(asked).headers["X-Refusal"] == "customer_needed"
    bills.name_customer(sale=sale, customer=who)
    pay = {"tender": "cash", "amount": "100000"}
    refused = client.post(f"/sell/{sale.uuid}/pay/", pay)
    assert refused.headers["X-Refusal"] == "identity_needed"
    assert asked in refused.content.decode()
    page = client.get(asked).content.decode()
    assert "cash" not in page.lower()
    assert "limit" not in page.lower()
    assert client.post(asked, PAPER | {"number": "110105194912310021"}).status_code == 422
    assert client.post(asked, PAPER).status_code == 303
    assert client.post(f"/sell/{sale.uuid}/pay/", pay).status_code == 303
    sales.complete(sale=sale, shown_cents=10_000_000, by=shop.lin)
    case = CashCase.objects.get()
    assert case.customer == who
    assert list(verify(shop.s01, full=True)) == []
    reveal = f"/head-office/cash/{case.pk}/identity/"
    assert shop.client(shop.wang).post(reveal, {"why": "report"}).status_code == 403
    shown = shop.client(shop.head).post(reveal, {"why": "report"}).content.decode()
    assert "11010519491231002X" in shown
    assert IdentityReveal.objects.get().why == "report"


def test_an_identity_that_has_expired_is_none(shop: Shop) -> None:
    who = customer(shop)
    known(shop, who, valid=-1)
    with pytest.raises(IdentityNeeded):
        sell(shop, who, 10_000_000)


def test_bank_cards_are_no_cash(shop: Shop) -> None:
    sell(shop, customer(shop), 15_000_000, tender="card")
    assert not CashCase.objects.exists()


def test_two_stores_of_one_day_count_together(shop: Shop) -> None:
    who = customer(shop)
    known(shop, who)
    sell(shop, who, 6_000_000)
    assert not CashCase.objects.exists()
    sell(shop, who, 4_000_000, elsewhere=True)
    case = CashCase.objects.get()
    assert (case.in_cents, case.is_hint, case.store) == (10_000_000, False, shop.s02)


def test_one_identity_card_is_one_person_whatever_the_telephone(shop: Shop) -> None:
    first, second = customer(shop), customer(shop, "13900000002")
    known(shop, first)
    known(shop, second)
    sell(shop, first, 6_000_000)
    sell(shop, second, 4_000_000)
    assert CashCase.objects.get().in_cents == 10_000_000


def test_a_person_with_two_papers_is_one_person_over_three_files(shop: Shop) -> None:
    """One file knows the passport, one the identity card, and one both."""
    first, second, third = (customer(shop, f"1380000000{n}") for n in (1, 2, 3))
    known(shop, first, "a")
    known(shop, second, "a")
    known(shop, second, "b")
    known(shop, third, "b")
    assert customers.of_one_person(first.pk) == [first.pk, second.pk, third.pk]
    assert customers.of_one_person(third.pk) == [first.pk, second.pk, third.pk]


def test_the_identity_of_large_cash_is_kept_in_all_files_of_the_person(shop: Shop) -> None:
    """The cash was paid under one number, the paper shown under another, in another store."""
    first, second, stranger = (customer(shop, f"1380000000{n}") for n in (1, 2, 3))
    known(shop, first)
    sell(shop, first, 10_000_000)
    papers = [known(shop, second).pk, known(shop, stranger, "b").pk]
    Identity.objects.filter(pk=papers[0]).update(store=shop.s02)
    over = timezone.now().date() - timedelta(days=2)
    Identity.objects.update(sealed=b"sealed", keep_until=over)
    assert "1 identities forgotten" in due.run()
    assert set(Identity.objects.filter(sealed__isnull=True).values_list("pk", flat=True)) == {
        papers[1]
    }


def test_amounts_below_the_limit_over_days_are_a_hint(shop: Shop) -> None:
    who = customer(shop)
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        sale = sell(shop, who, 6_000_000)
    assert sale.business_day
    sell(shop, who, 5_000_000)
    case = CashCase.objects.get()
    assert (case.in_cents, case.is_hint) == (5_000_000, True)


def test_more_on_the_same_day_makes_a_hint_a_case_and_opens_it_again(shop: Shop) -> None:
    who = customer(shop)
    known(shop, who)
    sell(shop, who, 9_500_000)
    case = CashCase.objects.get()
    cash_cases.close(case=case, outcome=CaseState.EXPLAINED, note="wedding", by=shop.head)
    sell(shop, who, 600_000)
    case.refresh_from_db()
    assert (case.in_cents, case.is_hint, case.state) == (10_100_000, False, CaseState.OPEN)
    assert list(verify(shop.s01, full=True)) == []


def test_money_that_goes_out_for_old_gold_counts_too(shop: Shop) -> None:
    desk = open_desk(shop)
    for key in ("identity_buy_back_cents", "second_method_cents", "second_weigher_cents"):
        desk.put(key, "1000000000")
    fill_drawer(desk)
    desk.put("buy_back", "yes")
    desk.by, who = shop.wang, customer(shop)
    told: dict[str, Any] = {"kind": TradeKind.BUY_BACK, "basket": (), "customer_id": who.pk}
    # (936 − 3) × 100 g × 0.99
    trade_in = desk.accepted(desk.ring(), desk.ring(), mg=50_000, **told)
    cash = Tender.objects.get(code="cash")
    sale = old_gold.buy_back(trade_in=trade_in, tender=cash, by=desk.by)
    case = CashCase.objects.get()
    assert (case.in_cents, case.out_cents, case.is_hint) == (0, 9_236_700, True)
    assert sale.customer == who
    more = desk.accepted(mg=10_000, **told)
    with pytest.raises(IdentityNeeded):
        old_gold.buy_back(trade_in=more, tender=cash, by=desk.by)
    more.refresh_from_db()
    assert more.state == TradeInState.ACCEPTED
    transfer = Tender.objects.get(code="transfer")
    assert old_gold.buy_back(trade_in=more, tender=transfer, by=desk.by).number


def test_a_report_is_due_in_five_working_days(db: None) -> None:
    assert cash_cases.due_on(date(2026, 11, 18)) == date(2026, 11, 25)
    CalendarDay.objects.create(day=date(2026, 11, 21), is_worked=True, name="调休")
    assert cash_cases.due_on(date(2026, 11, 18)) == date(2026, 11, 24)
    CalendarDay.objects.create(day=date(2026, 11, 19), is_worked=False)
    CalendarDay.objects.create(day=date(2026, 11, 20), is_worked=False)
    assert cash_cases.due_on(date(2026, 11, 18)) == date(2026, 11, 26)


@pytest.fixture
def case(shop: Shop) -> Iterator[CashCase]:
    who = customer(shop)
    known(shop, who)
    sell(shop, who, 10_000_000)
    yield CashCase.objects.get()


def test_head_office_closes_a_case_with_a_note_once(shop: Shop, case: CashCase) -> None:
    for by in (shop.wang, shop.chen):
        with pytest.raises(NotAllowed):
            cash_cases.close(case=case, outcome="reported", note="sent", by=by)
    with pytest.raises(BadField):
        cash_cases.close(case=case, outcome="reported", note=" ", by=shop.head)
    with pytest.raises(BadField):
        cash_cases.close(case=case, outcome="open", note="?", by=shop.head)
    cash_cases.close(case=case, outcome="reported", note="sent", by=shop.head)
    with pytest.raises(cash_cases.CaseClosed):
        cash_cases.close(case=case, outcome="reported", note="sent", by=shop.head)


def test_head_office_sees_and_closes_it_on_its_page(shop: Shop, case: CashCase) -> None:
    client = shop.client(shop.head)
    page = client.get("/head-office/cash/").content.decode()
    assert "¥100,000.00" in page
    assert f"{case.due_on:%Y-%m-%d}" in page
    form = {"outcome": "reported", "note": "sent to the centre"}
    assert client.post(f"/head-office/cash/{case.pk}/close/", form).status_code == 303
    assert "sent to the centre" in client.get("/head-office/cash/?closed=1").content.decode()


def test_nobody_of_a_store_sees_a_trace_of_it(shop: Shop, case: CashCase) -> None:
    number = Sale.objects.get().number
    for person in (shop.lin, shop.chen, shop.wang):
        client = shop.client(person)
        assert client.get("/head-office/cash/").status_code == 403
        for path in ("/sell/", f"/sales/{number}/", "/today/", "/sales/"):
            assert "/head-office/cash/" not in client.get(path).content.decode()
    assert case.state == CaseState.OPEN


def test_a_void_leaves_the_case_with_what_is_left(shop: Shop, case: CashCase) -> None:
    sale = Sale.objects.get()
    ask = sales.void_ask(sale)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    numbers = list(sale.lines.values_list("piece__number", flat=True))
    sales.void(sale=sale, scanned=numbers, reason="changed mind", by=shop.lin)
    case.refresh_from_db()
    assert (case.in_cents, case.state) == (0, CaseState.OPEN)
    assert list(verify(shop.s01, full=True)) == []


def test_head_office_enters_the_holidays_of_a_year(shop: Shop) -> None:
    form = {"day": "2027-10-01", "name": "国庆节"}
    assert shop.client(shop.head).post("/admin/counter/calendarday/add/", form).status_code == 302
    assert not CalendarDay.objects.get().is_worked
    # Thursday: the Friday is off, so are Saturday and Sunday
    assert cash_cases.due_on(date(2027, 9, 30), within=1) == date(2027, 10, 4)


def test_exchanges_of_one_customer_on_one_day_are_added_up(shop: Shop) -> None:
    """Two rings of ¥9,840.00 where ¥10,000.00 ask for an identity."""
    desk, who = open_desk(shop), customer(shop)
    desk.put("identity_swap_cents", "1000000")
    swap(desk, who)
    second = shop.bill(shop.piece())
    with pytest.raises(IdentityNeeded):
        accepted(desk, second, customer_id=who.pk)
    # who gives no name is nobody, and somebody else is somebody else
    swap(desk, None)
    swap(desk, customer(shop, "13900000002"))


def swap(desk: Desk, who: Customer | None) -> Sale:
    """An old ring of ¥9,840.00 and cash for a necklace."""
    sale = desk.shop.bill(desk.shop.piece())
    put_down(desk, sale, accepted(desk, sale, customer_id=who.pk if who else None))
    desk.shop.pay(sale)
    return complete(desk, sale)


def test_several_without_a_name_just_below_a_limit_are_shown_to_the_manager(shop: Shop) -> None:
    desk = open_desk(shop)
    desk.put("identity_swap_cents", "1000000")
    desk.put("cash_limit_cents", "80000")  # each pays ¥754.80 in cash
    swap(desk, None)
    assert near_limits.listed(shop.s01) == []
    swap(desk, None)
    swap(desk, customer(shop))
    days = near_limits.listed(shop.s01)
    assert [(len(each.rows), each.cents) for each in days] == [(2, 2 * 984_000), (2, 2 * 75_480)]
    page = shop.client(shop.wang).get("/day/near-limits/").content.decode()
    assert page.count("¥9,840.00") == 2
    assert shop.client(shop.lin).get("/day/near-limits/").status_code == 403
    # a hundred thousand is far away
    desk.put("cash_limit_cents", "10000000")
    desk.put("identity_swap_cents", "984000")
    assert near_limits.listed(shop.s01) == []
