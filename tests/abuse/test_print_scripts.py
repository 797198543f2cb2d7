"""What somebody typed as a name is printed as it was typed, and nothing is fetched for it."""

import time

import pytest
from django.test import Client

from tests.abuse.payloads import MARK, SCRIPTS, poison
from tests.abuse.world import Rows, filled
from tests.cast import Shop
from tests.inventory.test_print_pages import Trap
from tests.paper import text_of
from tests.test_access import CLOSED

PAPERS = [path for path, _declared in CLOSED if path.endswith(".pdf")]


def paper(client: Client, path: str, rows: Rows) -> bytes:
    asked: dict[str, dict[str, str]] = {
        "tags.pdf": {"n": rows.piece.number},
        "print.pdf": {"sale": str(rows.sale.number)},
    }
    answer = client.get(filled(path, rows), asked.get(path.split("/")[-1], {}))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), path
    return bytes(answer.content)


def test_every_paper_is_tried() -> None:
    assert {path.split("/")[-1] for path in PAPERS} == {
        "receipt.pdf",
        "sheet.pdf",
        "card.pdf",
        "print.pdf",
        "tags.pdf",
        "voucher.pdf",
        "label.pdf",
        "slip.pdf",
        "poster.pdf",
        "envelope.pdf",
        "claim-check.pdf",
        "referral.pdf",
    }


@pytest.mark.parametrize("path", PAPERS)
def test_it_prints_scripts_as_they_were_typed(shop: Shop, rows: Rows, path: str) -> None:
    poison(SCRIPTS)
    printed = text_of(paper(shop.client(shop.wang), path, rows)).replace("\r\n", "")
    assert MARK in printed or "hit()" in printed


@pytest.mark.parametrize("path", PAPERS)
def test_it_fetches_nothing_that_a_name_asks_for(
    shop: Shop, rows: Rows, trap: Trap, path: str
) -> None:
    web = f"http://127.0.0.1:{trap.port}"
    poison(
        (
            f"<img src={web}/>",
            f"<style>@import '{web}'</style>",
            f"<link rel=stylesheet href={web}>",
            f"<svg><image href='{web}/'/></svg>",
            "<link rel=attachment href=file:///etc/passwd>",
            "<a rel=attachment href=file:///etc/passwd>a</a>",
            "<object data=file:///etc/passwd></object>",
        )
    )
    pdf = paper(shop.client(shop.wang), path, rows)
    time.sleep(0.05)
    assert trap.calls == 0
    assert b"EmbeddedFile" not in pdf
    assert "root:x:0" not in text_of(pdf)
    assert "127.0.0.1" in text_of(pdf).replace("\r\n", "") or "passwd" in text_of(pdf)
