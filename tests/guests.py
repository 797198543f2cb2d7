"""A customer before the network showroom, in a browser of their own."""

import re

from django.test import Client

from counter.models import Customer
from counter.showroom import drafts, invitations, talks, versions
from inventory.models import Notice
from tests.cast import Shop
from tests.showroom import Showroom, open_showroom


def invited(showroom: Showroom, customer: Customer | None = None) -> str:
    """The address of the personal link, as the message has it."""
    invitations.invite(customer=customer or showroom.customer, by=showroom.gao)
    text = Notice.objects.filter(kind="showroom_link").latest("pk").text
    found = re.search(r"/showroom/enter/[\w-]+/", text)
    assert found
    return found[0]


def asked_code(browser: Client, address: str) -> str:
    """The code that was sent to the telephone."""
    browser.post(address, {"act": "send"})
    found = re.search(r"\b\d{6}\b", Notice.objects.filter(kind="showroom_code").latest("pk").text)
    assert found
    return found[0]


def let_in(showroom: Showroom, customer: Customer | None = None) -> Client:
    """A browser in which the customer stands in the showroom."""
    browser, address = Client(), invited(showroom, customer)
    browser.post(address, {"act": "enter", "code": asked_code(browser, address)})
    return browser


def at_every_stage(shop: Shop) -> dict[str, str]:
    """Orders whose private links wait for something, and a draft of the same customer."""
    showroom = open_showroom(shop)
    asked, change, noted = showroom.placed(), showroom.placed(), showroom.placed(how=None)
    talks.ask(order=asked, text="内圈刻字在 3 mm 的宽度上比较密，可以吗？", by=showroom.gao)
    wish = showroom.wish(showroom.band(ring_size="13", finish=""), remark="请尽快")
    versions.propose(order=change, wish=wish, why="12.25 号的模具没有了", by=showroom.gao)
    drafts.add_line(draft=drafts.open_draft(showroom.customer), line=showroom.band())
    return {
        "order_asked": asked.link,
        "order_changed": change.link,
        "order_noted": noted.link,
        "guest_order": showroom.passed_on(showroom.placed()).link,
    }


def browser_of(shop: Shop) -> Client:
    """A browser in which the customer of `at_every_stage` stands in the showroom."""
    return let_in(Showroom(shop, {}, Customer.objects.get(phone="13800138000")))
