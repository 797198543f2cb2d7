"""A piece that came back, looked at before anything is decided: is it ours and the one that was
sold, is it as the window wants it, what does it count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import verification, weighings
from appraisal.models import WeighedFor
from appraisal.weighings import Shown
from counter import came_back, gifts, goodwill, old_discounts, service_desk
from counter.models import (
    ExchangeBasis,
    LeadsTo,
    Part,
    Return,
    ReturnLine,
    ReturnWindow,
    SaleLine,
)
from inventory import prices, pricing
from inventory.ground import amounts, codes, measures, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import RuleBroken
from inventory.models import Photo, Piece, Store
from warranty.models import Fault, JobKind

WEIGHT: Final = "weight"
CERTIFICATE: Final = "certificate"
# what an instrument says, on the clerk's word
BY_INSTRUMENT: Final = ("xrf", "diamond")
MARKS_NEEDED: Final = 2


class LighterThanSold(RuleBroken):
    """Something was taken off, or it is another piece."""

    code = "lighter_than_sold"

    def __init__(self, *, number: str, known_mg: int, found_mg: int) -> None:
        told = {
            "number": number,
            "known": measures.grams(known_mg),
            "found": measures.grams(found_mg),
        }
        super().__init__(
            _("Piece %(number)s weighs %(found)s g; it was sold with %(known)s g.") % told,
            field="grams",
        )


class HeavierThanSold(LighterThanSold):
    code = "heavier_than_sold"


class WornPiece(RuleBroken):
    code = "worn_piece"
    sentence = gettext_lazy(
        "For this reason the piece comes back unworn, with its tag or seal intact."
    )


class OtherCertificate(RuleBroken):
    code = "other_certificate"
    sentence = gettext_lazy("This certificate does not belong to this piece.")


class CertificateMissing(RuleBroken):
    code = "certificate_missing"
    status = 422
    sentence = gettext_lazy("The certificate comes back with the piece. Scan it.")


class MarksMissing(RuleBroken):
    """So dear a piece is known by two marks before anything goes back."""

    code = "marks_missing"
    status = 422

    def __init__(self, *, from_cents: int) -> None:
        told = {"from": measures.yuan(from_cents)}
        super().__init__(
            _("Above %(from)s two marks prove the piece: weight, certificate, XRF or diamond test.")
            % told,
            field="certificate",
        )


class PhotoMissing(MarksMissing):
    """So dear a piece is compared with what was sold."""

    code = "return_photo_missing"

    def __init__(self, *, from_cents: int) -> None:
        told = {"from": measures.yuan(from_cents)}
        RuleBroken.__init__(
            self, _("Above %(from)s take a picture of the piece first.") % told, field="photo"
        )


class PairIncomplete(RuleBroken):
    """Exchange and return at the price paid: only the whole pair or set (trade.md 4.11)."""

    code = "pair_incomplete"

    def __init__(self, piece: Piece) -> None:
        super().__init__(
            _(
                "Only part of the pair %(number)s is here. At the price paid the whole comes back; "
                "one alone is repaired, or a matching single is made."
            )
            % {"number": piece.number},
            next_url=f"/tickets/new/?code={piece.number}&job={JobKind.MATCHING}",
            next_label=_("Repair, or a matching single"),
            field="grams",
        )


@dataclass(frozen=True, kw_only=True)
class InHand:
    """One piece on the counter: what the scale shows and what the clerk sees."""

    line: SaleLine
    shown: Shown
    tag_intact: bool = False
    unworn: bool = False
    certificate: str = ""  # its number as it was scanned
    tested: Collection[str] = ()  # of BY_INSTRUMENT
    gifts_back: Collection[int] = ()  # keys of the gifts that lie beside it
    photo: Photo | None = None


def look_at(
    hand: InHand, *, back: Return, window: ReturnWindow, on: date, book: Book
) -> ReturnLine:
    """The line of a return for this piece, weighed and known; not saved yet.

    Refused: a weight beyond the tolerance of the label (a lighter one is no reason to refuse where
    it is the reason of the return), a worn piece or one without its tag where the window wants it
    unworn, one of a pair alone, another piece's certificate or none where it belongs to it, and for
    its price too few marks or no picture. Gifts that do not lie beside it are charged.
    """
    line, piece = hand.line, hand.line.piece
    known_mg = service_desk.known_mg(piece)
    weighed = weighings.record(
        shown=hand.shown,
        purpose=WeighedFor.BACK,
        metal=piece.metal,
        document=back.number,
        store=back.store,
        book=book,
        piece=piece,
        label_mg=known_mg,
    )
    marks = _marks(hand, found_mg=weighed.mg, known_mg=known_mg, fault=back.fault, on=on)
    if window.must_be_unworn:
        _check_unworn(hand, marks)
    paid_cents = came_back.paid_cents(line)
    _check_marks(marks, hand.photo, paid_cents=paid_cents, store=back.store)
    basis, credit_cents = _credit(line, window=window, leads_to=back.leads_to, store=back.store)
    charged = gifts.charged_cents(line, fault=back.fault, back=hand.gifts_back)
    charged_cents = min(charged, credit_cents)
    credit_cents -= charged_cents
    keeps = back.leads_to == LeadsTo.EXCHANGE and window.keeps_old_discount
    borne_cents = 0
    if back.is_goodwill:
        borne_cents = goodwill.cost_cents(line, credit_cents=credit_cents, store=back.store)
    return ReturnLine(
        back=back,
        sale_line=line,
        piece=piece,
        mg=weighed.mg,
        is_typed=weighed.is_typed,
        tag_intact=hand.tag_intact,
        unworn=hand.unworn,
        marks=marks,
        basis=basis,
        paid_cents=paid_cents,
        credit_cents=credit_cents,
        charged_cents=charged_cents,
        gifts_back=[gift.pk for gift in line.gifts.all() if gift.pk in hand.gifts_back],
        goodwill_cents=borne_cents,
        old_discount_bp=old_discounts.taken_off_bp(line) if keeps else 0,
        photo=hand.photo,
    )


def _marks(hand: InHand, *, found_mg: int, known_mg: int, fault: str, on: date) -> list[str]:
    piece = hand.line.piece
    below_mg = verification.tolerance(metal=piece.metal, label_mg=known_mg, on=on).below_mg
    if found_mg > known_mg + below_mg:
        raise HeavierThanSold(number=piece.number, known_mg=known_mg, found_mg=found_mg)
    is_lighter = found_mg < known_mg - below_mg
    if service_desk.is_incomplete(piece, found_mg=found_mg, known_mg=known_mg):
        raise PairIncomplete(piece)
    if is_lighter and fault != Fault.WEIGHT:
        raise LighterThanSold(number=piece.number, known_mg=known_mg, found_mg=found_mg)
    marks = [] if is_lighter else [WEIGHT]
    typed = codes.half_width(hand.certificate).strip().upper()
    if typed:
        known = {each.upper() for each in piece.certificates.values_list("number", flat=True)}
        if typed not in known:
            raise OtherCertificate(field="certificate")
        marks.append(CERTIFICATE)
    return marks + [mark for mark in BY_INSTRUMENT if mark in hand.tested]


def _check_unworn(hand: InHand, marks: Collection[str]) -> None:
    if not (hand.tag_intact and hand.unworn):
        raise WornPiece(field="unworn")
    if CERTIFICATE not in marks and hand.line.piece.certificates.exists():
        raise CertificateMissing(field="certificate")


def _check_marks(
    marks: Collection[str], photo: Photo | None, *, paid_cents: int, store: Store
) -> None:
    above = settings_rows.number(store, "two_marks_cents")
    if paid_cents <= above:
        return
    if len(marks) < MARKS_NEEDED:
        raise MarksMissing(from_cents=above)
    if photo is None:
        raise PhotoMissing(from_cents=above)


def _credit(
    line: SaleLine, *, window: ReturnWindow, leads_to: str, store: Store
) -> tuple[str, int]:
    """On which basis the piece counts, and how many cents: what was paid, or for other goods the
    same grams at today's price with the labour that was paid once (trade.md 4.12)."""
    paid = came_back.paid_cents(line)
    if leads_to == LeadsTo.REFUND:
        return "", paid
    if window.basis == ExchangeBasis.AMOUNT or not pricing.needs_board(line.piece):
        return ExchangeBasis.AMOUNT, paid
    grams = _grams_today(line, store)
    if window.basis == ExchangeBasis.GRAMS or grams > paid:
        return ExchangeBasis.GRAMS, grams
    return ExchangeBasis.AMOUNT, paid


def _grams_today(line: SaleLine, store: Store) -> int:
    piece = line.piece
    row = prices.row_for(store=store, metal=piece.metal, fineness=piece.fineness)
    metal = amounts.metal_cents(weight_mg=line.net_mg, cents_per_gram=row.cents_per_gram)
    taken_off = sum(each.cents for each in line.reductions.all() if each.part == Part.LABOUR)
    return metal + line.labour_cents - taken_off
