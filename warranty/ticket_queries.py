"""Reads of tickets. Who may see a row is decided here, in the getter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from inventory import places
from inventory.ground import access, codes, settings_rows, statements
from inventory.models import DrawnSignature, Place, PlaceKind, Store, StoreKind
from inventory.queries import Who
from warranty import ticket_steps
from warranty.models import Institution, Ticket, TicketJob, TicketState
from warranty.ticket_steps import Column, NextStep
from warranty.tickets import IN_HAND

FOUND: Final = 50  # rows of a search
IN_COLUMN: Final = 30  # of the board; the rest is one tap away
LAST_DIGITS: Final = re.compile(r"[0-9]{4,}")  # fewer would list half the customers
# what a row of the board shows
ON_BOARD: Final = (
    "number",
    "state",
    "stage_at",
    "item",
    "promised_on",
    "is_rush",
    "place__name",
    "place__code",
    "customer__name",
    "customer__phone",
)
CLAIM_CHECK: Final = re.compile(r"[\w-]{22}", re.ASCII)
BENCHES: Final = (PlaceKind.COUNTER, PlaceKind.SAFE, PlaceKind.BENCH)
REDONE: Final = "SELECT number FROM warranty_ticket WHERE redo_of_id = %s ORDER BY id"
WAITING: Final = (TicketState.CHECKED, TicketState.UNREPAIRED)


def tickets_for(user: Who, *, store: Store | None = None) -> QuerySet[Ticket]:
    """Tickets of a store, for head office of all stores; newest first."""
    rows = access.visible(Ticket.objects.all(), user)
    if store is not None and store.kind != StoreKind.HEAD_OFFICE:
        rows = rows.filter(store=store.pk)
    return rows.select_related("store", "counter", "place", "customer").order_by("-pk")


def ticket_for(user: Who, number: str) -> Ticket:
    """A ticket of a store this person may see, else 404."""
    along = tickets_for(user).select_related("card__piece", "card__plan", "piece", "redo_of")
    return get_object_or_404(along, number=number)


def job_for(user: Who, number: str, job_id: int) -> TicketJob:
    """One task of a ticket of a store this person may see, else 404."""
    rows = access.visible(TicketJob.objects.all(), user, store="ticket__store")
    along = rows.select_related("ticket__store", "ticket__counter", "ticket__card")
    return get_object_or_404(along, ticket__number=number, pk=job_id)


def by_claim_check(text: str) -> Ticket | None:
    """The ticket behind a private link; whoever holds it may see it (1 query)."""
    if not CLAIM_CHECK.fullmatch(text):
        return None
    return Ticket.objects.select_related("store", "counter").filter(claim_check=text).first()


def found(user: Who, *, store: Store, text: str) -> list["BoardTicket"]:
    """Open and old tickets by number, piece, card, name, words or the last digits of the telephone,
    four at least; newest first (1 query)."""
    plain = codes.read(text).value
    asked = (
        Q(number__icontains=plain)
        | Q(item__icontains=text)
        | Q(customer__name__icontains=text)
        | Q(piece__number=plain)
        | Q(card__number=plain)
        | Q(claim_check=text)
    )
    if LAST_DIGITS.fullmatch(plain):
        asked |= Q(customer__phone__endswith=plain)
    return _told(tickets_for(user, store=store).filter(asked)[:FOUND], store)


@dataclass(frozen=True)
class BoardTicket:
    """A ticket as the board shows it."""

    ticket: Ticket
    step: NextStep
    days: int  # in this stage
    is_overdue: bool


@dataclass(frozen=True)
class BoardColumn:
    """A column with what is most pressing first; `n` counts also what is not shown."""

    key: Column
    n: int
    rows: Sequence[BoardTicket]

    @property
    def more(self) -> int:
        return self.n - len(self.rows)


def board(user: Who, *, store: Store, only: str = "") -> list[BoardColumn]:
    """Everything in our hands, column by column, overdue and rush first (1 query). `only`: one
    column, and all of it."""
    mine = tickets_for(user, store=store).filter(state__in=IN_HAND).order_by()
    lean = mine.select_related(None).select_related("place", "customer").only(*ON_BOARD)
    rows = sorted(_told(lean, store), key=_pressing)
    columns = [Column(only)] if only in set(Column) else list(Column)
    return [_column(key, rows, IN_COLUMN if len(columns) > 1 else None) for key in columns]


def overdue(user: Who, *, store: Store) -> list[BoardTicket]:
    """Past the promised day and not ready yet, the oldest promise first (1 query)."""
    rows = tickets_for(user, store=store).filter(
        state__in=IN_HAND, promised_on__lt=places.business_day(store)
    )
    waiting = rows.exclude(state__in=WAITING)
    return _told(waiting.order_by("promised_on", "pk"), store)


def unclaimed(user: Who, *, store: Store) -> list[BoardTicket]:
    """Ready for longer than the store's days, with `attempts` to reach the owner, the oldest first
    (2 queries). It is only listed: what may become of it is a question of the law."""
    days = settings_rows.number(store, "unclaimed_days")
    rows = tickets_for(user, store=store).filter(
        state__in=WAITING, stage_at__lt=timezone.now() - timedelta(days=days)
    )
    return _told(rows.annotate(attempts=Count("contacts")).order_by("stage_at", "pk"), store)


def shown(ticket: Ticket) -> BoardTicket:
    """One ticket as the board has it today."""
    return _shown(ticket, timezone.now(), places.business_day(ticket.store))


def signatures_of(ticket: Ticket) -> list[DrawnSignature]:
    """What the customer has signed so far, in its order (1 query)."""
    return statements.read(DrawnSignature, "document = %s ORDER BY id", [ticket.number])


def redone(ticket: Ticket) -> list[str]:
    """The numbers of the tickets that do its work again, in their order (1 query)."""
    return [number for (number,) in statements.fetch(REDONE, [ticket.pk])]


def institutions_of(store: Store) -> list[Institution]:
    """Where a store sends people for an appraisal, by their names (1 query)."""
    return statements.read(Institution, "store_id = %s AND active ORDER BY name", [store.pk])


def places_of(store: Store) -> list[Place]:
    """Where an envelope may lie in a store, by their codes (1 query)."""
    kinds = f"store_id = %s AND kind IN {statements.marks(BENCHES)} ORDER BY code"
    return statements.read(Place, kinds, [store.pk, *BENCHES])


def _told(rows: QuerySet[Ticket], store: Store) -> list[BoardTicket]:
    now, today = timezone.now(), places.business_day(store)
    return [_shown(ticket, now, today) for ticket in rows]


def _shown(ticket: Ticket, now: datetime, today: date) -> BoardTicket:
    late = ticket.promised_on is not None and ticket.promised_on < today
    step = ticket_steps.STEPS[ticket.state]
    is_working = step.column not in {None, Column.READY}
    return BoardTicket(ticket, step, (now - ticket.stage_at).days, late and is_working)


def _pressing(row: BoardTicket) -> tuple[bool, bool, date, datetime]:
    promised = row.ticket.promised_on or date.max
    return not row.is_overdue, not row.ticket.is_rush, promised, row.ticket.stage_at


def _column(key: Column, rows: Sequence[BoardTicket], most: int | None) -> BoardColumn:
    mine = [row for row in rows if row.step.column == key]
    return BoardColumn(key, len(mine), mine[:most])
