"""Questions, answers and contacts about an order are kept, each once."""

from contextlib import nullcontext
from typing import Any

import pytest

from counter.models import ConsentHow, OrderState
from counter.showroom import talks
from inventory.ground import nobody
from inventory.ground.errors import NotAllowed, RuleBroken
from inventory.models import Notice
from tests.showroom import Showroom


def test_a_question_is_sent_and_answered_once(showroom: Showroom) -> None:
    order = showroom.placed()
    question = talks.ask(order=order, text="刻字要横排吗?", by=showroom.gao)
    notice = Notice.objects.get(kind="order_question")
    assert f"/o/{order.link}/" in notice.text
    assert "刻字" not in notice.text
    link = {"how": ConsentHow.LINK, "by": nobody.customer()}
    talks.reply(question=question, text="横排", **link)  # type: ignore[arg-type]  # because: two keywords of their types
    with pytest.raises(RuleBroken) as refusal:
        talks.reply(question=question, text="竖排", how=ConsentHow.TELEPHONE, by=showroom.shop.lin)
    assert refusal.value.code == "answered_before"
    assert question.reply.text == "横排"
    assert showroom.passed_on(order).state == OrderState.TRANSFERRED


def test_only_who_works_on_the_queue_asks(showroom: Showroom) -> None:
    order = showroom.placed()
    with pytest.raises(NotAllowed):
        talks.ask(order=order, text="?", by=showroom.shop.lin)
    order = showroom.passed_on(order)
    with pytest.raises(NotAllowed):
        talks.ask(order=order, text="?", by=showroom.gao)
    with pytest.raises(NotAllowed):
        talks.ask(order=order, text="?", by=showroom.shop.sun)
    talks.ask(order=order, text="?", by=showroom.shop.lin)


@pytest.mark.parametrize(
    ("who", "hears"), [("lin", True), ("zhao", True), ("sun", False), ("qian", False)]
)
def test_an_answer_is_heard_by_who_has_to_do_with_the_order(
    showroom: Showroom, who: str, hears: bool
) -> None:
    """The order lies in the network showroom; 林 follows its customer, 赵 stands in."""
    question = talks.ask(order=showroom.placed(), text="?", by=showroom.gao)
    told: Any = {"text": "是", "how": ConsentHow.TELEPHONE, "by": showroom.shop.people[who]}
    with nullcontext() if hears else pytest.raises(NotAllowed):
        talks.reply(question=question, **told)


@pytest.mark.parametrize(
    ("how", "result", "code"),
    [("pigeon", "到了", "bad_contact"), ("telephone", "  ", "remark_needed")],
)
def test_a_contact_says_how_and_what(showroom: Showroom, how: str, result: str, code: str) -> None:
    order = showroom.placed()
    with pytest.raises(RuleBroken) as refusal:
        talks.note_contact(order=order, how=how, result=result, by=showroom.gao)
    assert refusal.value.code == code
    row = talks.note_contact(order=order, how="not_reached", result="无人接听", by=showroom.gao)
    assert list(order.contacts.all()) == [row]
