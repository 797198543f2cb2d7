"""Paper: a template and its style sheet become a PDF, outside of any transaction."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from inventory.ground import outside
from inventory.ground.errors import RuleBroken
from inventory.ground.press import GlyphMissing, PressFailed, press, press_filled

PAPER_NAME = re.compile(r"print_(?P<name>\w+)\.html$")
SHEETS = Path(settings.BASE_DIR) / "templates" / "print"


class GlyphMissingOnPaper(RuleBroken):
    """A name has a character that no font of this machine can draw; a paper never loses it."""

    code = "glyph_missing"
    sentence = _("A character on this paper cannot be printed.")


class PaperNotMade(RuleBroken):
    """The press gave up; another try may work."""

    code = "paper_not_made"
    status = 503
    retryable = True
    sentence = _("The paper could not be made. Please try again.")


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of `<app>/print_<name>.html` under `print/paper.css` and `print/<name>.css`.

    Everything in the context is escaped. The language is the active one
    (`translation.override`). Refuses with `glyph_missing` when a character has no glyph, with
    `paper_not_made` when the press fails, and with RuntimeError inside a transaction, where slow
    work would keep others from writing.
    """
    html = render_to_string(template, dict(context))
    return _pressed(lambda: press(html, _style_sheets(template)))


def render_filled(
    template: str,
    blanks: Sequence[Mapping[str, Any]],
    papers: Sequence[tuple[int, Mapping[str, str]]],
) -> bytes:
    """The PDF of many papers of one form, each filled into one of these blanks, which are contexts
    of the template (`press.press_filled`). Refuses like `render_pdf`."""
    pages = [render_to_string(template, dict(context)) for context in blanks]
    return _pressed(lambda: press_filled(pages, _style_sheets(template), papers))


def _pressed(act: Callable[[], bytes]) -> bytes:
    outside.refuse_in_transaction("a paper is made")
    try:
        return act()
    except GlyphMissing as missing:
        named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in missing.characters)
        raise GlyphMissingOnPaper(
            _("No font can print %(characters)s.") % {"characters": named},
            characters=missing.characters,
        ) from missing
    except PressFailed as failure:
        raise PaperNotMade from failure


def pdf_response(pdf: bytes, *, name: str, inline: bool = True) -> HttpResponse:
    """A PDF to look at, or with `inline=False` to save, under a name that may be Chinese."""
    disposition = content_disposition_header(as_attachment=not inline, filename=name)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition or "inline"},
    )


@cache
def _style_sheets(template: str) -> tuple[str, ...]:
    """What all papers share, then the paper's own sheet, which is named like its template."""
    match = PAPER_NAME.search(template)
    if match is None:
        raise ValueError(f"{template} is no paper: its name must be print_….html")
    names = ("paper", match["name"])
    return tuple((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in names)
