"""A trade-in on the tablet, page by page, up to the offer."""

import json
from typing import Any

from appraisal import trade_ins
from appraisal.models import OldPiece, TradeIn
from counter.models import Sale
from tests.cast import KeyedClient, Shop
from tests.old_gold import SIGNED, picture

NAME = json.dumps(SIGNED.strokes)
RING = {"category": "ring", "metal": "Au", "tier": "other", "mark": "足金", "source": "a present"}


def bill_of(shop: Shop) -> Sale:
    return shop.bill(shop.piece(), shop.piece())


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def send(tablet: KeyedClient, address: str, **fields: Any) -> Any:
    """Sends a form and follows it to the page that comes after."""
    answer = tablet.post(address, fields)
    assert answer.status_code == 303, (address, answer.status_code, answer.content.decode()[:900])
    return tablet.get(answer["Location"])


def photographed(tablet: KeyedClient, **typed: Any) -> Any:
    return tablet.post("/trade-ins/new/photo/", {"photo": picture(), **typed})


def received(tablet: KeyedClient, **typed: Any) -> TradeIn:
    photographed(tablet, **RING)
    send(tablet, "/trade-ins/new/", **RING | typed)
    return TradeIn.objects.latest("pk")


def at(trade_in: TradeIn, act: str = "") -> str:
    return f"/trade-ins/{trade_in.number}/{act}"


def on(piece: OldPiece, act: str) -> str:
    return at(piece.trade_in, f"pieces/{piece.pk}/{act}/")


def weigh(tablet: KeyedClient, piece: OldPiece, grams: str) -> Any:
    return send(tablet, on(piece, "weigh"), **{f"{piece.pk}-grams": grams})


def weigh_and_test(tablet: KeyedClient, piece: OldPiece, grams: str = "10.00") -> None:
    weigh(tablet, piece, grams)
    send(tablet, on(piece, "test"), method="xrf", readings="999.0 999.2 999.1")


def decide(tablet: KeyedClient, piece: OldPiece, **typed: Any) -> Any:
    told = {"own_brand": "no", "has_stones": "no", "metal": "Au", "fineness": "999"}
    return send(tablet, on(piece, "decide"), **told | typed)


def gone_through_tests(tablet: KeyedClient) -> TradeIn:
    trade_in = received(tablet)
    send(tablet, at(trade_in, "consent/"), signature=NAME)
    for piece in trade_ins.pieces_of(trade_in):
        weigh_and_test(tablet, piece)
        decide(tablet, piece)
    send(tablet, at(trade_in, "test/"), signature=NAME)
    trade_in.refresh_from_db()
    return trade_in
