"""Reads of the book of old gold. Who may see a row is decided here, in the getter."""

import re
from datetime import date
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from appraisal.models import Instrument, Method, OldPiece, Scale, TradeIn, Weighing
from appraisal.next_steps import OVER
from inventory.ground import access
from inventory.models import DrawnSignature, Photo, Store, StoreKind

Who = User | AnonymousUser
RECENT = 50
OPEN = "open"  # what may be asked of the list besides the states themselves
LAST_DIGITS = re.compile(r"[0-9]{4,}")  # fewer would list half the customers
# asked at every request, for the strip
RULE_IN_FORCE = """
    SELECT 1 FROM appraisal_tradeinrule
    WHERE valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
      AND (store_id = %s OR store_id IS NULL)
    LIMIT 1
"""
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


def trade_ins_wanted(
    user: Who,
    *,
    store: Store,
    text: str = "",
    day: date | None = None,
    state: str = "",
    before: int | None = None,
) -> QuerySet[TradeIn]:
    """Trade-ins as `trade_ins_for` has them. `text` is a part of the number or of the customer's
    name, or the last digits of their telephone, four at least; `day` a business day; `state` one of
    the states, or `OPEN`; `before` the last row of the page before this one."""
    rows = trade_ins_for(user, store=store)
    if text:
        asked = Q(number__icontains=text) | Q(customer__name__icontains=text)
        if LAST_DIGITS.fullmatch(text):
            asked |= Q(customer__phone__endswith=text)
        rows = rows.filter(asked)
    if day is not None:
        rows = rows.filter(business_day=day)
    if state == OPEN:
        rows = rows.exclude(state__in=OVER)
    elif state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return rows.order_by("-pk")


def open_trade_ins(user: Who, *, store: Store) -> QuerySet[TradeIn]:
    """Those that somebody still has to do something about."""
    return trade_ins_for(user, store=store).exclude(state__in=OVER)


def old_gold_asked(store: Store) -> list[object]:
    """The values of `RULE_IN_FORCE` for a store: without a rule in force no offer can be made."""
    now = timezone.now()
    return [now, now, store.pk]


def analysers_of(store: Store) -> QuerySet[Instrument]:
    """The X-ray analysers of a store that are in use, with how their files are written."""
    rows = Instrument.objects.filter(store=store, method=Method.XRF, active=True)
    return rows.select_related("layout")


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
