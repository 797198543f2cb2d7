"""跟单员: the one person who follows all orders of a customer, their deputy, and what both know of
the customer. Each change of them is a row of its own, so that the history stays."""

from collections.abc import Sequence
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from counter import customers
from counter.models import ENDED_ORDERS, AccountClerkChange, Customer, NetworkOrder
from counter.showroom import reviews, steps
from inventory.ground import access, changes, codes
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Store

LONGEST: Final = {"region": 30, "habits": 200, "notes": 300}
WHY: Final = 120


class ClerkGone(BadField):
    code = "account_clerk_gone"
    sentence = gettext_lazy("This person does not follow orders here. Choose somebody else.")


class SameDeputy(BadField):
    code = "deputy_is_clerk"
    sentence = gettext_lazy("The deputy is another person than the account clerk.")


def follow(
    *, customer: Customer, clerk: User | None, deputy: User | None, why: str, by: User
) -> Customer:
    """From now on `clerk` follows this customer's orders and `deputy` stands in; None: nobody.
    Orders that are on their way stay with whoever follows them. What is so already writes nothing.

    Refused: to a role that does not keep accounts, to somebody who has left or does not work on
    orders (`account_clerk_gone`), and with one person as both (`deputy_is_clerk`).
    """
    _refuse_unless_keeps(by)
    _check_person(clerk, field="clerk")
    _check_person(deputy, field="deputy")
    if deputy is not None and (clerk is None or clerk.pk == deputy.pk):
        raise SameDeputy(field="deputy")
    with changes.opened(store=customer.store, by=by) as book:
        (locked,) = _lock([customer.pk])
        _put(locked, clerk, deputy, why=why, book=book)
    return locked


def describe(*, customer: Customer, region: str, habits: str, notes: str, by: User) -> Customer:
    """What the account clerk sees beside every order of this customer; longer texts are cut.
    Refused to whoever neither keeps accounts nor follows this customer."""
    if by.pk not in {customer.account_clerk_id, customer.deputy_id}:
        _refuse_unless_keeps(by)
    told = {"region": region, "habits": habits, "notes": notes}
    tidy = {name: codes.one_line(text)[: LONGEST[name]] for name, text in told.items()}
    Customer.objects.filter(pk=customer.pk).update(**tidy)
    customer.refresh_from_db()
    return customer


def hand_over_all(*, old: User, new: User, why: str, by: User) -> int:
    """All customers of somebody who leaves go to somebody else in one act, and with them the open
    orders in the queue of their store. How many customers. Where the new clerk was the deputy,
    nobody stands in any more.

    Refused: to a role that does not keep accounts, to somebody who does not work on orders, and
    from a person to themselves (`account_clerk_gone`).
    """
    _refuse_unless_keeps(by)
    _check_person(new, field="new")
    if old.pk == new.pk:
        raise ClerkGone(field="new")
    with changes.opened(store=_store_of(old), by=by) as book:
        _hand_orders(old, new, book=book)
        theirs = Customer.objects.filter(Q(account_clerk=old) | Q(deputy=old))
        rows = _lock(theirs.values_list("pk", flat=True))
        for row in rows:
            clerk = new if row.account_clerk_id == old.pk else row.account_clerk
            deputy = new if row.deputy_id == old.pk else row.deputy
            is_same = clerk is not None and deputy is not None and clerk.pk == deputy.pk
            _put(row, clerk, None if is_same else deputy, why=why, book=book)
    return len(rows)


def history(customer: Customer) -> QuerySet[AccountClerkChange]:
    """Who followed this customer from when, newest first (1 query)."""
    return customer.clerk_changes.select_related("old", "new", "deputy", "by")


def people(user: User) -> list[User]:
    """Who can follow customers: everybody at work in the stores this person sees, in the order of
    their stores (1 query)."""
    rows = User.objects.filter(is_active=True, clerk__isnull=False)
    ids = access.store_ids(user)
    if ids is not None and not user.has_perm("review_orders"):
        rows = rows.filter(clerk__store__in=ids)
    rows = rows.select_related("clerk__store").order_by("clerk__store__code", "pk")
    return [person for person in rows if person.has_perm("work_orders")]


def followers() -> Sequence[User]:
    """Who follows customers, with how many (`customers_n`) and how many open orders (`orders_n`);
    those who have left stand among them (1 query)."""
    is_open = ~Q(orders__state__in=ENDED_ORDERS)
    rows = User.objects.filter(Q(accounts__isnull=False) | Q(orders__isnull=False))
    rows = rows.select_related("clerk__store").annotate(
        customers_n=Count("accounts", distinct=True),
        orders_n=Count("orders", filter=is_open, distinct=True),
    )
    return [row for row in rows.order_by("-customers_n", "pk") if row.customers_n or row.orders_n]


def _put(
    customer: Customer, clerk: User | None, deputy: User | None, *, why: str, book: Book
) -> None:
    old = customer.account_clerk
    pair = (clerk.pk if clerk else None, deputy.pk if deputy else None)
    if pair == (customer.account_clerk_id, customer.deputy_id):
        return
    customer.account_clerk, customer.deputy = clerk, deputy
    customer.save(update_fields=["account_clerk", "deputy"])
    row = AccountClerkChange(
        store=book.store,
        customer=customer,
        old=old,
        new=clerk,
        deputy=deputy,
        why=codes.one_line(why)[:WHY],
        at=book.at,
        by=book.by,
    )
    book.write([row], kind="account_clerk_changed", number=str(customer.pk))


def _hand_orders(old: User, new: User, *, book: Book) -> None:
    """Only to somebody who works in the store of this queue."""
    if not reviews.works_on(new, book.store):
        return
    rows = NetworkOrder.objects.filter(account_clerk=old, queue=book.store)
    for order in rows.exclude(state__in=ENDED_ORDERS).order_by("pk"):
        steps.hand(steps.lock(order, book=book), new, book=book)


def _lock(ids: "Sequence[int] | QuerySet[Customer, int]") -> list[Customer]:
    found = list(ids)
    customers.lock(found)
    rows = Customer.objects.filter(pk__in=found).select_related("account_clerk", "deputy")
    return list(rows.order_by("pk"))


def _store_of(person: User) -> Store:
    clerk = getattr(person, "clerk", None)
    if clerk is None:
        raise ClerkGone(field="old")
    return clerk.store  # type: ignore[no-any-return]  # because: a reverse one-to-one


def _check_person(person: User | None, *, field: str) -> None:
    if person is None:
        return
    works = person.is_active and getattr(person, "clerk", None) is not None
    if not works or not person.has_perm("work_orders"):
        raise ClerkGone(field=field)


def _refuse_unless_keeps(by: User) -> None:
    if not by.has_perm("keep_accounts"):
        raise NotAllowed
