"""库存交接: a counter changes hands. Begin a count, tick its list, give it up; trays are counted in
`counting`, money in `drawers`, differences settled in `differences`, two PINs set in `signatures`.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import (
    attempts,
    counted_envelopes,
    counted_old_gold,
    counted_supplies,
    counting,
    custody,
    shifts,
    tenders,
    trays,
)
from counter.models import (
    CountItem,
    Handover,
    HandoverItem,
    HandoverKind,
    HandoverMoney,
    HandoverState,
    Shift,
    TrayCount,
)
from inventory import places
from inventory.ground import access, changes, numbers
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Place, PlaceKind

MOST_ITEMS = 9_999
MOST_REMARK = 200  # characters

# what may become of a sheet; `counting.settle` goes to and fro between the first three
MOVES: dict[str, frozenset[HandoverState]] = {
    HandoverState.COUNTING: frozenset(
        {HandoverState.DIFFERING, HandoverState.AGREED, HandoverState.ABANDONED}
    ),
    HandoverState.DIFFERING: frozenset(
        {HandoverState.COUNTING, HandoverState.AGREED, HandoverState.ABANDONED}
    ),
    HandoverState.AGREED: frozenset(
        {
            HandoverState.COUNTING,
            HandoverState.DIFFERING,
            HandoverState.SIGNED,
            HandoverState.ABANDONED,
        }
    ),
}


class HandoverOpen(RuleBroken):
    """At most one count at a counter."""

    code = "handover_open"

    def __init__(self, handover: Handover) -> None:
        super().__init__(
            _("A count of this counter is open already: %(number)s.") % {"number": handover.number},
            next_url=reverse("handover", args=[handover.number]),
            next_label=_("Go on counting"),
        )


class PersonNeeded(RuleBroken):
    code = "person_needed"
    status = 422
    sentence = gettext_lazy("Choose who hands over and who takes over.")


class SamePerson(RuleBroken):
    """Liability passes between two people, never from one to the same."""

    code = "same_person"
    status = 422
    sentence = gettext_lazy("Two different people sign. Choose another person.")


class OtherStorePerson(RuleBroken):
    code = "other_store_person"
    status = 403
    sentence = gettext_lazy("This person does not belong to this store.")


class CountedAlready(RuleBroken):
    code = "counted_already"
    sentence = gettext_lazy("This shift has been counted already. Hand it over or close it.")


class StaleFirst(RuleBroken):
    code = "stale_first"
    sentence = gettext_lazy(
        "An older shift of this counter has not been counted. Hand that one over first."
    )


class ReasonNeeded(RuleBroken):
    code = "reason_needed"
    status = 422
    sentence = gettext_lazy("Type the reason in a few words.")


def start(
    *,
    counter: Place,
    kind: str,
    by: User,
    outgoing: User | None = None,
    incoming: User | None = None,
    tray: Place | None = None,
) -> Handover:
    """A new sheet with every place, tender and list of the counter, all of them hidden.

    A change needs an open shift, `outgoing` (default: who opened it) and `incoming`; a closing an
    open shift; an opening `incoming` and no shift, or one that was opened without a count; a spot
    count one `tray`. Refused while another count of the counter is open, when the same person
    would stand on both sides, and to people of another store.
    """
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    if counter.kind != PlaceKind.COUNTER:
        raise shifts.NoCounter
    with changes.opened(store=counter.store, by=by) as book:
        # the store's head is locked: two tablets cannot both find none
        running = open_at(counter)
        if running is not None:
            raise HandoverOpen(running)
        shift = _shift_for(HandoverKind(kind), counter)
        outgoing, incoming = _people(
            HandoverKind(kind), shift=shift, outgoing=outgoing, incoming=incoming, by=by
        )
        for person in (outgoing, incoming):
            check_person(person, counter)
        handover = Handover.objects.create(
            number=numbers.issue(
                store=counter.store,
                kind=numbers.Kind.HANDOVER,
                day=places.business_day(counter.store, book.at),
            ),
            store=counter.store,
            counter=counter,
            kind=kind,
            shift=shift,
            previous=custody.last_sheet(counter),
            business_day=places.business_day(counter.store, book.at),
            started_at=book.at,
            started_by=by,
            outgoing=outgoing,
            incoming=incoming,
        )
        _lay_out(handover, tray)
        book.note(handover, kind=custody.STARTED, number=handover.number)
    return handover


def open_at(counter: Place) -> Handover | None:
    """The count that is open at a counter."""
    rows = Handover.objects.filter(counter=counter)
    return rows.exclude(state__in=[HandoverState.SIGNED, HandoverState.ABANDONED]).first()


def places_of(counter: Place) -> list[Place]:
    """What a counter answers for: its trays and windows, and what lies on the counter itself."""
    inside = Place.objects.filter(parent=counter).order_by("code")
    return [*inside, counter]


def check_item(*, item: HandoverItem, counted: int, remark: str, by: User) -> HandoverItem:
    """Keys, certificates, loose old gold and the like, by number. Another number than the list's
    is counted once more, and then needs a remark; which number that is shows only afterwards.
    Refused for sealed bags, which are scanned."""
    if counted_old_gold.is_scanned(item):
        raise counted_old_gold.BagsAreScanned(field="counted")
    return settle_item(item=item, counted=counted, remark=remark, by=by)


def settle_item(*, item: HandoverItem, counted: int, remark: str, by: User) -> HandoverItem:
    """A line of the list is held against what the books say now; `bag_scans` brings the number of
    bags, `check_item` one that was typed."""
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    if not 0 <= counted <= MOST_ITEMS:
        raise counting.ImpossibleCount(field="counted")
    part = f"item {item.pk}"
    with changes.opened(store=item.handover.store, by=by) as book:
        handover = lock(item.handover)
        counted_old_gold.compare(item, handover.counter)
        counted_envelopes.compare(item, handover.counter)
        counted_supplies.compare(item, handover.counter)
        differs = counted != item.expected
        again = handover.attempts.filter(part=part).exists()
        if differs and again and not remark.strip():
            raise ReasonNeeded(field="remark")
        attempts.keep(
            handover=handover,
            part=part,
            figures={"name": item.name, "counted": counted},
            agreed=not differs,
            book=book,
        )
        item.counted = counted if again or not differs else None
        item.remark = remark.strip()[:120]
        item.save(update_fields=["counted", "remark", "expected", "mg"])
        counting.settle(handover)
    return item


def remark(*, handover: Handover, text: str, by: User) -> Handover:
    """Condition of the goods, promised calls, tickets to collect: what the next shift must know.
    It stands on the sheet that both sign; refused once it is signed."""
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    with transaction.atomic():
        found = lock(handover)
        found.remark = text.strip()[:MOST_REMARK]
        found.save(update_fields=["remark"])
    return found


def abandon(*, handover: Handover, reason: str, by: User) -> Handover:
    """Gives a count up; its attempts stay. Refused without a reason and after the signature."""
    if not by.has_perm("count_pieces"):
        raise NotAllowed
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with changes.opened(store=handover.store, by=by) as book:
        found = lock(handover)
        found.state, found.abandoned_reason = HandoverState.ABANDONED, reason.strip()[:120]
        found.save(update_fields=["state", "abandoned_reason"])
        show_all(found)
        book.note(found, kind="handover_abandoned", number=found.number)
    return found


def lock(handover: Handover) -> Handover:
    """The sheet, locked. Refused when it is signed or given up."""
    rows = Handover.objects.select_for_update(of=("self",)).filter(pk=handover.pk)
    found = rows.select_related("store", "counter", "shift__change", "previous").get()
    if not found.is_open:
        raise trays.CountOver
    return found


def show_all(handover: Handover) -> None:
    """Nothing of this sheet is hidden any more."""
    Place.objects.filter(store=handover.store_id, counted_in=handover.number).update(counted_in="")


def check_person(person: User | None, counter: Place) -> None:
    """Refused for somebody of another store and for a role that does not sign."""
    if person is None:
        return
    reach = access.store_ids(person)
    if reach is not None and counter.store_id not in reach:
        raise OtherStorePerson
    if not person.has_perm("sign_handover"):
        raise NotAllowed


def _shift_for(kind: HandoverKind, counter: Place) -> Shift | None:
    """Whose shift answers for what this count finds."""
    left = shifts.set_aside_at(counter)
    running = shifts.running_at(counter)
    if kind == HandoverKind.OPEN:
        if left is not None:
            raise StaleFirst
        if running is not None and running.counted:
            raise CountedAlready
        return running
    if kind == HandoverKind.CLOSE and left is not None:
        raise StaleFirst
    shift = left if kind == HandoverKind.CHANGE and left is not None else running
    if shift is None and kind != HandoverKind.SPOT:
        raise shifts.ShiftNeeded
    return shift


def _people(
    kind: HandoverKind,
    *,
    shift: Shift | None,
    outgoing: User | None,
    incoming: User | None,
    by: User,
) -> tuple[User | None, User | None]:
    if kind == HandoverKind.OPEN:
        return None, incoming or by
    if kind == HandoverKind.SPOT:
        return by, None
    if outgoing is None and shift is not None:
        outgoing = shift.opened_by
    if kind == HandoverKind.CLOSE:
        return outgoing, None
    if outgoing is None or incoming is None:
        raise PersonNeeded(field="incoming")
    if outgoing.pk == incoming.pk:
        raise SamePerson(field="incoming")
    return outgoing, incoming


def _lay_out(handover: Handover, tray: Place | None) -> None:
    """Every part of the sheet, and from now on nobody who counts sees what the books say of it."""
    spots = [tray] if tray is not None else places_of(handover.counter)
    if handover.kind == HandoverKind.SPOT and tray is None:
        raise BadField(_("Choose one tray."), field="tray")
    TrayCount.objects.bulk_create(
        TrayCount(handover=handover, place=place, depth=place.count_depth) for place in spots
    )
    ids = [place.pk for place in spots]
    Place.objects.filter(pk__in=ids).update(counted_in=handover.number)
    if not handover.moves_shift:
        return
    HandoverMoney.objects.bulk_create(
        HandoverMoney(handover=handover, tender=tender)
        for tender in tenders.of_money()
        if tender.is_cash or handover.shift is not None
    )
    rows = CountItem.objects.filter(store=handover.store, active=True)
    listed = [
        HandoverItem(handover=handover, kind=row.kind, name=row.name, expected=row.expected)
        for row in rows
        if row.counter_id in {None, handover.counter_id}
    ]
    counted = [
        *counted_old_gold.lay_out(handover),
        *counted_envelopes.lay_out(handover),
        *counted_supplies.lay_out(handover),
    ]
    HandoverItem.objects.bulk_create(listed + counted)
