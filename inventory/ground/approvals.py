"""A second person's yes: asked for inline, bound to one act and its figures, used once.

The PIN is checked in a request of its own (`counter/clerks.py`), so that hashing stays outside
every lock and a wrong try stays written; the rule only spends what was agreed.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.ground import changes
from inventory.ground.errors import RuleBroken
from inventory.models import Approval, Store

VALID_FOR = timedelta(minutes=10)

Figures = dict[str, str | int]


@dataclass(frozen=True)
class Ask:
    """What a second person is asked to agree to, in words and in figures."""

    action: str
    store: str  # the code of the document's store
    document: str
    figures: Figures
    summary: str | Promise
    permission: str  # what the second person's role must include


class ApprovalNeeded(RuleBroken):
    """A second person must agree first; `ask` says to what."""

    code = "approval_needed"
    sentence = _("A second person must agree to this.")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        super().__init__(action=ask.action, document=ask.document)


class ApproverNotAllowed(RuleBroken):
    code = "approver_not_allowed"
    status = 403
    sentence = _("This person may not agree to it, or is the one who asks.")


def grant(*, ask: Ask, store: Store, asked_by: User, by: User) -> Approval:
    """`by` agrees; the caller has checked the PIN. Refused to the asker and to a role without the
    right."""
    if by.pk == asked_by.pk or not by.has_perm(ask.permission):
        raise ApproverNotAllowed
    with changes.opened(store=store, by=by) as book:
        approval = Approval(
            store=store,
            action=ask.action,
            document=ask.document,
            figures=_digest(ask.figures),
            summary=str(ask.summary)[:200],
            asked_by=asked_by,
            approved_by=by,
            at=book.at,
            until=book.at + VALID_FOR,
        )
        book.write([approval], kind="approved", number=ask.document)
    return approval


def spend(*, ask: Ask, by: User) -> Approval:
    """Uses up the yes that was given to `by` for exactly this. Raises `ApprovalNeeded` when there
    is none, when its ten minutes are over or when the figures have changed since."""
    found = Approval.objects.filter(
        action=ask.action,
        store__code=ask.store,
        document=ask.document,
        figures=_digest(ask.figures),
        asked_by=by,
        spent_at__isnull=True,
        until__gte=timezone.now(),
    ).first()
    # two tablets may spend the same yes at once: one of them still finds it unspent
    if found is None or not _mark_spent(found):
        raise ApprovalNeeded(ask)
    return found


def _mark_spent(approval: Approval) -> bool:
    unspent = Approval.objects.filter(pk=approval.pk, spent_at__isnull=True)
    return unspent.update(spent_at=timezone.now()) == 1


def _digest(figures: Figures) -> str:
    text = json.dumps(figures, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
