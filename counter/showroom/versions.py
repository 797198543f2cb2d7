"""变更: a change of an order is proposed whole, and counts when the customer has said yes. On a no
everything stays as it was."""

from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

from counter.models import (
    ConsentHow,
    LockEnd,
    NetworkOrder,
    OrderState,
    OrderVersion,
    PriceMode,
    VersionAnswer,
)
from counter.showroom import (
    amounts,
    consents,
    order_notices,
    price_locks,
    reviews,
    rewrites,
    steps,
    wishes,
)
from counter.showroom.orders import TERMS
from counter.showroom.wishes import Wish
from inventory import places
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import Drawn

S = OrderState
CHANGEABLE: Final = frozenset(
    {S.REVIEWING, S.TRANSFERRED, S.CONFIRMED, S.ALLOTTING, S.IN_PRODUCTION, S.ARRIVED, S.NOTIFIED}
)


class ChangeOpen(RuleBroken):
    code = "change_open"
    sentence = gettext_lazy("A change of this order waits for the customer's answer already.")


class ChangeAnswered(RuleBroken):
    code = "change_answered"
    sentence = gettext_lazy("This change was answered before, or another one counts by now.")


class NothingChanged(RuleBroken):
    code = "nothing_changed"
    sentence = gettext_lazy("The order is exactly so already.")


def propose(*, order: NetworkOrder, wish: Wish, why: str, by: User) -> OrderVersion:
    """An order as it should be from now on, for the customer to agree to; estimated anew at the
    board of the moment.

    Refused: to whoever does not work on this queue, without a reason, while another change waits,
    when nothing changes, what cannot be ordered so, when pieces that are being made would be other
    ones or fewer, when stones are allotted for pieces that change, and for an order that is over.
    """
    steps.refuse_unless_theirs(by, order)
    words, wish = reviews.said(why, field="why"), wish.tidied()
    wishes.check(wish, day=places.business_day(order.store))
    with steps.opened(order, by=by) as (book, locked):
        _refuse_unless_changeable(locked)
        newest = locked.versions.select_related("answer").order_by("-version")[0]
        if newest.version > locked.version and not hasattr(newest, "answer"):
            raise ChangeOpen
        if wish == Wish.from_content(locked.versions.get(version=locked.version).content):
            raise NothingChanged
        rewrites.plan(locked, wish)
        estimate = amounts.estimate(wish, at=book.at, store=locked.store, customer=locked.customer)
        version = OrderVersion(
            order=locked,
            version=newest.version + 1,
            content=estimate.with_wish(wish),
            total_cents=estimate.total_cents,
            why=words,
            at=book.at,
            by=by,
        )
        book.write([version], kind="order_version", number=locked.number)
        order_notices.proposed(version, book=book)
    return version


def answer(
    *,
    version: OrderVersion,
    agreed: bool,
    how: ConsentHow,
    by: User,
    signature: Drawn | None = None,
) -> VersionAnswer:
    """The customer's yes or no to a proposed change; on a yes the lines are what it says, at the
    amounts it was proposed with. Refused: said in a way that is not open to this person, a second
    time, and when the order has gone too far for the change meanwhile."""
    consents.refuse_unless_heard(how, by, version.order)
    with steps.opened(version.order, by=by) as (book, locked):
        version.order = locked
        _refuse_unless_changeable(locked)
        if version.version <= locked.version or _is_answered(version):
            raise ChangeAnswered
        row = consents.write(version, agreed=agreed, how=how, signature=signature, book=book)
        if agreed:
            _apply(version, locked, book=book)
    return row


def open_proposal(order: NetworkOrder) -> OrderVersion | None:
    """The change that waits for the customer's answer (1 query)."""
    rows = order.versions.filter(version__gt=order.version, answer__isnull=True)
    return rows.order_by("-version").first()


def _apply(version: OrderVersion, order: NetworkOrder, *, book: Book) -> None:
    wish = Wish.from_content(version.content)
    was_locked = order.price_mode == PriceMode.LOCKED
    rewrites.rewrite(order, wish, amounts.figures_of(version))
    told = {name: getattr(wish, name) for name in TERMS}
    told |= {"version": version.version, "total_cents": version.total_cents}
    NetworkOrder.objects.filter(pk=order.pk).update(**told)
    for name, value in told.items():
        setattr(order, name, value)
    if was_locked and order.price_mode != PriceMode.LOCKED:
        price_locks.end(order=order, how=LockEnd.RELEASED, at=book.at)


def _is_answered(version: OrderVersion) -> bool:
    return VersionAnswer.objects.filter(version=version).exists()


def _refuse_unless_changeable(order: NetworkOrder) -> None:
    if order.state not in CHANGEABLE:
        raise steps.OrderMoved(order)
