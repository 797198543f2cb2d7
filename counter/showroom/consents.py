"""The customer's yes or no to a version of an order, and by which way it may come."""

from collections.abc import Callable, Mapping
from typing import Final

from django.contrib.auth.models import User

from counter.models import ConsentHow, NetworkOrder, OrderVersion, VersionAnswer
from counter.showroom import order_words
from inventory.ground import access, nobody, signatures
from inventory.ground.changes import Book
from inventory.ground.errors import NotAllowed
from inventory.ground.signatures import Drawn

POINT: Final = "order_confirmed"


def is_program(by: User) -> bool:
    return getattr(by, "api_client", None) is not None


def is_staff(by: User) -> bool:
    return not (is_program(by) or nobody.is_customer(by))


# who may say that the customer answered so
SAID_BY: Final[Mapping[str, Callable[[User], bool]]] = {
    ConsentHow.LINK: nobody.is_customer,
    ConsentHow.PROGRAM: is_program,
    ConsentHow.TABLET: is_staff,
    ConsentHow.TELEPHONE: is_staff,
}


def refuse_unless_said(how: ConsentHow, by: User, permission: str) -> None:
    """Refused when this person cannot have heard the customer this way: the link is the customer's
    own, and staff and programs need the right."""
    if not SAID_BY[how](by) or not (nobody.is_customer(by) or by.has_perm(permission)):
        raise NotAllowed


def refuse_unless_heard(how: ConsentHow, by: User, order: NetworkOrder) -> None:
    """The same for an order that is there: its program, staff of the queue's store, and whoever
    entered the order or follows its customer, wherever it lies."""
    refuse_unless_said(how, by, "place_orders")
    who = order.customer
    theirs = by.pk in {order.by_id, who.account_clerk_id, who.deputy_id}
    theirs |= is_staff(by) and access.may_see(order.queue_id, by)
    if not (theirs or nobody.is_customer(by)):
        raise NotAllowed


def write(
    version: OrderVersion,
    *,
    agreed: bool,
    how: ConsentHow,
    book: Book,
    signature: Drawn | None = None,
) -> VersionAnswer:
    """Keeps the answer. A yes on the tablet is signed under the summary; refused without."""
    drawn = None
    if how == ConsentHow.TABLET and agreed:
        drawn = signatures.write(
            drawn=signature,
            store=book.store,
            document=version.order.number,
            point=POINT,
            text=order_words.summary(version),
            book=book,
        )
    answer = VersionAnswer(
        version=version, agreed=agreed, how=how, signature=drawn, at=book.at, by=book.by
    )
    book.write([answer], kind="order_answered", number=version.order.number)
    return answer
