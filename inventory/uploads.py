"""A list of pieces that was checked and waits for the second tap."""

import hashlib
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import imports
from inventory.ground import access
from inventory.ground.errors import RuleBroken
from inventory.imports import Report
from inventory.models import PieceUpload, Store

LONGEST_NAME: Final = 120


class BankCardListed(RuleBroken):
    """What is kept until it is confirmed must not hold somebody's card number."""

    code = "bank_card_number"
    status = 422

    def __init__(self, rows: tuple[int, ...]) -> None:
        told = {"rows": ", ".join(map(str, rows[:10]))}
        super().__init__(
            _(
                "There seems to be a full bank card number in row %(rows)s. "
                "The file was not kept; please remove it there."
            )
            % told,
            rows=rows,
        )


class WrittenAlready(RuleBroken):
    code = "written_already"
    sentence = gettext_lazy("This list is in the books already.")


def keep(*, store: Store, content: bytes, name: str, by: User) -> PieceUpload:
    """A file for the report page; the same file from the same person is the same upload while it
    waits. Refused like `imports.check`, and with a bank card's number in a cell."""
    report = imports.check(store=store, content=content, by=by)
    if rows := report.bank_card_rows:
        raise BankCardListed(rows)
    sha256 = hashlib.sha256(content).hexdigest()
    waiting = PieceUpload.objects.filter(store=store, by=by, sha256=sha256, confirmed_at=None)
    shown_name = "".join(filter(str.isprintable, name))[:LONGEST_NAME]
    return waiting.first() or PieceUpload.objects.create(
        store=store, by=by, name=shown_name, sha256=sha256, content=content
    )


def upload_for(user: User | AnonymousUser, pk: int) -> PieceUpload:
    """An upload to a store this person may see, else 404."""
    rows = access.visible(PieceUpload.objects.select_related("store", "by"), user)
    return get_object_or_404(rows, pk=pk)


def check(*, upload: PieceUpload, by: User) -> Report:
    """What would become of it now; the books may have changed since it was kept."""
    return imports.check(store=upload.store, content=bytes(upload.content), by=by)


@transaction.atomic
def confirm(*, upload: PieceUpload, by: User) -> Report:
    """The list goes into the books, whole. Refused with `ImportHasErrors`, and when it is there
    already."""
    # two people tap at once: only one of them still finds it waiting
    waiting = PieceUpload.objects.filter(pk=upload.pk, confirmed_at__isnull=True)
    if waiting.update(confirmed_at=timezone.now()) != 1:
        raise WrittenAlready
    return imports.write(store=upload.store, content=bytes(upload.content), by=by)
