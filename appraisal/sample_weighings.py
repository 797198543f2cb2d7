"""抽检: what one clerk weighed alone, the chief weighs again now and then.

Below the amount that asks for a second weigher, a fixed share of the settled trade-ins is drawn.
The draw hangs on the hash of the link that settled it: nobody can foresee it, everybody can repeat
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from appraisal import old_pieces, weighings
from appraisal.models import (
    BagState,
    OldPiece,
    ScrapBag,
    TradeIn,
    TradeInState,
    TradeInStep,
    WeighedFor,
    Weighing,
)
from appraisal.old_pieces import REWEIGH_MG, OtherWeigher
from appraisal.weighings import Shown
from inventory.ground import access, changes, settings_rows
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Store

GONE: Final = (BagState.SENT, BagState.ARRIVED, BagState.MELTED)
NEWEST: Final = 200  # settled trade-ins that are looked through


class NotDrawn(RuleBroken):
    """It was not drawn, was weighed again already, or has left the store."""

    code = "not_drawn"
    sentence = gettext_lazy("This trade-in does not wait to be weighed again.")


@dataclass(frozen=True)
class Load:
    """One thing to put on the scale: an old piece that is not bagged yet, or a sealed bag."""

    key: str
    name: str
    mg: int  # what it weighed before
    metal: str
    old_piece: OldPiece | None = None
    first_by: int = 0  # who weighed it then

    @property
    def prefix(self) -> str:
        """In front of the names of its fields."""
        return f"{self.key}-"


def due(store: Store) -> list[TradeIn]:
    """The drawn trade-ins of a store that nobody has weighed a second time, newest first."""
    share_bp = settings_rows.number(store, "reweigh_share_bp")
    steps = TradeInStep.objects.filter(trade_in__in=_unweighed(store), new=TradeInState.SETTLED)
    hashes = dict(steps.order_by("pk").values_list("trade_in", "change__hash"))
    return [row for row in _unweighed(store) if is_drawn(hashes.get(row.pk, ""), share_bp)]


def is_drawn(link_hash: str, share_bp: int) -> bool:
    """Whether the link with this hash falls into a share in hundredths of a percent."""
    return bool(link_hash) and int(link_hash[:8], 16) % WHOLE_BP < share_bp


def loads_of(trade_in: TradeIn) -> list[Load]:
    """What of it lies in the store: its bags as they were sealed, and what is in no bag yet."""
    pieces = OldPiece.objects.filter(trade_in=trade_in)
    bags = ScrapBag.objects.filter(old_pieces__in=pieces, state=BagState.SEALED).distinct()
    loose = [_loose(piece) for piece in pieces.filter(bag__isnull=True).order_by("position")]
    return loose + [_bagged(bag) for bag in bags.order_by("pk")]


def weigh(*, trade_in: TradeIn, weights: Mapping[str, Shown], by: User) -> list[Weighing]:
    """Every load of a drawn trade-in on the scale once more; `weights` by the key of the load.

    What differs by more than 0.02 g stays written like what agrees: `differing` names it. Refused:
    to a role without the right, what does not wait for it, and whoever weighed it first.
    """
    access.refuse_unless(by, "agree_trade_in", store=trade_in.store)
    with changes.opened(store=trade_in.store, by=by) as book:
        loads = loads_of(trade_in)
        if not loads or trade_in.pk not in {row.pk for row in due(trade_in.store)}:
            raise NotDrawn
        if any(load.first_by == by.pk for load in loads):
            raise OtherWeigher
        return [_weigh(load, weights.get(load.key, Shown()), trade_in, book) for load in loads]


def differing(rows: list[Weighing]) -> list[Weighing]:
    """Those that are further off than two scales can be."""
    return [row for row in rows if abs(row.mg - (row.label_mg or row.mg)) > REWEIGH_MG]


def done(store: Store) -> QuerySet[Weighing]:
    """What the samples found, newest first."""
    rows = Weighing.objects.filter(store=store, purpose=WeighedFor.REWEIGHED)
    return rows.filter(label_mg__isnull=False).select_related("change__by").order_by("-pk")


def _unweighed(store: Store) -> list[TradeIn]:
    rows = TradeIn.objects.filter(
        store=store, state__in=(TradeInState.SETTLED, TradeInState.BAGGED)
    )
    there = rows.exclude(old_pieces__bag__state__in=GONE).order_by("-pk")[:NEWEST]
    weighed = set(
        Weighing.objects.filter(store=store, purpose=WeighedFor.REWEIGHED).values_list(
            "document", flat=True
        )
    )
    return [row for row in there.select_related("store", "counter") if row.number not in weighed]


def _loose(piece: OldPiece) -> Load:
    before = old_pieces.counting_weight(piece)
    return Load(
        key=f"piece-{piece.pk}",
        name=piece.description,
        mg=before.mg,
        metal=piece.metal,
        old_piece=piece,
        first_by=before.change.by_id,
    )


def _bagged(bag: ScrapBag) -> Load:
    return Load(
        key=f"bag-{bag.pk}",
        name=f"{bag.number} · {bag.seal}",
        mg=bag.gross_mg,
        metal=bag.metal,
        first_by=bag.sealed_by_id,
    )


def _weigh(load: Load, shown: Shown, trade_in: TradeIn, book: Book) -> Weighing:
    return weighings.record(
        shown=shown,
        purpose=WeighedFor.REWEIGHED,
        metal=load.metal,
        document=trade_in.number,
        store=trade_in.store,
        book=book,
        old_piece=load.old_piece,
        label_mg=load.mg,
    )
