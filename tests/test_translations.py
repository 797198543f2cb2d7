"""Every text is in the Chinese catalogue, and Chinese pages show no English sentence."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import KeyedClient, Shop, card_of

ROOT = Path(__file__).resolve().parent.parent
LATIN = re.compile(r"[A-Za-z]{3,}(?:[ ,][A-Za-z]+)+")


def test_it_leaves_no_text_untranslated() -> None:
    command = [sys.executable, str(ROOT / "bin" / "messages"), "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  because: our own script
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("text", "chinese", "is_broken"),
    [
        ("%(n)s pieces", "%(n)s 件", False),
        ("%(n)s pieces", "%(m)s 件", True),
        ("8 % of it", "其中 8%", True),
    ],
)
def test_a_catalogue_that_cannot_be_compiled_is_found(
    text: str, chinese: str, is_broken: bool
) -> None:
    broken = runpy.run_path(str(ROOT / "bin" / "messages"))["_broken"]
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    found = broken(f'{header}#, python-format\nmsgid "{text}"\nmsgstr "{chinese}"\n')
    assert bool(found) == is_broken, found


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
    card = card_of(sale)
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
