"""加盟商: the terms of each dealer, and what their level pays. A dealer sees the prices of the own
level and no other."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from counter.models import Customer, CustomerKind, DealerTerms, LevelLabour
from inventory import places
from inventory.ground import access, changes, codes, measures
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Store, StoreKind, Style

LONGEST_LEVEL = 8
MOST_BP = 2 * WHOLE_BP


class BadLevel(BadField):
    code = "bad_dealer_level"
    sentence = _("A level has one to eight letters or digits.")


class BadShare(BadField):
    code = "bad_labour_share"
    sentence = _("Type the share of the labour from 0 to 200 percent.")


class BadLimit(BadField):
    code = "bad_credit_limit"
    sentence = _("Type the limit as an amount from 0 on.")


class NotADealer(BadField):
    code = "not_a_dealer"
    sentence = _("This customer has no dealer's terms.")


@dataclass(frozen=True)
class Prices:
    """What somebody pays of the labour: shares in basis points, of single styles and of the
    rest."""

    of_style: Mapping[int, int]
    of_rest: int

    def labour_cents(self, style_id: int, cents: int) -> int:
        """The labour of one piece at this level, half a cent rounded up."""
        share = self.of_style.get(style_id, self.of_rest)
        return (cents * share + WHOLE_BP // 2) // WHOLE_BP


EVERYBODY = Prices(of_style={}, of_rest=WHOLE_BP)


def put_terms(*, customer: Customer, level: str, credit_cents: int, by: User) -> DealerTerms:
    """A customer is a dealer of this level from now on, and may owe up to `credit_cents`. Refused
    to a role without the right, and for a level or a limit that cannot be."""
    store = _office(by)
    named = _level(level)
    if not 0 <= credit_cents <= measures.MOST_CENTS:
        raise BadLimit(field="credit_cents")
    with changes.opened(store=store, by=by) as book:
        row = DealerTerms(
            store=store,
            dealer=customer,
            level=named,
            credit_cents=credit_cents,
            at=book.at,
            by=by,
        )
        book.write([row], kind="dealer_terms", number=str(customer.pk))
        Customer.objects.filter(pk=customer.pk).update(kind=CustomerKind.DEALER)
    customer.kind = CustomerKind.DEALER
    return row


def put_labour(*, level: str, style: Style | None, labour_bp: int, by: User) -> LevelLabour:
    """From now on a level pays this share of the labour, in basis points, for one style or without
    it for all that have no share of their own. Refused as `put_terms` is."""
    store = _office(by)
    named = _level(level)
    if not 0 <= labour_bp <= MOST_BP:
        raise BadShare(field="labour_bp")
    with changes.opened(store=store, by=by) as book:
        row = LevelLabour(
            store=store, level=named, style=style, labour_bp=labour_bp, at=book.at, by=by
        )
        book.write([row], kind="level_labour", number=named)
    return row


def terms_of(customer: Customer) -> DealerTerms | None:
    """The terms that hold for a dealer; None for everybody else (1 query for a dealer)."""
    if customer.kind != CustomerKind.DEALER:
        return None
    return DealerTerms.objects.filter(dealer=customer).first()


def prices_for(customer: Customer | None) -> Prices:
    """What this customer pays of the labour (2 queries for a dealer, none for anybody else)."""
    terms = terms_of(customer) if customer else None
    if terms is None:
        return EVERYBODY
    newest: dict[int | None, int] = {}
    rows = LevelLabour.objects.filter(level=terms.level)
    for style_id, share in rows.values_list("style_id", "labour_bp"):
        newest.setdefault(style_id, share)
    rest = newest.pop(None, WHOLE_BP)
    return Prices(
        of_style={style_id: share for style_id, share in newest.items() if style_id is not None},
        of_rest=rest,
    )


def listed() -> QuerySet[Customer]:
    """All dealers by name, with their account clerk (1 query)."""
    told = Customer.objects.filter(kind=CustomerKind.DEALER)
    told = told.filter(Exists(DealerTerms.objects.filter(dealer=OuterRef("pk"))))
    return told.select_related("account_clerk", "store").order_by("name", "pk")


def dealer_for(user: User, pk: int) -> Customer:
    """A dealer whose file this person's stores have, whom they follow, or whom the network showroom
    serves; else 404."""
    rows = Customer.objects.filter(kind=CustomerKind.DEALER)
    if not user.stores.filter(kind=StoreKind.SHOWROOM).exists():
        known = access.visible(Customer.objects.all(), user).values("pk")
        rows = rows.filter(Q(pk__in=known) | Q(account_clerk=user) | Q(deputy=user))
    return get_object_or_404(rows, pk=pk)


def _office(by: User) -> Store:
    if not by.has_perm("keep_dealers"):
        raise NotAllowed
    office = places.head_office()
    if office is None:
        raise places.PlaceUnknown
    return office


def _level(text: str) -> str:
    level = codes.one_line(text).strip().upper()
    if not (0 < len(level) <= LONGEST_LEVEL and level.isalnum()):
        raise BadLevel(field="level")
    return level
