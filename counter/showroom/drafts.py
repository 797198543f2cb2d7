"""What a customer has begun to order: lines put together, kept over days, and sent once.

Whoever changes a draft says which edition they saw; two windows of one customer do not overwrite
each other, and of two that send, one does.
"""

from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import ConsentHow, Customer, NetworkOrder, OrderChannel, ShowroomDraft
from counter.showroom import amounts, orders
from counter.showroom.wishes import LineWish, Wish
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.ground.signatures import Drawn

MOST_LINES: Final = 20


class DraftSent(RuleBroken):
    """Another window was faster, or the same button was touched twice."""

    code = "draft_sent"
    sentence = gettext_lazy("This order has been sent already.")


class DraftChanged(RuleBroken):
    code = "draft_changed"
    sentence = gettext_lazy(
        "The order was changed in another window. Nothing was sent; please read it once more."
    )


class DraftFull(RuleBroken):
    code = "draft_full"
    sentence = gettext_lazy("An order has 20 lines at most. Send this one first.")


class EstimateChanged(RuleBroken):
    """The board moved between the summary and the yes."""

    code = "estimate_changed"


def open_draft(customer: Customer, name: str = "") -> ShowroomDraft:
    """The draft that a customer works on under this name; an empty one where there is none."""
    now = timezone.now()
    empty = {"content": Wish(lines=()).as_content(), "made_at": now, "changed_at": now}
    row, _made = ShowroomDraft.objects.get_or_create(
        customer=customer, name=name, sent_at=None, defaults=empty
    )
    return row


def seen(customer: Customer, name: str = "") -> ShowroomDraft | None:
    """The draft under this name, if there is one (1 query); a look makes none."""
    return customer.drafts.filter(name=name, sent_at=None).first()


def draft_for(customer: Customer, uuid: object) -> ShowroomDraft:
    """A draft of this customer, sent or not; those of others are not there."""
    return get_object_or_404(customer.drafts.select_related("order"), uuid=uuid)


def wish_of(draft: ShowroomDraft) -> Wish:
    """What the draft holds."""
    return Wish.from_content(draft.content)


def add_line(*, draft: ShowroomDraft, line: LineWish) -> ShowroomDraft:
    """One more line. Refused when the draft is full, was sent or was changed meanwhile."""
    wish = wish_of(draft)
    if len(wish.lines) >= MOST_LINES:
        raise DraftFull
    return _keep(draft, replace(wish, lines=(*wish.lines, line)))


def put_line(*, draft: ShowroomDraft, position: int, line: LineWish) -> ShowroomDraft:
    """Another content for the line at `position`, counted from 0; refused as `add_line` is."""
    lines = list(wish_of(draft).lines)
    if not 0 <= position < len(lines):
        raise DraftChanged
    lines[position] = line
    return _keep(draft, replace(wish_of(draft), lines=tuple(lines)))


def drop_line(*, draft: ShowroomDraft, position: int) -> ShowroomDraft:
    """Without the line at `position`; refused as `add_line` is."""
    lines = list(wish_of(draft).lines)
    if not 0 <= position < len(lines):
        raise DraftChanged
    del lines[position]
    return _keep(draft, replace(wish_of(draft), lines=tuple(lines)))


def put_terms(*, draft: ShowroomDraft, **terms: Any) -> ShowroomDraft:
    """Delivery, address, dates and remark as `Wish` names them; lines stay. Refused as `add_line`
    is."""
    return _keep(draft, replace(wish_of(draft), **terms))


def again(*, order: NetworkOrder) -> ShowroomDraft:
    """The lines of an earlier order once more, behind those that are in the customer's draft; the
    terms are taken over where nothing was put together yet. Refused when the draft is full."""
    draft = open_draft(order.customer)
    old, now = ordered_wish(order), wish_of(draft)
    if len(now.lines) + len(old.lines) > MOST_LINES:
        raise DraftFull
    if not now.lines:
        now = replace(old, lines=(), wanted_on=None, promises="", outside_number="")
    return _keep(draft, replace(now, lines=(*now.lines, *old.lines)))


def ordered_wish(order: NetworkOrder) -> Wish:
    """What an order consists of, as the version that counts has it."""
    return Wish.from_content(order.versions.get(version=order.version).content)


def send(
    *,
    draft: ShowroomDraft,
    edition: int,
    shown_cents: int,
    by: User,
    channel: OrderChannel = OrderChannel.ONLINE,
    how: ConsentHow | None = ConsentHow.LINK,
    signature: Drawn | None = None,
) -> NetworkOrder:
    """The draft becomes an order that its customer has confirmed, by their link or as staff heard
    it; `how=None`: they have not yet. Refused as
    `orders.place` refuses, when it was sent already (`draft_sent`), when another edition was read
    back (`draft_changed`), and when the total is no more what was shown (`estimate_changed`).

    The draft is taken first, by compare and set: of two windows, one makes an order.
    """
    with transaction.atomic():
        now = timezone.now()
        taken = ShowroomDraft.objects.filter(pk=draft.pk, sent_at=None, edition=edition)
        if taken.update(sent_at=now, changed_at=now) != 1:
            raise _too_late(draft)
        draft.refresh_from_db()
        wish = wish_of(draft)
        told = amounts.estimate(wish, at=now, store=orders.showroom(), customer=draft.customer)
        if told.total_cents != shown_cents:
            raise EstimateChanged(
                _("The price has changed to %(total)s. Nothing was sent; please read it again.")
                % {"total": measures.yuan(told.total_cents)}
            )
        order = orders.place(
            wish=wish,
            customer=draft.customer,
            channel=channel,
            how=how,
            by=by,
            signature=signature,
        )
        ShowroomDraft.objects.filter(pk=draft.pk).update(order=order)
    draft.order = order
    return order


def _keep(draft: ShowroomDraft, wish: Wish) -> ShowroomDraft:
    """Compare and set by the edition that was read."""
    rows = ShowroomDraft.objects.filter(pk=draft.pk, sent_at=None, edition=draft.edition)
    kept = {"content": wish.as_content(), "changed_at": timezone.now()}
    if rows.update(edition=F("edition") + 1, **kept) != 1:
        raise _too_late(draft)
    draft.refresh_from_db()
    return draft


def _too_late(draft: ShowroomDraft) -> RuleBroken:
    draft.refresh_from_db()
    return DraftSent() if draft.sent_at else DraftChanged()
