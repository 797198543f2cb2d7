"""What lies on the counter before it is received: it lives in the session of the tablet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from appraisal.reception import MOST_PIECES, Brought
from counter import came_back
from counter.came_back import CameBack
from counter.trade_in_forms import MOST_PHOTOS, OldPieceForm
from inventory.ground.errors import RuleBroken
from inventory.models import Category, Photo, Store

# what customers say most, one tap each
SOURCES: Final = (
    _("bought by myself, receipt lost"),
    _("bought by myself, with receipt"),
    _("a present"),
    _("inherited"),
)
IN_SESSION: Final = "trade_in"
# what a browser sends beside the fields of the page
NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", "_key", "of"})
OF_PIECE: Final = frozenset(OldPieceForm.base_fields)


class TooManyPhotos(RuleBroken):
    code = "too_many_photos"
    status = 422
    sentence = _("Six pictures of one piece are enough.")


class PiecesFull(RuleBroken):
    code = "pieces_full"
    status = 422
    sentence = _("A trade-in takes up to 30 pieces. Receive these first.")


@dataclass
class Draft:
    """Pieces that were described, and what is typed and photographed of the one in the hand.

    `pieces` hold clean text as the form sent it; of a piece of ours its number (`own`) and the
    code that was scanned. Whoever receives it reads once more what the books say of it.
    """

    pieces: list[dict[str, Any]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, session: SessionBase) -> "Draft":
        return cls(**session.get(IN_SESSION, {}))

    def keep(self, session: SessionBase) -> None:
        session[IN_SESSION] = asdict(self)

    def note(self, post: QueryDict) -> None:
        """Everything that is typed, so that nothing is typed twice."""
        self.typed = {name: str(value) for name, value in post.items() if name not in NOT_TYPED}

    def add_photo(self, photo: Photo, *, of: int = 0) -> None:
        """A picture of the piece at place `of` of the list, from 1; 0 is the piece in the hand."""
        listed = 0 < of <= len(self.pieces)
        taken = self.pieces[of - 1]["photos"] if listed else self.photos
        if len(taken) >= MOST_PHOTOS:
            raise TooManyPhotos
        taken.append(str(photo.uuid))

    def take_up(self, code: str, found: Sequence[CameBack]) -> None:
        """Pieces of ours came back: the books say what they are. One that lies there already is
        not put down twice."""
        there = {each["own"] for each in self.pieces}
        for each in found:
            number = str(each.line.piece.number)
            if number not in there:
                self._append(_listed(each.brought) | {"photos": [], "own": number, "code": code})

    @property
    def in_hand(self) -> bool:
        """Whether a piece is being described."""
        return bool(self.typed.get("category") or self.photos)

    def put_down(self, form: OldPieceForm) -> None:
        """The piece in the hand joins the others; `form` is clean."""
        told = {name: self.typed.get(name, "") for name in OF_PIECE}
        told["description"] = _described(form)
        self._append({**told, "photos": self.photos, "own": "", "code": ""})
        self.typed = {name: text for name, text in self.typed.items() if name not in OF_PIECE}
        self.photos = []

    def take_away(self, position: int) -> None:
        """The piece with this place in the list, from 1, goes off it; an unknown one is none."""
        self.pieces = [each for n, each in enumerate(self.pieces, 1) if n != position]

    def _append(self, piece: dict[str, Any]) -> None:
        if len(self.pieces) >= MOST_PIECES:
            raise PiecesFull
        self.pieces.append(piece)


def brought(draft: Draft, *, store: Store, by: User) -> list[Brought]:
    """The pieces of a draft as they are received; our own as their sale says at this moment."""
    return [_brought(each, store, by) for each in draft.pieces]


def shown(draft: Draft, *, store: Store) -> list[tuple[dict[str, Any], list[Photo]]]:
    """Every piece of the draft with its pictures, for the list of the page."""
    return [(each, pictures(each["photos"], store=store)) for each in draft.pieces]


def pictures(uuids: Sequence[str], *, store: Store) -> list[Photo]:
    """Kept pictures of this store in the order in which they were taken."""
    rows = {str(photo.uuid): photo for photo in Photo.objects.filter(store=store, uuid__in=uuids)}
    return [rows[uuid] for uuid in uuids if uuid in rows]


def _brought(kept: dict[str, Any], store: Store, by: User) -> Brought:
    taken = pictures(kept["photos"], store=store)
    if kept["own"]:
        found = came_back.find(text=kept["code"], store=store, by=by)
        (ours,) = [each for each in found if each.line.piece.number == kept["own"]]
        return replace(ours.brought, photos=taken)
    form = OldPieceForm(kept)
    form.is_valid()  # as it was when it was put down
    return Brought(**form.cleaned_data, photos=taken)


def _listed(ours: Brought) -> dict[str, Any]:
    """What the list of the page shows of a piece of ours."""
    return {
        "category": ours.category,
        "description": ours.description,
        "mark": ours.mark,
        "has_receipt": ours.has_receipt,
    }


def _described(form: OldPieceForm) -> str:
    """The clerk's own words, else what kind of piece it is."""
    clean = form.cleaned_data
    return str(clean["description"] or Category(clean["category"]).label)
