"""A piece that was lost on the road and is found: its old slip is over, and nobody takes the piece
from whoever has it now."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from counter import differences, investigations
from counter.books import verify
from counter.models import Investigation
from inventory import pieces, pieces_on_road, shipments
from inventory.ground import approvals, changes
from inventory.ground.approvals import ApprovalNeeded
from inventory.ground.changes import Book
from inventory.models import Piece, Shipment, ShipmentLine, State
from inventory.pieces import PieceMoved
from inventory.shipment_outcomes import SentByYou, outcome_ask
from inventory.shipment_outcomes import settle as say
from inventory.shipment_states import ShipmentMoved
from tests import counters
from tests import shipments as parcels
from tests import stocktakes as counts
from tests.cast import Shop


@pytest.fixture(autouse=True)
def _books_agree(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


def now(piece: Piece) -> tuple[str, str, str]:
    fresh = Piece.objects.select_related("store", "place").get(pk=piece.pk)
    return fresh.store.code, fresh.place.code if fresh.place else "", fresh.state


def broken(shop: Shop) -> list[str]:
    return [str(each) for store in (shop.s01, shop.s02) for each in verify(store)]


def lost_and_found(shop: Shop, ring: Piece) -> Shipment:
    """Sent, lost, and found by a stocktake in A-02 of the store that sent it."""
    sent = parcels.send(shop, ring)
    parcels.settle(shop, sent, ring, "lost")
    stocktake = counts.opened(shop, "A-02")
    counts.count(stocktake, "A-02", [ring], by=shop.lin)
    counts.decide(counts.differences(stocktake)["unexpected"], "surplus", by=shop.chen)
    counts.approved(shop, stocktake)
    return sent


def test_a_count_that_finds_it_closes_its_line(shop: Shop) -> None:
    ring = shop.ring()
    sent = lost_and_found(shop, ring)
    assert now(ring) == ("S01", "A-02", State.ON_SALE)
    line = sent.lines.get()
    sent.refresh_from_db()
    assert (line.state, sent.state) == ("back", "recalled")
    told = line.outcomes.order_by("-pk").first()
    assert told is not None
    assert (told.outcome, told.remark.startswith("S01-")) == ("back", True)


def test_what_is_on_sale_again_is_neither_written_off_nor_received_by_its_old_slip(
    shop: Shop,
) -> None:
    ring = shop.ring()
    sent = lost_and_found(shop, ring)
    with pytest.raises(ShipmentMoved):
        parcels.settle(shop, sent, ring, "written_off")
    with pytest.raises(ShipmentMoved):
        parcels.receive(shop, sent, ring)
    second = parcels.send(shop, ring)
    with pytest.raises(ShipmentMoved):
        parcels.receive(shop, sent, ring)
    parcels.receive(shop, second, ring)
    assert now(ring) == ("S02", "A-01", State.ON_SALE)


@pytest.mark.parametrize("how", ["in a tray", "in the other store", "on another parcel"])
def test_a_line_counts_only_while_its_piece_lies_where_the_parcel_left_it(
    shop: Shop, how: str
) -> None:
    """Whatever wrote the line: the piece is not where the slip says, so the slip moves nothing."""
    ring = shop.ring()
    sent = lost_and_found(shop, ring)
    if how != "in a tray":
        second = parcels.send(shop, ring)
        if how == "in the other store":
            parcels.receive(shop, second, ring)
    before = now(ring)
    with transaction.atomic():
        if how == "on another parcel":
            second.lines.update(state="back", settled_at=second.at)
        sent.lines.update(state="lost")
        for act in ("written_off", "back"):
            with pytest.raises(ShipmentMoved), transaction.atomic():
                parcels.settle(shop, sent, ring, act)
        with pytest.raises(ShipmentMoved), transaction.atomic():
            parcels.receive(shop, sent, ring)
        assert [each for each in broken(shop) if "is lost on a parcel" in each]
        transaction.set_rollback(True)
    assert now(ring) == before


def test_the_database_keeps_a_lost_piece_off_another_parcel(shop: Shop) -> None:
    ring = shop.ring()
    sent = lost_and_found(shop, ring)
    parcels.send(shop, ring)
    with pytest.raises(IntegrityError), transaction.atomic():
        sent.lines.update(state="lost")


def test_a_step_on_the_road_is_one_of_the_table(shop: Shop) -> None:
    """A piece in a tray is not handed over at another store, whoever asks for it."""
    ring = shop.ring(on_sale=False)
    line = ShipmentLine(piece=ring, was=ring.state)
    leg = shipments.leg_of(line, shop.tray("A-01", shop.s02))
    with (
        pytest.raises(PieceMoved),
        changes.opened(store=shop.s01, by=shop.wang) as left,
        changes.opened(store=shop.s02, by=shop.wang) as came,
    ):
        pieces_on_road.arrive(legs=[leg], number="S01-V1", left=left, came=came)
    assert now(ring) == ("S01", "A-01", State.RECEIVED)


def test_the_old_question_of_a_handover_does_not_write_it_off(shop: Shop) -> None:
    """Missing at a handover, found by a stocktake, lost on the road: its transfer tells the end."""
    ring = shop.piece()
    sheet = counters.change(shop)
    for person in (shop.lin, shop.zhao):
        tray = counters.count_tray(sheet, "A-01", by=person, but=[ring])
    counters.agree(shop, differences.accept_ask(tray))
    differences.accept(tray=tray, reason="gone", by=shop.lin)
    counters.sign_both(
        counters.count_rest(sheet, by=shop.lin),
        (counters.OUTGOING, shop.lin),
        (counters.INCOMING, shop.zhao),
    )
    stocktake = counts.opened(shop, "A-02")
    counts.count(stocktake, "A-02", [ring], by=shop.lin)
    counts.decide(counts.differences(stocktake)["unexpected"], "surplus", by=shop.chen)
    counts.approved(shop, stocktake)
    sent = parcels.send(shop, ring)
    parcels.settle(shop, sent, ring, "lost")
    question = Investigation.objects.get()
    told: dict[str, Any] = {"investigation": question, "note": "没找到", "by": shop.wang}
    investigations.close(outcome="written_off", **told)
    assert now(ring) == ("S01", "ROAD", State.MISSING)
    parcels.settle(shop, sent, ring, "back")
    assert now(ring)[0] == "S01"


# --- two people write it off


def test_two_people_say_that_it_is_lost_and_none_of_them_sent_it(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring, sender=shop.wang, handed_by=shop.lin)
    line = sent.lines.select_related("shipment__store", "piece").get()
    with pytest.raises(SentByYou):
        say(line=line, outcome="lost", remark="没到", by=shop.wang)
    with pytest.raises(ApprovalNeeded) as asked:
        say(line=line, outcome="lost", remark="没到", by=shop.head)
    assert ring.number in str(asked.value.ask.summary)
    assert now(ring) == ("S01", "ROAD", State.IN_TRANSIT)
    ask = outcome_ask(line, "lost")
    approvals.grant(ask=ask, store=shop.s01, asked_by=shop.head, by=shop.chen)
    # a yes to the one piece and the one outcome is none to another
    with pytest.raises(ApprovalNeeded):
        other = parcels.send(shop, shop.ring())
        line_of_other = other.lines.select_related("shipment__store", "piece").get()
        say(line=line_of_other, outcome="lost", remark="没到", by=shop.head)
    say(line=line, outcome="lost", remark="没到", by=shop.head)
    line.refresh_from_db()
    with pytest.raises(ApprovalNeeded):
        say(line=line, outcome="written_off", remark="没到", by=shop.head)
    told = line.outcomes.select_related("approval").get()
    assert told.approval is not None
    assert told.approval.approved_by == shop.chen


def test_one_person_says_that_it_never_left(shop: Shop) -> None:
    ring = shop.ring()
    sent = parcels.send(shop, ring, sender=shop.wang, handed_by=shop.lin)
    line = sent.lines.select_related("shipment__store").get()
    say(line=line, outcome="back", remark="在柜里", by=shop.wang)
    assert now(ring) == ("S01", "A-01", State.ON_SALE)


# --- the road is no tray


def test_a_piece_on_the_road_is_entered_into_no_tray(shop: Shop) -> None:
    ring = shop.ring()
    parcels.send(shop, ring)
    ring.refresh_from_db()
    with pytest.raises(PieceMoved), changes.opened(store=shop.s01, by=shop.wang) as book:
        pieces.enter_forgotten(piece=ring, to=shop.tray("A-02"), number="S01-H1", book=book)
    assert now(ring) == ("S01", "ROAD", State.IN_TRANSIT)


def test_the_books_tell_what_is_on_the_road_and_lies_elsewhere(shop: Shop) -> None:
    ring = shop.ring()
    parcels.send(shop, ring)
    with transaction.atomic():
        Piece.objects.filter(pk=ring.pk).update(place=shop.tray("A-02"))
        assert [each for each in broken(shop) if "is on the road and lies in a place" in each]
        transaction.set_rollback(True)


# --- both chains


def test_both_chains_tell_the_later_moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the second store wrote while we waited for its head is not later than what follows."""
    opened: list[Any] = []
    really = Book.__init__

    def begin(self: Book, **told: Any) -> None:
        really(self, **told)
        opened.append(self.at)

    sent = parcels.send(shop, shop.ring())
    monkeypatch.setattr(Book, "__init__", begin)
    with shipments.opened_both(sent, by=shop.head) as (left, came):
        assert len(set(opened)) == 2
        assert left.at == came.at == max(opened)


def test_a_parcel_costs_the_same_for_few_pieces_and_for_many(shop: Shop) -> None:
    def questions(many: int) -> int:
        rings = [shop.ring() for _each in range(many)]
        sent = parcels.send(shop, *rings)
        with CaptureQueriesContext(connection) as asked:
            parcels.receive(shop, sent, *rings)
        return len(asked)

    questions(1)  # the first parcel makes the road of its store
    assert questions(2) == questions(12)
