"""Whose turn it is: every state of a trade-in names its screen, its owner and the next action."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appraisal import decisions, offers, proofs, trade_ins
from appraisal.models import Decision, TradeIn, TradeInState


class Screen(IntEnum):
    """The four screens that a clerk sees for all the states."""

    RECEIVE = 1
    TEST = 2
    OFFER = 3
    SETTLE = 4


SCREENS: Final[Mapping[Screen, str | Promise]] = {
    Screen.RECEIVE: _("Receive and consent"),
    Screen.TEST: _("Weigh and test"),
    Screen.OFFER: _("Offer and sign"),
    Screen.SETTLE: _("Settle and bag"),
}


@dataclass(frozen=True)
class NextStep:
    """Who acts, what they do, on which of the four screens; `panel` is the page's name of it."""

    screen: Screen
    panel: str
    owner: str | Promise
    action: str | Promise


CLERK, CUSTOMER, SECOND = _("clerk"), _("customer"), _("second person")
NOBODY: Final = "—"

STEPS: Final[Mapping[str, NextStep]] = {
    TradeInState.RECEIVED: NextStep(Screen.RECEIVE, "consent", CUSTOMER, _("sign the consent")),
    TradeInState.CONSENTED: NextStep(Screen.TEST, "test", CLERK, _("weigh every piece")),
    TradeInState.WEIGHED: NextStep(Screen.TEST, "test", CLERK, _("test and decide")),
    TradeInState.TESTED: NextStep(Screen.OFFER, "offer", CLERK, _("make the offer")),
    TradeInState.OFFERED: NextStep(
        Screen.OFFER, "accept", CUSTOMER, _("accept the offer, or take the pieces back")
    ),
    TradeInState.MELT_CONSENTED: NextStep(
        Screen.OFFER, "melt", CLERK, _("melt, and weigh what is left")
    ),
    TradeInState.MELTED: NextStep(
        Screen.TEST, "test", CLERK, _("test what was melted, and decide")
    ),
    TradeInState.ACCEPTED: NextStep(Screen.SETTLE, "settle", CLERK, _("take it onto the bill")),
    TradeInState.REWEIGHED: NextStep(Screen.SETTLE, "settle", CLERK, _("take it onto the bill")),
    TradeInState.SETTLED: NextStep(Screen.SETTLE, "bag", CLERK, _("seal the bag")),
    TradeInState.BAGGED: NextStep(Screen.SETTLE, "done", NOBODY, _("done")),
    TradeInState.DECLINED: NextStep(
        Screen.RECEIVE, "return", CUSTOMER, _("take the pieces back and sign")
    ),
    TradeInState.RETURNED: NextStep(Screen.RECEIVE, "done", NOBODY, _("given back")),
}
SIGN_TEST: Final = NextStep(Screen.TEST, "sign_test", CUSTOMER, _("sign weights and readings"))
# what a test has referred proves nothing: only melting, or the same method anew, settles it
AGREE_TO_MELT: Final = NextStep(
    Screen.TEST, "test", CUSTOMER, _("agree to the melting, or take the pieces back")
)
TEST_ANEW: Final = NextStep(Screen.TEST, "test", CLERK, _("test it anew, or give it back"))
WEIGH_AGAIN: Final = NextStep(Screen.SETTLE, "reweigh", SECOND, _("weigh it again"))
PAY_ON_BILL: Final = NextStep(Screen.SETTLE, "on_bill", CLERK, _("complete the bill"))

OVER: Final = frozenset({TradeInState.BAGGED, TradeInState.RETURNED})


def next_of(trade_in: TradeIn) -> NextStep:
    """What comes next, looked up closely (up to 6 queries): whether every piece is decided, a test
    was referred, a second person is asked for, or the old gold lies on a bill already."""
    if trade_in.state in {TradeInState.WEIGHED, TradeInState.MELTED}:
        return _before_offer(trade_in)
    if trade_in.state in {TradeInState.ACCEPTED, TradeInState.REWEIGHED}:
        return _before_payment(trade_in)
    return STEPS[trade_in.state]


def _before_offer(trade_in: TradeIn) -> NextStep:
    """Until all three acts are done on every piece, brand, stones, weight, and signed for."""
    left = decisions.undecided(trade_in)
    if not left:
        return STEPS[TradeInState.TESTED] if _is_signed(trade_in) else SIGN_TEST
    if trade_in.state == TradeInState.WEIGHED and all(map(proofs.is_referred, left)):
        return AGREE_TO_MELT if trade_ins.melts_at(trade_in.store) else TEST_ANEW
    return STEPS[trade_in.state]


def _is_signed(trade_in: TradeIn) -> bool:
    """Whether the customer has signed what was decided last."""
    signed = trade_in.steps.filter(new=TradeInState.TESTED).order_by("pk").last()
    if signed is None:
        return False
    later = Decision.objects.filter(old_piece__trade_in=trade_in, at__gt=signed.at)
    return not later.exists()


def _before_payment(trade_in: TradeIn) -> NextStep:
    offer = offers.newest(trade_in)
    asks = offer is not None and offers.needs_second_weigher(trade_in, offer)
    if trade_in.state == TradeInState.ACCEPTED and asks:
        return WEIGH_AGAIN
    return PAY_ON_BILL if hasattr(trade_in, "tendered") else STEPS[trade_in.state]
