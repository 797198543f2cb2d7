"""A fault is decided by what was found, and the rows say which styles and suppliers fail."""

from datetime import date, timedelta

import pytest

from counter.books import verify
from inventory.ground import settings_rows
from inventory.ground.errors import BadField, NotAllowed
from tests.cast import Shop
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import claims, jobs, seed
from warranty.claims import Finding, Subject
from warranty.models import Card, Claim


@pytest.fixture
def desk(shop: Shop) -> ServiceDesk:
    return open_service_desk(shop)


@pytest.fixture
def card(desk: ServiceDesk) -> Card:
    return desk.sold_ring()


def decide(desk: ServiceDesk, card: Card, **said: object) -> Claim:
    told = {"fault": "clasp", "cause": "making", "outcome": "repair"} | said
    return claims.decide(
        subject=Subject(piece=card.piece, card=card),
        finding=Finding(**told),  # type: ignore[arg-type]  # because: one dict of several types
        store=desk.shop.s01,
        by=desk.by,
    )


def unclear(desk: ServiceDesk, card: Card, cents: int) -> Claim:
    return decide(desk, card, cause="unclear", goodwill_cents=cents)


def allow(desk: ServiceDesk, **settings: str) -> None:
    for key, new in settings.items():
        settings_rows.put(store=desk.shop.s01, key=key, new=new, by=desk.shop.wang)


def test_a_fault_of_the_making_is_ours(desk: ServiceDesk, card: Card) -> None:
    claim = decide(desk, card, goodwill_cents=5_000)
    assert (claim.is_goodwill, claim.goodwill_cents, claim.card) == (False, 0, card)
    assert not list(verify(desk.shop.s01, full=True))


def test_a_fault_on_a_ticket_is_a_claim_too(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.receive(card)
    claim = claims.decide(
        subject=Subject(piece=card.piece, card=card, ticket=ticket),
        finding=Finding(fault="stone", cause="material", outcome="repair"),
        store=desk.shop.s01,
        by=desk.by,
    )
    assert claim.ticket == ticket


@pytest.mark.parametrize(
    ("basis", "bears", "bears_not"),
    [("warranty", "making", "unclear"), ("goodwill", "unclear", "making")],
)
def test_work_at_the_houses_cost_needs_its_claim(
    desk: ServiceDesk, card: Card, basis: str, bears: str, bears_not: str
) -> None:
    allow(desk, goodwill="yes", goodwill_month_cents="100000")
    ticket = desk.weigh_in(desk.receive(card), card.piece.gross_mg)
    decide(desk, card, cause=bears_not, goodwill_cents=2_000)
    with pytest.raises(jobs.ClaimNeeded) as refused:
        desk.task(ticket, "solder", basis)
    assert refused.value.next_url == f"/claims/?code={ticket.number}"
    decide(desk, card, cause=bears, goodwill_cents=2_000)
    assert desk.task(ticket, "solder", basis).basis == basis


def test_only_the_same_work_on_the_same_thing_is_done_again(desk: ServiceDesk) -> None:
    seed.put_seed_care_prices()
    done = desk.hand_back(desk.work(desk.priced_chain(yes=True, cents=0)), 5_400)
    before = done.jobs.get()
    again, other = desk.receive(wish={"redo_of": done}), desk.receive()
    for ticket, kind in ((other, "solder"), (again, "replating")):
        with pytest.raises(jobs.NotGuaranteed):
            desk.task(ticket, kind, "warranty", redo_of=before)
    assert desk.task(again, "solder", "warranty", redo_of=before).redo_of == before


def test_what_is_not_ours_is_borne_by_no_claim(desk: ServiceDesk) -> None:
    with pytest.raises(jobs.ClaimNeeded):
        desk.task(desk.receive(), "solder", "goodwill")


def test_the_claim_of_a_ticket_leads_back_to_it(desk: ServiceDesk, card: Card) -> None:
    ticket = desk.receive(card)
    said = {"code": ticket.number, "fault": "clasp", "cause": "making", "outcome": "repair"}
    done = desk.shop.client().post("/claims/new/", said)
    assert done["Location"] == f"/tickets/{ticket.number}/"


@pytest.mark.parametrize("cause", ["wear", "damage", "foreign_work"])
def test_what_is_not_ours_is_not_borne(desk: ServiceDesk, card: Card, cause: str) -> None:
    with pytest.raises(claims.NotCovered):
        decide(desk, card, cause=cause)
    assert not Claim.objects.exists()


def test_a_refusal_says_its_reason(desk: ServiceDesk, card: Card) -> None:
    with pytest.raises(claims.ReasonNeeded):
        decide(desk, card, cause="wear", outcome="refused", reason=" ")
    claim = decide(desk, card, cause="wear", outcome="refused", reason="worn through")
    assert claim.reason == "worn through"


def test_what_is_unclear_is_borne_within_the_month(desk: ServiceDesk, card: Card) -> None:
    allow(desk, goodwill_month_cents="10000")
    assert unclear(desk, card, 6_000).is_goodwill
    with pytest.raises(claims.GoodwillSpent, match=r"40\.00"):
        unclear(desk, card, 4_001)
    assert unclear(desk, card, 4_000).goodwill_cents == 4_000


def test_last_months_goodwill_does_not_count(desk: ServiceDesk, card: Card) -> None:
    today = unclear(desk, card, 200_000).business_day
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert claims.goodwill_left_cents(desk.shop.s01, on=today) == 0
    assert claims.goodwill_left_cents(desk.shop.s01, on=next_month) == 200_000


def test_goodwill_says_what_it_costs(desk: ServiceDesk, card: Card) -> None:
    with pytest.raises(BadField):
        unclear(desk, card, 0)


def test_a_chain_gives_no_goodwill_unless_it_says_so(desk: ServiceDesk, card: Card) -> None:
    allow(desk, bundle="chain")
    with pytest.raises(claims.GoodwillOff):
        unclear(desk, card, 1_000)
    allow(desk, goodwill="yes")
    assert unclear(desk, card, 1_000).is_goodwill


def test_stock_and_other_pieces_are_no_claims(desk: ServiceDesk, card: Card) -> None:
    ours = desk.shop.piece()
    finding = Finding(fault="clasp", cause="making", outcome="repair")
    told = {"finding": finding, "store": desk.shop.s01}
    with pytest.raises(claims.NeverSold):
        claims.decide(subject=Subject(piece=ours), by=desk.by, **told)  # type: ignore[arg-type]  # because: one dict of several types
    other = desk.sold_ring()
    with pytest.raises(claims.OtherPiece):
        claims.decide(subject=Subject(piece=card.piece, card=other), by=desk.by, **told)  # type: ignore[arg-type]  # because: one dict of several types
    with pytest.raises(NotAllowed):
        claims.decide(subject=Subject(piece=card.piece), by=desk.shop.qian, **told)  # type: ignore[arg-type]  # because: one dict of several types


def test_the_report_counts_styles_and_suppliers(desk: ServiceDesk, card: Card) -> None:
    decide(desk, card)
    unclear(desk, card, 1_000)
    decide(desk, desk.sold_ring())
    since, until = date(2020, 1, 1), date(2100, 1, 1)
    worst = claims.by_style(desk.by, since=since, until=until)[0]
    assert (worst.name, worst.claims, worst.ours) == (card.piece.style.code, 2, 1)
    assert worst.goodwill_cents == 1_000
    assert claims.by_supplier(desk.by, since=since, until=until) == []
    (supplier,) = claims.by_supplier(desk.shop.head, since=since, until=until)
    assert (supplier.name, supplier.claims) == ("S09", 3)


def test_the_page_takes_a_claim_and_shows_it(desk: ServiceDesk, card: Card) -> None:
    client = desk.shop.client()
    page = client.get("/claims/", {"code": card.number}).text
    assert card.number in page
    told = {"code": card.number, "fault": "clasp", "cause": "making", "outcome": "repair"}
    page = client.post("/claims/new/", told, follow=True).text
    assert card.piece.style.code in page
    assert "S09" not in page
    assert "S09" in desk.shop.client(desk.shop.head).get("/claims/").text
    assert "No claims" in client.get("/claims/", {"month": "2020-02"}).text


def test_the_page_says_why_not(desk: ServiceDesk, card: Card) -> None:
    told = {"code": card.number, "fault": "clasp", "cause": "wear", "outcome": "repair"}
    answer = desk.shop.client().post("/claims/new/", told)
    assert answer.headers["X-Refusal"] == "not_covered"
