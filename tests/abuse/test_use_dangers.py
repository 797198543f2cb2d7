"""What a program must not do with words from outside, looked for in its own words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import APPS, ROOT, sources

# runs a text as code, or unpacks a text into objects of its own choice
RUNS = {"eval", "exec", "compile", "__import__", "pickle.loads", "pickle.load", "marshal.loads",
        "yaml.load", "shelve.open", "os.system", "os.popen", "Template", "from_string",
        "engine.from_string", "mark_safe", "RawSQL", "extra"}  # fmt: skip
# fetches something from an address
FETCHES = {"requests", "httpx", "aiohttp", "urllib3", "http.client", "urllib.request", "ftplib",
           "smtplib", "telnetlib", "xmlrpc"}  # fmt: skip
# the one door to addresses that people typed, with the wall in front of it
OUTWARD = "inventory/ground/outward_calls.py"
WEAK = {"md5", "sha1", "new"}  # of hashlib
# numbers of the demo shop are the same every time, on purpose, and its scale trembles
DEMO = ("/demo", "/simulated_scale")
# the ways to write a fineness, out of a table of ours
OWN_WORDS = "inventory/ground/names.py"


def calls(app: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sources(app):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}", node


def modules(app: str) -> Iterator[tuple[str, str]]:
    """Everything that is imported, by file."""
    for path in sources(app):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            yield from ((str(path.relative_to(ROOT)), name) for name in names)


@pytest.mark.parametrize("app", APPS)
def test_no_code_runs_what_was_sent(app: str) -> None:
    assert [where for where, _node in calls(app) if where.split()[-1] in RUNS] == []


@pytest.mark.parametrize("app", APPS)
def test_no_shell_reads_what_a_program_is_started_with(app: str) -> None:
    shells = [
        where
        for where, node in calls(app)
        for word in node.keywords
        if word.arg == "shell" and ast.unparse(word.value) != "False"
    ]
    assert shells == []


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_fetched_from_anywhere(app: str) -> None:
    """The shop asks nobody but its database, and tells events through one door."""
    fetching = [found for found in modules(app) if found[1] in FETCHES and found[0] != OUTWARD]
    assert fetching == []


@pytest.mark.parametrize("app", APPS)
def test_secrets_are_drawn_and_hashed_by_sound_means(app: str) -> None:
    weak = [
        where
        for where, _node in calls(app)
        if (name := where.split()[-1]).startswith("hashlib.") and name.split(".")[1] in WEAK
    ]
    guessable = [
        where
        for where, _node in calls(app)
        if where.split()[-1].startswith(("random.", "Random"))
        and not any(word in where for word in DEMO)
    ]
    assert (weak, guessable) == ([], [])


@pytest.mark.parametrize("app", APPS)
def test_no_pattern_is_made_of_what_was_sent(app: str) -> None:
    """Every pattern stands in the code as it is."""
    made = [
        where
        for where, node in calls(app)
        if re.fullmatch(r".* re\.(compile|fullmatch|match|search|sub|split|findall)", where)
        and not (_is_written(node.args[0]) or where.startswith(OWN_WORDS))
    ]
    assert made == []


def _is_written(pattern: ast.expr) -> bool:
    """A text of the code, put together of such texts and of names in capitals."""
    if isinstance(pattern, ast.JoinedStr):
        names = [each.value for each in pattern.values if isinstance(each, ast.FormattedValue)]
        return all(ast.unparse(each).split(".")[-1].lstrip("_").isupper() for each in names)
    return isinstance(pattern, ast.Constant)


def test_no_template_leaves_a_value_as_it_came() -> None:
    raw = re.compile(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if raw.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_of_the_shop_is_kept_in_the_browser() -> None:
    """No storage, no messages between windows, no text that becomes a page."""
    kept = re.compile(
        r"localStorage|sessionStorage|indexedDB|postMessage|\.innerHTML\s*=|document\.write|\beval\("
        r"|new Function|insertAdjacentHTML|outerHTML\s*="
    )
    ours = [
        each for each in ROOT.glob("*/static/*/js/*.js") if each.relative_to(ROOT).parts[0] != "var"
    ]
    scripts: list[Path] = sorted(ours)
    assert scripts
    assert [each.name for each in scripts if kept.search(each.read_text(encoding="utf-8"))] == []
