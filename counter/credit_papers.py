"""What a completed bill did with store credit, in words and with its origin: for its page and its
slip."""

from django.utils.translation import gettext as _

from counter import credit_accounts
from counter.credit_accounts import Account
from counter.models import CreditEntry, Customer, Sale

Line = tuple[str, int]  # words, and cents


def lines_of(sale: Sale) -> list[Line]:
    """What the bill gave, used or paid out, then what is left (1 query for a bill without credit,
    2 more for each customer). Nothing for a bill whose credit a void has taken back."""
    rows = CreditEntry.objects.filter(sale=sale).select_related("customer").order_by("pk")
    people = dict.fromkeys(entry.customer for entry in rows)
    return [line for customer in people for line in _lines(customer, sale)]


def _lines(customer: Customer, sale: Sale) -> list[Line]:
    account = credit_accounts.account_of(customer)
    lines = [*_given(account, sale), *_used(account, sale)]
    if not lines:
        return []
    # as it was after this bill: a slip that is printed again says the same
    last = CreditEntry.objects.filter(customer=customer, sale=sale).latest("pk")
    left = credit_accounts.balance_at(customer, last)
    return [*lines, (_("Store credit left, %(who)s") % {"who": customer.masked_phone}, left)]


def _given(account: Account, sale: Sale) -> list[Line]:
    return [
        (
            (
                _("Store credit from old gold %(number)s")
                if origin.trade_in_id
                else _("Store credit from %(number)s, paid too much")
            )
            % {"number": origin.number},
            origin.cents,
        )
        for origin in account.origins
        if origin.sale == sale
    ]


def _used(account: Account, sale: Sale) -> list[Line]:
    return [
        (
            (_("Paid out from %(number)s") if use.is_money else _("Used from %(number)s"))
            % {"number": origin.number},
            -cents,
        )
        for use in account.uses
        if use.sale == sale
        for origin, cents in use.taken
    ]
