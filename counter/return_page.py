"""What the pages of a return show: the list, the pieces of a sale with their windows, one return
with its figures and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from appraisal import consents
from counter import (
    bills,
    came_back,
    goodwill,
    made_to_order,
    pieces_back,
    queries,
    refund_shares,
    return_photos,
    return_windows,
    returned_swaps,
)
from counter.came_back import CameBack
from counter.models import LeadsTo, Return, ReturnLine, ReturnState, Sale, SwapTest
from counter.pieces_back import GivenBack, WayBack
from counter.refund_shares import Reckoned, RefundTooLarge, Share
from counter.return_forms import InHandForm, forms_of
from counter.return_windows import Offered
from counter.returned_swaps import TestedSwap
from counter.returns import TAKEN, NothingBack
from inventory import places
from inventory.ground import access
from inventory.models import Photo, Place, State, Store

RECENT = 50


def recent(user: User, store: Store) -> QuerySet[Return]:
    """The returns of a store that this person may see, newest first."""
    rows = access.visible(Return.objects.filter(store=store), user)
    return rows.select_related("sale", "by")[:RECENT]


def return_for(user: User, number: str) -> Return:
    """One return of a store that this person may see."""
    rows = access.visible(Return.objects.all(), user)
    along = rows.select_related(
        "store",
        "counter__store",
        "sale",
        "customer",
        "window",
        "by",
        "approval__approved_by",
    )
    return get_object_or_404(along, number=number)


@dataclass(frozen=True)
class Candidate:
    """A piece of a sale that may come back."""

    found: CameBack
    form: InHandForm
    windows: Sequence[Offered]
    kept: str  # why it comes back for a fault only; empty for most
    photo: Photo | None  # taken now
    sold_photo: Photo | None  # as it was sold, else when it was last in our hands

    @property
    def prefix(self) -> str:
        return f"{self.found.line.pk}-"


@dataclass(frozen=True)
class NewReturn:
    """The pieces that a card, a piece or a receipt brings, all of one sale."""

    code: str
    candidates: Sequence[Candidate]
    gives_goodwill: bool

    @property
    def sale(self) -> Sale:
        return self.candidates[0].found.line.sale

    @property
    def chosen(self) -> list[Candidate]:
        """Those that come back. Refused without any."""
        for each in self.candidates:
            each.form.is_valid()
        rows = [each for each in self.candidates if each.form.cleaned_data.get("back")]
        if not rows:
            raise NothingBack(field="back")
        return rows


def new_return(
    *,
    code: str,
    store: Store,
    by: User,
    session: SessionBase,
    post: Mapping[str, Any] | None = None,
) -> NewReturn:
    """Refused as in `came_back.find`."""
    found = came_back.find(text=code, store=store, by=by)
    today = places.business_day(store)
    candidates = [
        _candidate(each, form, photo=return_photos.taken(session, each.line, store=store), on=today)
        for each, form in zip(found, forms_of(found, post), strict=True)
    ]
    return NewReturn(code, candidates, goodwill.is_given(store))


def _candidate(found: CameBack, form: InHandForm, *, photo: Photo | None, on: date) -> Candidate:
    line, kept = found.line, made_to_order.why_kept(found.line)
    windows = return_windows.offered(
        piece=line.piece,
        bought=line.sale.business_day or on,
        today=on,
        ordered=kept is not None,
    )
    told = str(kept.sentence) if kept else ""
    return Candidate(found, form, windows, told, photo, return_photos.before(line))


@dataclass(frozen=True)
class Refund:
    """One way in which an open return may go back."""

    back: Return
    reckoned: Reckoned

    @property
    def shares(self) -> Sequence[Share]:
        return self.reckoned.parts

    @property
    def cents(self) -> int:
        """What the return counts, less what the rule of its old gold takes off."""
        return returned_swaps.counts_cents(self.back, self.reckoned.swaps)

    @property
    def money_cents(self) -> int:
        """What goes back beside the old pieces."""
        return self.cents - sum(way.cents for way in self.pieces)

    @property
    def swaps(self) -> list[TestedSwap]:
        """Swaps whose rule says something else with the goods that stay."""
        return [each for each in self.reckoned.swaps if each.has_changed]

    @property
    def pieces(self) -> Sequence[WayBack]:
        """The old gold that goes back itself."""
        return self.reckoned.pieces

    @property
    def text(self) -> str:
        """What the customer signs who takes old pieces back."""
        words = [consents.text(way.trade_in, consents.RETURN) for way in self.pieces]
        return " ".join(dict.fromkeys(words))

    @property
    def credited(self) -> list[WayBack]:
        """The old gold of which a part becomes store credit, each with its reason."""
        parts = {share.payment.trade_in_id for share in self.shares if share.becomes_credit}
        return [way for way in self.reckoned.ways if way.trade_in.pk in parts]


@dataclass(frozen=True)
class ReturnPage:
    """One return, and what this person may do with it at this counter."""

    back: Return
    by: User
    counter: Place | None

    @cached_property
    def lines(self) -> list[ReturnLine]:
        return list(self.back.lines.select_related("piece__style", "sale_line__photo", "photo"))

    @cached_property
    def refund(self) -> Refund | None:
        """How it goes back, the old pieces themselves where they may; nothing when less is left
        than it counts."""
        return self._refund(as_pieces=True)

    @cached_property
    def in_credit(self) -> Refund | None:
        """The same where the customer wants store credit for old pieces that may go back."""
        has_choice = self.refund is not None and self.refund.pieces
        return self._refund(as_pieces=False) if has_choice else None

    def _refund(self, *, as_pieces: bool) -> Refund | None:
        if not self.may_refund:
            return None
        try:
            return Refund(self.back, refund_shares.reckon(self.back, as_pieces=as_pieces))
        except RefundTooLarge:
            return None

    @property
    def given(self) -> list[GivenBack]:
        """Old gold that went back itself."""
        return pieces_back.given(self.back) if self.is_taken else []

    @property
    def tested(self) -> list[SwapTest]:
        """What a settled return took off for its old gold."""
        return list(self.back.swap_tests.select_related("trade_in").filter(taken_cents__gt=0))

    @property
    def goodwill_cents(self) -> int:
        """What the house bears of it."""
        return goodwill.of_return(self.back)

    @property
    def paid(self) -> Sequence[Any]:
        return list(self.back.payments.select_related("tender", "sale"))

    @property
    def may_act(self) -> bool:
        return self.by.has_perm("take_returns")

    @property
    def is_open(self) -> bool:
        return self.may_act and self.back.state == ReturnState.OPEN

    @property
    def is_taken(self) -> bool:
        """Whether the pieces are the shop's again: the customer signs for it."""
        return self.back.state in TAKEN

    @property
    def may_refund(self) -> bool:
        return self.is_open and self.back.leads_to == LeadsTo.REFUND

    @property
    def may_exchange(self) -> bool:
        return self.is_open and self.back.leads_to == LeadsTo.EXCHANGE

    @property
    def waits_for_mall(self) -> bool:
        return self.may_act and self.back.state == ReturnState.AT_MALL

    @cached_property
    def bills(self) -> list[tuple[Sale, list[TestedSwap]]]:
        """Open bills of this counter with something on them, each with what it changes in the swap
        that paid for the piece."""
        rows = queries.open_bills(self.counter).exclude(lines__isnull=True)
        return [(bill, self._tested_with(bill)) for bill in rows]

    def _tested_with(self, bill: Sale) -> list[TestedSwap]:
        swaps = returned_swaps.test(self.back, instead=bills.lines_of(bill))
        return [each for each in swaps if each.has_changed]

    @property
    def to_check(self) -> list[ReturnLine]:
        """Pieces that nobody has passed yet."""
        if not self.may_act:
            return []
        return [line for line in self.lines if line.piece.state == State.RETURNED]
