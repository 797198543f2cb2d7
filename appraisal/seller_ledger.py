"""旧料登记簿, the register of old gold that was bought, for the authorities: each old piece with
mark, weight, fineness, amount, statement of origin and seller.

Shanghai, letter of 2026-02-26 with DB31/T 1262-2020: kept for at least two years. Sellers are
masked; with their numbers the list is a reveal and stands in its log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import identities
from appraisal.facts import OldFacts
from appraisal.identities import Seen
from appraisal.models import Identity, Offer, OfferPiece, TradeInState
from inventory.ground import access, measures
from inventory.ground.errors import RuleBroken
from inventory.models import Store, StoreKind
from inventory.templatetags.pieces import who

BOUGHT: Final = (TradeInState.SETTLED, TradeInState.BAGGED)
MOST_DAYS: Final = 366


class LedgerTooLong(RuleBroken):
    code = "ledger_too_long"
    status = 422
    sentence = gettext_lazy("Ask for one year at most, from the earlier day to the later one.")


@dataclass(frozen=True)
class Bought:
    """One old piece that belongs to the shop now, with the part of the offer that paid for it."""

    part: OfferPiece

    @property
    def identity(self) -> Identity | None:
        return getattr(self.part.old_piece.trade_in, "identity", None)

    @property
    def worth_cents(self) -> int:
        return self.part.pays_cents + self.part.credit_cents + self.part.money_cents

    @property
    def net_mg(self) -> int:
        """The grams that counted: after melting, else without stones and dirt."""
        return OldFacts(**self.part.facts).weighs_mg

    @property
    def metal_line(self) -> str:
        return measures.declared_name(self.part.facts["metal"], self.part.facts["fineness"])


def bought(*, store: Store, since: date, until: date, by: User) -> list[Bought]:
    """What was bought from the first to the last of these business days, oldest first; for head
    office in all stores (3 queries). Refused to a role that does not see identities, and for more
    than a year."""
    if not 0 <= (until - since).days < MOST_DAYS:
        raise LedgerTooLong(field="until")
    access.refuse_unless(by, "see_identity", store=store)
    rows = access.visible(_parts(), by, store="old_piece__trade_in__store").filter(
        old_piece__trade_in__business_day__range=(since, until)
    )
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(old_piece__trade_in__store=store)
    return [Bought(part) for part in rows.order_by("old_piece__trade_in__at", "pk")]


def reveal(*, rows: Sequence[Bought], why: str, by: User) -> dict[int, Seen]:
    """Who is behind the masks of these rows, by the key of the identity; each look is logged in
    its own store. What was forgotten stays masked."""
    found = {row.identity.pk: row.identity for row in rows if row.identity and row.identity.sealed}
    by_store: dict[int, list[Identity]] = {}
    for identity in found.values():
        by_store.setdefault(identity.store_id, []).append(identity)
    seen: dict[int, Seen] = {}
    for held in by_store.values():
        opened = identities.reveal_all(identities=held, store=held[0].store, why=why, by=by)
        seen |= {row.pk: each for row, each in zip(held, opened, strict=True)}
    return seen


def headings() -> list[str]:
    """The columns of `cells`, in the language of the moment."""
    return [
        _("Time"),
        _("Store"),
        _("Number"),
        _("Kind"),
        _("Item"),
        _("Brand"),
        _("Mark"),
        _("Metal and fineness"),
        _("Gross grams"),
        _("Net grams"),
        _("Amount in yuan"),
        _("Where it comes from"),
        _("Our piece number"),
        _("Seller"),
        _("Identity paper"),
        _("Identity number"),
        _("Address"),
        _("Representative"),
        _("Clerk"),
    ]


def cells(rows: Iterable[Bought], seen: dict[int, Seen]) -> list[list[str]]:
    """One line for each old piece; of sellers that nobody asked to see, the mask."""
    return [_cells(row, seen) for row in rows]


def _cells(row: Bought, seen: dict[int, Seen]) -> list[str]:
    piece = row.part.old_piece
    trade_in = piece.trade_in
    identity = row.identity
    told = seen.get(identity.pk) if identity else None
    return [
        f"{trade_in.at.astimezone(ZoneInfo(trade_in.store.time_zone)):%Y-%m-%d %H:%M}",
        trade_in.store.name,
        trade_in.number,
        trade_in.get_kind_display(),
        f"{piece.get_category_display()} {piece.description}",
        piece.brand or piece.get_brand_tier_display(),
        piece.mark,
        row.metal_line,
        measures.plain_grams(row.part.facts["gross_mg"]),
        measures.plain_grams(row.net_mg),
        measures.plain_yuan(row.worth_cents),
        trade_in.source,
        piece.piece.number if piece.piece else "",
        told.name if told else "",
        identity.get_kind_display() if identity else "",
        told.number if told else (identity.masked if identity else ""),
        told.address if told else "",
        trade_in.representative,
        who(trade_in.change.by),
    ]


def _parts() -> QuerySet[OfferPiece]:
    newest = Offer.objects.filter(trade_in=OuterRef("offer__trade_in")).order_by("-pk")
    rows = OfferPiece.objects.filter(
        old_piece__trade_in__state__in=BOUGHT, offer=Subquery(newest.values("pk")[:1])
    )
    return rows.select_related(
        "old_piece__piece",
        "old_piece__trade_in__store",
        "old_piece__trade_in__change__by",
        "old_piece__trade_in__identity__store",
        "old_piece__trade_in__identity__trade_in",
    )
