"""A dealer has a level and a limit; the level says what they pay of the labour."""

from typing import Any

import pytest

from counter import books, customers
from counter.models import Customer, CustomerKind, DealerTerms
from counter.showroom import dealers
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Style
from tests.cast import Shop


def dealer(shop: Shop, level: str = "A", **facts: Any) -> Customer:
    customer = customers.find_or_make(phone="13900000001", name="周大", store=shop.s01, by=shop.lin)
    told = {"level": level, "credit_cents": 5_000_000, **facts}
    dealers.put_terms(customer=customer, by=shop.head, **told)
    return customer


def test_the_newest_terms_hold_and_the_old_ones_stay(shop: Shop) -> None:
    customer = dealer(shop)
    dealers.put_terms(customer=customer, level="b", credit_cents=0, by=shop.head)
    customer.refresh_from_db()
    terms = dealers.terms_of(customer)
    assert terms is not None
    assert (customer.kind, terms.level, terms.credit_cents) == (CustomerKind.DEALER, "B", 0)
    assert list(DealerTerms.objects.filter(dealer=customer).values_list("level", flat=True)) == [
        "B",
        "A",
    ]
    assert list(dealers.listed()) == [customer]
    assert [str(each) for each in books.verify(shop.hq, full=True)] == []


def test_a_level_pays_its_share_and_a_style_goes_before_the_rest(shop: Shop) -> None:
    ring, chain = shop.ring().style, shop.piece().style
    customer = dealer(shop)
    for style, share in ((None, 9_000), (ring, 7_000), (ring, 7_500), (None, 8_000)):
        dealers.put_labour(level="A", style=style, labour_bp=share, by=shop.head)
    dealers.put_labour(level="B", style=chain, labour_bp=1, by=shop.head)
    told = dealers.prices_for(customer)
    assert told.labour_cents(ring.pk, 10_000) == 7_500
    assert told.labour_cents(chain.pk, 10_000) == 8_000
    assert told.labour_cents(chain.pk, 1) == 1  # 0.8 of a cent


def test_everybody_else_pays_all_of_the_labour(shop: Shop) -> None:
    dealers.put_labour(level="A", style=None, labour_bp=5_000, by=shop.head)
    guest = customers.find_or_make(phone="13900000002", name="", store=shop.s01, by=shop.lin)
    assert dealers.prices_for(guest).labour_cents(1, 999) == 999
    assert dealers.prices_for(None).labour_cents(1, 999) == 999


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"level": ""}, "bad_dealer_level"),
        ({"level": "GOLD-PLUS"}, "bad_dealer_level"),
        ({"credit_cents": -1}, "bad_credit_limit"),
    ],
)
def test_terms_that_cannot_be_are_refused(shop: Shop, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        dealer(shop, **facts)
    assert refused.value.code == code


@pytest.mark.parametrize("share", [-1, 20_001])
def test_a_share_beyond_its_bounds_is_refused(shop: Shop, share: int) -> None:
    with pytest.raises(dealers.BadShare):
        dealers.put_labour(level="A", style=None, labour_bp=share, by=shop.head)


def test_only_head_office_sets_terms(shop: Shop) -> None:
    customer = dealer(shop)
    with pytest.raises(NotAllowed):
        dealers.put_terms(customer=customer, level="C", credit_cents=1, by=shop.wang)
    with pytest.raises(NotAllowed):
        dealers.put_labour(level="C", style=Style.objects.first(), labour_bp=1, by=shop.wang)
