"""Events on their way to endpoints: signed by Standard Webhooks, tried again, set aside at last.

    waiting → delivered · waiting → waiting (later) · waiting → dead → waiting (by a person)

Every event arrives at least once, with the same id at each try. Events of one document go out one
after the other; another document never waits for them. Each endpoint has its share of a round; one
where nobody answers, or that is busy or slow to refuse, rests for a minute and holds up no other.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook as Signer

from counter import webhook_events, webhooks
from counter.models import Delivery, DeliveryState, Webhook, WebhookState
from counter.programs import RIGHT
from inventory.ground import outward_calls, sealing
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.ground.outward_calls import Answer, NotReached

logger = logging.getLogger(__name__)

# as Standard Webhooks recommends: ten tries over more than three days
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_TRIES: Final = len(WAITS) + 1
REST: Final = timedelta(minutes=1)
AT_ONCE: Final = 100
# what the endpoints share in a round of `send_due`; each sends one event at least
MOST_SECONDS: Final = 50.0
# whoever sends an event has it for itself until then, which is longer than any call
CLAIMED: Final = timedelta(seconds=2 * (outward_calls.LOOK_UP_SECONDS + outward_calls.MOST_SECONDS))
GONE: Final = 410
BUSY: Final = {429, 502, 503, 504}  # said of the endpoint, not of the event
SLOW_SECONDS: Final = 2.0  # to refuse; a quick refusal is taken for one of the event
KEPT: Final = timedelta(days=30)
FORGOTTEN_AT_ONCE: Final = 10_000


class DeliveryMoved(RuleBroken):
    code = "delivery_moved"
    sentence = _("This event is on its way again, or its endpoint was removed.")


def send_due(*, now: datetime | None = None) -> int:
    """Sends what is due to every active endpoint that has a secret; returns how many were taken.
    Several at once send each event once: the claim is a compare-and-set, and moves the next try
    behind the end of this one before anything goes out."""
    at, begun = now or timezone.now(), time.monotonic()
    rested = Q(rests_until=None) | Q(rests_until__lte=at)
    due = Delivery.objects.filter(
        webhook=OuterRef("pk"), state=DeliveryState.WAITING, due_at__lte=at
    )
    rows = list(Webhook.objects.filter(rested, Exists(due), state=WebhookState.ACTIVE))

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - begun)

    return sum(_serve(webhook, clock, MOST_SECONDS / len(rows)) for webhook in rows)


def replay(*, delivery: Delivery, by: User) -> None:
    """An event that was set aside goes out again, as if it were new. Refused to a role without the
    right, and unless it is set aside."""
    _refuse_unless_allowed(by)
    if _set_aside(delivery.webhook).filter(pk=delivery.pk).update(**_as_new()) != 1:
        raise DeliveryMoved


def replay_all(*, webhook: Webhook, by: User) -> int:
    """All that was set aside goes out again; returns how many. Refused to a role without the
    right."""
    _refuse_unless_allowed(by)
    return _set_aside(webhook).update(**_as_new())


def forget_old(*, now: datetime | None = None) -> int:
    """What was taken more than thirty days ago is known to its receiver; returns how many rows
    went. What was set aside stays until somebody decides."""
    before = (now or timezone.now()) - KEPT
    old = Delivery.objects.filter(state=DeliveryState.DELIVERED, tried_at__lt=before)
    ids = list(old.order_by("tried_at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Delivery.objects.filter(pk__in=ids).delete()[0] if ids else 0


def delivery_for(pk: int) -> Delivery:
    """One event with its endpoint."""
    return get_object_or_404(Delivery.objects.select_related("webhook"), pk=pk)


def listed(webhook: Webhook, *, state: str = "") -> QuerySet[Delivery]:
    """The events of an endpoint, of one state or all, newest first."""
    rows = webhook.deliveries.select_related("store")
    return rows.filter(state=state) if state else rows


def _serve(webhook: Webhook, clock: Callable[[], datetime], seconds: float) -> int:
    """What is due at one endpoint, until nothing is left, it has to rest, or its share of the
    round is over; returns how many were taken."""
    taken, begun, at = 0, time.monotonic(), clock()
    while due := list(_due(webhook, at)[:AT_ONCE]):
        for row in due:
            # a person may have paused it, or taken a secret away, since the last call
            secrets = _opened(webhook)
            if not secrets:
                return taken
            if not _claim(row, clock()):
                continue
            is_taken, goes_on = _try(row, webhook, secrets, clock)
            taken += is_taken
            if not goes_on or time.monotonic() - begun > seconds:
                return taken
    return taken


def _try(
    row: Delivery, webhook: Webhook, secrets: Sequence[str], clock: Callable[[], datetime]
) -> tuple[bool, bool]:
    """One call: whether the event was taken, and whether the endpoint may be called again now."""
    begun, status = time.monotonic(), None
    try:
        answer = _call(row, webhook, secrets)
        status, told = answer.status, answer.beginning
    except NotReached as silence:
        told = str(silence)
    at, is_slow = clock(), time.monotonic() - begun > SLOW_SECONDS
    if _keep(row, at, status=status, answer=told):
        Webhook.objects.filter(pk=webhook.pk).update(answered_at=at)
        return True, True
    if status == GONE:
        webhooks.switch_off(webhook)
        return False, False
    rests = status is None or status in BUSY or is_slow
    if rests:
        Webhook.objects.filter(pk=webhook.pk).update(rests_until=at + REST)
    return False, not rests


def _due(webhook: Webhook, at: datetime) -> QuerySet[Delivery]:
    """What may go out now: of each document the earliest event that still waits."""
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    earlier = waiting.filter(
        store=OuterRef("store"), number=OuterRef("number"), seq__lt=OuterRef("seq")
    )
    due = waiting.filter(~Exists(earlier), due_at__lte=at).select_related("store")
    return due.order_by("due_at", "pk")


def _claim(row: Delivery, at: datetime) -> bool:
    """Whether this try is ours; from here on the row counts it, and is nobody else's meanwhile."""
    mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING, tries=row.tries)
    claimed = mine.update(tries=F("tries") + 1, tried_at=at, due_at=at + CLAIMED)
    row.tries += claimed
    return claimed == 1


def _call(row: Delivery, webhook: Webhook, secrets: Sequence[str]) -> Answer:
    """One try. The time is that of this try, the id that of the event; every live secret signs."""
    body, sent_at = webhook_events.payload(row), timezone.now()
    message = f"msg_{row.uuid.hex}"
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "jewelry-counter/1",
        "webhook-id": message,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(
            Signer(secret).sign(message, sent_at, body) for secret in secrets
        ),
    }
    return outward_calls.post(webhook.url, body=body.encode(), headers=headers)


def _keep(row: Delivery, at: datetime, *, status: int | None, answer: str) -> bool:
    """What became of a try; whether the event was taken. What was told it is gone waits on."""
    taken = status is not None and 200 <= status < 300
    state = DeliveryState.WAITING
    if taken:
        state = DeliveryState.DELIVERED
    elif row.tries >= MOST_TRIES and status != GONE:
        state = DeliveryState.DEAD
    mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING, tries=row.tries)
    due_at = at + WAITS[min(row.tries, len(WAITS)) - 1]
    mine.update(state=state, tried_at=at, due_at=due_at, status=status, answer=answer[:200])
    return taken


def _opened(webhook: Webhook) -> list[str]:
    """The live secrets of an endpoint, the older first; none unless it is active now, and none
    when the key that sealed one is gone, which holds up this endpoint and no other."""
    live = webhook.secrets.filter(webhook__state=WebhookState.ACTIVE)
    try:
        return [sealing.unseal(bytes(each.sealed)).decode() for each in live]
    except sealing.CannotUnseal:
        logger.error("a secret of webhook %s was sealed with a key that is not here", webhook.pk)
        return []


def _set_aside(webhook: Webhook) -> QuerySet[Delivery]:
    return Delivery.objects.filter(webhook=webhook, state=DeliveryState.DEAD)


def _as_new() -> dict[str, object]:
    return {"state": DeliveryState.WAITING, "tries": 0, "due_at": timezone.now()}


def _refuse_unless_allowed(by: User) -> None:
    if not by.has_perm(RIGHT):
        raise NotAllowed
