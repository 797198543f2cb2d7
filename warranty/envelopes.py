"""维修袋 and 取件凭证: the papers of a ticket, every figure already a text. The fields are those of
the trade's repair envelope: trade.md 12.6."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.ground import barcodes, codes, measures
from inventory.ground.barcodes import Symbol
from inventory.templatetags.pieces import moment, who
from warranty import intakes, quotes, ticket_notices, ticket_queries, ticket_words
from warranty.models import Ticket, TicketJob, TicketWeight, WeighedAt

QR_MM: Final = Decimal(26)


@dataclass(frozen=True)
class Copy:
    """One of the three copies: for whom, and what it leaves out."""

    title: str
    is_customers: bool = False
    names_customer: bool = True


@dataclass(frozen=True)
class ClaimCheck:
    """See `templates/warranty/print_claim_check.html`."""

    number: str
    bars: Symbol
    qr: Symbol
    item: str
    taken_in: str
    promised: str
    total: str
    store_name: str
    store_phone: str


@dataclass(frozen=True)
class Referral:
    """See `templates/warranty/print_referral.html`."""

    number: str
    bars: Symbol
    item: str
    facts: Sequence[tuple[str, str]]
    institution: str
    address: str
    phone: str
    store: str


@dataclass(frozen=True)
class Envelope:
    """See `templates/warranty/print_envelope.html`."""

    check: ClaimCheck
    state: str
    copies: Sequence[Copy]
    customer: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    weights: Sequence[tuple[str, str, str, str]]
    jobs: Sequence[tuple[str, str, str, str]]
    text: str
    signed: str


def claim_check_of(ticket: Ticket) -> ClaimCheck:
    """What the customer fetches the thing with (1 query)."""
    quote = quotes.newest(ticket)
    return ClaimCheck(
        number=ticket.number,
        bars=barcodes.document_bars(ticket.number),
        qr=barcodes.qr_svg(ticket_notices.address(ticket), side_mm=QR_MM),
        item=ticket.item,
        taken_in=moment(ticket.at),
        promised=ticket.promised_on.isoformat() if ticket.promised_on else "",
        total=measures.yuan(quote.total_cents) if quote else "",
        store_name=ticket.store.name,
        store_phone=ticket.store.phone,
    )


def referral_of(job: TicketJob) -> Referral:
    """What the institution reads: the thing and how it was found here, nobody's name and no
    value (3 queries). `job`: as `appraisals.referred` returns it."""
    ticket, institution = job.ticket, job.institution
    weight = ticket_words.newest(ticket, WeighedAt.IN)
    grams = _("%s g") % measures.grams(weight.mg) if weight else ""
    reports = ticket.piece.certificates.all() if ticket.piece else []
    facts = [
        (_("Our piece"), codes.group_piece(ticket.piece.number) if ticket.piece else ""),
        (_("Metal"), _metal(ticket)),
        (_("Mark"), ticket.mark),
        (_("Weight"), grams),
        (_("Certificate"), ", ".join(map(str, reports))),
        (_("In words"), job.words),
    ]
    return Referral(
        number=ticket.number,
        bars=barcodes.document_bars(ticket.number),
        item=ticket.item,
        facts=_filled(facts),
        institution=institution.name if institution else "",
        address=institution.address if institution else "",
        phone=institution.phone if institution else "",
        store=ticket.store.name,
    )


def envelope_of(ticket: Ticket) -> Envelope:
    """The envelope as it stands now (6 queries); pass the ticket as `ticket_queries.ticket_for`
    returns it."""
    jobs = list(ticket.jobs.select_related("benefit"))
    weights = list(ticket.weights.select_related("by"))
    given = [row for row in ticket_queries.signatures_of(ticket) if row.point == intakes.INTAKE]
    return Envelope(
        check=claim_check_of(ticket),
        state=ticket.get_state_display(),
        copies=[
            Copy(_("Copy for the counter")),
            Copy(_("Copy for the bench"), names_customer=False),
            Copy(_("Copy for the customer"), is_customers=True),
        ],
        customer=_filled(_customer(ticket)),
        facts=_filled(_facts(ticket)),
        weights=[_weight(row) for row in weights],
        jobs=[_job(job) for job in jobs],
        text=given[0].text if given else ticket_words.intake(ticket),
        signed=moment(given[0].at) if given else "",
    )


def _filled(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in facts if text]


def _customer(ticket: Ticket) -> list[tuple[str, str]]:
    """Masked: an envelope lies about."""
    customer = ticket.customer
    return [
        (_("Customer"), f"{customer.name[0]}**" if customer and customer.name else ""),
        (_("Telephone"), customer.masked_phone if customer else ""),
        (_("Second contact"), ticket.second_contact),
    ]


def _facts(ticket: Ticket) -> list[tuple[str, str]]:
    piece = ticket.piece
    marks = ", ".join(f"{across // 10}/{down // 10}" for across, down in ticket.loose_stones)
    return [
        (_("Thing"), ticket.item),
        (_("Our piece"), codes.group_piece(piece.number) if piece else _("not ours")),
        (_("Kind"), ticket.get_category_display()),
        (_("Metal"), _metal(ticket)),
        (_("Mark"), ticket.mark or _("illegible")),
        (_("Known by"), ticket.get_identified_by_display() if ticket.identified_by else ""),
        (_("Damage that is there already"), ticket.condition),
        (_("Loose stones, marked on the picture"), marks),
        (_("With it"), ticket.accessories),
        (_("Its value in the customer's own words"), ticket.declared),
        (_("Redo of"), ticket.redo_of.number if ticket.redo_of else ""),
        (_("Rush"), _("yes") if ticket.is_rush else ""),
        (_("Taken in by"), f"{who(ticket.by)} · {ticket.counter}"),
    ]


def _metal(ticket: Ticket) -> str:
    if ticket.piece is not None:
        return measures.declared_name(ticket.piece.metal, ticket.piece.fineness)
    return ticket.get_metal_display() if ticket.metal else _("not tested")


def _weight(row: TicketWeight) -> tuple[str, str, str, str]:
    """When, grams, stones, who: "typed" stands with grams that no scale sent."""
    grams = _("%s g") % measures.grams(row.mg, places=3 if row.step_mg == 1 else 2)
    typed = f"{grams} · {_('typed')}" if row.is_typed else grams
    stones = ngettext("%(n)d stone", "%(n)d stones", row.stones) % {"n": row.stones}
    return str(WeighedAt(row.moment).label), typed, stones, f"{who(row.by)} {moment(row.at)}"


def _job(job: TicketJob) -> tuple[str, str, str, str]:
    """Number of the line, task, who bears it, how far it is."""
    sizes = f"{job.size_from} → {job.size_to}" if job.size_to else ""
    what = " · ".join(filter(None, [str(job.get_kind_display()), job.words, sizes]))
    borne = job.benefit.title if job.benefit else str(job.get_basis_display())
    return str(job.position), what, borne, str(job.get_state_display())
