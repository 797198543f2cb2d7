"""Head office from outside: a client that others made, a pull while everybody writes, the lines of
the README as they are printed."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from inventory import stocktake_files
from inventory.models import Change, StocktakeSheet
from tests import stocktake_stages
from tests.cast import Shop
from tests.programs import Program, contract, register

ROOT = Path(__file__).resolve().parent.parent
WRITERS, SALES = 8, 3
SCOPES = ("stocktakes:read", "stocktakes:write", "changes:read", "stores:read", "all_stores")

# --- a pull while eight people write


@pytest.mark.races
def test_a_pull_misses_nothing_while_eight_people_sell(trading_shop: Shop) -> None:
    goods = [[trading_shop.charm() for _sale in range(SALES)] for _writer in range(WRITERS)]
    program = register("changes:read", "all_stores")
    before = Change.objects.count()
    started = threading.Barrier(WRITERS + 1)

    def sell(charms: list[Any]) -> None:
        try:
            started.wait(timeout=30)
            for charm in charms:
                trading_shop.sell(charm)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(sell, charms) for charms in goods]
        started.wait(timeout=30)
        got = list(followed(program, lambda: all(each.done() for each in done)))
    assert [each.exception() for each in done] == [None] * WRITERS
    written = list(Change.objects.values_list("store__code", "seq"))
    assert len(written) > before + WRITERS * SALES
    assert len(got) == len(set(got))
    assert set(got) == set(written)
    for store in {store for store, _seq in got}:
        mine = [seq for code, seq in got if code == store]
        assert mine == list(range(1, len(mine) + 1))


def followed(program: Program, is_over: Any) -> Iterator[tuple[str, int]]:
    """The feed from its beginning until nobody writes and nothing follows."""
    query: dict[str, Any] = {"limit": 7}
    while True:
        over = is_over()
        page = program.get("/changes", **query).json()
        for row in page["items"]:
            yield row["store"], row["seq"]
        query["after"] = page["next_cursor"] or query.get("after", "")
        if over and not page["items"]:
            return


# --- a client that was generated from the contract

PULL = """
import hashlib, json, sys
from pulled import AuthenticatedClient
from pulled.api.stocktakes import (
    acknowledge_stocktake, export_stocktake, get_stocktake, list_stocktake_lines, list_stocktakes,
)
from pulled.models import AcknowledgeIn, StocktakeState
from pulled.models.export_stocktake_format import ExportStocktakeFormat as Shape

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
page = list_stocktakes.sync(client=client, month=sys.argv[3], state=StocktakeState.PUBLISHED)
told = []
for header in page.items:
    whole = get_stocktake.sync(header.number, client=client)
    lines = list_stocktake_lines.sync(header.number, client=client, limit=1000)
    file = export_stocktake.sync_detailed(header.number, Shape.NDJSON, client=client)
    digest = hashlib.sha256(file.content).hexdigest()
    receipt = acknowledge_stocktake.sync(
        header.number, client=client, body=AcknowledgeIn(sha256=digest), idempotency_key=digest
    )
    told.append({
        "number": whole.number, "pieces": sum(each.pieces for each in whole.results),
        "lines": [line.number for line in lines.items], "rows": file.content.count(b"\\n"),
        "sha256": receipt.sha256,
    })
print(json.dumps(told))
"""


@pytest.fixture
def sheet(trading_shop: Shop) -> StocktakeSheet:
    """Last month's count of S01: a necklace, a ring and a charm, of which one is missing."""
    trading_shop.piece()
    trading_shop.ring()
    trading_shop.charm(place=trading_shop.tray("A-02"))
    return stocktake_stages.whole_month(trading_shop)


@pytest.mark.long
def test_a_generated_client_pulls_a_month(
    sheet: StocktakeSheet, live_server: Any, tmp_path: Path
) -> None:
    generate(tmp_path)
    key = register(*SCOPES).client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    command = [sys.executable, "-c", PULL, live_server.url, key, sheet.month]
    (told,) = json.loads(run(command, tmp_path))
    numbers = [line.number for line in sheet.stocktake.lines.order_by("pk")]
    assert told == {
        "number": sheet.number,
        "pieces": 3,
        "lines": numbers,
        "rows": 3,
        "sha256": sheet.sha256,
    }
    sheet.stocktake.refresh_from_db()
    assert sheet.stocktake.acknowledgement.by.username.startswith("api:")


def generate(folder: Path) -> None:
    """The package `pulled`, made of nothing but the contract."""
    schema, config = folder / "openapi.json", folder / "config.json"
    schema.write_text(json.dumps(contract()), encoding="utf-8")
    config.write_text('{"post_hooks": []}', encoding="utf-8")  # nobody reads it
    tool = Path(sys.executable).with_name("openapi-python-client")
    command = [tool, "generate", "--path", schema, "--config", config, "--meta", "none"]
    said = run([*map(str, command), "--output-path", str(folder / "pulled")], folder)
    assert "WARNING" not in said, said


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603  because: our own commands
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- the README

SECTION = re.compile(r"^## For head office\n(.*?)^## ", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# what a reader fills in
GIVEN = re.compile(r"^(API|KEY|MONTH|NUMBER)=.*$", re.MULTILINE)


@pytest.mark.long
def test_the_lines_of_the_readme_work_as_printed(
    sheet: StocktakeSheet, live_server: Any, tmp_path: Path
) -> None:
    section = SECTION.findall((ROOT / "README.md").read_text(encoding="utf-8"))[0]
    blocks = FENCE.findall(section)
    names = {name for block in blocks for name in GIVEN.findall(block)}
    assert names == {"API", "KEY", "MONTH", "NUMBER"}
    given = {
        "API": f"{live_server.url}/api/v1",
        "KEY": register(*SCOPES).client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer "),
        "MONTH": sheet.month,
        "NUMBER": sheet.number,
    }
    script = "".join(GIVEN.sub("", block) for block in blocks)
    said = run(["/bin/bash", "-euo", "pipefail", "-c", script], tmp_path, **given)
    assert sheet.sha256 in said
    for shape in stocktake_files.Format:
        kept = tmp_path / f"{sheet.number}.{shape}"
        assert kept.read_bytes() == stocktake_files.kept(sheet, shape).path.read_bytes()
    sheet.stocktake.refresh_from_db()
    assert sheet.stocktake.acknowledgement.sha256 == sheet.sha256
