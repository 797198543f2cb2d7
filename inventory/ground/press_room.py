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
from functools import lru_cache
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

# because of the two ignores: WeasyPrint has no types
from weasyprint import CSS, HTML, Document, URLFetcher  # type: ignore[import-untyped]
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
    RUN = re.compile(r"M(\d+) (\d+)\.5h(\d+)")

    def __init__(self, shape: re.Match[str]) -> None:
        self.size = [float(shape[side]) / MM_PER_PX for side in ("width", "height")]
        self.modules = [int(shape[side]) for side in ("columns", "rows")]
        self.runs = self.RUN.sub(r"\1 \2 \3 1 re ", shape["runs"]).encode("ascii")

    @classmethod
    def on(cls, html: str) -> dict[str, "Modules"]:
        """All codes on a page by their address."""
        pictures = {found[0]: found[1] for found in cls.ADDRESS.finditer(html)}
        shapes = {uri: cls.SHAPE.fullmatch(_text_of(coded)) for uri, coded in pictures.items()}
        return {uri: cls(shape) for uri, shape in shapes.items() if shape}

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


def lay_out(html: str, css: list[str]) -> Document:
    """The pages; a page with an element `cut` is laid out again, as high as the text above it."""
    page = HTML(string=html, url_fetcher=FETCHER)
    sheets = [style_sheet(text) for text in css]
    codes = Modules.on(html)
    document = page.render(font_config=FONTS, stylesheets=sheets, cache=dict(codes))
    if len(document.pages) != 1 or "cut" not in document.pages[0].anchors:
        return document
    roll = document.pages[0]
    width = roll.width * MM_PER_PX
    height = roll.anchors["cut"][1] * MM_PER_PX + ROUNDING_MM
    size = f"@page {{ size: {width:.1f}mm {height:.1f}mm; margin-bottom: 0 }}"
    cut = CSS(string=size, font_config=FONTS, url_fetcher=FETCHER)
    return page.render(font_config=FONTS, stylesheets=[*sheets, cut], cache=codes)


def make(job: bytes, *, page_limit: int) -> tuple[bytes, bytes]:
    """The header and the PDF of one job; whatever goes wrong stands in the header."""
    notes = Notes()
    logging.getLogger("weasyprint").addHandler(notes)
    pdf = b""
    try:
        document = lay_out(**json.loads(job))
        if len(document.pages) > page_limit:
            notes.refusal = f"{len(document.pages)} pages are more than {page_limit}"
        else:
            pdf = document.write_pdf() or b""
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
