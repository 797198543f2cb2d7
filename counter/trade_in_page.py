"""Everything that the page of one trade-in shows to one person."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.contrib.auth.models import User
from django.utils.functional import Promise

from appraisal import assays, consents, contents, next_steps, offers, queries, trade_ins
from appraisal.models import Instrument, Method, ScrapBag, Spot, TradeIn, TradeInState, TradeInStep
from appraisal.next_steps import NextStep, Screen
from appraisal.trade_ins import MOVES
from counter import clerks, desk_pieces, tenders, witnesses
from counter.desk_pieces import DeskPiece
from counter.handover_forms import classes
from counter.models import Clerk, Tender
from counter.offer_page import OfferPage
from inventory.ground import measures
from inventory.ground.measures import ClassTotal, Metal
from inventory.models import DrawnSignature, Place

# the state in which each of the four screens is over
ENDS: Final = {
    Screen.RECEIVE: TradeInState.CONSENTED,
    Screen.TEST: TradeInState.TESTED,
    Screen.OFFER: TradeInState.ACCEPTED,
    Screen.SETTLE: TradeInState.BAGGED,
}
# what is signed on a panel
POINTS: Final = {
    "consent": consents.CONSENT,
    "sign_test": consents.TEST,
    "accept": consents.OFFER,
    "return": consents.RETURN,
}


@dataclass(frozen=True)
class ScreenMark:
    """One of the four screens at the top of the page: its name, and who brought it to its end."""

    name: str | Promise
    is_done: bool
    is_current: bool
    by: str


class TradeInPage:
    """One trade-in; what is asked for costs its queries when it is asked for."""

    def __init__(self, trade_in: TradeIn, *, by: User, counter: Place | None) -> None:
        self.trade_in, self.by = trade_in, by
        self.offered = OfferPage(trade_in, counter=counter)

    @cached_property
    def next(self) -> NextStep:
        return next_steps.next_of(self.trade_in)

    @property
    def screens(self) -> list[ScreenMark]:
        """The four of them; once something is declined, only those that were reached."""
        ended = {step.new: step for step in self.steps}
        return [
            ScreenMark(
                name=name,
                is_done=ENDS[screen] in ended,
                is_current=screen == self.next.screen and ENDS[screen] not in ended,
                by=ended[ENDS[screen]].by.first_name if ENDS[screen] in ended else "",
            )
            for screen, name in next_steps.SCREENS.items()
        ]

    @property
    def template(self) -> str:
        """The panel of what comes next."""
        return f"counter/trade_ins/_panel_{self.next.panel}.html"

    @cached_property
    def steps(self) -> list[TradeInStep]:
        rows = self.trade_in.steps.select_related("by", "signature", "approval__approved_by")
        return list(rows.order_by("pk"))

    @cached_property
    def pieces(self) -> list[DeskPiece]:
        return desk_pieces.on_desk(self.trade_in)

    @property
    def may_act(self) -> bool:
        return self.by.has_perm("trade_in")

    @property
    def may_decline(self) -> bool:
        """Whether the customer may still take everything back."""
        return TradeInState.DECLINED in MOVES.get(self.trade_in.state, frozenset())

    # --- what is signed

    @property
    def text(self) -> str:
        """The words above the signature that comes next."""
        point = POINTS.get(self.next.panel)
        return consents.text(self.trade_in, point) if point else ""

    @property
    def may_melt(self) -> bool:
        """Whether this store melts on the spot, once; from there is no way back."""
        may_follow = TradeInState.MELT_CONSENTED in MOVES.get(self.trade_in.state, frozenset())
        return may_follow and not self.is_melted and trade_ins.melts_at(self.trade_in.store)

    @property
    def needs_melting(self) -> bool:
        """Whether a test was referred, so that without melting there is no decision."""
        return any(each.is_referred and not each.is_decided for each in self.pieces)

    @property
    def melt_text(self) -> str:
        return consents.text(self.trade_in, consents.MELT)

    @cached_property
    def signatures(self) -> list[DrawnSignature]:
        return queries.signatures_of(self.trade_in)

    @property
    def nth(self) -> int:
        """The how-manieth signature this one would be."""
        return len(self.signatures) + 1

    # --- the desk's own things

    @cached_property
    def analysers(self) -> list[Instrument]:
        """The X-ray analysers of the store; where it has several, the clerk says which one."""
        return list(queries.analysers_of(self.trade_in.store))

    @property
    def is_melted(self) -> bool:
        return any(each.melted for each in self.pieces)

    @property
    def by_analyser(self) -> Method:
        """What the analyser's readings are called: of the piece, or of what was melted."""
        return Method.MELT if self.is_melted else Method.XRF

    @property
    def methods(self) -> list[Method]:
        """Every way to test that comes now, but density, which is weighed a second time."""
        now = [each for each in Method if (each in assays.DESTROYING) == self.is_melted]
        return [each for each in now if each != Method.DENSITY]

    @property
    def shows_desk(self) -> bool:
        """Whether the pieces lie under scale and analyser; melted ones until there is an offer."""
        return self.next.screen == Screen.TEST or self.trade_in.state == TradeInState.MELTED

    @property
    def metals(self) -> list[Metal]:
        return list(Metal)

    @property
    def spots(self) -> list[Spot]:
        return list(Spot)

    @property
    def grades(self) -> list[tuple[str, str]]:
        """What a density may be held against."""
        return [
            (key, measures.grade_name(metal, grade)) for key, (metal, grade) in classes().items()
        ]

    # --- before and after the payment

    @property
    def has_weighed_first(self) -> bool:
        """Whoever weighed it first is not the second person."""
        rows = [each.weighing for each in self.pieces if each.weighing]
        return any(row.change.by_id == self.by.pk for row in rows)

    @property
    def others(self) -> list[Clerk]:
        """Who else is there to weigh it again."""
        people = clerks.of_store(self.trade_in.store)
        return [
            each for each in people if each.user_id != self.by.pk and each.user.has_perm("trade_in")
        ]

    @property
    def needs_identity(self) -> bool:
        offer = self.offered.offer
        return (
            offer is not None
            and offers.needs_identity(self.trade_in, offer.worth_cents)
            and not hasattr(self.trade_in, "identity")
        )

    @property
    def ways_out(self) -> list[Tender]:
        """How money may leave the drawer."""
        return list(tenders.pay_out())

    @cached_property
    def to_bag(self) -> list[ClassTotal]:
        """One bag is sealed for each of these: pieces and grams of one metal class."""
        return contents.to_bag(self.trade_in)

    @property
    def bags(self) -> list[ScrapBag]:
        """The sealed bags that hold its old pieces."""
        rows = ScrapBag.objects.filter(old_pieces__trade_in=self.trade_in)
        return list(rows.distinct().order_by("pk"))

    @property
    def may_be_alone(self) -> bool:
        """Whether the customer may be the witness in place of a second person."""
        return witnesses.may_be_alone(self.trade_in.store)
