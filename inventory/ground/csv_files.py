"""Lists that leave the house as CSV: a spreadsheet shows them as they are and computes nothing."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header

BYTE_ORDER_MARK: Final = "\ufeff"  # without it Chinese spreadsheets read GB 18030
# what makes a spreadsheet take a text for a formula: OWASP, "CSV Injection"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DIGITS_OF_A_SPREADSHEET: Final = 15  # the digits behind are rounded away


def written(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with its mark, lines ended as RFC 4180 says. A text that would be a formula gets an
    apostrophe in front; a long number a tab, so that no digit of it is rounded."""
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    writer.writerow(headings)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + told.getvalue()).encode()


def response(content: bytes, *, name: str) -> HttpResponse:
    """A list to save."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


def _harmless(cell: str) -> str:
    if NUMBER.fullmatch(cell):
        return f"\t{cell}" if len(cell) > DIGITS_OF_A_SPREADSHEET else cell
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
