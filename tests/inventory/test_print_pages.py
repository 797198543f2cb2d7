import logging
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import transaction

from inventory.ground import press, printing
from inventory.ground.press import GlyphMissing, PressFailed
from inventory.ground.printing import GlyphMissingOnPaper, PaperNotMade
from tests import paper

pytestmark = pytest.mark.no_database

ENDLESS = "<p>x</p>" * 100_000
PAGE = "@page { size: 60mm 40mm; margin: 2mm } body { font-family: 'Noto Sans CJK SC' }"

ROLL = "@page { size: 60mm 5000mm; margin: 0 } * { margin: 0 }"


def data_svg(inside: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inside}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


class Trap:
    """A server on this machine that remembers who called."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.calls = 0
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:  # the test is over
                return
            self.calls += 1
            caller.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.listener.close()


@contextmanager
def small_press(monkeypatch: pytest.MonkeyPatch, **limits: float) -> Iterator[None]:
    """A worker of its own with other limits; the usual one is back afterwards."""
    press._press.close()
    with monkeypatch.context() as changed:
        for name, value in limits.items():
            changed.setattr(press, name, value)
        yield
    press._press.close()


def worker_id() -> int:
    press.press("<body>x", (PAGE,))
    worker = press._press._worker
    assert worker
    return worker.process.pid


def wait_until_gone(process_id: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(100):
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def run_alone(script: str) -> list[str]:
    """The lines that a Python process of its own prints; it may well be killed."""
    done = subprocess.run(  # noqa: S603  # because: our own interpreter and our own words
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize(
    "template_and_size",
    [
        ("warranty/print_card.html", (85.6, 54.0)),
        ("warranty/print_card_a5.html", (148.0, 210.0)),
        ("inventory/print_tags.html", (60.0, 30.0)),
        ("inventory/print_transfer.html", (148.0, 210.0)),
    ],
)
def test_it_has_the_size_of_its_paper(template_and_size: tuple[str, tuple[float, float]]) -> None:
    template, size = template_and_size
    assert set(paper.page_sizes_mm(paper.printed(template))) == {size}


@pytest.mark.parametrize("template", paper.PAPERS)
def test_it_prints_nothing_below_seven_points(template: str) -> None:
    assert min(paper.font_sizes(paper.printed(template))) >= 7


@pytest.mark.parametrize("template", paper.PAPERS)
def test_it_prints_the_glyphs_that_its_text_says(template: str) -> None:
    glyphs = list(paper.chinese_glyphs(paper.printed(template)))
    wrong = {sign for sign, ink in glyphs if paper.likeness(ink, sign) < paper.SAME_GLYPH}
    assert len(glyphs) > 20
    assert wrong == set()


@pytest.mark.parametrize("template", paper.PAPERS)
def test_it_understands_every_rule_of_its_style_sheets(
    template: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        paper.printed(template)
    assert caplog.messages == []


def test_it_is_the_same_file_from_another_press() -> None:
    first = [paper.printed(template) for template in paper.PAPERS]
    press._press.close()
    assert [paper.printed(template) for template in reversed(paper.PAPERS)] == first[::-1]


def test_it_cuts_a_slip_below_its_last_line() -> None:
    short, long = (
        paper.page_sizes_mm(paper.printed("counter/print_receipt.html", receipt=receipt))
        for receipt in (paper.receipt(), paper.receipt(rings=40))
    )
    assert [width for width, _ in short + long] == [80.0, 80.0]
    assert 150 < short[0][1] < 300
    assert long[0][1] > short[0][1] + 40 * 25


def test_it_cuts_right_below_the_text_and_never_through_it() -> None:
    for height_mm in (3.33, 17.01, 17.049, 17.051, 40.099):
        css = (ROLL, f"p {{ height: {height_mm}mm }}")
        (size,) = paper.page_sizes_mm(press.press('<p>x</p><div id="cut"></div>', css))
        assert size[0] == 60
        assert height_mm <= size[1] < height_mm + 0.3


def test_it_prints_the_honest_figures_of_a_fixed_price() -> None:
    text = paper.text_of(paper.printed("counter/print_receipt.html"))
    for figure in ("net 1.39 g", "¥1,798.56 per gram", "一口价镶嵌饰品", "400-820-1689"):
        assert figure in text


def test_it_prints_the_code_of_a_card_that_was_not_handed_out() -> None:
    page = paper.raster(paper.printed("counter/print_receipt.html"))[0]
    assert paper.codes_on(page) == {("QRCode", paper.CARD_URL.upper())}


def test_it_prints_one_tag_per_label() -> None:
    pdf = paper.printed("inventory/print_tags.html", tags=[paper.tag()] * 3)
    assert paper.page_sizes_mm(pdf) == [(60.0, 30.0)] * 3
    assert paper.codes_on(paper.raster(pdf)[-1]) == {("Code128", "1000019996")}


def test_it_prints_27_tags_on_a_sheet() -> None:
    pdf = paper.printed("inventory/print_tags.html", tags=[paper.tag()] * 28, sheet=True)
    assert paper.page_sizes_mm(pdf) == [(210.0, 297.0)] * 2
    assert [text.count("1000019996") for text in paper.page_texts(pdf)] == [27, 1]


def test_it_repeats_head_and_number_on_every_page_of_a_transfer() -> None:
    transfer = paper.transfer(pieces=60)
    pages = paper.page_texts(paper.printed("inventory/print_transfer.html", transfer=transfer))
    assert len(pages) > 2
    assert all("Net grams" in page and "S01-V260602-0005" in page for page in pages[:-1])
    assert ["Taken over by" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert f"1 / {len(pages)}" in pages[0]


def test_it_prints_markup_in_a_name_as_it_was_typed() -> None:
    transfer = paper.transfer(reason='<img src="file:///etc/passwd"><b>急</b>')
    text = paper.text_of(paper.printed("inventory/print_transfer.html", transfer=transfer))
    assert '<img src="file:///etc/passwd"><b>急</b>' in text


def test_it_names_the_characters_that_no_font_has() -> None:
    with pytest.raises(GlyphMissing) as missing:
        press.press("<p>赵\ue863一\ue864赵\ue863", (PAGE,))
    assert missing.value.characters == "\ue863\ue864"


def test_it_refuses_a_paper_that_would_lose_a_character() -> None:
    with pytest.raises(GlyphMissingOnPaper) as refusal:
        paper.printed("inventory/print_transfer.html", transfer=paper.transfer(by="赵\ue863"))
    assert refusal.value.code == "glyph_missing"
    assert "U+E863" in str(refusal.value)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{web}">',
        '<img src="file:///etc/passwd">',
        '<img src="passwd">',
        "<style>@import '{web}';</style>x",
        '<link rel="stylesheet" href="{web}">x',
        '<link rel="stylesheet" href="data:text/css,p{{}}">x',
        '<link rel="attachment" href="file:///etc/passwd">x',
        '<p style="background: url({web})">x',
        '<base href="{web}"><img src="a.png">',
        '<object data="{web}">x</object>',
        '<img src="DATA:image/png;base64,AAAA">',
        '<img src="data:image/jpeg;base64,AAAA">',
    ],
)
def test_it_fetches_nothing_and_makes_no_such_paper(html: str, trap: Trap) -> None:
    with pytest.raises(PressFailed):
        press.press(html.format(web=f"http://127.0.0.1:{trap.port}/"), (PAGE,))
    assert trap.calls == 0


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="{web}" width="9" height="9"/>',
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        '<use href="{web}#a"/>',
        "<style>@import '{web}';</style><rect width='9' height='9'/>",
    ],
)
def test_it_fetches_nothing_for_a_picture_within_a_picture(inside: str, trap: Trap) -> None:
    picture = data_svg(inside.format(web=f"http://127.0.0.1:{trap.port}/"))
    try:
        pdf = press.press(f'<img src="{picture}">', (PAGE,))
    except PressFailed:
        pdf = b""
    assert trap.calls == 0
    assert b"root:" not in pdf


def test_it_would_be_caught_by_the_trap(trap: Trap) -> None:
    socket.create_connection(("127.0.0.1", trap.port)).close()
    time.sleep(0.1)
    assert trap.calls == 1


def test_it_works_in_a_room_without_network_programs_or_files(tmp_path: Path) -> None:
    outcome = run_alone(f"""
        import socket, subprocess
        from pathlib import Path
        from inventory.ground import press_room
        press_room.close_the_room(memory_limit=2**30)
        for act in (
            socket.socket,
            lambda: subprocess.run(["true"]),
            lambda: Path({str(tmp_path)!r}, "leak").write_text("x" * 9000),
            lambda: bytearray(2**31),
        ):
            try:
                act()
            except Exception as refusal:
                print(type(refusal).__name__)
    """)
    assert outcome == ["PermissionError", "PermissionError", "OSError", "MemoryError"]


def test_it_keeps_secrets_out_of_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the press")
    press._press.close()
    environment = Path(f"/proc/{worker_id()}/environ").read_bytes()
    assert b"not for the press" not in environment
    assert b"PATH=" in environment


def test_it_stops_after_so_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    with small_press(monkeypatch, PAGE_LIMIT=3), pytest.raises(PressFailed, match="4 pages"):
        press.press('<p style="break-after: page">x' * 4, (PAGE,))


def test_it_stops_after_so_much_work_and_prints_the_next_paper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = pytest.raises(PressFailed, match=f"ended with {-signal.SIGXCPU} after")
    with small_press(monkeypatch, WORK_LIMIT_S=1), ended:
        press.press(ENDLESS, (PAGE,))
    assert press.press("<body>x", (PAGE,))


def test_it_does_not_wait_for_a_press_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    os.kill(worker_id(), signal.SIGSTOP)
    monkeypatch.setattr(press, "CLOCK_LIMIT_S", 0.5)
    with pytest.raises(PressFailed, match=f"ended with {-signal.SIGKILL} after"):
        press.press("<body>x", (PAGE,))


def test_it_stops_at_its_memory_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    by_memory = rf"MemoryError|ended with (?!{-signal.SIGXCPU}|{-signal.SIGKILL})"
    stopped = pytest.raises(PressFailed, match=by_memory)
    with small_press(monkeypatch, MEMORY_LIMIT_BYTES=300 * 1024**2), stopped:
        press.press("<p>x</p>" * 20_000, (PAGE,))


def test_it_answers_a_failing_press_with_a_refusal_that_may_be_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with small_press(monkeypatch, PAGE_LIMIT=0), pytest.raises(PaperNotMade) as refusal:
        paper.printed("inventory/print_tags.html")
    assert refusal.value.retryable


def test_it_replaces_a_press_that_has_died() -> None:
    before = worker_id()
    os.kill(before, signal.SIGKILL)
    time.sleep(0.1)
    assert worker_id() != before


def test_it_gives_each_thread_its_own_paper() -> None:
    names = [f"纸{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        papers = list(threads.map(lambda name: press.press(f"<body>{name}", (PAGE,)), names))
    assert [paper.text_of(pdf).strip() for pdf in papers] == names


@pytest.mark.parametrize("job", ["<body>x", ENDLESS], ids=["idle", "busy"])
def test_it_ends_with_its_parent_even_in_mid_page(job: str) -> None:
    """The parent is killed while its press is idle, and while it is busy."""
    lines = run_alone(f"""
        import os, signal, threading, time
        from inventory.ground import press
        press.press("<body>x", ())
        print(press._press._worker.process.pid, flush=True)
        job = {job[:8]!r} * {len(job) // 8}
        threading.Thread(target=press.press, args=(job, ()), daemon=True).start()
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert wait_until_gone(int(lines[0]))


def test_it_gives_a_forked_child_a_press_of_its_own() -> None:
    lines = run_alone("""
        import os
        from inventory.ground import press
        def number():
            press.press("<body>x", ())
            return press._press._worker.process.pid
        parents = number()
        press._press._lock.acquire()  # as if another thread were just printing
        if os.fork() == 0:
            print(number() != parents, flush=True)
            press._press.close()
            os._exit(0)
        os.wait()
        press._press._lock.release()
        print(number() == parents)
    """)
    assert lines == ["True", "True"]


@pytest.mark.django_db
def test_it_is_never_printed_inside_a_transaction() -> None:
    assert paper.printed("inventory/print_tags.html")
    with transaction.atomic(), pytest.raises(RuntimeError, match="never inside"):
        paper.printed("inventory/print_tags.html")


@pytest.mark.parametrize(
    ("inline", "name", "disposition"),
    [
        (True, "S01-S260602-0042.pdf", 'inline; filename="S01-S260602-0042.pdf"'),
        (False, "保证卡.pdf", "attachment; filename*=utf-8''%E4%BF%9D%E8%AF%81%E5%8D%A1.pdf"),
    ],
)
def test_it_is_sent_under_its_name(inline: bool, name: str, disposition: str) -> None:
    response = printing.pdf_response(b"%PDF", name=name, inline=inline)
    assert response.headers["Content-Disposition"] == disposition
    assert response.headers["Content-Type"] == "application/pdf"


def test_it_takes_only_templates_that_are_papers() -> None:
    with pytest.raises(ValueError, match="is no paper"):
        printing._style_sheets("counter/sale.html")
