"""Reads of the book of old gold. Who may see a row is decided here, in the getter."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from appraisal.models import Instrument, Method, OldPiece, Scale, TradeIn, TradeInRule, Weighing
from appraisal.next_steps import OVER
from inventory.ground import access
from inventory.models import DrawnSignature, Photo, Store, StoreKind

Who = User | AnonymousUser
RECENT = 50
SCALE_IN_SESSION = "scale"  # the code of the one that was read last


def trade_in_for(user: Who, number: str) -> TradeIn:
    """A trade-in of a store this person may see, else 404."""
    rows = access.visible(TradeIn.objects.all(), user)
    return get_object_or_404(rows.select_related("store", "counter", "customer"), number=number)


def old_piece_for(user: Who, number: str, piece_id: int) -> OldPiece:
    """One old piece of a trade-in of a store this person may see, else 404."""
    rows = access.visible(OldPiece.objects.all(), user, store="trade_in__store")
    along = rows.select_related("trade_in__store", "trade_in__counter", "piece")
    return get_object_or_404(along, trade_in__number=number, pk=piece_id)


def trade_ins_for(user: Who, *, store: Store) -> QuerySet[TradeIn]:
    """Trade-ins of a store, for head office of all stores; newest first."""
    rows = access.visible(TradeIn.objects.all(), user)
    if store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store.pk)
    return rows.select_related("store", "counter", "customer").annotate(n=Count("old_pieces"))


def open_trade_ins(user: Who, *, store: Store) -> QuerySet[TradeIn]:
    """Those that somebody still has to do something about."""
    return trade_ins_for(user, store=store).exclude(state__in=OVER)


def takes_old_gold(store: Store) -> bool:
    """Whether any rule is in force here: without one no offer can be made (1 query)."""
    now = timezone.now()
    dated = TradeInRule.objects.filter(valid_from__lte=now)
    still = dated.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now))
    return still.filter(Q(store=store.pk) | Q(store__isnull=True)).exists()


def analysers_of(store: Store) -> QuerySet[Instrument]:
    """The X-ray analysers of a store that are in use."""
    return Instrument.objects.filter(store=store, method=Method.XRF, active=True)


def photo_for(user: Who, uuid: UUID) -> Photo:
    """A picture of a store this person may see, else 404."""
    return get_object_or_404(access.visible(Photo.objects.all(), user), uuid=uuid)


def signatures_of(trade_in: TradeIn) -> list[DrawnSignature]:
    """What the customer has signed so far, in its order."""
    return list(DrawnSignature.objects.filter(document=trade_in.number).order_by("pk"))


def scales_of(store: Store) -> list[Scale]:
    """The scales in use at a store, in order of their codes (1 query)."""
    return list(Scale.objects.filter(store=store.pk, active=True).order_by("code"))


def scale_for(user: Who, store: Store, code: str) -> Scale:
    """A scale in use at a store that this person may see, else 404."""
    rows = access.visible(Scale.objects.filter(store=store.pk, active=True), user)
    return get_object_or_404(rows.select_related("store"), code=code)


def check_for(user: Who, pk: int) -> Weighing:
    """A weight against a label, of a store this person may see, else 404."""
    rows = access.visible(Weighing.objects.filter(label_mg__isnull=False), user)
    along = rows.select_related("store", "piece", "scale", "reading__scale", "change__by")
    return get_object_or_404(along, pk=pk)
