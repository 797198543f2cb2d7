"""The table of a run, on the screen and in build/faults.json."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.faults.plan import Result

ROWS = (
    ("rounds", lambda each: len(each.seeds)),
    ("acts acknowledged", lambda each: each.acknowledged),
    ("of them written, held against the books", lambda each: sum(each.written.values())),
    ("of them looked up, and the truth told", lambda each: sum(each.looked_up.values())),
    ("sales", lambda each: each.sales),
    ("signed sheets", lambda each: each.sheets),
    ("acts refused", lambda each: each.refused),
    ("other pages read", lambda each: each.read),
    ("links in the chains", lambda each: each.links),
    ("faults injected", lambda each: sum(each.mishaps.values())),
    ("processes killed", lambda each: each.kills),
    ("of them at every point of a sale", lambda each: each.swept),
    ("answers that never came", lambda each: each.lost_answers),
    ("told to ask again", lambda each: each.asked_again),
    ("in doubt, resolved by asking again", lambda each: each.resolved),
    ("repeated with the first answer", lambda each: each.replayed),
    ("lost", lambda each: kinds(each)["lost"]),
    ("torn", lambda each: kinds(each)["torn"]),
    ("doubled", lambda each: kinds(each)["doubled"]),
    ("other violations", lambda each: kinds(each)["fault"]),
    ("answers 5xx that say nothing", lambda each: sum(each.errors.values())),
    ("server ready again, seconds at most", lambda each: each.ready_seconds),
    ("database up again, seconds at most", lambda each: each.database_ready_seconds),
    ("longest act, seconds", lambda each: each.slowest_act_seconds),
    ("acts a second while the shop was open", lambda each: each.acts_a_second),
    ("seconds in all", lambda each: each.seconds),
)
WIDTH = 14


def kinds(result: Result) -> Counter[str]:
    """How many violations there are of each kind; a line is "seed S: kind: …"."""
    return Counter(line.split(": ")[1] for line in result.violations)


def is_clean(results: Sequence[Result]) -> bool:
    return not any(result.violations or result.errors for result in results)


def table(results: Sequence[Result]) -> str:
    """One column for each database."""
    lines = [" " * 40 + "".join(f"{result.vendor:>{WIDTH}}" for result in results)]
    for name, figure in ROWS:
        lines.append(f"{name:40}" + "".join(f"{figure(each):>{WIDTH},}" for each in results))
    lines += _counted("faults", [each.mishaps for each in results])
    lines += _counted("acts written", [each.written for each in results])
    lines += _counted("looked up", [each.looked_up for each in results])
    for each in results:
        for name, reason in sorted(each.not_run.items()):
            lines.append(f"not run on {each.vendor}: {name} ({reason})")
        for answer, times in sorted(each.errors.items()):
            lines.append(f"{each.vendor}: {times} × {answer}, without a word on trying again")
        lines += [f"BROKEN on {each.vendor}: {line}" for line in each.violations]
        lines += [f"    {line}" for line in each.last_acts]
    return "\n".join(lines)


def _counted(title: str, counted: Sequence[Mapping[str, int]]) -> list[str]:
    """A line for each kind, the most frequent first."""
    sums = sum(map(Counter, counted), Counter[str]())
    lines = [f"{title}:"] if sums else []
    for name, _sum in sums.most_common():
        counts = "".join(f"{each.get(name, 0):>{WIDTH},}" for each in counted)
        lines.append(f"  {name:38}{counts}")
    return lines


def write(results: Sequence[Result], path: Path, *, command: str) -> None:
    path.parent.mkdir(exist_ok=True)
    told = {"command": command, "databases": [asdict(result) for result in results]}
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
