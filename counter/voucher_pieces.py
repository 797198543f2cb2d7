"""An old piece as its voucher shows it: weights, tests, decision and arithmetic, all as texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appraisal import weighings
from appraisal.assays import MEASURES_FINENESS
from appraisal.models import OldPiece, TradeInRule, Weighing
from appraisal.offer_words import Said, grams
from counter.desk_pieces import DeskPiece, Test
from counter.offer_page import PricedPiece
from inventory.ground import measures
from inventory.templatetags.pieces import moment, who

HASH_DIGITS = 8  # of a picture, enough to tell which one is meant


@dataclass(frozen=True)
class VoucherWeight:
    """One time on a scale; a weight that was typed says so."""

    purpose: str
    grams: str
    origin: str
    by: str
    at: str


@dataclass(frozen=True)
class VoucherTest:
    """One test of one spot with every reading and the rule that joined them."""

    method: str
    instrument: str
    spot: str
    readings: str
    joined: str
    verdict: str
    by: str


@dataclass(frozen=True)
class VoucherPiece:
    """One old piece on the paper. `lines` are those of the screen; the last one is their sum."""

    position: int
    name: str
    facts: list[tuple[str, str]]
    weights: list[VoucherWeight]
    tests: list[VoucherTest]
    decided: str
    rule: str
    lines: list[Said]


def piece_of(desk: DeskPiece, priced: PricedPiece | None) -> VoucherPiece:
    """What the paper tells of one piece; pass both as `desk_pieces.on_desk` and `OfferPage.pieces`
    return them."""
    piece = desk.piece
    return VoucherPiece(
        position=piece.position,
        name=piece.description,
        facts=[(label, text) for label, text in _facts(piece, desk) if text],
        weights=[weight_of(row) for row in piece.weighings.all()],
        tests=[_test(test) for test in desk.tests],
        decided=_decided(desk),
        rule=_rule(priced.rule) if priced else "",
        lines=priced.lines if priced else [],
    )


def weight_of(row: Weighing) -> VoucherWeight:
    """Grams with the decimals of their scale, and where the figure came from."""
    return VoucherWeight(
        purpose=row.get_purpose_display(),
        grams=grams(row.mg, step_mg=weighings.step_mg(row)),
        origin=_origin(row),
        by=who(row.change.by),
        at=moment(row.change.at),
    )


def _facts(piece: OldPiece, desk: DeskPiece) -> list[tuple[str, str]]:
    receipt = (piece.receipt or _("yes")) if piece.has_receipt else _("none")
    return [
        (_("What it is"), piece.get_category_display()),
        (_("Mark, as stamped"), piece.mark or _("none")),
        (_("Brand"), " · ".join(filter(None, (piece.get_brand_tier_display(), piece.brand)))),
        (_("Receipt"), receipt),
        (_("Bought on"), piece.bought_on.isoformat() if piece.bought_on else ""),
        (_("Price once paid"), _yuan(piece.old_price_cents)),
        (_("Our piece"), piece.piece.number if piece.piece else ""),
        (_("Pictures"), " · ".join(photo.sha256[:HASH_DIGITS] for photo in desk.photos)),
    ]


def _origin(row: Weighing) -> str:
    if row.scale is None:
        return _("typed")
    told = {"scale": row.scale.code, "day": row.scale.verified_until.isoformat()}
    named = _("scale %(scale)s, verified until %(day)s") % told
    return " · ".join([_("typed"), named]) if row.is_typed else named


def _test(test: Test) -> VoucherTest:
    row = test.row
    named = (row.instrument.code, row.instrument.model) if row.instrument else ()
    several = row.method in MEASURES_FINENESS and len(row.readings) > 1
    joined = f"{row.get_rule_display()} {measures.permille(row.result or 0)}" if several else ""
    return VoucherTest(
        method=row.get_method_display(),
        instrument=" ".join(filter(None, named)),
        spot=row.get_spot_display(),
        readings=test.figures,
        joined=joined,
        verdict=row.get_verdict_display(),
        by=who(row.by),
    )


def _decided(desk: DeskPiece) -> str:
    row = desk.decision
    if row is None:
        return ""
    told = [desk.taken_for, _("our brand") if row.own_brand else _("not our brand")]
    if row.stones:
        told.append(
            _("stones %(n)d, %(grams)s g taken off")
            % {"n": row.stones, "grams": measures.grams(row.stones_mg)}
        )
    if row.dirt_mg:
        told.append(_("dirt %(grams)s g taken off") % {"grams": measures.grams(row.dirt_mg)})
    return " · ".join(told)


def _rule(rule: TradeInRule) -> str:
    told = {"code": rule.code, "n": rule.version, "day": f"{rule.valid_from:%Y-%m-%d}"}
    return f"{rule.name} · " + _("%(code)s, version %(n)d of %(day)s") % told


def _yuan(cents: int | None) -> str:
    return "" if cents is None else measures.yuan(cents)


def pieces_of(desk: Sequence[DeskPiece], priced: Sequence[PricedPiece]) -> list[VoucherPiece]:
    """All pieces in the order in which they were put down, each with its part of the offer."""
    offered = {each.part.old_piece_id: each for each in priced}
    return [piece_of(each, offered.get(each.piece.pk)) for each in desk]
