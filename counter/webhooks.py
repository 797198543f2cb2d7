"""Who outside is told of what: endpoints that head office registers, with secrets that sign.

What is done to an endpoint is a note in the chain of head office. How events reach it:
`fan_out.py` makes deliveries of the links of the chains, `deliveries.py` sends them.
"""

import base64
import secrets
from collections.abc import Collection
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counter import webhook_events
from counter.models import (
    Delivery,
    DeliveryState,
    Webhook,
    WebhookCursor,
    WebhookSecret,
    WebhookState,
)
from counter.programs import RIGHT
from inventory import places
from inventory.ground import changes, outward_calls, sealing
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Change, LedgerHead, Store

MOVES: Final = {
    WebhookState.ACTIVE: {WebhookState.PAUSED, WebhookState.GONE, WebhookState.REMOVED},
    WebhookState.PAUSED: {WebhookState.ACTIVE, WebhookState.REMOVED},
    WebhookState.GONE: {WebhookState.ACTIVE, WebhookState.REMOVED},
}
LIVE_SECRETS: Final = 2
SECRET_BYTES: Final = 32
# how the chain calls what is done to an endpoint, and what people read
DEEDS: Final = {
    "webhook_registered": _("registered"),
    "webhook_secret_made": _("secret made"),
    "webhook_secret_removed": _("secret removed"),
    "webhook_paused": _("paused"),
    "webhook_resumed": _("resumed"),
    "webhook_removed": _("removed"),
}
NOTES_SHOWN: Final = 50


class TooManySecrets(RuleBroken):
    code = "too_many_secrets"
    sentence = _("Two secrets sign already. Remove one first.")


class SecretGone(RuleBroken):
    code = "secret_gone"
    sentence = _("This secret was removed already.")


class LastSecret(RuleBroken):
    code = "last_secret"
    sentence = _("Make the next secret first: without one nothing could be sent.")


class WebhookMoved(RuleBroken):
    code = "webhook_moved"
    sentence = _("This is not possible for this endpoint any more. Look again.")


class NothingToTell(BadField):
    code = "nothing_to_tell"
    sentence = _("Choose at least one event.")


class NoStores(BadField):
    code = "webhook_without_stores"
    sentence = _("Choose stores, or all of them.")


def register(
    *,
    name: str,
    url: str,
    events: Collection[str],
    stores: Collection[Store],
    all_stores: bool,
    by: User,
) -> Webhook:
    """An endpoint that is told of what happens from now on, once it has a secret. Refused to a role
    without the right, for an address that is never called, without events and without stores."""
    _refuse_unless_allowed(by)
    outward_calls.check(url)
    if not events or set(events) - webhook_events.BY_NAME.keys():
        raise NothingToTell(field="events")
    if not stores and not all_stores:
        raise NoStores(field="stores")
    with changes.opened(store=places.office(), by=by) as book:
        row = Webhook.objects.create(
            name=name,
            url=url,
            events=sorted(events),
            all_stores=all_stores,
            made_at=book.at,
            made_by=by,
        )
        heads = (
            LedgerHead.objects.all() if all_stores else LedgerHead.objects.filter(store__in=stores)
        )
        WebhookCursor.objects.bulk_create(
            WebhookCursor(webhook=row, store_id=store_id, seq=seq)
            for store_id, seq in heads.values_list("store_id", "seq")
        )
        _note(row, "webhook_registered", book)
    return row


def make_secret(*, webhook: Webhook, by: User) -> str:
    """A new secret `whsec_…`, told this once; until the one before is removed, both sign. Refused
    to a role without the right, while two sign, and for an endpoint that was removed."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        row = _locked(webhook)
        if row.state == WebhookState.REMOVED:
            raise WebhookMoved
        if row.secrets.count() >= LIVE_SECRETS:
            raise TooManySecrets
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
        sealed = sealing.seal(secret.encode())
        WebhookSecret.objects.create(webhook=row, sealed=sealed, made_at=book.at)
        _note(row, "webhook_secret_made", book)
    return secret


def remove_secret(*, webhook: Webhook, secret_id: int, by: User) -> None:
    """From now on it signs nothing. Refused to a role without the right, twice, and for the last
    one."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        row = _locked(webhook)
        found = row.secrets.filter(pk=secret_id)
        if not found.exists():
            raise SecretGone
        if row.secrets.count() == 1:
            raise LastSecret
        found.delete()
        _note(row, "webhook_secret_removed", book)


def pause(*, webhook: Webhook, by: User) -> None:
    """Nothing is sent until it goes on; what happens meanwhile is sent then. Refused to a role
    without the right, and unless it is active."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        _note(_move(webhook, WebhookState.PAUSED), "webhook_paused", book)


def resume(*, webhook: Webhook, by: User) -> None:
    """It goes on where it stopped, also after its receiver said it was gone. Refused to a role
    without the right, and unless it stopped."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        _note(_move(webhook, WebhookState.ACTIVE), "webhook_resumed", book)


def remove(*, webhook: Webhook, by: User) -> None:
    """It is told nothing any more, also not what waits; its secrets are gone. Refused to a role
    without the right, and twice."""
    _refuse_unless_allowed(by)
    with changes.opened(store=places.office(), by=by) as book:
        row = _move(webhook, WebhookState.REMOVED)
        row.secrets.all().delete()
        row.cursors.all().delete()
        row.deliveries.exclude(state=DeliveryState.DELIVERED).delete()
        _note(row, "webhook_removed", book)


def switch_off(webhook: Webhook) -> None:
    """Its receiver answered that it is gone for good (410): nothing is sent until a person says
    so. What waits stays."""
    Webhook.objects.filter(pk=webhook.pk, state=WebhookState.ACTIVE).update(state=WebhookState.GONE)


def listed() -> QuerySet[Webhook]:
    """Every endpoint that was not removed, with how many deliveries are `waiting` and `dead` and
    how many `secrets_made` sign (1 query)."""
    rows = Webhook.objects.exclude(state=WebhookState.REMOVED).order_by("name", "pk")
    return rows.annotate(
        waiting=_count(Delivery.objects.filter(state=DeliveryState.WAITING)),
        dead=_count(Delivery.objects.filter(state=DeliveryState.DEAD)),
        secrets_made=_count(WebhookSecret.objects.all()),
    )


def webhook_for(pk: int) -> Webhook:
    """One endpoint, removed or not."""
    return get_object_or_404(Webhook, pk=pk)


def stores_of(webhook: Webhook) -> QuerySet[Store]:
    """Whose events it is told of; for one of all stores, those that were there so far."""
    return Store.objects.filter(pk__in=webhook.cursors.values("store")).order_by("code")


def words_of(webhook: Webhook) -> list[tuple[str, Promise]]:
    """The events of an endpoint, each in words."""
    known = webhook_events.BY_NAME
    return [(name, known[name].words) for name in webhook.events]


def notes_of(webhook: Webhook) -> list[tuple[str, Change]]:
    """What was done to an endpoint, in words and with who and when, newest first (1 query)."""
    links = Change.objects.filter(store=places.office(), kind__in=DEEDS, number=_number(webhook))
    newest = links.select_related("by").order_by("-seq")[:NOTES_SHOWN]
    return [(str(DEEDS[link.kind]), link) for link in newest]


def _refuse_unless_allowed(by: User) -> None:
    if not by.has_perm(RIGHT):
        raise NotAllowed


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many rows of an endpoint; each by an index of its own, however many are delivered."""
    mine = rows.filter(webhook=OuterRef("pk")).order_by().values("webhook")
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def _move(webhook: Webhook, new: WebhookState) -> Webhook:
    old = [state for state, possible in MOVES.items() if new in possible]
    rows = Webhook.objects.filter(pk=webhook.pk, state__in=old)
    if rows.update(state=new, rests_until=None) != 1:
        raise WebhookMoved
    return Webhook.objects.get(pk=webhook.pk)


def _locked(webhook: Webhook) -> Webhook:
    """One after the other: of two that make a secret at once, the second sees the first's."""
    return Webhook.objects.select_for_update().get(pk=webhook.pk)


def _note(webhook: Webhook, kind: str, book: Book) -> None:
    book.note(webhook, kind=kind, number=_number(webhook))


def _number(webhook: Webhook) -> str:
    """How the chain names it."""
    return f"webhook {webhook.pk}"
