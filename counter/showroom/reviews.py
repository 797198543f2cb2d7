"""初审, 复审: the network showroom checks whether an order can be made and passes it on; in the
store the account clerk checks it again."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import F
from django.utils.translation import gettext_lazy

from counter.models import Customer, NetworkOrder, OrderState
from counter.showroom import steps
from inventory import places
from inventory.ground import access, codes, settings_rows
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Store, StoreKind

FARTHEST = timedelta(days=730)


class WaitsForCustomer(RuleBroken):
    code = "waits_for_customer"
    sentence = gettext_lazy(
        "A question or a change of this order waits for the customer's answer. Settle that first."
    )


class SecondCheck(RuleBroken):
    code = "order_second_check"
    sentence = gettext_lazy(
        "You have done the first check. In this store another person does the second one."
    )


class NoSuchQueue(BadField):
    code = "no_such_queue"
    sentence = gettext_lazy("Choose the shop that makes this order.")


class BadPromise(BadField):
    code = "bad_promised_date"
    sentence = gettext_lazy("Promise a day from today on, at most two years away.")


class RemarkNeeded(BadField):
    code = "remark_needed"
    sentence = gettext_lazy("Say in a few words why.")


class CannotFollow(BadField):
    code = "cannot_follow"
    sentence = gettext_lazy("This person does not work on the orders of this store.")


def pass_on(*, order: NetworkOrder, store: Store, promised_on: date, by: User) -> NetworkOrder:
    """The first check is done: the order goes into a store's queue, to whoever always follows its
    customer, or to their deputy; when neither works there the chief finds somebody (`assign`).

    Refused: to a role without the right, to a store that is no shop, with a promise in the past,
    while a question or a change waits for the customer, and when the order has moved on.
    """
    steps.refuse_unless_theirs(by, order)
    if store.kind != StoreKind.SHOP:
        raise NoSuchQueue(field="store")
    today = places.business_day(store)
    if not today <= promised_on <= today + FARTHEST:
        raise BadPromise(field="promised_on")
    with steps.opened_both(order, to=store, by=by) as (book, locked):
        refuse_while_waiting(locked)
        clerk = follower(locked.customer, store)
        told = {"promised_on": promised_on, "first_checked_by": by, "account_clerk": clerk}
        NetworkOrder.objects.filter(pk=locked.pk).update(**told)
        locked.promised_on, locked.first_checked_by, locked.account_clerk = promised_on, by, clerk
        steps.move(locked, OrderState.TRANSFERRED, book=book, queue=store)
    return locked


def confirm(*, order: NetworkOrder, by: User) -> NetworkOrder:
    """The second check: every detail is right. An order that nobody follows is followed by whoever
    confirms it. Refused: to a role without the right, to the first checker where the house wants
    two people, while something waits for the customer, and when the order has moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    with steps.opened(order, by=by) as (book, locked):
        wants_two = settings_rows.value(locked.queue, "order_second_check") == "two"
        if wants_two and locked.first_checked_by_id == by.pk:
            raise SecondCheck
        refuse_while_waiting(locked)
        follows = locked.account_clerk or by
        steps.move(locked, OrderState.CONFIRMED, book=book, account_clerk=follows)
    return locked


def send_back(*, order: NetworkOrder, remark: str, by: User) -> NetworkOrder:
    """The second check found something: the order goes back to the first one, with a remark.
    Refused: to a role without the right, without a remark, and when the order has moved on."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    words = said(remark)
    with steps.opened_both(order, to=order.store, by=by) as (book, locked):
        steps.move(locked, OrderState.REVIEWING, book=book, queue=locked.store, remark=words)
    return locked


def assign(*, order: NetworkOrder, clerk: User, by: User) -> NetworkOrder:
    """Another person of the store follows an order. Whoever works there may take one that nobody
    follows; the rest says the chief. Refused: to anybody else, for a person who does not work on
    the orders of this store, and for an order that is over."""
    access.refuse_unless(by, "work_orders", store=order.queue)
    if not works_on(clerk, order.queue):
        raise CannotFollow(field="clerk")
    with steps.opened(order, by=by) as (book, locked):
        now = locked.account_clerk
        is_free = now is None or not works_on(now, locked.queue)
        if not (by.has_perm("agree_orders") or (is_free and clerk.pk == by.pk)):
            raise NotAllowed
        if locked.is_over:
            raise steps.OrderMoved(locked)
        steps.hand(locked, clerk, book=book)
    return locked


def follower(customer: Customer, store: Store) -> User | None:
    """Who follows the orders of a customer in a store: the account clerk, the deputy when the clerk
    has left, nobody when neither works there."""
    for person in (customer.account_clerk, customer.deputy):
        if person is not None and works_on(person, store):
            return person
    return None


def works_on(person: User, store: Store) -> bool:
    """Whether somebody is still here and works on the orders of this store."""
    return person.has_perm("work_orders") and access.may_see(store.pk, person)


def refuse_while_waiting(order: NetworkOrder) -> None:
    """Refused while the customer has not answered a question or a proposed change (2 queries)."""
    asked = order.questions.filter(reply__isnull=True)
    proposed = order.versions.filter(version__gt=F("order__version"), answer__isnull=True)
    if asked.exists() or proposed.exists():
        raise WaitsForCustomer


def said(text: str, *, field: str = "remark") -> str:
    """A remark as it is kept, up to 200 signs. Refused when there is none."""
    words = codes.one_line(text)[:200]
    if not words:
        raise RemarkNeeded(field=field)
    return words
