"""Who may call whom: the house has four books, and the arrows point downwards."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "inventory": {"inventory"},
    "appraisal": {"appraisal", "inventory"},
    "warranty": {"warranty", "inventory"},
    "counter": {"counter", "appraisal", "warranty", "inventory"},
}
APPS = [app for app in MAY_IMPORT if (ROOT / app).is_dir()]


def sources(app: str) -> Iterator[Path]:
    return (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules that a file imports; those under TYPE_CHECKING do not count."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        yield from imported(node)


@pytest.mark.parametrize("app", APPS)
def test_it_imports_only_downwards(app: str) -> None:
    ours = set(MAY_IMPORT)
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if (top := name.split(".")[0]) in ours and top not in MAY_IMPORT[app]
    }
    assert wrong == set()


def test_it_keeps_the_press_free_of_django() -> None:
    for name in ("press.py", "press_room.py"):
        path = ROOT / "inventory" / "ground" / name
        if path.exists():
            names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
            assert not any(each.split(".")[0] == "django" for each in names), path


def test_it_migrates_inventory_without_any_other_book() -> None:
    graph = MigrationLoader(None).graph
    parents = {
        parent.key[0]
        for key, node in graph.node_map.items()
        if key[0] == "inventory"
        for parent in node.parents
    }
    assert parents <= {"inventory", "auth"}


@pytest.mark.parametrize("app", APPS)
def test_it_drops_no_trigger(app: str) -> None:
    for path in (ROOT / app).rglob("*.py"):
        assert "DROP TRIGGER" not in path.read_text(encoding="utf-8").upper(), path


@pytest.mark.parametrize("app", APPS)
def test_it_writes_nothing_in_forms_and_pages(app: str) -> None:
    """Views call rules; they do not save, create, update or delete rows themselves."""
    wrong = set()
    for path in sources(app):
        if path.parent.name not in {"views", "forms"} and path.name not in {"forms.py", "views.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                chain = ast.unparse(node.func)
                if ".objects." in chain and chain.rsplit(".", 1)[1] in WRITES:
                    wrong.add(f"{path.relative_to(ROOT)}:{node.lineno} {chain}")
    assert wrong == set()


WRITES = {"create", "bulk_create", "update", "delete", "get_or_create", "update_or_create"}


@pytest.mark.parametrize("app", APPS)
def test_it_has_no_save_and_no_signal_of_its_own(app: str) -> None:
    for path in sources(app):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert node.name not in {"save", "clean_fields"}, f"{path}:{node.lineno}"
        if path.name != "apps.py":
            assert "signals" not in path.read_text(encoding="utf-8"), path
