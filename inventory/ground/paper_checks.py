"""System checks for paper: without these libraries and fonts it is slow, or wrong, in silence."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

# as WeasyPrint loads them, and the Debian package that brings each; without the subsetter
# every card takes five seconds instead of a tenth
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONT = "Noto Sans CJK SC"
STYLES = ("Regular", "Bold")
FONT_PACKAGES = ("fontconfig", "fonts-noto-cjk")
SENTINEL = "䶮㛃"  # rare characters of real names; small fonts lack them
OLDEST_WEASYPRINT = 70  # below it a redirect or a style could reach the inside of the network


def check_paper(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors with the line to type when papers could not be printed fast and whole."""
    return [*_missing_libraries(), *_missing_font(), *_old_weasyprint()]


def _missing_libraries() -> list[CheckMessage]:
    missing = [name for name in LIBRARIES if not _loads(name)]
    if not missing:
        return []
    hint = _install_line(LIBRARIES[name] for name in missing)
    return [Error(f"Papers need {', '.join(missing)}.", hint=hint, id="paper.E001")]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _missing_font() -> list[CheckMessage]:
    """The font itself must have the characters: a foreign one in its place looks patched."""
    found = _styles_with(SENTINEL)
    if found.issuperset(STYLES):
        return []
    message = f"No {FONT} ({' and '.join(STYLES)}) with the characters {SENTINEL} was found."
    return [Error(message, hint=_install_line(FONT_PACKAGES), id="paper.E002")]


def _styles_with(characters: str) -> set[str]:
    """The installed styles of our font that have all these characters."""
    program = shutil.which("fc-list")
    if program is None:
        return set()
    points = " ".join(f"{ord(character):x}" for character in characters)
    answer = subprocess.run(  # noqa: S603  # because: fontconfig's own program, our own words
        [program, f"{FONT}:charset={points}", "style"], capture_output=True, text=True, check=False
    )
    return {line.partition("style=")[2].split(",")[0] for line in answer.stdout.splitlines()}


def _old_weasyprint() -> list[CheckMessage]:
    found = version("weasyprint")
    if int(found.partition(".")[0]) >= OLDEST_WEASYPRINT:
        return []
    message = f"WeasyPrint {found} is older than {OLDEST_WEASYPRINT}.0 and not safe."
    return [Error(message, hint="make run installs the locked packages", id="paper.E003")]


def _install_line(packages: Iterable[str]) -> str:
    return f"apt-get install {' '.join(packages)}"
