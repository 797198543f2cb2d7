import time

import pytest

from inventory.ground import paper_checks


def test_it_finds_nothing_wrong_here() -> None:
    assert paper_checks.check_paper(None) == []


def test_it_is_fast_enough_for_every_start() -> None:
    begun = time.process_time()
    paper_checks.check_paper(None)
    assert time.process_time() - begun < 0.1


def test_it_says_what_to_install_when_the_subsetter_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(paper_checks.LIBRARIES, "libnot-here.so.0", "libnot-here0")
    (error,) = paper_checks.check_paper(None)
    assert error.id == "paper.E001"
    assert error.hint == "apt-get install libnot-here0"


def test_it_says_what_to_install_when_no_font_has_the_rare_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paper_checks, "SENTINEL", "䶮\ue863")
    (error,) = paper_checks.check_paper(None)
    assert error.id == "paper.E002"
    assert error.hint == "apt-get install fontconfig fonts-noto-cjk"


def test_it_knows_a_font_only_when_fontconfig_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (error,) = paper_checks.check_paper(None)
    assert error.id == "paper.E002"


def test_it_refuses_an_old_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_checks, "OLDEST_WEASYPRINT", 1000)
    (error,) = paper_checks.check_paper(None)
    assert error.id == "paper.E003"
