"""Who sold a line of an open bill: up to four people, in basis points that add up to 10,000."""

from collections.abc import Sequence
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy

from counter import bills, clerks
from counter.models import LineSeller, Sale, SaleLine
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.errors import BadField

MOST_SELLERS: Final = 4


class BadShares(BadField):
    code = "bad_shares"
    sentence = gettext_lazy("One to four sellers share a line, and their shares add up to 100 %.")


@transaction.atomic
def put(*, line: SaleLine, shares: dict[User, int]) -> None:
    """Who sold a line, in basis points that add up to 10,000, for up to four people."""
    line = bills.lock_line(line)
    if not 1 <= len(shares) <= MOST_SELLERS or sum(shares.values()) != WHOLE_BP:
        raise BadShares
    if min(shares.values()) <= 0:
        raise BadShares
    line.sellers.all().delete()
    LineSeller.objects.bulk_create(
        [LineSeller(line=line, user=user, share_bp=bp) for user, bp in shares.items()]
    )


def read(sale: Sale, usernames: Sequence[str], percents: Sequence[str]) -> dict[User, int]:
    """Typed sellers and percents as people of the bill's store and basis points."""
    typed = [(name, percent) for name, percent in zip(usernames, percents, strict=False) if name]
    people = {clerk.user.username: clerk.user for clerk in clerks.of_store(sale.store)}
    shares: dict[User, int] = {}
    for name, percent in typed:
        if name not in people or people[name] in shares or not percent.isascii():
            raise BadShares
        if not percent.isdigit() or len(percent) > 3:
            raise BadShares
        shares[people[name]] = int(percent) * 100
    return shares
