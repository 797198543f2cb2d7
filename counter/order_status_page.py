"""What the private link of an order tells its customer: the steps in plain words, what waits for
them, and never more of a person than the name they are called by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import (
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderQuestion,
    OrderState,
)
from counter.showroom import endings, versions
from counter.showroom.wishes import LineWish, Wish
from counter.showroom_basket import LineTold as LineRead
from counter.showroom_basket import line_told
from counter.wish_words import LINE_LABELS, ORDER_LABELS, line_words, order_words
from inventory.ground import measures
from inventory.ground.errors import RuleBroken

S = OrderState
# what is going on in a state, and the ground of its mark
WORDS: Final[Mapping[str, tuple[str | Promise, str]]] = {
    S.PLACED: (gettext_lazy("We have noted this order for you. Please confirm it."), "warn"),
    S.REVIEWING: (gettext_lazy("We check whether everything can be made as you wish."), ""),
    S.TRANSFERRED: (gettext_lazy("The person who serves you checks every detail."), ""),
    S.CONFIRMED: (gettext_lazy("Everything is agreed. Your order is prepared."), ""),
    S.ALLOTTING: (gettext_lazy("We choose the stones."), ""),
    S.IN_PRODUCTION: (gettext_lazy("It is being made."), ""),
    S.ARRIVED: (gettext_lazy("It has arrived. We check it against your order."), ""),
    S.NOTIFIED: (gettext_lazy("It is ready for you."), "ok"),
    S.SHIPPED: (gettext_lazy("It is on the way to you."), "ok"),
    S.HANDED_OVER: (gettext_lazy("You have it. We wish you joy of it."), "ok"),
    S.DELIVERED: (gettext_lazy("You have it. We wish you joy of it."), "ok"),
    S.REFUSED: (gettext_lazy("We are sorry: we cannot make this. Please ask us."), "bad"),
    S.CANCELLED: (gettext_lazy("This order was cancelled."), "bad"),
    S.EXPIRED: (gettext_lazy("This order was never confirmed and is over."), "bad"),
}
ROAD: Final[Sequence[tuple[str | Promise, frozenset[str]]]] = (
    (gettext_lazy("Order received"), frozenset({S.PLACED})),
    (gettext_lazy("First check: can it be made?"), frozenset({S.REVIEWING})),
    (gettext_lazy("Second check by whoever serves you"), frozenset({S.TRANSFERRED})),
    (gettext_lazy("Material and stones"), frozenset({S.CONFIRMED, S.ALLOTTING})),
    (gettext_lazy("In the workshop"), frozenset({S.IN_PRODUCTION})),
    (gettext_lazy("Arrived and checked"), frozenset({S.ARRIVED})),
    (gettext_lazy("Ready for you"), frozenset({S.NOTIFIED, S.SHIPPED})),
    (gettext_lazy("With you"), frozenset({S.HANDED_OVER, S.DELIVERED})),
)
# where orders stand in line and are taken one after the other
IN_LINE: Final = frozenset({S.REVIEWING, S.TRANSFERRED, S.CONFIRMED, S.ALLOTTING})
HERE: Final = frozenset(
    {
        OrderedState.ARRIVED,
        OrderedState.HANDED_OVER,
        OrderedState.SHIPPED,
        OrderedState.DELIVERED,
    }
)
# of these a page without sign-in says that they change, and not to what
PERSONAL: Final = frozenset({"recipient", "address", "telephone"})
TITLES: Final = ("女士", "先生", "太太", "小姐")
FROM_LATIN: Final = "ɏ"  # the last of the Latin letters: names behind it stand surname first


class ChangeOld(RuleBroken):
    code = "version_old"
    sentence = gettext_lazy(
        "What you answered is no longer what we propose. Please read it once more."
    )


@dataclass(frozen=True)
class Step:
    word: str
    mark: str  # done, now, or empty


@dataclass(frozen=True)
class LineTold:
    """What is ordered, how many of it, and how many are here."""

    name: str
    words: str
    pieces: str
    here: int
    of: int


@dataclass(frozen=True)
class Change:
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeTold:
    """A version that waits for a yes or no: what is different, why, and both totals."""

    version: int
    why: str
    changes: Sequence[Change]
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """See `templates/counter/showroom/order_status.html`."""

    order: NetworkOrder
    words: str | Promise
    ground: str
    name: str
    road: Sequence[Step]
    lines: Sequence[LineTold]
    before_us: int | None  # orders that are taken before this one
    promised_on: date | None
    questions: Sequence[OrderQuestion]
    change: ChangeTold | None
    reasons: Sequence[tuple[str, str]]  # for which the customer may cancel; none: not any more
    read_back: Sequence[LineRead]  # what waits for the customer's first yes

    @property
    def total(self) -> str:
        return measures.yuan(self.order.total_cents)


def told(order: NetworkOrder) -> Told:
    """How far an order is (up to 8 queries, however many lines it has)."""
    words, ground = WORDS[order.state]
    return Told(
        order=order,
        words=words,
        ground=ground,
        name=called(order.customer.name),
        road=_road(order.state),
        lines=list(_lines(order)),
        before_us=_before(order),
        promised_on=None if order.is_over else order.promised_on,
        questions=list(order.questions.filter(reply__isnull=True)),
        change=_change(order),
        reasons=_reasons(order),
        read_back=_read_back(order),
    )


def by_link(key: str) -> NetworkOrder | None:
    """The order with this private link (1 query)."""
    rows = NetworkOrder.objects.select_related("customer", "queue", "store")
    return rows.filter(link=key).first()


def called(name: str) -> str:
    """What somebody is called: 陈晓雯 is 晓雯, 何女士 stays so, Anna Lee is Anna."""
    plain = name.strip()
    if not plain or plain.endswith(TITLES):
        return plain
    return plain[1:] if plain[0] > FROM_LATIN and len(plain) > 1 else plain.split()[0]


def _road(state: str) -> list[Step]:
    """The steps up to the one that is taken now; of an order that ended early, none."""
    found = [nth for nth, (_word, states) in enumerate(ROAD) if state in states]
    now = found[0] if found else -1
    last = len(ROAD) - 1
    return [
        Step(str(word), "done" if nth < now or nth == now == last else "now" if nth == now else "")
        for nth, (word, _states) in enumerate(ROAD)
        if found
    ]


def _lines(order: NetworkOrder) -> Iterator[LineTold]:
    here: dict[int, int] = {}
    rows = OrderedPiece.objects.filter(line__order=order, state__in=HERE)
    for line_id in rows.values_list("line_id", flat=True):
        here[line_id] = here.get(line_id, 0) + 1
    for line in order.lines.select_related("style"):
        words = [measures.grade_name(line.metal, line.grade), line.size_spec]
        if line.ring_size:
            words.append(_("ring size %s") % line.ring_size)
        yield LineTold(
            name=line.style.name,
            words=" · ".join(filter(None, words)),
            pieces=measures.count(line.pieces),
            here=here.get(line.pk, 0),
            of=line.pieces,
        )


def _reasons(order: NetworkOrder) -> list[tuple[str, str]]:
    """By the customer alone, while nothing is made for them; later they call us."""
    if order.state not in endings.BY_CUSTOMER:
        return []
    return [(code, str(endings.REASONS[code].words)) for code in endings.OF_CUSTOMER]


def _read_back(order: NetworkOrder) -> list[LineRead]:
    """An order that was entered for the customer, as they are to confirm it."""
    if order.state != S.PLACED:
        return []
    wish = Wish.from_content(order.versions.get(version=order.version).content)
    names = {line.style.code: line.style.name for line in order.lines.select_related("style")}
    return [
        line_told(nth, line, names.get(line.style, ""), None) for nth, line in enumerate(wish.lines)
    ]


def _before(order: NetworkOrder) -> int | None:
    """How many wait in the same queue at the same step since earlier; None where none waits."""
    if order.state not in IN_LINE:
        return None
    same = NetworkOrder.objects.filter(queue=order.queue_id, state=order.state)
    return same.filter(state_since__lt=order.state_since).count()


def _change(order: NetworkOrder) -> ChangeTold | None:
    row = versions.open_proposal(order)
    if row is None:
        return None
    counts = order.versions.get(version=order.version)
    return ChangeTold(
        version=row.version,
        why=row.why,
        changes=list(differences(counts.content, row.content)),
        before=measures.yuan(counts.total_cents),
        after=measures.yuan(row.total_cents),
    )


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """What is different between two contents, in words; a line that is new or gone as a whole."""
    old, new = Wish.from_content(before), Wish.from_content(after)
    was, will = order_words(old), order_words(new)
    for name, label in ORDER_LABELS.items():
        if was[name] != will[name]:
            secret = name in PERSONAL
            told = (_("as it was"), _("as you told us")) if secret else (was[name], will[name])
            yield Change(str(label), *told)
    for nth in range(max(len(old.lines), len(new.lines))):
        yield from _line_differences(nth, old.lines[nth : nth + 1], new.lines[nth : nth + 1])


def _line_differences(
    nth: int, old: Sequence[LineWish], new: Sequence[LineWish]
) -> Iterator[Change]:
    place = _("Line %s") % (nth + 1)
    if not old or not new:
        words = ", ".join(filter(None, line_words((old or new)[0]).values()))
        yield Change(place, *((words, "—") if old else ("—", words)))
        return
    was, will = line_words(old[0]), line_words(new[0])
    for name, label in LINE_LABELS.items():
        if was[name] != will[name]:
            yield Change(f"{place} · {label}", was[name] or "—", will[name] or "—")
