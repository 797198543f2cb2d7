"""Whether two people have signed a sheet: nobody signs the same one twice."""

from collections.abc import Sized

from django.db.models import Exists, OuterRef, QuerySet

from counter.models import Handover, HandoverState, Signature

SECOND = Exists(Signature.objects.filter(handover=OuterRef("pk"))[1:2])


def is_witnessed(signatures: Sized) -> bool:
    """Of the signatures of one sheet."""
    return len(signatures) > 1


def with_witnesses(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Sheets with `witnessed`, found for the rows that are read and not for all there ever were."""
    return rows.annotate(witnessed=SECOND)


def unwitnessed(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    """Signed by one person only, so far."""
    return rows.filter(~SECOND, state=HandoverState.SIGNED)
