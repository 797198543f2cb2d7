"""What a stocktake comes to, as it is answered: pieces, grams by metal class, cost and retail."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from inventory.ground import answers
from inventory.ground.measures import Metal
from inventory.ground.schemas import Fineness, SignedCents, Strict, Yuan
from inventory.models import Category, DifferenceKind, DifferenceOutcome, LineResult

Told = dict[str, Any]

# a whole store weighs more than a piece
Count = Annotated[int, Field(ge=0, le=10**9)]
SumOfGrams = Annotated[str, Field(pattern=r"^[0-9]{1,9}\.[0-9]{3}$")]
SumOfMilligrams = Annotated[int, Field(ge=0, le=10**12)]
Quantity = Annotated[int, Field(ge=0, le=10**12)]


class ClassSumOut(Strict):
    """Pieces and grams of one metal in one legal grade; two are never added."""

    metal: Metal
    grade: Fineness
    pieces: Count
    net: SumOfGrams
    net_mg: SumOfMilligrams


class ResultOut(Strict):
    """All pieces with one result. `cost` and `retail` are sums without the pieces for which
    nobody knows one."""

    result: LineResult
    pieces: Count
    cost: Yuan
    cost_cents: SignedCents
    retail: Yuan
    retail_cents: SignedCents
    classes: list[ClassSumOut]


class PlaceSumOut(Strict):
    place: str
    results: list[ResultOut]


class CategorySumOut(Strict):
    category: Category
    results: list[ResultOut]


class DifferenceSumOut(Strict):
    """Differences of one kind with one outcome; without an outcome, those that are open."""

    kind: DifferenceKind
    outcome: DifferenceOutcome | Literal[""]
    differences: Count
    cost: Yuan
    cost_cents: SignedCents
    retail: Yuan
    retail_cents: SignedCents


class SupplySumOut(Strict):
    """Supplies of one place, in pieces or milligrams; null where nobody has counted them."""

    place: str
    item: str
    name: str
    expected: Quantity | None
    counted: Quantity | None


class CountedOut(Strict):
    """Who handed in which round of a place; the second round is a recount."""

    place: str
    round: Count
    by: str


def results(part: Mapping[str, Any]) -> list[Told]:
    """The results of a whole, a place or a category, from `stocktake_sheets.figures`."""
    return [
        {
            "result": result,
            "pieces": told["pieces"],
            **answers.money("cost", told["cost_cents"]),
            **answers.money("retail", told["retail_cents"]),
            "classes": [_class(each) for each in told["classes"]],
        }
        for result, told in part.items()
    ]


def differences(rows: list[Mapping[str, Any]]) -> list[Told]:
    return [
        {
            "kind": row["kind"],
            "outcome": row["outcome"],
            "differences": row["n"],
            **answers.money("cost", row["cost_cents"]),
            **answers.money("retail", row["retail_cents"]),
        }
        for row in rows
    ]


def _class(told: Mapping[str, Any]) -> Told:
    of = {"metal": told["metal"], "grade": told["grade"], "pieces": told["pieces"]}
    return {**of, **answers.weight("net", told["mg"])}
