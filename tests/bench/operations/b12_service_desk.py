"""B12: what the service desk looks at all day: one ticket, what is left on a card, the board."""

from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings

from inventory.ground import changes
from inventory.models import Place, PlaceKind
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, Sample
from tests.bench.operation import Operation, WrongAnswer
from tests.bench.servers import Answer, one_by_one, request
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import tickets
from warranty.models import Basis, JobKind, Ticket, TicketState

TURNS = 20
# one of each column of the board
STAGES = (
    TicketState.RECEIVED,
    TicketState.QUOTED,
    TicketState.APPROVED,
    TicketState.UNREPAIRED,
)


class DeskPage(Operation):
    """A page for a clerk. Floor: a constant through the same server and middleware."""

    limit_us: ClassVar[int]

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.wire = ground.server.connect()
        cookie = f"{settings.SESSION_COOKIE_NAME}={ground.session(ground.shop.lin)}"
        path, self.tells = self.laid_out(open_service_desk(ground.shop))
        self._clear_counter()
        ground.accept_written()
        turns = min(TURNS, ground.scale.requests)
        self.asked = [request("GET", path, Cookie=cookie)] * turns
        self.plain = [request("GET", "/bench/plain/")] * turns
        self.answers: list[Answer] = []

    def laid_out(self, desk: ServiceDesk) -> tuple[str, list[str]]:
        """The address, and what its page must tell."""
        raise NotImplementedError

    def _clear_counter(self) -> None:
        """Whoever counts the counter next finds no envelopes there."""
        bench, _made = Place.objects.get_or_create(
            store=self.ground.shop.s01, code="BENCH", kind=PlaceKind.BENCH
        )
        Ticket.objects.filter(place=self.ground.shop.a).update(place=bench)

    def ours(self) -> Sample:
        sample, self.answers = one_by_one(self.wire, self.asked)
        return sample

    def floor(self) -> Sample:
        return one_by_one(self.wire, self.plain)[0]

    def check(self) -> None:
        for answer in self.answers:
            if answer.status != 200:
                raise WrongAnswer(f"answered {answer.status}")
            page = answer.body.decode()
            if missing := [word for word in self.tells if word not in page]:
                raise WrongAnswer(f"the page does not tell {missing}")

    def finish(self, measured: Measured) -> Iterator[str]:
        self.wire.socket.close()
        if measured.ours.p50_us > self.limit_us:
            limit = self.limit_us / 1000
            yield f"p50 {measured.ours.p50_us / 1000:.0f} ms, more than {limit:.0f}"


class OpenTicket(DeskPage):
    id = "B12a"
    name = "open a ticket at the bench"
    limit_us = 30_000

    def laid_out(self, desk: ServiceDesk) -> tuple[str, list[str]]:
        ticket = desk.free_cleaning(desk.sold_ring())
        tickets.start(ticket=ticket, by=desk.by)
        desk.task(ticket, JobKind.SETTING, Basis.PAID)
        return f"/tickets/{ticket.number}/", [ticket.number, ticket.item, "2.02"]


class SeeBenefits(DeskPage):
    id = "B12b"
    name = "remaining benefits of a card"
    limit_us = 30_000

    def laid_out(self, desk: ServiceDesk) -> tuple[str, list[str]]:
        card = desk.sold_ring()
        desk.clean_now(card)
        return f"/cards/{card.number}/", [card.piece.name, "1 left", "used: Free clean"]


class SeeBoard(DeskPage):
    id = "B12c"
    name = "board of the open tickets"
    limit_us = 100_000

    def laid_out(self, desk: ServiceDesk) -> tuple[str, list[str]]:
        for turn in range(self.ground.scale.tickets):
            ticket = desk.receive(item=f"chain {turn}")
            if (stage := STAGES[turn % len(STAGES)]) != TicketState.RECEIVED:
                with changes.opened(store=ticket.store, by=desk.by) as book:
                    tickets.move(ticket, stage, book=book)
        return "/tickets/", ["chain 0", "chain 3"]
