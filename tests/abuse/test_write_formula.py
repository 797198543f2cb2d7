"""A cell that begins with a formula's sign is text: what we write for spreadsheets says so.

One module writes files for spreadsheets; what its cells look like is tested with the register of
sellers (`tests/appraisal/test_export_ledger.py`). The lines of a stocktake are written by the
database. Whoever adds another writer finds it here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.abuse.world import Rows, filled
from tests.cast import Shop
from tests.programs import EVERYTHING, register
from tests.test_access import CLOSED
from tests.test_architecture import APPS, sources

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", '=HYPERLINK("http://x")')
# what makes a file that a spreadsheet opens
WRITERS = {"csv.writer", "csv.DictWriter", "openpyxl.Workbook", "Workbook", "to_csv", "to_excel"}
SHEETS = ("csv", "excel", "spreadsheet", "opendocument", "tab-separated")


# the one writer, whose cells are tested
WRITER = "csv_files.py"
# written by the database; its cells are tested in `tests/inventory/test_stocktake_files.py`
STOCKTAKE = "stocktakes/<number>/lines.csv"


def writers(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in WRITERS or name.rpartition(".")[2] in WRITERS:
                yield f"{path.name}:{node.lineno} {name}"


@pytest.mark.parametrize("app", APPS)
def test_nothing_writes_a_spreadsheet_without_a_test_of_its_cells(app: str) -> None:
    others = [path for path in sources(app) if path.name != WRITER]
    assert [found for path in others for found in writers(path)] == []


def test_no_page_and_no_operation_answers_with_a_spreadsheet(shop: Shop, rows: Rows) -> None:
    client, program = shop.client(shop.head), register(*EVERYTHING)
    paths = [path for path, _declared in CLOSED if path != STOCKTAKE]
    told = {path: client.get(filled(path, rows)) for path in paths}
    told |= {path: program.get(path) for path in ("/pieces", "/sales", "/payments", "/changes")}
    for path, answer in told.items():
        kind = answer.headers.get("Content-Type", "")
        name = answer.headers.get("Content-Disposition", "")
        assert not [each for each in SHEETS if each in kind or each in name], path


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_in_a_name_is_data_of_the_api(shop: Shop, formula: str) -> None:
    piece = shop.piece(name=formula)
    told = register(*EVERYTHING).get(f"/pieces/{piece.number}")
    assert told.headers["Content-Type"].startswith("application/json")
    assert told.headers["X-Content-Type-Options"] == "nosniff"
    assert told.json()["name"] == formula
