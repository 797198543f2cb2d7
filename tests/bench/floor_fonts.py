"""The face of our papers in the one form that ReportLab can embed: with TrueType outlines."""

import io
import subprocess
from collections.abc import Iterable

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics, ttfonts  # type: ignore[import-untyped]

FAMILY = "Noto Sans CJK SC"
CLOSE_ENOUGH = 1.0  # of a thousand units to the letter: no eye sees it
EMPTY = ".notdef"


def register(owner: str, style: str, texts: Iterable[str]) -> str:
    """The name of a face, "Regular" or "Bold", with all characters of these texts. ReportLab embeds
    in each document no more than what it uses of them."""
    signs = sorted({ord(sign) for text in texts for sign in text})
    name = f"{owner}{style}"  # a name is registered only once
    file = _with_quadratic_outlines(name, style, signs)
    pdfmetrics.registerFont(ttfonts.TTFont(name, file))
    return name


def _with_quadratic_outlines(name: str, style: str, signs: list[int]) -> io.BytesIO:
    face, upem = _installed(style)
    names, drawn = face.getBestCmap(), face.getGlyphSet()
    chosen = {sign: names[sign] for sign in signs}
    order = [EMPTY, *dict.fromkeys(chosen.values())]
    glyphs, widths = {}, {}
    for glyph in order:
        pen = TTGlyphPen(None)
        drawn[glyph].draw(Cu2QuPen(pen, CLOSE_ENOUGH, reverse_direction=True))
        glyphs[glyph], widths[glyph] = pen.glyph(), (drawn[glyph].width, 0)
    built = FontBuilder(upem, isTTF=True)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(chosen)
    built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(widths)
    built.setupHorizontalHeader(ascent=face["hhea"].ascent, descent=face["hhea"].descent)
    built.setupNameTable({"familyName": FAMILY, "styleName": style, "psName": name})
    built.setupOS2()
    built.setupPost()
    kept = io.BytesIO()
    built.save(kept)
    kept.seek(0)
    return kept


def _installed(style: str) -> tuple[TTFont, int]:
    asked = ["fc-match", "-f", "%{file}|%{index}", f"{FAMILY}:style={style}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603  because: nothing of it comes from outside
    path, index = answer.stdout.split("|")
    face = TTFont(path, fontNumber=int(index), lazy=True)
    return face, face["head"].unitsPerEm
