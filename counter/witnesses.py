"""Whether two people stand behind an act: nobody signs the same sheet twice, and only where the
store lets somebody be alone on duty does the witness come later."""

from collections.abc import Sized

from django.db.models import Exists, OuterRef, QuerySet

from counter.models import Handover, HandoverState, Signature
from inventory.ground import settings_rows
from inventory.models import Store

SECOND = Exists(Signature.objects.filter(handover=OuterRef("pk"))[1:2])


def may_be_alone(store: Store) -> bool:
    """Whether the store lets somebody be alone on duty."""
    return settings_rows.value(store, "alone_on_duty") == "yes"


def is_witnessed(signatures: Sized) -> bool:
    """Of the signatures of one sheet."""
    return len(signatures) > 1


def with_witnesses(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Sheets with `witnessed`, found for the rows that are read and not for all there ever were."""
    return rows.annotate(witnessed=SECOND)


def unwitnessed(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Signed by one person only, so far."""
    return rows.filter(~SECOND, state=HandoverState.SIGNED)
