"""One earring of a pair is lost: it does not come back for its price; what is there is repaired,
or a matching single is made, quoted first."""

import pytest

from counter import service_desk
from counter.models import LeadsTo
from counter.returned_pieces import PairIncomplete
from counter.service_desk import NotThisPiece
from inventory import places
from inventory.models import Piece
from tests.cast import Shop
from tests.old_gold import SIGNED
from tests.returns import ReturnDesk, open_return_desk
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import care_prices, quotes, seed
from warranty.models import Basis, Card, CarePrice, Fault, JobKind, Ticket, TicketState, WeighedAt


@pytest.fixture
def desk(shop: Shop) -> ReturnDesk:
    return open_return_desk(shop)


def pair(shop: Shop) -> Piece:
    return shop.piece(category="earrings", units=2, gross_mg=4_000, net_mg=4_000)


def test_the_refusal_of_a_return_leads_to_a_quote_for_a_matching_single(desk: ReturnDesk) -> None:
    earrings = pair(desk.shop)
    sale = desk.sold(earrings)
    with pytest.raises(PairIncomplete) as refused:
        desk.take(sale, Fault.WRONG_STYLE, LeadsTo.EXCHANGE, mg=2_010)
    client = desk.shop.client()
    page = client.get(refused.value.next_url)
    assert "Make a matching single, quoted first" in page.text
    asked = {"piece": earrings.number, "job": "matching", "card": ""}
    client.post("/tickets/new/", asked)
    ticket = Ticket.objects.get()
    job = ticket.jobs.get()
    assert (job.kind, job.basis, ticket.estimate_only) == (JobKind.MATCHING, Basis.PAID, True)


def test_the_seed_list_has_a_price_for_it_beside_a_list_of_before(shop: Shop) -> None:
    seed.put_seed_care_prices()
    CarePrice.objects.filter(kind=JobKind.MATCHING).delete()
    seed.put_seed_care_prices()
    row = care_prices.row_for(
        kind="matching", metal="Au", category="", on=places.business_day(shop.s01)
    )
    assert row is not None
    assert row.cents == 30_000


def test_one_of_a_pair_is_taken_in_but_proves_nothing(shop: Shop) -> None:
    service, earrings = open_service_desk(shop), pair(shop)
    card = Card.objects.get(sale_line__sale=shop.sell(earrings))
    ticket = service.weigh_in(service.receive(card), 2_010)
    assert ticket.identified_by == ""  # half a pair has the weight of many things
    assert ticket.weights.get(moment=WeighedAt.IN).mg == 2_010
    other = shop.ring()
    second = service.receive(Card.objects.get(sale_line__sale=shop.sell(other)))
    with pytest.raises(NotThisPiece):
        service.weigh_in(second, other.gross_mg // 2)
    # what was given back alone is not the weight of the pair
    done(service, ticket)
    assert service_desk.known_mg(earrings) == 4_000


def done(service: ServiceDesk, ticket: Ticket) -> None:
    service.task(ticket, JobKind.POLISH, Basis.PAID)
    service.photograph(ticket)
    service.sign(ticket)
    quotes.approve_on_tablet(quote=service.quoted(ticket, 0), drawn=SIGNED, by=service.by)
    service.hand_back(service.work(ticket), 2_010)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.COLLECTED
