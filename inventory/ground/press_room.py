"""The closed room: the process in which WeasyPrint works, started by `press.py`, never imported.

Three locks, one behind the other: the fetcher hands out embedded pictures only, Python itself
refuses sockets and programs, and the kernel refuses growing files and memory or work over a limit.
"""

import gc
import json
import logging
import os
import re
import resource
import signal
import sys
from base64 import b64decode
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

# because of the ignores: WeasyPrint has no types
from weasyprint import CSS, HTML, Document, URLFetcher  # type: ignore[import-untyped]
from weasyprint.document import Page  # type: ignore[import-untyped]
from weasyprint.formatting_structure.boxes import TextBox  # type: ignore[import-untyped]
from weasyprint.pdf import fonts, stream  # type: ignore[import-untyped]
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset  # type: ignore[import-untyped]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

MM_PER_PX = 25.4 / 96  # a CSS pixel
ROUNDING_MM = 0.1  # a page shorter than its text by a rounding would become two pages
DENIED = {"socket.__new__", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"}

FONTS = FontConfiguration()


class NoFetch(URLFetcher):  # type: ignore[misc]  # because: WeasyPrint has no types
    """Embedded pictures, and nothing from the network or the disk."""

    ALLOWED = ("data:image/png;base64,", "data:image/svg+xml;base64,")

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url.startswith(self.ALLOWED):
            return super().fetch(url, headers)
        raise ValueError("a paper may not fetch anything")


FETCHER = NoFetch(allowed_protocols=("data",), allow_redirects=False)


class Modules:
    """A printable code as `barcodes.py` writes it, drawn in one go.

    WeasyPrint takes the path of a picture apart stroke by stroke; for the two codes of a warranty
    card that would be a quarter of all its work. Stands where WeasyPrint keeps the pictures that
    it has read, and has the two methods of them that it calls. Every other picture is its own.
    """

    ADDRESS = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
    SHAPE = re.compile(
        r'<svg xmlns="http://www.w3.org/2000/svg" width="(?P<width>[\d.]+)mm"'
        r' height="(?P<height>[\d.]+)mm" viewBox="0 0 (?P<columns>\d+) (?P<rows>\d+)"'
        r' preserveAspectRatio="none"><path stroke="#000" d="(?P<runs>(M\d+ \d+\.5h\d+)+)"/></svg>'
    )

    def __init__(self, shape: re.Match[str]) -> None:
        self.show(shape)

    def show(self, shape: re.Match[str]) -> None:
        """From now on this code is drawn."""
        self.size = [float(shape[side]) / MM_PER_PX for side in ("width", "height")]
        self.modules = [int(shape[side]) for side in ("columns", "rows")]
        # "M4 4.5h7M12 4.5h1": to "4 4 7 1 re 12 4 1 1 re", rectangles of PDF
        rectangles = shape["runs"][1:].replace(".5h", " ").replace("M", " 1 re ") + " 1 re "
        self.runs = rectangles.encode("ascii")

    @classmethod
    def on(cls, html: str) -> dict[str, "Modules"]:
        """All codes on a page by their address."""
        shapes = {found[0]: cls.shape_of(found[0]) for found in cls.ADDRESS.finditer(html)}
        return {uri: cls(shape) for uri, shape in shapes.items() if shape}

    @classmethod
    def shape_of(cls, uri: str) -> re.Match[str] | None:
        """What is drawn at such an address; None when `barcodes.py` did not write it."""
        found = cls.ADDRESS.fullmatch(uri)
        return cls.SHAPE.fullmatch(_text_of(found[1])) if found else None

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, ...]:
        """Width and height in CSS pixels, and their ratio."""
        width, height = self.size
        return width, height, width / height

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        """Fills the dark runs, each a rectangle one module high, in one path without seams."""
        columns, rows = self.modules
        stream.transform(a=width / columns, d=height / rows)
        stream.set_color_rgb(0, 0, 0)
        stream.stream.append(self.runs + b"f")


def _text_of(coded: str) -> str:
    """What is behind base64; empty when it is none, as in a name that looks like an address."""
    try:
        return b64decode(coded).decode("ascii")
    except ValueError:
        return ""


class Face(fonts.Font):  # type: ignore[misc]  # because: WeasyPrint has no types
    """A face on a paper. Of our own font only the outlines of its used glyphs are embedded.

    WeasyPrint keeps an empty place for each of 65,535 glyphs, for two faces seven times the work
    and 200 kB a card. In this font each outline carries the number of its glyph (CID-keyed CFF),
    and readers of PDF go by it; other fonts need the places.
    """

    FAMILY = "Noto Sans CJK SC"
    OUTLINES = b"CFF "

    def _harfbuzz_subset(self, to_unicode: dict[int, str], hinting: bool) -> None:
        if self.family != self.FAMILY or self.OUTLINES.decode() not in self.tables or self.missing:
            super()._harfbuzz_subset(to_unicode, hinting)
            return
        chosen = ffi.gc(
            harfbuzz_subset.hb_subset_input_create_or_fail(),
            harfbuzz_subset.hb_subset_input_destroy,
        )
        glyphs = ffi.new("hb_codepoint_t[]", sorted(to_unicode))
        wanted = harfbuzz_subset.hb_subset_input_glyph_set(chosen)
        harfbuzz.hb_set_add_sorted_array(wanted, glyphs, len(glyphs))
        flags = harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
        flags |= 0 if hinting else harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
        harfbuzz_subset.hb_subset_input_set_flags(chosen, flags)
        small = harfbuzz_subset.hb_subset_or_fail(self.hb_face, chosen)
        self.file_content = self._outlines_of(ffi.gc(small, harfbuzz.hb_face_destroy))

    def _outlines_of(self, face: Any) -> bytes:
        tag = harfbuzz.hb_tag_from_string(self.OUTLINES, -1)
        table = harfbuzz.hb_face_reference_table(face, tag)
        blob, length = ffi.gc(table, harfbuzz.hb_blob_destroy), ffi.new("unsigned int *")
        data = harfbuzz.hb_blob_get_data(blob, length)
        return bytes(ffi.unpack(data, length[0]))

    @property
    def type(self) -> str:
        return "otf" if is_bare(self.file_content) else str(super().type)

    @staticmethod
    def name_bare(_document: object, pdf: Any) -> None:
        """Outlines without the rest of a font file have a name of their own in a PDF."""
        for part in pdf.objects:
            extra = getattr(part, "extra", {})
            if extra.get("Subtype") == "/OpenType" and is_bare(part.stream[0]):
                extra["Subtype"] = "/CIDFontType0C"


def is_bare(font: bytes) -> bool:
    """Whether this is a table of outlines alone: it begins with its version, 1.0."""
    return font.startswith(b"\x01\x00\x04")


# a font file is asked for anew for each paper, 20 MB a face
fonts.get_hb_object_data = lru_cache(maxsize=4)(fonts.get_hb_object_data)
stream.Font = Face


class Notes(logging.Handler):
    """What WeasyPrint says while it works: its log is the only place that tells of empty boxes."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: dict[str, None] = {}  # in the order of appearance
        self.refusal = ""
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith(".notdef glyph") and isinstance(record.args, tuple):
            self.missing[str(record.args[0])] = None
        elif record.levelno >= logging.ERROR:  # a picture or a style sheet could not be had
            self.refusal = self.refusal or record.getMessage()
        else:
            self.warnings.append(record.getMessage())

    def header(self) -> bytes:
        missing = "".join(self.missing)
        parts = {"missing": missing, "refusal": self.refusal, "warnings": self.warnings}
        return json.dumps(parts).encode()


@lru_cache(maxsize=32)
def style_sheet(css: str) -> CSS:
    """A parsed style sheet; parsing takes longer than a small paper does."""
    return CSS(string=css, font_config=FONTS, url_fetcher=FETCHER)


def lay_out(html: str, css: list[str], codes: dict[str, Modules] | None = None) -> Document:
    """The pages; a page with an element `cut` is laid out again, as high as the text above it."""
    page = HTML(string=html, url_fetcher=FETCHER)
    sheets = [style_sheet(text) for text in css]
    codes = Modules.on(html) if codes is None else codes
    document = page.render(font_config=FONTS, stylesheets=sheets, cache=dict(codes))
    if len(document.pages) != 1 or "cut" not in document.pages[0].anchors:
        return document
    roll = document.pages[0]
    width = roll.width * MM_PER_PX
    height = roll.anchors["cut"][1] * MM_PER_PX + ROUNDING_MM
    size = f"@page {{ size: {width:.1f}mm {height:.1f}mm; margin-bottom: 0 }}"
    cut = CSS(string=size, font_config=FONTS, url_fetcher=FETCHER)
    return page.render(font_config=FONTS, stylesheets=[*sheets, cut], cache=codes)


class Blank:
    """A form that is laid out once; what is different on each paper is filled in when it is drawn.

    It holds a sign for each text that is to come, and samples of the codes. Nothing moves: lines
    begin where those signs began, and what is too long ends as the style sheet says.
    """

    def __init__(self, html: str, css: list[str]) -> None:
        codes = Modules.on(html)
        self.document = lay_out(html, css, codes)
        self.sides = [Side(page, codes) for page in self.document.pages]

    def pages(self, told: dict[str, str]) -> list["FilledPage"]:
        return [FilledPage(side, told) for side in self.sides]


class Side:
    """A page of a blank, and what is filled in there."""

    def __init__(self, page: Page, codes: dict[str, Modules]) -> None:
        self.page = page
        parts = list(_parts_of(page._page_box))
        self.lines = [(part, part.text) for part in parts if isinstance(part, TextBox)]
        pictures = {id(getattr(part, "replacement", None)) for part in parts}
        self.codes = {uri: code for uri, code in codes.items() if id(code) in pictures}

    def fill_in(self, told: dict[str, str]) -> None:
        for line, text in self.lines:
            line.text = line.pango_layout.text = with_texts(text, told)
        for uri, code in self.codes.items():
            if shape := Modules.shape_of(told.get(uri, "")):
                code.show(shape)


class FilledPage(Page):  # type: ignore[misc]  # because: WeasyPrint has no types
    """A side of one paper; it is written when it is drawn, for the next paper takes the same."""

    def __init__(self, side: Side, told: dict[str, str]) -> None:
        self.__dict__.update(vars(side.page))
        self.side, self.told = side, told

    def paint(self, stream: Any, scale: float = 1) -> None:
        self.side.fill_in(self.told)
        super().paint(stream, scale)


def with_texts(line: str, told: dict[str, str]) -> str:
    """A line of a blank with the texts that come for its signs."""
    return "".join(told.get(sign, sign) for sign in line)


def _parts_of(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _parts_of(child)


@lru_cache(maxsize=16)
def blank(html: str, css: tuple[str, ...]) -> Blank:
    """A blank that is ready; laying it out takes five times as long as filling it in."""
    return Blank(html, list(css))


def fill_in(
    blanks: list[str], css: list[str], papers: list[tuple[int, dict[str, str]]]
) -> Document:
    """One document of all papers, each the number of its blank and what stands on it."""
    forms = [blank(html, tuple(css)) for html in blanks]
    pages = [page for number, told in papers for page in forms[number].pages(told)]
    document = forms[0].document.copy(pages)
    document.metadata = copy(document.metadata)
    document.metadata.title = with_texts(document.metadata.title or "", papers[0][1])
    return document


def make(job: bytes, *, page_limit: int) -> tuple[bytes, bytes]:
    """The header and the PDF of one job; whatever goes wrong stands in the header."""
    notes = Notes()
    logging.getLogger("weasyprint").addHandler(notes)
    pdf = b""
    try:
        told = json.loads(job)
        document = fill_in(**told) if "blanks" in told else lay_out(**told)
        if len(document.pages) > page_limit:
            notes.refusal = f"{len(document.pages)} pages are more than {page_limit}"
        else:
            pdf = document.write_pdf(finisher=Face.name_bare) or b""
    except Exception as error:  # one bad paper does not end the press
        notes.refusal = f"{type(error).__name__}: {error}"
    finally:
        logging.getLogger("weasyprint").removeHandler(notes)
    return notes.header(), b"" if notes.missing or notes.refusal else pdf


def close_the_room(*, memory_limit: int) -> None:
    """From here on: no sockets, no programs, no growing files, no memory beyond the limit."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_deny)


def allow_work(seconds: int) -> None:
    """The kernel ends this process after so many more seconds of processor time."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _deny(event: str, _arguments: object) -> None:
    if event in DENIED:
        raise PermissionError(f"{event} is denied while a paper is made")


def listen(wire: Connection, jobs: "SimpleQueue[bytes]") -> None:
    """Takes in the jobs; ends the process with its parent, even in the middle of a page."""
    try:
        while True:
            jobs.put(wire.recv_bytes())
    finally:
        os._exit(0)


def main() -> None:
    wire_number, memory_limit, work_limit, page_limit = map(int, sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the parent
    wire = Connection(wire_number)
    jobs: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=listen, args=(wire, jobs), daemon=True).start()
    close_the_room(memory_limit=memory_limit)
    # a layout is one web of objects: looking for garbage in it would take a third of the time
    gc.freeze()
    gc.disable()
    while True:
        job = jobs.get()
        allow_work(work_limit)
        for part in make(job, page_limit=page_limit):
            wire.send_bytes(part)
        gc.collect()


if __name__ == "__main__":
    main()
