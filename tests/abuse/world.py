"""A row of every kind in S01 for every address that names one, and people elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from appraisal import checks, identities, scrap
from appraisal.identities import Paper
from appraisal.models import Melt, ScrapBag, TradeIn, TradeInRule
from counter import (
    cash_cases,
    clerks,
    customers,
    deposit_lines,
    gifts,
    programs,
    return_seed,
    service_fees,
    webhooks,
)
from counter.models import (
    ApiKey,
    CashCase,
    CountItem,
    Delivery,
    DeliveryState,
    Deposit,
    Gift,
    Handover,
    ItemKind,
    Return,
    ReturnWindow,
    Role,
    Sale,
    WebhookSecret,
)
from inventory import places, shipment_surpluses, transfers, uploads
from inventory.ground import changes, notices
from inventory.models import Notice, Photo, Piece, PieceUpload, Shipment, StocktakeSheet, Transfer
from tests import counts, scrap_bags, sheets, stocktake_stages, stocktakes
from tests import shipments as parcels
from tests.abuse import ordered
from tests.cast import PASSWORD, Shop, card_of
from tests.deposits import Owing
from tests.inventory.lists import CHARM, csv_of
from tests.old_gold import Desk, open_desk
from tests.old_gold_bills import put_rule
from tests.receivers import endpoint
from tests.returns import ReturnDesk
from tests.service_desk import ServiceDesk
from tests.store_credit import earned
from warranty import quotes
from warranty.models import Basis, Institution, JobKind, Plan, Ticket

# whom the cast has at S01 and at head office, and the showroom's clerk
PEOPLE = ("lin", "qian", "chen", "wang", "head", "gao")


@dataclass(frozen=True)
class Rows:
    """What the addresses of S01 name."""

    piece: Piece
    sale: Sale
    bill: Sale
    transfer: Transfer
    shipment: Shipment  # on the road to head office
    signed: Handover
    count: Handover
    upload: PieceUpload
    investigation: int
    read: int
    weighed: int  # a piece against its label, at the scale A1
    trade_in: TradeIn
    bag: ScrapBag
    bar: Melt
    cash_case: int
    creditor: int  # a customer with store credit
    back: Return
    ticket: Ticket
    fee: int  # of another ticket, on the open bill
    notice: int
    key: int  # of a program of head office
    delivery: int  # set aside, of an endpoint with two secrets
    counting: stocktake_stages.Counting  # at B-07 and B-08
    sample: int  # of B-07, drawn for the scale
    published: StocktakeSheet  # a ring was missing
    deposit: Deposit  # for an order in the queue of S01
    deposit_line: int  # for the same order, on the open bill
    order: ordered.Ordered  # in the queue of S01

    @property
    def card(self) -> str:
        return card_of(self.sale).number


def stocked(shop: Shop) -> Rows:
    """A sold ring, an open bill half paid, a transfer, a signed sheet with a lost ring, a count
    that is open at counter B, and a list of pieces that waits."""
    CountItem.objects.create(store=shop.s01, kind=ItemKind.KEY, name="柜台钥匙", expected=3)
    signed = sheets.signed(shop, lacking=[shop.ring()])
    sale = shop.sell(shop.ring(place=shop.tray("A-02")))
    bill = shop.bill(shop.charm(place=shop.tray("A-02")))
    gifts.give(line=bill.lines.get(), kind="member", words="绳", value_cents=500, by=shop.lin)
    shop.pay(bill, cents=100)
    lent = shop.piece(place=shop.tray("A-03"))
    moved = transfers.hand_over(
        rows=[lent], to=shop.tray("A-04"), sender=shop.lin, receiver=shop.zhao, lent=True
    )
    there = shop.piece(place=shop.tray("B-01"))
    count = counts.begin(shop, shop.b)
    counts.scan(count, "B-01", [there], by=shop.lin)
    content = csv_of(CHARM)
    desk = open_desk(shop)
    return Rows(
        piece=shop.piece(place=shop.tray("A-05")),
        sale=sale,
        bill=bill,
        transfer=moved,
        shipment=_shipment(shop),
        signed=signed,
        count=count,
        upload=uploads.keep(store=shop.s01, content=content, name="goods.csv", by=shop.wang),
        investigation=signed.investigations.get().pk,
        read=count.reads.get().pk,
        weighed=_weighed(desk),
        trade_in=_identified(desk),
        bag=scrap_bags.sealed(desk, "F-1"),
        bar=scrap_bags.melted(desk, scrap_bags.sealed(desk, "F-2")),
        cash_case=_cash_case(shop),
        creditor=_creditor(desk),
        back=_back(shop),
        ticket=_ticket(shop),
        fee=_fee(shop, bill),
        notice=_notice(shop),
        key=_key(shop),
        delivery=_delivery(shop),
        published=_published(shop),
        order=ordered.placed(shop),
        **_deposits(shop, bill),
        **_counting(shop),
    )


def _deposits(shop: Shop, bill: Sale) -> dict[str, Any]:
    """Money that was paid for an order, and more of it on the open bill."""
    owing = Owing(shop)
    deposit = owing.take(300_000, order=owing.order())
    line = deposit_lines.add_line(
        sale=bill, cents=100, terms=owing.terms(), order=deposit.order, by=shop.lin
    )
    return {"deposit": deposit, "deposit_line": line.pk}


def _counting(shop: Shop) -> dict[str, Any]:
    """Counted by lin and zhao; what lin has read goes on the scale by itself."""
    now = stocktake_stages.counting(shop, "B-07", "B-08")
    sample = stocktake_stages.draw_sample(shop, now.stocktake, "B-07")
    return {"counting": now, "sample": sample.pk}


def _published(shop: Shop) -> StocktakeSheet:
    """Of one tray, in which a ring was missing."""
    ring = shop.ring(place=shop.tray("A-09"))
    return stocktakes.published(shop, "A-09", missing=[ring])


def _shipment(shop: Shop) -> Shipment:
    """A necklace that has left for head office; beside it lies a piece that is not on the slip."""
    necklace, strange = (shop.piece(place=shop.tray("A-06")) for _n in range(2))
    sent = parcels.send(shop, necklace, to=shop.hq)
    with changes.opened(store=shop.hq, by=shop.head) as book:
        shipment_surpluses.note(shipment=sent, rows=[strange], book=book)
    return sent


def _identified(desk: Desk) -> TradeIn:
    """Old gold whose seller has shown a paper."""
    trade_in = desk.receive()
    paper = Paper(
        kind="passport", number="E12345678", name="周小梅", valid_until=identities.FOR_LIFE
    )
    identities.take(trade_in=trade_in, paper=paper, by=desk.by)
    return trade_in


def _cash_case(shop: Shop) -> int:
    """A customer who paid much in cash on one day."""
    who = customers.find_or_make(phone="13800000009", name="", store=shop.s01, by=shop.lin)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        day = places.business_day(shop.s01)
        told = {"customer": who, "business_day": day, "due_on": cash_cases.due_on(day)}
        case = CashCase(store=shop.s01, in_cents=10_000_000, out_cents=0, **told)
        book.write([case], kind="cash_case_opened", number=shop.s01.code)
    return case.pk


def _creditor(desk: Desk) -> int:
    """A customer whose old gold was worth more than what they bought."""
    put_rule(surplus="credit")
    who = customers.find_or_make(phone="13800000008", name="", store=desk.shop.s01, by=desk.by)
    earned(desk, who)
    return who.pk


def _fee(shop: Shop, bill: Sale) -> int:
    """What the work on somebody's chain costs lies on the open bill."""
    desk = ServiceDesk(shop)
    ticket = desk.receive()
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    quotes.answer_by_link(quote=desk.quoted(ticket, 8_000), approved=True)
    return service_fees.put_on_bill(sale=bill, ticket=ticket, cents=None, by=shop.lin).pk


def _notice(shop: Shop) -> int:
    """A customer is to be told something."""
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        notices.queue(kind="ready", document="S01-W1", address="13800000007", words=str, book=book)
    return Notice.objects.get(document="S01-W1").pk


def _key(shop: Shop) -> int:
    """A program of head office reads the sales."""
    client = programs.register(
        name="erp", scopes=["sales:read"], stores=[shop.s01], expires_at=None, by=shop.head
    )
    programs.make_key(client=client, by=shop.head)
    return client.keys.get().pk


def _delivery(shop: Shop) -> int:
    """An event that an endpoint did not take."""
    row, _secret = endpoint("https://erp.example/hook", by=shop.head)
    webhooks.make_secret(webhook=row, by=shop.head)
    now = timezone.now()
    told = {"event": "sale.completed", "number": "S01-S1", "at": now, "due_at": now}
    aside = {"state": DeliveryState.DEAD, "tries": 10, "status": 500, "answer": "out of order"}
    return Delivery.objects.create(webhook=row, store=shop.s01, seq=1, **told, **aside).pk


def _ticket(shop: Shop) -> Ticket:
    """A customer's chain that is to be soldered."""
    desk = ServiceDesk(shop)
    ticket = desk.receive()
    desk.task(ticket, JobKind.SOLDER, Basis.PAID)
    listed = Institution.objects.create(store=shop.s01, name="上海国检")
    desk.task(ticket, JobKind.APPRAISAL, Basis.PAID, institution=listed)
    return ticket


def _back(shop: Shop) -> Return:
    """A ring that came back, checked and not settled."""
    return_seed.put_seed_windows()
    desk = ReturnDesk(shop)
    return desk.take(desk.sold(shop.ring(place=shop.tray("A-05"))))


def _weighed(desk: Desk) -> int:
    """A necklace that was put on the desk's scale for a customer."""
    shown, piece = desk.on_scale(8_720), desk.shop.piece(place=desk.shop.tray("A-05"))
    result = checks.check(store=desk.shop.s01, shown=shown, by=desk.by, piece=piece)
    return int(result.weighing.pk)


# how an address of S01 is filled in; counter B and its trays are nowhere else
FILL: Mapping[str, Callable[[Rows], Any]] = {
    "sell/piece/<number>/": lambda rows: rows.piece.number,
    "sell/<uuid:uuid>/": lambda rows: rows.bill.uuid,
    "sell/<uuid:uuid>/deposits/<int:line_id>/": lambda rows: rows.deposit_line,
    "<uuid:deposit>": lambda rows: rows.deposit.uuid,
    "deposits/<uuid:uuid>/": lambda rows: rows.deposit.uuid,
    "orders/<number>/lock/": lambda rows: rows.deposit.order,
    "orders/<number>/": lambda rows: rows.order.order.number,
    "orders/new/<uuid:uuid>/": lambda rows: rows.order.draft.uuid,
    "orders/offers/<code>/": lambda rows: "B1001",
    "<style>": lambda rows: "B1001",
    "<int:question_id>": lambda rows: rows.order.question,
    "<int:version>": lambda rows: rows.order.order.version,
    "<int:ordered_id>": lambda rows: rows.order.ordered,
    "<int:stone_id>": lambda rows: rows.order.stone,
    "<int:parcel_id>": lambda rows: rows.order.parcel,
    "<int:row_id>": lambda rows: rows.bill.tendered.get().pk,
    "<int:line_id>": lambda rows: rows.bill.lines.get().pk,
    "sales/<number>/": lambda rows: rows.sale.number,
    "<int:window_id>": lambda rows: ReturnWindow.objects.earliest("pk").pk,
    "<int:gift_id>": lambda rows: Gift.objects.earliest("pk").pk,
    "returns/<number>/": lambda rows: rows.back.number,
    "cards/<number>/": lambda rows: rows.card,
    "<int:plan_id>": lambda rows: Plan.objects.earliest("pk").pk,
    "pieces/<number>/": lambda rows: rows.piece.number,
    "pieces/import/<int:upload_id>/": lambda rows: rows.upload.pk,
    "transfers/new/<number>/": lambda rows: rows.piece.number,
    "transfers/<number>/": lambda rows: rows.transfer.number,
    "shipments/<number>/": lambda rows: rows.shipment.number,
    "shipments/<number>/too-many/<piece>/": lambda rows: rows.shipment.surpluses.get().piece.number,
    "shipments/<number>/pieces/<piece>/": lambda rows: rows.shipment.lines.get().piece.number,
    "stocktakes/<number>/": lambda rows: rows.counting.stocktake.number,
    "stocktakes/<number>/sheet.pdf": lambda rows: rows.published.number,
    "stocktakes/<number>/lines.ndjson": lambda rows: rows.published.number,
    "stocktakes/<number>/lines.csv": lambda rows: rows.published.number,
    "stocktakes/<number>/lines.parquet": lambda rows: rows.published.number,
    "stocktakes/<number>/places/<place>/": lambda rows: "B-07",
    "stocktakes/<number>/places/<place>/no-label/<int:row_id>/": (
        lambda rows: rows.counting.unlabelled.pk
    ),
    "stocktakes/<number>/places/<place>/supplies/<int:row_id>/": (
        lambda rows: rows.counting.supply.pk
    ),
    "stocktakes/<number>/places/<place>/samples/<int:row_id>/": (lambda rows: rows.sample),
    "stocktakes/<number>/differences/<int:pk>/": lambda rows: rows.counting.difference.pk,
    "handovers/<number>/sheet.pdf": lambda rows: rows.signed.number,
    "handovers/<number>/": lambda rows: rows.count.number,
    "<int:item_id>": lambda rows: rows.count.items.get().pk,
    "<int:read_id>": lambda rows: rows.read,
    "<tender>": lambda rows: "cash",
    "<place>": lambda rows: "B-01",
    "trade-ins/new/<int:position>/": lambda rows: 1,
    "<int:rule_id>": lambda rows: TradeInRule.objects.earliest("pk").pk,
    "trade-ins/<number>/": lambda rows: rows.trade_in.number,
    "<int:piece_id>": lambda rows: rows.trade_in.old_pieces.get().pk,
    "scrap-bags/samples/<number>/": lambda rows: scrap.trade_in_of(rows.bag).number,
    "scrap-bags/melts/<number>/": lambda rows: rows.bar.number,
    "scrap-bags/<number>/": lambda rows: rows.bag.number,
    "photos/<uuid:uuid>/": lambda rows: Photo.objects.earliest("pk").uuid,
    "<size>": lambda rows: "small",
    "investigations/<int:pk>/": lambda rows: rows.investigation,
    "head-office/cash/<int:pk>/": lambda rows: rows.cash_case,
    "<int:client_id>": lambda rows: ApiKey.objects.get(pk=rows.key).client_id,
    "<int:key_id>": lambda rows: rows.key,
    "<int:webhook_id>": lambda rows: Delivery.objects.get(pk=rows.delivery).webhook_id,
    "<int:secret_id>": lambda rows: WebhookSecret.objects.latest("pk").pk,
    "<int:delivery_id>": lambda rows: rows.delivery,
    "customers/<int:customer_id>/": lambda rows: rows.creditor,
    "dealers/<int:customer_id>/": lambda rows: rows.order.dealer,
    "<int:fee_id>": lambda rows: rows.fee,
    "<int:notice_id>": lambda rows: rows.notice,
    "tickets/<number>/": lambda rows: rows.ticket.number,
    "<int:job_id>": lambda rows: rows.ticket.jobs.earliest("pk").pk,
    "<claim_check>": lambda rows: rows.ticket.claim_check,
    "<code>": lambda rows: "B",
    "scales/<code>/": lambda rows: "A1",
    "scales/checks/<int:pk>/": lambda rows: rows.weighed,
    "<day:day>": lambda rows: rows.sale.business_day,
}


def filled(path: str, rows: Rows) -> str:
    """An address of the URL map with the numbers of S01 in it. KeyError for one that is unknown
    here: whoever adds an address says what it names."""
    parts: list[str] = []
    for part in path.split("/"):
        # how a part is filled depends on what stands in front of it
        before = "/".join([*path.split("/")[: len(parts)], part])
        parts.append(_filled(part, before, path, rows) if "<" in part else part)
    return "/" + "/".join(parts)


def _filled(part: str, before: str, path: str, rows: Rows) -> str:
    for known in (path, f"{before}/", part):
        if known in FILL:
            return str(FILL[known](rows))
    raise KeyError(f"{path}: nobody says what {part} is")


def everybody_elsewhere(shop: Shop) -> list[User]:
    """A person of every role of a shop at S02, and a manager who belongs to no store."""
    roles = (Role.CLERK, Role.CASHIER, Role.CHIEF, Role.MANAGER, Role.SHOWROOM)
    people = [_hire(shop, role, f"{role}-2") for role in roles]
    left = _hire(shop, Role.MANAGER, "left")
    shop.s02.people.remove(left)
    return [*people, left]


def _hire(shop: Shop, role: Role, username: str) -> User:
    return clerks.hire(
        username=username,
        name=username,
        role=role,
        store=shop.s02,
        password=PASSWORD,
        pin="918274",
    ).user
