"""What the owner of a thing is told while it is in our hands. No message names a price, a weight or
a person: whoever reads the telephone learns that something is ready, no more."""

from django.conf import settings
from django.utils.translation import gettext as _

from inventory.ground import notices
from inventory.ground.changes import Book
from inventory.ground.house import house_name
from warranty.models import Quote, Ticket


def address(ticket: Ticket) -> str:
    """The private link of a ticket, as the QR code of its claim check holds it."""
    return f"{settings.PUBLIC_URL}/t/{ticket.claim_check}/"


def ready(ticket: Ticket, *, book: Book) -> None:
    """The thing is checked and may be fetched. Who waits at the counter is not written to."""
    if ticket.is_quick:
        return

    def words() -> str:
        told = {"number": ticket.number, "store": ticket.store.name, "house": house_name()}
        return _(
            "%(house)s: what you left with us (%(number)s) is ready. Please fetch it at %(store)s "
            "with your claim check."
        ) % (told)

    notices.queue(
        kind="ready", document=ticket.number, address=_phone(ticket), words=words, book=book
    )


def quoted(quote: Quote, ticket: Ticket, *, book: Book) -> None:
    """A price waits for the customer's yes or no."""

    def words() -> str:
        told = {"number": ticket.number, "link": address(ticket), "house": house_name()}
        return _("%(house)s: we have a price for %(number)s. See it and answer: %(link)s") % told

    document = f"{ticket.number}/{quote.version}"
    notices.queue(kind="quote", document=document, address=_phone(ticket), words=words, book=book)


def _phone(ticket: Ticket) -> str:
    """Nobody where the customer did not say who they are."""
    return ticket.customer.phone if ticket.customer else ""
