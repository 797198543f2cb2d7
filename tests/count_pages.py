"""Hands on the pages of a count: what two people do with counter A through the browser."""

from typing import Any

from django.test import Client

from counter import custody, handovers
from counter.models import Handover, HandoverKind, HandoverState, TrayCount
from inventory.models import Piece
from tests.cast import PINS, Shop

PART = {"HX-Request": "true", "HX-Target": "counting"}
# figures that stand nowhere else: who finds them on a page has seen into the books
CANARY_MG, CANARY = 71_930, "71.93"


def begin(shop: Shop, kind: str = "change") -> Handover:
    """A count of counter A from Lin to Zhao."""
    change = kind == HandoverKind.CHANGE
    return handovers.start(
        counter=shop.a,
        kind=kind,
        outgoing=None if kind == "open" else shop.lin,
        incoming=shop.zhao if change else None,
        by=shop.lin,
    )


def tray(sheet: Handover, code: str = "A-01") -> TrayCount:
    return sheet.trays.get(place__code=code)


def at(sheet: Handover, rest: str = "") -> str:
    return f"/handovers/{sheet.number}/{rest}"


def act(client: Client, sheet: Handover, place: str, what: str, **fields: Any) -> Any:
    """An act of a tray's page, with the moment of the ledger that the page has shown."""
    if what in {"weigh", "hand-in", "seal"}:
        fields.setdefault("seen_seq", custody.head_seq(sheet.store))
    return client.post(at(sheet, f"trays/{place}/{what}/"), fields)


def scan_all(client: Client, sheet: Handover, place: str, *rows: Piece) -> None:
    for piece in rows:
        assert act(client, sheet, place, "scan", code=piece.number).status_code == 303


def count_everything(shop: Shop, sheet: Handover, goods: list[Piece]) -> None:
    """Every tray, the cash and the slips, as the books have them."""
    client = shop.client()
    scan_all(client, sheet, "A-01", *goods[:2])
    act(client, sheet, "A-01", "hand-in")
    scan_all(client, sheet, "A-02", goods[2])
    act(client, sheet, "A-02", "hand-in")
    client.post(at(sheet, "empty/"), {"place": "A-03"})
    client.post(at(sheet, "money/cash/"))
    client.post(at(sheet, "no-slips/"))
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.AGREED


def sign(client: Client, sheet: Handover, role: str, name: str, **fields: Any) -> Any:
    typed = {"signer": f"{role}:{name}", "pin": PINS[name], **fields}
    return client.post(at(sheet, "sign/"), typed)
