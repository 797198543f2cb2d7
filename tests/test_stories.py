"""A day at the counter, through the pages; every story ends with the books in agreement."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from counter import differences
from counter.models import (
    Handover,
    HandoverLine,
    HandoverState,
    Investigation,
    Sale,
    Shift,
    TrayCount,
)
from inventory.ground import approvals, measures
from inventory.models import LedgerHead, Piece, State
from tests.cast import PASSWORD, PINS, KeyedClient, Shop
from tests.counters import in_notes
from tests.paper import codes_of
from warranty.models import Card, CardPrint

DATA = Path(__file__).parent / "data"
GOLD, DIAMOND = "1000017387", "1000009683"  # 足金吊坠 by weight, 18K金钻石戒指 fixed price


@pytest.fixture
def books_agree_afterwards(shop: Shop) -> Iterator[None]:
    yield
    call_command("verify_books", "--full", verbosity=0)


def bring_in(manager: Client) -> None:
    """The manager brings the supplier's list in: choose, read the report, write it."""
    content = (DATA / "pieces_sample_gb18030.csv").read_bytes()
    file = SimpleUploadedFile("pieces.csv", content, content_type="text/csv")
    kept = manager.post("/pieces/import/", {"file": file, "store": "S01"})
    report = manager.get(kept.headers["Location"]).content.decode()
    assert "400" in report
    assert "Every row is right." in report
    assert manager.post(kept.headers["Location"]).status_code == 303


@pytest.mark.usefixtures("books_agree_afterwards")
def test_from_the_suppliers_list_to_the_customers_telephone(shop: Shop) -> None:
    bring_in(shop.client(shop.wang))
    assert Piece.objects.filter(store=shop.s01, state=State.ON_SALE).count() == 400
    call_command("import_prices", str(DATA / "metal_prices_sample.csv"), verbosity=0)

    tablet = KeyedClient()
    tablet.post("/sign-in/", {"username": "zhao", "password": PASSWORD})
    tablet.post("/switch/", {"username": "lin", "pin": PINS["lin"]})
    tablet.post("/shifts/A/open/")
    bill = tablet.post("/sell/", {"code": GOLD}).headers["Location"]
    tablet.post(f"{bill}add/", {"code": DIAMOND})
    # 1.86 g × ¥1,177.00 + 1.86 g × ¥25.00, and ¥7,572.00
    total = 218_922 + 4_650 + 757_200
    assert "9,807.72" in tablet.get(bill).content.decode()
    tablet.post(f"{bill}confirm/")
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "1000"})
    scanned = {"tender": "wechat", "amount": "8807.72", "merchant_number": "4200" + "1" * 24}
    tablet.post(f"{bill}pay/", scanned)
    done = tablet.post(f"{bill}complete/", {"shown_cents": total})
    sale = Sale.objects.get(number__isnull=False)
    assert done.headers["Location"] == f"/sales/{sale.number}/"

    receipt = tablet.get(f"/sales/{sale.number}/receipt.pdf")
    assert receipt.headers["Content-Type"] == "application/pdf"
    printed = tablet.post(f"/sales/{sale.number}/cards/").headers["Location"]
    paper = tablet.get(printed)
    assert CardPrint.objects.count() == 2
    found = codes_of(paper.content)
    for card in Card.objects.all():
        assert card.number in found
        assert f"HTTP://127.0.0.1:8000/W/{card.number}" in found
        telephone = Client().get(f"/W/{card.number}")
        assert telephone.status_code == 200
        assert card.piece.name in telephone.content.decode()


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_silver_charm_is_scan_tender_done(shop: Shop) -> None:
    charm = shop.charm()
    tablet = shop.client()
    bill = tablet.post("/sell/", {"code": charm.number}).headers["Location"]
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "98"})
    done = tablet.post(f"{bill}complete/", {"shown_cents": 9_800})
    page = tablet.get(done.headers["Location"]).content.decode()
    card = Card.objects.get()
    assert card.plan.hand_out == "receipt"
    assert "98.00" in page
    slip = tablet.get(f"{done.headers['Location']}receipt.pdf").content
    assert any(card.number in each for each in codes_of(slip))


@pytest.mark.usefixtures("books_agree_afterwards")
def test_the_price_changes_between_scan_and_payment(shop: Shop) -> None:
    tablet = shop.client()
    bill = tablet.post("/sell/", {"code": shop.piece().number}).headers["Location"]
    shop.put_up(9990, 118_700)
    assert "The metal price has changed." in tablet.get(bill).content.decode()
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "10594.80"})
    refused = tablet.post(f"{bill}complete/", {"shown_cents": 1_059_480})
    assert refused.headers["X-Refusal"] == "total_changed"
    assert "10,682.00" in refused.content.decode()
    tablet.post(f"{bill}refresh/")
    tablet.post(f"{bill}pay/", {"tender": "cash", "amount": "87.20"})
    assert tablet.post(f"{bill}complete/", {"shown_cents": 1_068_200}).status_code == 303


@pytest.mark.usefixtures("books_agree_afterwards")
def test_two_customers_at_once_and_one_who_leaves(shop: Shop) -> None:
    tablet = shop.client()
    first = tablet.post("/sell/", {"code": shop.piece().number}).headers["Location"]
    tablet.post(f"{first}mark/", {"mark": "red hat"})
    second = tablet.post("/sell/", {"code": shop.charm().number}).headers["Location"]
    assert "red hat" in tablet.get(second).content.decode()
    tablet.post(f"{first}give-up/")
    assert "red hat" not in tablet.get(second).content.decode()
    assert Piece.objects.filter(state=State.HELD).count() == 1


class Counter:
    """One counter through the pages: what the people in front of it do with a tablet."""

    def __init__(self, shop: Shop, code: str = "A") -> None:
        self.shop, self.code = shop, code
        self.tablets = {name: shop.client(shop.people[name]) for name in ("lin", "zhao", "chen")}
        self.at = ""

    def begin(self, who: str, kind: str, **people: str) -> None:
        answer = self.tablets[who].post(f"/handovers/start/{self.code}/", {"kind": kind} | people)
        self.at = answer.headers["Location"].partition("?")[0]

    def count_tray(self, who: str, code: str, *, but: Sequence[Piece] = ()) -> None:
        tray = f"{self.at}trays/{code}"
        self.tablets[who].post(f"{tray}/open/", {"take_over": "on"})
        lying = Piece.objects.filter(place__code=code, place__store=self.shop.s01)
        for piece in lying.exclude(pk__in=[each.pk for each in but]).exclude(state=State.MISSING):
            assert (
                self.tablets[who].post(f"{tray}/scan/", {"code": piece.number}).status_code == 303
            )
        handed_in = self.tablets[who].post(f"{tray}/hand-in/", {"seen_seq": self.seq})
        assert handed_in.status_code == 303, handed_in.content.decode()

    @property
    def seq(self) -> int:
        return LedgerHead.objects.get(store=self.shop.s01).seq

    def count_rest(self, who: str, cash: str = "0") -> None:
        """All that lies in trays is counted already; the cash as its notes."""
        tablet = self.tablets[who]
        begun = TrayCount.objects.filter(state="counting", by=self.shop.people[who])
        places = [tray.place.code for tray in begun.select_related("place")]
        fields = {"place": places[0]} if places else {}
        assert tablet.post(f"{self.at}empty/", fields).status_code == 303
        self.count_cash(who, cash)
        assert tablet.post(f"{self.at}no-slips/").status_code == 303

    def count_cash(self, who: str, yuan: str) -> None:
        """¥218.00 is two hundreds, a ten, a five and three ones."""
        notes = in_notes(measures.read_yuan(yuan))
        fields = {f"of-{value}": str(n) for value, n in notes.items()}
        assert self.tablets[who].post(f"{self.at}money/cash/", fields).status_code == 303

    def sign(self, who: str, side: str, **more: str) -> None:
        """Signs at the tablet of `lin`, whoever's PIN it is."""
        fields = {"signer": f"{side}:{who}", "pin": PINS[who]} | more
        answer = self.tablets["lin"].post(f"{self.at}sign/", fields)
        assert answer.status_code == 303, answer.content.decode()

    def page(self, who: str = "lin") -> str:
        return str(self.tablets[who].get(self.at).content.decode())


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_small_shop_closes_alone_and_two_open_it_in_the_morning(shop: Shop) -> None:
    shop.ring()
    counter = Counter(shop)
    counter.begin("lin", "close")
    counter.count_tray("lin", "A-01")
    counter.count_rest("lin")
    counter.sign("lin", "outgoing", alone="on")
    assert not Shift.objects.filter(counter=shop.a, closed_at__isnull=True).exists()
    assert "Not witnessed" in counter.page() or "not witnessed" in counter.page()
    counter.sign("chen", "witness")
    evening = counter.at

    counter.begin("zhao", "open", incoming="zhao")
    counter.count_tray("zhao", "A-01")
    counter.count_rest("zhao")
    counter.sign("zhao", "incoming")
    counter.sign("lin", "witness")

    shift = Shift.objects.get(counter=shop.a, closed_at__isnull=True)
    assert (shift.opened_by, shift.counted) == (shop.zhao, True)
    assert counter.at != evening


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_customer_buys_in_the_middle_of_the_count(shop: Shop) -> None:
    """Selling goes on: what is sold leaves the count by itself, its money is in the drawer."""
    charm, ring = shop.charm(), shop.ring()
    counter = Counter(shop)
    counter.begin("lin", "change", outgoing="lin", incoming="zhao")
    tray = f"{counter.at}trays/A-01"
    counter.tablets["lin"].post(f"{tray}/open/")
    for piece in (charm, ring):
        counter.tablets["lin"].post(f"{tray}/scan/", {"code": piece.number})
    shop.sell(charm)
    counter.tablets["lin"].post(f"{tray}/hand-in/", {"seen_seq": counter.seq})
    counter.count_rest("lin", cash="98")
    counter.sign("lin", "outgoing")
    counter.sign("zhao", "incoming")

    sheet = Handover.objects.get()
    assert sheet.state == HandoverState.SIGNED
    lines = {line.metal: line for line in HandoverLine.objects.filter(tray__handover=sheet)}
    assert (lines["Au"].counted_pieces, lines["Au"].closing_pieces) == (1, 1)
    # the silver charm came in and went out during the shift
    assert (lines["Ag"].in_pieces, lines["Ag"].out_pieces, lines["Ag"].counted_pieces) == (1, 1, 0)


@pytest.mark.usefixtures("books_agree_afterwards")
def test_a_forgotten_shift_sells_at_once_and_its_difference_stays_with_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lin went home without closing; Zhao stands there in the morning with a customer."""
    ring, charm = shop.ring(), shop.charm()
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)  # the clock is the edge
    counter = Counter(shop)
    counter.tablets["zhao"].post("/shifts/A/open/")
    provisional = Shift.objects.get(counter=shop.a, set_aside_at=None, closed_at=None)
    assert (provisional.opened_by, provisional.counted) == (shop.zhao, False)
    sale = shop.sell(charm, by=shop.zhao)
    assert sale.shift == provisional

    counter.begin("zhao", "change", outgoing="lin", incoming="zhao")
    for who in ("zhao", "chen"):
        counter.count_tray(who, "A-01", but=[ring])
    sheet = Handover.objects.get(state="counting")
    tray = TrayCount.objects.select_related("place", "handover__store").get(
        handover=sheet, place__code="A-01"
    )
    approvals.grant(
        ask=differences.accept_ask(tray), store=shop.s01, asked_by=shop.zhao, by=shop.chen
    )
    counter.tablets["zhao"].post(f"{counter.at}trays/A-01/accept/", {"reason": "not found"})
    counter.count_rest("zhao", cash="98")
    counter.sign("zhao", "incoming")
    counter.sign("wang", "manager", reason="Lin is ill")

    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED
    assert (sheet.shift, sheet.next_shift) == (shop.shift, provisional)
    provisional.refresh_from_db()
    assert provisional.counted
    assert Investigation.objects.get().handover.shift == shop.shift
    counter.sign("lin", "outgoing")
    assert sheet.signatures.get(user=shop.lin).later
