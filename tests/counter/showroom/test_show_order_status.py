"""The private link of an order tells its customer how far it is, and takes their word."""

import re
from typing import Any

import pytest
from django.test import Client

from counter.models import ConsentHow, NetworkOrder, OrderState
from counter.order_status_page import called
from counter.showroom import drafts, reviews, talks, versions
from tests.showroom import Showroom
from warranty import throttle
from warranty.throttle import Budget


@pytest.fixture(autouse=True)
def _budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "budget", Budget(clock=lambda: 0.0))


def page(order: NetworkOrder) -> str:
    answer = Client().get(f"/o/{order.link}/")
    assert answer.status_code == 200
    return str(answer.text)


def say(order: NetworkOrder, **sent: Any) -> Any:
    answer = Client().post(f"/o/{order.link}/", sent)
    order.refresh_from_db()
    return answer


def test_it_tells_the_step_the_day_and_the_line(showroom: Showroom) -> None:
    first, second = showroom.placed(), showroom.placed()
    assert "1 order before yours" in page(second) and "yours is next" in page(first)
    assert "not promised yet" in page(second)
    showroom.passed_on(first)
    assert "yours is next" in page(second)
    first.refresh_from_db()
    text = page(first)
    assert f"{showroom.day(21):%Y-%m-%d}" in text
    now = re.findall(r'<li class="(\w*)"[^>]*>([^<]+)</li>', text)
    assert [word for mark, word in now if mark == "now"] == ["Second check by whoever serves you"]


def test_it_names_nobody_and_holds_no_personal_data(showroom: Showroom) -> None:
    customer = showroom.customer
    customer.name = "陈晓雯"
    customer.save()
    terms = {"delivery": "ship", "recipient": "陈晓雯", "address": "北京市朝阳区建国路 1 号"}
    text = page(showroom.placed(showroom.wish(**terms, telephone="13812345678")))
    assert "晓雯" in text
    for secret in ("陈晓雯", "建国路", "13812345678", customer.phone, "永恒"):
        assert secret not in text, secret


@pytest.mark.parametrize(
    ("name", "word"),
    [("陈晓雯", "晓雯"), ("何女士", "何女士"), ("Anna Lee", "Anna"), (" ", ""), ("明", "明")],
)
def test_it_calls_people_by_what_they_are_called(name: str, word: str) -> None:
    assert called(name) == word


def test_an_order_by_telephone_is_confirmed_there(showroom: Showroom) -> None:
    order = showroom.placed(how=None)
    assert "永" in page(order)
    assert say(order, act="confirm").status_code == 303
    assert (order.state, order.versions.get().answer.how) == (
        OrderState.REVIEWING,
        ConsentHow.LINK,
    )
    assert say(order, act="confirm")["X-Refusal"] == "order_moved"


def test_a_question_is_answered_once(showroom: Showroom) -> None:
    order = showroom.placed()
    question = talks.ask(order=order, text="内圈刻字可以吗?", by=showroom.gao)
    assert question.text in page(order)
    other = showroom.placed()
    told = {"act": "reply", "question": question.pk, "text": "可以"}
    assert say(other, **told).status_code == 422  # it is not theirs
    assert say(order, **told).status_code == 303
    assert question.text not in page(order)
    assert say(order, **told)["X-Refusal"] == "answered_before"
    question.refresh_from_db()
    assert (question.reply.text, question.reply.how) == ("可以", ConsentHow.LINK)


@pytest.mark.parametrize("agreed", [True, False])
def test_a_change_is_shown_before_and_after_and_answered(showroom: Showroom, agreed: bool) -> None:
    order = showroom.placed()
    wish = showroom.wish(showroom.band(ring_size="13", finish=""), recipient="何")
    change = versions.propose(order=order, wish=wish, why="12.25 号没有", by=showroom.gao)
    text = page(order)
    for words in ("12.25", "13", "12.25 号没有", "as you told us"):
        assert words in text
    assert ">何<" not in text
    assert say(order, act="answer", version=1, answer="yes")["X-Refusal"] == "version_old"
    assert say(order, act="answer", version=2, answer="perhaps")["X-Refusal"] == "version_old"
    answer = "yes" if agreed else "no"
    assert say(order, act="answer", version=2, answer=answer).status_code == 303
    change.refresh_from_db()
    assert (change.answer.agreed, change.answer.how) == (agreed, ConsentHow.LINK)
    line = drafts.ordered_wish(order).lines[0]
    assert line.ring_size == ("13" if agreed else "12.25")


def test_a_customer_cancels_what_they_saw_and_no_more(showroom: Showroom) -> None:
    order = showroom.passed_on(showroom.placed())
    told = {"act": "cancel", "reason": "changed_mind", "state": "transferred"}
    reviews.confirm(order=order, by=showroom.shop.lin)  # meanwhile
    assert say(order, **told)["X-Refusal"] == "order_moved"
    assert say(order, **{**told, "reason": "we_are_late", "state": "confirmed"}).status_code == 422
    assert say(order, **{**told, "state": "confirmed"}).status_code == 303
    assert order.state == OrderState.CANCELLED
    assert "Cancel this order" not in page(order)


def test_nothing_is_done_that_nobody_said(showroom: Showroom) -> None:
    order = showroom.placed()
    for sent in ({}, {"act": "hand_over"}, {"act": "reply"}, {"act": "answer"}, {"act": "cancel"}):
        assert say(order, **sent).status_code in {409, 422}
    assert order.state == OrderState.REVIEWING


def test_guessed_links_are_answered_alike_and_slowed_down(showroom: Showroom) -> None:
    order = showroom.placed()
    told = [
        Client().get(f"/o/{turn:022d}/").status_code for turn in range(throttle.PER_NETWORK + 2)
    ]
    assert told == [200] * throttle.PER_NETWORK + [429] * 2
    assert Client().get(f"/o/{order.link}/").status_code == 200
    assert Client().get(f"/o/{order.number}/").status_code == 429


def test_its_address_stands_in_no_log(showroom: Showroom, caplog: pytest.LogCaptureFixture) -> None:
    order = showroom.placed()
    with caplog.at_level("DEBUG"):
        say(order, act="nothing")
        say(order, act="reply", question="x")
    assert not [line for line in caplog.messages if order.link in line]
