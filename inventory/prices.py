"""The price board: yuan per gram by metal and fineness, with a moment of effect, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import places
from inventory.ground import changes, measures, settings_rows, statements
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import MetalPrice, Piece, PriceKind, Pricing, Store, StoreKind


class NoPrice(RuleBroken):
    """The board has no row for this metal and fineness; nothing is guessed."""

    code = "no_price"

    def __init__(self, *, metal: str, fineness: int) -> None:
        told = {"metal": measures.declared_name(metal, fineness)}
        super().__init__(
            _("The board has no price for %(metal)s. Ask the manager to set it.") % told
        )


class PriceOutOfBand(RuleBroken):
    code = "price_out_of_band"
    status = 422

    def __init__(self, *, around_cents: int, band_bp: int) -> None:
        told = {
            "price": measures.yuan(around_cents),
            "percent": f"{band_bp / 100:g}",
        }
        super().__init__(
            _("Head office's price is %(price)s; a store may differ by %(percent)s %%.") % told
        )


class PriceInThePast(RuleBroken):
    code = "price_in_the_past"
    status = 422
    sentence = gettext_lazy("A price holds from now or from a later moment, never from the past.")


class PriceAbsurd(RuleBroken):
    code = "price_absurd"
    status = 422
    sentence = gettext_lazy("A price per gram lies between ¥0.01 and ¥100,000.00.")


@dataclass(frozen=True)
class Quote:
    """One line of a new board: yuan per gram in cents."""

    metal: str
    fineness: int
    kind: str
    cents_per_gram: int


MOST_CENTS = 10_000_000
CLOCKS_DIFFER = timedelta(minutes=1)  # between a program that sends prices and this server


@transaction.atomic
def put_up(
    *, store: Store, quotes: Iterable[Quote], by: User, valid_from: datetime | None = None
) -> list[MetalPrice]:
    """New rows of the board. A row of head office holds for all stores from its moment on; a
    store's own must lie within the band around it unless the role is head office's. Refused for a
    moment in the past: what was sold under the old price stays explained by it."""
    if not by.has_perm("set_prices") or (store.kind == StoreKind.HEAD_OFFICE and not _is_head(by)):
        raise NotAllowed
    with changes.opened(store=store, by=by) as book:
        moment, listed = valid_from or book.at, list(quotes)
        if moment < book.at - CLOCKS_DIFFER:
            raise PriceInThePast
        for quote in listed:
            check(quote=quote, store=store, by=by, at=moment)
        rows = [
            MetalPrice(
                store=store,
                metal=quote.metal,
                fineness=quote.fineness,
                kind=quote.kind,
                cents_per_gram=quote.cents_per_gram,
                valid_from=moment,
            )
            for quote in listed
        ]
        return book.write(rows, kind="price_set", number="board")


def check(*, quote: Quote, store: Store, by: User, at: datetime | None = None) -> None:
    """Refuses what `put_up` would refuse of one price: out of all reason, or a store's own price
    outside the band around head office's."""
    if not 0 < quote.cents_per_gram <= MOST_CENTS:
        raise PriceAbsurd
    office = places.head_office()
    if office is None or store.pk == office.pk or _is_head(by):
        return
    house = current(store=office, kind=PriceKind(quote.kind), at=at)
    around = house.get((quote.metal, quote.fineness))
    band_bp = settings_rows.number(store, "price_band_bp")
    if around and abs(quote.cents_per_gram - around.cents_per_gram) * 10_000 > (
        band_bp * around.cents_per_gram
    ):
        raise PriceOutOfBand(around_cents=around.cents_per_gram, band_bp=band_bp)


def current(
    *, store: Store, kind: PriceKind = PriceKind.SELL, at: datetime | None = None
) -> dict[tuple[str, int], MetalPrice]:
    """The board of a store at a moment, by metal and fineness; one query."""
    rows = _in_force(store, at or timezone.now()).filter(kind=kind)
    return {(row.metal, row.fineness): row for row in _newest_of(rows)}


def boards(
    *, store: Store, at: datetime | None = None
) -> dict[str, dict[tuple[str, int], MetalPrice]]:
    """The boards of every kind at a moment, each as `current` has it; one query for all of them."""
    found: dict[str, dict[tuple[str, int], MetalPrice]] = {kind: {} for kind in PriceKind}
    for row in _newest_of(_in_force(store, at or timezone.now())):
        found[row.kind][row.metal, row.fineness] = row
    return found


def _newest_of(rows: QuerySet[MetalPrice]) -> QuerySet[MetalPrice]:
    """Of each kind, metal and fineness the row that came last."""
    newest_first = Window(
        RowNumber(),
        partition_by=[F("kind"), F("metal"), F("fineness")],
        order_by=[F("valid_from").desc(), F("pk").desc()],
    )
    return rows.annotate(place=newest_first).filter(place=1).select_related("change__by")


def row_for(*, store: Store, metal: str, fineness: int, at: datetime | None = None) -> MetalPrice:
    """The selling row in force. Refused with `NoPrice` when there is none."""
    row = _newest(store, metal, fineness, at or timezone.now())
    if row is None:
        raise NoPrice(metal=metal, fineness=fineness)
    return row


def rows_for(*, store: Store, rows: Iterable[Piece]) -> dict[tuple[str, int], MetalPrice]:
    """The selling rows in force for pieces that are sold by weight, by metal and fineness; one
    quick query for each metal among them, where the whole board takes a slow one."""
    now = timezone.now()
    wanted = {(piece.metal, piece.fineness) for piece in rows if piece.pricing == Pricing.WEIGHT}
    found = {key: _newest(store, *key, now) for key in sorted(wanted)}
    return {key: row for key, row in found.items() if row is not None}


NEWEST = """
    metal = %s AND fineness = %s AND kind = %s AND valid_from <= %s
    AND store_id IN (%s, (SELECT id FROM inventory_store WHERE kind = %s))
    ORDER BY valid_from DESC, id DESC LIMIT 1
"""


def _newest(store: Store, metal: str, fineness: int, at: datetime) -> MetalPrice | None:
    asked = [metal, fineness, PriceKind.SELL, at, store.pk, StoreKind.HEAD_OFFICE]
    found = statements.read(MetalPrice, NEWEST, asked)
    return found[0] if found else None


def _in_force(store: Store, at: datetime) -> QuerySet[MetalPrice]:
    house = Q(store=store) | Q(store__kind=StoreKind.HEAD_OFFICE)
    return MetalPrice.objects.filter(house, valid_from__lte=at)


def _is_head(user: User) -> bool:
    return user.has_perm("set_house_prices")
