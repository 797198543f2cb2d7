"""沟通: questions to the customer and their answers, and a note of every contact about an order."""

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from counter.models import (
    ConsentHow,
    NetworkOrder,
    OrderContact,
    OrderQuestion,
    OrderReply,
)
from counter.showroom import consents, order_notices, reviews, steps
from inventory.ground.errors import BadField, RuleBroken

# how somebody spoke with the customer
CONTACTS: Final[Mapping[str, str | Promise]] = {
    "telephone": gettext_lazy("by telephone"),
    "message": gettext_lazy("by message"),
    "visit": gettext_lazy("in the store"),
    "not_reached": gettext_lazy("not reached"),
}


class AnsweredBefore(RuleBroken):
    code = "answered_before"
    sentence = gettext_lazy("This question was answered before. Nothing was changed.")


class BadContact(BadField):
    code = "bad_contact"
    sentence = gettext_lazy("Choose how you spoke with the customer.")


def ask(*, order: NetworkOrder, text: str, by: User) -> OrderQuestion:
    """Something the shop must know before it goes on; the customer is told. Refused: to whoever
    does not work on this queue, without a text, and for an order that is over."""
    steps.refuse_unless_theirs(by, order)
    words = reviews.said(text, field="text")
    with steps.opened(order, by=by) as (book, locked):
        _refuse_if_over(locked)
        question = OrderQuestion(order=locked, text=words, at=book.at, by=by)
        book.write([question], kind="order_asked", number=locked.number)
        order_notices.asked(question, book=book)
    return question


def reply(*, question: OrderQuestion, text: str, how: ConsentHow, by: User) -> OrderReply:
    """What the customer says to it, by the link or noted by a clerk. Refused: said in a way that is
    not open to this person, without a text, a second time, and for an order that is over."""
    order = question.order
    consents.refuse_unless_heard(how, by, order)
    words = reviews.said(text, field="text")
    with steps.opened(order, by=by) as (book, locked):
        _refuse_if_over(locked)
        if OrderReply.objects.filter(question=question).exists():
            raise AnsweredBefore
        row = OrderReply(question=question, text=words, how=how, at=book.at, by=by)
        book.write([row], kind="order_replied", number=locked.number)
    return row


def note_contact(*, order: NetworkOrder, how: str, result: str, by: User) -> OrderContact:
    """Somebody spoke with the customer about an order, or tried to; after its end too. Refused: to
    whoever does not work on this queue, for an unknown way, and without a result."""
    steps.refuse_unless_theirs(by, order)
    if how not in CONTACTS:
        raise BadContact(field="how")
    words = reviews.said(result, field="result")
    with steps.opened(order, by=by) as (book, locked):
        row = OrderContact(order=locked, how=how, result=words, at=book.at, by=by)
        book.write([row], kind="order_contact", number=locked.number)
    return row


def _refuse_if_over(order: NetworkOrder) -> None:
    if order.is_over:
        raise steps.OrderMoved(order)
