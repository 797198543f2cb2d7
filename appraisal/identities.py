"""Who sold old gold to the shop: encrypted at rest, masked on screen, every reveal logged, and
forgotten when its time is over.

The duty is the register of second-hand goods (Shanghai, 2026-02-26: at least two years) and 银发
〔2025〕124号; the law on personal information asks to keep no more and no longer.
"""

import json
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from appraisal import identity_numbers, trade_ins
from appraisal.models import Identity, IdentityKind, IdentityReveal, TradeIn, TradeInState
from inventory import places
from inventory.ground import access, changes, sealing, settings_rows
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Store

# the last day of a paper that holds for life: a resident's card from the 46th year on
FOR_LIFE: Final = date.max
# whoever was paid or has taken everything back is not asked any more
TOO_LATE: Final = frozenset(
    {
        TradeInState.SETTLED,
        TradeInState.BAGGED,
        TradeInState.DECLINED,
        TradeInState.RETURNED,
    }
)
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_WHY = 60, 120, 120
SHORTEST_WHY: Final = 2  # 核对


class IdentityExpired(RuleBroken):
    code = "identity_expired"
    status = 422
    sentence = gettext_lazy("This paper has expired. Ask for one that is valid.")


class PictureNotAsked(RuleBroken):
    """A picture of an identity card that nobody asked for is a risk and no proof."""

    code = "identity_picture"
    status = 422
    sentence = gettext_lazy("This store keeps no pictures of identity papers.")


class ReasonNeeded(RuleBroken):
    code = "reveal_reason"
    status = 422
    sentence = gettext_lazy("Write why the identity has to be seen.")


class IdentityForgotten(RuleBroken):
    code = "identity_forgotten"
    status = 410
    sentence = gettext_lazy("The time of keeping is over; only the masked number is left.")


class IdentityLocked(RuleBroken):
    """The key with which it was sealed is not here."""

    code = "identity_locked"
    status = 503
    sentence = gettext_lazy("This identity was sealed with another key. Call head office.")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What stands on an identity paper that lies on the counter; `photo` is a JPEG."""

    kind: str
    number: str
    name: str
    valid_until: date
    address: str = ""
    photo: bytes = b""


@dataclass(frozen=True)
class Seen:
    """What is behind the mask, for the one person who asked."""

    name: str
    number: str
    address: str
    photo: bytes


def take(*, trade_in: TradeIn, paper: Paper, by: User) -> Identity:
    """Keeps the identity of the seller, sealed; once more until it is paid, when something was
    typed wrong.

    Refused: a number that cannot be one, a paper that has expired, a picture where the store keeps
    none, after the payment, and to a role that does not trade in.
    """
    number = _checked(paper, trade_in.store)
    with trade_ins.opened(trade_in, by=by) as (locked, book):
        if locked.state in TOO_LATE:
            raise trade_ins.TradeInMoved
        row, _made = Identity.objects.update_or_create(
            trade_in=locked, defaults=_columns(paper, number, book)
        )
        book.note(row, kind="identity_taken", number=locked.number)
    return row


def take_of_customer(*, customer_id: int, store: Store, paper: Paper, by: User) -> Identity:
    """Keeps the identity of a customer who brings no old gold and has to be known. Refused as
    `take` is, but to a role that does not sell; a later one stands beside the one before."""
    access.refuse_unless(by, "sell", store=store)
    number = _checked(paper, store)
    with changes.opened(store=store, by=by) as book:
        row = Identity.objects.create(customer_id=customer_id, **_columns(paper, number, book))
        book.note(row, kind="identity_taken", number=store.code)
    return row


def reveal(*, identity: Identity, why: str, by: User) -> Seen:
    """Name, number and address of one seller. Who looked, when and why is written before anything
    is shown. Refused without a reason and to a role that does not see identities."""
    (seen,) = reveal_all(identities=[identity], store=identity.store, why=why, by=by)
    return seen


def reveal_all(*, identities: Sequence[Identity], store: Store, why: str, by: User) -> list[Seen]:
    """As `reveal`, for several identities of one store: a row in the log for each of them. One
    that was forgotten refuses them all."""
    access.refuse_unless(by, "see_identity", store=store)
    reason = why.strip()[:LONGEST_WHY]
    if len(reason) < SHORTEST_WHY:
        raise ReasonNeeded(field="why")
    if any(row.sealed is None for row in identities):
        raise IdentityForgotten
    with changes.opened(store=store, by=by) as book:
        looks = [IdentityReveal(identity=row, by=by, at=book.at, why=reason) for row in identities]
        # one look belongs to its trade-in, a list of them to the store
        number = _document(identities[0]) if len(identities) == 1 else store.code
        book.write(looks, kind="identity_revealed", number=number)
    return [_open(row) for row in identities]


def forget_due(*, by: User, kept_customers: Collection[int] = ()) -> int:
    """Empties what is encrypted of every identity whose time is over; the masked number stays.
    Returns how many. Those of `kept_customers` are kept on: a longer duty applies to them."""
    done = 0
    stores = Store.objects.filter(pk__in=_over(kept_customers).values("store"))
    for store in stores.order_by("pk"):
        with changes.opened(store=store, by=by) as book:
            for row in _over(kept_customers).filter(store=store).select_related("trade_in"):
                _forget(row)
                book.note(row, kind="identity_forgotten", number=_document(row))
                done += 1
    return done


@transaction.atomic
def seal_anew() -> int:
    """Everything under the first key of `FIELD_KEYS`, so that the keys between it and the last one
    may go. Returns how many identities. Refused while one of them was sealed elsewhere."""
    rows = Identity.objects.select_for_update().filter(sealed__isnull=False)
    for row in rows.order_by("pk"):
        try:
            row.sealed = sealing.reseal(bytes(row.sealed or b""))
            if row.sealed_photo is not None:
                row.sealed_photo = sealing.reseal(bytes(row.sealed_photo))
        except sealing.CannotUnseal as foreign:
            raise IdentityLocked from foreign
        row.save(update_fields=["sealed", "sealed_photo"])
    return len(rows)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _checked(paper: Paper, store: Store) -> str:
    """The number of a paper that may be kept, as it is kept."""
    today = places.business_day(store)
    number = identity_numbers.read(paper.kind, paper.number, today=today)
    if paper.valid_until < today:
        raise IdentityExpired(field="valid_until")
    if not paper.name.strip():
        raise BadField(gettext_lazy("Type the name as it stands on the paper."), field="name")
    if paper.photo and settings_rows.value(store, "identity_photo") != "yes":
        raise PictureNotAsked(field="photo")
    return number


def _columns(paper: Paper, number: str, book: Book) -> dict[str, Any]:
    """A paper as it is kept in a store from now on."""
    months = settings_rows.number(book.store, "identity_months")
    return {
        "store": book.store,
        "kind": IdentityKind(paper.kind),
        "masked": identity_numbers.masked(paper.kind, number),
        "blind_index": sealing.blind_index(f"{paper.kind} {number}"),
        "sealed": _sealed(paper, number),
        "sealed_photo": sealing.seal(paper.photo) if paper.photo else None,
        "valid_until": paper.valid_until,
        "taken_at": book.at,
        "taken_by": book.by,
        "keep_until": months_after(places.business_day(book.store, book.at), months),
    }


def _document(row: Identity) -> str:
    """The trade-in that an identity belongs to, else the store where it was seen."""
    return row.trade_in.number if row.trade_in is not None else row.store.code


def _sealed(paper: Paper, number: str) -> bytes:
    told = {
        "name": paper.name.strip()[:LONGEST_NAME],
        "number": number,
        "address": paper.address.strip()[:LONGEST_ADDRESS],
    }
    return sealing.seal(json.dumps(told, ensure_ascii=False).encode())


def _open(row: Identity) -> Seen:
    try:
        told = json.loads(sealing.unseal(bytes(row.sealed or b"")))
        photo = sealing.unseal(bytes(row.sealed_photo)) if row.sealed_photo else b""
    except sealing.CannotUnseal as foreign:
        raise IdentityLocked from foreign
    return Seen(told["name"], told["number"], told["address"], photo)


def _over(kept_customers: Collection[int]) -> QuerySet[Identity]:
    over = Identity.objects.filter(sealed__isnull=False, keep_until__lt=timezone.localdate())
    kept = Q(trade_in__customer__in=kept_customers) | Q(customer__in=kept_customers)
    return over.exclude(pk__in=Identity.objects.filter(kept).values("pk"))


def _forget(row: Identity) -> None:
    row.sealed = row.sealed_photo = None
    row.blind_index = token_hex(32)  # of nobody: two who were forgotten are not one person
    row.valid_until = min(row.valid_until, row.keep_until)  # it proves nothing from now on
    row.save(update_fields=["sealed", "sealed_photo", "blind_index", "valid_until"])
