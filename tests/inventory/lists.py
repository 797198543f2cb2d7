"""Lists of pieces for tests: one sound row of each kind, changed where a test wants it wrong."""

import csv
import io
from pathlib import Path
from typing import Final

import openpyxl  # type: ignore[import-untyped]  # because: it has no types

DATA: Final = Path(__file__).parent.parent / "data"
NECKLACE: Final = {
    "piece_number": "1000000018",
    "style": "N0015",
    "name": "足金项链",
    "category": "necklace",
    "metal": "Au",
    "fineness": "999",
    "mark": "足金",
    "gross_g": "7.41",
    "net_g": "7.41",
    "stone": "",
    "stone_ct": "",
    "color": "",
    "clarity": "",
    "cut": "",
    "lab": "NGTC",
    "certificate": "1072298423",
    "ring_size": "",
    "pricing": "weight",
    "labour_per_g": "38",
    "price": "",
    "cost": "6706",
    "supplier": "S09",
    "place": "B-07",
}
RING: Final = NECKLACE | {
    "piece_number": "1000000026",
    "style": "D0308",
    "name": "18K金钻石戒指",
    "category": "ring",
    "fineness": "750",
    "mark": "G18K",
    "gross_g": "2.0200",
    "net_g": "1.960",
    "stone": "diamond",
    "stone_ct": "0.300",
    "color": "D",
    "clarity": "VS2",
    "cut": "EX",
    "certificate": "7115469434",
    "ring_size": "15",
    "pricing": "fixed",
    "labour_per_g": "",
    "price": "7572",
    "cost": "3937",
    "place": "A-09",
}
CHARM: Final = NECKLACE | {
    "piece_number": "1000000039",
    "style": "S0069",
    "name": "银925吊坠",
    "category": "pendant",
    "metal": "Ag",
    "fineness": "925",
    "mark": "S925",
    "gross_g": "2.59",
    "net_g": "2.59",
    "lab": "",
    "certificate": "",
    "pricing": "fixed",
    "labour_per_g": "",
    "price": "98",
    "cost": "31",
    "place": "C-01",
}


def csv_of(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A file with the headings of the first row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def workbook_of(*rows: dict[str, str]) -> bytes:
    """The same as a workbook; plain numbers are numbers there."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([_as_typed(text) for text in row.values()])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _as_typed(text: str) -> str | int | float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()
