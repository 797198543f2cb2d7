"""Pieces that come back, in few words: sold, brought, checked, settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import translation

from appraisal import seed
from appraisal.weighings import Shown
from counter import (
    acknowledgements,
    bills,
    books,
    exchanges,
    reductions,
    refunds,
    return_seed,
    returns,
    sales,
)
from counter.models import LeadsTo, Part, Return, Sale, SaleLine
from counter.returned_pieces import InHand
from counter.returns import Wish
from inventory.ground import approvals, photos, settings_rows
from inventory.ground.approvals import ApprovalNeeded
from inventory.models import Photo, Piece, Place
from tests.cast import Shop
from tests.old_gold import picture
from warranty.models import Fault


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Returns at each step, by the names of the screens."""
    with translation.override("zh-hans"):
        desk = open_return_desk(shop)
        ring = shop.ring()
        mall = desk.sold(shop.ring(), mall=ring.price_cents or 0)
        return {
            "sold_for_return": desk.sold(shop.ring()).number or "",
            "to_refund": desk.take(desk.sold(ring)).number,
            "at_the_mall": desk.refund(desk.take(mall)).number,
        }


def open_return_desk(shop: Shop) -> "ReturnDesk":
    seed.put_tolerances()
    return_seed.put_seed_windows()
    desk = ReturnDesk(shop)
    desk.put("cash_float_cents", "100000000")
    return desk


@dataclass
class ReturnDesk:
    """Counter A; `lin` takes back and `chen` agrees."""

    shop: Shop

    @property
    def by(self) -> User:
        return self.shop.lin

    def put(self, key: str, new: str) -> None:
        settings_rows.put(store=self.shop.s01, key=key, new=new, by=self.shop.wang)

    def sold(
        self,
        *rows: Piece,
        days_ago: int = 0,
        off: Mapping[Part, int] | None = None,
        **tenders: int,
    ) -> Sale:
        """A completed sale, in cash or in these tenders; so many cents are off the parts of its
        first piece, and so many days are gone since."""
        sale = self.shop.bill(*rows)
        for part, cents in (off or {}).items():
            line = sale.lines.get(position=1)
            reductions.put(line=line, part=part, cents=cents, reason="friend", by=self.shop.wang)
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        for tender, cents in tenders.items():
            self.shop.pay(sale, tender, cents=cents, number=f"{tender.upper()}-{sale.pk:06}")
        if not tenders:
            self.shop.pay(sale)
        sale = self.complete(sale)
        if days_ago:
            # the day of the sale is covered by its digest: these books are not verified
            earlier = sale.business_day - timedelta(days=days_ago)  # type: ignore[operator]  # because: it is completed
            Sale.objects.filter(pk=sale.pk).update(business_day=earlier)
            sale.refresh_from_db()
        return sale

    def complete(self, sale: Sale) -> Sale:
        total = bills.total_cents(sale, bills.lines_of(sale))
        return sales.complete(sale=sale, shown_cents=total, by=self.by)

    def hand(self, line: SaleLine, mg: int | None = None, **seen: Any) -> InHand:
        """As it was sold, with tag and certificate."""
        known = line.piece.certificates.values_list("number", flat=True).first()
        told: dict[str, Any] = {"tag_intact": True, "unworn": True, "certificate": known or ""}
        shown = Shown(typed_mg=mg or line.piece.gross_mg)
        return InHand(line=line, shown=shown, **told | seen)

    def photo(self) -> Photo:
        return photos.keep(file=picture(), store=self.shop.s01, by=self.by)

    def take(
        self,
        sale: Sale,
        fault: str = Fault.CRACK,
        leads_to: str = LeadsTo.REFUND,
        *,
        lines: Sequence[SaleLine] | None = None,
        mg: int | None = None,
        channel: str = "shop",
        received_on: date | None = None,
        cause: str = "",
        words: str = "",
        counter: Place | None = None,
        **seen: Any,
    ) -> Return:
        """All of a sale, or these lines of it."""
        rows = lines or list(sale.lines.select_related("piece", "sale"))
        return returns.take_back(
            sale=sale,
            wish=Wish(
                fault=fault,
                leads_to=leads_to,
                channel=channel,
                received_on=received_on or (sale.business_day if channel == "distance" else None),
                cause=cause,
                words=words,
            ),
            brought=[self.hand(line, mg, **seen) for line in rows],
            counter=counter or self.shop.a,
            customer_id=None,
            by=self.by,
        )

    def refund(self, back: Return) -> Return:
        """With the second person's yes."""
        try:
            return refunds.settle(back=back, by=self.by)
        except ApprovalNeeded as needed:
            self.agree(needed)
            return refunds.settle(back=back, by=self.by)

    def agree(self, needed: ApprovalNeeded) -> None:
        approvals.grant(ask=needed.ask, store=self.shop.s01, asked_by=self.by, by=self.shop.chen)

    def exchange(self, back: Return, *rows: Piece) -> Sale:
        """Other goods on a new bill, on which the return pays; the rest in cash."""
        sale = self.shop.bill(*rows)
        exchanges.put_down(sale=sale, back=back, by=self.by)
        acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
        due = bills.total_cents(sale, bills.lines_of(sale)) - bills.tendered_cents(sale)
        if due:
            self.shop.pay(sale)
        try:
            return self.complete(sale)
        except ApprovalNeeded as needed:
            self.agree(needed)
            return self.complete(sale)

    def broken(self) -> list[str]:
        """What the books of the store say of themselves; nothing when they agree."""
        return [str(each) for each in books.verify(self.shop.s01, full=True)]


def went_back(back: Return) -> dict[str, int]:
    """Tender to the cents that went back in it, as figures below zero."""
    rows = back.payments.filter(reverses__isnull=False).values_list("tender__code", "amount_cents")
    sums: dict[str, int] = {}
    for code, cents in rows:
        sums[code] = sums.get(code, 0) + cents
    return sums
