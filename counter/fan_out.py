"""Deliveries out of the chains: each endpoint reads on behind its cursor of each store, link by
link, so that no event is left out and none is there twice, whoever else fans out meanwhile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from counter import webhook_events
from counter.models import Delivery, Webhook, WebhookCursor, WebhookState
from inventory import feed
from inventory.models import Store

LINKS_AT_ONCE: Final = 1_000


def run() -> int:
    """Makes the deliveries of all that happened since the last time, for every active endpoint;
    returns how many. One that is paused reads on later, from where it stopped."""
    made = 0
    for webhook in Webhook.objects.filter(state=WebhookState.ACTIVE):
        _meet_new_stores(webhook)
        while (page := _page(webhook)) is not None:
            made += page
    return made


def _meet_new_stores(webhook: Webhook) -> None:
    """A store that opened after an endpoint of all stores is told of from its first link on."""
    if not webhook.all_stores:
        return
    known = WebhookCursor.objects.filter(webhook=webhook).values("store")
    fresh = list(Store.objects.exclude(pk__in=known).values_list("pk", flat=True))
    if not fresh:
        return
    rows = [WebhookCursor(webhook=webhook, store_id=store_id, seq=0) for store_id in fresh]
    with transaction.atomic():
        # one that was removed meanwhile has no cursors any more, and every store looks new
        active = Webhook.objects.filter(pk=webhook.pk, state=WebhookState.ACTIVE)
        if active.select_for_update().exists():
            WebhookCursor.objects.bulk_create(rows, ignore_conflicts=True)


def _page(webhook: Webhook) -> int | None:
    """The deliveries of the next links; None when nothing is behind the cursors."""
    behind = dict(webhook.cursors.values_list("store_id", "seq"))
    links = feed.read(stores=behind.keys(), behind=behind, limit=LINKS_AT_ONCE)
    if not links:
        return None
    by_store: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for link in links:
        by_store[link["store_id"]].append(link)
    return sum(_read_on(webhook, rows, behind) for rows in by_store.values())


@transaction.atomic
def _read_on(webhook: Webhook, links: Sequence[dict[str, Any]], behind: Mapping[int, int]) -> int:
    """Moves the cursor of one store and writes its deliveries, both or none. Who comes second to
    the same cursor writes nothing."""
    store_id, last = links[0]["store_id"], links[-1]["seq"]
    cursor = WebhookCursor.objects.filter(webhook=webhook, store=store_id, seq=behind[store_id])
    if cursor.update(seq=last) != 1:
        return 0
    rows = [
        Delivery(
            webhook=webhook,
            store_id=store_id,
            seq=link["seq"],
            event=event.name,
            number=link["number"],
            at=link["at"],
            due_at=link["at"],
        )
        for link in links
        if (event := webhook_events.BY_KIND.get(link["kind"])) and event.name in webhook.events
    ]
    Delivery.objects.bulk_create(rows)
    return len(rows)
