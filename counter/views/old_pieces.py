"""Old pieces on the scale and under the analyser: weights, tests, what each is taken for."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from appraisal import (
    analyser_files,
    assays,
    decisions,
    old_pieces,
    queries,
    trade_ins,
    weighings,
)
from appraisal.models import OldPiece, Spot
from appraisal.weighing_forms import shown_of
from appraisal.weighings import Shown
from counter.trade_in_forms import (
    MOST_FILE,
    AnalyserFileForm,
    AssayForm,
    DecideForm,
    DensityForm,
    SignedForm,
)
from counter.views.pages import checked, seen
from inventory.ground import access
from inventory.views.pages import StaffRequest


@require_POST
@access.page("trade_in")
def weigh_old_piece(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    piece = queries.old_piece_for(request.user, number, piece_id)
    shown = _shown(request, piece)
    old_pieces.weigh(old_piece=piece, shown=shown, by=request.user)
    return _seen(piece)


@require_POST
@access.page("trade_in")
def weigh_melted(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    piece = queries.old_piece_for(request.user, number, piece_id)
    shown = _shown(request, piece)
    old_pieces.weigh_melted(old_piece=piece, shown=shown, by=request.user)
    return _seen(piece)


@require_POST
@access.page("trade_in")
def test_old_piece(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    """A test by readings, or one that says yes or no."""
    piece = queries.old_piece_for(request.user, number, piece_id)
    form = checked(AssayForm(request.POST))
    typed = form.cleaned_data
    told = {"method": typed["method"], "remark": typed["remark"], "by": request.user}
    if not form.is_measured:
        assays.record_finding(old_piece=piece, passed=typed["passed"], **told)
        return _seen(piece)
    assays.record(
        old_piece=piece,
        metal=typed["metal"] or piece.metal,
        readings=typed["readings"],
        spot=typed["spot"] or Spot.BODY,
        instrument=form.instrument_of(piece.trade_in.store),
        elements=typed["elements"],
        **told,
    )
    return _seen(piece)


@require_POST
@access.page("trade_in")
def test_density(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    """Weighed in water as well: what the density says."""
    piece = queries.old_piece_for(request.user, number, piece_id)
    form = checked(DensityForm(request.POST))
    shown = _shown(request, piece, "water-")
    water = old_pieces.weigh_in_water(old_piece=piece, shown=shown, by=request.user)
    metal, grade = form.metal_and_grade
    assays.record_density(
        old_piece=piece,
        metal=metal,
        grade=grade,
        air=old_pieces.counting_weight(piece),
        water=water,
        decidegrees=form.decidegrees,
        step_mg=weighings.step_mg(water),
        is_solid=form.cleaned_data["is_solid"],
        by=request.user,
    )
    return _seen(piece)


@require_POST
@access.page("trade_in", max_body=MOST_FILE)
def read_analyser_file(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    """The readings of one sample from the analyser's own file."""
    piece = queries.old_piece_for(request.user, number, piece_id)
    typed = checked(AnalyserFileForm(request.POST, request.FILES)).cleaned_data
    analyser_files.record(
        old_piece=piece,
        content=typed["file"].read(),
        sample=typed["sample"],
        instrument=get_object_or_404(
            queries.analysers_of(piece.trade_in.store), pk=typed["instrument"]
        ),
        by=request.user,
    )
    return _seen(piece)


@require_POST
@access.page("trade_in")
def decide_old_piece(request: StaffRequest, number: str, piece_id: int) -> HttpResponse:
    """Brand confirmed, stones counted and tested: what the piece is taken for."""
    piece = queries.old_piece_for(request.user, number, piece_id)
    typed = checked(DecideForm(request.POST)).cleaned_data
    decisions.decide(
        old_piece=piece,
        own_brand=typed["own_brand"],
        stones=typed["stones"],
        stones_tested=typed["stones_tested"],
        stones_mg=typed["stones_g"] or 0,
        dirt_mg=typed["dirt_g"] or 0,
        metal=typed["metal"],
        fineness=typed["fineness"],
        rests_on=list(piece.assays.all()),
        by=request.user,
    )
    return _seen(piece)


@require_POST
@access.page("trade_in")
def confirm_test(request: StaffRequest, number: str) -> HttpResponse:
    """The customer has seen weights and readings and signs below them."""
    found = queries.trade_in_for(request.user, number)
    drawn = checked(SignedForm(request.POST)).drawn
    trade_ins.confirm_test(trade_in=found, drawn=drawn, by=request.user)
    return seen("trade_in", number)


def _seen(piece: OldPiece) -> HttpResponse:
    return seen("trade_in", piece.trade_in.number)


def _shown(request: StaffRequest, piece: OldPiece, what: str = "") -> Shown:
    """What the scale showed of this piece; each has fields of its own on the page."""
    prefix = f"{piece.pk}-{what}"
    return shown_of(request.POST, store=piece.trade_in.store, by=request.user, prefix=prefix)
