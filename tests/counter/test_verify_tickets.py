"""What is changed behind the service desk's back is found and named."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection

from counter import books, service_fees
from inventory.ground import changes
from tests.cast import Shop
from tests.conftest import unprotect
from tests.service_desk import ServiceDesk, open_service_desk
from warranty import quotes
from warranty.models import Basis, BenefitEntry, Card, JobKind, PlanBenefit


@dataclass(frozen=True)
class Busy:
    """A desk with a ring whose cleaning the card bears, and a chain that is soldered for money,
    with a deposit on it."""

    desk: ServiceDesk
    card: Card

    def broken(self) -> list[str]:
        return [str(each) for each in books.verify(self.desk.shop.s01)]

    def use_again(self, use: BenefitEntry, *, nth: int, on: date) -> None:
        """Another use of the same benefit that no rule has looked at."""
        row = BenefitEntry(
            card=self.card, benefit=use.benefit, kind="use", nth=nth, on=on, job=use.job
        )
        with changes.opened(store=self.desk.shop.s01, by=self.desk.by) as book:
            book.write([row], kind="benefit_used")


@pytest.fixture
def busy(shop: Shop) -> Busy:
    desk = open_service_desk(shop)
    card = desk.sold_ring()
    desk.free_cleaning(card)
    chain = desk.weigh_in(desk.receive(), 5_000)
    desk.task(chain, JobKind.SOLDER, Basis.PAID)
    quotes.answer_by_link(quote=desk.quoted(chain, 8_000), approved=True)
    chain.refresh_from_db()
    sale = shop.bill()
    service_fees.put_on_bill(sale=sale, ticket=chain, cents=3_000, by=desk.by)
    return Busy(desk, card)


def test_it_agrees_while_work_goes_on(busy: Busy) -> None:
    assert busy.broken() == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE warranty_ticket SET state = 'done'", "is not in the state that its last step"),
        ("UPDATE warranty_ticketstep SET old = 'done' WHERE new = 'approved'",
         "does not follow from the one before"),
        ("UPDATE warranty_ticket SET place_id = NULL", "lies nowhere"),
        ("UPDATE inventory_piece SET state = 'sold', place_id = NULL WHERE state = 'in_service'",
         "its piece is not in service"),
        ("UPDATE warranty_ticket SET piece_id = NULL", "is in service without a ticket"),
        ("UPDATE warranty_ticketjob SET state = 'dropped'", "has a use whose work was not done"),
        ("UPDATE warranty_benefitentry SET job_id = NULL", "is borne by a benefit that was not"),
        ("UPDATE warranty_quote SET total_cents = 1", "total is not the sum of its lines"),
        ("UPDATE inventory_documentcounter SET last = 9 WHERE kind = 'W'",
         "numbers of tickets have a gap"),
        ("UPDATE counter_serviceline SET state = 'sold'", "does not agree with its bill"),
    ],
)  # fmt: skip
def test_it_names_a_row_that_was_changed(busy: Busy, statement: str, named: str) -> None:
    unprotect("default")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    changes.protect()
    found = busy.broken()
    assert any(named in line for line in found), found


def test_a_yearly_benefit_may_be_used_up_in_each_year(busy: Busy) -> None:
    use = BenefitEntry.objects.get(kind="use")
    unprotect("default")
    PlanBenefit.objects.filter(pk=use.benefit_id).update(is_yearly=True)
    rows = BenefitEntry.objects.filter(card=busy.card, benefit=use.benefit_id)
    rows.filter(kind="grant").update(uses=1, on=busy.card.issued_on)
    changes.protect()
    later = busy.card.issued_on + timedelta(days=400)
    busy.use_again(use, nth=2, on=later)
    assert not any("in a year" in line for line in busy.broken())
    busy.use_again(use, nth=3, on=later)
    assert any("used too often in a year" in line for line in busy.broken())
