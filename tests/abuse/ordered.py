"""An order in the queue of S01 with all that its addresses name."""

from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from counter import customers, staff_orders
from counter.models import NetworkOrder, OrderedPiece, OrderParcel, OrderState, ShowroomDraft
from counter.showroom import allotments, dealers, drafts, talks
from counter.showroom.allotments import StoneFacts
from inventory.ground import changes
from tests.cast import Shop
from tests.showroom import BAND, DIAMOND_RING, open_showroom


@dataclass(frozen=True)
class Ordered:
    order: NetworkOrder
    ordered: int  # its only piece
    question: int
    stone: int  # to be bought
    parcel: int
    draft: ShowroomDraft  # on a tablet of S01
    dealer: int


def placed(shop: Shop) -> Ordered:
    """A diamond ring whose stone is to be bought, a question to its customer, a parcel on the road,
    and two bands that are not ordered yet."""
    showroom = open_showroom(shop)
    wish = showroom.wish(replace(DIAMOND_RING), promises="送擦银布", remark="尽快")
    order = allotments.begin(order=showroom.at(OrderState.CONFIRMED, wish), by=shop.lin)
    ordered = OrderedPiece.objects.get(line__order=order)
    facts = StoneFacts(
        kind="diamond", weight_mct=500, color="F", clarity="VS1", cut="EX", certificate="NGTC1"
    )
    stone = allotments.allot(ordered=ordered, source="buy", facts=facts, by=shop.lin)
    draft = staff_orders.draft_of(showroom.customer, store=shop.s01, channel="counter")
    return Ordered(
        order=order,
        ordered=ordered.pk,
        question=talks.ask(order=order, text="内圈还是外圈?", by=shop.lin).pk,
        stone=stone.pk,
        parcel=_parcel(order, shop.lin).pk,
        draft=drafts.add_line(draft=draft, line=BAND),
        dealer=_dealer(shop),
    )


def _parcel(order: NetworkOrder, by: User) -> OrderParcel:
    with changes.opened(store=order.queue, by=by) as book:
        row = OrderParcel(order=order, carrier="顺丰", tracking="SF1", count=1, at=book.at, by=by)
        book.write([row], kind="order_shipped", number=order.number)
    return row


def _dealer(shop: Shop) -> int:
    customer = customers.find_or_make(phone="13900000001", name="周大", store=shop.s01, by=shop.lin)
    return dealers.put_terms(customer=customer, level="A", credit_cents=0, by=shop.head).dealer_id
