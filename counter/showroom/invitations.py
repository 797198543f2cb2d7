"""Who may come into the network showroom: a customer with a personal link, and for each entry a
code that is sent to their telephone.

A link that is known and one that is not are answered alike; a code holds for ten minutes, five
tries and one entry. Neither is kept in the clear, and neither is ever written into a log.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import Customer, ShowroomCode, ShowroomLink, ShowroomLinkEnd
from counter.showroom import orders
from inventory.ground import access, changes, nobody, notices
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed
from inventory.ground.house import house_name

CODE_DIGITS: Final = 6
CODE_HOLDS: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
# so that nobody's telephone is filled, and 25 guesses an hour at a million codes find nothing
NEXT_CODE_AFTER: Final = timedelta(minutes=1)
MOST_CODES_AN_HOUR: Final = 5


class BadCode(BadField):
    code = "bad_code"
    sentence = gettext_lazy("This code does not fit or is over. Ask for a new one.")


def invite(*, customer: Customer, by: User) -> ShowroomLink:
    """A new personal link, sent to the customer's telephone and told to nobody here; the links
    from before end. Refused to a role that does not keep the showroom's offers."""
    _refuse_unless_kept(by)
    secret = secrets.token_urlsafe(16)
    with changes.opened(store=orders.showroom(), by=by) as book:
        for link in live_links(customer):
            _end(link, book)
        told = {"store": book.store, "customer": customer, "at": book.at, "by": by}
        row = ShowroomLink(secret_hash=_hash(secret), **told)
        book.write([row], kind="showroom_invited", number=str(customer.pk))
        _tell(row, secret, book)
    return row


def revoke(*, link: ShowroomLink, by: User) -> None:
    """The link ends, and with it the session of whoever came by it. One that has ended already is
    left as it is. Refused to a role that does not keep the showroom's offers."""
    _refuse_unless_kept(by)
    with changes.opened(store=link.store, by=by) as book:
        for live in live_links(link.customer):
            if live.pk == link.pk:
                _end(live, book)


def live_links(customer: Customer) -> list[ShowroomLink]:
    """Links of a customer that lead somewhere: one at most, once `invite` is through."""
    return list(customer.showroom_links.filter(end__isnull=True))


def live_link(link_id: int) -> ShowroomLink | None:
    """A link that has not ended, with its customer (1 query)."""
    rows = ShowroomLink.objects.select_related("customer", "store")
    return rows.filter(pk=link_id, end__isnull=True).first()


def listed(user: User) -> QuerySet[ShowroomLink]:
    """Links that lead somewhere, newest first, with who sent them and when somebody last came in
    (1 query)."""
    rows = ShowroomLink.objects.filter(end__isnull=True).select_related("customer", "by", "store")
    return access.visible(rows.annotate(last_entry=Max("codes__used_at")), user)


def ask_code(*, secret: str) -> bool:
    """A code to the telephone of whoever this link belongs to. Without such a link, or when codes
    were asked for too often, nothing is sent; only our own throttle is told which."""
    link = _known(secret)
    if link is None:
        return False
    with changes.opened(store=link.store, by=nobody.customer()) as book:
        if not _is_too_often(link, book):
            _send_code(link, book)
    return True


def enter(*, secret: str, code: str) -> ShowroomLink:
    """The link, whose code is used up with this. Refused with `bad_code` for a wrong, used or old
    code, after five tries, and for a link that leads nowhere; the try is counted all the same."""
    link = _known(secret)
    newest = link.codes.first() if link else None
    given = _hash(f"{link.pk if link else 0}:{''.join(code.split())}")
    if link is None or newest is None:
        raise BadCode(field="code")
    open_code = ShowroomCode.objects.filter(
        pk=newest.pk, used_at__isnull=True, expires_at__gt=timezone.now()
    )
    if open_code.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1) != 1:
        raise BadCode(field="code")
    if not hmac.compare_digest(newest.code_hash, given):
        raise BadCode(field="code")
    if open_code.update(used_at=timezone.now()) != 1:
        raise BadCode(field="code")
    return link


def _known(secret: str) -> ShowroomLink | None:
    rows = ShowroomLink.objects.select_related("customer", "store")
    return rows.filter(secret_hash=_hash(secret), end__isnull=True).first()


def _is_too_often(link: ShowroomLink, book: Book) -> bool:
    lately = link.codes.filter(made_at__gt=book.at - timedelta(hours=1))
    times = list(lately.values_list("made_at", flat=True))
    return len(times) >= MOST_CODES_AN_HOUR or any(
        made_at > book.at - NEXT_CODE_AFTER for made_at in times
    )


def _send_code(link: ShowroomLink, book: Book) -> None:
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row = ShowroomCode.objects.create(
        link=link,
        code_hash=_hash(f"{link.pk}:{code}"),
        made_at=book.at,
        expires_at=book.at + CODE_HOLDS,
    )

    def words() -> str:
        told = {"house": house_name(), "code": code}
        return _(
            "%(house)s: your code for the showroom is %(code)s. It holds for ten minutes; nobody "
            "of us will ask you for it."
        ) % (told)

    notices.queue(
        kind="showroom_code",
        document=f"code {row.pk}",
        address=link.customer.phone,
        words=words,
        book=book,
    )


def _tell(link: ShowroomLink, secret: str, book: Book) -> None:
    def words() -> str:
        address = f"{settings.PUBLIC_URL}/showroom/enter/{secret}/"
        told = {"house": house_name(), "link": address}
        return _("%(house)s invites you to its network showroom. Your personal link: %(link)s") % (
            told
        )

    notices.queue(
        kind="showroom_link",
        document=f"link {link.pk}",
        address=link.customer.phone,
        words=words,
        book=book,
    )


def _end(link: ShowroomLink, book: Book) -> None:
    row = ShowroomLinkEnd(link=link, at=book.at, by=book.by)
    book.write([row], kind="showroom_link_ended", number=str(link.customer_id))


def _refuse_unless_kept(by: User) -> None:
    if not by.has_perm("keep_offers"):
        raise NotAllowed


def _hash(secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), sha256).hexdigest()
