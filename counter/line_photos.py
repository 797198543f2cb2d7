"""A picture of a piece as it is sold, so that what comes back may be looked at beside it."""

from django.contrib.auth.models import User
from django.db import transaction

from counter import bills
from counter.models import SaleLine
from inventory.ground.errors import NotAllowed
from inventory.models import Photo


@transaction.atomic
def keep(*, line: SaleLine, photo: Photo, by: User) -> SaleLine:
    """A kept picture belongs to a line of an open bill; a newer one takes its place. Refused to a
    role that does not sell, and after completion."""
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(line)
    SaleLine.objects.filter(pk=line.pk).update(photo=photo)
    line.photo = photo
    return line
