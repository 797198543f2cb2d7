"""换货余额 paid out in money, as its customer asks: a bill without lines. Credit comes in, and
money goes out of the drawer of the counter."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from counter import (
    bills,
    cash_at_hand,
    cash_watch,
    credit_accounts,
    customers,
    payments,
    sales,
    store_credit,
    tenders,
)
from counter.models import CreditEntry, CreditReason, Customer, Sale, SaleState, Tender, Tendered
from counter.old_gold import PayoutNeeded
from inventory import places
from inventory.ground import access, approvals, changes, measures, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.errors import RuleBroken
from inventory.models import Place, Store


class CreditNotInMoney(RuleBroken):
    """What old gold paid is never given back above its buy-back value (trade.md 4.12)."""

    code = "credit_not_in_money"

    def __init__(self, *, most_cents: int) -> None:
        told = {"most": measures.yuan(most_cents)}
        super().__init__(
            _(
                "At most %(most)s of this credit go out in money: old gold counts at the buy-back "
                "price of its day. The rest stays credit."
            )
            % told,
            field="amount",
        )


@transaction.atomic
def pay_out(*, customer: Customer, counter: Place, tender: Tender, cents: int, by: User) -> Sale:
    """So many cents of the customer's store credit go out in cash or by transfer: a bill without
    lines, opened and completed in one go.

    Refused: to a role without the right, more than is left, more than the old gold it came from
    would have brought in money, without the identity that a buy-back of so much asks for, without
    a second person above the store's amount, without an open shift, for more cash than the drawer
    holds, and for cash that asks for an identity.
    """
    access.refuse_unless(by, "pay_out_credit", store=counter.store)
    if tender.kind not in tenders.PAYS_OUT:
        raise PayoutNeeded(field="tender")
    if cents <= 0:
        raise payments.NothingTendered(field="amount")
    sale = bills.begin(counter=counter, by=by)
    with changes.opened(store=counter.store, by=by):
        sale = bills.lock_open(sale)
        bills.name_customer(sale=sale, customer=customer)
        sale.customer_id = customer.pk
        # two counters may pay the same credit out at once, and the cash of one person: the second
        # one waits here, and finds what the first has left
        customers.lock({customer.pk, *customers.of_one_person(customer.pk)[:1]})
        _check_left(customer, cents)
        _check_identity(customer, store=counter.store, cents=cents)
        cash_at_hand.check(counter=counter, tender=tender, cents=cents)
        if tender.is_cash:
            cash_watch.check(sale=sale, more_cents=cents)
        _agree(customer, tender=tender, cents=cents, store=counter.store, by=by)
        _lay_down(sale, tender=tender, cents=cents, by=by)
    return sales.complete(sale=sale, shown_cents=0, by=by)


def ask(*, customer: Customer, store: Store, tender: Tender, cents: int) -> Ask:
    """What the second person agrees to: so much, to this customer, in this tender."""
    told = {"cents": measures.yuan(cents), "who": customer.masked_phone, "tender": tender}
    return Ask(
        action="pay_out_credit",
        store=store.code,
        document=f"credit-{customer.pk}",
        figures={"customer": customer.pk, "cents": cents, "tender": tender.code},
        summary=_("%(cents)s of store credit go out to %(who)s: %(tender)s") % told,
        permission="agree_credit_out",
    )


def _check_left(customer: Customer, cents: int) -> None:
    left = store_credit.balance(customer)
    if cents > left:
        raise store_credit.CreditTooSmall(left_cents=max(left, 0))
    most = credit_accounts.account_of(customer).money_cents
    if cents > most:
        raise CreditNotInMoney(most_cents=most)


def _check_identity(customer: Customer, *, store: Store, cents: int) -> None:
    """An exchange whose surplus goes out in money is a buy-back: the seller is known."""
    day = places.business_day(store)
    people = customers.of_one_person(customer.pk)
    paid = paid_out_cents(day=day, who=Q(customer__in=people))
    if paid + cents < settings_rows.number(store, "identity_buy_back_cents"):
        return
    if not customers.identities_of(people).filter(valid_until__gte=day).exists():
        raise cash_watch.identity_of(customer.pk)


def _agree(customer: Customer, *, tender: Tender, cents: int, store: Store, by: User) -> None:
    """Many small amounts of one customer, or by one hand, are one large amount."""
    people = customers.of_one_person(customer.pk)
    who = Q(customer__in=people) | Q(sale__completed_by=by)
    paid = paid_out_cents(day=places.business_day(store), who=who)
    if paid + cents > settings_rows.number(store, "credit_out_alone_cents"):
        approvals.spend(ask=ask(customer=customer, store=store, tender=tender, cents=cents), by=by)


def paid_out_cents(*, day: date, who: Q) -> int:
    """Store credit that went out in money on a business day in all stores, less what was voided."""
    rows = CreditEntry.objects.filter(who, reason=CreditReason.PAID_OUT, sale__business_day=day)
    live = rows.filter(sale__state=SaleState.COMPLETED)
    cents: int = live.aggregate(sum=Sum("cents", default=0))["sum"]
    return -cents


def _lay_down(sale: Sale, *, tender: Tender, cents: int, by: User) -> None:
    row = Tendered(
        sale=sale,
        tender=tenders.credit(),
        amount_cents=0,
        given_cents=cents,
        back_by=tender,
        by=by,
    )
    row.save(force_insert=True)
