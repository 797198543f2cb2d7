"""What a customer puts on the service desk: a card or a piece of ours that is scanned, a ticket of
before whose work is done again, or something that is described by its looks."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from counter import customers, service_desk
from counter.ticket_forms import BroughtForm, on_scale_of
from inventory import queries as stock
from inventory.ground import codes
from inventory.ground.codes import CodeKind
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Piece, Place
from warranty import finding, ticket_queries
from warranty.intakes import Brought, Wish
from warranty.jobs import Task
from warranty.models import Basis, Card, CardState, Ticket


class CardNotKnown(RuleBroken):
    code = "card_not_known"
    status = 404
    sentence = _("No card of ours has this number.")


@dataclass(frozen=True)
class OnDesk:
    """What was scanned; nothing of ours when both are empty."""

    card: Card | None = None
    piece: Piece | None = None
    redo_of: Ticket | None = None

    @property
    def is_ours(self) -> bool:
        return self.piece is not None


def find(text: str, *, by: User) -> OnDesk:
    """A card, a piece with its card, or a ticket whose work is done again. Refused: what we do not
    know, a wrong check digit. A card without its piece is shown too; the piece is weighed later."""
    code = codes.read(text)
    if code.kind == CodeKind.CARD:
        if code.wrong_digit:
            raise stock.WrongDigit(code)
        card = Card.objects.select_related("piece").filter(number=code.value).first()
        if card is None:
            raise CardNotKnown(field="code")
        return OnDesk(card=card, piece=card.piece)
    if code.kind == CodeKind.DOCUMENT:
        before = ticket_queries.ticket_for(by, code.value)
        return OnDesk(card=_valid(before.piece), piece=before.piece, redo_of=before)
    try:
        piece = stock.find_scanned(by, text)
    except stock.UnknownBarcode:
        # a piece that another store sold is served here too, as long as its card holds
        card = finding.valid_of_piece(text)
        if card is None:
            raise
        return OnDesk(card=card, piece=card.piece)
    return OnDesk(card=_valid(piece), piece=piece)


def receive(*, form: BroughtForm, counter: Place, by: User) -> Ticket:
    """The ticket of what lies on the counter; `form` is clean. Refused as `service_desk.receive`
    refuses, and something described without saying what kind it is."""
    said = form.cleaned_data
    asked = said["redo"] or said["card"] or said["piece"]
    on_desk = find(asked, by=by) if asked else OnDesk()
    customer_id = _customer(said, on_desk, counter=counter, by=by)
    wish = Wish(redo_of=on_desk.redo_of, **{name: said[name] for name in form.WISH})
    tasks = []
    if said["job"]:
        # it is paid, so its price comes before any work
        tasks = [Task(kind=said["job"], basis=Basis.PAID)]
        wish = replace(wish, estimate_only=True)
    return service_desk.receive(
        brought=_brought(said, on_desk),
        wish=wish,
        counter=counter,
        customer_id=customer_id,
        by=by,
        tasks=tasks,
    )


def clean_now(
    *, card: str, certificate: str, weighed: QueryDict, counter: Place, by: User
) -> Ticket:
    """The piece of a card is cleaned while the customer waits; it was weighed, or its certificate
    lies beside it. Refused as `find` and `service_desk.clean_now` refuse."""
    on_desk = find(card, by=by)
    if on_desk.card is None or on_desk.piece is None:
        raise CardNotKnown(field="card")
    on_scale = None
    if not certificate:
        on_scale = on_scale_of(weighed, stones=0, store=counter.store, by=by)
    return service_desk.clean_now(
        piece=on_desk.piece,
        card=on_desk.card,
        on_scale=on_scale,
        certificate=certificate,
        counter=counter,
        by=by,
    )


def _brought(said: dict[str, Any], on_desk: OnDesk) -> Brought:
    told: dict[str, Any] = {name: said[name] for name in BroughtForm.SAID}
    piece, before = on_desk.piece, on_desk.redo_of
    if piece is not None:
        told |= {"item": piece.name, "category": piece.category, "metal": piece.metal}
        told |= {"mark": said["mark"] or piece.mark, "piece": piece, "card": on_desk.card}
    elif before is not None:
        told |= {"item": before.item, "category": before.category, "metal": before.metal}
    elif not said["category"]:
        raise BadField(_("Choose what kind of thing it is."), field="category")
    else:
        told |= {"item": said["item"], "category": said["category"], "metal": said["metal"]}
    return Brought(**told)


def _customer(said: dict[str, Any], on_desk: OnDesk, *, counter: Place, by: User) -> int | None:
    """Whoever gave a telephone number, else the customer of the work that is done again."""
    if said["phone"]:
        found = customers.find_or_make(
            phone=said["phone"], name=said["name"], store=counter.store, by=by
        )
        return found.pk
    return on_desk.redo_of.customer_id if on_desk.redo_of else None


def _valid(piece: Piece | None) -> Card | None:
    """The card that holds for a piece now."""
    if piece is None:
        return None
    return Card.objects.filter(piece=piece, state=CardState.VALID).first()
