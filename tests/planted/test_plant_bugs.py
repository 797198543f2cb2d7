"""The bugs still fit the code; `python -m tests.planted` plants them and runs what catches them."""

import shutil
from pathlib import Path

import pytest

from tests.nodes import missing
from tests.planted.__main__ import ROOT, verdict
from tests.planted.bugs import BUGS, FEED, SCOPE, TORN, UNLOCKED, Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_it_fits_the_code(bug: Bug, tmp_path: Path) -> None:
    there = tmp_path / bug.file
    there.parent.mkdir(parents=True)
    shutil.copy(ROOT / bug.file, there)
    bug.plant(tmp_path)
    planted = there.read_text(encoding="utf-8")
    assert bug.wrong in planted
    compile(planted, bug.file, "exec")


def test_it_is_not_planted_in_code_that_has_changed(tmp_path: Path) -> None:
    (tmp_path / "sales.py").write_text("nothing = 0\n", encoding="utf-8")
    with pytest.raises(LookupError):
        Bug(TORN, "a bug", "sales.py", right="sold = 1", wrong="", caught_by=()).plant(tmp_path)


def test_it_has_bugs_of_every_kind_and_tests_that_are_there() -> None:
    assert {bug.kind for bug in BUGS} == {UNLOCKED, SCOPE, TORN, FEED}
    assert missing(test for bug in BUGS for test in bug.caught_by) == []


def test_it_tells_a_bug_that_nobody_saw_and_a_test_that_always_fails() -> None:
    assert verdict("a", still_pass=set(), failed_before=set()) == "caught"
    assert verdict("a", still_pass={"a"}, failed_before=set()) == "NOT CAUGHT"
    assert verdict("a", still_pass=set(), failed_before={"a"}) == "FAILS WITHOUT THE BUG"
