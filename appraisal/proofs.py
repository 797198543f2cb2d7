"""What the tests of an old piece prove: up to which fineness, and whether methods agree."""

from collections.abc import Iterable
from typing import Final

from appraisal.assays import MEASURES_FINENESS
from appraisal.models import Assay, Method, OldPiece, Spot, Verdict
from inventory.ground import measures
from inventory.ground.measures import Metal

# they see the whole metal, so they settle what another test referred
SETTLES: Final = frozenset({Method.MELT, Method.FIRE})


def supported(piece: OldPiece, *, metal: str) -> int | None:
    """The highest fineness, in tenths of a permille, that the tests of the body support: the
    reading where it passes its grade with the guard band, else the next lower grade.

    None without a test that measures fineness. Where methods differ, the lowest counts. 0 where
    the tests speak of another metal, and while one that was referred is not settled by melting,
    by fire assay or by the same method anew.
    """
    newest = newest_by_method(piece)
    measured = [row for row in newest if row.method in MEASURES_FINENESS]
    if not measured:
        return None
    if any(row.method in SETTLES for row in measured):
        measured = [
            row for row in measured if row.verdict != Verdict.REFER or row.method in SETTLES
        ]
    return min((_claim(row) for row in measured if row.metal == metal), default=0)


def is_referred(piece: OldPiece) -> bool:
    """Whether a test of the body waits for melting, fire assay, or the same method anew."""
    newest = newest_by_method(piece)
    referred = any(row.verdict == Verdict.REFER for row in newest)
    return referred and not any(row.method in SETTLES for row in newest)


def methods_that_agree(rows: Iterable[Assay], *, metal: str, fineness: int) -> set[str]:
    """The methods that passed on the body at the legal grade of this fineness. A tester that says
    yes names no grade, so it agrees with none."""
    grade = measures.legal_grade(metal=metal, fineness=fineness)
    return {
        row.method
        for row in _newest(rows)
        if row.verdict == Verdict.PASS and (row.metal, row.limit) == (metal, grade)
    }


def newest_by_method(piece: OldPiece) -> list[Assay]:
    """Of each method the last test of the body."""
    return _newest(piece.assays.all())


def _newest(rows: Iterable[Assay]) -> list[Assay]:
    of_body = sorted((row for row in rows if row.spot == Spot.BODY), key=lambda row: row.pk)
    return list({row.method: row for row in of_body}.values())


def _claim(row: Assay) -> int:
    if row.verdict == Verdict.REFER:
        return 0
    read = row.result or 0
    if row.verdict == Verdict.PASS:
        return read
    grades = measures.LEGAL_GRADES[Metal(row.metal)]
    return max((grade for grade in grades if read >= grade + row.guard), default=0)
