"""Tests that are named in a table: whether they exist."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def missing(nodes: Iterable[str]) -> list[str]:
    """Those of `tests/….py::test_…` that no file has; a parameter in brackets is left alone."""
    return [node for node in nodes if node.partition("[")[0] not in _nodes(node.partition("::")[0])]


@cache
def _nodes(file: str) -> frozenset[str]:
    path = ROOT / file
    return frozenset(f"{file}::{name}" for name in _tests(path)) if path.is_file() else frozenset()


def _tests(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
