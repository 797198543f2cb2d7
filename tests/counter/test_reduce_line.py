"""A hand on the price: off labour or a fixed price, within the limit of the role."""

import pytest

from counter import acknowledgements, bills, reductions, sales, seller_shares
from counter.models import Part, Sale, SaleLine
from inventory.ground import approvals, settings_rows
from inventory.ground.errors import BadField
from tests.cast import Shop


def line_of(sale: Sale) -> SaleLine:
    return SaleLine.objects.select_related("sale__store", "piece").get(sale=sale)


def test_it_takes_off_labour_within_the_limit(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    # the small shop's clerk: 5 % of ¥331.36 labour
    reductions.put(line=line_of(sale), part=Part.LABOUR, cents=1_656, reason="regular", by=shop.lin)
    line = line_of(sale)
    assert line.total_cents == 1_059_480 - 1_656
    assert line.reductions.get().reason == "regular"


def test_above_the_limit_it_needs_a_second_person_for_exactly_this(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    off = {"line": line_of(sale), "part": Part.FIXED, "reason": "regular", "by": shop.lin}
    with pytest.raises(approvals.ApprovalNeeded) as asked:
        reductions.put(**off, cents=70_000)  # type: ignore[arg-type]
    approvals.grant(ask=asked.value.ask, store=shop.s01, asked_by=shop.lin, by=shop.wang)
    with pytest.raises(approvals.ApprovalNeeded):
        reductions.put(**off, cents=80_000)  # type: ignore[arg-type]
    row = reductions.put(**off, cents=70_000)  # type: ignore[arg-type]
    assert row is not None
    assert row.approval is not None
    assert row.approval.approved_by == shop.wang


def test_it_never_gives_the_metal_away(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    with pytest.raises(reductions.BelowMetal):
        reductions.put(line=line_of(sale), part=Part.METAL, cents=1, reason="x", by=shop.wang)


def test_it_refuses_more_than_the_part(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    with pytest.raises(reductions.TooMuchOff):
        reductions.put(line=line_of(sale), part=Part.LABOUR, cents=33_137, reason="x", by=shop.wang)


def test_it_needs_a_reason(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    with pytest.raises(BadField):
        reductions.put(line=line_of(sale), part=Part.LABOUR, cents=100, reason="", by=shop.lin)


def test_it_keeps_the_reduction_on_the_sold_line(shop: Shop) -> None:
    sale = shop.bill(shop.ring())
    reductions.put(line=line_of(sale), part=Part.FIXED, cents=7_200, reason="regular", by=shop.lin)
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale)
    done = sales.complete(sale=sale, shown_cents=750_000, by=shop.lin)
    with pytest.raises(bills.BillMoved):
        reductions.put(line=line_of(done), part=Part.FIXED, cents=0, reason="", by=shop.lin)
    assert line_of(done).reduced_cents == 7_200


def test_a_stores_own_setting_changes_the_limit(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="discount_clerk_bp", new="0", by=shop.wang)
    sale = shop.bill(shop.piece())
    with pytest.raises(approvals.ApprovalNeeded):
        reductions.put(line=line_of(sale), part=Part.LABOUR, cents=1, reason="x", by=shop.lin)


def test_sellers_share_a_line(shop: Shop) -> None:
    sale = shop.bill(shop.piece())
    seller_shares.put(line=line_of(sale), shares={shop.lin: 6_000, shop.zhao: 4_000})
    assert {row.user: row.share_bp for row in line_of(sale).sellers.all()} == {
        shop.lin: 6_000,
        shop.zhao: 4_000,
    }
    for wrong in ({shop.lin: 9_000}, {}, {shop.lin: 11_000, shop.zhao: -1_000}):
        with pytest.raises(seller_shares.BadShares):
            seller_shares.put(line=line_of(sale), shares=wrong)
