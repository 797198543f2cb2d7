"""A service desk in few words: what customers bring, and the road of a ticket."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import translation

from appraisal import seed
from appraisal.weighings import Shown
from counter import service_desk
from counter.service_desk import OnScale
from inventory.ground import photos
from inventory.models import Piece
from tests.cast import Shop
from tests.old_gold import SIGNED, picture
from warranty import intakes, jobs, loose_stones, quotes, tickets
from warranty.intakes import Brought, Wish
from warranty.jobs import Task
from warranty.models import Basis, Card, Institution, JobKind, PhotoOf, Quote, Ticket, TicketJob


def open_service_desk(shop: Shop) -> "ServiceDesk":
    seed.put_tolerances()
    return ServiceDesk(shop)


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Tickets on their road by the names of the screens, and a card whose piece is with its owner;
    `old_gold.at_every_stage` has opened the desk."""
    with translation.override("zh-hans"):
        desk = ServiceDesk(shop)
        cards = [desk.sold_ring() for _ring in range(5)]
        cleaned = desk.free_cleaning(cards[0])
        tickets.start(ticket=cleaned, by=desk.by)
        marked = desk.receive(cards[1], wish={"is_rush": True})
        desk.weigh_in(marked, cards[1].piece.gross_mg, stones=1)
        desk.photograph(marked)
        loose_stones.mark(ticket=marked, across=340, down=510, by=desk.by)
        desk.task(marked, JobKind.CLEANING, Basis.BENEFIT)
        to_appraise = desk.receive(cards[4])
        desk.weigh_in(to_appraise, cards[4].piece.gross_mg, stones=1)
        listed = Institution.objects.create(store=shop.s01, name="国检中心", address="北京路 1 号")
        desk.task(to_appraise, JobKind.APPRAISAL, Basis.BENEFIT, institution=listed)
        desk.photograph(to_appraise)
        tickets.start(ticket=desk.sign(to_appraise), by=desk.by)
        priced = desk.priced_chain()
        ready = desk.work(desk.free_cleaning(cards[2]))
        over = desk.hand_back(desk.work(desk.priced_chain(yes=True, cents=0)), 5_400)
        to_pay = desk.work(desk.priced_chain(yes=True))
        return {
            "ticket_new": desk.receive(condition="搭扣松").number,
            "ticket_to_sign": marked.number,
            "ticket_priced": priced.number,
            "ticket_at_work": cleaned.number,
            "ticket_to_appraise": to_appraise.number,
            "ticket_ready": ready.number,
            "ticket_to_pay": to_pay.number,
            "ticket_over": over.number,
            "claim_check": priced.claim_check,
            "card_at_home": cards[3].number,
        }


@dataclass
class ServiceDesk:
    """The desk at counter A; `lin` serves."""

    shop: Shop

    @property
    def by(self) -> User:
        return self.shop.lin

    def sold_ring(self) -> Card:
        """A diamond ring of 2.020 g that was sold today, with its card."""
        return Card.objects.get(sale_line__sale=self.shop.sell(self.shop.ring()))

    def receive(self, card: Card | None = None, **said: Any) -> Ticket:
        """A ring of ours with its card, else a silver chain of somebody's."""
        told: dict[str, Any] = {"item": "银项链", "category": "necklace", "metal": "Ag"}
        if card is not None:
            piece = card.piece
            told = {"item": piece.name, "category": piece.category, "metal": piece.metal}
            told |= {"piece": piece, "card": card}
        wish = Wish(**said.pop("wish", {}))
        return service_desk.receive(
            brought=Brought(**(told | said)),
            wish=wish,
            counter=self.shop.a,
            customer_id=None,
            by=self.by,
        )

    def scale(self, mg: int, stones: int = 0) -> OnScale:
        return OnScale(shown=Shown(typed_mg=mg), stones=stones)

    def weigh_in(self, ticket: Ticket, mg: int, stones: int = 0) -> Ticket:
        return service_desk.weigh_in(ticket=ticket, on_scale=self.scale(mg, stones), by=self.by)

    def task(self, ticket: Ticket, kind: str, basis: str, **said: Any) -> TicketJob:
        task = Task(kind=kind, basis=basis, **said)
        service_desk.add_tasks(ticket=ticket, tasks=[task], by=self.by)
        job = ticket.jobs.order_by("-position").first()
        assert job is not None
        return job

    def photograph(self, ticket: Ticket, of: str = PhotoOf.INTAKE) -> None:
        taken = photos.keep(file=picture(), store=ticket.store, by=self.by)
        intakes.keep_photo(ticket=ticket, photo=taken, of=of, by=self.by)

    def sign(self, ticket: Ticket) -> Ticket:
        return service_desk.sign_intake(ticket=ticket, drawn=SIGNED, by=self.by)

    def free_cleaning(self, card: Card) -> Ticket:
        """Taken in with everything and signed: the card bears it."""
        ticket = self.receive(card)
        self.weigh_in(ticket, card.piece.gross_mg, stones=1)
        self.task(ticket, JobKind.CLEANING, Basis.BENEFIT)
        self.photograph(ticket)
        return self.sign(ticket)

    def quoted(self, ticket: Ticket, cents: int) -> Quote:
        prices = {job.pk: cents for job in quotes.paid_jobs(ticket)}
        return quotes.make(ticket=ticket, prices=prices, by=self.by)

    def priced_chain(self, *, cents: int = 6_000, yes: bool = False) -> Ticket:
        """A silver chain of 5.400 g to be soldered at a price; with `yes` its owner has agreed."""
        ticket = self.weigh_in(self.receive(), 5_400)
        self.task(ticket, JobKind.SOLDER, Basis.PAID)
        self.photograph(ticket)
        self.sign(ticket)
        quote = self.quoted(ticket, cents)
        if yes:
            quotes.approve_on_tablet(quote=quote, drawn=SIGNED, by=self.by)
        ticket.refresh_from_db()
        return ticket

    def work(self, ticket: Ticket, added_mg: int = 0, removed_mg: int = 0) -> Ticket:
        """From the yes to the checked piece; the grams belong to the first task."""
        tickets.start(ticket=ticket, by=self.by)
        for job in ticket.jobs.filter(state="open"):
            jobs.finish(job=job, added_mg=added_mg, removed_mg=removed_mg, words="", by=self.by)
            added_mg = removed_mg = 0
        jobs.finish_work(ticket=ticket, by=self.by)
        return tickets.check(ticket=ticket, passed=True, remark="", by=self.shop.chen)

    def hand_back(self, ticket: Ticket, mg: int, stones: int = 0, explanation: str = "") -> Ticket:
        return service_desk.hand_back(
            ticket=ticket,
            on_scale=self.scale(mg, stones),
            explanation=explanation,
            collected_by="",
            drawn=SIGNED,
            by=self.by,
        )

    def clean_now(self, card: Card, piece: Piece | None = None, mg: int = 0) -> Ticket:
        return service_desk.clean_now(
            piece=piece or card.piece,
            card=card,
            on_scale=self.scale(mg or card.piece.gross_mg),
            certificate="",
            counter=self.shop.a,
            by=self.by,
        )
