"""An order is placed once, whole, and with the amounts of the server."""

from datetime import timedelta

import pytest
from django.utils import timezone

from counter import books
from counter.models import ConsentHow, NetworkOrder, OrderChannel, OrderState
from counter.showroom import dealers, orders, unconfirmed
from counter.showroom.wishes import Wish
from inventory.ground import nobody
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import DrawnSignature, Notice, Store
from tests.showroom import DIAMOND_RING, Showroom


def test_an_order_has_its_number_its_lines_and_a_row_for_each_piece(showroom: Showroom) -> None:
    order = showroom.placed(showroom.wish(showroom.band(), DIAMOND_RING))
    assert order.number.startswith("N01-O")
    assert (order.state, order.queue) == (OrderState.REVIEWING, order.store)
    band, ring = order.lines.all()
    assert (band.net_mg, band.unit_cents) == (3_400, 3_400 * 88_300 // 1000 + 38_000)
    assert (ring.stone_cents, ring.labour_cents) == (1_400_000, 128_000)
    assert order.total_cents == 2 * band.unit_cents + ring.unit_cents
    assert [line.ordered.count() for line in (band, ring)] == [2, 1]
    assert [(step.old, step.new) for step in order.steps.all()] == [
        ("", "placed"),
        ("placed", "reviewing"),
    ]
    assert not [row for store in Store.objects.all() for row in books.verify(store, full=True)]


def test_what_was_wished_is_kept_word_for_word(showroom: Showroom) -> None:
    wish = showroom.wish(
        showroom.band(engraving=" 永恒 LIN "), DIAMOND_RING, wanted_on=showroom.day(30)
    )
    version = showroom.placed(wish).versions.get()
    assert Wish.from_content(version.content) == wish.tidied()
    assert version.content["lines"][0]["engraving"] == "永恒 LIN"


def test_a_dealer_pays_the_labour_of_the_own_level(showroom: Showroom) -> None:
    head = showroom.shop.head
    dealers.put_terms(customer=showroom.customer, level="A", credit_cents=0, by=head)
    dealers.put_labour(level="A", style=None, labour_bp=5_000, by=head)
    line = showroom.placed().lines.get()
    assert line.labour_cents == 19_000


def test_without_the_customers_yes_an_order_waits_and_the_customer_is_asked(
    showroom: Showroom,
) -> None:
    order = showroom.placed(how=None, channel=OrderChannel.TELEPHONE)
    assert order.state == OrderState.PLACED
    notice = Notice.objects.get()
    assert notice.kind == "order_placed"
    assert f"/o/{order.link}/" in notice.text
    confirmed = orders.confirm_by_customer(order=order, how=ConsentHow.LINK, by=nobody.customer())
    assert confirmed.state == OrderState.REVIEWING
    assert confirmed.confirmed_at is not None
    with pytest.raises(RuleBroken, match="first check") as refusal:
        orders.confirm_by_customer(order=order, how=ConsentHow.LINK, by=nobody.customer())
    assert refusal.value.code == "order_moved"


def test_on_the_tablet_the_customer_signs_under_the_summary(showroom: Showroom) -> None:
    lin = showroom.shop.lin
    with pytest.raises(RuleBroken) as refusal:
        showroom.placed(how=ConsentHow.TABLET, by=lin)
    assert refusal.value.code == "signature_needed"
    assert not NetworkOrder.objects.exists()
    orders.place(
        wish=showroom.wish(),
        customer=showroom.customer,
        channel=OrderChannel.COUNTER,
        how=ConsentHow.TABLET,
        by=lin,
        signature=Drawn([[1, 1, 2, 2, 3, 3, 4, 4]]),
    )
    text = DrawnSignature.objects.get().text
    assert "12.25" in text
    assert "永 恒 ␣ L I N" in text


@pytest.mark.parametrize(
    ("who", "how"),
    [
        ("lin", ConsentHow.LINK),
        ("lin", ConsentHow.PROGRAM),
        ("qian", None),
        ("qian", ConsentHow.TELEPHONE),
        ("customer", ConsentHow.TELEPHONE),
    ],
)
def test_nobody_says_yes_in_a_way_that_is_not_theirs(
    showroom: Showroom, who: str, how: ConsentHow | None
) -> None:
    by = nobody.customer() if who == "customer" else showroom.shop.people[who]
    with pytest.raises(NotAllowed):
        showroom.placed(how=how, by=by)


def test_the_number_of_the_brands_shop_is_ordered_once(showroom: Showroom) -> None:
    wish = showroom.wish(outside_number="TB-1")
    order = showroom.placed(wish)
    with pytest.raises(RuleBroken, match=order.number) as refusal:
        showroom.placed(wish)
    assert refusal.value.code == "order_placed_before"
    assert NetworkOrder.objects.count() == 1


def test_a_house_without_a_network_showroom_says_so(showroom: Showroom) -> None:
    Store.objects.filter(code="N01").update(kind="shop")
    with pytest.raises(RuleBroken) as refusal:
        showroom.placed()
    assert refusal.value.code == "no_network_showroom"


def test_who_has_not_confirmed_is_reminded_and_at_last_the_order_ends(showroom: Showroom) -> None:
    order, other = showroom.placed(how=None), showroom.placed()
    soon, later = timezone.now() + timedelta(hours=4), timezone.now() + timedelta(days=15)
    assert unconfirmed.look_after(at=timezone.now()) == []
    assert unconfirmed.look_after(at=soon) == ["1 orders reminded"]
    assert unconfirmed.look_after(at=soon) == []
    assert unconfirmed.look_after(at=later) == ["1 orders expired"]
    assert unconfirmed.look_after(at=later) == []
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.state, other.state) == (OrderState.EXPIRED, OrderState.REVIEWING)
    told = Notice.objects.filter(text__contains=order.link).order_by("pk")
    assert [each.kind for each in told] == ["order_placed", "order_confirm", "order_expired"]
