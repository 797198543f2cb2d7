"""One place of a stocktake: begin it, scan, enter what has no label, weigh, and hand it in."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from appraisal import weighings
from appraisal.weighing_forms import shown_of
from counter import counted_places, moving, stocktake_page
from counter.forms import CodeForm
from counter.stocktake_forms import (
    LabelForm,
    SupplyCountForm,
    TagsForm,
    UnlabelledForm,
    WeighSampleForm,
    WeighSpotForm,
)
from counter.stocktake_page import address_of
from counter.views.pages import checked, leave, seen
from inventory import (
    stocktake_places,
    stocktake_queries,
    stocktake_reads,
)
from inventory.ground import access
from inventory.ground.access import KILOBYTE
from inventory.ground.errors import RuleBroken
from inventory.models import SpotState, Stocktake, StocktakePlace
from inventory.stocktake_reads import Read
from inventory.views.pages import StaffRequest

LIST_BODY = 9 * 1024 * KILOBYTE  # the longest list of tags, and the form around it


class NoPlaceChosen(RuleBroken):
    code = "no_place_chosen"
    status = 422
    sentence = gettext_lazy("Scan or choose a place of this stocktake first.")


@require_POST
@access.page("count_pieces")
def begin_spot(request: StaffRequest, number: str, place: str) -> HttpResponse:
    spot = stocktake_queries.spot_for(request.user, number, place)
    stocktake_places.begin(spot=spot, by=request.user, take_over="take_over" in request.POST)
    return leave(request, _at(spot))


@require_POST
@access.page("count_pieces")
def scan_for_place(request: StaffRequest, number: str) -> HttpResponse:
    """No place is open at this tablet: the code of one opens it."""
    text = checked(CodeForm(request.POST)).cleaned_data["code"]
    found = stocktake_queries.stocktake_for(request.user, number)
    spot = _spot_scanned(request, found, text)
    if spot is None:
        raise NoPlaceChosen
    return _open(request, spot)


@require_POST
@access.page("count_pieces")
def scan_spot(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """A label goes into the count of this place, the code of another place opens that one."""
    said = checked(LabelForm(request.POST)).cleaned_data
    text = said["code"]
    spot = stocktake_queries.spot_for(request.user, number, place)
    if other := _spot_scanned(request, spot.stocktake, text):
        return _open(request, other)
    if spot.state == SpotState.WAITING:
        stocktake_places.begin(spot=spot, by=request.user)
    (answer,) = stocktake_reads.take_in(
        stocktake=spot.stocktake,
        reads=[Read(text, spot.place.code)],
        means=said["means"],
        by=request.user,
    )
    return seen(_at(spot, heard=answer))


@require_POST
@access.page("count_pieces", max_body=LIST_BODY)
def take_in_tags(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The list of an RFID reader, one tag a line."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    form = checked(TagsForm(request.POST, request.FILES))
    if spot.state == SpotState.WAITING:
        stocktake_places.begin(spot=spot, by=request.user)
    told = stocktake_reads.take_in_file(
        stocktake=spot.stocktake, content=form.content, place=spot.place.code, by=request.user
    )
    messages.success(request, stocktake_page.words_of_file(told))
    return leave(request, _at(spot))


@require_POST
@access.page("count_pieces", max_body=LIST_BODY)
def take_in_all_tags(request: StaffRequest, number: str) -> HttpResponse:
    """The list of a reader that says what is here and not in which place."""
    found = stocktake_queries.stocktake_for(request.user, number)
    form = checked(TagsForm(request.POST, request.FILES))
    told = stocktake_reads.take_in_file(
        stocktake=found, content=form.content, place="", by=request.user
    )
    messages.success(request, stocktake_page.words_of_file(told))
    return leave(request, address_of(found))


@require_POST
@access.page("count_pieces")
def enter_unlabelled(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """A piece without a label, in words and grams."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    typed = checked(UnlabelledForm(request.POST)).cleaned_data
    stocktake_places.enter_unlabelled(
        spot=spot, words=typed["words"], gross_mg=typed["grams"], by=request.user
    )
    return seen(_at(spot))


@require_POST
@access.page("count_pieces")
def undo_unlabelled(request: StaffRequest, number: str, place: str, row_id: int) -> HttpResponse:
    spot = stocktake_queries.spot_for(request.user, number, place)
    row = stocktake_queries.unlabelled_for(spot, row_id)
    stocktake_places.undo_unlabelled(row=row, by=request.user)
    return seen(_at(spot))


@require_POST
@access.page("count_pieces")
def count_supply(request: StaffRequest, number: str, place: str, row_id: int) -> HttpResponse:
    """How much of one supply lies in the place, typed without seeing what the books say."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    row = stocktake_queries.supply_for(spot, row_id)
    typed = checked(SupplyCountForm(request.POST, row=row)).cleaned_data["quantity"]
    stocktake_places.count_supply(spot=spot, item=row.item, quantity=typed, by=request.user)
    return seen(_at(spot))


# --- the scale, and handing in


@require_POST
@access.page("count_pieces")
def weigh_spot(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The tray with its goods, as a second check beside the labels."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    typed = checked(WeighSpotForm(request.POST)).cleaned_data
    stocktake_places.weigh(
        spot=spot,
        gross_mg=_on_scale(request, spot, typed["gross"]),
        tare_mg=typed["tare"],
        seen_seq=typed["seen_seq"],
        by=request.user,
    )
    return seen(_at(spot))


def _on_scale(request: StaffRequest, spot: StocktakePlace, typed_mg: int | None) -> int:
    """What a tray with its goods weighs: a reading of the scale, else what was typed."""
    store = spot.stocktake.store
    shown = shown_of(request.POST, store=store, by=request.user)
    if shown.reading is None and typed_mg is not None:
        return typed_mg
    return weighings.read_mg(shown, store=store, by=request.user)


@require_POST
@access.page("count_pieces")
def weigh_sample(request: StaffRequest, number: str, place: str, row_id: int) -> HttpResponse:
    """A piece that was drawn, on the scale by itself."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    sample = stocktake_queries.sample_for(spot, row_id)
    mg = checked(WeighSampleForm(request.POST)).cleaned_data["grams"]
    stocktake_places.weigh_sample(sample=sample, mg=mg, by=request.user)
    return seen(_at(spot))


@require_POST
@access.page("count_pieces")
def hand_in_spot(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """The place is compared with the books; then the next one that waits is opened."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    typed = checked(WeighSpotForm(request.POST)).cleaned_data
    if typed["gross"] is not None or request.POST.get("reading"):
        stocktake_places.weigh(
            spot=spot,
            gross_mg=_on_scale(request, spot, typed["gross"]),
            tare_mg=typed["tare"],
            seen_seq=typed["seen_seq"],
            by=request.user,
        )
    done = stocktake_places.hand_in(spot=spot, by=request.user)
    return _go_on(request, done)


@require_POST
@access.page("settle_stocktakes")
def ask_recount(request: StaffRequest, number: str, place: str) -> HttpResponse:
    """Another person counts the place once more, without seeing the figures."""
    spot = stocktake_queries.spot_for(request.user, number, place)
    stocktake_places.ask_recount(spot=spot, by=request.user)
    told = {"place": counted_places.name_of(spot.place)}
    messages.success(request, _("%(place)s is counted once more, by another person.") % told)
    return leave(request, address_of(spot.stocktake))


# --- where an act leads


def _go_on(request: StaffRequest, spot: StocktakePlace) -> HttpResponse:
    """After a place was handed in: pieces to be weighed, else the board with what comes next."""
    if spot.state == SpotState.COUNTING:
        return leave(request, _at(spot))
    told = {"place": counted_places.name_of(spot.place)}
    messages.success(request, _("%(place)s is handed in.") % told)
    return leave(request, _at(spot))


def _spot_scanned(request: StaffRequest, found: Stocktake, text: str) -> StocktakePlace | None:
    """The place of this stocktake whose code was scanned, if it is one."""
    place = moving.place_scanned(found.store, text)
    if place is None:
        return None
    return stocktake_queries.spot_for(request.user, found.number, place.code)


def _open(request: StaffRequest, spot: StocktakePlace) -> HttpResponse:
    """A place whose code was scanned: it opens, or its figures are shown."""
    if spot.state == SpotState.WAITING:
        stocktake_places.begin(spot=spot, by=request.user)
    return leave(request, _at(spot))


def _at(spot: StocktakePlace, **more: str) -> str:
    return address_of(spot.stocktake, spot.place.code, **more)
