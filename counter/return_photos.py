"""Pictures of pieces that come back, taken before they are checked: kept in the session until the
return is opened, and shown beside the picture of the sale."""

from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from counter.models import SaleLine
from inventory.models import Photo, Store
from warranty.models import TicketPhoto

KEY: Final = "return_photos"


def keep(session: SessionBase, line: SaleLine, photo: Photo) -> None:
    """The picture of a piece on the counter; a newer one takes its place."""
    session[KEY] = {**session.get(KEY, {}), str(line.pk): str(photo.uuid)}


def taken(session: SessionBase, line: SaleLine, *, store: Store) -> Photo | None:
    """The picture that was taken of a piece here and now (1 query, none without one)."""
    uuid = session.get(KEY, {}).get(str(line.pk))
    return Photo.objects.filter(store=store, uuid=uuid).first() if uuid else None


def forget(session: SessionBase) -> None:
    """The return is opened; its pictures belong to it."""
    session.pop(KEY, None)


def before(line: SaleLine) -> Photo | None:
    """The piece as it was sold; without such a picture, as the service desk saw it last (1 query,
    2 without a picture of the sale)."""
    if line.photo is not None:
        return line.photo
    seen = TicketPhoto.objects.filter(ticket__piece=line.piece).select_related("photo")
    last = seen.order_by("-pk").first()
    return last.photo if last else None
