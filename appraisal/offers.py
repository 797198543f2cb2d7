"""报价: what the shop offers, why, and for how long; accepted by the customer's signature."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import consents, offer_words, reckoning, rules, trade_ins, valuation
from appraisal.facts import Missing, NewLine, OldFacts, Valuation
from appraisal.models import (
    Offer,
    OfferLine,
    OfferPiece,
    TradeIn,
    TradeInState,
    TradeKind,
)
from inventory import places
from inventory.ground import changes, settings_rows
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import Drawn


class OfferOver(RuleBroken):
    code = "offer_over"
    sentence = gettext_lazy("This offer holds no longer. Make a new one at today's board.")


class OfferChanged(RuleBroken):
    """The new goods are not those that the customer signed for."""

    code = "offer_changed"
    sentence = gettext_lazy("The bill is not the one of the offer. Offer again and let them sign.")


class RatioMissed(RuleBroken):
    code = "ratio_missed"

    def __init__(self, lacks: Sequence[Missing]) -> None:
        what = " · ".join(offer_words.lacking(lacks))
        super().__init__(_("The new goods do not reach the rule: %(what)s.") % {"what": what})


class SecondWeigherNeeded(RuleBroken):
    code = "second_weigher"
    sentence = gettext_lazy("A second person weighs it again before it is settled.")


class IdentityNeeded(RuleBroken):
    code = "identity_needed"
    sentence = gettext_lazy("Please ask for the customer's identity card.")


def offer(*, trade_in: TradeIn, basket: Sequence[NewLine], by: User) -> Offer:
    """A new offer for all old pieces against the new goods of a bill, at the board of this moment.

    It holds for the store's minutes. Refused: before the test was signed, without a rule or a
    board price, with one method where the value asks for two.
    """
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        reckoned = reckoning.reckon(locked, basket, at=book.at)
        minutes = settings_rows.number(locked.store, "offer_minutes")
        row = Offer(
            trade_in=locked,
            at=book.at,
            holds_until=book.at + timedelta(minutes=minutes),
            pays_cents=reckoned.value.pays_cents,
            credit_cents=reckoned.value.credit_cents,
            money_cents=reckoned.value.money_cents,
            basket=[asdict(line) for line in basket],
        )
        trade_ins.move(locked, TradeInState.OFFERED, book=book)
        _write(row, reckoned, book)
    return row


def accept(*, offer: Offer, drawn: Drawn | None, by: User) -> TradeIn:
    """The customer signs below the arithmetic. Refused for an offer that is over or was replaced,
    while the new goods lack something, and without the identity that this amount asks for."""
    with trade_ins.opened(offer.trade_in, by=by) as (locked, book):
        current = newest(locked)
        if current is None or current.pk != offer.pk or book.at > offer.holds_until:
            raise OfferOver
        lacks = replay(offer).missing
        if lacks:
            raise RatioMissed(lacks)
        check_identity(locked, offer)
        signature = trade_ins.sign(locked, consents.OFFER, drawn, book)
        return trade_ins.move(locked, TradeInState.ACCEPTED, book=book, signature=signature)


def check_payable(*, trade_in: TradeIn, basket: Sequence[NewLine]) -> Offer:
    """The accepted offer, as the bill may take it. Refused when the bill's goods are not those of
    the offer (with what they lack, when its rule asks for more), and without the second weighing
    or the identity that its amount asks for."""
    locked = trade_ins.lock(trade_in)
    current = newest(locked)
    if current is None or locked.state not in {TradeInState.ACCEPTED, TradeInState.REWEIGHED}:
        raise trade_ins.TradeInMoved
    if _plain(basket) != current.basket:
        lacks = replay(current, basket).missing
        raise RatioMissed(lacks) if lacks else OfferChanged
    if locked.state == TradeInState.ACCEPTED and needs_second_weigher(locked, current):
        raise SecondWeigherNeeded
    check_identity(locked, current)
    return current


def newest(trade_in: TradeIn) -> Offer | None:
    """The offer that holds, or held last."""
    return trade_in.offers.select_related("trade_in__store").order_by("-pk").first()


def replay(offer: Offer, basket: Sequence[NewLine] | None = None) -> Valuation:
    """Reckons a past offer again from what it kept; the cents are the same for ever. With another
    `basket`: what it would come to with these goods, and what they lack."""
    goods = basket_of(offer) if basket is None else basket
    return valuation.value(pieces=old_of(offer), basket=goods)


def old_of(offer: Offer) -> list[valuation.Old]:
    """The old pieces of an offer as they were, each with the terms of its rule."""
    rows = offer.pieces.select_related("rule").order_by("pk")
    return [(OldFacts(**row.facts), rules.terms_of(row.rule, at=offer.at)) for row in rows]


def basket_of(offer: Offer) -> list[NewLine]:
    """The new goods of an offer as they were."""
    return [NewLine(**{**line, "kinds": tuple(line["kinds"])}) for line in offer.basket]


# --- what an amount asks for


def needs_second_weigher(trade_in: TradeIn, offer: Offer) -> bool:
    """By the store's amount; who is alone on duty seals the bag before the customer instead."""
    asked = settings_rows.values(trade_in.store, "second_weigher_cents", "alone_on_duty")
    if asked["alone_on_duty"] == "yes":
        return False
    return offer.worth_cents >= int(asked["second_weigher_cents"])


def needs_identity(trade_in: TradeIn, cents: int) -> bool:
    """By kind and amount, together with what the same customer was paid for old gold of the same
    kind on the same day, in any store: an amount that is split is one amount (2 queries)."""
    kind = "buy_back" if trade_in.kind == TradeKind.BUY_BACK else "swap"
    limit = settings_rows.number(trade_in.store, f"identity_{kind}_cents")
    return cents + (_paid_cents(trade_in) if cents < limit else 0) >= limit


def _paid_cents(trade_in: TradeIn) -> int:
    if trade_in.customer_id is None:
        return 0
    rows = Offer.objects.filter(
        trade_in__customer=trade_in.customer_id,
        trade_in__kind=trade_in.kind,
        trade_in__business_day=trade_in.business_day,
        trade_in__state__in=(TradeInState.SETTLED, TradeInState.BAGGED),
    )
    # of each the offer that was paid is the last one
    newest = {row.trade_in_id: row.worth_cents for row in rows.exclude(trade_in=trade_in)}
    return sum(newest.values())


def check_identity(trade_in: TradeIn, offer: Offer) -> None:
    """Refused without an identity that is still valid where kind and amount ask for one."""
    if not needs_identity(trade_in, offer.worth_cents):
        return
    identity = getattr(trade_in, "identity", None)
    today = places.business_day(trade_in.store)
    if identity is None or identity.valid_until < today:
        raise IdentityNeeded


def _write(offer: Offer, reckoned: reckoning.Reckoned, book: changes.Book) -> None:
    """An offer with its pieces and lines, all under one link of the chain."""
    pieces = []
    for n, worth in enumerate(reckoned.value.pieces):
        part = OfferPiece(
            offer=offer,
            old_piece=reckoned.pieces[n],
            rule=reckoned.rules[n],
            board=reckoned.rows[n],
            facts=asdict(reckoned.facts[n]),
            pays_cents=worth.pays_cents,
            credit_cents=worth.credit_cents,
            money_cents=worth.money_cents,
        )
        lines = [
            OfferLine(
                offer_piece=part,
                position=position,
                step=line.step,
                words=line.words,
                mg=line.mg,
                cents=line.cents,
            )
            for position, line in enumerate(worth.lines, start=1)
        ]
        changes.lay_out(part, lines=lines)
        pieces.append((part, lines))
    changes.lay_out(offer, pieces=[part for part, _lines in pieces])
    book.write([offer], kind="trade_in_offer", number=offer.trade_in.number)
    OfferPiece.objects.bulk_create([part for part, _lines in pieces])
    OfferLine.objects.bulk_create([line for _part, lines in pieces for line in lines])


def _plain(basket: Sequence[NewLine]) -> list[dict[str, Any]]:
    """As the basket of an offer comes back from the database."""
    return [{**asdict(line), "kinds": list(line.kinds)} for line in basket]
