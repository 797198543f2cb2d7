"""The demo's service desk: tickets in every state, some of them begun last week, a fault that was
reported and a piece that came back."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import cycle
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils import timezone

from appraisal.models import Scale
from counter import bills, customers, returns, sales, service_desk, service_fees
from counter.demo_props import SIGNED, on_scale, picture
from counter.models import LeadsTo, Return, Tender
from counter.returned_pieces import InHand
from counter.returns import Wish as Complaint
from counter.service_desk import OnScale
from inventory.models import Category, Place
from warranty import claims, intakes, jobs, loose_stones, quotes, tickets
from warranty.claims import Finding, Subject
from warranty.intakes import Brought, Wish
from warranty.jobs import Task
from warranty.models import (
    Basis,
    Card,
    CardState,
    Cause,
    Fault,
    Institution,
    JobKind,
    Outcome,
    PhotoOf,
    Ticket,
)

Thing = dict[str, Any]

BEGUN_DAYS_AGO: Final = 6
CHAIN: Final[Thing] = {
    "item": "银项链",
    "category": Category.NECKLACE,
    "metal": "Ag",
    "mark": "S925",
}
BANGLE: Final[Thing] = {"item": "翡翠手镯，银扣", "category": Category.BANGLE, "metal": "Ag"}
PEARLS: Final[Thing] = {"item": "珍珠项链，线旧", "category": Category.NECKLACE, "mark": "无"}
# what is brought to be soldered, in turn
BROKEN: Final[tuple[Thing, ...]] = (
    CHAIN,
    {"item": "银手链，断一节", "category": Category.BRACELET, "metal": "Ag", "mark": "S925"},
    {"item": "K金锁骨链，断", "category": Category.NECKLACE, "metal": "Au", "mark": "G18K"},
    {"item": "铂金耳钉，针松", "category": Category.EARRINGS, "metal": "Pt", "mark": "Pt950"},
    {"item": "银脚链，接口开", "category": Category.BRACELET, "metal": "Ag", "mark": "925"},
)
CHAIN_MG: Final = 5_400
WORKSHOP: Final = "老张玉器工坊"
OWNERS: Final = (
    ("13812340001", "李女士"),
    ("13812340002", "王先生"),
    ("13812340003", "周女士"),
    ("13812340004", "何先生"),
)


def load_begun(*, counter: Place, people: Mapping[str, User]) -> None:
    """What was taken in last week: at the bench and late, outside, ready, fetched, given back."""
    desk = Desk(counter, people)
    resized = desk.signed(desk.card(Category.RING), JobKind.RESIZE, promised=3, sizes=1)
    tickets.start(ticket=resized, by=desk.by)
    desk.sent_out()
    desk.fetched()
    desk.given_back()


def load(*, counter: Place, people: Mapping[str, User]) -> None:
    """This morning's tickets, a claim and a return."""
    Institution.objects.get_or_create(
        store=counter.store,
        name="国家首饰质量检验检测中心",
        defaults={"address": "北京市东城区北三环东路 18 号", "phone": "010-84251188"},
    )
    desk = Desk(counter, people)
    desk.receive(**CHAIN)
    desk.marked()
    desk.to_be_quoted()
    desk.quoted(8_000)
    desk.approved(8_000)
    desk.finished(desk.approved(6_000))
    desk.checked(desk.approved(6_000))
    desk.given_up()
    desk.cleaned()
    desk.signed(desk.card(Category.RING), JobKind.APPRAISAL, promised=5)
    desk.report_fault()
    desk.take_back()


class Desk:
    """Somebody who serves at a counter; each verb goes as far as its name."""

    def __init__(self, counter: Place, people: Mapping[str, User]) -> None:
        self.counter, self.by, self.chief = counter, people["lin"], people["chen"]
        self.scale = Scale.objects.get(store=counter.store, active=True)
        self.cards = self._cards()
        self.owners, self.broken = cycle(OWNERS), cycle(BROKEN)

    def card(self, category: Category) -> Card:
        """A card of a gold piece of this kind that is not in hand."""
        return next(card for card in self.cards if card.piece.category == category)

    def receive(self, card: Card | None = None, *, promised: int = 2, **thing: Any) -> Ticket:
        """`promised`: in so many days."""
        if card is not None:
            piece = card.piece
            thing = {"item": piece.name, "category": piece.category, "metal": piece.metal}
            thing |= {"mark": piece.mark, "piece": piece, "card": card}
        phone, name = next(self.owners)
        owner = customers.find_or_make(phone=phone, name=name, store=self.counter.store, by=self.by)
        return service_desk.receive(
            brought=Brought(condition="有佩戴划痕", declared="没估过价", **thing),
            wish=Wish(promised_on=timezone.localdate() + timedelta(days=promised)),
            counter=self.counter,
            customer_id=owner.pk,
            by=self.by,
        )

    def marked(self) -> Ticket:
        """Weighed and photographed, a loose stone marked; the customer has not signed."""
        card = next(card for card in self.cards if card.piece.stones.exists())
        ticket = self._looked_at(self.receive(card), JobKind.CLEANING, Basis.BENEFIT)
        return loose_stones.mark(ticket=ticket, across=480, down=310, by=self.by)

    def signed(self, card: Card, kind: JobKind, *, promised: int, sizes: int = 0) -> Ticket:
        """Borne by the card."""
        ticket = self.receive(card, promised=promised)
        return self._signed(self._looked_at(ticket, kind, Basis.BENEFIT, sizes=sizes))

    def to_be_quoted(self) -> Ticket:
        ticket = self._looked_at(self.receive(**next(self.broken)), JobKind.SOLDER, Basis.PAID)
        return self._signed(ticket)

    def quoted(self, cents: int) -> Ticket:
        ticket = self.to_be_quoted()
        prices = {job.pk: cents for job in quotes.paid_jobs(ticket)}
        quotes.make(ticket=ticket, prices=prices, by=self.by)
        return ticket

    def approved(self, cents: int) -> Ticket:
        ticket = self.quoted(cents)
        quote = ticket.quotes.get()
        quotes.approve_on_tablet(quote=quote, drawn=SIGNED, by=self.by)
        return ticket

    def sent_out(self) -> Ticket:
        """To a workshop, expected back today."""
        ticket = self.receive(promised=8, **BANGLE)
        self._signed(self._looked_at(ticket, JobKind.CLASP, Basis.PAID))
        quotes.make(ticket=ticket, prices=self._prices(ticket, 15_000), by=self.by)
        quotes.approve_on_tablet(quote=ticket.quotes.get(), drawn=SIGNED, by=self.by)
        return service_desk.send_out(
            ticket=ticket,
            workshop=WORKSHOP,
            back_on=timezone.localdate() + timedelta(days=BEGUN_DAYS_AGO),
            on_scale=self._weight(CHAIN_MG),
            by=self.by,
        )

    def finished(self, ticket: Ticket) -> Ticket:
        """The goldsmith added a little solder; nobody has looked at it yet."""
        tickets.start(ticket=ticket, by=self.by)
        for job in ticket.jobs.all():
            jobs.finish(job=job, added_mg=20, removed_mg=0, words="", by=self.by)
        return jobs.finish_work(ticket=ticket, by=self.by)

    def checked(self, ticket: Ticket) -> Ticket:
        self.finished(ticket)
        return tickets.check(ticket=ticket, passed=True, remark="", by=self.chief)

    def fetched(self) -> Ticket:
        """Paid and given back."""
        ticket = self.checked(self.approved(6_000))
        sale = bills.begin(counter=self.counter, by=self.by)
        service_fees.put_on_bill(sale=sale, ticket=ticket, cents=None, by=self.by)
        total = bills.total_cents(sale, bills.lines_of(sale))
        cash = Tender.objects.get(code="cash")
        bills.put_down(sale=sale, tender=cash, given_cents=total, merchant_number="", by=self.by)
        sales.complete(sale=sale, shown_cents=total, by=self.by)
        return self._hand_back(ticket, CHAIN_MG + 20)

    def given_up(self) -> Ticket:
        """The customer thought it too dear and has not fetched it yet."""
        ticket = self.receive(**PEARLS)
        self._signed(self._looked_at(ticket, JobKind.STRINGING, Basis.PAID))
        quotes.make(ticket=ticket, prices=self._prices(ticket, 18_000), by=self.by)
        return jobs.give_up(ticket=ticket, reason="顾客嫌价格高，暂不修", by=self.by)

    def given_back(self) -> Ticket:
        return self._hand_back(self.given_up(), CHAIN_MG)

    def cleaned(self) -> Ticket:
        """While the customer waits."""
        card = self.card(Category.BRACELET)
        return service_desk.clean_now(
            piece=card.piece,
            card=card,
            on_scale=self._weight(card.piece.gross_mg),
            certificate="",
            counter=self.counter,
            by=self.by,
        )

    def report_fault(self) -> None:
        """A clasp that opens by itself is ours."""
        card = self.card(Category.NECKLACE)
        finding = Finding(
            fault=Fault.CLASP,
            cause=Cause.MAKING,
            outcome=Outcome.REPAIR,
            words="扣子总是自己松开",
        )
        subject = Subject(piece=card.piece, card=card)
        claims.decide(subject=subject, finding=finding, store=self.counter.store, by=self.by)

    def take_back(self) -> Return:
        """Within ten days and unworn: other goods for it, which are not chosen yet."""
        card = next(card for card in self.cards if card.sale_line.sale.lines.count() == 1)
        line = card.sale_line
        report = line.piece.certificates.first()
        hand = InHand(
            line=line,
            shown=on_scale(self.scale, line.piece.gross_mg, by=self.by),
            tag_intact=True,
            unworn=True,
            certificate=report.number if report else "",
            photo=picture(self.counter.store, Category(line.piece.category), by=self.by),
        )
        return returns.take_back(
            sale=line.sale,
            wish=Complaint(fault=Fault.WRONG_STYLE, leads_to=LeadsTo.EXCHANGE),
            brought=[hand],
            counter=self.counter,
            customer_id=None,
            by=self.by,
        )

    def _cards(self) -> Iterator[Card]:
        """Gold that was sold here and is with its owner, the newest sale first."""
        rows = Card.objects.filter(
            store=self.counter.store, state=CardState.VALID, piece__metal="Au"
        )
        home = rows.exclude(piece__tickets__isnull=False).order_by("-pk")
        return iter(home.select_related("piece", "sale_line__sale", "sale_line__piece"))

    def _looked_at(self, ticket: Ticket, kind: JobKind, basis: Basis, *, sizes: int = 0) -> Ticket:
        """Weighed, photographed, and the task written down."""
        piece = ticket.piece
        stones = piece.stones.count() if piece else 0
        mg = piece.gross_mg if piece else CHAIN_MG
        service_desk.weigh_in(ticket=ticket, on_scale=self._weight(mg, stones), by=self.by)
        taken = picture(ticket.store, Category(ticket.category), by=self.by)
        intakes.keep_photo(ticket=ticket, photo=taken, of=PhotoOf.INTAKE, by=self.by)
        listed = Institution.objects.filter(store=ticket.store).first()
        appraised = listed if kind == JobKind.APPRAISAL else None
        task = Task(kind=kind, basis=basis, sizes=sizes, institution=appraised)
        return service_desk.add_tasks(ticket=ticket, tasks=[task], by=self.by)

    def _signed(self, ticket: Ticket) -> Ticket:
        return service_desk.sign_intake(ticket=ticket, drawn=SIGNED, by=self.by)

    def _prices(self, ticket: Ticket, cents: int) -> dict[int, int]:
        return {job.pk: cents for job in quotes.paid_jobs(ticket)}

    def _hand_back(self, ticket: Ticket, mg: int) -> Ticket:
        return service_desk.hand_back(
            ticket=ticket,
            on_scale=self._weight(mg),
            explanation="",
            collected_by="",
            drawn=SIGNED,
            by=self.by,
        )

    def _weight(self, mg: int, stones: int = 0) -> OnScale:
        return OnScale(shown=on_scale(self.scale, mg, by=self.by), stones=stones)
