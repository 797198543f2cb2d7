"""Every text is in the Chinese catalogue, and Chinese pages show no English sentence."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import KeyedClient, Shop

ROOT = Path(__file__).resolve().parent.parent
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,][A-Za-z]+)+")


def test_it_leaves_no_text_untranslated() -> None:
    command = [sys.executable, str(ROOT / "bin" / "messages"), "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  because: our own script
    assert found.returncode == 0, found.stdout + found.stderr


def words_of(html: str) -> str:
    """What a reader sees: no scripts, no tags, no attributes but the spoken ones."""
    spoken = " ".join(re.findall(r'(?:aria-label|placeholder|title|data-reason)="([^"]+)"', html))
    shown = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", shown) + spoken


@pytest.mark.parametrize("username", ["lin", "wang", "head"])
def test_a_chinese_page_shows_no_english_sentence(shop: Shop, username: str) -> None:
    sale = shop.sell(shop.ring())
    bill = shop.bill(shop.piece(), shop.ring())
    client = KeyedClient(headers={"accept-language": "zh-CN"})
    client.force_login(shop.people[username], backend="counter.clerks.RoleBackend")
    card = sale.lines.get().card
    for path in (
        "/today/", "/sell/", f"/sell/{bill.uuid}/", f"/sell/{bill.uuid}/confirm/", "/shifts/",
        "/sales/", f"/sales/{sale.number}/", f"/sales/{sale.number}/void/", "/switch/",
        "/pieces/", f"/pieces/{card.piece.number}/", "/pieces/import/", "/prices/",
        "/prices/board/", "/transfers/", "/transfers/new/", "/cards/", f"/cards/{card.number}/",
        "/day/", f"/day/{sale.business_day}/",
        f"/w/{card.number}", "/w/", "/w/12345678901234567888",
    ):  # fmt: skip
        answer = client.get(path)
        if answer.status_code == 403:
            continue
        left = LATIN.findall(words_of(answer.content.decode()))
        assert left == [], (path, left)
