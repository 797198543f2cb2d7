"""One order as its page shows it: what was ordered, how far it is, and the acts of its state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils import timezone

from counter import deposit_page, order_forms, order_status_page, order_steps
from counter.deposit_page import OfOrder
from counter.models import (
    NetworkOrder,
    OrderedPiece,
    OrderedState,
    OrderLine,
    OrderState,
    OrderVersion,
    StoneAllotment,
)
from counter.order_status_page import Change
from counter.order_steps import NextAct
from counter.showroom import allotments, order_words, production, versions
from counter.showroom.wishes import Wish
from inventory.models import State
from inventory.views.pages import rights

S = OrderState
RIGHTS: Final = ("place_orders", "review_orders", "work_orders", "agree_orders", "sell")
# the panel of a state, and the right to see it
PANELS: Final[Mapping[str, tuple[str, str]]] = {
    S.PLACED: ("confirm_by_phone", "place_orders"),
    S.REVIEWING: ("review", "review_orders"),
    S.TRANSFERRED: ("second_check", "work_orders"),
    S.CONFIRMED: ("begin", "work_orders"),
    S.ALLOTTING: ("stones", "work_orders"),
    S.IN_PRODUCTION: ("arrive", "work_orders"),
    S.ARRIVED: ("tell", "work_orders"),
    S.NOTIFIED: ("hand_over", "work_orders"),
    S.SHIPPED: ("sign_for", "work_orders"),
}


@dataclass(frozen=True)
class LineSeen:
    """A line in words, and where each of its pieces is."""

    line: OrderLine
    words: str
    ordered: Sequence[OrderedPiece]

    @property
    def here(self) -> int:
        gone = {OrderedState.WAITING, OrderedState.IN_PRODUCTION, OrderedState.CANCELLED}
        return sum(each.state not in gone for each in self.ordered)


class OrderPage:
    """See `templates/counter/orders/order.html`."""

    def __init__(self, order: NetworkOrder, user: User) -> None:
        self.order = order
        self.user = user
        self.may = rights(user, *RIGHTS)

    @cached_property
    def lines(self) -> list[LineSeen]:
        rows = self.order.lines.select_related("style").prefetch_related("ordered__piece")
        wish = Wish.from_content(self.version.content)
        return [
            LineSeen(
                line=row,
                words=order_words.line_words(told, name=row.style.name),
                ordered=list(row.ordered.all()),
            )
            for row, told in zip(rows, wish.lines, strict=True)
        ]

    @cached_property
    def version(self) -> OrderVersion:
        return self.order.versions.get(version=self.order.version)

    @cached_property
    def proposal(self) -> OrderVersion | None:
        return versions.open_proposal(self.order)

    @cached_property
    def changes(self) -> list[Change]:
        """What the open proposal would change."""
        if self.proposal is None:
            return []
        return list(order_status_page.differences(self.version.content, self.proposal.content))

    @cached_property
    def questions(self) -> list[Any]:
        rows = self.order.questions.select_related("by", "reply__by")
        return list(rows.order_by("-pk"))

    @cached_property
    def open_questions(self) -> list[Any]:
        return [each for each in self.questions if not hasattr(each, "reply")]

    @cached_property
    def contacts(self) -> list[Any]:
        return list(self.order.contacts.select_related("by").order_by("-pk"))

    @cached_property
    def steps(self) -> list[Any]:
        return list(self.order.steps.select_related("by", "queue", "account_clerk").order_by("-pk"))

    @cached_property
    def stones(self) -> list[StoneAllotment]:
        rows = allotments.live().filter(ordered__line__order=self.order)
        return list(rows.select_related("stone", "ordered__line__style"))

    @cached_property
    def parcels(self) -> list[Any]:
        return list(self.order.parcels.select_related("by"))

    @cached_property
    def money(self) -> OfOrder:
        return deposit_page.of_order(self.order)

    @property
    def waits(self) -> bool:
        return bool(self.open_questions) or self.proposal is not None

    @property
    def next(self) -> NextAct | None:
        return order_steps.next_act(self.order, waits=self.waits)

    @property
    def owner(self) -> Any:
        return order_steps.owner_of(self.order)

    @property
    def since(self) -> timedelta:
        return timezone.now() - self.order.state_since

    @property
    def is_late(self) -> bool:
        return self.order.due_at is not None and self.order.due_at < timezone.now()

    @property
    def panel(self) -> str:
        """The template of the act that comes now; empty for whoever may not do it."""
        name, right = PANELS.get(self.order.state, ("", ""))
        theirs = right in self.may and self._is_here
        return f"counter/orders/_panel_{name}.html" if name and theirs else ""

    @property
    def works(self) -> bool:
        """Whether this person works on the queue in which the order lies."""
        is_first = self.order.queue_id == self.order.store_id
        right = "review_orders" if is_first else "work_orders"
        return right in self.may and self._is_here and not self.order.is_over

    @cached_property
    def _is_here(self) -> bool:
        return self.user.stores.filter(pk=self.order.queue_id).exists() or (
            self.order.state == S.PLACED
        )

    # --- the forms of the acts

    @cached_property
    def pass_on(self) -> order_forms.PassOnForm:
        return order_forms.PassOnForm(auto_id="pass_on_%s")

    @cached_property
    def assign(self) -> order_forms.AssignForm:
        return order_forms.AssignForm(store=self.order.queue, auto_id="assign_%s")

    @cached_property
    def contact(self) -> order_forms.ContactForm:
        return order_forms.ContactForm(auto_id="contact_%s")

    @cached_property
    def refuse(self) -> order_forms.EndForm:
        return order_forms.EndForm(state=S.REFUSED, auto_id="refuse_%s")

    @cached_property
    def cancel(self) -> order_forms.EndForm:
        return order_forms.EndForm(state=S.CANCELLED, auto_id="cancel_%s")

    @cached_property
    def stone(self) -> order_forms.StoneForm:
        return order_forms.StoneForm(auto_id="stone_%s")

    @cached_property
    def arrive(self) -> order_forms.ArriveForm:
        return order_forms.ArriveForm(store=self.order.queue, auto_id="arrive_%s")

    @cached_property
    def report(self) -> order_forms.ReportForm:
        return order_forms.ReportForm(auto_id="report_%s")

    @cached_property
    def ship(self) -> order_forms.ShipForm:
        return order_forms.ShipForm(auto_id="ship_%s")

    @cached_property
    def sign(self) -> order_forms.SignForm:
        return order_forms.SignForm(auto_id="sign_%s")

    @property
    def in_production(self) -> list[OrderedPiece]:
        return self._ordered_in(OrderedState.IN_PRODUCTION)

    @property
    def arrived(self) -> list[OrderedPiece]:
        return self._ordered_in(OrderedState.ARRIVED)

    @property
    def without_report(self) -> list[OrderedPiece]:
        """What is here and cannot be sold yet (不检测不上柜)."""
        return [each for each in self.arrived if each.piece and each.piece.state == State.RECEIVED]

    @property
    def wants_stone(self) -> list[OrderedPiece]:
        given = {each.ordered_id for each in self.stones}
        rows = production.stones_wanted(self.order).select_related("line__style")
        return [each for each in rows if each.pk not in given]

    def _ordered_in(self, state: OrderedState) -> list[OrderedPiece]:
        return [each for line in self.lines for each in line.ordered if each.state == state]
