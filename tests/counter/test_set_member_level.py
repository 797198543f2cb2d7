"""A customer becomes a member at the counter, when the chief agrees; the next sale is under the
plan of that level."""

from datetime import date

import pytest

from counter import books, customers, memberships, sales
from counter.customers import CustomerNeeded
from counter.memberships import LevelUnknown
from counter.models import Sale
from inventory.ground import approvals
from inventory.ground.approvals import ApprovalNeeded, ApproverNotAllowed
from inventory.ground.errors import NotAllowed
from tests.cast import Shop, card_of
from warranty.models import BenefitKind, HandOut, Plan, PlanBenefit


@pytest.fixture
def bill(shop: Shop) -> Sale:
    """An open bill of a member to be, in a house with a plan for VIP."""
    plan = Plan.objects.create(
        code="vip",
        version=1,
        valid_from=date(2020, 1, 1),
        member_level="VIP",
        hand_out=HandOut.RECEIPT,
        precedence=999,
    )
    PlanBenefit.objects.create(
        plan=plan, kind=BenefitKind.CARE, position=1, title_zh="终身保养", title_en="Care"
    )
    mei = customers.find_or_make(phone="13800001111", name="梅", store=shop.s01, by=shop.lin)
    sale = shop.bill(shop.piece())
    Sale.objects.filter(pk=sale.pk).update(customer=mei)
    sale.refresh_from_db()
    return sale


def test_the_chief_agrees_and_the_sale_is_under_the_plan_of_the_level(
    shop: Shop, bill: Sale
) -> None:
    client = shop.client()
    assert 'value="VIP"' in client.get(f"/sell/{bill.uuid}/").text
    asked = client.post(f"/sell/{bill.uuid}/level/", {"level": "VIP"})
    assert asked.headers["X-Refusal"] == "approval_needed"
    with pytest.raises(ApprovalNeeded) as needed:
        memberships.put(sale=bill, level="VIP", by=shop.lin)
    ask = needed.value.ask
    with pytest.raises(ApproverNotAllowed):
        approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.zhao)
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    assert client.post(f"/sell/{bill.uuid}/level/", {"level": "VIP"}).status_code == 303
    shop.pay(bill)
    client.post(f"/sell/{bill.uuid}/complete/", {"shown_cents": bill.lines.get().total_cents})
    assert card_of(bill).plan.code == "vip"


def test_a_level_without_a_plan_and_a_bill_without_a_customer_are_refused(
    shop: Shop, bill: Sale
) -> None:
    with pytest.raises(LevelUnknown):
        memberships.put(sale=bill, level="Platinum", by=shop.lin)
    with pytest.raises(CustomerNeeded):
        memberships.put(sale=shop.bill(shop.charm()), level="VIP", by=shop.lin)


def test_each_change_of_a_level_is_a_row_that_says_who_and_when(shop: Shop, bill: Sale) -> None:
    mei = bill.customer
    assert mei is not None
    ask = memberships.ask(customer=mei, store=shop.s01, level="VIP")
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    memberships.put(sale=bill, level="VIP", by=shop.lin)
    memberships.put(sale=bill, level="VIP", by=shop.lin)  # it is so already: no row
    memberships.decide(customer=mei, level="", by=shop.head)
    out, into = memberships.history(mei)
    assert (into.old, into.new, into.change.by) == ("", "VIP", shop.lin)
    assert into.approval is not None
    assert into.approval.approved_by == shop.chen
    assert (out.old, out.new, out.change.by, out.approval) == ("VIP", "", shop.head, None)
    assert into.change.kind == "level_changed"
    with pytest.raises(NotAllowed):
        memberships.decide(customer=mei, level="VIP", by=shop.wang)
    assert [str(each) for each in books.verify(shop.s01, full=True)] == []


def test_the_page_of_a_customer_shows_how_they_became_a_member(shop: Shop, bill: Sale) -> None:
    mei = bill.customer
    assert mei is not None
    admin = shop.client(shop.head)
    address = f"/admin/counter/customer/{mei.pk}/change/"
    assert admin.post(address, {"level": "VIP"}).status_code == 302
    page = shop.client().get(f"/customers/{mei.pk}/").text
    assert "no member → VIP" in page
    assert "Nothing bought here yet." in page
    assert f"/customers/{mei.pk}/" in shop.client().get(f"/sell/{bill.uuid}/").text
    shop.pay(bill)
    sales.complete(sale=bill, shown_cents=bill.lines.get().total_cents, by=shop.lin)
    bill.refresh_from_db()
    assert str(bill.number) in shop.client().get(f"/customers/{mei.pk}/").text
    assert shop.client(shop.sun).get(f"/customers/{mei.pk}/").status_code == 404
    assert shop.client(shop.gao).get(f"/customers/{mei.pk}/").status_code == 404
