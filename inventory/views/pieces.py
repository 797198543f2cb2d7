"""Pieces: finding them, one piece's whole life, its tag."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from inventory import counted, papers, pieces, price_tags, queries
from inventory.forms.pieces import FindForm
from inventory.ground import access, printing
from inventory.ground.errors import BadField
from inventory.ground.house import house_name
from inventory.models import Cost, Piece, State
from inventory.views.pages import StaffRequest, rights, store_of, wants_part

MOST_TAGS = 200
# what the list of pieces leads to
OFFERED = ("move_pieces", "print_tags", "import_pieces", "see_supplies", "see_ageing")


class NoTags(BadField):
    code = "no_tags"
    sentence = _("Choose one to 200 pieces; each gets a tag.")


@require_GET
@access.page("see_pieces")
def piece_list(request: StaffRequest) -> HttpResponse:
    """The pieces that fit, 50 at a time, and the sums over all of them."""
    store = store_of(request)
    inside = list(queries.places_to_move_to(store).select_related("parent"))
    form = FindForm(request.GET, places=inside)
    may = rights(request.user, *OFFERED)
    if not form.is_valid():
        return render(request, "inventory/pieces.html", {"form": form, "may": may}, status=422)
    wanted = form.wanted()
    veil = counted.veil_over(request.user, inside)
    found = queries.pieces_wanted(request.user, store=store, wanted=wanted, veil=veil)
    rows = list(found.filter(number__gt=form.cleaned_data["after"])[: queries.ROWS + 1])
    told = {
        "form": form,
        "may": may,
        "tags": price_tags.tags_of(rows[: queries.ROWS]),
        "more": rows[queries.ROWS - 1].number if len(rows) > queries.ROWS else "",
        "veiled": [place.pk for place in inside if veil.covers(place)],
    }
    if wants_part(request, "more"):
        return render(request, "inventory/_piece_rows.html", told)
    part = wants_part(request, "found")
    whole = veil.lifted_from(found)
    told |= {"tally": queries.tally(whole), "printable": _printable(whole), "part": part}
    return render(request, "inventory/_found.html" if part else "inventory/pieces.html", told)


@require_GET
@access.page("see_pieces")
def piece(request: StaffRequest, number: str) -> HttpResponse:
    """One piece: what it is, what it costs today, and everything that happened to it."""
    found = queries.piece_for(request.user, number)
    (tag,) = price_tags.tags_of([found])
    life = queries.life_of(found)
    told = {
        "piece": found,
        "tag": tag,
        "life": life,
        # the newest step of a sold piece is its sale
        "sale_number": life[0].number if found.state == State.SOLD else "",
        # the book of promises stands above this one: its rows are reached by their key alone
        "card": found.cards.filter(state="valid").first(),
        "cost": _cost_of(request, found.pk),
        "may": rights(
            request.user, "sell", "move_pieces", "print_tags", "see_sales", "see_cards", "weigh"
        ),
    }
    return render(request, "inventory/piece.html", told)


@require_GET
@access.page("print_tags")
def tags(request: StaffRequest) -> HttpResponse:
    """Tags for a label printer, or with `sheet` for A4: `?n=1000030144&n=1000009683`."""
    numbers = list(dict.fromkeys(request.GET.getlist("n")))
    if not 1 <= len(numbers) <= MOST_TAGS:
        raise NoTags(field="n")
    rows = queries.pieces_numbered(request.user, numbers)
    told = {
        "house_name": house_name(),
        "sheet": "sheet" in request.GET,
        "tags": [papers.tag_of(row) for row in rows],
    }
    pdf = printing.render_pdf("inventory/print_tags.html", told)
    return printing.pdf_response(pdf, name="tags.pdf")


def _printable(found: QuerySet[Piece]) -> list[str]:
    """The numbers of a list whose tags fit into one print, else none."""
    numbers = list(found.values_list("number", flat=True)[: MOST_TAGS + 1])
    return numbers if len(numbers) <= MOST_TAGS else []


def _cost_of(request: StaffRequest, piece_id: int) -> Cost | None:
    """Loaded for those who may see it and for nobody else."""
    if not pieces.may_see_cost(request.user):
        return None
    return Cost.objects.filter(piece=piece_id).first()
