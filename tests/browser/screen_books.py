"""A shop in the middle of its day, with something of everything, for the table of the screens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import CharField, JSONField, TextField
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from counter import bills, customers, memberships, sales
from counter.models import Sale
from inventory import places, transfers
from inventory.ground import changes
from tests import (
    counts,
    day_files,
    deposits,
    guests,
    old_gold,
    orders,
    receivers,
    returns,
    scrap_bags,
    service_desk,
    shipments,
    stocktake_stages,
    store_credit,
    supplies,
)
from tests.cast import Shop, open_shop
from tests.standing import House
from warranty import cards, seed
from warranty.models import Card, Plan


@dataclass(frozen=True)
class Books:
    """A shop in the middle of its day, served at `home`."""

    shop: Shop
    home: str
    names: dict[str, str]
    words: str  # everything that the shop itself wrote into its books, in Chinese


@pytest.fixture(scope="module")
def books(_house: House, django_db_blocker: Any) -> Iterator[Books]:
    """One shop for all screens: looking changes nothing. Flushed afterwards."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = override_settings(
        ALLOWED_HOSTS=["localhost", "testserver"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECURE_SSL_REDIRECT=False,
        STORAGES=settings.STORAGES | {"staticfiles": plain},
    )
    with django_db_blocker.unblock(), quick:
        # this shop really commits, and a world that stands would not let it
        _house.clear()
        server = LiveServer("localhost")
        try:
            shop = open_shop()
            yield Books(shop, server.url, _trade(shop), _written())
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False, allow_cascade=False)


def _trade(shop: Shop) -> dict[str, str]:
    """Something of everything; the names are those in the table of the screens."""
    moved = shop.piece()
    supplies.lay_out(shop)
    sale = shop.sell(shop.piece(), shop.ring())
    voided, lost = shop.sell(shop.ring()), shop.sell(shop.ring())
    seed.put_seed_care_prices()
    paid = shop.bill(shop.piece(), by=shop.zhao)
    shop.pay(paid, cents=100_000)
    hand = transfers.hand_over(
        rows=[moved], to=shop.tray("A-02"), receiver=shop.zhao, sender=shop.lin
    )
    today = places.business_day(shop.s01)
    day_files.paid(shop, "4200001234202611211234567890")
    theirs = day_files.Told("4200009999202611210000000002", "5.00", at=f"{today} 12:00:00")
    day_files.bring(shop, day_files.wechat(theirs), day=today)
    return {
        **counts.at_every_stage(shop),
        **stocktake_stages.at_every_stage(shop),
        **old_gold.at_every_stage(shop),
        **scrap_bags.at_every_stage(shop),
        **returns.at_every_stage(shop),
        **store_credit.somebody(shop),
        **deposits.at_every_stage(shop),
        **service_desk.at_every_stage(shop),
        **receivers.at_every_stage(shop),
        **guests.at_every_stage(shop),
        "day": today.isoformat(),
        "bill": str(shop.bill(shop.piece(), shop.ring()).uuid),
        "paid": str(paid.uuid),
        "sale": str(sale.number),
        "piece": moved.number,
        "transfer": hand.number,
        **_on_the_road(shop),
        "member": _member(shop),
        "card": _card_of(sale).number,
        "void": _void(shop, _card_of(voided)).number,
        "lost": _reported_lost(shop, _card_of(lost)).number,
        "plan": str(Plan.objects.get(code="set-ring").pk),
        # last, for what arrives from the workshop is numbered by the books
        **orders.at_every_stage(shop),
    }


def _member(shop: Shop) -> str:
    """A customer who bought a charm and became a member."""
    mei = customers.find_or_make(phone="13800002222", name="梅", store=shop.s01, by=shop.lin)
    bill = shop.bill(shop.charm())
    bills.name_customer(sale=bill, customer=mei)
    shop.pay(bill)
    sales.complete(sale=bill, shown_cents=bill.lines.get().total_cents, by=shop.lin)
    memberships.decide(customer=mei, level="VIP", by=shop.head)
    return str(mei.pk)


def _on_the_road(shop: Shop) -> dict[str, str]:
    """A parcel that nobody has opened, and one in which a piece was missing."""
    there, missing = shop.ring(), shop.piece()
    half = shipments.send(shop, there, missing)
    shipments.receive(shop, half, there)
    on_road = shipments.send(shop, shop.piece(), shop.ring())
    return {"on_road": on_road.number, "half": half.number}


def _written() -> str:
    """Names and sentences of all rows: they stay as the shop wrote them, whatever the language."""
    words: set[str] = set()
    for model in apps.get_models():
        texts = [
            each.name
            for each in model._meta.get_fields()
            if isinstance(each, CharField | TextField | JSONField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            words.update(str(each) for each in row if each)
    return "\n".join(sorted(words))


def _card_of(sale: Sale) -> Card:
    return Card.objects.get(sale_line__sale=sale, piece__pricing="fixed")


def _void(shop: Shop, card: Card) -> Card:
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        cards.void(cards=[card], why="丢失", book=book)
    return card


def _reported_lost(shop: Shop, card: Card) -> Card:
    receipt = str(card.sale_line.sale.number)
    return cards.report_lost(card=card, proof=receipt, why="地铁上", by=shop.lin)
