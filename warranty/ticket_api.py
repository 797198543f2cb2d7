"""Tickets of the service desk for head office's programs. No personal data: whose thing it is, and
what they said of it, stays in the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Path, Query, Router

from inventory.ground import answers, lists, scopes
from inventory.ground.measures import Metal
from inventory.ground.schemas import (
    Day,
    DocumentsAsked,
    Grams,
    Listed,
    Milligrams,
    Moment,
    Number,
    SignedCents,
    Strict,
    Yuan,
)
from inventory.ground.scopes import Admitted
from inventory.models import Category
from warranty.models import (
    Basis,
    JobKind,
    JobState,
    Quote,
    Ticket,
    TicketJob,
    TicketState,
    TicketWeight,
    WeighedAt,
)

router = Router(tags=["service desk"])

Row = Mapping[str, Any]
Told = dict[str, Any]

TICKET = (
    "pk",
    "change_id",
    "store_id",
    "store__code",
    "store__time_zone",
    "number",
    "counter__code",
    "state",
    "stage_at",
    "business_day",
    "at",
    "by__username",
    "category",
    "metal",
    "piece__number",
    "card__number",
    "promised_on",
    "is_quick",
    "is_rush",
    "redo_of__number",
)
JOB = ("ticket_id", "position", "kind", "basis", "state", "added_mg", "removed_mg")


class JobOut(Strict):
    """A task: who bears it, and how much metal it added to the thing and took from it."""

    kind: JobKind
    basis: Basis
    state: JobState
    added: Grams
    added_mg: Milligrams
    removed: Grams
    removed_mg: Milligrams


class TicketOut(Strict):
    """`since`: when it came into its state. `metal` is empty where nobody named it. `taken_in` and
    `given_back` are the weights of the thing, stones included, null before they were taken.
    `quoted` is the newest price, null without a paid task. `redo_of`: the ticket whose work is done
    again."""

    number: str
    store: str
    counter: str
    state: TicketState
    since: Moment
    business_day: Day
    at: Moment
    by: str
    category: Category
    metal: Metal | Literal[""]
    piece: str | None
    card: str | None
    promised_on: Day | None
    is_quick: bool
    is_rush: bool
    redo_of: str | None
    taken_in: Grams | None
    taken_in_mg: Milligrams | None
    given_back: Grams | None
    given_back_mg: Milligrams | None
    quoted: Yuan | None
    quoted_cents: SignedCents | None
    jobs: list[JobOut]


class TicketsAsked(DocumentsAsked):
    state: TicketState | None = None


@router.get("/tickets", response=Listed[TicketOut], **scopes.needs("tickets:read"))
def list_tickets(request: Admitted, asked: Query[TicketsAsked]) -> HttpResponse:
    """Tickets in the order in which they were taken in, each in its present state. An empty page
    has no `next_cursor`: keep the one you have and ask again later."""
    rows, user = Ticket.objects.all(), request.user
    page = lists.documents(rows, user=user, asked=asked, columns=TICKET, of="tickets")
    return answers.listed(_whole(page.rows), page.next_cursor)


@router.get("/tickets/{number}", response=TicketOut, **scopes.needs("tickets:read"))
def get_ticket(request: Admitted, number: Path[Number]) -> HttpResponse:
    """One ticket."""
    rows, user = Ticket.objects.all(), request.user
    row = lists.document(rows, user=user, number=number, columns=TICKET)
    return answers.reply(_whole([row])[0])


def _whole(rows: Sequence[Row]) -> list[Told]:
    """Tickets as they are answered, with tasks, weights and newest price (3 queries)."""
    keys = [row["pk"] for row in rows]
    jobs: dict[int, list[Row]] = defaultdict(list)
    for job in TicketJob.objects.filter(ticket__in=keys).order_by("position").values(*JOB):
        jobs[job["ticket_id"]].append(job)
    weighed = TicketWeight.objects.filter(ticket__in=keys).order_by("pk")
    # the newest row of a moment holds
    mg = {(row[0], row[1]): row[2] for row in weighed.values_list("ticket", "moment", "mg")}
    quotes = Quote.objects.filter(ticket__in=keys).order_by("version")
    prices = dict(quotes.values_list("ticket", "total_cents"))
    return [
        {
            **_ticket(row),
            **_weight("taken_in", mg.get((row["pk"], WeighedAt.IN))),
            **_weight("given_back", mg.get((row["pk"], WeighedAt.OUT))),
            **_price(prices.get(row["pk"])),
            "jobs": _jobs(jobs[row["pk"]]),
        }
        for row in rows
    ]


def _ticket(row: Row) -> Told:
    zone = row["store__time_zone"]
    return {
        "number": row["number"],
        "store": row["store__code"],
        "counter": row["counter__code"],
        "state": row["state"],
        "since": answers.moment(row["stage_at"], zone),
        "business_day": row["business_day"],
        "at": answers.moment(row["at"], zone),
        "by": row["by__username"],
        "category": row["category"],
        "metal": row["metal"],
        "piece": row["piece__number"],
        "card": row["card__number"],
        "promised_on": row["promised_on"],
        "is_quick": row["is_quick"],
        "is_rush": row["is_rush"],
        "redo_of": row["redo_of__number"],
    }


def _jobs(rows: Iterable[Row]) -> list[Told]:
    return [
        {
            "kind": row["kind"],
            "basis": row["basis"],
            "state": row["state"],
            **answers.weight("added", row["added_mg"]),
            **answers.weight("removed", row["removed_mg"]),
        }
        for row in rows
    ]


def _weight(name: str, mg: int | None) -> Told:
    return {name: None, f"{name}_mg": None} if mg is None else answers.weight(name, mg)


def _price(cents: int | None) -> Told:
    if cents is None:
        return {"quoted": None, "quoted_cents": None}
    return answers.money("quoted", cents)
