"""A smoke round of the benchmarks: every operation, every check, the report; no time is judged."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.bench import measuring, reports
from tests.bench.measuring import Sample
from tests.bench.operation import Operation, WrongAnswer, all_operations

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = {"B1", "B2", "B2h", "B3a", "B3b", "B3c", "B4", "B7", "B7n", "B8a", "B8b", "B8c"}
OPERATIONS |= {"B5a", "B5b", "B5c", "B5d", "B6a", "B6b", "B6c", "B6d"}
OPERATIONS |= {"B11", "B12a", "B12b", "B12c", "B13", "B14a", "B14b"}


class Constant(Operation):
    """Ours takes 30 µs, the floor 10; the check fails when it is told to."""

    id = "X1"
    name = "constant"
    target = 2.0
    right = True

    def __init__(self) -> None:
        self.extra = {}

    def ours(self) -> Sample:
        return Sample([30, 30], 60e-6)

    def floor(self) -> Sample:
        return Sample([10, 10], 20e-6)

    def check(self) -> None:
        if not self.right:
            raise WrongAnswer("the answer is wrong")


def judged(*, sizes: tuple[int, ...] = (10,)) -> reports.Judged:
    measured = [measuring.compare(Constant(), size=size, rounds=2) for size in sizes]
    return reports.Judged(Constant, measured, {}, [])


@pytest.mark.long
def test_it_measures_every_operation_and_every_answer_is_right(tmp_path: Path) -> None:
    report = smoke(tmp_path)
    named = {each["id"]: each for each in report["operations"]}
    assert named.keys() >= OPERATIONS
    assert report["void"] == []
    for each in named.values():
        assert each["checks"]["run"] == each["checks"]["passed"] > 0, each["id"]
        assert each["ours"]["p50_us"] >= 0 < each["ratio"]


def smoke(folder: Path) -> Any:
    """One round of everything on a database of its own, beside that of the tests."""
    environment = {**os.environ, "BENCH_REPORT": str(folder / "bench.json")}
    command = [sys.executable, "-m", "tests.bench", connection.vendor, "--scale", "smoke"]
    if connection.vendor == "postgresql":
        # the server of the tests writes nothing to the disk; a measurement there is void
        environment["DURABLE"] = "1"
        command = [str(ROOT / "bin" / "with-postgres"), *command]
    run = subprocess.run(  # noqa: S603  because: our own module
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    # a gate may fail where a second of measuring says nothing; an answer may not
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    (report,) = json.loads((folder / "bench.json").read_text(encoding="utf-8"))["reports"]
    return report


def test_a_wrong_answer_voids_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    one = judged()
    one.last.failed.append("the answer is wrong")
    one.judge(steady=True)
    assert one.gate == "void"
    monkeypatch.setattr(Constant, "right", False)
    with pytest.raises(WrongAnswer):
        judged()


def test_a_ratio_beyond_its_target_fails_and_one_within_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = judged()
    one.judge(steady=True)
    assert (one.gate, round(one.last.ratio, 2)) == ("fail", 3.0)
    monkeypatch.setattr(Constant, "target", 3.5)
    one.judge(steady=True)
    assert one.gate == "pass"


def test_a_run_that_drifts_judges_nothing() -> None:
    one = judged()
    one.judge(steady=False)
    assert one.gate == "unsteady"


def test_a_result_worse_than_its_baseline_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Constant, "target", 10.0)
    one = judged()
    one.baseline_high = 2.0
    one.judge(steady=True)
    assert one.gate == "fail"
    one.baseline_high = 2.7  # 3.0 is within 15 % of it
    one.judge(steady=True)
    assert one.gate == "pass"


def test_growth_is_the_exponent_of_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "pace_us", lambda: 1.0)
    monkeypatch.setattr(Constant, "grows", True)
    small, large = judged(sizes=(100, 10_000)).measured
    assert measuring.growth([small, large]) == pytest.approx(0)
    slower = measuring.Spread(**{**vars(large.ours), "p50_us": 300})
    grown = measuring.Measured(**{**vars(large), "ours": slower})
    assert measuring.growth([small, grown]) == pytest.approx(0.5)


def test_the_interval_is_the_same_every_time() -> None:
    ratios = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 5.0]
    low, high = measuring.bootstrap_95(ratios)
    assert (low, high) == measuring.bootstrap_95(ratios)
    assert 1.0 <= low <= 1.3 <= high <= 5.0


def test_every_file_of_operations_is_found() -> None:
    assert {each.id for each in all_operations()} >= OPERATIONS
